package diagram

import (
	"slices"
	"strings"
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

// TestSigns: a sign stands beside the operation that it is about, or alone where it is that of several.
func TestSigns(t *testing.T) {
	loops := marks{loop: 0}
	hangs := marks{loop: noLoop, unbounded: true}
	both := loops.and(hangs)
	for _, c := range []struct {
		operations []operation
		unnamed    marks
		want       string
	}{
		{[]operation{{"v.Emoji/Find", both}}, unmarked(), "Find ×n ∞"},
		{[]operation{{"v.Emoji/Find", both}, {"v.Emoji/ListAll", hangs}}, unmarked(), "Find ×n ∞|ListAll ∞"},
		{[]operation{{"v.Emoji/Find", hangs}, {"v.Emoji/ListAll", hangs}}, unmarked(), "Find|ListAll|∞"},
		{[]operation{{"v.Emoji/Find", hangs}, {"v.Emoji/ListAll", unmarked()}, {"v.Emoji/Get", loops}}, unmarked(), "Find ∞|ListAll|+1 more ×n"},
		{[]operation{{"v.Emoji/Find", unmarked()}, {"v.Emoji/ListAll", unmarked()}}, loops, "Find|ListAll|×n"},
		{nil, both, "×n ∞"},
	} {
		e := &edge{operations: c.operations, unnamed: c.unnamed, marks: c.unnamed}
		for _, o := range c.operations {
			e.marks = e.marks.and(o.marks)
		}
		if got := strings.Join((&Picture{named: true}).lines(e), "|"); got != c.want {
			t.Errorf("%v: %q, want %q", c.operations, got, c.want)
		}
	}
}
