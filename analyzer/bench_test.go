package analyzer_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/distcheck/distcheck/analyzer/source/gocode"
	"github.com/distcheck/distcheck/analyzer/source/gocode/load"
)

var dir = flag.String("dir", "../testdata/healthy/code", "the `directory` of the modules whose facts are measured")

// BenchmarkFacts measures what a driver must keep of the packages of a repository, and what making it costs beside loading
// them from source:
//
//	go test ./analyzer -bench Facts -run '^$' -args -dir DIR
func BenchmarkFacts(b *testing.B) {
	where, err := filepath.Abs(*dir)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		start := time.Now()
		loaded, err := load.Load(context.Background(), load.Options{Dir: where, Patterns: []string{"./..."}, Env: os.Environ()})
		if err != nil {
			b.Fatal(err)
		}
		loading := time.Since(start)
		packages, largest, own, all := 0, 0, 0, 0
		for _, unit := range loaded.Units {
			size := make(map[string]int)              // of a package's part
			below := make(map[string]map[string]bool) // what its fact holds
			for _, pkg := range unit.Packages {
				part, err := gocode.MakePart(gocode.Source{Fset: unit.Fset, Files: pkg.Syntax, Types: pkg.Types, Info: pkg.TypesInfo})
				if err != nil {
					b.Fatal(err)
				}
				packages++
				size[pkg.PkgPath] = len(part.Data)
				closure := map[string]bool{pkg.PkgPath: true}
				for path := range pkg.Imports {
					for held := range below[path] {
						closure[held] = true
					}
				}
				below[pkg.PkgPath] = closure
				if pkg.Name == "main" {
					continue // has no fact
				}
				fact := 0
				for held := range closure {
					fact += size[held]
				}
				own += size[pkg.PkgPath]
				all += fact
				largest = max(largest, fact)
			}
		}
		making := time.Since(start) - loading
		b.ReportMetric(float64(packages), "packages")
		b.ReportMetric(float64(largest)/1000, "kB/largest")
		b.ReportMetric(float64(own)/1000, "kB/once")
		b.ReportMetric(float64(all)/1000, "kB/all")
		b.ReportMetric(making.Seconds()/loading.Seconds(), "×load")
	}
}
