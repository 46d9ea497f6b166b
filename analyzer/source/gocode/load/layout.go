package load

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
)

// Module is a module whose files lie in a directory.
type Module struct{ Path, Dir string }

// ModuleAt is the module that the files of a directory belong to. Where there is no go.mod at or above it, as in a
// build that lists its files one by one, it reports false.
func ModuleAt(dir string) (Module, bool) {
	home := moduleOf(dir)
	if home == "" {
		return Module{}, false
	}
	return Module{Path: pathOf(home), Dir: home}, true
}

// Own reports whether a team can change the files of a directory: they are neither the standard library's nor in the
// module cache, a vendor directory, or what Bazel keeps of others.
func Own(dir string) bool {
	slashed := filepath.ToSlash(dir)
	for part := range strings.SplitSeq(slashed, "/") {
		if part == "vendor" || part == "external" || strings.Contains(part, "@") {
			return false
		}
	}
	module, ok := ModuleAt(dir)
	return !ok || module.Path != "std" && module.Path != "cmd"
}

// Layout is where the modules lie that a module is built with.
type Layout struct {
	Top     string            // from where positions are seen: the directory of the workspace, else of the module
	modules map[string]string // directories by module path
}

// Around is the layout around a directory: its module, its workspace, and what go.work and go.mod replace by directories.
func Around(dir string) Layout {
	at := Layout{Top: dir, modules: make(map[string]string)}
	home, ok := ModuleAt(dir)
	if ok {
		at.Top = home.Dir
		at.modules[home.Path] = home.Dir
	}
	workspace, used := workspaceOf(dir)
	if workspace != "" {
		if data, err := os.ReadFile(filepath.Join(workspace, "go.work")); err == nil {
			if file, err := modfile.ParseWork("go.work", data, nil); err == nil {
				at.replace(workspace, file.Replace)
			}
		}
	}
	for _, module := range used {
		at.modules[pathOf(module)] = module
		if !ok || module == home.Dir {
			at.Top = workspace
		}
	}
	if ok {
		if data, err := os.ReadFile(filepath.Join(home.Dir, "go.mod")); err == nil {
			if file, err := modfile.ParseLax("go.mod", data, nil); err == nil {
				at.replace(home.Dir, file.Replace)
			}
		}
	}
	return at
}

// Modules are the directories of the modules, with Top among them, sorted.
func (at Layout) Modules() []string {
	dirs := []string{at.Top}
	for _, dir := range at.modules {
		dirs = append(dirs, dir)
	}
	slices.Sort(dirs)
	return slices.Compact(dirs)
}

// Upwards are the directories from dir to that of the repository it is in, which has an entry .git, or to the topmost
// one where there is none.
func Upwards(dir string) []string {
	var dirs []string
	for {
		dirs = append(dirs, dir)
		parent := filepath.Dir(dir)
		if _, err := os.Stat(filepath.Join(dir, ".git")); err == nil || parent == dir {
			return dirs
		}
		dir = parent
	}
}

// Dir is where a module lies, seen from Top.
func (at Layout) Dir(module string) (string, bool) {
	dir, ok := at.modules[module]
	if !ok {
		return "", false
	}
	return rel(at.Top, dir), true
}

func (at Layout) replace(dir string, list []*modfile.Replace) {
	for _, r := range list {
		if r.New.Version != "" {
			continue
		}
		path := filepath.FromSlash(r.New.Path)
		if !filepath.IsAbs(path) {
			path = filepath.Join(dir, path)
		}
		if at.modules[r.Old.Path] == "" {
			at.modules[r.Old.Path] = path
		}
	}
}

// pathOf is the path that the go.mod in a directory gives its module.
func pathOf(dir string) string {
	data, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		return ""
	}
	return modfile.ModulePath(data)
}
