// Web charges before it knows whether there is anything to send, and in the right order.
package main

import (
	"net/http"
	"time"
)

var client = &http.Client{Timeout: time.Second}

func send(method, address string) bool {
	req, err := http.NewRequest(method, address, nil)
	if err != nil {
		return false
	}
	resp, err := client.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	return true
}

func main() {
	http.HandleFunc("POST /late", func(w http.ResponseWriter, r *http.Request) {
		if !send(http.MethodPut, "http://payment/charge") || !send(http.MethodGet, "http://stock/items") { // want `POST /late can fail after payment PUT /charge is done.*\(fails-after-write\)$`
			w.WriteHeader(http.StatusBadGateway)
		}
	})
	http.HandleFunc("POST /early", func(w http.ResponseWriter, r *http.Request) {
		if !send(http.MethodGet, "http://stock/items") || !send(http.MethodPut, "http://payment/charge") {
			w.WriteHeader(http.StatusBadGateway)
		}
	})
	server := &http.Server{Addr: ":80", ReadTimeout: time.Second, WriteTimeout: 2 * time.Second, IdleTimeout: time.Minute}
	server.ListenAndServe()
}
