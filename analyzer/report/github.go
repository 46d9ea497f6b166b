package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
)

// annotations is how many annotations of one level GitHub shows of a step. It drops the others silently.
const annotations = 10

// printGitHub prints workflow commands, worst first. Of each level it prints as many as GitHub shows, unless
// everything is asked for, and says at the end how many there are.
func printGitHub(w io.Writer, r *finding.Report, _ Options) error {
	out := bufio.NewWriter(w)
	sorted := worstFirst(r)
	all := tallyOf(sorted)
	limit := map[finding.Severity]int{finding.Error: annotations, finding.Warning: annotations, finding.Note: annotations}
	if n := len(r.Summary.Unread); n > 0 {
		limit[finding.Warning]-- // the first word is a warning too, and must be among those that are shown
		fmt.Fprintf(out, "::warning title=distcheck::%s\n", commandData("not analysed, and so not judged: "+some(r.Summary.Unread, r.All)))
	}
	cut := all.errors > limit[finding.Error] || all.warnings > limit[finding.Warning] || all.notes > limit[finding.Note]
	if cut {
		limit[finding.Note]-- // so is the last, a notice
	}
	printed := 0
	for _, f := range sorted {
		if limit[f.Severity]--; limit[f.Severity] >= 0 || r.All && f.Severity != finding.Note {
			out.WriteString(workflowCommand(f))
			printed++
		}
	}
	if cut {
		text := fmt.Sprintf("%s. GitHub shows at most %d of a kind", all, annotations)
		if rest := len(sorted) - printed; rest > 0 {
			text += fmt.Sprintf("; %d are left out here, %s prints them", rest, commandLine(nil, r.Summary.Inputs))
		}
		fmt.Fprintf(out, "::notice title=distcheck::%s\n", commandData(text))
	}
	return out.Flush()
}

func workflowCommand(f *finding.Finding) string {
	name := map[finding.Severity]string{finding.Error: "error", finding.Warning: "warning", finding.Note: "notice"}[f.Severity]
	lines := []string{headline(f) + " (" + harmless(f.Rule) + ")"}
	properties := []string{}
	if annotated(f.Pos) {
		properties = append(properties, "file="+commandProperty(f.Pos.Path()))
		if f.Pos.Line > 0 {
			properties = append(properties, fmt.Sprintf("line=%d", f.Pos.Line))
			if f.Pos.Column > 0 {
				properties = append(properties, fmt.Sprintf("col=%d", f.Pos.Column))
			}
		}
	} else if f.Pos.Known() {
		lines[0] = position(f.Pos) + ": " + lines[0]
	}
	properties = append(properties, "title="+commandProperty("distcheck: "+f.Rule))
	for _, r := range rowsOf(f, fullDetail()) {
		lines = append(lines, r.sentence())
	}
	lines = append(lines, labelled(notesOf(f, fullDetail()))...)
	return fmt.Sprintf("::%s %s::%s\n", name, strings.Join(properties, ","), commandData(strings.Join(lines, "\n")))
}

// annotated reports whether GitHub can show an annotation there: in a file of the repository.
func annotated(p arch.Pos) bool {
	return p.Known() && relative(p.Path())
}

// commandData escapes what follows the second "::" of a workflow command.
func commandData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

// commandProperty escapes the value of a property. It takes texts as they were read.
func commandProperty(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(harmless(s))
}
