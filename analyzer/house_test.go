package analyzer_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

const module = "github.com/distcheck/distcheck/"

// TestImports holds the direction of the house: each room lists the rooms that it may know.
func TestImports(t *testing.T) {
	leaves := []string{"analyzer/visible", "analyzer/spelling"}
	model := append([]string{"analyzer/arch", "analyzer/finding"}, leaves...)
	allowed := map[string][]string{
		"cmd/distcheck": {"analyzer/cli"},
		"analyzer": {"analyzer/arch", "analyzer/finding", "analyzer/graph", "analyzer/rule", "analyzer/report",
			"analyzer/source/manifest", "analyzer/source/gocode"},
		"analyzer/arch":            {},
		"analyzer/visible":         {},
		"analyzer/spelling":        {},
		"analyzer/finding":         {"analyzer/arch"},
		"analyzer/graph":           {"analyzer/arch", "analyzer/spelling"},
		"analyzer/rule":            append([]string{"analyzer/graph"}, model...),
		"analyzer/source/manifest": append([]string{"analyzer/arch"}, leaves...),
		"analyzer/source/gocode": {"analyzer/arch", "analyzer/spelling", "analyzer/source/gocode/load", "analyzer/source/gocode/summary",
			"analyzer/source/gocode/library", "analyzer/source/gocode/trace"},
		"analyzer/source/gocode/load":        {},
		"analyzer/source/gocode/summary":     {},
		"analyzer/source/gocode/library":     {},
		"analyzer/source/gocode/trace":       {"analyzer/arch", "analyzer/source/gocode/summary", "analyzer/source/gocode/library"},
		"analyzer/source/history":            {"analyzer/arch"},
		"analyzer/report":                    model,
		"analyzer/diagram":                   append([]string{"analyzer/diagram/internal/graphviz"}, model...),
		"analyzer/diagram/internal/graphviz": {},
		"analyzer/cli": append([]string{"analyzer", "analyzer/graph", "analyzer/rule", "analyzer/report", "analyzer/diagram",
			"analyzer/source/manifest", "analyzer/source/gocode", "analyzer/source/history"}, model...),
	}
	for _, pkg := range house(t) {
		path := strings.TrimPrefix(pkg.PkgPath, module)
		rooms, ok := allowed[path]
		if !ok {
			t.Errorf("%s is a new room: say here what it may know, and in doc.go what it is for", path)
			continue
		}
		for imported := range pkg.Imports {
			if room, ours := strings.CutPrefix(imported, module); ours && !slices.Contains(rooms, room) {
				t.Errorf("%s must not know %s", path, room)
			}
		}
	}
}

// TestLibraries keeps every library in its room.
func TestLibraries(t *testing.T) {
	rooms := map[string]string{
		"gopkg.in/yaml.v3":                     "analyzer/source/manifest analyzer/source/gocode/load",
		"github.com/awalterschulze/gographviz": "analyzer/diagram",
		"github.com/goccy/go-graphviz":         "analyzer/diagram",
		"flag":                                 "analyzer/cli",
		"os":                                   "analyzer analyzer/cli cmd/distcheck analyzer/source/gocode/load analyzer/source/history",
		"golang.org/x/tools/go/analysis":       "analyzer",
		"golang.org/x/tools/go/ssa":            "analyzer/source/gocode/summary",
		"golang.org/x/tools/go/packages":       "analyzer/source/gocode",
		"golang.org/x/mod":                     "analyzer/source/gocode/load analyzer/source/gocode/library",
		"net":                                  "",
		"net/http":                             "",
		"os/exec":                              "analyzer/cli analyzer/source/history", // the go command, for vet; git
		"unsafe":                               "",
	}
	for _, pkg := range house(t) {
		path := strings.TrimPrefix(pkg.PkgPath, module)
		for imported := range pkg.Imports {
			for library, room := range rooms {
				inRoom := slices.ContainsFunc(strings.Fields(room), func(r string) bool { return path == r || strings.HasPrefix(path, r+"/") })
				if (imported == library || strings.Contains(library, ".") && strings.HasPrefix(imported, library+"/")) && !inRoom {
					t.Errorf("%s imports %s, which is for %q only", path, imported, room)
				}
			}
		}
	}
}

// TestTopLevel keeps the top of the repository as short as it is.
func TestTopLevel(t *testing.T) {
	welcome := []string{"cmd", "analyzer", "testdata", "go.mod", "go.sum", "README.md", "LICENSE", "action.yml"}
	entries, err := os.ReadDir("..")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if name := entry.Name(); !strings.HasPrefix(name, ".") && name != "distcheck" && !slices.Contains(welcome, name) {
			t.Errorf("%s does not belong at the top level", name)
		}
	}
}

func house(t *testing.T) []*packages.Package {
	t.Helper()
	pkgs, err := packages.Load(&packages.Config{Mode: packages.NeedName | packages.NeedImports, Dir: ".."}, "./...")
	if err != nil {
		t.Fatal(err)
	}
	if len(pkgs) < 8 {
		t.Fatalf("only %d packages found", len(pkgs))
	}
	return pkgs
}
