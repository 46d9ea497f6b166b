package golangci_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/golangci/plugin-module-register/register"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"
	"gopkg.in/yaml.v3"

	"github.com/distcheck/distcheck/analyzer"
	"github.com/distcheck/distcheck/analyzer/golangci"
	"github.com/distcheck/distcheck/analyzer/rule"
)

// TestSettings wants settings to be decoded strictly, with what is accepted where something is not.
func TestSettings(t *testing.T) {
	t.Chdir("testdata/shop")
	for settings, wrong := range map[string]string{
		``:                                      ``,
		`{}`:                                    ``,
		`{manifest: services.yaml}`:             ``,
		`{notes: true, only: [sync-chain]}`:     ``,
		`{exclude: [sync-chain, hub]}`:          ``,
		`[sync-chain]`:                          `settings are ["sync-chain"], not a mapping: accepted are manifest (a path), notes (true or false), only and exclude (lists of rules)`,
		`{manfest: services.yaml}`:              `unknown setting "manfest" (did you mean "manifest"?): accepted are manifest (a path), notes (true or false), only and exclude (lists of rules)`,
		`{Notes: true}`:                         `unknown setting "Notes" (did you mean "notes"?): accepted are`,
		`{flat: true}`:                          `unknown setting "flat": accepted are`,
		`{notes: maybe}`:                        `notes is "maybe": wanted is true or false`,
		`{notes: }`:                             `notes is null: wanted is true or false`,
		`{only: sync-chain}`:                    `only is "sync-chain": wanted is a list of rules`,
		`{manifest: [a, b]}`:                    `manifest is ["a","b"]: wanted is a path`,
		`{only: [sync-chains]}`:                 `unknown rule "sync-chains" (did you mean "sync-chain"?); "distcheck rules" lists them`,
		`{only: [orphan-topic]}`:                `only orphan-topic: golangci-lint shows one service after the other, and the rule needs all of them`,
		`{only: [fan-out], exclude: [fan-out]}`: `exclude leaves no rule to run: that would be a pass of nothing`,
		`{manifest: gone.yaml}`:                 `manifest gone.yaml: there is no such file in `,
		`{manifest: web}`:                       `manifest web: there is no such file in `,
	} {
		var raw any
		if err := yaml.Unmarshal([]byte(settings), &raw); err != nil {
			t.Fatal(err)
		}
		said := ""
		if _, err := golangci.New(raw); err != nil {
			said = err.Error()
		}
		if said != wrong && (wrong == "" || !strings.HasPrefix(said, wrong)) {
			t.Errorf("%s\n got %s\nwant %s", settings, said, wrong)
		}
	}
}

