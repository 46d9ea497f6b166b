package gocode_test

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/source/gocode"
	"github.com/distcheck/distcheck/analyzer/source/manifest"
)

var corpus = flag.String("corpus", "", "a `directory` with checkouts of the labelled systems, each named after its file in testdata/labels")

// standard operations are those of every server; labels leave them out.
var standard = regexp.MustCompile(`^(grpc\.health\.|[A-Z]+ /(_?healthz?|readyz?|livez|metrics|robots\.txt)$|[A-Z]+ /(debug|static)(/|$))`)

// TestAccuracy compares what is traced in real systems with labels made by hand, and prints a table. It holds that
// nothing is missed or invented; without -corpus it is skipped, since this repository carries nobody else's code.
func TestAccuracy(t *testing.T) {
	if *corpus == "" {
		t.Skip("no -corpus with checkouts")
	}
	labels, err := filepath.Glob("../../../testdata/labels/*.yaml")
	if err != nil || len(labels) == 0 {
		t.Fatalf("no labels: %v", err)
	}
	for _, file := range labels {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			head := header(data)
			dir := filepath.Join(*corpus, name, filepath.FromSlash(head["directory"]))
			if _, err := os.Stat(dir); err != nil {
				t.Skipf("check out %s at %s there: %v", head["repository"], head["commit"], err)
			}
			want, errs := manifest.Read(new(arch.Files), []manifest.Input{{Path: file, Data: data}}, manifest.Vocabulary(nil), manifest.DefaultLimits())
			if len(errs) > 0 {
				t.Fatal(errs[0].Text())
			}
			got, err := gocode.Read(context.Background(), new(arch.Files), gocode.Options{Dir: dir, Patterns: strings.Fields(head["packages"]), Env: os.Environ()})
			if err != nil {
				t.Fatal(err)
			}
			services := make(map[string]bool)
			for _, s := range want.Services {
				services[s.Name] = s.Declared
			}
			line := fmt.Sprintf("| %s | %.12s |", name, head["commit"])
			for _, what := range []func(*arch.System, map[string]bool) map[string]bool{operations, calls, loops, deadlines, messages} {
				found, invented, missed := compare(what(want, services), what(got.System, services))
				line += fmt.Sprintf(" %d, %d, %d |", found, len(invented), len(missed))
				for _, m := range missed {
					t.Errorf("missed: %s", m)
				}
				for _, i := range invented {
					t.Errorf("invented: %s", i)
				}
			}
			t.Log(line)
		})
	}
}

// header reads "# key: value" lines.
func header(data []byte) map[string]string {
	head := make(map[string]string)
	for lines := bufio.NewScanner(bytes.NewReader(data)); lines.Scan(); {
		if key, value, ok := strings.Cut(strings.TrimPrefix(lines.Text(), "# "), ": "); ok && strings.HasPrefix(lines.Text(), "# ") {
			head[key] = value
		}
	}
	return head
}

func compare(want, got map[string]bool) (found int, invented, missed []string) {
	for w := range want {
		if got[w] {
			found++
		} else {
			missed = append(missed, w)
		}
	}
	for g := range got {
		if !want[g] {
			invented = append(invented, g)
		}
	}
	slices.Sort(invented)
	slices.Sort(missed)
	return found, invented, missed
}

var parameter = regexp.MustCompile(`\{[^}]*\}`)

// spelt is an operation in one spelling: case and the names of parameters mean nothing.
func spelt(operation string) string {
	operation = strings.ToLower(parameter.ReplaceAllString(operation, "{}"))
	return strings.TrimSuffix(operation, "/")
}

func each(sys *arch.System, services map[string]bool, yield func(operation string, c *arch.Call)) {
	for _, s := range sys.Services {
		if !services[s.Name] && !s.Declared {
			continue
		}
		for _, op := range s.Operations {
			name := s.Name + " " + spelt(op.Name)
			if !standard.MatchString(op.Name) {
				yield(name, nil)
			}
			for _, c := range op.Calls {
				yield(name, c)
			}
		}
	}
}

func operations(sys *arch.System, services map[string]bool) map[string]bool {
	out := make(map[string]bool)
	each(sys, services, func(operation string, c *arch.Call) {
		if c == nil {
			out["operation "+operation] = true
		}
	})
	return out
}

func calls(sys *arch.System, services map[string]bool) map[string]bool {
	return those(sys, services, "call", func(*arch.CallFacts) bool { return true })
}

func loops(sys *arch.System, services map[string]bool) map[string]bool {
	return those(sys, services, "in a loop", func(f *arch.CallFacts) bool { return f.Loop.Is() })
}

func deadlines(sys *arch.System, services map[string]bool) map[string]bool {
	return those(sys, services, "with a deadline", func(f *arch.CallFacts) bool { return f.Timeout.Is() && f.Timeout.Value.Kind != arch.Incoming })
}

func those(sys *arch.System, services map[string]bool, what string, has func(*arch.CallFacts) bool) map[string]bool {
	out := make(map[string]bool)
	each(sys, services, func(operation string, c *arch.Call) {
		if c != nil && has(c.Facts()) {
			out[fmt.Sprintf("%s: %s → %s %s", what, operation, c.To, spelt(c.Operation.Value))] = true
		}
	})
	return out
}

// messages are what services publish and consume, by topic.
func messages(sys *arch.System, services map[string]bool) map[string]bool {
	out := make(map[string]bool)
	for _, s := range sys.Services {
		if !services[s.Name] && !s.Declared {
			continue
		}
		for _, c := range s.Consumes {
			out[s.Name+" consumes "+c.Topic] = true
		}
		bodies := []*arch.Body{&s.Body, &s.Background}
		for _, op := range s.Operations {
			bodies = append(bodies, &op.Body)
		}
		for _, body := range bodies {
			for _, p := range body.Publishes {
				out[s.Name+" publishes "+p.Topic] = true
			}
		}
	}
	return out
}
