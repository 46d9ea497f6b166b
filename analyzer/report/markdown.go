package report

import (
	"fmt"
	"html"
	"io"
	"strconv"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
)

const (
	markdownBytes = 60_000 // GitHub takes comments of 65,536 characters
	mermaidBytes  = 20_000 // a picture of more is too much to look at, too
	markdownRunes = 200    // of one name
)

// printMarkdown prints for a comment: the worst findings, a line each with the place and one with what to do; their
// proof, the other findings and the diagram are folded. It is made of pieces, each whole in itself, and pieces that do
// not fit are left out and counted: a comment that GitHub refuses would tell nobody anything.
func printMarkdown(w io.Writer, r *finding.Report, opt Options) error {
	s := chooseScreen(r)
	seen := mdProse(shortened(SummaryLine(r), 2000)) + "\n"
	m := markdown{links: opt.Links, room: markdownBytes - reserve - len(seen)}
	all := tallyOf(worstFirst(r)).String()
	if all == "" {
		all = nothing(r.Summary)
	}
	if n := len(r.Summary.Unread); n > 0 {
		all += ", " + count(n, "package or module was", "packages or modules were") + " not analysed"
	}
	m.add("<!-- distcheck -->\n## distcheck: " + all + "\n\n")

	for i := range r.Requests {
		line := mdProse(requestLine(&r.Requests[i], r.All))
		if cost := requestCost(&r.Requests[i]); cost != "" {
			line += "  \n" + mdProse(cost)
		}
		m.add(line + "\n\n")
	}

	dropped := 0
	said := make(advice)
	d := fullDetail()
	d.runes = markdownRunes
	if r.All {
		d.hops, d.names = 30, 20
	}
	for _, one := range s.full {
		f := *one.Finding
		f.Remedy = said.next(&f, d)
		if !m.add(m.finding(&f, d)) {
			dropped += len(one.of)
		}
	}
	dropped += m.rest(s.more)
	m.diagram(r.Mermaid)
	if len(s.notes) > 0 {
		m.must("Notes, not listed here: " + mdCounts(byRule(s.notes)) + ".\n\n")
	}
	command := mdCode(commandLine(nil, r.Summary.Inputs))
	if dropped > 0 {
		m.must(fmt.Sprintf("%s left out: GitHub takes no longer comment. %s prints them.\n\n", count(dropped, "finding is", "findings are"), command))
	} else if len(s.more)+len(s.notes) > 0 {
		m.must(command + " prints everything.\n\n")
	}
	m.must(seen)
	_, err := io.WriteString(w, strings.TrimRight(m.b.String(), "\n")+"\n")
	return err
}

// markdown is the text so far.
type markdown struct {
	b     strings.Builder
	room  int    // bytes that pieces may take
	links string // what links to files begin with; "" for none
}

// reserve is kept for what must be said at the end, beside what was seen.
const reserve = 3000

// add appends a piece if it fits.
func (m *markdown) add(piece string) bool {
	if m.b.Len()+len(piece) > m.room {
		return false
	}
	m.b.WriteString(piece)
	return true
}

// must appends a piece that is said in any case; it is short, or was counted in the reserve.
func (m *markdown) must(piece string) { m.b.WriteString(piece) }

// diagram appends a Mermaid diagram, folded. Its text is somebody else's: it must not end its own block.
func (m *markdown) diagram(mermaid string) {
	if strings.TrimSpace(mermaid) == "" {
		return
	}
	var lines []string
	for line := range strings.SplitSeq(strings.TrimRight(mermaid, "\n"), "\n") {
		line = strings.ReplaceAll(strings.TrimRight(line, "\r"), "\t", "    ")
		lines = append(lines, harmless(line))
	}
	block := "<details>\n<summary>the picture</summary>\n\n" + mdFence("mermaid", lines) + "\n\n</details>\n\n"
	if len(block) > mermaidBytes || !m.add(block) {
		m.must("The diagram is left out: it is too large for a comment.\n\n")
	}
}

// rest appends one line for each statement that is not shown in full, by rule, folded, and returns how many findings did
// not fit.
func (m *markdown) rest(more []statement) (dropped int) {
	findings := flat(more)
	if len(findings) == 0 {
		return 0
	}
	counts := byRule(findings)
	const open, closed = "<details>\n<summary>%d more: %s</summary>\n\n", "\n</details>\n\n"
	if !m.add(fmt.Sprintf(open, len(findings), htmlCounts(counts))) {
		return len(findings)
	}
	of := make(map[string][]statement)
	for _, one := range more {
		of[one.Rule] = append(of[one.Rule], one)
	}
	for _, c := range counts {
		rule := "- " + mdCode(shortened(c.rule, longest))
		head := rule + " " + c.tally.String() + "\n" // stands with its first finding: alone it says nothing
		for _, one := range of[c.rule] {
			piece := head + "  - "
			if len(of[c.rule]) == 1 {
				piece = rule + " · "
			} else if c.mixed() {
				piece += one.Severity.String() + ": "
			}
			if m.add(piece + m.line(one.Finding) + "\n") {
				head = ""
			} else {
				dropped += len(one.of)
			}
		}
	}
	m.must(closed)
	return dropped
}

