package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/distcheck/distcheck/analyzer/cli"
)

// What is beside the code, for workflows to use or copy, is tested as far as it goes without those who run it: the
// scripts of the action are run, and all commands that examples have.

// action is action.yml, as far as it is looked at here.
type action struct {
	Inputs map[string]struct {
		Description string
		Default     *string
	}
	Outputs map[string]struct{ Description, Value string }
	Runs    struct {
		Using string
		Steps []step
	}
}

type step struct {
	Name, ID, If, Uses, Run, Shell string
	Env, With                      map[string]string
}

func readAction(t *testing.T) action {
	t.Helper()
	var a action
	readYAML(t, "../../action.yml", &a)
	return a
}

func readYAML(t *testing.T, path string, into any) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(data, into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

var (
	inputUsed = regexp.MustCompile(`\binputs\.([a-z-]+)`)
	pinned    = regexp.MustCompile(`^[\w.-]+/[\w./-]+@[0-9a-f]{40}$`)
)

// TestAction wants the action to say what its inputs are, and none of them to become a part of a script.
func TestAction(t *testing.T) {
	a := readAction(t)
	if a.Runs.Using != "composite" {
		t.Errorf("using %q", a.Runs.Using)
	}
	used := make(map[string]bool)
	for _, s := range a.Runs.Steps {
		if strings.Contains(s.Run, "${{") {
			t.Errorf("%s: an expression becomes a part of the script", s.Name)
		}
		if (s.Run != "") == (s.Uses != "") || s.Run != "" && s.Shell != "bash" {
			t.Errorf("%s: wanted is a script for bash, or another action", s.Name)
		}
		if s.Uses != "" && !pinned.MatchString(s.Uses) {
			t.Errorf("%s: %s is not pinned to a commit", s.Name, s.Uses)
		}
		all, err := yaml.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range inputUsed.FindAllStringSubmatch(string(all), -1) {
			used[name[1]] = true
			if _, ok := a.Inputs[name[1]]; !ok {
				t.Errorf("%s: there is no input %s", s.Name, name[1])
			}
		}
	}
	for name, input := range a.Inputs {
		if !used[name] || input.Description == "" || input.Default == nil {
			t.Errorf("input %s: used %v, description %q; a default is wanted", name, used[name], input.Description)
		}
	}
	for name, output := range a.Outputs {
		if output.Description == "" || !strings.Contains(output.Value, "steps.check.outputs."+name) {
			t.Errorf("output %s: %+v", name, output)
		}
	}
}

// job is one in which the action is run, as a runner runs it.
type job struct {
	t       *testing.T
	action  action
	dir     string // what is checked out
	temp    string
	inputs  map[string]string
	outputs map[string]string // of the step "check"
	said    string
}

// run runs the steps that are scripts, and reports whether they succeeded.
func (j *job) run() bool {
	j.t.Helper()
	j.outputs, j.said = make(map[string]string), ""
	output, summary := filepath.Join(j.temp, "output"), filepath.Join(j.temp, "summary")
	top, err := filepath.Abs("../..")
	if err != nil {
		j.t.Fatal(err)
	}
	for _, s := range j.action.Runs.Steps {
		if s.Run == "" || s.Name == "install distcheck" && j.installed() {
			continue
		}
		for _, file := range []string{output, summary} {
			if err := os.WriteFile(file, nil, 0o644); err != nil {
				j.t.Fatal(err)
			}
		}
		script := filepath.Join(j.temp, "script.sh")
		if err := os.WriteFile(script, []byte(s.Run), 0o644); err != nil {
			j.t.Fatal(err)
		}
		run := exec.Command("bash", "--noprofile", "--norc", "-e", "-o", "pipefail", script)
		run.Dir = j.dir
		run.Env = append(os.Environ(), "RUNNER_TEMP="+j.temp, "GITHUB_ACTION_PATH="+top, "GITHUB_OUTPUT="+output, "GITHUB_STEP_SUMMARY="+summary)
		for name, value := range s.Env {
			run.Env = append(run.Env, name+"="+j.value(value))
		}
		said, err := run.CombinedOutput()
		j.said += string(said)
		if text, _ := os.ReadFile(summary); len(text) > 0 {
			j.outputs["summary"] = string(text)
		}
		lines, err2 := os.ReadFile(output)
		if err2 != nil {
			j.t.Fatal(err2)
		}
		for line := range strings.Lines(string(lines)) {
			if name, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "="); ok {
				j.outputs[name] = value
			}
		}
		if err != nil {
			return false
		}
	}
	return true
}

func (j *job) installed() bool {
	_, err := os.Stat(filepath.Join(j.temp, "distcheck", "bin", "distcheck"))
	return err == nil
}

