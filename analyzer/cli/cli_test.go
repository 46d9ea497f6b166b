package cli_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/distcheck/distcheck/analyzer/cli"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"distcheck": func() {
		command := &cli.Command{
			Stdin:   os.Stdin,
			Stdout:  os.Stdout,
			Stderr:  os.Stderr,
			Getenv:  os.Getenv,
			Environ: os.Environ,
			Now:     func() time.Time { return time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC) },
			Version: "v0.0.0-test",
		}
		os.Exit(command.Run(context.Background(), os.Args[1:]))
	}})
}

// TestScripts runs testdata/script: each file is a chapter of the manual. "go test -run Scripts -update" rewrites what
// commands are expected to print.
func TestScripts(t *testing.T) {
	// Scripts have no home, and the go command needs its caches.
	out, err := exec.Command("go", "env", "GOCACHE", "GOMODCACHE").Output()
	caches := strings.Fields(string(out))
	if err != nil || len(caches) != 2 {
		t.Fatalf("go env: %v: %s", err, out)
	}
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != "",
		Condition:     condition,
		Cmds:          map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
		Setup: func(env *testscript.Env) error {
			systems, err := os.Getwd()
			env.Setenv("SYSTEMS", systems+"/../../testdata")
			env.Setenv("CALLS", aboutCalls)
			env.Setenv("GOCACHE", caches[0])
			env.Setenv("GOMODCACHE", caches[1])
			return err
		},
	})
}

// aboutCalls are rules about how calls are made, which small programs about something else break.
const aboutCalls = "missing-deadline,context-not-propagated,missing-circuit-breaker,hard-coded-address,discarded-error,insecure-transport"

// exits runs a command and wants its exit code: "exits 3 distcheck services.yaml".
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND ...")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := "0"
	if err != nil {
		code = exitCode(err)
	}
	if code != args[0] {
		ts.Fatalf("exit code %s, want %s", code, args[0])
	}
}

func exitCode(err error) string {
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		return strconv.Itoa(failed.ExitCode())
	}
	return err.Error()
}

// TestFirstManifest: the manifest that help shows can be read, and has something to find.
func TestFirstManifest(t *testing.T) {
	help := run(t, "help")
	_, rest, _ := strings.Cut(help, "A first manifest:\n\n")
	text, _, ok := strings.Cut(rest, "\n\n")
	if !ok {
		t.Fatalf("no manifest in %s", help)
	}
	var stdout, stderr bytes.Buffer
	command := &cli.Command{Stdin: strings.NewReader(strings.ReplaceAll(text, "\n\t", "\n")[1:]), Stdout: &stdout, Stderr: &stderr}
	if code := command.Run(context.Background(), []string{"-"}); code != cli.ExitFindings || !strings.Contains(stdout.String(), "3 hops") {
		t.Errorf("exit %d\n%s%s", code, &stdout, &stderr)
	}
}

// condition is [race] in a script.
func condition(name string) (bool, error) {
	if name != "race" {
		return false, fmt.Errorf("%q is no condition", name)
	}
	return raced, nil
}
