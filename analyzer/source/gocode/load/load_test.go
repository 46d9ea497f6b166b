package load_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/distcheck/distcheck/analyzer/source/gocode/load"
)

var update = flag.Bool("update", false, "rewrite what is expected of the trees in testdata")

// TestTrees loads each tree in testdata and compares what loaded, what did not, and what is told of the rest.
func TestTrees(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no trees: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			for _, f := range archive.Files {
				path := filepath.Join(dir, filepath.FromSlash(f.Name))
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if f.Name != "want" {
					if err := os.WriteFile(path, f.Data, 0o644); err != nil {
						t.Fatal(err)
					}
				}
			}
			got := told(t, dir)
			at := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == "want" })
			if at < 0 {
				t.Fatal("the tree has no file want")
			}
			if want := string(archive.Files[at].Data); got == want {
				return
			} else if !*update {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
				return
			}
			archive.Files[at].Data = []byte(got)
			if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func told(t *testing.T, dir string) string {
	result, err := load.Load(context.Background(), load.Options{Dir: dir, Patterns: []string{"./..."}, Env: os.Environ()})
	if err != nil {
		return "error: " + err.Error() + "\n"
	}
	var out strings.Builder
	for _, unit := range result.Units {
		for _, pkg := range unit.Packages {
			fmt.Fprintln(&out, "loaded:", pkg.PkgPath)
		}
	}
	for _, p := range result.Problems {
		fmt.Fprintf(&out, "problem: %s: %s (%s)\n", p.What, strings.ReplaceAll(p.Reason, dir, "DIR"), p.Hint)
	}
	for _, note := range result.Notes {
		fmt.Fprintln(&out, "note:", note)
	}
	return out.String()
}