// headline is the first line of a finding.
func (m *markdown) headline(f *finding.Finding) string {
	return m.line(f) + " · " + mdCode(f.Rule)
}

// line is what a finding says, and where.
func (m *markdown) line(f *finding.Finding) string {
	text := mdProse(shortened(headline(f), 5*markdownRunes))
	if f.Pos.Known() {
		text += " · " + m.link(f.Pos, arch.Pos{})
	}
	return text
}

// link is a position seen from another, as file and line: a link where it is known to where. Columns are for editors.
func (m *markdown) link(p, from arch.Pos) string {
	p.Column = 0
	text := mdCode(shortened(nearby(p, from), 2*markdownRunes))
	if m.links == "" || !relative(p.Path()) || p.Line == 0 {
		return text
	}
	return fmt.Sprintf("[%s](%s%s#L%d)", text, m.links, fileURI(p.Path()), p.Line)
}

// finding is a finding in full: what it is, and what to do; below that, folded, the hops in their order and the rest.
func (m *markdown) finding(f *finding.Finding, d detail) string {
	var b strings.Builder
	b.WriteString("**" + f.Severity.String() + "** · " + m.headline(f))
	if len(f.Remedy) > 0 {
		b.WriteString("  \n**do:** " + mdProse(shortened(f.Remedy[0], 10*markdownRunes))) // two blanks: a new line, wherever it is shown
	}
	b.WriteString("\n\n")
	if proof := m.proof(f, d); proof != "" {
		b.WriteString("<details>\n<summary>where, and what it costs</summary>\n\n" + proof + "\n</details>\n\n")
	}
	return b.String()
}

// proof is what is folded below a finding.
func (m *markdown) proof(f *finding.Finding, d detail) string {
	var b strings.Builder
	for _, r := range rowsOf(f, d) {
		if r.elided > 0 {
			// A paragraph, so that the list goes on with the number of the next hop.
			b.WriteString("\n… " + count(r.elided, "more hop") + " …\n\n")
			continue
		}
		b.WriteString(strconv.Itoa(r.number) + ". " + mdCode(r.callee))
		if r.at != "" {
			b.WriteString(" at " + m.link(r.pos, arch.Pos{}))
		}
		if r.marks != "" {
			b.WriteString(", " + mdProse(r.marks))
		}
		b.WriteByte('\n')
	}
	rest := *f
	rest.Remedy = nil
	if len(f.Remedy) > 1 {
		rest.Remedy = f.Remedy[1:]
	}
	notes := notesOf(&rest, d)
	if len(f.Hops) > 0 && len(notes) > 0 {
		b.WriteByte('\n')
	}
	for i, line := range labelled(notes) {
		b.WriteString("- ")
		if n := notes[i]; len(n.places) > 0 {
			b.WriteString(mdProse(n.label) + " " + m.places(n, f.Pos))
		} else {
			b.WriteString(mdProse(shortened(line, 10*markdownRunes)))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// places is a list of places, each a link where it can be one.
func (m *markdown) places(n note, from arch.Pos) string {
	parts := make([]string, len(n.places))
	for i, p := range n.places {
		parts[i] = mdProse(p.name)
		if p.pos.Known() {
			parts[i] = strings.TrimLeft(parts[i]+" "+m.link(p.pos, from), " ")
		}
	}
	text := strings.Join(parts, ", ")
	if n.more > 0 {
		text += " and " + strconv.Itoa(n.more) + " more"
	}
	return text
}

// mdCounts is findings counted by rule, at most as many rules as a line names.
func mdCounts(counts []ruleCount) string {
	parts, rest := countParts(counts)
	for i, c := range parts {
		parts[i] = mdCode(c)
	}
	return joinCounts(parts, counts, rest)
}

// htmlCounts is the same inside of HTML, where markdown is not read.
func htmlCounts(counts []ruleCount) string {
	parts, rest := countParts(counts)
	for i, c := range parts {
		parts[i] = "<code>" + html.EscapeString(c) + "</code>"
	}
	return joinCounts(parts, counts, rest)
}

func countParts(counts []ruleCount) (rules []string, rest int) {
	for i, c := range counts {
		if i == rulesNamed && len(counts) > rulesNamed+1 {
			return rules, len(counts) - i
		}
		rules = append(rules, shortened(c.rule, longest))
	}
	return rules, 0
}

func joinCounts(rules []string, counts []ruleCount, rest int) string {
	for i := range rules {
		rules[i] += " " + counts[i].tally.String()
	}
	if rest > 0 {
		rules = append(rules, count(rest, "more rule"))
	}
	return strings.Join(rules, " · ")
}
