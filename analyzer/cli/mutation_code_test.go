package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/distcheck/distcheck/analyzer/cli"
)

// codeFault is one thing that is made worse in the code of a healthy system.
type codeFault struct {
	rule  string
	file  string
	edits []string // old, new, old, new, …
	also  []string // other rules that say the same from their side
}

// codeFaults has one for each rule that code alone can break.
var codeFaults = []codeFault{
	{"no-graceful-shutdown", "run/run.go", []string{"syscall.SIGTERM", "syscall.SIGHUP"}, nil},
	{"no-graceful-shutdown", "run/run.go", []string{
		"	go func() {\n		if err := server", "	func() {\n		if err := server",
	}, nil},
	{"missing-health-check", "run/run.go", []string{"GET /healthz", "GET /about", "GET /readyz", "GET /more"}, nil},
	{"no-tracing", "run/run.go", []string{
		"	\"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp\"\n", "",
		"otelhttp.NewHandler(mux, \"server\")", "mux",
		", Transport: otelhttp.NewTransport(http.DefaultTransport)", "",
	}, nil},
	{"no-metrics", "run/run.go", []string{
		"	\"github.com/prometheus/client_golang/prometheus/promhttp\"\n", "",
		"	mux.Handle(\"GET /metrics\", promhttp.Handler())\n", "",
	}, nil},
	{"unstructured-logs", "run/run.go", []string{
		"\"log/slog\"", "\"log\"",
		"slog.Error(\"serving ended\", \"error\", err)", "log.Print(err)",
		"slog.Error(\"not all requests were answered\", \"error\", err)", "log.Print(err)",
	}, nil},
	{"server-without-timeouts", "run/run.go", []string{", ReadHeaderTimeout: 5 * time.Second", ""}, nil},
	{"chatty-call", "web/main.go", []string{
		"	p, err := s.product(r.Context(), r.PathValue(\"id\"))\n", "	var p product\n	var err error\n	for _, id := range r.URL.Query()[\"id\"] {\n		p, err = s.product(r.Context(), id)\n	}\n",
	}, nil},
	{"sync-chain", "catalog/main.go", []string{
		"import (\n", "import (\n	\"os\"\n",
		"		json.NewEncoder(w)", "		req, _ := http.NewRequestWithContext(r.Context(), http.MethodGet, os.Getenv(\"STOCK_URL\")+\"/stock\", nil)\n		resp, err := client.Do(req)\n		if err != nil {\n			http.Error(w, \"no stock\", http.StatusBadGateway)\n			return\n		}\n		defer resp.Body.Close()\n		json.NewEncoder(w)",
		"	mux := http", "	client := run.Client()\n	mux := http",
	}, []string{"unresolved-call"}},
	{"missing-deadline", "run/run.go", []string{"Timeout: 2 * time.Second, ", ""}, nil},
	{"context-not-propagated", "web/main.go", []string{"http.NewRequestWithContext(ctx, ", "http.NewRequest("}, nil},
	{"missing-circuit-breaker", "web/main.go", []string{
		"s.breaker.Execute(func() (any, error) { return s.client.Do(req) })", "s.client.Do(req)", "	resp := answer.(*http.Response)\n", "	resp := answer\n",
	}, nil},
	{"hard-coded-address", "web/main.go", []string{"os.Getenv(\"CATALOG_URL\")", "\"https://catalog:8080\"", "	\"os\"\n", ""}, nil},
	{"insecure-transport", "web/main.go", []string{"os.Getenv(\"CATALOG_URL\")", "\"http://\"+os.Getenv(\"CATALOG_HOST\")"}, nil},
	{"broken-trace", "run/run.go", []string{", Transport: otelhttp.NewTransport(http.DefaultTransport)", ""}, nil},
	{"discarded-error", "web/main.go", []string{
		"	answer, err := s.breaker.Execute(func() (any, error) { return s.client.Do(req) })\n	if err != nil {\n		return p, fmt.Errorf(\"catalog: %w\", err)\n	}\n	resp := answer.(*http.Response)\n", "	resp, _ := s.client.Do(req)\n",
	}, []string{"missing-circuit-breaker", "unresolved-call"}},
	{"discarded-error", "web/main.go", []string{
		"	answer, err := s.breaker", "	answer, _ := s.breaker",
		"	if err != nil {\n		return p, fmt.Errorf(\"catalog: %w\", err)\n	}\n", "",
	}, nil},
	{"context-not-propagated", "web/main.go", []string{"NewRequestWithContext(ctx", "NewRequestWithContext(context.Background()"}, nil},
	{"deep-health-check", "web/main.go", []string{"	run.Serve(mux, func() bool { return true })", "	run.Serve(mux, func() bool {\n		_, err := s.product(context.Background(), \"1\")\n		return err == nil\n	})"}, []string{"context-not-propagated"}},
	{"start-up-dependency", "web/main.go", []string{"	mux := http", "	if _, err := s.client.Get(s.catalog + \"/products/1\"); err != nil {\n		os.Exit(1)\n	}\n	mux := http"}, nil},
	{"start-up-dependency", "web/main.go", []string{"	\"net/http\"\n", "	\"net/http\"\n	\"net/rpc\"\n", "	mux := http", "	if _, err := rpc.Dial(\"tcp\", os.Getenv(\"CATALOG_HOST\")); err != nil {\n		slog.Error(\"no catalog\", \"error\", err)\n		return\n	}\n	mux := http"}, nil},
	{"fails-after-write", "web/main.go", []string{
		"	p, err := s.product", "	req, err := http.NewRequestWithContext(r.Context(), http.MethodPut, s.catalog+\"/products/\"+r.PathValue(\"id\"), nil)\n	if err != nil {\n		return\n	}\n	if _, err := s.client.Do(req); err != nil {\n		return\n	}\n	p, err := s.product",
	}, []string{"missing-circuit-breaker", "unresolved-call"}},
	{"unresolved-call", "web/main.go", []string{"os.Getenv(\"CATALOG_URL\")", "os.Args[1]", "\"/products/\"+id", "\"/articles/\"+id"}, nil},
}

