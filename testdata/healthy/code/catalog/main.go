package main

import (
	"encoding/json"
	"net/http"

	"example.com/shop/run"
)

type product struct {
	ID   string
	Name string
}

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /products/{id}", func(w http.ResponseWriter, r *http.Request) {
		json.NewEncoder(w).Encode(product{ID: r.PathValue("id")})
	})
	run.Serve(mux, func() bool { return true })
}
