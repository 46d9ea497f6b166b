package gocode_test

import (
	"context"
	"flag"
	"os"
	"testing"
	"time"

	"golang.org/x/tools/go/packages"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/source/gocode"
	"github.com/distcheck/distcheck/analyzer/source/gocode/load"
)

var dir = flag.String("dir", "../../../testdata/code/shop", "the module to trace in benchmarks")

// BenchmarkTrace compares reading a module with a bare packages.Load of the same packages in the same mode. The
// machine's noise is in both, since they alternate.
//
//	go test ./analyzer/source/gocode -run '^$' -bench Trace -args -dir /path/to/a/module
func BenchmarkTrace(b *testing.B) {
	var loading, tracing time.Duration
	for b.Loop() {
		start := time.Now()
		if _, err := packages.Load(&packages.Config{Mode: load.Mode, Dir: *dir}, "./..."); err != nil {
			b.Fatal(err)
		}
		middle := time.Now()
		result, err := gocode.Read(context.Background(), new(arch.Files), gocode.Options{Dir: *dir, Patterns: []string{"./..."}, Env: os.Environ()})
		if err != nil {
			b.Fatal(err)
		}
		tracing += time.Since(middle)
		loading += middle.Sub(start)
		b.ReportMetric(float64(result.Packages), "packages")
	}
	b.ReportMetric(loading.Seconds()/float64(b.N), "s/load")
	b.ReportMetric(tracing.Seconds()/float64(b.N), "s/trace")
	b.ReportMetric(tracing.Seconds()/loading.Seconds(), "×load")
	b.ReportMetric(0, "ns/op")
}
