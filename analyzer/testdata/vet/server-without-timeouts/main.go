// Web waits for ever for requests that are never fully sent.
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
	http.ListenAndServe(":80", nil) // want `holds connections open for requests that are never fully sent \(server-without-timeouts\)$`
}
