package analyzer_test

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"

	"github.com/distcheck/distcheck/analyzer"
	"github.com/distcheck/distcheck/analyzer/rule"
)

// TestRules runs rules that say something of a single service, each on a program of its name: it says what it must say, and
// where, beside what is right. A directory that is called like no rule is right as a whole.
func TestRules(t *testing.T) {
	dir := testdata(t, "vet")
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if !entry.IsDir() {
			continue
		}
		t.Run(entry.Name(), func(t *testing.T) {
			t.Parallel()
			only := entry.Name()
			if !slices.ContainsFunc(rule.All(), func(r rule.Rule) bool { return r.ID == only }) {
				only = "server-without-timeouts"
			}
			analysistest.Run(t, dir, analyzer.New(analyzer.Config{Only: []string{only}}), "./"+entry.Name())
		})
	}
}

// TestManifest follows a chain into what a manifest knows of the callee, where the driver gives it. It is told at the call,
// which stands in another package than the service.
func TestManifest(t *testing.T) {
	const manifest = `version: 1
services:
  web: {code: {dir: web}}
  stock:
    operations:
      GET /items: {calls: [warehouse GET /shelves]}
  warehouse:
    operations:
      GET /shelves: {calls: [robots GET /arms]}
  robots: {operations: {GET /arms: {}}}
`
	pkgs := loadAll(t, testdata(t, "chain"), "./...")
	with := diagnose(t, pkgs, analyzer.Config{Only: []string{"sync-chain"}, Manifest: []byte(manifest), ManifestPath: "services.yaml"})
	if want := []string{"client/client.go:15:25: web GET /cart waits for stock, which waits for warehouse, which waits for robots: 3 hops in a row: " +
		"1. stock GET /items at client/client.go:15:25 2. warehouse GET /shelves at services.yaml:6:28 3. robots GET /arms at services.yaml:9:30 (sync-chain)"}; !slices.Equal(with, want) {
		t.Errorf("got  %q\nwant %q", with, want)
	}
	if without := diagnose(t, pkgs, analyzer.Config{Only: []string{"sync-chain"}}); len(without) > 0 {
		t.Errorf("without a manifest: %q", without)
	}
	graph, err := checker.Analyze([]*analysis.Analyzer{analyzer.New(analyzer.Config{Manifest: []byte("version: 9")})}, pkgs, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(graph.Roots, func(root *checker.Action) bool {
		return root.Err != nil && strings.Contains(root.Err.Error(), "services.yaml:1:10")
	}) {
		t.Error("a wrong manifest is no error")
	}
}

// loadAll loads packages and all that they import from source, as drivers do for an analyzer that has facts.
func loadAll(t *testing.T, dir string, patterns ...string) []*packages.Package {
	t.Helper()
	pkgs, err := packages.Load(&packages.Config{Mode: packages.LoadAllSyntax | packages.NeedModule, Dir: dir, Env: append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod")}, patterns...)
	if err != nil {
		t.Fatal(err)
	}
	if packages.PrintErrors(pkgs) > 0 {
		t.FailNow()
	}
	return pkgs
}

// diagnose lists what an analyzer says of packages, sorted, by positions seen from their module.
func diagnose(t *testing.T, pkgs []*packages.Package, config analyzer.Config) []string {
	t.Helper()
	graph, err := checker.Analyze([]*analysis.Analyzer{analyzer.New(config)}, pkgs, nil)
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, root := range graph.Roots {
		if root.Err != nil {
			t.Error(root.Err)
		}
		for _, d := range root.Diagnostics {
			at := root.Package.Fset.Position(d.Pos)
			file, err := filepath.Rel(root.Package.Module.Dir, at.Filename)
			if err != nil {
				t.Fatal(err)
			}
			said = append(said, fmt.Sprintf("%s:%d:%d: %s", filepath.ToSlash(file), at.Line, at.Column, d.Message))
		}
	}
	slices.Sort(said)
	return said
}

func testdata(t *testing.T, name string) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestFacts makes the fact of the same package many times: build caches and remote builds need the same bytes. It holds
// the packages that the package imports as well, and no path of this machine.
func TestFacts(t *testing.T) {
	dir := testdata(t, "chain")
	pkgs := loadAll(t, dir, "./client")
	var first []byte
	for range 20 {
		got := factOf(t, pkgs, "example.com/chain/client")
		if first == nil {
			first = got
		}
		if !bytes.Equal(first, got) {
			t.Fatal("the same package gave different facts")
		}
	}
	if bytes.Contains(first, []byte(filepath.Dir(dir))) {
		t.Error("a fact holds an absolute path")
	}
	var parts analyzer.Parts
	if err := parts.GobDecode(first); err != nil {
		t.Fatal(err)
	}
	if got := parts.String(); got != "2 packages" {
		t.Errorf("a fact holds %s: it must be closed", got)
	}
	if err := parts.GobDecode(first[:len(first)-3]); err == nil {
		t.Error("a fact that is cut off was read")
	}
}

// factOf is the fact that the analyzer exports of a package.
func factOf(t *testing.T, pkgs []*packages.Package, path string) []byte {
	t.Helper()
	graph, err := checker.Analyze([]*analysis.Analyzer{analyzer.New(analyzer.Config{})}, pkgs, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, root := range graph.Roots {
		for _, fact := range root.AllPackageFacts() {
			if fact.Package.Path() == path {
				data, err := fact.Fact.(gob.GobEncoder).GobEncode()
				if err != nil {
					t.Fatal(err)
				}
				return data
			}
		}
	}
	t.Fatalf("%s has no fact", path)
	return nil
}
