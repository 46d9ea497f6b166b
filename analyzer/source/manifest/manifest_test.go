package manifest_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/source/manifest"
)

// vocabulary is what the tests' manifests may name.
func vocabulary() manifest.Vocabulary {
	return manifest.Vocabulary{
		{ID: "sync-chain", Title: "Chains of synchronous calls.", Params: []arch.ParamSpec{
			{Name: "warning", Doc: "Hops in a row that are a warning.", Default: 2, Min: 1, Max: 100, Whole: true},
			{Name: "error", Doc: "Hops in a row that are an error.", Default: 3, Min: 1, Max: 100, Whole: true},
		}},
		{ID: "missing-runbook", Title: "Services without a runbook."},
		{ID: "low-slo", Title: "Promises that cannot be kept.", Params: []arch.ParamSpec{
			{Name: "share", Doc: "A share.", Default: 0.5, Min: 0, Max: 1},
		}},
	}
}

func newFiles() *arch.Files { return &arch.Files{} }

// read reads text as the file services.yaml.
func read(t testing.TB, text string) (*arch.System, manifest.Errors) {
	t.Helper()
	return manifest.Read(&arch.Files{}, []manifest.Input{{Path: "services.yaml", Data: []byte(text)}}, vocabulary(), manifest.DefaultLimits())
}

// good reads text that must have no errors.
func good(t testing.TB, text string) *arch.System {
	t.Helper()
	sys, errs := read(t, text)
	for _, err := range errs {
		t.Error(err.Text())
	}
	if errs != nil {
		t.Fatalf("in:\n%s", text)
	}
	return sys
}

// testdata reads the files of one folder whose names match.
func testdata(t testing.TB, pattern string) map[string]string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("..", "..", "..", "testdata", pattern))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no files match %s (%v)", pattern, err)
	}
	files := make(map[string]string, len(paths))
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(path)] = string(data)
	}
	return files
}
