package report

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/finding"
)

const (
	screenLines   = 46  // what a first run may take, whatever it found, with its summary and hints
	screenColumns = 120 // of a screen whose width is not known
	rulesNamed    = 10  // rules that a line of counts names
	indent        = "    "
)

// printText prints for people. It prints nothing where there is nothing: the summary line says what was read.
func printText(w io.Writer, r *finding.Report, opt Options) error {
	p := textPrinter{w: bufio.NewWriter(w), opt: opt}
	lines, footer := p.screen(r)
	if len(lines) > 0 && len(footer) > 0 {
		lines = append(lines, "")
	}
	for _, line := range append(lines, footer...) {
		p.w.WriteString(guarded(line))
		p.w.WriteByte('\n')
	}
	return p.w.Flush() // the first error of any write
}

// screen is what is printed: all, or what fits a screen. A few findings are all printed, if need be in less detail;
// else the worst are.
func (p *textPrinter) screen(r *finding.Report) (lines, footer []string) {
	s := chooseScreen(r)
	if r.All {
		return append(p.requests(r), p.findings(s.full, everything())...), footerOf(r, s, p.opt.Width)
	}
	details := screenDetails()
	var head []string
	if len(s.full) > 0 {
		head = p.requests(r)
	}
	room := screenLines - p.height(append(Hints(r), SummaryLine(r)))
	fits := func(s screen, details []detail) bool {
		footer = footerOf(r, s, p.opt.Width)
		for _, d := range details {
			lines = append(slices.Clone(head), p.findings(s.full, d)...)
			if p.height(lines)+1+p.height(footer) <= room {
				return true
			}
		}
		return false
	}
	if len(s.more) == 0 && !fits(s, details[:screenFew]) && len(s.full) > worstOf {
		s.full, s.more = worst(s.full)
		fits(s, details)
	} else if len(s.more) > 0 {
		fits(s, details)
	}
	return lines, footer
}

// requests are the lines about what users wait for, and a blank one; none where nothing is known of that.
func (p *textPrinter) requests(r *finding.Report) []string {
	var lines []string
	for i := range r.Requests {
		lines = append(lines, p.styled(requestLine(&r.Requests[i], r.All), "1"))
		if cost := requestCost(&r.Requests[i]); cost != "" {
			lines = append(lines, p.hanging(cost, "")...)
		}
	}
	if len(lines) > 0 {
		lines = append(lines, "")
	}
	return lines
}

// height is how many lines of a screen some lines take.
func (p *textPrinter) height(lines []string) int {
	width := p.opt.Width
	if width == 0 {
		width = screenColumns
	}
	n := 0
	for _, line := range lines {
		n += max(1, (columns(unstyled(line))+width-1)/width)
	}
	return n
}

// unstyled is a line without what [textPrinter.styled] put there. Texts of findings have no such thing.
func unstyled(line string) string {
	var plain strings.Builder
	for {
		before, after, styled := strings.Cut(line, "\x1b[")
		plain.WriteString(before)
		if !styled {
			return plain.String()
		}
		_, line, _ = strings.Cut(after, "m")
	}
}

// screenFew is how many of the screenDetails leave enough of a finding that all of a few may be printed so.
const screenFew = 3

// screenDetails are ever shorter ways to print the worst findings when there are many more: the first that fits the
// screen is taken, for all of them, so that they look alike.
func screenDetails() []detail {
	return []detail{
		fullDetail(),
		{hops: 8, others: 1, names: 3, doubts: doubtsShown, cost: 1, remedy: 2, runes: longest},
		{hops: 5, others: 1, names: 3, doubts: 1, cost: 1, remedy: 1, runes: longest},
		{hops: 5, others: 1, names: 1, doubts: 1, cost: 1, remedy: 1, runes: longest},
		{hops: 5, others: -1, names: 3, doubts: 1, cost: 1, remedy: 1, runes: longest},
		{hops: 3, others: -1, names: 3, doubts: 1, cost: 1, remedy: 1, about: -1, runes: longest},
		{hops: 3, others: -1, names: 3, doubts: 1, cost: -1, remedy: 1, runes: longest},
		{hops: 3, others: -1, doubts: 1, cost: -1, remedy: 1, about: -1, runes: longest},
	}
}

type textPrinter struct {
	w   *bufio.Writer
	opt Options
}

func (p *textPrinter) findings(all []statement, d detail) []string {
	var lines []string
	said := make(advice)
	for _, s := range all {
		one := *s.Finding
		one.Remedy = said.next(&one, d)
		lines = append(lines, p.finding(&one, d)...)
	}
	return lines
}

// advice is what was advised already, by rule.
type advice map[string][]string

