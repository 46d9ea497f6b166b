package report

import (
	"io"

	"github.com/distcheck/distcheck/analyzer/finding"
)

// Printer is one format that a run can be printed in.
type Printer struct {
	Name  string // what -format takes
	Doc   string // one line for the help
	Print func(w io.Writer, r *finding.Report, opt Options) error
}

// Options say what the output is shown on.
type Options struct {
	Color bool
	Width int    // columns of the terminal; 0: not known, nothing is wrapped
	Links string // a URL that the path of a file is put behind, and "#L12", in formats that have links; "" for none
}

// Printers lists every printer, the default first.
func Printers() []Printer {
	return []Printer{
		{"text", "for people: the worst in full, the rest counted", printText},
		{"json", "for programs: every finding, with a version and a schema", printJSON},
		{"sarif", "for code scanning: SARIF 2.1.0, of what is open", printSARIF},
		{"sarif-all", "the same and, as suppressed results, what is accepted or in the baseline: not for GitHub, which opens an alert for each", printSARIFAll},
		{"github", "for GitHub Actions: annotations on the changed files", printGitHub},
		{"gitlab", "for GitLab: a code quality report", printGitLab},
		{"markdown", "for a comment on a pull request or a step summary", printMarkdown},
	}
}

// Lookup returns the printer of that name.
func Lookup(name string) (Printer, bool) {
	for _, p := range Printers() {
		if p.Name == name {
			return p, true
		}
	}
	return Printer{}, false
}

// informationURI is where people read about distcheck, and its fragment #rules about the rules.
const informationURI = "https://github.com/distcheck/distcheck"
