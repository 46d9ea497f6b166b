// Web gives one call the context of the request that it answers, and the other a new one.
package main

import (
	"context"
	"net/http"
	"time"
)

func ask(ctx context.Context, w http.ResponseWriter, address string) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer resp.Body.Close()
	w.WriteHeader(resp.StatusCode)
}

func main() {
	http.HandleFunc("GET /stock", func(w http.ResponseWriter, r *http.Request) {
		ask(context.Background(), w, "http://stock/items") // want `the call of stock GET /items is made without the context of the request .*\(context-not-propagated\)$`
	})
	http.HandleFunc("GET /prices", func(w http.ResponseWriter, r *http.Request) {
		ask(r.Context(), w, "http://prices/list")
	})
	server := &http.Server{Addr: ":80", ReadTimeout: time.Second, WriteTimeout: 2 * time.Second, IdleTimeout: time.Minute}
	server.ListenAndServe()
}
