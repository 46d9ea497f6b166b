package spelling_test

import (
	"testing"

	"github.com/distcheck/distcheck/analyzer/spelling"
)

func TestNearest(t *testing.T) {
	names := []string{"calls", "kind", "owner", "operations", "slo"}
	for name, want := range map[string]string{
		"onwer":      "owner",      // two letters swapped
		"operation":  "operations", // one missing
		"opperation": "operations", // one too many, one missing
		"call":       "calls",
		"sol":        "slo",
		"so":         "slo",
		"xyz":        "",
		"owner":      "", // not a misspelling of itself
		"":           "",
		"ownership":  "",
	} {
		if got := spelling.Nearest(name, names); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"abc", "acb", 1}, {"kitten", "sitting", 3}, {"größe", "grösse", 2}} {
		if got := spelling.Distance(test.a, test.b); got != test.want {
			t.Errorf("Distance(%q, %q) = %d, want %d", test.a, test.b, got, test.want)
		}
	}
}
