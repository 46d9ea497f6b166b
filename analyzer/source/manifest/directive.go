package manifest

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/distcheck/distcheck/analyzer/arch"
)

// Comments that speak to distcheck. yaml.v3 hangs comments on nodes as it sees fit, so they are looked for in the text,
// and only where something that looks like one stands there is more to do.

// directives finds the comments of a text that speak to distcheck. One that stands alone speaks of the line below the
// comments that it is among, another of its own line.
//
// The cost is one search in a text that has none; else one walk over its lines and nodes.
func (r *reader) directives(text []byte, root *node) []arch.Directive {
	if !bytes.Contains(text, []byte("distcheck:")) {
		return nil
	}
	// A comment begins with a mark after a blank, or where its line begins.
	mark := regexp.MustCompile(`(?:^|[ \t])(#+[ \t]*distcheck:[a-z])`)
	starts := lineStarts(text)
	lines := make([]string, len(starts))
	for i, start := range starts {
		end := len(text)
		if i+1 < len(starts) {
			end = starts[i+1]
		}
		lines[i] = strings.TrimRight(string(text[start:end]), "\r\n\u0085\u2028\u2029")
	}
	var found []arch.Directive
	var inside []extent
	below := 0 // the first line from here on, counted from 1, that is no comment
	for i, line := range lines {
		marks := mark.FindAllStringSubmatchIndex(line, -1)
		if marks == nil {
			continue
		}
		if inside == nil {
			inside = append(textsOf(text, starts, root), extent{len(text), len(text)})
		}
		// The first that stands in no text: what is behind it belongs to it.
		at := slices.IndexFunc(marks, func(at []int) bool { return !within(inside, starts[i]+at[2]) })
		if at < 0 {
			continue
		}
		begin := marks[at][2]
		alone := strings.TrimLeft(line[:begin], " \t") == ""
		said, ok := arch.CutDirective(line[begin:])
		if !ok || !alone && isComment(line) {
			continue
		}
		of := i + 1
		if alone {
			for below = max(below, of); below < len(lines) && isComment(lines[below-1]); below++ {
			}
			of = below
		}
		found = append(found, arch.Directive{
			Pos:   arch.Pos{File: r.file, Line: int32(i + 1), Column: int32(utf8.RuneCountInString(line[:begin]) + 1)},
			Lines: arch.Lines{Path: r.file.Path, From: int32(of), To: int32(of)},
			Text:  said,
		})
	}
	return found
}

func isComment(line string) bool { return strings.HasPrefix(strings.TrimLeft(line, " \t"), "#") }

// extent is a piece of a text, from its first byte to behind its last.
type extent struct{ from, to int }

// within reports whether an offset is in one of some extents, which are sorted and apart.
func within(extents []extent, offset int) bool {
	at, _ := slices.BinarySearchFunc(extents, offset, func(e extent, offset int) int {
		if e.to <= offset {
			return -1
		}
		return 1
	})
	return at < len(extents) && extents[at].from <= offset
}

// textsOf finds the quoted texts and blocks of text that speak of distcheck, sorted: what looks like a comment in them is
// none. Text without quotes cannot hold what looks like one.
func textsOf(text []byte, starts []int, root *node) []extent {
	var found []extent
	line, column, from := 0, 0, 0 // of the last: nodes come as they stand in the text, many perhaps in one line
	var visit func(n *node)
	visit = func(n *node) {
		if n.Kind == scalarNode && isQuoted(n) && strings.Contains(n.Value, "distcheck:") && n.Line >= 1 && n.Line <= len(starts) {
			if n.Line != line || n.Column < column {
				line, column, from = n.Line, 1, starts[n.Line-1]
			}
			for ; column < n.Column; column++ {
				_, size := utf8.DecodeRune(text[from:])
				from += size
			}
			found = append(found, extent{from, endOfText(text, starts, from, n)})
		}
		for _, child := range n.Content { // what an alias names stands elsewhere
			visit(child)
		}
	}
	if root != nil {
		visit(root)
	}
	return found
}

