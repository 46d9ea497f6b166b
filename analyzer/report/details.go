package report

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
)

// detail says how much of a finding is printed below its first line. 0 is no limit, negative is nothing.
type detail struct {
	hops   int // rows of hops; more are elided in the middle
	others int // lines about other places
	names  int // names in such a line
	doubts int
	cost   int
	about  int // journeys and owner
	remedy int
	runes  int // of one name
}

// namesInAll is how many names one line has even of everything: reports for machines have them all.
const namesInAll = 40

// everything is the detail of -all.
func everything() detail { return detail{names: namesInAll, doubts: doubtsShown} }

// fullDetail is that of a finding which is printed in full on a screen.
func fullDetail() detail { return detail{hops: 8, names: 4, doubts: doubtsShown, runes: longest} }

// allows reports how many of n the limit lets through.
func allows(limit, n int) int {
	switch {
	case limit < 0:
		return 0
	case limit == 0:
		return n
	}
	return min(limit, n)
}

// listColumns is how long a list of names may be unless everything is asked for.
const listColumns = 140

// named is a service and its operation in a list: of a remote procedure the method, unless everything is asked for.
func (d detail) named(service, operation string) string {
	const name = "abcdefghijklmnopqrstuvwxyz0123456789_."
	if of, method, ok := strings.Cut(operation, "/"); ok && d != everything() && of != "" && method != "" &&
		strings.Trim(strings.ToLower(of+method), name) == "" {
		return service + " " + method
	}
	return named(service, operation)
}

// doubtsShown is how much of what is not known a finding says at most: to settle one is a beginning.
const doubtsShown = 3

// note is a line below a finding: what it is about, and the rest. Lines without a label belong to the one before.
type note struct {
	label, text string
	places      []place // of a list of places what it shows; text says the same
	more        int     // and how many it does not
}

// notesOf are the lines below a finding except its hops. The texts are harmless.
func notesOf(f *finding.Finding, d detail) []note {
	notes := othersOf(f, d)
	add := func(label string, lines []string, limit int) {
		for _, line := range lines[:allows(limit, len(lines))] {
			notes = append(notes, note{label: label, text: harmless(line)})
			label = strings.Repeat(" ", len(label))
		}
	}
	if len(f.Doubt) > 0 {
		add("not known: ", []string{strings.Join(f.Doubt[:allows(d.doubts, len(f.Doubt))], "; ")}, 0)
	}
	add("cost: ", f.Cost, d.cost)
	if about := aboutOf(f, d); about != "" && d.about >= 0 {
		notes = append(notes, note{text: about})
	}
	add("do: ", f.Remedy, d.remedy)
	return notes
}

// labelled are the notes as lines that stand alone: each has its label.
func labelled(notes []note) []string {
	lines := make([]string, len(notes))
	label := ""
	for i, n := range notes {
		if n.label == "" || strings.TrimSpace(n.label) != "" {
			label = n.label
		}
		lines[i] = label + n.text
	}
	return lines
}

// aboutOf says whose users and whose team the finding is about.
func aboutOf(f *finding.Finding, d detail) string {
	var parts []string
	if len(f.Journeys) > 0 {
		word := "on journey "
		if len(f.Journeys) > 1 {
			word = "on journeys "
		}
		names := make([]string, len(f.Journeys))
		for i, name := range f.Journeys {
			names[i] = shortened(name, d.runes)
		}
		parts = append(parts, word+listed(names, d))
	}
	if f.Owner != "" {
		parts = append(parts, "owner "+shortened(f.Owner, d.runes))
	}
	return strings.Join(parts, " · ")
}

// place is a name in a list of places. Its texts are harmless.
type place struct {
	name string
	pos  arch.Pos // unknown where a list does not tell it
}

// othersOf has one line for each role among the finding's other places.
func othersOf(f *finding.Finding, d detail) []note {
	places := make(map[finding.Role][]place)
	for _, other := range f.Others {
		// What stands beside a name is never cut: a place that lacks its end is none.
		p := place{name: shortened(d.named(other.Service, other.Operation), 2*d.runes)}
		switch other.Role {
		case finding.Upstream:
			if other.Hops > 0 {
				p.name += " (" + count(other.Hops, "hop") + ")"
			}
		case finding.Member, finding.Related:
			p.pos = other.Pos
			if p.name == arch.Unresolved && p.pos.Known() {
				p.name = "" // a place says more
			}
		}
		places[other.Role] = append(places[other.Role], p)
	}
	roles := []struct {
		role  finding.Role
		label string
	}{
		{finding.Member, "where: "},
		{finding.Head, "also entered by: "},
		{finding.Upstream, "may also be entered by: "},
		{finding.End, ""},
		{finding.Entry, "reached from: "},
		{finding.Related, "see: "},
	}
	var notes []note
	for _, r := range roles {
		list := places[r.role]
		if len(list) == 0 {
			continue
		}
		texts := make([]string, len(list))
		from := f.Pos
		for i, p := range list {
			if p.pos.Known() && p.pos.File != from.File {
				from = arch.Pos{} // behind another path, a place without one would seem to be in that
			}
			switch {
			case !p.pos.Known():
				texts[i] = p.name
			case r.role == finding.Related:
				texts[i] = strings.TrimRight(nearby(p.pos, from)+" "+p.name, " ")
			default:
				texts[i] = strings.TrimLeft(p.name+" "+nearby(p.pos, from), " ")
			}
		}
		all := len(list)
		if r.role == finding.End {
			all += f.Unlisted
			r.label = fmt.Sprintf("and %s at the end of such a chain: ", count(all, "more callee"))
		}
		shown := shownOf(texts, all, d)
		notes = append(notes, note{label: r.label, text: listedOf(texts, all, d), places: list[:shown], more: all - shown})
	}
	notes = notes[:allows(d.others, len(notes))]
	if f.Omitted && d.others >= 0 {
		notes = append(notes, note{text: "there may be more: the search was given up"})
	}
	return notes
}

