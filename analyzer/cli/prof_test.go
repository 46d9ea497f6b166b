package cli_test

import (
	"os"
	"path/filepath"
	"testing"
)

func BenchmarkOnlyLint(b *testing.B) {
	file := filepath.Join(b.TempDir(), "services.yaml")
	os.WriteFile(file, manifestOf(10000), 0o600)
	for b.Loop() {
		lint(b, file)
	}
}

func TestWriteLarge(t *testing.T) {
	if os.Getenv("LARGE") != "" {
		os.WriteFile(os.Getenv("LARGE"), manifestOf(10000), 0o600)
	}
}
