package report

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/visible"
)

// No format writes a character that a reader cannot see or a terminal obeys, or a line that a runner of workflows
// takes for a command.
func TestHostileNames(t *testing.T) {
	for _, p := range Printers() {
		for _, group := range []*finding.Group{nil, {What: "no " + hostileNames()[0], Judged: 99}} {
			r := hostileReport()
			for _, f := range r.Findings {
				f.Group = group
			}
			r.All = group == nil
			text := printed(t, p.Name, r, Options{})
			for line := range strings.SplitSeq(text, "\n") {
				if visible.Text(line) != line {
					t.Errorf("%s: a line has hidden characters: %q", p.Name, line)
				}
				if strings.Contains(line, "##[") {
					t.Errorf("%s: a line has a command of the old form: %s", p.Name, line)
				}
				if strings.HasPrefix(strings.TrimSpace(line), "::") && p.Name != "github" {
					t.Errorf("%s: a line is a command: %s", p.Name, line)
				}
			}
		}
	}
	line := SummaryLine(hostileReport())
	if visible.Text(line) != line || strings.HasPrefix(strings.TrimSpace(line), "::") || strings.Contains(line, "##[") {
		t.Errorf("SummaryLine = %q", line)
	}
}

// Names reach programs as they are, whatever is done to keep the file harmless.
func TestHostileNamesInJSON(t *testing.T) {
	var got jsonReport
	if err := json.Unmarshal([]byte(printed(t, "json", hostileReport(), Options{})), &got); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range got.Findings {
		names = append(names, f.Service)
	}
	for _, want := range hostileNames() {
		if want = strings.ToValidUTF8(want, "\ufffd\ufffd"); !slices.Contains(names, want) {
			t.Errorf("no service %q in the json", want)
		}
	}
}

func TestHostileNamesInText(t *testing.T) {
	r := hostileReport()
	findings := 0
	requests, found, _ := strings.Cut(printed(t, "text", r, Options{}), "\n\n")
	for line := range strings.Lines(requests) {
		if !strings.HasPrefix(line, "journey ") && !strings.HasPrefix(line, indent) {
			t.Errorf("no line about a journey: %s", line)
		}
	}
	for line := range strings.Lines(found) {
		if !strings.HasPrefix(line, indent) {
			findings++
			if !strings.HasSuffix(line, " (sync-chain)\n") {
				t.Errorf("no line of a finding: %s", line)
			}
		}
	}
	if findings != len(r.Findings) {
		t.Errorf("%d lines look like findings, want %d", findings, len(r.Findings))
	}
}

// The lines are read as the runner of GitHub Actions reads them.
func TestHostileNamesInWorkflowCommands(t *testing.T) {
	r := hostileReport()
	lines := strings.Split(strings.TrimSuffix(printed(t, "github", r, Options{}), "\n"), "\n")
	if len(lines) != len(r.Findings)+1 {
		t.Errorf("%d lines, want one a finding and one for what was not analysed: %d", len(lines), len(r.Findings)+1)
	}
	for _, line := range lines {
		info, data, ok := strings.Cut(strings.TrimPrefix(line, "::"), "::")
		name, properties, _ := strings.Cut(info, " ")
		if !ok || !slices.Contains([]string{"error", "warning", "notice"}, name) || data == "" {
			t.Errorf("no command: %s", line)
		}
		for property := range strings.SplitSeq(properties, ",") {
			key, value, _ := strings.Cut(property, "=")
			if !slices.Contains([]string{"file", "line", "col", "title"}, key) || strings.Contains(value, ":") {
				t.Errorf("forged property %q in %s", property, line)
			}
		}
		if strings.ContainsAny(data, "\r\n") || regexp.MustCompile(`%(25)?0D`).MatchString(strings.ReplaceAll(data, "%250D", "")) {
			t.Errorf("data breaks its line: %s", line)
		}
	}
}

// bare returns markdown without what markdown does not read: fenced blocks and code spans. It fails where a span does
// not end on its line.
func bare(t *testing.T, markdown string) string {
	t.Helper()
	var out strings.Builder
	fence := ""
	for line := range strings.Lines(markdown) {
		run := line[:len(line)-len(strings.TrimLeft(line, "`"))]
		switch {
		case fence != "" && run == fence:
			fence = ""
			continue
		case fence != "":
			continue
		case len(run) >= 3 && !strings.Contains(line[len(run):], "`"):
			fence = run
			continue
		}
		for line != "" {
			before, rest, found := strings.Cut(line, "`")
			out.WriteString(before)
			if !found {
				break
			}
			ticks := "`" + rest[:len(rest)-len(strings.TrimLeft(rest, "`"))]
			rest = strings.TrimLeft(rest, "`")
			end := regexp.MustCompile("[^`]" + ticks + "([^`]|$)").FindStringIndex(rest)
			if end == nil {
				t.Errorf("a code span does not end: %s", line)
				break
			}
			line = rest[end[0]:]
			line = strings.TrimLeft(line[strings.Index(line, "`"):], "`")
			out.WriteString("·")
		}
	}
	if fence != "" {
		t.Error("a fenced block does not end")
	}
	return out.String()
}

func TestHostileNamesInMarkdown(t *testing.T) {
	const links = "https://git.example.com/shop/blob/main/"
	for i := range 4 {
		all, opt := i%2 == 0, Options{}
		if i > 1 {
			opt.Links = links
		}
		r := hostileReport()
		r.All = all
		text := bare(t, printed(t, "markdown", r, opt))
		if linked := regexp.MustCompile(`\[·\]\(` + regexp.QuoteMeta(links) + `[\w./%:@&=+$~-]+#L\d+\)`); opt.Links != "" {
			if !linked.MatchString(text) {
				t.Error("no links")
			}
			text = linked.ReplaceAllString(text, "")
		}
		own := regexp.MustCompile(`(?m)^(<!-- distcheck -->|</?details>|<summary>[^<]*(<code>[^<]*</code>[^<]*)*</summary>)$`)
		text = own.ReplaceAllString(text, "")
		if i := strings.IndexAny(strings.ReplaceAll(text, "**", ""), "<>@&[]|~$\\_"); i >= 0 {
			t.Errorf("all=%v: markup outside of code at %d: %.200q", all, i, text[max(i-80, 0):])
		}
		for _, pattern := range []string{`#\d`, `(?i)\bgh-\d`, `://`, `www\.`, `\b[0-9a-f]{10,}\b`, `:\w+:`} {
			if found := regexp.MustCompile(pattern).FindString(text); found != "" {
				t.Errorf("all=%v: %q outside of code", all, found)
			}
		}
	}
	// A table's cells end at a pipe even in code.
	table := RuleTableMarkdown([]finding.RuleInfo{{ID: "a|b", Fires: "<b> x|y `z` @team"}})
	for line := range strings.Lines(table) {
		if n := strings.Count(line, "|") - strings.Count(line, `\|`); n != 4 {
			t.Errorf("%d cells' ends in %s", n, line)
		}
	}
}

func FuzzMarkdownProse(f *testing.F) {
	for _, name := range hostileNames() {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text := bare(t, "- "+mdProse(s)+" "+mdCode(s)+"\n")
		if strings.ContainsAny(text, "<>@&[]|~$\\_*#") {
			t.Errorf("mdProse(%q) leaves %q", s, text)
		}
	})
}
