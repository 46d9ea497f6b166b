package diagram

import (
	"fmt"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/visible"
)

// mermaidEdges is fewer than the 500 that Mermaid draws before it refuses.
const mermaidEdges = 400

// Mermaid prints the picture as a flowchart of Mermaid's. Its legend is a box of text.
func (p *Picture) Mermaid() string {
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	framed := p.owners
	if p.cut {
		framed = nil
	}
	inFrame := make(map[*node]bool)
	for i, owner := range framed {
		fmt.Fprintf(&b, "    subgraph o%d[\"%s\"]\n", i+1, mermaidText(owner, 40))
		for _, n := range p.nodes {
			if n.owner == owner {
				inFrame[n] = true
				b.WriteString("    " + n.mermaid())
			}
		}
		b.WriteString("    end\n")
	}
	for _, n := range p.nodes {
		if !inFrame[n] {
			b.WriteString(n.mermaid())
		}
	}
	edges, styles := p.edges[:min(len(p.edges), mermaidEdges)], strings.Builder{}
	for i, e := range edges {
		l := e.line()
		fmt.Fprintf(&b, "    %s %s%s %s\n", e.from.id, mermaidArrow(l.style, e.marked()), p.mermaidLabel(e), e.to.id)
		if e.worst() != finding.Off {
			fmt.Fprintf(&styles, "    linkStyle %d stroke:%s,stroke-width:%spx\n", i, l.ink, l.width)
		}
	}
	p.mermaidLegend(&b, len(p.edges)-len(edges))
	b.WriteString(styles.String())
	for _, n := range p.nodes {
		if n.severity != finding.Off {
			fmt.Fprintf(&b, "    style %s stroke:%s,stroke-width:%spx\n", n.id, severityInk(n.severity), severityWidth(n.severity))
		}
	}
	return b.String()
}

func mermaidText(name string, limit int) string { return escapeMermaid(clip(name, limit)) }

func (n *node) mermaid() string {
	label := mermaidText(n.name, 48)
	if n.part == partUnknown {
		label = "?"
		if n.name != "" {
			lines := wrap(n.name, 40, 2)
			for i := range lines {
				lines[i] = escapeMermaid(lines[i])
			}
			label += " " + strings.Join(lines, "<br/>")
		}
	}
	if n.detail != "" {
		label += "<br/>" + mermaidText(n.detail, 40)
	}
	open, end := n.mermaidShape()
	return "    " + n.id + open + `"` + label + `"` + end + "\n"
}

func (n *node) mermaidShape() (open, end string) {
	switch n.part {
	case partStore:
		return "[(", ")]"
	case partTopic:
		return ">", "]"
	case partUnknown, partJourney:
		return "([", "])"
	case partFolded:
		return "[[", "]]"
	}
	if n.kind == arch.Gateway {
		return "{{", "}}"
	}
	if n.kind == arch.External {
		return "[", "]"
	}
	return "(", ")"
}

func mermaidArrow(style string, marked bool) string {
	switch {
	case style != "solid":
		return "-.->"
	case marked:
		return "==>"
	}
	return "-->"
}

// mermaidLabel is the label of an edge with its bars, or nothing.
func (p *Picture) mermaidLabel(e *edge) string {
	var rows []string
	if len(e.hops) > 0 {
		rows = append(rows, escapeMermaid(e.tags(func(t tag) string { return t.text })))
	}
	for _, line := range p.lines(e) {
		rows = append(rows, mermaidText(line, 2*edgeColumns))
	}
	if len(rows) == 0 {
		return ""
	}
	return `|"` + strings.Join(rows, "<br/>") + `"|`
}

func (p *Picture) mermaidLegend(b *strings.Builder, dropped int) {
	findings, others := p.rows(func(name string) string { return clip(name, 28) })
	rows := []string{escapeMermaid(clip(p.title, 60) + ": " + p.counts)}
	for _, text := range findings {
		rows = append(rows, escapeMermaid(visible.Short(text, 2*rowColumns)))
	}
	for _, k := range p.legend() {
		if k.sign != "" {
			rows = append(rows, escapeMermaid(k.sign+" "+k.text))
		}
	}
	for _, text := range others {
		rows = append(rows, escapeMermaid(visible.Short(text, 3*rowColumns)))
	}
	if dropped > 0 {
		rows = append(rows, escapeMermaid("Not drawn: "+plural(dropped, "arrow")+", which Mermaid has no room for."))
	}
	fmt.Fprintf(b, "    legend[\"%s\"]\n    style legend fill:%s,stroke:%s,text-align:left\n", strings.Join(rows, "<br/>"), paper, frame)
}
