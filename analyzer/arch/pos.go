package arch

import (
	"cmp"
	"strconv"
	"strings"
)

// Source is the kind of input that a fact was read from.
type Source string

// The sources that a manifest may name in `source:`. Readers add no others.
const (
	Manifest   Source = "manifest"
	Go         Source = "go"
	Compose    Source = "compose"
	Kubernetes Source = "kubernetes"
	Trace      Source = "trace"
)

// Git is the source of commits. No manifest lists these.
const Git Source = "git"

// Sources lists every [Source] that a manifest may name, in the order in which messages list them.
func Sources() []Source { return []Source{Manifest, Go, Compose, Kubernetes, Trace} }

// File is one input. Two positions are in the same file if and only if their File pointers are equal:
// files are interned by [Files].
type File struct {
	Path   string // slashes, relative to the directory of the run
	Source Source
}

// Files interns the files of one run. The zero value is ready to use. It is not safe for concurrent use.
type Files struct{ known map[File]*File }

// Get returns the one *File for path and source.
func (f *Files) Get(path string, source Source) *File {
	key := File{Path: path, Source: source}
	if known, ok := f.known[key]; ok {
		return known
	}
	if f.known == nil {
		f.known = make(map[File]*File)
	}
	f.known[key] = &key
	return &key
}

// Pos says where a fact was read. Lines and columns count from 1, columns in runes; zero means unknown.
// The zero Pos is "nowhere".
type Pos struct {
	File         *File
	Line, Column int32
}

// Known reports whether the position names a file.
func (p Pos) Known() bool { return p.File != nil }

// Path is the file's path, or "" for an unknown position.
func (p Pos) Path() string {
	if p.File == nil {
		return ""
	}
	return p.File.Path
}

// Source is the kind of input the position lies in, or "" for an unknown position.
func (p Pos) Source() Source {
	if p.File == nil {
		return ""
	}
	return p.File.Source
}

// String is path:line:column, shorter where line or column is not known, "-" for the zero Pos.
func (p Pos) String() string {
	if p.File == nil {
		return "-"
	}
	text := p.File.Path
	if p.Line > 0 {
		text += ":" + strconv.Itoa(int(p.Line))
		if p.Column > 0 {
			text += ":" + strconv.Itoa(int(p.Column))
		}
	}
	return text
}

// Compare orders positions by path, line, column and source; unknown positions come first.
func (p Pos) Compare(q Pos) int {
	// Sorting asks this more often than anything else: the first difference ends it.
	if p.File != q.File {
		if c := strings.Compare(p.Path(), q.Path()); c != 0 {
			return c
		}
	}
	if p.Line != q.Line {
		return cmp.Compare(p.Line, q.Line)
	}
	if p.Column != q.Column {
		return cmp.Compare(p.Column, q.Column)
	}
	return strings.Compare(string(p.Source()), string(q.Source()))
}
