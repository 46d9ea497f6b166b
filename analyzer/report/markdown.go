package report

import (
	"fmt"
	"html"
	"io"
	"strconv"
	"strings"

	"github.com/distcheck/distcheck/analyzer/finding"
)

const (
	markdownBytes = 60_000 // GitHub takes comments of 65,536 characters
	mermaidBytes  = 20_000 // a picture of more is too much to look at, too
	markdownRunes = 200    // of one name
)

// printMarkdown prints for a comment. It is made of pieces, each whole in itself, and pieces that do not fit are
// left out and counted: a comment that GitHub refuses would tell nobody anything.
func printMarkdown(w io.Writer, r *finding.Report, _ Options) error {
	s := chooseScreen(r)
	m := markdown{}
	all := tallyOf(worstFirst(r)).String()
	if all == "" {
		all = nothing(r.Summary)
	}
	if n := len(r.Summary.Unread); n > 0 {
		all += ", " + count(n, "package or module was", "packages or modules were") + " not analysed"
	}
	m.add("<!-- distcheck -->\n## distcheck: " + all + "\n\n")
	m.add(mdProse(shortened(SummaryLine(r), 2000)) + "\n\n")
	m.diagram(r.Mermaid)

	dropped := 0
	for _, one := range s.full {
		if !m.add(mdFinding(one.Finding, r.All)) {
			dropped += len(one.of)
		}
	}
	dropped += m.rest(s.more)
	if len(s.notes) > 0 {
		m.must("Notes, not listed here: " + mdCounts(byRule(s.notes)) + ".\n\n")
	}
	if dropped > 0 {
		m.must(fmt.Sprintf("%s left out: GitHub takes no longer comment. %s prints them.\n\n",
			count(dropped, "finding is", "findings are"), mdCode(commandLine(nil, r.Summary.Inputs))))
	}
	_, err := io.WriteString(w, strings.TrimRight(m.b.String(), "\n")+"\n")
	return err
}

// markdown is the text so far.
type markdown struct{ b strings.Builder }

// reserve is kept for what must be said at the end.
const reserve = 3000

// add appends a piece if it fits.
func (m *markdown) add(piece string) bool {
	if m.b.Len()+len(piece) > markdownBytes-reserve {
		return false
	}
	m.b.WriteString(piece)
	return true
}

// must appends a piece that is said in any case; it is short, or was counted in the reserve.
func (m *markdown) must(piece string) { m.b.WriteString(piece) }

// diagram appends a Mermaid diagram. Its text is somebody else's: it must not end its own block.
func (m *markdown) diagram(mermaid string) {
	if strings.TrimSpace(mermaid) == "" {
		return
	}
	var lines []string
	for line := range strings.SplitSeq(strings.TrimRight(mermaid, "\n"), "\n") {
		line = strings.ReplaceAll(strings.TrimRight(line, "\r"), "\t", "    ")
		lines = append(lines, harmless(line))
	}
	if block := mdFence("mermaid", lines) + "\n\n"; len(block) > mermaidBytes || !m.add(block) {
		m.must("The diagram is left out: it is too large for a comment.\n\n")
	}
}

// rest appends one line for each statement that is not shown in full, folded, and returns how many findings did not fit.
func (m *markdown) rest(more []statement) (dropped int) {
	findings := flat(more)
	if len(findings) == 0 {
		return 0
	}
	const open, closed = "<details>\n<summary>%d more: %s</summary>\n\n", "\n</details>\n\n"
	if !m.add(fmt.Sprintf(open, len(findings), htmlCounts(byRule(findings)))) {
		return len(findings)
	}
	for _, one := range more {
		if !m.add("- " + mdHeadline(one.Finding) + "\n") {
			dropped += len(one.of)
		}
	}
	m.must(closed)
	return dropped
}

// mdHeadline is the first line of a finding.
func mdHeadline(f *finding.Finding) string {
	text := "**" + f.Severity.String() + "** "
	if f.Pos.Known() {
		text += mdCode(shortened(f.Pos.String(), 2*markdownRunes)) + " "
	}
	return text + mdProse(shortened(headline(f), 5*markdownRunes)) + " (" + mdCode(f.Rule) + ")"
}

// mdFinding is a finding in full: the hops in their order, then the rest as a list.
func mdFinding(f *finding.Finding, all bool) string {
	d := fullDetail()
	d.runes = markdownRunes
	if all {
		d.hops, d.names = 30, 20
	}
	var b strings.Builder
	b.WriteString(mdHeadline(f) + "\n\n")
	for _, r := range rowsOf(f, d) {
		if r.elided > 0 {
			// A paragraph, so that the list goes on with the number of the next hop.
			b.WriteString("\n… " + count(r.elided, "more hop") + " …\n\n")
			continue
		}
		b.WriteString(strconv.Itoa(r.number) + ". " + mdCode(r.callee))
		if r.at != "" {
			b.WriteString(" at " + mdCode(r.at))
		}
		if r.marks != "" {
			b.WriteString(", " + mdProse(r.marks))
		}
		b.WriteByte('\n')
	}
	if len(f.Hops) > 0 {
		b.WriteByte('\n')
	}
	notes := labelled(notesOf(f, d))
	for _, line := range notes {
		b.WriteString("- " + mdProse(shortened(line, 10*markdownRunes)) + "\n")
	}
	if len(notes) > 0 {
		b.WriteByte('\n')
	}
	return b.String()
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
