package diagram

import (
	"slices"
	"strconv"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
)

// Picture is what is drawn of a system, before anything has a place: the same for every format.
// It holds names as they were read; each format makes them harmless in its own way.
type Picture struct {
	title    string
	counts   string
	nodes    []*node
	edges    []*edge
	owners   []string // empty where no owner is known
	listed   []listed
	crossing string // how many calls cross owners
	named    bool   // edges other than hops carry the names of operations
	cut      bool   // services are left out
	leftOut  []string
	options  Options
}

// LeftOut says in sentences what the picture does not show. The picture's legend says it too.
func (p *Picture) LeftOut() []string { return slices.Clone(p.leftOut) }

// listed is what the legend spells out of findings over the same calls.
type listed struct {
	letter   string   // "" where no other finding has hops
	rules    []string // each once
	findings int
	severity finding.Severity
	chain    []string // names, from the head
	hops     int      // those that count
	possible bool
}

// text is what the legend says, for a printer that makes names harmless with show.
func (l listed) text(show func(string) string) string {
	names := make([]string, len(l.chain))
	for i, name := range l.chain {
		names[i] = show(name)
	}
	const shown = 5
	if len(names) > shown+2 {
		names = append(append(names[:shown:shown], "…"), names[len(names)-1])
	}
	text := strings.Join(l.rules, ", ") + ": " + strings.Join(names, " → ") + " (" + plural(l.hops, "hop")
	if l.findings > len(l.rules) {
		text += ", " + plural(l.findings, "finding")
	}
	if l.possible {
		text += ", possible"
	}
	return strings.TrimPrefix(l.letter+" "+text+")", " ")
}

// part is what a node stands for.
type part uint8

const (
	partService part = iota // one of the arch.Kinds
	partUndeclared
	partUnknown
	partJourney
	partTopic
	partStore
	partFolded
)

// node is one box.
type node struct {
	id       string
	part     part
	kind     arch.Kind // of partService
	name     string
	detail   string // a second line
	owner    string
	entry    bool   // users come in here
	shared   bool   // a store that several services open
	database string // of a store: "DATABASE on SERVER", where both are known
	severity finding.Severity

	order int // place in the sorted system: what everything else is sorted by
	tier  int // how early it is chosen; 0 is first
	drawn bool
	joins []*edge // topics and stores: whom they join
}

// relation is what an edge stands for.
type relation uint8

const (
	relCall       relation = iota // somebody waits for the reply
	relBackground                 // nobody's request waits
	relMessage                    // published or consumed
	relStore
	relEnter // a journey's entry
)

// edge is one arrow; calls between two services are one.
type edge struct {
	from, to   *node
	relation   relation
	operations []operation // each once
	unnamed    marks       // of calls that name no operation
	marks                  // of all its calls
	calls      int
	soft       bool             // all of its calls
	hidden     bool             // one of many to boxes of services left out
	folded     bool             // stands for calls of services left out
	severity   finding.Severity // of the worst finding that it is a hop of
	possible   bool             // every finding that marks it is, or this hop of it
	hops       []tag
	first      bool // the first finding goes over it
	partakes   partaking
}

// tag is the number of a hop, as the legend spells it, in the colour of its finding.
type tag struct {
	text     string
	severity finding.Severity
}

func (e *edge) tags(show func(tag) string) string {
	texts := make([]string, len(e.hops))
	for i, t := range e.hops {
		texts[i] = show(t)
	}
	return strings.Join(texts, " ")
}

// operation is one that an edge calls, with what is said of those calls.
type operation struct {
	name string
	marks
}

// marks is what the signs of a label stand for.
type marks struct {
	loop      int // noLoop, 0 for an unknown count, else the largest
	write     bool
	unbounded bool
}

const noLoop = -1

func unmarked() marks { return marks{loop: noLoop} }

// and unites what is said of some calls with what is said of others.
func (m marks) and(o marks) marks {
	loop := max(m.loop, o.loop)
	if m.loop == 0 || o.loop == 0 {
		loop = 0
	}
	return marks{loop, m.write || o.write, m.unbounded || o.unbounded}
}

// marked reports whether a finding goes over the edge.
func (e *edge) marked() bool { return e.severity != finding.Off }

// worst is the severity of the worst finding that the edge is a hop of or takes part in.
func (e *edge) worst() finding.Severity { return max(e.severity, e.partakes.severity) }

// uncertain reports whether all that is said of the edge is only possible.
func (e *edge) uncertain() bool {
	return (e.possible || !e.marked()) && !e.partakes.certain
}

// signs are the short marks of a label, each explained in the legend.
func (m marks) signs() string {
	var signs []string
	switch {
	case m.loop == 0:
		signs = append(signs, "×n")
	case m.loop > 0:
		signs = append(signs, "×"+strconv.Itoa(m.loop))
	}
	if m.write {
		signs = append(signs, signWrite)
	}
	if m.unbounded {
		signs = append(signs, signUnbounded)
	}
	return strings.Join(signs, " ")
}

const (
	signWrite     = "W"
	signUnbounded = "∞"
)

// lines is the label of the edge: operations, at most two of them, and signs. Signs stand beside the operation that they
// are about, or where they are those of several, on a line of their own. Names are as they were read.
func (p *Picture) lines(e *edge) []string {
	if e.folded {
		return nil
	}
	const shown = 2
	var lines []string
	sign := func(m marks) {
		signs := m.signs()
		switch {
		case signs == "":
		case len(lines) > 0 && len([]rune(lines[len(lines)-1])) <= edgeColumns-len([]rune(signs))-1:
			lines[len(lines)-1] += " " + signs
		default:
			lines = append(lines, signs)
		}
	}
	alike := true
	if p.named || len(e.hops) > 0 {
		for _, o := range e.operations {
			alike = alike && o.marks == e.marks
		}
		alike = alike || len(e.operations) == 1 && e.unnamed == unmarked()
		rest := unmarked()
		for i, o := range e.operations {
			if i >= shown {
				rest = rest.and(o.marks)
				continue
			}
			lines = append(lines, shortOperation(o.name))
			if !alike {
				sign(o.marks)
			}
		}
		if more := len(e.operations) - shown; more > 0 {
			lines = append(lines, "+"+strconv.Itoa(more)+" more")
			if !alike {
				sign(rest)
			}
		}
	}
	own := e.unnamed.signs()
	if alike {
		own = e.marks.signs()
	}
	switch {
	case alike && len(lines) < 2:
		sign(e.marks)
	case own != "":
		lines = append(lines, own)
	}
	return lines
}

func plural(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return strconv.Itoa(n) + " " + noun
}
