package gocode_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/distcheck/distcheck/analyzer/source/gocode"
)

// TestConcerns traces each program in testdata/concerns, and compares what its services have and lack with what its
// file wants. What nobody knows has no line.
func TestConcerns(t *testing.T) {
	files, err := filepath.Glob("testdata/concerns/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no programs: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			result, want, archive := trace(t, file)
			got := concerns(result)
			if got == want {
				return
			}
			if *update {
				at := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == "want" })
				archive.Files[at].Data = []byte(got)
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			t.Errorf("got:\n%s\nwant:\n%s", got, want)
		})
	}
}

func concerns(result gocode.Result) string {
	var b strings.Builder
	for _, s := range result.System.Services {
		fmt.Fprintln(&b, s.Name)
		for _, c := range s.Concerns {
			value := c.Fact.Value
			if c.Fact.Not() {
				value = "false"
			}
			fmt.Fprintf(&b, "  %s: %s :%d\n", c.Key, value, c.Fact.Pos.Line)
		}
		for _, i := range s.Imports {
			fmt.Fprintf(&b, "  imports %s of %s :%d\n", i.Package, i.Of, i.Pos.Line)
		}
	}
	return b.String()
}
