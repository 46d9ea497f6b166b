package report

import (
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
)

// srcRoot is what relative paths are relative to: the directory of the run. Who reads the log knows where it is.
const srcRoot = "%SRCROOT%"

// printSARIF prints every finding that is open, notes too: code scanning has filters of its own. It has none for
// suppressed results: GitHub opens an alert for each.
func printSARIF(w io.Writer, r *finding.Report, _ Options) error { return writeSARIF(w, r, nil) }

// printSARIFAll also prints what is not open, as suppressed results. Of one run either all results say by what they are
// suppressed, be it by nothing, or none does.
func printSARIFAll(w io.Writer, r *finding.Report, _ Options) error {
	return writeSARIF(w, r, append([]finding.Settled{}, r.Settled...))
}

// writeSARIF prints what is open, and if settled is not nil what is not.
func writeSARIF(w io.Writer, r *finding.Report, settled []finding.Settled) error {
	index := make(map[string]int, len(r.Rules))
	rules := make([]sarifRule, len(r.Rules))
	for i, rule := range r.Rules {
		index[rule.ID], rules[i] = i, sarifRuleOf(rule)
	}
	all := worstFirst(r)
	open := len(all)
	finding.SortSettled(settled)
	for _, s := range settled {
		all = append(all, s.Finding)
	}
	prints := fingerprints(all)
	results := make([]sarifResult, len(all))
	for i, f := range all {
		results[i] = sarifResultOf(f, prints[i])
		if n, ok := index[f.Rule]; ok {
			results[i].RuleIndex = &n
		}
		if r.Baseline != "" {
			results[i].BaselineState = "new"
		}
		switch {
		case i >= open:
			results[i].settle(settled[i-open], r.Baseline)
		case settled != nil:
			results[i].Suppressions = []sarifSuppression{}
		}
	}
	return writeJSON(w, sarifLog{
		Schema:  "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
		Version: "2.1.0",
		Runs: []sarifRun{{
			Tool: sarifTool{sarifDriver{
				Name: "distcheck", Version: r.Version, SemanticVersion: semanticVersion(r.Version),
				InformationURI: informationURI, Rules: rules,
			}},
			Invocations: []sarifInvocation{{ExecutionSuccessful: len(r.Summary.Unread) == 0, Notifications: notifications(r.Summary)}},
			OriginalURIBaseIDs: map[string]sarifArtifact{
				srcRoot: {Description: &sarifText{Text: "The directory in which distcheck ran."}},
			},
			ColumnKind: "unicodeCodePoints",
			Results:    results,
		}},
	})
}

// notifications say what was not judged, so that a log without results is not taken for health.
func notifications(s finding.Summary) []sarifNotification {
	var all []sarifNotification
	for _, line := range s.Unread {
		all = append(all, sarifNotification{"error", sarifText{Text: sarifMessage("Not analysed: " + harmless(line))}})
	}
	for _, line := range s.Unseen {
		all = append(all, sarifNotification{"note", sarifText{Text: sarifMessage("Not judged: " + harmless(line))}})
	}
	return all
}

func sarifRuleOf(rule finding.RuleInfo) sarifRule {
	level, enabled := rule.Severity.String(), true
	if rule.Severity == finding.Off {
		level, enabled = "none", false
	}
	return sarifRule{
		ID:               rule.ID,
		ShortDescription: sarifText{Text: harmless(rule.Title)},
		FullDescription:  sarifText{Text: harmless(rule.Fires)},
		Help:             sarifText{Text: sarifMessage(explained(rule, 0)), Markdown: helpMarkdown(rule)},
		HelpURI:          informationURI + "#rules",
		Default:          sarifConfiguration{enabled, level},
		Properties:       sarifRuleProperties{Tags: distinctTags(rule.Concern, "microservices")},
	}
}

func distinctTags(tags ...string) []string {
	kept := []string{}
	for _, tag := range tags {
		if tag != "" {
			kept = append(kept, tag)
		}
	}
	return kept
}

