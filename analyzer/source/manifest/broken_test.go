package manifest_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/distcheck/distcheck/analyzer/source/manifest"
)

var update = flag.Bool("update", false, "write what was printed to the golden files")

// TestBroken compares all errors of each broken file with the golden file beside it.
func TestBroken(t *testing.T) {
	for name, text := range testdata(t, "broken/*.yaml") {
		t.Run(strings.TrimSuffix(name, ".yaml"), func(t *testing.T) {
			_, errs := manifest.Read(newFiles(), []manifest.Input{{Path: "broken/" + name, Data: []byte(text)}}, vocabulary(), manifest.DefaultLimits())
			if len(errs) == 0 {
				t.Fatal("no error")
			}
			var got strings.Builder
			for _, err := range errs {
				got.WriteString(err.Text() + "\n")
				if !err.Pos.Known() || err.Pos.Line < 1 {
					t.Errorf("no position: %s", err.Text())
				}
			}
			golden := filepath.Join("..", "..", "..", "testdata", "broken", strings.TrimSuffix(name, ".yaml")+".txt")
			if *update {
				if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got.String() != string(want) {
				t.Errorf("got:\n%s\nwant:\n%s", got.String(), want)
			}
		})
	}
}
