package cli_test

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/cli"
	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/report"
	"github.com/distcheck/distcheck/analyzer/rule"
	"github.com/distcheck/distcheck/analyzer/source/manifest"
)

// TestReadme keeps the README true: its output and its table of rules are what distcheck prints, and its
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
	if want != readme {
		if os.Getenv("UPDATE_README") == "" {
			t.Error("the README is not what distcheck prints; UPDATE_README=1 go test ./analyzer/cli rewrites it")
		} else if err := os.WriteFile("../../README.md", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}

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
