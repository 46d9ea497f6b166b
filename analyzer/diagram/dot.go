package diagram

import (
	"fmt"
	"strings"

	"github.com/awalterschulze/gographviz"

	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/visible"
)

const (
	graphName    = "system"
	allCluster   = "cluster_all" // frames everything, to carry the title at the top; the legend stands at the bottom
	fontName     = "Helvetica"
	boldFontName = "Helvetica-Bold"

	namePoints   = 15
	detailPoints = 12
	edgePoints   = 13
	legendPoints = 13
	titlePoints  = 22
)

// attributes of one statement. Values are quoted already.
type attributes = map[string]string

// DOT prints the picture in the language of Graphviz.
func (p *Picture) DOT() string {
	w := dotWriter{picture: p, graph: gographviz.NewGraph()}
	w.write()
	if w.err != nil {
		// Names of attributes are constants here, and a test prints every kind of node and edge.
		panic("diagram: gographviz refuses an attribute: " + w.err.Error())
	}
	tree, err := w.graph.WriteAst()
	if err != nil {
		panic("diagram: gographviz: " + err.Error())
	}
	// Not tree.String(), which is quadratic in the number of statements.
	var b strings.Builder
	b.WriteString("digraph " + graphName + " {\n")
	for _, statement := range tree.StmtList {
		b.WriteString("\t" + statement.String() + ";\n")
	}
	b.WriteString("}\n")
	return b.String()
}

// dotWriter builds the graph. The first error sticks.
type dotWriter struct {
	picture *Picture
	graph   *gographviz.Graph
	err     error
}

func (w *dotWriter) check(err error) {
	if w.err == nil {
		w.err = err
	}
}

func (w *dotWriter) write() {
	p, g := w.picture, w.graph
	w.check(g.SetName(graphName))
	w.check(g.SetDir(true))
	dense := !p.named
	framed := p.owners
	if p.cut {
		framed = nil // frames of a few boxes each, with arrows all over, pull a picture apart
	}
	for name, value := range (attributes{
		"rankdir": "LR", "bgcolor": quoteDOT(paper), "fontname": quoteDOT(fontName), "pad": "0.2",
		"nodesep": pick(dense, "0.16", "0.22"), "ranksep": pick(dense, "0.9", "0.5"),
		"labelloc": "b", "labeljust": "l", "label": p.legendHTML(), "splines": "true",
		"remincross": "true", "newrank": "false", "outputorder": "edgesfirst",
	}) {
		w.check(g.AddAttr(graphName, name, value))
	}
	w.check(g.AddSubGraph(graphName, allCluster, attributes{
		"label": p.titleHTML(), "labelloc": "t", "labeljust": "l", "penwidth": "0", "margin": "4", "fontname": quoteDOT(fontName),
	}))
	clusters := make(map[string]string)
	for i, owner := range framed {
		name := fmt.Sprintf("cluster_%d", i+1)
		clusters[owner] = name
		w.check(g.AddSubGraph(allCluster, name, attributes{
			"label": quoteDOT(clip(owner, 40)), "labeljust": "l", "fontname": quoteDOT(boldFontName), "fontsize": fmt.Sprint(legendPoints),
			"fontcolor": quoteDOT(inkQuiet), "color": quoteDOT(frame), "bgcolor": quoteDOT("#fafbfc"), "style": quoteDOT("rounded"), "margin": "10",
		}))
	}
	for _, n := range p.nodes {
		parent := clusters[n.owner]
		if parent == "" {
			parent = allCluster
		}
		w.check(g.AddNode(parent, n.id, w.nodeAttributes(n)))
	}
	for _, e := range p.edges {
		w.check(g.AddEdge(e.from.id, e.to.id, true, w.edgeAttributes(e)))
	}
}

func pick(condition bool, yes, no string) string {
	if condition {
		return yes
	}
	return no
}

func (w *dotWriter) nodeAttributes(n *node) attributes {
	l := n.look()
	attrs := attributes{
		"shape": l.shape, "style": quoteDOT(l.style), "fillcolor": quoteDOT(l.fill), "color": quoteDOT(l.ink),
		"fontname": quoteDOT(fontName), "fontsize": fmt.Sprint(namePoints), "fontcolor": quoteDOT(inkText),
		"margin": quoteDOT("0.16,0.07"), "height": "0.45", "width": "0.8", "label": n.html(w.picture.cut),
	}
	if l.twice {
		attrs["peripheries"] = "2"
	}
	if n.part == partTopic {
		attrs["height"] = "0.62" // its label would touch the border
	}
	if n.shared {
		attrs["penwidth"] = "2.4"
	}
	if n.severity != finding.Off {
		attrs["color"] = quoteDOT(severityInk(n.severity))
		attrs["penwidth"] = severityWidth(n.severity)
	}
	return attrs
}

// html is the node's label: its name in bold, and under it, smaller, what it is.
func (n *node) html(cut bool) string {
	var rows []string
	if n.part == partUnknown {
		rows = append(rows, "<b>?</b>")
		if n.name != "" {
			rows = append(rows, sized(detailPoints, inkQuiet, strings.Join(escaped(wrap(n.name, nodeColumns+4, 2)), "<br/>")))
		}
	} else {
		for _, line := range escaped(wrap(n.name, nodeColumns, nodeLines)) {
			rows = append(rows, "<b>"+line+"</b>")
		}
	}
	detail := n.detail
	if cut && detail == "" {
		detail = n.owner // in place of a frame
	}
	if detail != "" {
		rows = append(rows, sized(detailPoints, inkQuiet, strings.Join(escaped(wrap(detail, nodeColumns+4, 2)), "<br/>")))
	}
	return "<" + strings.Join(rows, "<br/>") + ">"
}

