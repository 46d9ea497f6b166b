package load

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
)

// target is one run of the go command.
type target struct {
	dir      string
	patterns []string
	work     bool // in a workspace
	modules  []string
}

// found is what the patterns ask for.
type found struct {
	targets  []target
	dirs     []goDir // below patterns that end in /...
	problems []Problem
}

// find splits patterns by the module that each belongs to: a pattern that ends in /... reaches into the modules that
// lie below it, which the go command leaves out.
func find(opt Options) (found, error) {
	byDir := make(map[string]*target)
	var order []string
	add := func(dir, pattern string, work bool, module string) {
		t := byDir[dir]
		if t == nil {
			t = &target{dir: dir, work: work}
			byDir[dir] = t
			order = append(order, dir)
		}
		if !slices.Contains(t.patterns, pattern) {
			t.patterns = append(t.patterns, pattern)
		}
		if !slices.Contains(t.modules, module) {
			t.modules = append(t.modules, module)
		}
	}
	var out found
	for _, pattern := range opt.Patterns {
		base, wild := strings.CutSuffix(pattern, "...")
		start := filepath.Clean(filepath.Join(opt.Dir, filepath.FromSlash(base)))
		if filepath.IsAbs(base) {
			start = filepath.Clean(base)
		}
		if strings.HasSuffix(pattern, ".go") {
			start = filepath.Dir(start)
		}
		if info, err := os.Stat(start); err != nil || !info.IsDir() {
			return found{}, fmt.Errorf("%s: there is no directory %s", pattern, rel(opt.Dir, start))
		}
		workspace, used := workspaceOf(start)
		place := func(module string, from string) {
			suffix := ""
			if wild {
				suffix = "/..."
			}
			if workspace != "" && slices.Contains(used, module) {
				add(workspace, join(below(workspace, from), suffix), true, module)
			} else {
				add(module, join(below(module, from), suffix), false, module)
			}
		}
		home := moduleOf(start)
		if home != "" {
			place(home, start)
		}
		if wild {
			modules, dirs, err := walk(start, home)
			if err != nil {
				return found{}, err
			}
			if home != "" || len(modules) > 0 {
				out.dirs = append(out.dirs, dirs...)
			}
			for _, module := range modules {
				if module != home {
					place(module, module)
				}
			}
			if home == "" && len(modules) == 0 {
				out.problems = append(out.problems, Problem{What: pattern, Reason: "no go.mod there, above or below", Hint: "go mod init, or name a directory of a Go module", Count: 1})
			}
		} else if home == "" {
			out.problems = append(out.problems, Problem{What: pattern, Reason: "no go.mod there or above", Hint: "go mod init, or name a directory of a Go module", Count: 1})
		}
	}
	slices.Sort(order)
	for _, dir := range order {
		out.targets = append(out.targets, *byDir[dir])
	}
	return out, nil
}

// moduleOf is the directory of the go.mod at or above dir; "" where there is none.
func moduleOf(dir string) string { return above(dir, "go.mod") }

func above(dir, name string) string {
	for {
		if info, err := os.Stat(filepath.Join(dir, name)); err == nil && !info.IsDir() {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return ""
		}
		dir = parent
	}
}

// workspaceOf is the directory of the go.work at or above dir, and the modules that it uses.
func workspaceOf(dir string) (string, []string) {
	root := above(dir, "go.work")
	if root == "" {
		return "", nil
	}
	data, err := os.ReadFile(filepath.Join(root, "go.work"))
	if err != nil {
		return "", nil
	}
	file, err := modfile.ParseWork("go.work", data, nil)
	if err != nil {
		return "", nil
	}
	var used []string
	for _, use := range file.Use {
		path := filepath.FromSlash(use.Path)
		if !filepath.IsAbs(path) {
			path = filepath.Join(root, path)
		}
		used = append(used, filepath.Clean(path))
	}
	return root, used
}

// localReplacements reports whether a go.mod replaces a module by a directory, and which of those are missing. One of
// a module that is not required takes no part in the build, and may stay behind when its directory has moved.
func localReplacements(modules []string) (local bool, missing []string) {
	for _, dir := range modules {
		data, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err != nil {
			continue
		}
		file, err := modfile.Parse("go.mod", data, nil)
		if err != nil {
			continue
		}
		for _, r := range file.Replace {
			if r.New.Version != "" {
				continue
			}
			if !slices.ContainsFunc(file.Require, func(q *modfile.Require) bool { return q.Mod.Path == r.Old.Path }) {
				continue
			}
			local = true
			path := filepath.FromSlash(r.New.Path)
			if !filepath.IsAbs(path) {
				path = filepath.Join(dir, path)
			}
			if _, err := os.Stat(filepath.Join(path, "go.mod")); err != nil {
				missing = append(missing, r.Old.Path+" => "+r.New.Path)
			}
		}
	}
	return local, missing
}

// environment is the user's, so that private modules and proxies stay known, but for what would fetch or write.
func environment(env []string, t target) []string {
	out := slices.DeleteFunc(slices.Clone(env), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return name == "GOFLAGS" || name == "GOTOOLCHAIN" || name == "GOPROXY" || name == "GOWORK"
	})
	flags := ""
	for _, v := range env {
		if value, ok := strings.CutPrefix(v, "GOFLAGS="); ok {
			flags = value
		}
	}
	kept := slices.DeleteFunc(strings.Fields(flags), func(f string) bool { return strings.HasPrefix(f, "-mod=") || strings.HasPrefix(f, "-modfile=") })
	vendored := false
	for _, dir := range append(slices.Clone(t.modules), t.dir) {
		if _, err := os.Stat(filepath.Join(dir, "vendor", "modules.txt")); err == nil {
			vendored = true
		}
	}
	if !vendored && !t.work {
		kept = append(kept, "-mod=readonly")
	}
	out = append(out, "GOFLAGS="+strings.Join(kept, " "), "GOTOOLCHAIN=local", "GOPROXY=off")
	if !t.work {
		out = append(out, "GOWORK=off")
	}
	return out
}

// below is a directory as the go command takes it.
func below(dir, path string) string {
	if r := rel(dir, path); r != "." {
		return "./" + r
	}
	return "."
}

func join(dir, suffix string) string {
	if dir == "." && suffix != "" {
		return "." + suffix
	}
	return dir + suffix
}

// rel is a path relative to a directory, with slashes.
func rel(dir, path string) string {
	if r, err := filepath.Rel(dir, path); err == nil {
		return filepath.ToSlash(r)
	}
	return filepath.ToSlash(path)
}
