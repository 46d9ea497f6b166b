package rule

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/spelling"
)

func invalidAcceptance() Rule {
	return Rule{
		ID:      "invalid-acceptance",
		Concern: Housekeeping,
		Title:   "a distcheck:accept comment that is no decision",
		Fires:   "a comment that begins with distcheck: names no rule that there is, lacks its reason, owner or day (until), or says something else than accept. It accepts nothing.",
		Default: "error",
		Rationale: `Living with a finding is a decision: it has a reason, somebody who answers for it, and a day on which it is looked at
again. A comment without these hides a finding for ever, and one with a misspelt rule hides nothing, although its author
believes so. Both are told where they stand.`,
		Source:   "go vet and staticcheck refuse directives that they cannot read, rather than pass over them",
		Severity: finding.Error,
		Wrong: `version: 1
services:
  web: {operations: {GET /: {calls: [shop GET /offers]}}}
  shop:
    operations:
      GET /offers:
        calls:
          # distcheck:accept sync-chain offers move into a read model
          - stock GET /stock
  stock: {operations: {GET /stock: {}}}
`,
		Right: `version: 1
services:
  web: {operations: {GET /: {calls: [shop GET /offers]}}}
  shop:
    operations:
      GET /offers:
        calls:
          # distcheck:accept sync-chain until=9999-12-31 owner=team-shop offers move into a read model
          - stock GET /stock
  stock: {operations: {GET /stock: {}}}
`,
		Remedy: "write the comment in full, or delete it",
	}
}

// flaws is what is wrong with a directive.
type flaws struct {
	rules    string   // as they stand there; "" where there are none
	missing  []string // of what it must say
	problems []string // sentences about what it does say
	remedies []string // against problems, where there is more to say than the whole form
	owner    string
	until    string // as it stands there, if it is a day
	reason   string
}

// Options that a directive may have before, behind or within its reason.
const (
	untilKey = "until"
	ownerKey = "owner"
	hopsKey  = "hops"
	adrKey   = "adr"
)

func directiveKeys() []string { return []string{untilKey, ownerKey, hopsKey, adrKey} }

// nextDirective is where another directive begins in the same comment, as a comment cannot have another beside it.
func nextDirective() *regexp.Regexp { return regexp.MustCompile(`[ \t](?://|#)+[ \t]*distcheck:`) }

// parseDirective reads "accept RULE[,RULE…] until=DAY owner=WHO [hops=N] [adr=FILE] why". Of a directive with anything
// wrong nothing is accepted.
func parseDirective(d *arch.Directive, all []Rule) ([]acceptance, flaws) {
	var entries []acceptance
	for _, text := range nextDirective().Split(d.Text, -1) {
		parsed, wrong := parseOne(d, text, all)
		if len(wrong.missing)+len(wrong.problems) > 0 {
			return nil, wrong
		}
		entries = append(entries, parsed...)
	}
	return entries, flaws{}
}

func parseOne(d *arch.Directive, text string, all []Rule) ([]acceptance, flaws) {
	var wrong flaws
	words := strings.Fields(text)
	if verb := words[0]; verb != "accept" {
		wrong.problems = append(wrong.problems, fmt.Sprintf("distcheck:%s says nothing to distcheck; there is distcheck:accept alone", verb))
		return nil, wrong
	}
	words = words[1:]
	for len(words) > 1 && strings.HasSuffix(words[0], ",") { // "a, b": a list as people write it
		words = append([]string{words[0] + words[1]}, words[2:]...)
	}
	var rules []string
	if len(words) > 0 && !strings.Contains(words[0], "=") {
		wrong.rules = words[0]
		rules = strings.Split(strings.Trim(words[0], ","), ",")
		words = words[1:]
		for _, id := range rules {
			wrong.rule(id, all)
		}
	} else {
		wrong.missing = append(wrong.missing, "rule")
	}
	a := arch.Acceptance{Pos: d.Pos}
	var reason []string
	given := make(map[string]bool)
	for _, word := range words {
		key, value, isOption := strings.Cut(word, "=")
		known := isOption && slices.Contains(directiveKeys(), key)
		switch {
		case known && given[key]:
			wrong.problems = append(wrong.problems, key+"= stands there twice")
		case known && value == "":
			wrong.problems = append(wrong.problems, "nothing stands behind "+key+"=")
		case known:
			wrong.option(key, value, &a)
		case isOption && len(reason) == 0 && key == "reason":
			if value != "" {
				reason = append(reason, value)
			}
		case isOption && len(reason) == 0 && strings.Trim(key, "abcdefghijklmnopqrstuvwxyz-") == "" && key != "":
			problem := fmt.Sprintf("%s= is no part of it", key)
			if near := spelling.Nearest(key, directiveKeys()); near != "" {
				problem += fmt.Sprintf(" (did you mean %s=?)", near)
				given[near] = true
				wrong.option(near, value, &a) // for what to write
			}
			wrong.problems = append(wrong.problems, problem)
		default:
			reason = append(reason, word)
		}
		given[key] = given[key] || known
	}
	a.Reason = strings.Join(reason, " ")
	for _, part := range []struct {
		there bool
		name  string
	}{{a.Reason != "", "reason"}, {given[ownerKey], "owner"}, {given[untilKey], "day"}} {
		if !part.there {
			wrong.missing = append(wrong.missing, part.name)
		}
	}
	wrong.owner, wrong.reason = a.Owner, a.Reason
	if !a.Until.IsZero() {
		wrong.until = a.Until.Format(time.DateOnly)
	}
	var entries []acceptance
	for _, id := range rules {
		a.Rule = id
		entries = append(entries, acceptance{a, d.Lines})
	}
	return entries, wrong
}

