package diagram

import (
	"slices"
	"testing"
)

// TestWrap: labels break between words, and a name of ordinary length stays whole.
func TestWrap(t *testing.T) {
	for _, test := range []struct {
		name    string
		columns int
		want    []string
	}{
		{"SendOrderConfirmation", edgeColumns, []string{"SendOrderConfirmation"}},
		{"GetSupportedCurrencies", edgeColumns, []string{"GetSupportedCurrencies"}},
		{"SendOrderConfirmation", 18, []string{"SendOrder", "Confirmation"}},
		{"GetSupportedCurrencies", 18, []string{"GetSupported", "Currencies"}},
		{"POST /cart/checkout", 16, []string{"POST /cart/", "checkout"}},
		{"GET /orders", 5, []string{"GET", "/ord…"}},
		{"listHTTPServers", 10, []string{"listHTTP", "Servers"}},
		{"recommendation-engine_v2", 18, []string{"recommendation-", "engine_v2"}},
		{"abcdefghijklmnopqrstuvwxyz", 18, []string{"abcdefghijklmnopqr", "stuvwxyz"}},
		{"A1BCDEFGHIJKLMNOPQRSTUVWXYZ", 18, []string{"A1BCDEFGHIJKLMNOPQ", "RSTUVWXYZ"}},
		{"a-bcdefghijklmnopqrs", 18, []string{"a-", "bcdefghijklmnopqrs"}},
		{"a-bcdefghijklmnopqrstuvwxyz", 18, []string{"a-bcdefghijklmnopq", "rstuvwxyz"}},
		{"ÄrgerÜberÖfen", 10, []string{"ÄrgerÜber", "Öfen"}},
		{"", 18, []string{"(no name)"}},
	} {
		if got := wrap(test.name, test.columns, 2); !slices.Equal(got, test.want) {
			t.Errorf("wrap(%q, %d) = %q, want %q", test.name, test.columns, got, test.want)
		}
	}
}
