// Web asks for each item of a cart by itself, and for all prices at once.
package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

var client = &http.Client{Timeout: time.Second}

func get(address string) int {
	resp, err := client.Get(address)
	if err != nil {
		return http.StatusBadGateway
	}
	defer resp.Body.Close()
	return resp.StatusCode
}

func main() {
	http.HandleFunc("POST /cart", func(w http.ResponseWriter, r *http.Request) {
		var items []string
		if json.NewDecoder(r.Body).Decode(&items) != nil {
			return
		}
		for _, item := range items {
			if get("http://stock/items/"+item) != http.StatusOK { // want `POST /cart calls stock GET /items/\{id\} once for each element of a loop.*\(chatty-call\)$`
				return
			}
		}
		w.WriteHeader(get("http://prices/list?of=" + strings.Join(items, ",")))
	})
	server := &http.Server{Addr: ":80", ReadTimeout: time.Second, WriteTimeout: 2 * time.Second, IdleTimeout: time.Minute}
	server.ListenAndServe()
}
