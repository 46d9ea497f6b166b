package report

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/distcheck/distcheck/analyzer/finding"
)

func profiled(t *testing.T, r *finding.Report, opt Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := Profiles(&b, r, opt); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// What services have is a table that fits 100 columns, with the places that show it.
func TestProfiles(t *testing.T) {
	golden(t, "sample.profiles", profiled(t, sampleReport(), Options{}))
	golden(t, "sample-color.profiles", profiled(t, sampleReport(), Options{Color: true, Width: 60}))
	golden(t, "hostile.profiles", profiled(t, hostileReport(), Options{}))
	if got := profiled(t, &finding.Report{}, Options{}); got != "" {
		t.Errorf("of no service: %q", got)
	}
	table, _, _ := strings.Cut(profiled(t, hostileReport(), Options{}), "not known of any service")
	for line := range strings.Lines(table) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 100 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}
