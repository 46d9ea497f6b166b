package load

import (
	"bytes"
	"errors"
	"fmt"
	"go/build/constraint"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// goDir is a directory with Go files that are no tests.
type goDir struct {
	path   string
	module string // the directory of its go.mod; "" where it has none
	files  []string
}

// walk lists the directories with a go.mod below a directory, itself included, and those with Go files. Vendored,
// hidden and test data ones are not the team's to build, as the go command sees it too. home is the module that the
// directory lies in.
func walk(dir, home string) (modules []string, dirs []goDir, err error) {
	byDir := make(map[string]string) // the module of each directory
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			if errors.Is(err, fs.ErrPermission) {
				return fs.SkipDir
			}
			return err
		}
		name, parent := entry.Name(), filepath.Dir(path)
		if entry.IsDir() {
			if path != dir && (strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "vendor" || name == "testdata" || name == "node_modules") {
				return fs.SkipDir
			}
			byDir[path] = home
			if path != dir {
				byDir[path] = byDir[parent]
			}
			if info, err := os.Stat(filepath.Join(path, "go.mod")); err == nil && !info.IsDir() {
				byDir[path] = path
				modules = append(modules, path)
			}
			return nil
		}
		if strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") && !strings.HasPrefix(name, ".") && !strings.HasPrefix(name, "_") {
			if n := len(dirs); n == 0 || dirs[n-1].path != parent {
				i := slices.IndexFunc(dirs, func(d goDir) bool { return d.path == parent })
				if i < 0 {
					dirs = append(dirs, goDir{path: parent, module: byDir[parent]})
					i = len(dirs) - 1
				}
				dirs[i].files = append(dirs[i].files, name)
				return nil
			}
			dirs[len(dirs)-1].files = append(dirs[len(dirs)-1].files, name)
		}
		return nil
	})
	return modules, dirs, err
}

// HasTests reports whether there are tests of Go code in a directory itself.
func HasTests(dir string) bool {
	entries, _ := os.ReadDir(dir) // what cannot be read tells nothing
	return slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return strings.HasSuffix(e.Name(), "_test.go") })
}

// leftOut tells of directories whose Go files no build takes: those below no go.mod, and those that build constraints
// leave out. Files that ask to be ignored are scripts, and tell nothing.
func leftOut(root string, dirs []goDir, built map[string]bool) []string {
	slices.SortFunc(dirs, func(a, b goDir) int { return strings.Compare(a.path, b.path) }) // what lies above goes first
	var orphans, excluded []string
	for _, d := range dirs {
		switch {
		case built[d.path]:
		case d.module == "":
			if len(orphans) == 0 || !strings.HasPrefix(d.path+string(filepath.Separator), orphans[len(orphans)-1]+string(filepath.Separator)) {
				orphans = append(orphans, d.path)
			}
		case slices.ContainsFunc(d.files, func(name string) bool { return !ignored(filepath.Join(d.path, name)) }):
			excluded = append(excluded, d.path)
		}
	}
	var notes []string
	tell := func(dirs []string, why string) {
		if len(dirs) == 0 {
			return
		}
		note := rel(root, dirs[0])
		if n := len(dirs) - 1; n == 1 {
			note += " and " + rel(root, dirs[1])
		} else if n > 1 {
			note += fmt.Sprintf(" and %d more directories", n)
		}
		notes = append(notes, note+why)
	}
	tell(orphans, ": Go files below no go.mod take no part")
	tell(excluded, ": Go files that build constraints leave out take no part; -tags, if they should")
	return notes
}

// ignored reports whether a file is for no build at all: it asks for the tag "ignore", as scripts and generators do,
// or "tools", which names dependencies.
func ignored(path string) bool {
	data, err := os.ReadFile(path)
	if err != nil {
		return true
	}
	for line := range bytes.Lines(data) {
		text := strings.TrimSpace(string(line))
		if strings.HasPrefix(text, "package ") {
			return false
		}
		if !constraint.IsGoBuild(text) && !constraint.IsPlusBuild(text) {
			continue
		}
		expr, err := constraint.Parse(text)
		if err == nil && !expr.Eval(func(tag string) bool { return tag != "ignore" && tag != "tools" }) {
			return true
		}
	}
	return false
}
