// Web answers what the stock has.
package main

import (
	"net/http"

	"example.com/chain/client"
)

func main() {
	http.HandleFunc("GET /cart", func(w http.ResponseWriter, r *http.Request) {
		if !client.Items() {
			w.WriteHeader(http.StatusBadGateway)
		}
	})
	http.ListenAndServe(":80", nil)
}
