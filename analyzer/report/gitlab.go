package report

import (
	"io"

	"github.com/distcheck/distcheck/analyzer/finding"
)

// gitlabIssue is what GitLab reads of an entry of its code quality reports, which wants a path and a line of each.
type gitlabIssue struct {
	Description string         `json:"description"`
	Check       string         `json:"check_name"`
	Fingerprint string         `json:"fingerprint"`
	Severity    string         `json:"severity"`
	Location    gitlabLocation `json:"location"`
}

type gitlabLocation struct {
	Path  string `json:"path"`
	Lines struct {
		Begin int `json:"begin"`
	} `json:"lines"`
}

// printGitLab prints every finding, notes too, as a code quality report. What stands in no file of the repository has its
// place in the description.
func printGitLab(w io.Writer, r *finding.Report, _ Options) error {
	severities := map[finding.Severity]string{finding.Error: "major", finding.Warning: "minor", finding.Note: "info"}
	sorted := worstFirst(r)
	prints := fingerprints(sorted)
	issues := make([]gitlabIssue, len(sorted))
	for i, f := range sorted {
		issue := gitlabIssue{Description: DiagnosticOf(f).Message, Check: f.Rule, Fingerprint: prints[i], Severity: severities[f.Severity]}
		issue.Location.Path, issue.Location.Lines.Begin = ".", 1
		if annotated(f.Pos) {
			issue.Location.Path, issue.Location.Lines.Begin = f.Pos.Path(), max(int(f.Pos.Line), 1)
		} else if f.Pos.Known() {
			issue.Description = position(f.Pos) + ": " + issue.Description
		}
		issues[i] = issue
	}
	return writeJSON(w, issues)
}