func escaped(lines []string) []string {
	for i, line := range lines {
		lines[i] = escapeHTML(line)
	}
	return lines
}

func sized(points int, ink, html string) string {
	return fmt.Sprintf(`<font point-size="%d" color="%s">%s</font>`, points, ink, html)
}

func (w *dotWriter) edgeAttributes(e *edge) attributes {
	l := e.line()
	attrs := attributes{
		"style": l.style, "color": quoteDOT(l.ink), "penwidth": l.width, "arrowsize": "0.8",
		"fontname": quoteDOT(fontName), "fontsize": fmt.Sprint(edgePoints), "fontcolor": quoteDOT(inkQuiet),
	}
	if e.marked() {
		attrs["weight"] = "4" // keeps a chain straight
		attrs["arrowsize"] = "0.7"
	}
	var rows []string
	if len(e.hops) > 0 {
		rows = append(rows, sized(edgePoints+1, l.ink, "<b>"+escapeHTML(strings.Join(e.hops, " "))+"</b>"))
	}
	for _, line := range w.picture.lines(e) {
		rows = append(rows, escaped(wrap(line, edgeColumns, 2))...)
	}
	if len(rows) > 0 {
		// A cell with padding keeps the text off the arrows beside it.
		attrs["label"] = `<<table border="0" cellborder="0" cellspacing="0" cellpadding="3"><tr><td>` + strings.Join(rows, "<br/>") + `</td></tr></table>>`
	}
	return attrs
}

func (p *Picture) titleHTML() string {
	return "<" + sized(titlePoints, inkText, "<b>"+escapeHTML(clip(p.title, 60))+"</b>") + "   " +
		sized(legendPoints, inkQuiet, escapeHTML(p.counts)) + ">"
}

// legendHTML is a table: findings, then samples in columns, then sentences.
func (p *Picture) legendHTML() string {
	const columns = 4
	show := func(name string) string { return clip(name, 28) }
	findings, others := p.rows(show)
	var b strings.Builder
	fmt.Fprintf(&b, `<<table border="0" cellborder="0" cellspacing="0" cellpadding="2"><tr><td align="left">`)
	for i, l := range p.listed {
		fmt.Fprint(&b, sized(legendPoints, severityInk(l.severity), escapeHTML(clip(findings[i], rowColumns))), `<br align="left"/>`)
	}
	if len(findings) == 0 {
		b.WriteString(" ")
	}
	b.WriteString(`</td></tr><tr><td align="left"><table border="0" cellborder="0" cellspacing="6" cellpadding="3">`)
	keys := p.legend()
	for i, k := range keys {
		if i%columns == 0 {
			b.WriteString("<tr>")
		}
		b.WriteString(k.html())
		if i%columns == columns-1 || i == len(keys)-1 {
			b.WriteString("</tr>")
		}
	}
	if len(keys) == 0 {
		b.WriteString("<tr><td> </td></tr>")
	}
	b.WriteString(`</table></td></tr>`)
	for _, sentence := range others {
		for _, line := range wrap(sentence, rowColumns, 3) {
			fmt.Fprint(&b, `<tr><td align="left">`, sized(legendPoints-1, inkQuiet, escapeHTML(line)), `</td></tr>`)
		}
	}
	b.WriteString("</table>>")
	return b.String()
}

// html is a sample and its text, two cells of the legend.
func (k key) html() string {
	text := `<td align="left">` + sized(legendPoints-1, inkText, escapeHTML(visible.Text(k.text)+"\u00a0\u00a0\u00a0")) + `</td>`
	switch {
	case k.look != nil:
		return fmt.Sprintf(`<td border="%s" color="%s" bgcolor="%s" style="%s" width="30" height="16" fixedsize="true"></td>`,
			pick(k.look.twice, "2", "1"), k.look.ink, k.look.fill, cellStyle(k.look.style)) + text
	case k.border:
		return fmt.Sprintf(`<td border="3" color="%s" style="rounded" width="30" height="16" fixedsize="true"></td>`, k.line.ink) + text
	case k.sign != "":
		ink := inkQuiet
		if k.line != nil {
			ink = k.line.ink
		}
		return `<td>` + sized(legendPoints, ink, "<b>"+escapeHTML(k.sign)+"</b>") + `</td>` + text
	}
	strokes := map[string]string{"solid": "──►", "dashed": "─ ─►", "dotted": "····►"}[k.line.style]
	if k.line.width >= "2" {
		strokes = strings.ReplaceAll(strokes, "─", "═")
	}
	// Graphviz gives these characters no width.
	return `<td width="38">` + sized(legendPoints, k.line.ink, escapeHTML(strokes)) + `</td>` + text
}

// cellStyle is the part of a node's style that a cell of a table can have.
func cellStyle(style string) string {
	var parts []string
	for _, part := range strings.Split(style, ",") {
		if part != "filled" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ",")
}