// value is an expression as a runner puts it in.
func (j *job) value(text string) string {
	text, isExpression := strings.CutPrefix(text, "${{ ")
	if !isExpression {
		return text
	}
	text = strings.TrimSuffix(text, " }}")
	if name, ok := strings.CutPrefix(text, "inputs."); ok {
		if value, ok := j.inputs[name]; ok {
			return value
		}
		return *j.action.Inputs[name].Default
	}
	name, ok := strings.CutPrefix(text, "steps.check.outputs.")
	if !ok {
		j.t.Fatalf("the test does not know the expression %s", text)
	}
	return j.outputs[name]
}

func TestActionRuns(t *testing.T) {
	if _, err := exec.LookPath("bash"); err != nil || runtime.GOOS == "windows" {
		t.Skip("the action is for bash")
	}
	dir := t.TempDir()
	for _, name := range []string{"shop", "events"} {
		if err := os.CopyFS(filepath.Join(dir, name), os.DirFS("../../testdata/"+name)); err != nil {
			t.Fatal(err)
		}
	}
	j := &job{t: t, action: readAction(t), dir: dir, temp: t.TempDir()}

	j.inputs = map[string]string{"args": "events/services.yaml"}
	if !j.run() || j.outputs["exit-code"] != "0" || !strings.Contains(j.outputs["summary"], "distcheck") {
		t.Fatalf("a healthy system fails: %v\n%s", j.outputs, j.said)
	}

	j.inputs = map[string]string{"args": "shop/services.yaml", "annotations": "true"}
	if j.run() || j.outputs["exit-code"] != "1" {
		t.Errorf("a faulty system passes: %v\n%s", j.outputs, j.said)
	}
	if !strings.Contains(j.said, "\n::error file=shop/services.yaml,line=") {
		t.Errorf("nothing is annotated:\n%s", j.said)
	}
	if !strings.Contains(j.outputs["summary"], "```mermaid\n") {
		t.Errorf("the summary has no diagram:\n%s", j.outputs["summary"])
	}
	data, err := os.ReadFile(j.outputs["sarif"])
	if err != nil || !json.Valid(data) {
		t.Errorf("no SARIF: %v\n%s", err, data)
	}

	j.inputs = map[string]string{"args": "shop/services.yaml", "fail-on": "never", "summary": "false"}
	if !j.run() || j.outputs["exit-code"] != "0" || j.outputs["summary"] != "" {
		t.Errorf("-fail-on never: %v\n%s", j.outputs, j.said)
	}

	known := exec.Command(filepath.Join(j.temp, "distcheck", "bin", "distcheck"), "-q", "-write-baseline", "known debt.yaml", "shop/services.yaml")
	known.Dir = dir
	if out, err := known.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	j.inputs = map[string]string{"args": "shop/services.yaml", "baseline": "known debt.yaml"}
	if !j.run() || j.outputs["exit-code"] != "0" {
		t.Errorf("what is known fails: %v\n%s", j.outputs, j.said)
	}

	worse := filepath.Join(dir, "shop", "services.yaml")
	if data, err = os.ReadFile(worse); err != nil {
		t.Fatal(err)
	}
	data = append(data, "\n  late: {calls: [checkout shop.Checkout/PlaceOrder], operations: {\"GET /late\": {calls: [checkout shop.Checkout/PlaceOrder]}}}\n"...)
	if err := os.WriteFile(worse, data, 0o644); err != nil {
		t.Fatal(err)
	}
	if j.run() || j.outputs["exit-code"] != "1" {
		t.Errorf("what is new passes: %v\n%s", j.outputs, j.said)
	}

	// What stands in inputs is never run.
	const hostile = "$(touch pwned) `touch pwned` ; touch pwned \"; touch pwned; \" '; touch pwned; '\n touch pwned"
	for _, name := range []string{"args", "baseline", "fail-on", "annotations", "summary"} {
		j.inputs = map[string]string{"args": "events/services.yaml", name: hostile}
		passed := j.run()
		if isSwitch := name == "annotations" || name == "summary"; passed != isSwitch || !isSwitch && j.outputs["exit-code"] != "2" {
			t.Errorf("%s: %v\n%s", name, j.outputs, j.said)
		}
	}
	j.inputs = map[string]string{"args": "*/services.yaml"}
	if j.run(); j.outputs["exit-code"] != "2" {
		t.Errorf("a pattern of files: %v\n%s", j.outputs, j.said)
	}
	if _, err := os.Stat(filepath.Join(dir, "pwned")); err == nil {
		t.Error("an input was run")
	}
}

