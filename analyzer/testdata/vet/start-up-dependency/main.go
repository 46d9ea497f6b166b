// Web does not start without its stock.
package main

import (
	"log"
	"net/http"
	"time"
)

var client = &http.Client{Timeout: time.Second}

func main() {
	resp, err := client.Get("http://stock/items") // want `does not start unless it reaches stock GET /items.*\(start-up-dependency\)$`
	if err != nil {
		log.Fatal(err)
	}
	resp.Body.Close()
	if resp, err := client.Get("http://prices/list"); err == nil {
		resp.Body.Close()
	}
	http.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {})
	server := &http.Server{Addr: ":80", ReadTimeout: time.Second, WriteTimeout: 2 * time.Second, IdleTimeout: time.Minute}
	server.ListenAndServe()
}
