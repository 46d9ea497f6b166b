// Web waits for five services to answer one request, and for one to answer another.
package main

import (
	"net/http"
	"time"
)

var client = &http.Client{Timeout: time.Second}

func get(address string) bool {
	resp, err := client.Get(address)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

func main() {
	http.HandleFunc("GET /all", func(w http.ResponseWriter, r *http.Request) {
		if !get("http://stock/items") || !get("http://prices/list") || !get("http://users/me") || !get("http://ads/some") || !get("http://tax/rate") { // want `GET /all waits for 5 services: stock, prices, users, ads, tax.*\(fan-out\)$`
			w.WriteHeader(http.StatusBadGateway)
		}
	})
	http.HandleFunc("GET /one", func(w http.ResponseWriter, r *http.Request) {
		if !get("http://stock/items") {
			w.WriteHeader(http.StatusBadGateway)
		}
	})
	server := &http.Server{Addr: ":80", ReadTimeout: time.Second, WriteTimeout: 2 * time.Second, IdleTimeout: time.Minute}
	server.ListenAndServe()
}
