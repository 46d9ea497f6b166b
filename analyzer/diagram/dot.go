package diagram

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/awalterschulze/gographviz"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/visible"
)

const (
	graphName    = "system"
	allCluster   = "cluster_all" // holds everything, and carries the legend at the bottom; the title stands at the top
	fontName     = "Helvetica"
	boldFontName = "Helvetica-Bold"

	namePoints   = 15
	detailPoints = 13
	edgePoints   = 13
	legendPoints = 14
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
	loose   bool // who consumes a message may stand above or below its topic
	err     error
}

func (w *dotWriter) check(err error) {
	if w.err == nil {
		w.err = err
	}
}

func (w *dotWriter) write() {
	p, g := w.picture, w.graph
	w.loose = p.columns(false) > wideColumns
	w.check(g.SetName(graphName))
	w.check(g.SetDir(true))
	dense := !p.named
	for name, value := range (attributes{
		"rankdir": "LR", "bgcolor": quoteDOT(paper), "fontname": quoteDOT(fontName), "pad": "0.2",
		"nodesep": pick(dense, "0.16", "0.22"), "ranksep": p.gap(),
		"labelloc": "t", "labeljust": "l", "label": p.titleHTML(), "splines": "true",
		"remincross": "true", "outputorder": "edgesfirst",
	}) {
		w.check(g.AddAttr(graphName, name, value))
	}
	w.check(g.AddSubGraph(graphName, allCluster, attributes{
		"label": p.legendHTML(), "labelloc": "b", "labeljust": "l", "penwidth": "0", "margin": "4", "fontname": quoteDOT(fontName),
	}))
	for _, n := range p.nodes {
		w.check(g.AddNode(allCluster, n.id, w.nodeAttributes(n)))
	}
	for _, e := range p.edges {
		w.check(g.AddEdge(e.from.id, e.to.id, true, w.edgeAttributes(e)))
	}
}

// gap is the room between two columns of boxes, in inches, where arrows climb to their labels: the more of them a box
// has, the more it takes, as far as the width of a screen allows.
func (p *Picture) gap() string {
	if !p.named {
		return "0.9"
	}
	degrees := make(map[*node]int)
	most := 0
	for _, e := range p.edges {
		degrees[e.from]++
		most = max(most, degrees[e.from])
	}
	const inches, column = 30, 2.9 // a picture, and a column of boxes and labels
	columns := p.columns(false)
	if columns > wideColumns {
		columns = p.columns(true)
	}
	room := inches/float64(columns) - column
	return strconv.FormatFloat(max(0.3, min(0.5+0.15*float64(most), 1.8, room)), 'f', 1, 64)
}

// wideColumns is the number of columns beyond which a picture becomes too wide for its text.
const wideColumns = 9

// columns is about how many columns of boxes Graphviz makes: the longest way over arrows, but for those that lead back;
// where loose, a topic and its consumers take one.
func (p *Picture) columns(loose bool) int {
	next, entered := make(map[*node][]*node), make(map[*node]bool)
	for _, e := range p.edges {
		next[e.from] = append(next[e.from], e.to)
		entered[e.to] = true
	}
	longest := make(map[*node]int)
	var walk func(n *node) int
	walk = func(n *node) int {
		if known, seen := longest[n]; seen {
			return known // 0 where the way comes back
		}
		longest[n] = 0
		length, own := 1, 1
		if loose && n.part == partTopic {
			own = 0
		}
		for _, to := range next[n] {
			length = max(length, walk(to)+own)
		}
		longest[n] = length
		return length
	}
	columns := 1
	for _, inner := range []bool{false, true} { // from the outside, so that arrows of rings that lead back are known as such
		for _, n := range p.nodes {
			if entered[n] == inner {
				columns = max(columns, walk(n))
			}
		}
	}
	return columns
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
		"margin": quoteDOT("0.16,0.07"), "height": "0.45", "width": "0.8", "label": n.html(),
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

// html is the node's label: its name in bold, and under it, smaller, what it is and whose.
//
// Frames for owners would say the latter better, but Graphviz gives up the direction of chains and the places of
// labels for them, as soon as calls cross owners.
func (n *node) html() string {
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
	for _, detail := range n.details() {
		rows = append(rows, sized(detailPoints, inkQuiet, strings.Join(escaped(wrap(detail, nodeColumns+4, 2)), "<br/>")))
	}
	return "<" + strings.Join(rows, "<br/>") + ">"
}

// details are the lines under the node's name: a short kind and the owner share one.
func (n *node) details() []string {
	var details []string
	if n.detail != "" {
		details = append(details, n.detail)
	}
	if n.owner == "" || n.part == partStore { // a store's owner is that of the service beside it
		return details
	}
	if len(details) == 0 || n.kind == arch.Gateway /* an octagon is wide enough */ || utf8.RuneCountInString(n.detail)+utf8.RuneCountInString(n.owner) > nodeColumns {
		return append(details, n.owner)
	}
	return []string{n.detail + " · " + n.owner}
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
		attrs["arrowsize"], attrs["weight"] = "0.7", "3"
	}
	if w.loose && e.from.part == partTopic {
		attrs["minlen"] = "0"
	}
	if e.first {
		attrs["weight"] = "3000" // a straight line from left to right, whatever that does to the others
	}
	var rows []string
	if len(e.hops) > 0 {
		rows = append(rows, e.tags(func(t tag) string {
			return sized(edgePoints+1, severityInk(t.severity), "<b>"+escapeHTML(t.text)+"</b>")
		}))
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
	fmt.Fprintf(&b, `<<table border="0" cellborder="0" cellspacing="0" cellpadding="2"><tr><td height="10"> </td></tr><tr><td align="left">`)
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
