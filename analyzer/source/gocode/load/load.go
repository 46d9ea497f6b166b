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
// A go:embed pattern that matches no file, as the front end that was not built yet, keeps a package from being built.
// It is loaded again with an empty file in that place, which stands nowhere but in the go command's overlay.
//
// Cost: two runs of the go command a module (one, where the pattern is the whole of a module that replaces none by a
// directory; one more, where embedded files are missing), a walk over the directories of patterns that end in /...,
// and type-checking of own packages only.
//
// This package may change until version 1.
package load

import (
	"cmp"
	"context"
	"go/token"
	"path/filepath"
	"slices"
	"strings"

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

// A Result is what the patterns name.
type Result struct {
	Units    []*Unit
	Problems []Problem // what did not load
	Notes    []string  // what was loaded otherwise than it stands there, and what takes no part in the build
}

// Mode is what own packages are loaded with; exported for benchmarks that compare with a bare load.
const Mode = packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports |
	packages.NeedTypes | packages.NeedTypesSizes | packages.NeedSyntax | packages.NeedTypesInfo |
	packages.NeedModule | packages.NeedExportFile | packages.NeedEmbedPatterns

// Load loads what the patterns name. An error means that nothing could be looked for; what did not load is a Problem.
func Load(ctx context.Context, opt Options) (Result, error) {
	found, err := find(opt)
	if err != nil {
		return Result{}, err
	}
	result := Result{Problems: found.problems}
	built := make(map[string]bool) // directories
	var empty []Problem
	for _, t := range found.targets {
		if opt.Progress != nil {
			opt.Progress("loading " + rel(opt.Dir, t.dir))
		}
		one := loadTarget(ctx, opt, t)
		if one.whole {
			for _, pkg := range one.packages {
				for _, file := range pkg.GoFiles {
					built[filepath.Dir(file)] = true
				}
			}
		} else {
			for _, dir := range found.dirs {
				if dir.module != "" && slices.Contains(t.modules, dir.module) {
					built[dir.path] = true // a problem tells of the whole module
				}
			}
		}
		if one.none != nil {
			empty = append(empty, *one.none)
		}
		result.Problems = append(result.Problems, one.problems...)
		result.Notes = append(result.Notes, one.notes...)
		if len(one.unit.Packages) > 0 {
			result.Units = append(result.Units, one.unit)
		}
	}
	for _, p := range empty { // a module of scripts beside others hides nothing
		if len(result.Units) == 0 {
			result.Problems = append(result.Problems, p)
		} else {
			result.Notes = append(result.Notes, p.What+": "+p.Reason)
		}
	}
	result.Notes = append(result.Notes, leftOut(opt.Dir, found.dirs, built)...)
	return result, nil
}

// loaded is what one run of the go command gave.
type loaded struct {
	unit     *Unit
	packages []*packages.Package // all that the patterns name, ill or well
	problems []Problem
	notes    []string
	none     *Problem // there are no packages
	whole    bool     // the go command could list the packages
}

func loadTarget(ctx context.Context, opt Options, t target) loaded {
	where := rel(opt.Dir, t.dir)
	unit := &Unit{Dir: t.dir, Fset: token.NewFileSet()}
	fail := func(p Problem) loaded {
		p.What, p.Reason = where, located(p.Reason, opt.Dir, t.dir)
		return loaded{unit: unit, problems: []Problem{p}}
	}
	cfg := &packages.Config{Context: ctx, Dir: t.dir, Env: environment(opt.Env, t), Fset: unit.Fset}
	if opt.Tags != "" {
		cfg.BuildFlags = append(cfg.BuildFlags, "-tags="+opt.Tags)
	}
	patterns := t.patterns
	local, missing := localReplacements(t.modules)
	if len(missing) > 0 {
		return fail(Problem{Reason: "its go.mod replaces a module by a directory that is not there: " + missing[0], Hint: "check that directory out", Count: len(missing)})
	}
	// The packages of a whole module need no list: what they import of their own is among them.
	whole := !local && !t.work && slices.Contains(patterns, "./...")
	if !whole {
		own, problem := ownPaths(cfg, patterns)
		if problem != nil {
			return fail(*problem)
		}
		patterns = own
	}
	none := Problem{What: where, Reason: "no packages match " + strings.Join(t.patterns, " "), Count: 1}
	if len(patterns) == 0 {
		return loaded{unit: unit, none: &none, whole: true}
	}
	cfg.Mode = Mode
	pkgs, err := packages.Load(cfg, patterns...)
	var notes []string
	if cfg.Overlay, notes = embedded(opt.Dir, pkgs); err == nil && len(cfg.Overlay) > 0 {
		unit.Fset = token.NewFileSet()
		cfg.Fset = unit.Fset
		pkgs, err = packages.Load(cfg, patterns...)
	}
	if err != nil {
		return fail(Problem{Reason: firstLine(err.Error()), Hint: hint(err.Error()), Count: 1})
	}
	if len(pkgs) == 0 {
		return loaded{unit: unit, none: &none, whole: true}
	}
	out := loaded{unit: unit, packages: pkgs, notes: notes, whole: true}
	for _, pkg := range pkgs {
		if !checks(pkg) {
			p := problemOf(pkg)
			p.Reason = located(p.Reason, opt.Dir, t.dir)
			out.problems = append(out.problems, p)
		} else if len(pkg.Syntax) > 0 {
			unit.Packages = append(unit.Packages, pkg)
		}
	}
	unit.Packages = dependenciesFirst(unit.Packages)
	return out
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

// checks reports whether a package's own code has types. What the go command says beside keeps nobody from reading it,
// nor does an error in what it imports, unless it is seen here.
func checks(pkg *packages.Package) bool {
	if pkg.Types == nil || len(pkg.Syntax) == 0 && len(pkg.Errors) > 0 {
		return false
	}
	return !slices.ContainsFunc(pkg.Errors, func(err packages.Error) bool { return err.Kind != packages.ListError })
}

func problemOf(pkg *packages.Package) Problem {
	p := Problem{What: pkg.PkgPath, Reason: "it has no types", Count: max(len(pkg.Errors), 1)}
	if len(pkg.Errors) == 0 {
		return p
	}
	first := pkg.Errors[0].Msg
	if path, _, ok := strings.Cut(strings.TrimPrefix(first, "could not import "), " (invalid package name"); ok {
		if imported := pkg.Imports[path]; imported != nil && len(imported.Errors) > 0 {
			first = imported.Errors[0].Msg // why it could not
			if !strings.Contains(first, path) {
				first = path + ": " + first
			}
		}
	}
	p.Reason, p.Hint = firstLine(first), hint(first)
	if at := pkg.Errors[0].Pos; first == pkg.Errors[0].Msg && strings.Contains(at, ".go:") && !strings.Contains(p.Reason, ".go:") {
		p.Reason = at + ": " + p.Reason
	}
	return p
}

// hint is what to type against an error of the go command.
func hint(message string) string {
	switch {
	case strings.Contains(message, "updates to go.mod needed"), strings.Contains(message, "import lookup disabled by -mod=readonly"):
		return "go mod tidy"
	case strings.Contains(message, "GOPROXY=off"), strings.Contains(message, "cannot find module providing"), strings.Contains(message, "missing go.sum entry"):
		return "run go mod download there; distcheck fetches nothing"
	case strings.Contains(message, "requires go >="), strings.Contains(message, "toolchain not available"):
		return "run distcheck with the Go version that the module asks for"
	case strings.Contains(message, "inconsistent vendoring"):
		return "go mod vendor"
	case strings.HasPrefix(message, "no Go files in "):
		return "./... is all packages below"
	case strings.Contains(message, "build constraints exclude all Go files"):
		return "-tags, if these files should count"
	}
	return ""
}

// firstLine is the first error in what the go command says.
func firstLine(text string) string {
	text = strings.TrimSpace(text)
	first := ""
	for line := range strings.Lines(text) {
		if _, stderr, ok := strings.Cut(line, ": stderr: "); ok && strings.HasPrefix(line, "err: exit status") {
			line = stderr
		}
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		first += line
		if !strings.HasSuffix(line, ":") { // else the reason is in the next line
			break
		}
		first += " "
	}
	// distcheck switched the proxy off, not the user.
	return strings.ReplaceAll(cmp.Or(strings.TrimSpace(first), text), "module lookup disabled by GOPROXY=off", "it is not in the module cache")
}

// located makes the place that an error begins with, which the go command tells as seen from the module, one as seen
// from the directory of the run.
func located(reason, root, module string) string {
	path, rest, ok := strings.Cut(reason, ":")
	if !ok || !strings.HasSuffix(path, ".go") && path != "go.mod" || strings.ContainsAny(path, " \t") {
		return reason
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(module, filepath.FromSlash(path))
	}
	return rel(root, path) + ":" + rest
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
