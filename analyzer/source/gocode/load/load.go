// Package load finds the Go modules below package patterns and loads their own packages from source, everything else
// from export data.
//
// Own code is what a team can change: the packages of the main module, of the modules of a workspace, and of modules
// that a go.mod replaces by a directory. Nothing of the project is run, nothing is written, and nothing is fetched:
// the go command is asked with -mod=readonly, GOTOOLCHAIN=local and GOPROXY=off. Export data of dependencies comes
// from the build cache, to which the go command may add.
//
// Modules that no workspace unites are loaded one by one, each with types of its own: two of them may compile
// different versions of one package.
//
// Cost: two runs of the go command a module (one, where the pattern is the whole of a module that replaces none by a
// directory), and type-checking of own packages only.
//
// This package may change until version 1.
package load

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/tools/go/packages"
)

// Options say what to load.
type Options struct {
	Dir      string   // the directory of the run, absolute
	Patterns []string // as the go command takes them: ./..., ./cmd/api
	Tags     string   // build tags, separated by commas
	Env      []string // the environment of the go command, as os.Environ has it
	Progress func(string)
}

// A Unit is one load: packages that share their types.
type Unit struct {
	Dir      string // of the module or workspace, absolute
	Fset     *token.FileSet
	Packages []*packages.Package // own packages, dependencies first
}

// A Problem is something that was not loaded, and why.
type Problem struct {
	What   string // a package path or a directory relative to the run
	Reason string // the first error
	Hint   string // what to type; may be empty
	Count  int    // errors in all
}

// Mode is what own packages are loaded with; exported for benchmarks that compare with a bare load.
const Mode = packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports |
	packages.NeedTypes | packages.NeedTypesSizes | packages.NeedSyntax | packages.NeedTypesInfo |
	packages.NeedModule | packages.NeedExportFile

// Load loads what the patterns name. An error means that nothing could be looked for; what did not load is a Problem.
func Load(ctx context.Context, opt Options) ([]*Unit, []Problem, error) {
	targets, problems, err := find(opt)
	if err != nil {
		return nil, nil, err
	}
	var units []*Unit
	for _, t := range targets {
		if opt.Progress != nil {
			opt.Progress("loading " + rel(opt.Dir, t.dir))
		}
		unit, bad := loadTarget(ctx, opt, t)
		problems = append(problems, bad...)
		if unit != nil && len(unit.Packages) > 0 {
			units = append(units, unit)
		}
	}
	return units, problems, nil
}

// target is one run of the go command.
type target struct {
	dir      string
	patterns []string
	work     bool // in a workspace
	modules  []string
}

// find splits patterns by the module that each belongs to: a pattern that ends in /... reaches into the modules that
// lie below it, which the go command leaves out.
func find(opt Options) ([]target, []Problem, error) {
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
	var problems []Problem
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
			return nil, nil, fmt.Errorf("%s: there is no directory %s", pattern, rel(opt.Dir, start))
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
			modules, err := modulesBelow(start)
			if err != nil {
				return nil, nil, err
			}
			for _, module := range modules {
				if module != home {
					place(module, module)
				}
			}
			if home == "" && len(modules) == 0 {
				problems = append(problems, Problem{What: pattern, Reason: "no go.mod there, above or below", Hint: "go mod init, or name a directory of a Go module", Count: 1})
			}
		} else if home == "" {
			problems = append(problems, Problem{What: pattern, Reason: "no go.mod there or above", Hint: "go mod init, or name a directory of a Go module", Count: 1})
		}
	}
	slices.Sort(order)
	targets := make([]target, 0, len(order))
	for _, dir := range order {
		targets = append(targets, *byDir[dir])
	}
	return targets, problems, nil
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

// modulesBelow lists directories with a go.mod, dir itself included; vendored, hidden and test data ones are not the
// team's to build, as the go command sees it too.
func modulesBelow(dir string) ([]string, error) {
	var found []string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			if errors.Is(err, fs.ErrPermission) {
				return fs.SkipDir
			}
			return err
		}
		name := entry.Name()
		if entry.IsDir() {
			if path != dir && (strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "vendor" || name == "testdata" || name == "node_modules") {
				return fs.SkipDir
			}
			return nil
		}
		if name == "go.mod" {
			found = append(found, filepath.Dir(path))
		}
		return nil
	})
	return found, err
}

// localReplacements reports whether a go.mod replaces a module by a directory, and which of those are missing.
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