// endOfText is where a quoted text, or a block of text, that begins at an offset ends.
func endOfText(text []byte, starts []int, from int, n *node) int {
	if isBlock(n) {
		return blockEnd(text, starts[n.Line-1:], from)
	}
	rest := text[from:]
	quote := rest[max(bytes.IndexAny(rest, `"'`), 0)] // a tag or an anchor may stand before it
	for i := bytes.IndexByte(rest, quote) + 1; i < len(rest); i++ {
		switch {
		case quote == '"' && rest[i] == '\\':
			i++
		case quote == '\'' && rest[i] == '\'' && i+1 < len(rest) && rest[i+1] == '\'':
			i++
		case rest[i] == quote:
			return from + i + 1
		}
	}
	return len(text)
}

// blockEnd is where a block of text ends whose header stands at an offset: before a line that is indented less than its
// first, or less than its header says, beyond the key that it belongs to. Starts are those of its lines and of all below.
func blockEnd(text []byte, starts []int, header int) int {
	key := text[starts[0]:header]
	outer := len(key) - len(bytes.TrimLeft(key, " -"))
	end, indent := header, 0
	for i, start := range starts {
		line := text[start:]
		if i == 0 {
			line = text[header:]
		}
		if next := bytes.IndexAny(line, "\r\n"); next >= 0 {
			line = line[:next]
		}
		blank := len(line) - len(bytes.TrimLeft(line, " "))
		switch {
		case i == 0:
			mode, _, _ := bytes.Cut(line[max(bytes.IndexAny(line, "|>"), 0):], []byte("#")) // an anchor may stand before it
			if at := bytes.IndexAny(mode, "123456789"); at >= 0 {
				indent = outer + int(mode[at]-'0')
			}
			end = header + len(line)
			continue
		case blank == len(line):
			continue
		case indent == 0:
			indent = max(blank, 1)
		case blank < indent:
			return end
		}
		end = start + len(line)
	}
	return end
}

// directiveOf is a comment as an export keeps it.
func directiveOf() *object[arch.Directive] {
	return newObject(object[arch.Directive]{
		name: "directive", doc: "A comment in code or in a manifest that speaks to distcheck, as an export keeps it; people write the comment itself.",
		pos: func(d *arch.Directive) *arch.Pos { return &d.Pos },
		fields: []field[arch.Directive]{
			key("lines", "The lines that it speaks of: path:line or path:line-line.", value[arch.Lines]{scalar: linesType(), none: func(l arch.Lines) bool { return l == arch.Lines{} }},
				func(d *arch.Directive) *arch.Lines { return &d.Lines }).required("lines: the lines that it speaks of, as in web/main.go:12"),
			key("text", "What stands behind distcheck: in it.", name(), func(d *arch.Directive) *string { return &d.Text }).
				required("text: what stands behind distcheck: in the comment"),
		},
	})
}

func linesType() scalar[arch.Lines] {
	s := written("lines", "path:line or path:line-line, as in web/main.go:12", `^[\s\S]+:[0-9]+(-[0-9]+)?$`, arch.ParseLines, arch.Lines.String, nil)
	s.noFalse = true
	return s
}

// directives are kept with places only: without them they would speak of nothing. What was found in code that is read
// too is told by the code.
type directives struct{ listOf[arch.Directive] }

func (k directives) read(r *reader, n, under *node, into *[]arch.Directive) {
	k.listOf.read(r, n, under, into)
	if !r.declares || n == nil {
		return
	}
	var kept []arch.Directive
	for i, item := range deref(n).Content {
		item = deref(item)
		if i < len(*into) && (item.Kind != mappingNode || valueOf(item, sourceKey) == nil || deref(valueOf(item, sourceKey)).Value != string(arch.Go)) {
			kept = append(kept, (*into)[i])
		}
	}
	*into = kept
}

func (k directives) write(w *writer, from *[]arch.Directive) *tree {
	if !w.positions {
		return nil
	}
	return k.listOf.write(w, from)
}
