package diagram

import (
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
)

// key is one entry of the legend: a sample, and what it means.
type key struct {
	look   *look  // of a box
	line   *line  // of an arrow
	sign   string // a mark on a label
	border bool   // a heavy border, of line's ink
	text   string
}

// legend explains what occurs in the picture, and nothing else: boxes, then arrows, then marks.
func (p *Picture) legend() []key {
	var keys []key
	add := func(k key) {
		if !slices.ContainsFunc(keys, func(other key) bool { return other.text == k.text }) {
			keys = append(keys, k)
		}
	}
	for _, kind := range arch.Kinds() {
		for _, n := range p.nodes {
			if n.part == partService && n.kind == kind {
				l := n.look()
				add(key{look: &l, text: l.name})
				break
			}
		}
	}
	for part := partUndeclared; part <= partFolded; part++ {
		for _, n := range p.nodes {
			if n.part == part {
				l := n.look()
				add(key{look: &l, text: l.name})
				break
			}
		}
	}
	for _, n := range p.nodes {
		if n.severity != finding.Off {
			add(key{border: true, line: &line{ink: severityInk(n.severity)}, text: "service with a finding: " + n.severity.String()})
		}
	}
	p.legendOfEdges(add)
	return keys
}

func (p *Picture) legendOfEdges(add func(key)) {
	var kinds [7]*edge
	signs := [4]bool{}
	possible := ""
	for _, e := range p.edges {
		l := e.line()
		switch {
		case e.worst() != finding.Off:
			add(key{line: &l, text: findingText(e)})
		case e.relation == relCall && e.folded:
			kinds[3] = e
		case e.relation == relCall && e.soft:
			kinds[1] = e
		case e.relation == relCall:
			kinds[0] = e
		case e.relation == relBackground:
			kinds[2] = e
		case e.relation == relMessage:
			kinds[4] = e
		case e.relation == relStore && e.to.shared:
			kinds[6] = e
		case e.relation == relStore:
			kinds[5] = e
		}
		if !e.folded {
			signs[0] = signs[0] || e.loop != noLoop
			signs[1] = signs[1] || e.write
			signs[2] = signs[2] || e.unbounded
		}
		signs[3] = signs[3] || len(e.hops) > 0
		for _, tag := range e.hops {
			if possible == "" && strings.HasSuffix(tag.text, "?") {
				possible = tag.text
			}
		}
	}
	for i, text := range [...]string{
		"call: the caller waits", "soft call: may fail", "call in the background", "calls of services left out",
		"message", "opens a store", "opens a shared store",
	} {
		if kinds[i] != nil {
			l := kinds[i].line()
			add(key{line: &l, text: text})
		}
	}
	for i, k := range [...]key{
		{sign: "×n", text: "in a loop"}, {sign: signWrite, text: "writes"}, {sign: signUnbounded, text: "no deadline"},
	} {
		if signs[i] {
			add(k)
		}
	}
	if signs[3] {
		sign, text := "1", "hop of the finding"
		switch {
		case len(p.listed) > 1:
			sign, text = "A1", "finding A, hop 1"
		case p.listed[0].hops > 1:
			sign, text = "1 2 …", "hops of the finding"
		}
		add(key{sign: sign, text: text})
	}
	if possible != "" {
		add(key{sign: possible, text: "possible hop"})
	}
}

func findingText(e *edge) string {
	text := "takes part: " + e.worst().String()
	if e.marked() {
		text = "hop: " + e.worst().String()
	}
	if e.uncertain() {
		text += ", possible"
	}
	return text
}

// rows are the findings that the legend spells out, and what the picture leaves out, for a printer that makes names
// harmless with show.
func (p *Picture) rows(show func(string) string) (findings, others []string) {
	for _, l := range p.listed {
		findings = append(findings, l.text(show))
	}
	if p.crossing != "" {
		others = append(others, p.crossing+".")
	}
	return findings, append(others, p.leftOut...)
}
