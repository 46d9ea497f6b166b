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
	want = between(t, want, "<!-- output -->\n```\n", "```\n", run(t, "testdata/shop/services.yaml"))
	rewritten(t, "../../README.md", want)

	rewritten(t, "../../testdata/shop/system.svg", drawShop(t))

	examples := strings.Split(readme, "```yaml\n")[1:]
	if len(examples) < 4 {
		t.Fatalf("only %d manifests found", len(examples))
	}
	for _, example := range examples {
		text, _, _ := strings.Cut(example, "```")
		if !strings.HasPrefix(text, "version: 1") {
			text = "version: 1\nservices: {web: {}, checkout: {}, payment: {}}\n" + text
		}
		_, errs := manifest.Read(new(arch.Files), []manifest.Input{{Path: "README.md", Data: []byte(text)}}, rule.Specs(rule.All()), manifest.DefaultLimits())
		for _, e := range errs {
			t.Errorf("%s\n%s", text, e.Text())
		}
	}
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
