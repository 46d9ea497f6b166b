package report

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/distcheck/distcheck/analyzer/finding"
)

const (
	fewFindings = 10 // up to that many errors and warnings are all printed in full
	worstOf     = 5  // of more than that, so many are
	worstOfRule = 2  // and so many of one rule, as long as another rule has something as bad
)

// worstFirst returns the report's findings in the order of every report. The report itself stays as it is.
func worstFirst(r *finding.Report) []*finding.Finding {
	sorted := slices.DeleteFunc(slices.Clone(r.Findings), func(f *finding.Finding) bool {
		return f.Severity == finding.Off
	})
	slices.SortFunc(sorted, func(a, b *finding.Finding) int {
		return cmp.Or(finding.Compare(a, b), compareRest(a, b))
	})
	return sorted
}

// compareRest tells apart what finding.Compare cannot, say two chains with one head and one message: without it
// their order would be that of the input.
func compareRest(a, b *finding.Finding) int {
	if a == b || finding.Compare(a, b) != 0 {
		return 0 // rendering is dear, and rarely needed
	}
	return bytes.Compare(encode(jsonFindingOf(a, "")), encode(jsonFindingOf(b, "")))
}

// fingerprints names each of the sorted findings. Where two have the same fingerprint, the later one gets "-2", and
// so on: consumers take a repeated fingerprint for a repeated result and drop it.
func fingerprints(sorted []*finding.Finding) []string {
	seen := make(map[string]int, len(sorted))
	prints := make([]string, len(sorted))
	for i, f := range sorted {
		prints[i] = f.Fingerprint()
		seen[prints[i]]++
		if n := seen[prints[i]]; n > 1 {
			prints[i] += "-" + strconv.Itoa(n)
		}
	}
	return prints
}

// screen is what is printed in full, and what is only counted.
type screen struct {
	full  []statement
	more  []statement // errors and warnings
	notes []*finding.Finding
}

func chooseScreen(r *finding.Report) screen {
	all := statements(worstFirst(r))
	if r.All {
		return screen{full: all}
	}
	notes := slices.IndexFunc(all, func(s statement) bool { return s.Severity == finding.Note })
	if notes < 0 {
		notes = len(all)
	}
	s := screen{full: all[:notes:notes], notes: flat(all[notes:])}
	if len(s.full) > fewFindings {
		s.full, s.more = worst(s.full)
	}
	return s
}

// worst picks the statements that a reader should see first. Five times the same rule says less than two rules, so
// within a severity a rule gets more than its share only when no other rule is left.
func worst(sorted []statement) (picked, rest []statement) {
	take := make([]bool, len(sorted))
	taken := 0
	ofRule := make(map[string]int)
	for _, severity := range []finding.Severity{finding.Error, finding.Warning, finding.Note} {
		for _, limit := range []int{worstOfRule, worstOf} {
			for i, s := range sorted {
				if s.Severity == severity && !take[i] && taken < worstOf && ofRule[s.Rule] < limit {
					take[i] = true
					taken++
					ofRule[s.Rule]++
				}
			}
		}
	}
	for i, s := range sorted {
		if take[i] {
			picked = append(picked, s)
		} else {
			rest = append(rest, s)
		}
	}
	return picked, rest
}

// tally counts findings by severity.
type tally struct{ errors, warnings, notes int }

func tallyOf(findings []*finding.Finding) tally {
	var t tally
	for _, f := range findings {
		switch f.Severity {
		case finding.Error:
			t.errors++
		case finding.Warning:
			t.warnings++
		case finding.Note:
			t.notes++
		}
	}
	return t
}

func (t tally) String() string {
	var parts []string
	for _, p := range []struct {
		n    int
		word string
	}{{t.errors, "error"}, {t.warnings, "warning"}, {t.notes, "note"}} {
		if p.n > 0 {
			parts = append(parts, count(p.n, p.word))
		}
	}
	return strings.Join(parts, ", ")
}

// ruleCount is how often a rule is among some findings.
type ruleCount struct {
	rule string
	tally
}

// mixed reports whether findings of a rule are not all as severe.
func (t tally) mixed() bool {
	return t.errors != 0 && t.warnings+t.notes != 0 || t.warnings != 0 && t.notes != 0
}

// byRule counts findings by rule: those with errors first, then the most frequent, then by name.
func byRule(findings []*finding.Finding) []ruleCount {
	groups := make(map[string][]*finding.Finding)
	for _, f := range findings {
		groups[f.Rule] = append(groups[f.Rule], f)
	}
	counts := make([]ruleCount, 0, len(groups))
	for rule, group := range groups {
		counts = append(counts, ruleCount{rule, tallyOf(group)})
	}
	slices.SortFunc(counts, func(a, b ruleCount) int {
		return cmp.Or(
			cmp.Compare(b.errors, a.errors),
			cmp.Compare(b.warnings, a.warnings),
			cmp.Compare(b.notes, a.notes),
			strings.Compare(a.rule, b.rule),
		)
	})
	return counts
}

// count is "1 call", "2 calls". Words that do not take an s are given both ways.
func count(n int, word string, plural ...string) string {
	if n == 1 {
		return "1 " + word
	}
	if len(plural) > 0 {
		return fmt.Sprintf("%d %s", n, plural[0])
	}
	return fmt.Sprintf("%d %ss", n, word)
}
