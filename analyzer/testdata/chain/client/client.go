// Package client asks other services.
package client

import (
	"net/http"
	"time"

	"example.com/chain/address"
)

var client = &http.Client{Timeout: time.Second}

// Items asks the stock.
func Items() bool {
	resp, err := client.Get(address.Of("stock") + "/items")
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}