// TestExamples wants examples to be YAML or JSON, to name what there is, and their commands to run.
func TestExamples(t *testing.T) {
	const top = "../../testdata/examples"
	err := filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
		if err == nil && slices.Contains([]string{".yml", ".yaml", ".json"}, filepath.Ext(path)) {
			var any map[string]any
			readYAML(t, path, &any)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}

	var hooks []struct {
		ID, Entry, Language, Files string
		Args                       []string
		Names                      *bool `yaml:"pass_filenames"`
	}
	readYAML(t, "../../.pre-commit-hooks.yaml", &hooks)
	var ids []string
	commands := map[string][]string{}
	for _, h := range hooks {
		ids = append(ids, h.ID)
		if h.Language != "golang" || h.Names == nil || *h.Names {
			t.Errorf("%s: %+v", h.ID, h)
		}
		files, err := regexp.Compile(h.Files)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"web/main.go", "go.mod", "backend/go.sum", "services.yaml"} {
			if !files.MatchString(name) {
				t.Errorf("%s does not run when %s has changed", h.ID, name)
			}
		}
		commands[h.ID] = append(strings.Fields(h.Entry), h.Args...)
	}
	var preCommit struct {
		Repos []struct {
			Rev   string
			Hooks []struct{ ID string }
		}
	}
	readYAML(t, top+"/pre-commit/.pre-commit-config.yaml", &preCommit)
	for _, repo := range preCommit.Repos {
		for _, hook := range repo.Hooks {
			if !slices.Contains(ids, hook.ID) {
				t.Errorf("there is no hook %s", hook.ID)
			}
		}
	}

	var workflow struct {
		Jobs map[string]struct {
			Permissions map[string]string
			Steps       []step
		}
	}
	readYAML(t, top+"/github/distcheck.yml", &workflow)
	inputs := readAction(t).Inputs
	for name, job := range workflow.Jobs {
		if job.Permissions["security-events"] != "write" {
			t.Errorf("%s may not upload to code scanning: %v", name, job.Permissions)
		}
		for _, s := range job.Steps {
			if strings.HasPrefix(s.Uses, "distcheck/distcheck@") {
				for with := range s.With {
					if _, ok := inputs[with]; !ok {
						t.Errorf("%s: the action has no input %s", name, with)
					}
				}
				commands["github"] = append([]string{"distcheck", "check", "-baseline", s.With["baseline"]}, strings.Fields(s.With["args"])...)
			}
		}
	}
	var pipeline map[string]struct{ Script []string }
	readYAML(t, top+"/gitlab/.gitlab-ci.yml", &pipeline)
	for _, line := range pipeline["distcheck"].Script {
		if strings.HasPrefix(line, "distcheck ") {
			commands["gitlab"] = strings.Fields(line)
		}
	}
	if commands["github"] == nil || commands["gitlab"] == nil {
		t.Fatalf("commands are %v", commands)
	}

	dir := t.TempDir()
	for name, text := range map[string]string{
		"services.yaml":   "version: 1\nservices:\n  web: {}\n  payment: {}\n",
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
	typed := func(words []string) (int, string) {
		var out bytes.Buffer
		command := &cli.Command{Stdout: &out, Stderr: &out, Dir: dir, Environ: os.Environ}
		return command.Run(context.Background(), words[1:]), out.String()
	}
	once, err := os.ReadFile(top + "/github/distcheck.yml")
	if err != nil {
		t.Fatal(err)
	}
	_, line, _ := strings.Cut(string(once), "# once: ")
	line, _, _ = strings.Cut(line, "\n")
	if code, said := typed(strings.Fields(line)); code != cli.ExitClean {
		t.Errorf("%s: exit %d\n%s", line, code, said)
	}
	for name, words := range commands {
		want := cli.ExitClean // all is in the baseline
		switch {
		case words[1] == "vet": // which starts this program, and that is a test here
			words = []string{"distcheck", "help", "vet"}
		case !slices.Contains(words, "-baseline"):
			want = cli.ExitFindings
		}
		if code, said := typed(words); code != want {
			t.Errorf("%s: %s: exit %d\n%s", name, strings.Join(words, " "), code, said)
		}
	}
	report, err := os.ReadFile(filepath.Join(dir, "gl-code-quality-report.json"))
	if err != nil || !json.Valid(report) {
		t.Errorf("no report for GitLab: %v\n%s", err, report)
	}
}

// TestExampleVersions wants all that is copied to name the version that the plugin for golangci-lint asks for: a release
// changes them together.
func TestExampleVersions(t *testing.T) {
	read := func(path string) string {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	asked := regexp.MustCompile(`(?m)^\s*github\.com/distcheck/distcheck (v\S+)`).FindStringSubmatch(read("../../analyzer/golangci/go.mod"))
	if asked == nil {
		t.Fatal("the plugin asks for no version")
	}
	named := regexp.MustCompile(`(?:distcheck/(?:cmd/)?distcheck@|distcheck/distcheck\n\s*rev: )(v\S+)`)
	for _, path := range []string{"github/distcheck.yml", "gitlab/.gitlab-ci.yml", "pre-commit/.pre-commit-config.yaml"} {
		found := named.FindStringSubmatch(read("../../testdata/examples/" + path))
		if found == nil || found[1] != asked[1] {
			t.Errorf("%s names %v, the plugin asks for %s", path, found, asked[1])
		}
	}
}

// TestExampleOfNogo compiles what stands there.
func TestExampleOfNogo(t *testing.T) {
	build := exec.Command("go", "vet", "./testdata/examples/nogo")
	build.Dir = "../.."
	if out, err := build.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