// TestSameFindings wants the analyzers that golangci-lint gets to say what "distcheck ./..." says: the same rules at the
// same places. With GOLANGCI_LINT, the path of a golangci-lint that was built with the plugin, it has to say so too.
func TestSameFindings(t *testing.T) {
	tool := filepath.Join(t.TempDir(), "distcheck")
	build := exec.Command("go", "build", "-o", tool, "./cmd/distcheck")
	build.Dir = "../.."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, test := range []struct {
		dir, settings string
		args          []string
		least         []string // what is found at least
	}{
		{"testdata/shop", `{manifest: services.yaml}`, []string{"services.yaml", "./..."}, []string{
			"client/client.go:16:36 chatty-call", "client/client.go:16:36 missing-deadline", "client/client.go:29:36 missing-deadline",
			"client/client.go:16:36 sync-chain", "payment/main.go:11:93 discarded-error", "payment/main.go:12:21 no-tracing",
		}},
		{"testdata/shop", `{manifest: services.yaml, only: [sync-chain]}`, []string{"-only", "sync-chain", "services.yaml", "./..."}, []string{"client/client.go:16:36 sync-chain"}},
		{"../../testdata/healthy/code", ``, []string{"./..."}, nil},
	} {
		dir, err := filepath.Abs(test.dir)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(test.dir+test.settings, func(t *testing.T) {
			want := reported(t, tool, dir, test.args)
			for _, least := range test.least {
				if !slices.Contains(want, least) {
					t.Errorf("distcheck does not say %s, but %q", least, want)
				}
			}
			if got := analyzed(t, dir, test.settings); !slices.Equal(got, want) {
				t.Errorf("the analyzers say\n%s\nand distcheck\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
			binary := os.Getenv("GOLANGCI_LINT")
			if binary == "" {
				return
			}
			if got := linted(t, binary, dir, test.settings); !slices.Equal(got, want) {
				t.Errorf("golangci-lint says\n%s\nand distcheck\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

// reported is what distcheck finds, each as "place rule", but for notes and what only the whole system shows.
func reported(t *testing.T, tool, dir string, args []string) []string {
	t.Helper()
	run := exec.Command(tool, append([]string{"-q", "-format", "json"}, args...)...)
	run.Dir = dir
	out, err := run.Output()
	var ended *exec.ExitError
	if err != nil && (!errors.As(err, &ended) || ended.ExitCode() != 1) {
		t.Fatalf("%v\n%s", err, out)
	}
	var report struct {
		Findings []struct {
			Rule, Severity, File string
			Line, Column         int
		}
	}
	if err := json.Unmarshal(out, &report); err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, f := range report.Findings {
		if f.Severity != "note" && !slices.Contains(rule.OfTheWhole(), f.Rule) {
			found = append(found, fmt.Sprintf("%s:%d:%d %s", f.File, f.Line, f.Column, f.Rule))
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// analyzed is what the analyzers of the plugin say, as golangci-lint gets and runs them.
func analyzed(t *testing.T, dir, settings string) []string {
	t.Helper()
	t.Chdir(dir)
	newPlugin, err := register.GetPlugin("distcheck")
	if err != nil {
		t.Fatal(err)
	}
	var raw any
	if err := yaml.Unmarshal([]byte(settings), &raw); err != nil {
		t.Fatal(err)
	}
	plugin, err := newPlugin(raw)
	if err != nil {
		t.Fatal(err)
	}
	if mode := plugin.GetLoadMode(); mode != register.LoadModeTypesInfo {
		t.Errorf("load mode %s", mode)
	}
	analyzers, err := plugin.BuildAnalyzers()
	if err != nil {
		t.Fatal(err)
	}
	if err := analysis.Validate(analyzers); err != nil {
		t.Fatal(err)
	}
	pkgs, err := packages.Load(&packages.Config{Mode: packages.LoadAllSyntax, Tests: true}, "./...")
	if err != nil {
		t.Fatal(err)
	}
	graph, err := checker.Analyze(analyzers, pkgs, nil)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, act := range graph.Roots {
		if act.Err != nil {
			t.Fatal(act.Err)
		}
		for _, d := range act.Diagnostics {
			if len(d.Related) > 0 {
				t.Errorf("golangci-lint would make an issue of its own of what belongs to: %s", d.Message)
			}
			found = append(found, place(t, dir, act.Package.Fset.Position(d.Pos), d.Message))
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// linted is what a golangci-lint with the plugin says.
func linted(t *testing.T, binary, dir, settings string) []string {
	t.Helper()
	t.Chdir(dir)
	var raw any
	if err := yaml.Unmarshal([]byte(settings), &raw); err != nil {
		t.Fatal(err)
	}
	config := map[string]any{
		"version": "2",
		"linters": map[string]any{
			"default":  "none",
			"enable":   []string{"distcheck"},
			"settings": map[string]any{"custom": map[string]any{"distcheck": map[string]any{"type": "module", "settings": raw}}},
		},
		"issues": map[string]any{"max-issues-per-linter": 0, "max-same-issues": 0, "uniq-by-line": false},
	}
	data, err := yaml.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), ".golangci.yml")
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
	var out, said bytes.Buffer
	run := exec.Command(binary, "run", "-c", file, "--path-mode", "abs", "--show-stats=false", "--output.json.path", "stdout", "./...")
	run.Stdout, run.Stderr = &out, &said
	run.Env = append(os.Environ(), "GOLANGCI_LINT_CACHE="+t.TempDir())
	err = run.Run()
	var ended *exec.ExitError
	if err != nil && (!errors.As(err, &ended) || ended.ExitCode() != 1) {
		t.Fatalf("%v\n%s", err, &said)
	}
	var report struct {
		Issues []struct {
			Text string
			Pos  token.Position
		}
	}
	if err := json.Unmarshal(out.Bytes(), &report); err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	var found []string
	for _, issue := range report.Issues {
		found = append(found, place(t, dir, issue.Pos, issue.Text))
	}
	slices.Sort(found)
	return slices.Compact(found)
}

var (
	ruleAtEnd    = regexp.MustCompile(`\(([a-z-]+)\)$`)
	placeAtStart = regexp.MustCompile(`^(\S+\.yaml:\d+:\d+): `)
)

// place is a diagnostic as "place rule". One of the manifest stands at a package and has its place in the message.
func place(t *testing.T, dir string, pos token.Position, message string) string {
	t.Helper()
	rule := ruleAtEnd.FindStringSubmatch(message)
	if rule == nil {
		t.Fatalf("a message names no rule: %s", message)
	}
	if in := placeAtStart.FindStringSubmatch(message); in != nil {
		return in[1] + " " + rule[1]
	}
	file, err := filepath.Rel(dir, pos.Filename)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%s:%d:%d %s", filepath.ToSlash(file), pos.Line, pos.Column, rule[1])
}

// TestKey wants another analyzer where the manifest is another, and the same where it is not: golangci-lint keeps what
// it found under the names of the analyzers.
func TestKey(t *testing.T) {
	t.Setenv(analyzer.ManifestVariable, "")
	dir := t.TempDir()
	t.Chdir(dir)
	names := func(settings any) string {
		t.Helper()
		plugin, err := golangci.New(settings)
		if err != nil {
			t.Fatal(err)
		}
		analyzers, err := plugin.BuildAnalyzers()
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, a := range analyzers {
			names = append(names, a.Name)
		}
		return strings.Join(names, " ")
	}
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module example.com/shop\n\ngo 1.24\n")
	seen := []string{names(nil)}
	write("services.yaml", "version: 1\nservices: {web: {}}\n")
	seen = append(seen, names(nil))
	write("services.yaml", "version: 1\nservices: {web: {calls: [ledger]}, ledger: {}}\n")
	seen = append(seen, names(nil))
	write("other.yaml", "version: 1\nservices: {web: {}}\n")
	seen = append(seen, names(map[string]any{"manifest": "other.yaml"}))
	for i, name := range seen {
		if slices.Contains(seen[:i], name) {
			t.Errorf("%s again", name)
		}
	}
	if again := names(nil); again != seen[2] {
		t.Errorf("%s, and before %s", again, seen[2])
	}
}

// TestExample wants the settings that people copy to be accepted, and the plugin to be called what it is.
func TestExample(t *testing.T) {
	const dir = "../../testdata/examples/golangci/"
	read := func(path string, into any) {
		t.Helper()
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := yaml.Unmarshal(data, into); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
	}
	type build struct {
		Version string
		Plugins []struct{ Module, Version, Path string }
	}
	var theirs, ours build
	read(dir+".custom-gcl.yml", &theirs)
	read(".custom-gcl.yml", &ours)
	const module = "github.com/distcheck/distcheck/analyzer/golangci"
	if len(theirs.Plugins) != 1 || theirs.Plugins[0].Module != module || theirs.Plugins[0].Version == "" {
		t.Errorf("plugins are %+v", theirs.Plugins)
	}
	if last := ours.Plugins[len(ours.Plugins)-1]; last.Module != module || last.Path != "." || ours.Version != theirs.Version {
		t.Errorf("a checkout is built otherwise: %+v", ours)
	}
	var config struct {
		Linters struct {
			Enable   []string
			Settings struct {
				Custom map[string]struct {
					Type     string
					Settings any
				}
			}
		}
	}
	read(dir+".golangci.yml", &config)
	custom, ok := config.Linters.Settings.Custom[golangci.Name]
	if !ok || custom.Type != "module" || !slices.Contains(config.Linters.Enable, golangci.Name) {
		t.Errorf("the linter is not there: %+v", config)
	}
	t.Chdir("testdata/shop")
	if _, err := golangci.New(custom.Settings); err != nil {
		t.Error(err)
	}
}
