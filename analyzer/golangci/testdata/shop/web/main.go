// Command web sells.
package main

import (
	"net/http"

	"example.com/shop/client"
)

func main() {
	http.HandleFunc("POST /orders", func(w http.ResponseWriter, r *http.Request) {
		for range r.URL.Query()["item"] {
			if err := client.Charge(r.Context()); err != nil {
				http.Error(w, "not paid", http.StatusBadGateway)
				return
			}
		}
	})
	http.ListenAndServe(":8080", nil)
}
