// Package client asks the services of the shop.
package client

import (
	"context"
	"net/http"
	"os"
)

// Charge asks payment.
func Charge(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://payment/charges", nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// Post asks the ledger.
func Post(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, os.Getenv("LEDGER_URL")+"/entries", nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}
