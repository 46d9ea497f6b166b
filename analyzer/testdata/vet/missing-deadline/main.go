// Web asks two services, one of them without an end to its patience.
package main

import (
	"net/http"
	"time"
)

var patient, bounded = &http.Client{}, &http.Client{Timeout: time.Second} // want `nothing ends the wait for the call of stock GET /items .*\(missing-deadline\)$`

func main() {
	http.HandleFunc("GET /stock", func(w http.ResponseWriter, r *http.Request) {
		if resp, err := patient.Get("http://stock/items"); err == nil {
			defer resp.Body.Close()
			w.WriteHeader(resp.StatusCode)
		}
	})
	http.HandleFunc("GET /prices", func(w http.ResponseWriter, r *http.Request) {
		if resp, err := bounded.Get("http://prices/list"); err == nil {
			defer resp.Body.Close()
			w.WriteHeader(resp.StatusCode)
		}
	})
	server := &http.Server{Addr: ":80", ReadTimeout: time.Second, WriteTimeout: 2 * time.Second, IdleTimeout: time.Minute}
	server.ListenAndServe()
}
