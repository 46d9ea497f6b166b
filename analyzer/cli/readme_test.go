package cli_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/cli"
	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/report"
	"github.com/distcheck/distcheck/analyzer/rule"
	"github.com/distcheck/distcheck/analyzer/source/manifest"
)

// TestReadme keeps the README true: its output, its table of rules and its picture are what distcheck prints, and its
// manifests can be read. UPDATE_README=1 rewrites them.
func TestReadme(t *testing.T) {
	if raced {
		t.Skip("draws, for which there is a time limit")
	}
	data, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	readme := string(data)

	var infos []finding.RuleInfo
	for _, r := range rule.All() {
		infos = append(infos, r.Info())
	}
	want := between(t, readme, "<!-- rules -->\n", "<!-- end of rules -->", report.RuleTableMarkdown(infos))
	want = between(t, want, "<!-- libraries -->\n", "<!-- end of libraries -->", cli.LibrariesMarkdown())
	want = between(t, want, "<!-- whole -->\n", "<!-- end of whole -->", "`"+strings.Join(rule.OfTheWhole(), "`, `")+"`.\n")
	want = between(t, want, "<!-- output -->\n```\n", "```\n", run(t, "testdata/shop/services.yaml"))
	if checkout := os.Getenv("README_CHECKOUT"); checkout != "" { // of the system that the first screen shows
		want = between(t, want, "<!-- screen -->\n```\n", "```\n", screen(t, checkout, "./..."))
	}
	rewritten(t, "../../README.md", want)

	rewritten(t, "../../testdata/shop/system.svg", drawShop(t))

	examples := strings.Split(readme, "```yaml\n")[1:]
	if len(examples) < 4 {
		t.Fatalf("only %d manifests found", len(examples))
	}
	for _, example := range examples {
		text, _, _ := strings.Cut(example, "```")
		_, errs := manifest.Read(new(arch.Files), []manifest.Input{{Path: "README.md", Data: []byte(text)}}, rule.Specs(rule.All()), manifest.DefaultLimits())
		for _, e := range errs {
			t.Errorf("%s\n%s", text, e.Text())
		}
	}
}

// TestReadmeCommands types what the README says to type, where its first manifest and a little Go code are.
func TestReadmeCommands(t *testing.T) {
	if raced {
		t.Skip("draws, for which there is a time limit")
	}
	data, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(data), "```yaml\n")
	first, _, _ := strings.Cut(rest, "```")
	dir := t.TempDir()
	for name, text := range map[string]string{
		"services.yaml":   first,
		"go.mod":          "module example.com/shop\n\ngo 1.24\n",
		"web/main.go":     served("POST /cart/checkout", `http.Post("http://payment/charge", "", r.Body)`),
		"payment/main.go": served("POST /charge", ""),
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	typed := 0
	for _, block := range strings.Split(string(data), "```sh\n")[1:] {
		block, _, _ = strings.Cut(block, "```")
		for line := range strings.Lines(block) {
			line, _, _ = strings.Cut(strings.TrimSpace(line), " #")
			words, ok := strings.CutPrefix(line, "distcheck ")
			if !ok {
				continue
			}
			typed++
			var args []string
			for i, part := range strings.Split(words, "'") {
				if i%2 == 1 {
					args = append(args, part)
				} else {
					args = append(args, strings.Fields(part)...)
				}
			}
			var stdout, stderr bytes.Buffer
			command := &cli.Command{Stdout: &stdout, Stderr: &stderr, Dir: dir, Environ: os.Environ}
			if code := command.Run(context.Background(), args); code > cli.ExitFindings {
				t.Errorf("%s: exit %d\n%s", line, code, &stderr)
			}
		}
	}
	if typed < 6 {
		t.Errorf("only %d commands found", typed)
	}
}

// served is a service with one route.
func served(route, body string) string {
	return "package main\n\nimport \"net/http\"\n\nfunc main() {\n\thttp.HandleFunc(\"" + route + "\", func(w http.ResponseWriter, r *http.Request) {" + body + "})\n\thttp.ListenAndServe(\":80\", nil)\n}\n"
}

// rewritten wants a file to hold what distcheck prints, or makes it so.
func rewritten(t *testing.T, path, want string) {
	t.Helper()
	if got, err := os.ReadFile(path); err == nil && string(got) == want {
		return
	}
	if os.Getenv("UPDATE_README") == "" {
		t.Errorf("%s is not what distcheck prints; UPDATE_README=1 go test ./analyzer/cli rewrites it", path)
	} else if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

// drawShop draws the picture that the README shows. The same input makes the same bytes: the layout is that of the
// Graphviz inside, whatever the machine has.
func drawShop(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "system.svg")
	run(t, "graph", "-q", "-o", path, "testdata/shop/services.yaml")
	svg, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(svg)
}

// between replaces what stands between two marks.
func between(t *testing.T, text, before, after, middle string) string {
	t.Helper()
	head, rest, ok := strings.Cut(text, before)
	_, tail, closed := strings.Cut(rest, after)
	if !ok || !closed {
		t.Fatalf("no %q … %q in the README", before, after)
	}
	return head + before + middle + after + tail
}

// screen runs distcheck in a directory and returns all that people see.
func screen(t *testing.T, dir string, args ...string) string {
	t.Helper()
	var seen bytes.Buffer
	command := &cli.Command{Stdout: &seen, Stderr: &seen, Dir: dir, Environ: os.Environ}
	if code := command.Run(context.Background(), args); code > cli.ExitFindings {
		t.Fatalf("exit %d\n%s", code, &seen)
	}
	return seen.String()
}

// run runs distcheck at the top of the repository and returns what it prints.
func run(t *testing.T, args ...string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	command := &cli.Command{Stdout: &stdout, Stderr: &stderr, Dir: "../.."}
	if code := command.Run(context.Background(), args); code > cli.ExitFindings {
		t.Fatalf("exit %d\n%s", code, &stderr)
	}
	return stdout.String()
}
