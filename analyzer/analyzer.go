package analyzer

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/tools/go/analysis"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/graph"
	"github.com/distcheck/distcheck/analyzer/report"
	"github.com/distcheck/distcheck/analyzer/rule"
	"github.com/distcheck/distcheck/analyzer/source/gocode"
	"github.com/distcheck/distcheck/analyzer/source/manifest"
)

// Config says what an analyzer made by [New] does. Its zero value is what [Analyzer] does.
type Config struct {
	// Manifest is the manifest, for drivers that may read declared inputs only; ManifestPath is the name that positions
	// in it have. Alone, ManifestPath is a file to read, by an absolute path. Where both are empty, [ManifestOf] is asked.
	Manifest     []byte
	ManifestPath string

	// Notes asks for findings of severity note as well. Every diagnostic fails vet, so they are left out.
	Notes bool

	// Flat leaves the places out that belong to a diagnostic, for drivers that make a diagnostic of each of them. The
	// hops are in the message in either case.
	Flat bool

	Only, Exclude []string         // rules to run, and not to run; see "distcheck rules"
	Now           func() time.Time // by which accepted debt is judged; nil: time.Now
}

// Analyzer is distcheck for drivers of analyses: go vet, golangci-lint, nogo. See the package documentation.
var Analyzer = New(Config{})

const doc = `find calls between services that should not be, or not so

For each service, which is a main package, the analyzer follows what answering its operations calls over the network
(HTTP, gRPC and what is made of them): calls without a deadline, calls in loops, errors thrown away, contexts that are not
passed on, servers without time limits, and chains of calls that wait for each other. With a manifest (services.yaml)
chains go on behind the services that the code calls.

What a service does is decided in its main package: it reports, at the place of the call, wherever in the team's code
that is. See https://github.com/distcheck/distcheck.`

// New makes an analyzer. Its flags notes, only and exclude set what Config says of these.
func New(config Config) *analysis.Analyzer {
	l := &linter{Config: config}
	a := &analysis.Analyzer{
		Name:      "distcheck",
		Doc:       doc,
		URL:       "https://github.com/distcheck/distcheck",
		Run:       l.run,
		FactTypes: []analysis.Fact{new(Parts)},
	}
	a.Flags.BoolVar(&l.Notes, "notes", config.Notes, "report notes too")
	a.Flags.Func("only", "run only these `rules`, separated by commas", rules(&l.Only))
	a.Flags.Func("exclude", "do not run these `rules`, separated by commas", rules(&l.Exclude))
	return a
}

type linter struct{ Config }

// rules adds those that a flag names to a list.
func rules(list *[]string) func(string) error {
	return func(text string) error {
		*list = slices.Clone(*list)
		for id := range strings.SplitSeq(text, ",") {
			if !slices.ContainsFunc(rule.All(), func(r rule.Rule) bool { return r.ID == id }) {
				return fmt.Errorf("no rule is called %q: \"distcheck rules\" lists them", id)
			}
			*list = append(*list, id)
		}
		return nil
	}
}

// run makes the part of a package; of a main package it judges the program that it is with all it imports.
func (l *linter) run(pass *analysis.Pass) (any, error) {
	files := handWritten(pass)
	if len(files) == 0 {
		return nil, nil
	}
	dir := filepath.Dir(pass.Fset.Position(files[0].Package).Filename)
	if !gocode.Own(dir) {
		return nil, nil
	}
	part, err := gocode.MakePart(gocode.Source{Fset: pass.Fset, Files: files, Types: pass.Pkg, Info: pass.TypesInfo})
	if err != nil {
		return nil, err
	}
	parts := Parts{}
	for _, imported := range pass.Pkg.Imports() {
		var theirs Parts
		if pass.ImportPackageFact(imported, &theirs) {
			parts.merge(theirs)
		}
	}
	parts.merge(Parts{[]gocode.Part{part}})
	if pass.Pkg.Name() != "main" {
		pass.ExportPackageFact(&parts) // nobody imports a main package
		return nil, nil
	}
	return nil, l.judge(pass, dir, parts)
}