// nearby is a position seen from another: without its path where both are in one file, as in ":52:13".
func nearby(pos, from arch.Pos) string {
	if pos.File != from.File {
		return position(pos)
	}
	return harmless(strings.TrimPrefix(pos.String(), pos.Path()))
}

// listed names the first of some, and counts the rest. The names are harmless, and as short as they should be.
func listed(names []string, d detail) string { return listedOf(names, len(names), d) }

// listedOf names the first of all, of which names may be only some.
func listedOf(names []string, all int, d detail) string {
	shown := shownOf(names, all, d)
	text := strings.Join(names[:shown], ", ")
	if more := all - shown; more > 0 {
		text += " and " + strconv.Itoa(more) + " more"
	}
	return text
}

// shownOf is how many of some names a list shows.
func shownOf(names []string, all int, d detail) int {
	shown := allows(d.names, len(names))
	if shown == all-1 && shown < len(names) {
		shown++ // "and 1 more" takes the place that its name would
	}
	if d.names > 0 && d != everything() {
		for shown > 1 && columns(strings.Join(names[:shown], ", ")) > listColumns {
			shown--
		}
	}
	return shown
}

// row is a hop ready to be printed, or the hops that were left out in its place.
type row struct {
	number  int
	callee  string // harmless, as is all text of a row
	service string
	op      string
	at      string // "" where not known
	pos     arch.Pos
	marks   string
	elided  int
}

// rowsOf are the finding's hops, the middle ones elided where there are too many.
func rowsOf(f *finding.Finding, d detail) []row {
	limit := allows(d.hops, len(f.Hops))
	if limit == len(f.Hops)-1 {
		limit++ // the line that says what was left out would be as long
	}
	head, tail := (limit+1)/2, limit/2
	var rows []row
	for i, hop := range f.Hops {
		switch {
		case limit == len(f.Hops) || i < head || i >= len(f.Hops)-tail:
			at := ""
			if hop.Pos.Known() {
				at = position(hop.Pos)
			}
			rows = append(rows, row{
				number:  i + 1,
				callee:  shortened(named(hop.Service, hop.Operation), 2*d.runes),
				service: shortened(hop.Service, d.runes),
				op:      shortened(hop.Operation, d.runes),
				at:      at,
				pos:     hop.Pos,
				marks:   marksOf(hop),
			})
		case i == head:
			rows = append(rows, row{elided: len(f.Hops) - limit})
		}
	}
	return rows
}

// sentence is the row where columns cannot be aligned.
func (r row) sentence() string {
	if r.elided > 0 {
		return "… " + count(r.elided, "more hop") + " …"
	}
	text := strconv.Itoa(r.number) + ". " + r.callee
	if r.at != "" {
		text += " at " + r.at
	}
	if r.marks != "" {
		text += ", " + r.marks
	}
	return text
}

// marksOf says what is special about a hop.
func marksOf(hop finding.Hop) string {
	var marks []string
	if hop.Possible {
		marks = append(marks, "possible")
	}
	if hop.Free {
		marks = append(marks, "not counted")
	}
	if hop.Through.Known() {
		marks = append(marks, "through "+nearby(hop.Through, hop.Pos))
	}
	if hop.Note != "" {
		marks = append(marks, harmless(hop.Note))
	}
	return strings.Join(marks, ", ")
}

// headline is a finding's message as every format for people has it.
func headline(f *finding.Finding) string {
	if f.Possible {
		return "possible: " + harmless(f.Message)
	}
	return harmless(f.Message)
}

// table aligns rows in columns. A name longer than widest pushes only its own row.
func table(rows []row) []tableLine {
	const widest = 40
	digits, services, ops := 1, 0, 0
	fit := func(most int, text string) int {
		if n := columns(text); n <= widest {
			return max(most, n)
		}
		return most
	}
	for _, r := range rows {
		if r.elided > 0 {
			continue
		}
		digits = max(digits, len(strconv.Itoa(r.number)))
		services, ops = fit(services, r.service), fit(ops, r.op)
	}
	lines := make([]tableLine, len(rows))
	for i, r := range rows {
		if r.elided > 0 {
			lines[i].names = fmt.Sprintf("%*s … %s …", digits, "", count(r.elided, "more hop"))
			continue
		}
		names := fmt.Sprintf("%*d %s", digits, r.number, padded(r.service, services))
		if ops > 0 || r.op != "" {
			names += "  " + padded(r.op, ops)
		}
		lines[i] = tableLine{names + "  ", r.at, r.marks}
	}
	return lines
}

// tableLine is one line of a table of hops, in the parts that may be coloured apart.
type tableLine struct{ names, at, marks string }
