package report

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
)

// profileWidth is how many columns the table of what services have takes where the terminal does not say.
const profileWidth = 100

// cell is one cell of the table: what it says, and how it is shown.
type cell struct{ text, style string }

// column is one thing that services have or lack. Its head fits over its cells.
type column struct {
	head string
	cell func(*finding.Profile) cell
}

// Profiles prints what each service has, lacks, or does not say: a table with a row for each service, and below it the
// places that show it. What nobody says of any service is named, and takes no column.
func Profiles(w io.Writer, r *finding.Report, opt Options) error {
	if len(r.Profiles) == 0 {
		return nil
	}
	p := textPrinter{w: bufio.NewWriter(w), opt: opt}
	columns, unknown := profileColumns(r.Profiles)
	lines := []string{"what services have, lack (no) or do not say (?); deadlines: calls with one, of those known"}
	if len(r.Findings) > 0 {
		lines = append([]string{""}, lines...)
	}
	lines = append(lines, p.profileTable(r.Profiles, columns)...)
	if len(unknown) > 0 {
		width := opt.Width
		if width == 0 {
			width = profileWidth
		}
		lines = append(lines, "")
		lines = append(lines, wrapped("not known of any service: "+strings.Join(unknown, ", "), width)...)
	}
	lines = append(lines, "", "where it says so")
	for i := range r.Profiles {
		lines = append(lines, p.evidence(&r.Profiles[i], r.All)...)
	}
	for _, line := range lines {
		p.w.WriteString(guarded(line))
		p.w.WriteByte('\n')
	}
	return p.w.Flush()
}

// asked is what every table shows, known or not: what a service that others wait for should have.
func asked() []string {
	return []string{"health", "readiness", "graceful-shutdown", "tracing", "metrics", "logs"}
}

// profileColumns are those of the table, and the concerns that are not known of any service and not asked for.
func profileColumns(profiles []finding.Profile) (columns []column, unknown []string) {
	known := make(map[string]bool)
	for i := range profiles {
		for _, c := range profiles[i].Concerns {
			known[c.Key] = true
		}
	}
	var rest []column
	for _, key := range arch.ConcernKeys() {
		of := column{shortKey(key.Key), func(p *finding.Profile) cell { return concernCell(p, key) }}
		switch {
		case slices.Contains(asked(), key.Key):
			columns = append(columns, of)
		case known[key.Key]:
			rest = append(rest, of)
		default:
			unknown = append(unknown, key.Key)
		}
	}
	columns = append(columns, column{"deadlines", deadlineCell})
	return append(columns, rest...), unknown
}

// shortKey is a concern as the head of a narrow column.
func shortKey(key string) string {
	switch key {
	case "graceful-shutdown":
		return "shutdown"
	case "disruption-budget":
		return "budget"
	case "server-timeouts":
		return "timeouts"
	case "migrates-at-start":
		return "migrates"
	case "trace-export":
		return "export"
	case "trace-propagation":
		return "propagation"
	}
	return key
}

const (
	lackStyle    = "1;31"
	unknownStyle = "2"
)

func concernCell(p *finding.Profile, key arch.ConcernKey) cell {
	at := slices.IndexFunc(p.Concerns, func(c arch.Concern) bool { return c.Block == key.Block && c.Key == key.Key })
	switch {
	case at < 0:
		return cell{"?", unknownStyle}
	case p.Concerns[at].Fact.Not():
		return cell{"no", lackStyle}
	}
	switch value := p.Concerns[at].Fact.Value; key.Type {
	case arch.CountOf, arch.OneOf, arch.OneOfOrYesNo, arch.DurationOrYesNo:
		if value != "true" {
			return cell{shortened(value, 12), ""}
		}
	}
	return cell{"yes", ""}
}

// deadlineCell is how many calls something ends, of how many that is known of; and of how many it is not.
func deadlineCell(p *finding.Profile) cell {
	known := len(p.Bounded) + len(p.Endless)
	switch {
	case p.Calls() == 0:
		return cell{"-", unknownStyle}
	case known == 0:
		return cell{fmt.Sprintf("? of %d", p.Calls()), unknownStyle}
	}
	c := cell{text: fmt.Sprintf("%d of %d", len(p.Bounded), known)}
	if len(p.Endless) > 0 {
		c.style = lackStyle
	}
	if unknown := p.Calls() - known; unknown > 0 {
		c.text += fmt.Sprintf(", %d ?", unknown)
	}
	return c
}

