package manifest_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/distcheck/distcheck/analyzer/source/manifest"
)

// lean runs what must be small, and is quick then: bounds far above what it takes, far below what following every alias would.
func lean(t *testing.T, megabytes uint64, run func()) {
	t.Helper()
	if raced {
		t.Skip("what it allocates cannot be told under the race detector, and it starts no goroutine")
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	run()
	runtime.ReadMemStats(&after)
	if used := (after.TotalAlloc - before.TotalAlloc) >> 20; used > megabytes {
		t.Errorf("%d MB were allocated, at most %d are needed", used, megabytes)
	}
}

// laughs is the billion laughs: each list names the one before it nine times.
func laughs(levels int) string {
	var b strings.Builder
	b.WriteString("version: 1\nsystem: &l0 lol\n")
	for i := 1; i <= levels; i++ {
		fmt.Fprintf(&b, "l%d: &l%d [%s*l%d]\n", i, i, strings.Repeat(fmt.Sprintf("*l%d, ", i-1), 8), i-1)
	}
	return b.String()
}

// merges is the same with merge keys.
func merges(levels int) string {
	var b strings.Builder
	b.WriteString("version: 1\nservices:\n  s0: &l0 {owner: x}\n")
	for i := 1; i <= levels; i++ {
		fmt.Fprintf(&b, "  s%d: &l%d {<<: [%s*l%d]}\n", i, i, strings.Repeat(fmt.Sprintf("*l%d, ", i-1), 8), i-1)
	}
	return b.String()
}

// TestLimits goes beyond each limit. The message names the limit and its value, and says what to do.
func TestLimits(t *testing.T) {
	services := func(n int) string {
		var b strings.Builder
		b.WriteString("version: 1\ndefaults: {data: [" + strings.Repeat("{name: x}, ", 1000) + "]}\nservices:\n")
		for i := range n {
			fmt.Fprintf(&b, "  s%d:\n", i)
		}
		return b.String()
	}
	shared := "version: 1\nservices:\n  a: {calls: &c [" + strings.Repeat("b, ", 1000) + "]}\n"
	for i := range 3000 {
		shared += fmt.Sprintf("  s%d: {calls: *c}\n", i)
	}
	for _, test := range []struct {
		name, text    string
		limits        manifest.Limits
		line          int32
		message, hint string
		megabytes     uint64
	}{
		{"bytes", strings.Repeat("#", 1001), manifest.Limits{Bytes: 1000}, 1, "the file has 1001 bytes", "at most 1000 bytes (the limit on size)", 1},
		{"depth", "version: 1\nsystem: [[[[[[]]]]]]", manifest.Limits{Depth: 5}, 2, "more than 5 levels deep", "5 levels (the limit on depth)", 1},
		{"deep lists", "version: 1\nsystem: " + strings.Repeat("[", 9_999) + strings.Repeat("]", 9_999), manifest.Limits{}, 2, "more than 64 levels deep", "64 levels (the limit on depth)", 200},
		{"deep maps", "version: 1\nsystem: " + strings.Repeat("{a: ", 9_998) + strings.Repeat("}", 9_998), manifest.Limits{}, 2, "more than 64 levels deep", "64 levels (the limit on depth)", 200},
		{"deeper lists", "version: 1\nsystem: " + strings.Repeat("[", 100_000), manifest.Limits{}, 2, "more than 10,000 levels deep", "64 levels (the limit on depth)", 200},
		{"deep blocks", "version: 1\nsystem: \n" + strings.Repeat("- ", 9_998), manifest.Limits{}, 3, "more than 64 levels deep", "64 levels (the limit on depth)", 200},
		{"deeper blocks", "version: 1\nsystem: \n" + strings.Repeat("- ", 20_000), manifest.Limits{}, 3, "more than 10,000 levels deep", "64 levels (the limit on depth)", 200},
		{"laughs", laughs(30), manifest.Limits{}, 9, "the aliases of this file add more than 2000000 nodes", "2000000 nodes (the limit on aliases)", 10},
		{"merges", merges(30), manifest.Limits{}, 9, "the aliases of this file add more than 2000000 nodes", "2000000 nodes (the limit on aliases)", 10},
		{"self", "version: 1\nservices: &s {a: {calls: *s}}", manifest.Limits{}, 2, "it would never end", "the limit on aliases", 1},
		{"self merge", "version: 1\nservices: &s {<<: *s}", manifest.Limits{}, 2, "it would never end", "the limit on aliases", 1},
		{"shared", shared, manifest.Limits{}, 2002, "the aliases of this file add more than 2000000 nodes", "2000000 nodes (the limit on aliases)", 20},
		{"defaults", services(2000), manifest.Limits{}, 670, "the defaults add more than 2000000 values", "2000000 values (the limit on aliases and defaults)", 600},
		{"few", shared, manifest.Limits{Nodes: 5000}, 8, "add more than 5000 nodes", "5000 nodes (the limit on aliases)", 20},
	} {
		t.Run(test.name, func(t *testing.T) {
			var errs manifest.Errors
			lean(t, test.megabytes, func() {
				_, errs = manifest.Read(newFiles(), []manifest.Input{{Path: "services.yaml", Data: []byte(test.text)}}, vocabulary(), test.limits)
			})
			complete(t, errs, "services.yaml")
			if len(errs) != 1 {
				t.Fatalf("%d errors", len(errs))
			}
			err := errs[0]
			if !strings.Contains(err.Message, test.message) || !strings.Contains(err.Accepted, test.hint) || err.Pos.Line != test.line {
				t.Errorf("got: %s", err.Text())
			}
		})
	}
}

// TestManyErrorsAreCut reads a file with an error in each of 100,000 lines.
func TestManyErrorsAreCut(t *testing.T) {
	text := "version: 1\nservices:\n" + strings.Repeat("  a: {}\n", 100_000)
	for name, text := range map[string]string{
		"keys":    text,
		"unknown": "version: 1\n" + strings.Repeat("x: 1\n", 100_000),
		"items":   "version: 1\nservices: {a: {calls: [" + strings.Repeat("{},\n", 100_000) + "]}}",
		"defaults": "version: 1\ndefaults: {tier: 1}\nservices:\n" + func() string {
			var b strings.Builder
			for i := range 100_000 {
				fmt.Fprintf(&b, "  s%d: 7\n", i)
			}
			return b.String()
		}(),
	} {
		t.Run(name, func(t *testing.T) {
			var errs manifest.Errors
			lean(t, 400, func() { _, errs = read(t, text) })
			complete(t, errs, "services.yaml")
			last := errs[len(errs)-1]
			if len(errs) != 1001 || !strings.Contains(last.Message, "stopped after 1000 errors") || !strings.Contains(last.Accepted, "the limit on errors") {
				t.Errorf("%d errors, the last: %s", len(errs), last.Text())
			}
		})
	}
}

// TestLimitsLeaveGoodFilesAlone reads what is large and good.
func TestLimitsLeaveGoodFilesAlone(t *testing.T) {
	var b strings.Builder
	b.WriteString("version: 1\ndefaults: {observability: {tracing: true, metrics: true}}\nservices:\n  s0: &base {owner: x, calls: [s1]}\n")
	for i := 1; i < 20_000; i++ {
		fmt.Fprintf(&b, "  s%d: {<<: *base, tier: 2}\n", i)
	}
	if n := len(good(t, b.String()).Services); n != 20_000 {
		t.Errorf("%d services", n)
	}
}
