package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"os"

	"github.com/sony/gobreaker"

	"example.com/shop/run"
)

type product struct {
	ID   string
	Name string
}

type web struct {
	client  *http.Client
	breaker *gobreaker.CircuitBreaker
	catalog string
}

func (s *web) product(ctx context.Context, id string) (product, error) {
	var p product
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.catalog+"/products/"+id, nil)
	if err != nil {
		return p, err
	}
	answer, err := s.breaker.Execute(func() (any, error) { return s.client.Do(req) })
	if err != nil {
		return p, fmt.Errorf("catalog: %w", err)
	}
	resp := answer.(*http.Response)
	defer resp.Body.Close()
	return p, json.NewDecoder(resp.Body).Decode(&p)
}

func (s *web) page(w http.ResponseWriter, r *http.Request) {
	p, err := s.product(r.Context(), r.PathValue("id"))
	if err != nil {
		slog.Error("no product", "error", err)
		http.Error(w, "try again", http.StatusBadGateway)
		return
	}
	fmt.Fprintln(w, p.Name)
}

func main() {
	s := &web{client: run.Client(), breaker: gobreaker.NewCircuitBreaker(gobreaker.Settings{Name: "catalog"}), catalog: os.Getenv("CATALOG_URL")}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /products/{id}/page", s.page)
	run.Serve(mux, func() bool { return true })
}
