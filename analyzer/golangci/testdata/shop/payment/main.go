// Command payment charges.
package main

import (
	"net/http"

	"example.com/shop/client"
)

func main() {
	http.HandleFunc("POST /charges", func(w http.ResponseWriter, r *http.Request) { client.Post(r.Context()) })
	http.ListenAndServe(":8080", nil)
}
