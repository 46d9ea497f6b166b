package manifest_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/distcheck/distcheck/analyzer/source/manifest"
)

// everyManifest calls visit for each manifest of testdata, good and broken.
func everyManifest(t testing.TB, visit func(name string, data []byte)) {
	t.Helper()
	root := filepath.Join("..", "..", "..", "testdata")
	err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".yaml" && filepath.Ext(path) != ".json" {
			return err
		}
		data, err := os.ReadFile(path)
		name, _ := filepath.Rel(root, path)
		visit(filepath.ToSlash(name), data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// FuzzRead holds what is true of any bytes: reading ends soon and without panic, each error says where and what else
// is accepted, and what is read without error is exported, in every form, as something that reads back to the same.
func FuzzRead(f *testing.F) {
	everyManifest(f, func(_ string, data []byte) { f.Add(data) })
	f.Fuzz(func(t *testing.T, data []byte) {
		limits := manifest.Limits{Bytes: 1 << 16, Depth: 32, Nodes: 5000, Errors: 50}
		start := time.Now()
		sys, errs := manifest.Read(newFiles(), []manifest.Input{{Path: "fuzz.yaml", Data: data}}, vocabulary(), limits)
		if took := time.Since(start); took > 5*time.Second {
			t.Fatalf("reading took %s", took)
		}
		complete(t, errs, "fuzz.yaml")
		if errs == nil {
			exportsAlike(t, func(positions bool) [2][]byte {
				opt := manifest.ExportOptions{Positions: positions}
				return [2][]byte{manifest.Export(sys, opt), manifest.ExportJSON(sys, opt)}
			})
		}
	})
}

// complete checks that errors say all that an error should say.
func complete(t testing.TB, errs manifest.Errors, paths ...string) {
	t.Helper()
	ours := make(map[string]bool)
	for _, path := range paths {
		ours[path] = true
	}
	for i, err := range errs {
		switch {
		case err.Message == "":
			t.Errorf("no message: %s", err.Text())
		case err.Accepted == "" && err.Suggestion == "":
			t.Errorf("neither what is accepted nor a suggestion: %s", err.Text())
		case !err.Pos.Known():
			t.Errorf("no position: %s", err.Text())
		case ours[err.Pos.Path()] && (err.Pos.Line < 1 || err.Pos.Column < 1):
			t.Errorf("no line or column: %s", err.Text())
		case ours[err.Pos.Path()] && err.Frame == "" && !strings.Contains(err.Message, "reading stopped after"):
			t.Errorf("no frame: %s", err.Text())
		case i > 0 && errs[i-1].Pos.Compare(err.Pos) > 0:
			t.Errorf("not sorted: %s", err.Text())
		}
	}
}

// exportsAlike reads each export and exports again.
func exportsAlike(t testing.TB, export func(positions bool) [2][]byte) {
	t.Helper()
	for _, positions := range []bool{false, true} {
		opt := manifest.ExportOptions{Positions: positions}
		forms := export(positions)
		for _, text := range forms {
			again, errs := manifest.Read(newFiles(), []manifest.Input{{Path: "exported", Data: text}}, vocabulary(), manifest.DefaultLimits())
			if errs != nil {
				t.Fatalf("an export does not read back: %s\nin:\n%s", errs[0].Text(), text)
			}
			if other := manifest.Export(again, opt); !bytes.Equal(other, forms[0]) {
				t.Fatalf("an export reads back as something else:\n%s\nread back:\n%s", forms[0], other)
			}
		}
	}
}