// lintCode copies the healthy code, changes one file, and lints it.
func lintCode(t *testing.T, file string, edits []string) map[string]string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../../testdata/healthy/code")); err != nil {
		t.Fatal(err)
	}
	if file != "" {
		path := filepath.Join(dir, filepath.FromSlash(file))
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		changed := string(text)
		for i := 0; i < len(edits); i += 2 {
			if !strings.Contains(changed, edits[i]) {
				t.Fatalf("%s has no %q", file, edits[i])
			}
			changed = strings.Replace(changed, edits[i], edits[i+1], 1)
		}
		if err := os.WriteFile(path, []byte(changed), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var out, errs bytes.Buffer
	command := &cli.Command{Stdout: &out, Stderr: &errs, Dir: dir, Environ: os.Environ, Now: func() time.Time { return time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC) }}
	if code := command.Run(context.Background(), []string{"-all", "-format", "json", "-fail-on", "never", "./..."}); code != 0 {
		t.Fatalf("exit code %d: %s", code, errs.String())
	}
	var report struct {
		Findings []struct{ Rule, Severity, Message string }
	}
	if err := json.Unmarshal(out.Bytes(), &report); err != nil {
		t.Fatal(err)
	}
	found := make(map[string]string)
	for _, f := range report.Findings {
		found[f.Severity+" "+f.Message] = f.Rule
	}
	return found
}

// TestHealthyCode: nothing at all is found in code that has what it owes its users.
func TestHealthyCode(t *testing.T) {
	for message, rule := range lintCode(t, "", nil) {
		t.Errorf("%s (%s)", message, rule)
	}
}

// TestInterruptAlone: who asks for os.Interrupt alone is told that orchestrators send something else.
func TestInterruptAlone(t *testing.T) {
	const wanted = "warning web drops what it has begun when SIGTERM stops it, since it asks for os.Interrupt alone"
	found := lintCode(t, "run/run.go", []string{"syscall.SIGTERM", "os.Interrupt", "	\"syscall\"\n", "	\"os\"\n"})
	if found[wanted] != "no-graceful-shutdown" {
		t.Errorf("%v lacks %q", found, wanted)
	}
}

// TestShutdownThatNobodyAwaits: who ends while the last requests are still answered is told so.
func TestShutdownThatNobodyAwaits(t *testing.T) {
	const wanted = "warning web drops what it has begun when it is stopped: main does not wait for its Shutdown, and ends as soon as that begins"
	found := lintCode(t, "run/run.go", []string{
		"		if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {\n			slog.Error(\"serving ended\", \"error\", err)\n			stop()\n		}\n	}()\n	<-ctx.Done()\n", "		<-ctx.Done()\n",
		"		slog.Error(\"not all requests were answered\", \"error\", err)\n	}\n", "		slog.Error(\"not all requests were answered\", \"error\", err)\n	}\n	}()\n	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {\n		slog.Error(\"serving ended\", \"error\", err)\n	}\n",
	})
	if found[wanted] != "no-graceful-shutdown" {
		t.Errorf("%v lacks %q", found, wanted)
	}
}

// TestCodeMutations seeds one fault at a time into the healthy code.
func TestCodeMutations(t *testing.T) {
	for _, f := range codeFaults {
		t.Run(f.rule, func(t *testing.T) {
			t.Parallel()
			caught := false
			for message, rule := range lintCode(t, f.file, f.edits) {
				caught = caught || rule == f.rule
				if rule != f.rule && !slices.Contains(f.also, rule) {
					t.Errorf("new as well: %s (%s)", message, rule)
				}
			}
			if !caught {
				t.Error("not caught")
			}
		})
	}
}
