// Web gives up on requests that are never fully sent.
package main

import (
	"net/http"
	"time"
)

var client = &http.Client{Timeout: time.Second}

func main() {
	http.HandleFunc("GET /stock", func(w http.ResponseWriter, r *http.Request) {
		if resp, err := client.Get("http://stock/items"); err == nil {
			defer resp.Body.Close()
			w.WriteHeader(resp.StatusCode)
		}
	})
	server := &http.Server{Addr: ":80", ReadTimeout: time.Second, WriteTimeout: 2 * time.Second, IdleTimeout: time.Minute}
	server.ListenAndServe()
}
