// Web does not look whether one of its calls failed.
package main

import (
	"net/http"
	"time"
)

var client = &http.Client{Timeout: time.Second}

func main() {
	http.HandleFunc("POST /order", func(w http.ResponseWriter, r *http.Request) {
		resp, err := client.Post("http://stock/reserve", "application/json", r.Body)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		defer resp.Body.Close()
		client.Post("http://payment/charge", "application/json", nil) // want `POST /order throws away the error of payment POST /charge.*\(discarded-error\)$`
		w.WriteHeader(resp.StatusCode)
	})
	server := &http.Server{Addr: ":80", ReadTimeout: time.Second, WriteTimeout: 2 * time.Second, IdleTimeout: time.Minute}
	server.ListenAndServe()
}
