// Package manifest reads and prints manifests: the YAML (or JSON) files in which people and `distcheck export` say
// what services there are and who calls whom.
//
// # One table, three uses
//
// Each object of a manifest is described once, as a list of fields: key, documentation, type, and the place in the
// model it fills ([document.go], [service.go], [call.go], [rules.go]). From these lists come the reader with all its
// errors, the JSON Schema ([Schema]) and the writer ([Export]), so that the three cannot disagree.
//
// # How a manifest is read
//
//  1. The text is checked and decoded into nodes by yaml.v3, once.
//  2. The survey looks at the nodes for depth and for what aliases would expand to, before anything follows an alias.
//  3. Each object is read key by key with one map lookup per key. What is wrong is noted with position, what is
//     accepted, and the nearest spelling; reading goes on, so one run tells of all errors.
//  4. The files are merged ([arch.Merge]), so that their order means nothing.
//  5. What only all files together can tell is worked out: callees and topics that nobody declares, operations that
//     subscriptions imply, names that must be known but are not.
//
// The cost is linear in the text, but for sorting; step 1 takes most of it. Nothing refers to nodes afterwards.
//
// # Limits
//
// [Limits] bounds size, depth, expansion and errors. Keys are text of at most 1,000 characters. YAML tags other than
// !!str are refused. Of several documents in one stream none but the first would be read, so more than one is an
// error. The line of a syntax error is searched for in files up to one megabyte; above that it is what yaml.v3 says.
// Two topics of one name cannot both be declared in one file.
//
// This package may change until version 1.
package manifest

import (
	"bytes"
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
)

// Input is one file to be read.
type Input struct {
	Path string // as positions show it; "<stdin>" for standard input
	Data []byte
}

// Limits bounds what reading may cost. A limit that is zero or negative takes its default.
type Limits struct {
	// Bytes of one file. yaml.v3 takes about 28 times as much memory. A hundred thousand services take 25 to 70 MB of text.
	Bytes int
	// Depth in levels of nesting. The format itself needs nine.
	Depth int
	// Nodes that aliases and merge keys add in one file, and values that its services take from its defaults: text
	// of a kilobyte can stand for gigabytes. A hundred thousand services may each take twenty values.
	Nodes int
	// Errors that are collected over all files. A manifest of the wrong kind has one a line.
	Errors int
}

// DefaultLimits are the limits for files that people check in.
func DefaultLimits() Limits {
	return Limits{Bytes: 80 << 20, Depth: 64, Nodes: 2_000_000, Errors: 1000}
}

func (l Limits) orDefaults() Limits {
	d := DefaultLimits()
	for _, f := range []struct {
		set   *int
		other int
	}{{&l.Bytes, d.Bytes}, {&l.Depth, d.Depth}, {&l.Nodes, d.Nodes}, {&l.Errors, d.Errors}} {
		if *f.set <= 0 {
			*f.set = f.other
		}
	}
	return l
}

// Read reads manifests into one system, sorted. The order of the inputs means nothing; a file that is given twice is
// read once. With errors, the system holds what could be read and is good for nothing but looking at.
//
// Files without any content make a system without services, and no error.
func Read(files *arch.Files, inputs []Input, vocab Vocabulary, limits Limits) (*arch.System, Errors) {
	d, errs := read(files, inputs, vocab, limits, false)
	return d.System, errs
}

// ReadBesideCode is [Read] for manifests that Go code joins: names are looked up by [Document.Check], once the code has
// told its own, and all that they say is a declaration. So is what `source: go` says was found in code, as an export
// does that somebody keeps: the code itself tells where things stand today, and whether they still do.
func ReadBesideCode(files *arch.Files, inputs []Input, vocab Vocabulary, limits Limits) (*Document, Errors) {
	return read(files, inputs, vocab, limits, true)
}

// A Document is manifests that were read, and what can be told of them only once all is known that joins them.
type Document struct {
	System *arch.System

	refs  []reference
	texts map[*arch.File][]byte
	limit int // of errors
}

// Check looks up the names that the manifests use, in the system that they are part of. As [arch.Join] tells, names says
// which service of the code has another name here.
func (d *Document) Check(joined *arch.System, names map[string]string) Errors {
	errors := &log{limit: d.limit}
	check(joined, d.refs, "a service that is declared under services, or that the code has", names, errors)
	return errors.done(d.texts)
}

// Show sorts errors that others found in what the manifests say, and gives them their code frames.
func (d *Document) Show(errs Errors) Errors {
	return (&log{errors: errs, limit: len(errs) + 1}).done(d.texts)
}