// handWritten are the files of a package without its tests, for which a driver may make packages of their own.
func handWritten(pass *analysis.Pass) []*ast.File {
	return slices.DeleteFunc(slices.Clone(pass.Files), func(f *ast.File) bool {
		name := filepath.Base(pass.Fset.Position(f.Package).Filename)
		return strings.HasSuffix(name, "_test.go") || name == "_testmain.go"
	})
}

// Parts is the fact about a package: what it and the own packages that it imports contribute to a program. It is
// closed, since a driver hands over the facts of direct imports only.
type Parts struct{ list []gocode.Part } // sorted by path

// AFact marks it as one.
func (*Parts) AFact() {}

func (p *Parts) String() string { return fmt.Sprintf("%d packages", len(p.list)) }

// merge adds other parts. A package may come by two ways in two forms, compiled for a test and not: one of them is
// chosen, always the same.
func (p *Parts) merge(other Parts) {
	byPath := func(a, b gocode.Part) int {
		if c := strings.Compare(a.Path, b.Path); c != 0 {
			return c
		}
		if bytes.Equal(a.Data, b.Data) {
			return 0
		}
		x, y := sha256.Sum256(a.Data), sha256.Sum256(b.Data)
		return bytes.Compare(x[:], y[:])
	}
	p.list = slices.Concat(p.list, other.list)
	slices.SortFunc(p.list, byPath)
	p.list = slices.CompactFunc(p.list, func(a, b gocode.Part) bool { return a.Path == b.Path })
}

// GobEncode writes the parts; the same ones give the same bytes.
func (p *Parts) GobEncode() ([]byte, error) {
	var out []byte
	for _, part := range p.list {
		out = appendBytes(appendBytes(out, []byte(part.Path)), part.Data)
	}
	return out, nil
}

// GobDecode reads what GobEncode wrote.
func (p *Parts) GobDecode(data []byte) error {
	data = bytes.Clone(data) // the decoder may use it again
	p.list = nil
	for len(data) > 0 {
		path, rest, ok := cutBytes(data)
		if !ok {
			return errDamaged
		}
		part, rest, ok := cutBytes(rest)
		if !ok {
			return errDamaged
		}
		p.list = append(p.list, gocode.Part{Path: string(path), Data: part})
		data = rest
	}
	return nil
}

var (
	errDamaged = errors.New("distcheck's fact of a package is damaged: go clean -cache removes it")

	_ gob.GobEncoder = (*Parts)(nil)
	_ gob.GobDecoder = (*Parts)(nil)
)

func appendBytes(to, part []byte) []byte {
	return append(binary.AppendUvarint(to, uint64(len(part))), part...)
}

func cutBytes(data []byte) (part, rest []byte, ok bool) {
	n, size := binary.Uvarint(data)
	if size <= 0 || n > uint64(len(data)-size) {
		return nil, nil, false
	}
	return data[size : size+int(n)], data[size+int(n):], true
}

