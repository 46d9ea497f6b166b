// Web knows by heart where one of its callees is, and is told of the other.
package main

import (
	"net/http"
	"os"
	"time"
)

var client = &http.Client{Timeout: time.Second}

func get(w http.ResponseWriter, address string) {
	resp, err := client.Get(address)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer resp.Body.Close()
	w.WriteHeader(resp.StatusCode)
}

func main() {
	http.HandleFunc("GET /stock", func(w http.ResponseWriter, r *http.Request) {
		get(w, "http://10.0.3.7:8080/items") // want `has the address of a peer in its code: 10\.0\.3\.7:8080.*\(hard-coded-address\)$`
	})
	http.HandleFunc("GET /prices", func(w http.ResponseWriter, r *http.Request) {
		get(w, os.Getenv("PRICES_URL")+"/list")
	})
	server := &http.Server{Addr: ":80", ReadTimeout: time.Second, WriteTimeout: 2 * time.Second, IdleTimeout: time.Minute}
	server.ListenAndServe()
}