func sarifResultOf(f *finding.Finding, fingerprint string) sarifResult {
	result := sarifResult{
		RuleID:              f.Rule,
		Level:               f.Severity.String(), // note, warning and error are SARIF's words too
		Message:             resultMessage(f),
		PartialFingerprints: map[string]string{"distcheck/v1": fingerprint},
		Properties:          sarifResultProperties{f.Possible, f.Journeys, f.Owner},
	}
	if location, ok := locationOf(f.Pos, f.Service, f.Operation); ok {
		result.Locations = []sarifLocation{location}
	}
	var flow []sarifFlowLocation
	related := func(p arch.Pos, service, operation, text string) {
		location, ok := locationOf(p, service, operation)
		if !ok || location.Physical == nil {
			return // a related place that nobody can open helps nobody
		}
		location.Message = &sarifText{Text: sarifMessage(text)}
		id := len(result.RelatedLocations) + 1
		location.ID = &id
		result.RelatedLocations = append(result.RelatedLocations, location)
	}
	for i, hop := range f.Hops {
		text := "calls " + named(harmless(hop.Service), harmless(hop.Operation))
		if marks := marksOf(hop); marks != "" {
			text += " (" + marks + ")"
		}
		related(hop.Pos, hop.Service, hop.Operation, "hop "+strconv.Itoa(i+1)+": "+text)
		if location, ok := locationOf(hop.Pos, hop.Service, hop.Operation); ok && location.Physical != nil {
			location.Message = &sarifText{Text: sarifMessage(text)}
			flow = append(flow, sarifFlowLocation{location, i})
		}
		if hop.Through.Known() {
			related(hop.Through, hop.Service, hop.Operation, "hop "+strconv.Itoa(i+1)+": the call itself, to which others get as well")
		}
	}
	for _, other := range f.Others {
		related(other.Pos, other.Service, other.Operation,
			harmless(string(other.Role))+": "+named(harmless(other.Service), harmless(other.Operation)))
	}
	if len(flow) > 0 {
		result.CodeFlows = []sarifCodeFlow{{[]sarifThreadFlow{{flow}}}}
	}
	return result
}

// settle says why a result is not open, and where that is decided.
func (r *sarifResult) settle(s finding.Settled, baseline string) {
	suppression := sarifSuppression{Kind: "external", Status: "accepted"}
	at := arch.Pos{}
	if s.Debt == nil {
		r.BaselineState = "unchanged"
		suppression.Justification = "in the baseline " + harmless(baseline) // no message: nothing in it is a link
		at.File = &arch.File{Path: baseline}
	} else {
		at = s.Debt.Pos
		suppression.Justification = harmless(s.Debt.Reason)
		suppression.Properties = &sarifDecision{
			Owner: harmless(s.Debt.Owner), Until: s.Debt.Until.Format(time.DateOnly), ADR: harmless(s.Debt.ADR.Or("")),
		}
		if s.Inline {
			suppression.Kind = "inSource"
		}
	}
	if location, ok := locationOf(at, "", ""); ok {
		suppression.Location = &location
	}
	r.Suppressions = []sarifSuppression{suppression}
}

// locationOf is a position as SARIF has it. What is not a file has a logical location only.
func locationOf(p arch.Pos, service, operation string) (sarifLocation, bool) {
	var location sarifLocation
	if service != "" {
		name := operation
		if name == "" {
			name = service
		}
		location.Logical = []sarifLogical{{name, named(service, operation)}}
	}
	if path := p.Path(); p.Known() && path != "" && !pseudo(path) {
		artifact := sarifArtifact{URI: fileURI(path)}
		if !rooted(path) {
			artifact.URIBaseID = srcRoot
		}
		location.Physical = &sarifPhysical{Artifact: artifact}
		if p.Line > 0 {
			location.Physical.Region = &sarifRegion{p.Line, max(p.Column, 0)}
		}
	}
	return location, location.Physical != nil || location.Logical != nil
}

// resultMessage is the finding's sentence, then its cost and what to do, a paragraph each.
func resultMessage(f *finding.Finding) sarifText {
	text := []string{sentence(headline(f))}
	md := []string{sentence(mdProse(headline(f)))}
	for _, line := range labelled(notesOf(f, detail{others: -1, doubts: doubtsShown, about: -1, runes: longest})) {
		text = append(text, line)
		md = append(md, mdProse(line))
	}
	return sarifText{
		Text:     sarifMessage(strings.Join(text, "\n")),
		Markdown: sarifBraces(strings.Join(md, "\n\n")),
	}
}

func sentence(text string) string { return strings.TrimRight(text, ".") + "." }

// sarifMessage escapes a plain text message: "[text](1)" would be a link, "{0}" a placeholder. Brackets and
// backslashes anywhere else stand for themselves in the standard, and viewers would show what escapes them.
func sarifMessage(text string) string {
	if strings.Contains(text, "](") {
		text = strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`).Replace(text)
	}
	return sarifBraces(text)
}

// sarifBraces doubles the braces of what reads as a placeholder. The standard doubles every brace, viewers replace
// nothing but placeholders: "GET /orders/{{id}}" is what a user would see.
func sarifBraces(text string) string {
	if !strings.Contains(text, "{") {
		return text // most texts, and a regular expression is dear
	}
	return regexp.MustCompile(`\{([0-9]+)\}`).ReplaceAllString(text, "{{$1}}")
}

// semanticVersion is the version without its v, or "" where it is none, as in a build of a working copy.
func semanticVersion(version string) string {
	version = strings.TrimPrefix(version, "v")
	if !regexp.MustCompile(`^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$`).MatchString(version) {
		return ""
	}
	return version
}