// rule notes a rule that cannot be accepted.
func (w *flaws) rule(id string, all []Rule) {
	var ids []string
	for _, r := range all {
		if r.ID == id && r.Check != nil {
			return
		}
		if r.ID == id {
			w.problems = append(w.problems, id+" is nothing to accept: it is about what was accepted")
			w.rules = ""
			return
		}
		if r.Check != nil {
			ids = append(ids, r.ID)
		}
	}
	slices.Sort(ids)
	problem := fmt.Sprintf("%q is no rule", id)
	if near := spelling.Nearest(id, ids); near != "" {
		problem += fmt.Sprintf(" (did you mean %s?)", near)
		w.rules = strings.Replace(w.rules, id, near, 1)
	} else {
		w.remedies = append(w.remedies, "distcheck rules lists the rules")
		w.rules = ""
	}
	w.problems = append(w.problems, problem)
}

// option reads one option.
func (w *flaws) option(key, value string, a *arch.Acceptance) {
	switch key {
	case ownerKey:
		a.Owner = value
	case adrKey:
		a.ADR = arch.At(value, a.Pos)
	case hopsKey:
		n, err := strconv.Atoi(value)
		if err != nil || n < 0 {
			w.problems = append(w.problems, fmt.Sprintf("%q is no number of hops", value))
			return
		}
		a.Hops = arch.At(n, a.Pos)
	case untilKey:
		day, err := time.Parse(time.DateOnly, value)
		if err != nil {
			w.problems = append(w.problems, fmt.Sprintf("%q is no day: write it as 2027-03-31", value))
			return
		}
		a.Until = day
	}
}

// invalidFinding says what is wrong with a directive, and what to write.
func invalidFinding(d *arch.Directive, wrong flaws, today time.Time, config arch.RuleConfig) *finding.Finding {
	var said []string
	if len(wrong.missing) > 0 {
		said = append(said, "it has no "+orList(wrong.missing))
	}
	mark := "# "
	if strings.HasSuffix(d.Pos.Path(), ".go") {
		mark = "//"
	}
	whole := fmt.Sprintf("write %sdistcheck:accept %s until=%s owner=%s %s", mark, or(wrong.rules, "RULE"),
		or(wrong.until, today.AddDate(0, 3, 0).Format(time.DateOnly)), or(wrong.owner, "WHO-ANSWERS-FOR-IT"), or(wrong.reason, "why it is accepted"))
	return &finding.Finding{
		Rule:     "invalid-acceptance",
		Severity: configured(config, finding.Error),
		Pos:      d.Pos,
		Subject:  d.Pos.Path() + " " + d.Text,
		Message:  "this comment accepts nothing: " + strings.Join(append(said, wrong.problems...), "; "),
		Owner:    wrong.owner,
		Remedy:   append([]string{whole}, wrong.remedies...),
	}
}

func or(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

// orList is "reason", "reason or owner", "reason, owner or day".
func orList(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}