// profileTable is the table, in as many parts below each other as its columns need.
func (p *textPrinter) profileTable(profiles []finding.Profile, of []column) []string {
	const gap, longestName = 2, 34
	width := p.opt.Width
	if width == 0 {
		width = profileWidth
	}
	names := make([]string, len(profiles))
	first := 0
	for i := range profiles {
		names[i] = shortened(profiles[i].Service, longestName)
		first = max(first, columns(names[i]))
	}
	var lines []string
	for len(of) > 0 {
		used, n := first, 0
		var widths []int
		var cells [][]cell
		for _, c := range of {
			wide := columns(c.head)
			down := make([]cell, len(profiles))
			for i := range profiles {
				down[i] = c.cell(&profiles[i])
				wide = max(wide, columns(down[i].text))
			}
			if n > 0 && used+gap+wide > width {
				break
			}
			used, n = used+gap+wide, n+1
			widths, cells = append(widths, wide), append(cells, down)
		}
		if len(lines) > 0 {
			lines = append(lines, "")
		}
		head := padded("", first)
		for i, c := range of[:n] {
			head += strings.Repeat(" ", gap) + padded(c.head, widths[i])
		}
		lines = append(lines, strings.TrimRight(head, " "))
		for row := range profiles {
			line := padded(names[row], first)
			for i := range cells {
				c := cells[i][row]
				line += strings.Repeat(" ", gap) + p.styled(c.text, c.style) + strings.Repeat(" ", widths[i]-columns(c.text))
			}
			lines = append(lines, strings.TrimRight(line, " "))
		}
		of = of[n:]
	}
	return lines
}

// evidence is the places that show what the table says of a service.
func (p *textPrinter) evidence(profile *finding.Profile, all bool) []string {
	type line struct{ key, value, at string }
	var shown []line
	for _, c := range profile.Concerns {
		value := shortened(c.Fact.Value, longest)
		switch {
		case c.Fact.Not():
			value = "no"
		case c.Fact.Value == "true":
			value = "yes"
		}
		shown = append(shown, line{c.Key, value, position(c.Fact.Pos)})
	}
	for _, calls := range []struct {
		value string
		at    []arch.Pos
	}{{"yes", profile.Bounded}, {"no", profile.Endless}, {"? the request's, if any", profile.Incoming}, {"?", profile.Untold}} {
		if len(calls.at) > 0 {
			shown = append(shown, line{"deadlines", calls.value, places(calls.at, all)})
		}
	}
	if len(shown) == 0 {
		return nil
	}
	keys, values := 0, 0
	for _, l := range shown {
		keys = max(keys, columns(l.key))
		if n := columns(l.value); n <= 24 {
			values = max(values, n)
		}
	}
	name := harmless(profile.Service)
	if profile.Owner != "" {
		name += " (" + harmless(profile.Owner) + ")"
	}
	lines := []string{name}
	for _, l := range shown {
		lines = append(lines, indent+padded(l.key, keys)+"  "+padded(l.value, values)+"  "+p.styled(l.at, "2"))
	}
	return lines
}

// places lists positions, those after the first in a file without its name.
func places(at []arch.Pos, all bool) string {
	const some = 6
	shown := at
	if !all && len(at) > some+1 {
		shown = at[:some]
	}
	parts := make([]string, len(shown))
	for i, pos := range shown {
		parts[i] = position(pos)
		if i > 0 && pos.File == shown[i-1].File && pos.File != nil && pos.Line > 0 {
			parts[i] = strings.TrimPrefix(parts[i], harmless(pos.Path()))
		}
	}
	text := strings.Join(parts, ", ")
	if rest := len(at) - len(shown); rest > 0 {
		text += fmt.Sprintf(" and %d more (-all)", rest)
	}
	return text
}