// next is what to advise about the next finding: all of it about the first of a rule, about others what is cheapest, as
// far as it was not said already. Where everything is asked for, all of it, unless it was said word for word.
func (a advice) next(f *finding.Finding, d detail) []string {
	ways := f.Remedy
	if len(ways) == 0 {
		return nil
	}
	said, known := a[f.Rule]
	key := strings.Join(ways, "\n")
	if d != everything() {
		key = ways[0]
		if known {
			ways = ways[:1]
		}
	}
	if slices.Contains(said, key) {
		return nil
	}
	a[f.Rule] = append(said, key)
	return ways
}

func (p *textPrinter) finding(f *finding.Finding, d detail) []string {
	colour := map[finding.Severity]string{finding.Error: "1;31", finding.Warning: "1;33", finding.Note: "1;36"}
	lines := []string{fmt.Sprintf("%s: %s: %s (%s)",
		p.styled(position(f.Pos), "2"),
		p.styled(f.Severity.String(), colour[f.Severity]),
		p.styled(headline(f), "1"),
		harmless(f.Rule))}
	for _, line := range table(rowsOf(f, d)) {
		text := line.names + p.styled(line.at, "2")
		if line.marks != "" {
			text += "  " + line.marks
		}
		lines = append(lines, strings.TrimRight(indent+text, " "))
	}
	for _, n := range notesOf(f, d) {
		hang := strings.Repeat(" ", columns(n.label))
		if len(hang) > 20 {
			hang = "  " // under a long label a full hang would leave a narrow column
		}
		lines = append(lines, p.hanging(n.label+n.text, hang)...)
	}
	return lines
}

// hanging wraps a line below a finding; what is wrapped stands under the text, not under its label.
func (p *textPrinter) hanging(text, hang string) []string {
	if p.opt.Width == 0 || columns(indent+text) <= p.opt.Width {
		return []string{indent + text}
	}
	lead := text[:len(text)-len(strings.TrimLeft(text, " "))]
	parts := wrapped(text[len(lead):], max(p.opt.Width-len(indent)-len(hang), 20))
	for i := range parts {
		if i == 0 {
			parts[i] = indent + lead + parts[i]
		} else {
			parts[i] = indent + hang + parts[i]
		}
	}
	return parts
}

func (p *textPrinter) styled(text, style string) string {
	if !p.opt.Color || style == "" || text == "" {
		return text
	}
	return "\x1b[" + style + "m" + text + "\x1b[0m"
}

// footerOf counts what was not printed, and says what to type.
func footerOf(r *finding.Report, s screen, width int) []string {
	var lines []string
	add := func(text string) { lines = append(lines, wrapped(text, width)...) }
	single, many := apart(s.more)
	if more := flat(single); len(more) > 0 {
		what, number := fmt.Sprintf("%d more", len(more)), func(c ruleCount) string { return c.tally.String() }
		if !tallyOf(more).mixed() { // then it need not be said of each rule
			what = count(len(more), "more "+more[0].Severity.String())
			number = func(c ruleCount) string { return fmt.Sprint(c.errors + c.warnings) }
		}
		add(what + ": " + countedRules(byRule(more), number))
	}
	if len(many) > 0 {
		parts := make([]string, 0, rulesNamed+1)
		for _, g := range many[:min(len(many), rulesNamed)] {
			parts = append(parts, harmless(shareOf(g.of)))
		}
		if rest := len(many) - len(parts); rest > 0 {
			parts = append(parts, count(rest, "more"))
		}
		add("grouped (-all): " + strings.Join(parts, " · "))
	}
	if len(s.notes) > 0 {
		add("notes (-all): " + countedRules(byRule(s.notes), func(c ruleCount) string {
			return fmt.Sprint(c.notes)
		}))
	}
	if len(s.more) > 0 {
		add(fmt.Sprintf("%s shows everything; distcheck explain %s says why it matters and what to do",
			commandLine(nil, r.Summary.Inputs), harmless(s.full[0].Rule)))
	}
	return lines
}

func countedRules(counts []ruleCount, number func(ruleCount) string) string {
	var parts []string
	shown := len(counts)
	if shown > rulesNamed+1 {
		shown = rulesNamed
	}
	for _, c := range counts[:shown] {
		parts = append(parts, harmless(c.rule)+" "+number(c))
	}
	if rest := len(counts) - shown; rest > 0 {
		parts = append(parts, count(rest, "more rule"))
	}
	return strings.Join(parts, " · ")
}

// commandLine is what to type to see everything: the inputs of this run, if they are short and need no quoting.
func commandLine(flags, inputs []string) string {
	line := strings.Join(append([]string{"distcheck -all"}, flags...), " ")
	rest := " …"
	if len(inputs) == 0 {
		rest = ""
	}
	short := len(line)
	for _, input := range inputs {
		plain := input != "" && !strings.HasPrefix(input, "-") && strings.Trim(strings.ToLower(input), "abcdefghijklmnopqrstuvwxyz0123456789./_-") == ""
		if !plain || len(line)-short+len(input) > 45 {
			return line[:short] + rest
		}
		line += " " + input
	}
	return line
}
