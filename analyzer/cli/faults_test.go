package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/distcheck/distcheck/analyzer/cli"
)

// TestKnownFaults: what users of distributed monoliths meet first is found in a program of several services, each fault
// once, at its line, and nowhere else: calls in a loop, a context that drops that of the request, a card that is charged
// and not paid back when the parcel is not sent, an error that is thrown away, a deadline whose context nobody uses, a
// call after the order is placed.
func TestKnownFaults(t *testing.T) {
	rules := []string{"chatty-call", "context-not-propagated", "multi-service-write", "discarded-error", "missing-deadline", "fails-after-write", "waits-for-side-effect"}
	archive, err := txtar.ParseFile("testdata/faults.txtar")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var want []string
	for _, file := range archive.Files {
		path := filepath.Join(dir, filepath.FromSlash(file.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, file.Data, 0o644); err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(file.Data), "\n") {
			if _, wanted, ok := strings.Cut(line, "// want "); ok {
				for rule := range strings.FieldsSeq(wanted) {
					want = append(want, fmt.Sprintf("%s:%d %s", file.Name, i+1, rule))
				}
			}
		}
	}
	var out, errs bytes.Buffer
	command := &cli.Command{Stdout: &out, Stderr: &errs, Dir: dir, Environ: os.Environ}
	if code := command.Run(context.Background(), []string{"-all", "-only", strings.Join(rules, ","), "-format", "json", "-fail-on", "never", "./..."}); code != 0 {
		t.Fatalf("exit code %d: %s", code, errs.String())
	}
	var report struct {
		Findings []struct {
			Rule, File string
			Line       int
		}
	}
	if err := json.Unmarshal(out.Bytes(), &report); err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, f := range report.Findings {
		found = append(found, fmt.Sprintf("%s:%d %s", f.File, f.Line, f.Rule))
	}
	slices.Sort(want)
	slices.Sort(found)
	if !slices.Equal(found, want) {
		t.Errorf("found\n%s\nwant\n%s", strings.Join(found, "\n"), strings.Join(want, "\n"))
	}
}
