package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/distcheck/distcheck/analyzer/rule"
)

// TestDrivers holds that the real drivers say the same: go vet with this program as its tool, package by package, and
// distcheck itself, which reads all of them at once, find the same rules broken at the same places. Rules of the whole are
// left out, and what services must know of each other: chains, and whose address it is.
func TestDrivers(t *testing.T) {
	if testing.Short() || raced {
		t.Skip("builds the program, without the race detector, and runs the go command")
	}
	program := filepath.Join(t.TempDir(), "distcheck")
	if out, err := exec.Command("go", "build", "-o", program, "../../cmd/distcheck").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, system := range []string{"../testdata/vet", "../testdata/chain", "../../testdata/healthy/code"} {
		dir, err := filepath.Abs(system)
		if err != nil {
			t.Fatal(err)
		}
		vetted, whole := vetted(t, program, dir), checked(t, program, dir)
		if !slices.Equal(vetted, whole) {
			t.Errorf("%s:\ngo vet    %q\ndistcheck %q", system, vetted, whole)
		}
		if strings.HasSuffix(system, "vet") && len(vetted) < 20 {
			t.Errorf("%s: only %d findings", system, len(vetted))
		}
	}
}

func comparable(id string) bool {
	return !slices.Contains(append(rule.OfTheWhole(), "sync-chain", "sync-cycle", "hard-dependencies", "hard-coded-address"), id)
}

func outputOf(t *testing.T, dir, program string, args ...string) []byte {
	t.Helper()
	command := exec.Command(program, args...)
	command.Dir = dir
	command.Env = append(os.Environ(), "GOWORK=off", "DISTCHECK_MANIFEST=off")
	var stderr bytes.Buffer
	command.Stderr = &stderr
	out, err := command.Output()
	if len(out) == 0 {
		t.Fatalf("%s %s: %v\n%s", program, args, err, stderr.String())
	}
	return out
}

// vetted are the rules and places of what go vet reports.
func vetted(t *testing.T, program, dir string) []string {
	var found []string
	for decoder := json.NewDecoder(bytes.NewReader(outputOf(t, dir, program, "vet", "-json", "./..."))); decoder.More(); {
		var reported map[string]map[string][]struct{ Posn, Message string }
		if err := decoder.Decode(&reported); err != nil {
			t.Fatal(err)
		}
		for _, analyzers := range reported {
			for _, d := range analyzers["distcheck"] {
				id := strings.TrimSuffix(d.Message[strings.LastIndex(d.Message, "(")+1:], ")")
				place, err := filepath.Rel(dir, d.Posn)
				if err != nil {
					t.Fatal(err)
				}
				if comparable(id) {
					found = append(found, id+" "+filepath.ToSlash(place))
				}
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// checked are those of what distcheck reports.
func checked(t *testing.T, program, dir string) []string {
	var report struct {
		Findings []struct {
			Rule, Severity, File string
			Line, Column         int
		}
	}
	if err := json.Unmarshal(outputOf(t, dir, program, "-format=json", "-all", "./..."), &report); err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, f := range report.Findings {
		if comparable(f.Rule) && f.Severity != "note" {
			found = append(found, fmt.Sprintf("%s %s:%d:%d", f.Rule, f.File, f.Line, f.Column))
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}