func read(files *arch.Files, inputs []Input, vocab Vocabulary, limits Limits, code bool) (*Document, Errors) {
	limits = limits.orDefaults()
	inputs = slices.Clone(inputs)
	slices.SortStableFunc(inputs, func(a, b Input) int { return strings.Compare(a.Path, b.Path) })
	inputs = slices.CompactFunc(inputs, func(a, b Input) bool { return a.Path == b.Path && bytes.Equal(a.Data, b.Data) })

	errors := &log{limit: limits.Errors}
	texts := make(map[*arch.File][]byte, len(inputs))
	table := documentOf(vocab)
	var systems []*arch.System
	var refs []reference
	complete := true
	for _, input := range inputs {
		r := &reader{files: files, file: files.Get(input.Path, arch.Manifest), limits: limits, log: errors, declares: code}
		texts[r.file] = input.Data
		sys := &arch.System{}
		complete = r.document(input.Data, table, sys) && complete
		systems = append(systems, sys)
		refs = append(refs, r.refs...)
	}
	sys := &arch.System{}
	if len(systems) == 1 {
		sys = systems[0]
	} else if len(systems) > 1 {
		var conflicts []arch.Conflict
		sys, conflicts = arch.Merge(systems...)
		for _, c := range conflicts {
			errors.conflict(c)
		}
	}
	imply(sys)
	if complete {
		// Where a file is missing, names that it declares would be called unknown.
		if !code {
			check(sys, refs, "a service that is declared under services", nil, errors)
		}
		checkHosts(sys, errors)
	}
	declare(sys)
	sys.Sort()
	return &Document{System: sys, refs: refs, texts: texts, limit: limits.Errors}, errors.done(texts)
}

// document reads one file, and reports whether all of it could be looked at.
func (r *reader) document(data []byte, table *object[arch.System], into *arch.System) bool {
	root, text := r.root(data)
	if root == nil {
		return text != nil
	}
	if root.Kind == mappingNode {
		if m := r.mapping(root, false, ""); m != nil {
			r.readDefaults(m)
		}
	}
	table.read(r, root, nil, into)
	into.Directives = append(into.Directives, r.directives(text, root)...)
	return !r.log.full
}

// root is the nodes of a file, nil where it has none, and its text as the nodes have it, nil where not all of it can be
// looked at: errors say why.
func (r *reader) root(data []byte) (root *node, text []byte) {
	if len(data) > r.limits.Bytes {
		r.log.add(&Error{Pos: arch.Pos{File: r.file, Line: 1, Column: 1}, width: 1,
			Message:  "the file has " + itoa(len(data)) + " bytes",
			Accepted: "files of at most " + itoa(r.limits.Bytes) + " bytes (the limit on size)"})
		return nil, nil
	}
	text, failure := clean(data)
	var second *node
	if failure == nil {
		root, second, failure = decode(text)
	}
	if failure != nil {
		if failure.tooDeep {
			failure.accepted = acceptedDepth(r.limits.Depth)
		}
		r.log.add(&Error{Pos: arch.Pos{File: r.file, Line: int32(failure.line), Column: int32(failure.column)},
			Message: failure.message, Accepted: failure.accepted, width: failure.width})
		return nil, nil
	}
	if text == nil {
		text = []byte{} // an empty file
	}
	if root == nil || isNull(root) && root.Value == "" {
		root = nil
	}
	if second != nil {
		r.fail(second, "a second document begins here", "one document a file; put the services of both into one, or into two files")
		if root == nil {
			return nil, nil
		}
	}
	if root == nil {
		return nil, text
	}
	if s := surveyOf(root, r.limits); s.found != nil {
		r.fail(s.found, s.reason, s.accept)
		return nil, nil
	}
	return root, text
}

// conflict makes an error of what two files say differently.
func (l *log) conflict(c arch.Conflict) {
	kept, other := c.A, c.B
	aValue, bValue := c.AValue, c.BValue
	if kept.Compare(other) > 0 {
		kept, other, aValue, bValue = other, kept, bValue, aValue
	}
	err := &Error{Pos: other, Related: kept, width: max(len([]rune(bValue)), 1)}
	if aValue == "" && bValue == "" {
		err.Message = c.What + " stand in two files; the first is at " + where(kept)
		err.Accepted = c.What + " in one file only"
	} else {
		err.Message = clip(c.What) + " is " + quote(bValue) + " here and " + quote(aValue) + " at " + where(kept)
		err.Accepted = "one value in all files"
	}
	l.add(err)
}

// done is the sorted errors with their code frames, and a last one where there were too many to collect.
func (l *log) done(texts map[*arch.File][]byte) Errors {
	if len(l.errors) == 0 {
		return nil
	}
	errs := l.errors.sort()
	errs.frame(texts)
	if len(l.errors) >= l.limit {
		errs = append(errs, &Error{Pos: errs[len(errs)-1].Pos,
			Message:  "reading stopped after " + itoa(l.limit) + " errors",
			Accepted: "there may be more once these are mended (the limit on errors)"})
	}
	return errs
}