// judge reports what the program of a main package is told of.
func (l *linter) judge(pass *analysis.Pass, dir string, parts Parts) error {
	files := new(arch.Files)
	path, data, top := l.ManifestPath, l.Manifest, ""
	if data == nil {
		file, err := l.file(dir)
		if err != nil {
			return err
		}
		if file != "" {
			if data, err = os.ReadFile(file); err != nil {
				return err
			}
			path, top = filepath.Base(file), filepath.Dir(file)
		}
	}
	declared := new(manifest.Document)
	declared.System = new(arch.System)
	if data != nil {
		var errs manifest.Errors
		declared, errs = manifest.ReadBesideCode(files, []manifest.Input{{Path: cmp.Or(path, "services.yaml"), Data: data}}, rule.Specs(rule.All()), manifest.DefaultLimits())
		if len(errs) > 0 {
			return errors.New(strings.TrimSpace(errs[0].Text()))
		}
	}
	traced, top, err := gocode.Link(files, dir, top, parts.list, declared.System.Libraries, declared.System.CodePaths())
	if err != nil {
		return err
	}
	system, names := arch.Join(declared.System, traced.System)
	ours := make(map[string]bool)
	for _, s := range traced.System.Services {
		if s.Declared {
			ours[s.Name] = true
			ours[cmp.Or(names[s.Name], s.Name)] = true
		}
	}
	system.ResolveHosts()
	now := time.Now
	if l.Now != nil {
		now = l.Now
	}
	result := rule.Run(system, graph.Build(system), rule.All(), rule.Options{
		Only: l.Only, Exclude: slices.Concat(l.Exclude, rule.OfTheWhole()), Today: now(), Partial: true,
	})
	places := &places{pass: pass, top: top, files: make(map[string]*token.File)}
	slices.SortFunc(result.Findings, finding.ComparePos)
	for _, f := range result.Findings {
		if !ours[f.Service] || f.Severity == finding.Note && !l.Notes {
			continue
		}
		l.report(places, report.DiagnosticOf(f))
	}
	return nil
}

// file is the manifest to read for the package in a directory; "": none.
func (l *linter) file(dir string) (string, error) {
	switch {
	case l.ManifestPath == "":
		return ManifestOf(dir, os.Getenv)
	case !filepath.IsAbs(l.ManifestPath):
		return "", fmt.Errorf("manifest %s: accepted is an absolute path, since an analysis is started in the directory of its package", l.ManifestPath)
	}
	return l.ManifestPath, nil
}

// report hands a finding to the driver. One that stands in the manifest, or in a file that cannot be read, stands at
// the package, with its place in the message.
func (l *linter) report(at *places, d report.Diagnostic) {
	out := analysis.Diagnostic{Message: d.Message}
	if out.Pos = at.find(d.Pos); !out.Pos.IsValid() {
		out.Pos = at.pass.Files[0].Package
		if d.Pos.Known() {
			out.Message = d.Pos.String() + ": " + out.Message
		}
	}
	if !l.Flat {
		for _, r := range d.Related {
			if pos := at.find(r.Pos); pos.IsValid() && pos != out.Pos {
				out.Related = append(out.Related, analysis.RelatedInformation{Pos: pos, Message: r.Message})
			}
		}
	}
	at.pass.Report(out)
}

// places finds positions in a pass. A file of another package is added to its file set: drivers print what it says.
type places struct {
	pass  *analysis.Pass
	top   string
	files map[string]*token.File // by path as positions have it; nil: cannot be read
}

func (at *places) find(pos arch.Pos) token.Pos {
	if pos.Source() != arch.Go || pos.Line < 1 {
		return token.NoPos
	}
	file, ok := at.files[pos.Path()]
	if !ok {
		file = at.file(filepath.Join(at.top, filepath.FromSlash(pos.Path())))
		at.files[pos.Path()] = file
	}
	if file == nil || int(pos.Line) > file.LineCount() {
		return token.NoPos
	}
	start := file.LineStart(int(pos.Line))
	return min(start+token.Pos(max(pos.Column, 1)-1), token.Pos(file.Base()+file.Size()))
}

// file is one in the file set, of the pass if it is there.
func (at *places) file(path string) *token.File {
	for _, f := range at.pass.Files {
		if file := at.pass.Fset.File(f.Package); file != nil && same(file.Name(), path) {
			return file
		}
	}
	data, err := os.ReadFile(path) // not the pass's ReadFile, which is for files of its package
	if err != nil {
		return nil
	}
	file := at.pass.Fset.AddFile(path, -1, len(data))
	file.SetLinesForContent(data)
	return file
}

// same reports whether two paths name one file.
func same(a, b string) bool {
	if a == b {
		return true
	}
	x, err := filepath.Abs(a)
	return err == nil && x == filepath.Clean(b)
}