func loadTarget(ctx context.Context, opt Options, t target) (*Unit, []Problem) {
	where := rel(opt.Dir, t.dir)
	cfg := &packages.Config{Context: ctx, Dir: t.dir, Env: environment(opt.Env, t), Fset: token.NewFileSet()}
	if opt.Tags != "" {
		cfg.BuildFlags = append(cfg.BuildFlags, "-tags="+opt.Tags)
	}
	patterns := t.patterns
	local, missing := localReplacements(t.modules)
	if len(missing) > 0 {
		return nil, []Problem{{What: where, Reason: "its go.mod replaces a module by a directory that is not there: " + missing[0], Hint: "check that directory out", Count: len(missing)}}
	}
	// The packages of a whole module need no list: what they import of their own is among them.
	whole := !local && !t.work && slices.Contains(patterns, "./...")
	if !whole {
		own, problem := ownPaths(cfg, patterns)
		if problem != nil {
			problem.What = where
			return nil, []Problem{*problem}
		}
		patterns = own
	}
	if len(patterns) == 0 {
		return nil, []Problem{{What: where, Reason: "no packages match " + strings.Join(t.patterns, " "), Count: 1}}
	}
	cfg.Mode = Mode
	pkgs, err := packages.Load(cfg, patterns...)
	if err != nil {
		return nil, []Problem{{What: where, Reason: firstLine(err.Error()), Hint: hint(err.Error()), Count: 1}}
	}
	unit := &Unit{Dir: t.dir, Fset: cfg.Fset}
	var problems []Problem
	if len(pkgs) == 0 {
		problems = append(problems, Problem{What: where, Reason: "no packages match " + strings.Join(t.patterns, " "), Count: 1})
	}
	for _, pkg := range pkgs {
		if len(pkg.Errors) > 0 || pkg.IllTyped {
			problems = append(problems, problemOf(pkg))
		}
		if pkg.Types != nil && !pkg.IllTyped && len(pkg.Syntax) > 0 {
			unit.Packages = append(unit.Packages, pkg)
		}
	}
	unit.Packages = dependenciesFirst(unit.Packages)
	return unit, problems
}

// ownPaths lists the own packages that the patterns name or import, where modules are replaced by directories.
func ownPaths(cfg *packages.Config, patterns []string) (own []string, problem *Problem) {
	list := *cfg
	list.Mode = packages.NeedName | packages.NeedModule | packages.NeedImports | packages.NeedDeps
	list.Fset = nil
	pkgs, err := packages.Load(&list, patterns...)
	if err != nil {
		return nil, &Problem{Reason: firstLine(err.Error()), Hint: hint(err.Error()), Count: 1}
	}
	named := make(map[string]bool)
	for _, pkg := range pkgs {
		named[pkg.PkgPath] = true
	}
	packages.Visit(pkgs, nil, func(pkg *packages.Package) {
		m := pkg.Module
		if named[pkg.PkgPath] || m != nil && (m.Main || m.Replace != nil && m.Replace.Version == "") {
			own = append(own, pkg.PkgPath)
		}
	})
	slices.Sort(own)
	return own, nil
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

func problemOf(pkg *packages.Package) Problem {
	p := Problem{What: pkg.PkgPath, Reason: "it imports a package that does not type-check", Count: max(len(pkg.Errors), 1)}
	if len(pkg.Errors) > 0 {
		p.Reason = firstLine(pkg.Errors[0].Msg)
		p.Hint = hint(pkg.Errors[0].Msg)
	}
	return p
}

// hint is what to type against an error of the go command.
func hint(message string) string {
	switch {
	case strings.Contains(message, "GOPROXY=off"), strings.Contains(message, "cannot find module providing"), strings.Contains(message, "missing go.sum entry"):
		return "go mod download (distcheck fetches nothing)"
	case strings.Contains(message, "updates to go.mod needed"):
		return "go mod tidy"
	case strings.Contains(message, "requires go >="), strings.Contains(message, "toolchain not available"):
		return "run distcheck with the Go version that the module asks for"
	case strings.Contains(message, "inconsistent vendoring"):
		return "go mod vendor"
	case strings.Contains(message, "build constraints exclude all Go files"):
		return "-tags, if these files should count"
	}
	return ""
}

func firstLine(text string) string {
	text = strings.TrimSpace(text)
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "err: exit status") && !strings.HasPrefix(line, "#") {
			return line
		}
	}
	return text
}

// dependenciesFirst orders packages so that each stands after what it imports.
func dependenciesFirst(pkgs []*packages.Package) []*packages.Package {
	slices.SortFunc(pkgs, func(a, b *packages.Package) int { return cmp.Compare(a.ID, b.ID) })
	byPath := make(map[string]*packages.Package, len(pkgs))
	for _, p := range pkgs {
		byPath[p.PkgPath] = p
	}
	done := make(map[*packages.Package]bool)
	var out []*packages.Package
	var visit func(p *packages.Package)
	visit = func(p *packages.Package) {
		if done[p] {
			return
		}
		done[p] = true
		paths := make([]string, 0, len(p.Imports))
		for path := range p.Imports {
			paths = append(paths, path)
		}
		slices.Sort(paths)
		for _, path := range paths {
			if q := byPath[p.Imports[path].PkgPath]; q != nil {
				visit(q)
			}
		}
		out = append(out, p)
	}
	for _, p := range pkgs {
		visit(p)
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
