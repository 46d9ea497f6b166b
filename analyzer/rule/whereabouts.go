package rule

import (
	"cmp"
	slashed "path"
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
)

// whereabouts tells which service something in a file belongs to.
type whereabouts struct {
	sys    *arch.System
	places []spot            // sorted; made when they are first needed, as dirs are
	dirs   map[string]string // by a directory: the service whose code is there
}

// spot is a line on which something of a service stands.
type spot struct {
	path    string
	line    int32
	service string
}

func (s spot) compare(o spot) int {
	return cmp.Or(strings.Compare(s.path, o.path), cmp.Compare(s.line, o.line))
}

// serviceAt is the service that something on some lines is part of; else the one whose code lies nearest above the file;
// else "".
func (w *whereabouts) serviceAt(lines arch.Lines) string {
	if w.dirs == nil {
		w.look()
	}
	at, _ := slices.BinarySearchFunc(w.places, spot{path: lines.Path, line: lines.From}, spot.compare)
	if at < len(w.places) && w.places[at].path == lines.Path && w.places[at].line <= lines.To {
		return w.places[at].service
	}
	for dir := slashed.Dir(lines.Path); ; dir = slashed.Dir(dir) {
		if service, ok := w.dirs[dir]; ok {
			return service
		}
		if dir == "." || dir == "/" || slashed.Base(dir) == ".." {
			return ""
		}
	}
}

// look notes where what stands.
func (w *whereabouts) look() {
	w.dirs = make(map[string]string)
	for _, s := range w.sys.Services {
		add := func(p arch.Pos) {
			if p.Known() {
				w.places = append(w.places, spot{p.Path(), p.Line, s.Name})
			}
		}
		add(s.Pos)
		for _, op := range s.Operations {
			add(op.Pos)
		}
		for body := range s.Bodies() {
			for _, call := range body.Calls {
				add(call.Pos)
				add(call.Place())
			}
		}
		for _, c := range s.Code {
			if _, taken := w.dirs[c.Path()]; !taken && c.Dir.Is() {
				w.dirs[c.Path()] = s.Name
			}
		}
	}
	slices.SortStableFunc(w.places, spot.compare)
}
