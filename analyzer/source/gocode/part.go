package gocode

import (
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path"
	"path/filepath"
	"slices"

	"golang.org/x/tools/go/packages"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/source/gocode/load"
	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
	"github.com/distcheck/distcheck/analyzer/source/gocode/trace"
)

// A Part is what one package contributes to the programs that it is linked into, for drivers that look at one package
// at a time and keep what they learnt in a build cache: its summary and its comments that speak, as bytes that depend
// on its code alone. Paths in it are seen from the module, so that they are the same in every checkout.
type Part struct {
	Path string // of the package
	Data []byte
}

// Source is a package as such a driver hands it over.
type Source struct {
	Fset  *token.FileSet
	Files []*ast.File // without tests
	Types *types.Package
	Info  *types.Info
}

// heading is what a part holds beside the summary.
type heading struct {
	Module   string `json:",omitempty"` // "" where no go.mod tells
	Comments []said `json:",omitempty"`
}

// said is a comment that speaks to distcheck.
type said struct {
	File         string
	Line, Column int32
	From, To     int32
	Text         string
}

// MakePart makes the part of a package. It costs what building its SSA form costs.
func MakePart(src Source) (Part, error) {
	dir := filepath.Dir(src.Fset.Position(src.Files[0].Package).Filename)
	home, _ := load.ModuleAt(dir)
	root := cmp.Or(home.Dir, ".")
	head := heading{Module: home.Path}
	for _, file := range src.Files {
		for _, d := range inFile(new(arch.Files), src.Fset, file, root) {
			head.Comments = append(head.Comments, said{d.Pos.Path(), d.Pos.Line, d.Pos.Column, d.Lines.From, d.Lines.To, d.Text})
		}
	}
	pkg := &packages.Package{PkgPath: src.Types.Path(), Name: src.Types.Name(), Types: src.Types, TypesInfo: src.info(), Syntax: src.Files, Fset: src.Fset}
	for _, file := range src.Files {
		pkg.GoFiles = append(pkg.GoFiles, src.Fset.Position(file.Package).Filename)
	}
	sums, failed := summary.Extract(src.Fset, []*packages.Package{pkg}, root)
	if reason := failed[pkg.PkgPath]; reason != "" {
		return Part{}, fmt.Errorf("%s: %s", pkg.PkgPath, reason)
	}
	sum := sums[0]
	for i, file := range sum.Files {
		if !filepath.IsLocal(file) { // the go command's own, as cgo's, lie in its cache
			sum.Files[i] = path.Base(file)
		}
	}
	data, err := json.Marshal(head)
	if err != nil {
		return Part{}, err
	}
	return Part{Path: pkg.PkgPath, Data: sum.Append(append(binary.AppendUvarint(nil, uint64(len(data))), data...))}, nil
}

// info is what is known of the types in the files: where a driver compiled tests with them, variables of those are
// initialised elsewhere.
func (src Source) info() *types.Info {
	there := make(map[string]bool, len(src.Files))
	for _, file := range src.Files {
		there[src.Fset.Position(file.Package).Filename] = true
	}
	info := *src.Info
	info.InitOrder = slices.DeleteFunc(slices.Clone(info.InitOrder), func(init *types.Initializer) bool {
		return !there[src.Fset.Position(init.Rhs.Pos()).Filename]
	})
	return &info
}

// open reads a part, with paths as they are seen from the top of a layout.
func (p Part) open(files *arch.Files, at load.Layout) (*summary.Package, []arch.Directive, error) {
	n, size := binary.Uvarint(p.Data)
	if size <= 0 || n > uint64(len(p.Data)-size) {
		return nil, nil, fmt.Errorf("%s: what is known of it is damaged", p.Path)
	}
	var head heading
	if err := json.Unmarshal(p.Data[size:size+int(n)], &head); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", p.Path, err)
	}
	sum, err := summary.Decode(p.Data[size+int(n):])
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", p.Path, err)
	}
	base, ok := at.Dir(head.Module)
	if !ok {
		base = head.Module
	}
	sum.Dir = path.Join(base, sum.Dir)
	for i, file := range sum.Files {
		sum.Files[i] = path.Join(base, file)
	}
	var comments []arch.Directive
	for _, c := range head.Comments {
		pos := arch.Pos{File: files.Get(path.Join(base, c.File), arch.Go), Line: c.Line, Column: c.Column}
		comments = append(comments, arch.Directive{Pos: pos, Text: c.Text, Lines: arch.Lines{Path: pos.Path(), From: c.From, To: c.To}})
	}
	return sum, comments, nil
}

// Link traces the program that parts make up: a main package, which lies in dir, and the own packages that it imports.
// Positions are seen from top; where that is "", from the directory of the workspace, or of the module, which it returns.
// Services are the directories of main packages that a manifest says to be such. There is nothing in a program for tests.
func Link(files *arch.Files, dir, top string, parts []Part, libraries []arch.Library, services []string) (Result, string, error) {
	at := load.Around(dir)
	at.Top = cmp.Or(top, at.Top)
	byPath := make(map[string]*summary.Package, len(parts))
	var inline []arch.Directive
	for _, part := range parts {
		sum, comments, err := part.open(files, at)
		if err != nil {
			return Result{}, "", err
		}
		byPath[sum.Path] = sum
		inline = append(inline, comments...)
	}
	sums := linked(byPath)
	if len(sums) == 0 {
		return Result{}, "", errors.New("no package to link")
	}
	loads, _, _ := withoutDoubles([][]*summary.Package{sums}, at.Top, nil, services)
	traced := trace.Run(files, loads, knowledge(libraries))
	slices.SortFunc(inline, func(a, b arch.Directive) int { return a.Pos.Compare(b.Pos) })
	traced.System.Directives = inline
	return Result{System: traced.System, Notes: traced.Notes, Evidence: traced.Evidence, Silent: traced.Silent, Packages: len(sums)}, at.Top, nil
}

// linked lists packages, dependencies first, in an order that their names and imports give.
func linked(byPath map[string]*summary.Package) []*summary.Package {
	var paths []string
	for p := range byPath {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	var list []*summary.Package
	done := make(map[string]bool, len(paths))
	var visit func(path string)
	visit = func(path string) {
		sum := byPath[path]
		if sum == nil || done[path] {
			return
		}
		done[path] = true
		for _, imported := range sum.Imports {
			visit(imported.Path)
		}
		list = append(list, sum)
	}
	for _, p := range paths {
		visit(p)
	}
	return list
}

// Own reports whether a team can change the files of a directory.
func Own(dir string) bool { return load.Own(dir) }

// ManifestDirs are the directories in which the manifest of the package in a directory may lie, nearest first: that of
// its module, and those above it, no further than the repository.
func ManifestDirs(dir string) []string {
	if home, ok := load.ModuleAt(dir); ok {
		dir = home.Dir
	}
	return load.Upwards(dir)
}

// AllManifestDirs are the ManifestDirs of all modules that are built with that of a directory, sorted.
func AllManifestDirs(dir string) []string {
	var dirs []string
	for _, module := range load.Around(dir).Modules() {
		dirs = append(dirs, ManifestDirs(module)...)
	}
	slices.Sort(dirs)
	return slices.Compact(dirs)
}
