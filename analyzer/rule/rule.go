// Package rule judges a system. A rule is one value in one file: what it is called, why it matters, when it fires, a
// wrong and a right example, what to do, and the function that looks. The registry is the list in [All]; the
// documentation, `explain`, the README's table and the rule help in SARIF are made from it, and tests run every
// example.
//
// A rule is a pure function of the model and its graph. It knows neither the readers that filled the model nor the
// printers that show what it finds, and it keeps to these principles:
//
//   - Absence needs a witness: something is missing only where a source that could show it says so.
//   - One cause, one finding, with every position that proves it.
//   - A possible finding is never more than a warning. When unsure, a rule is silent.
//   - What cannot be reached from the order of names and positions has no influence: the order of the input never
//     changes a result.
//
// To add a rule: write its file, add it to All, and run the tests, which will ask for its examples. One about what a
// service has or lacks by itself is little more than its words (see trait).
//
// This package may change until version 1.
package rule

import (
	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/graph"
)

// Concerns, in the order in which rules are listed.
const (
	Coupling      = "coupling"
	Reliability   = "reliability"
	Deployment    = "deployment"
	Observability = "observability"
	Housekeeping  = "housekeeping"
)

// Ranks.
const (
	Shape    = iota // how the system hangs together: what distcheck is for
	Wrong           // users get wrong results
	Outage          // failures spread
	Promised        // promises cannot be kept
	Design          // it could be simpler
	Alone           // a service lacks something by itself, whatever it has to do with others
)

// Rule is one thing that distcheck looks for.
type Rule struct {
	ID        string // kebab-case, stable, never reused
	Concern   string
	Title     string
	Fires     string
	Rationale string
	Source    string
	Wrong     string // a manifest in which the rule fires
	Right     string // the same system, mended: the rule is silent
	Remedy    string
	Default   string
	Severity  finding.Severity // where the rule does not grade its findings
	Params    []arch.ParamSpec

	// Rank says which findings are shown first among equally severe ones: those that say most about the system.
	Rank int

	// Whole is set where only the whole system shows it: such a rule does not run where the code of one service is read
	// alone.
	Whole bool

	// Graded findings weigh more on a critical journey that writes, and less where only jobs, consumers and admin
	// paths lead.
	Graded bool

	// Check reports what is wrong. It is nil for the rules of housekeeping, which Run applies itself.
	Check func(*Pass)
}

// All lists the rules in the order of the documentation.
func All() []Rule {
	return []Rule{
		hardDependencies(),
		syncChain(),
		syncCycle(),
		fanOut(),
		hub(),
		chattyCall(),
		stackedAggregators(),
		sharedStore(),
		sharedCode(),
		lockStep(),
		startUpDependency(),
		hiddenRequestReply(),
		noMessaging(),
		waitsForSideEffect(),
		failsAfterWrite(),
		eventCallback(),
		chainInConsumer(),
		mixedRing(),
		dualWrite(),
		multiServiceWrite(),
		orphanTopic(),
		lossyConsumer(),
		unresolvedCall(),
		undeclaredCall(),
		staleCall(),
		unmatchedService(),
		missingDeadline(),
		deadlineInversion(),
		contextNotPropagated(),
		retryAmplification(),
		unsafeRetry(),
		availabilityCeiling(),
		latencyBudget(),
		missingCircuitBreaker(),
		missingSLO(),
		missingOwner(),
		missingOnCall(),
		missingRunbook(),
		missingHealthCheck(),
		deepHealthCheck(),
		singleReplica(),
		missingDisruptionBudget(),
		notSpread(),
		fragileStore(),
		serverWithoutTimeouts(),
		noGracefulShutdown(),
		disruptiveStrategy(),
		missingStrategy(),
		blindCanary(),
		mutableImage(),
		hardCodedAddress(),
		migrationAtBoot(),
		noTracing(),
		brokenTrace(),
		noMetrics(),
		noAlerts(),
		unstructuredLogs(),
		noDashboard(),
		discardedError(),
		personalDataUnbounded(),
		personalDataNoErasure(),
		personalDataLeaves(),
		insecureTransport(),
		overdueDebt(),
		unusedAcceptance(),
		invalidAcceptance(),
		staleBaseline(),
	}
}

// OfTheWhole lists the rules that only the whole system shows. They have nothing to say where the code of one service is
// read alone.
func OfTheWhole() []string {
	var ids []string
	for _, r := range All() {
		if r.Whole {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// Specs is what readers need to know of rules to read their configuration.
func Specs(rules []Rule) []arch.RuleSpec {
	specs := make([]arch.RuleSpec, len(rules))
	for i, r := range rules {
		specs[i] = arch.RuleSpec{ID: r.ID, Title: r.Title, Params: r.Params}
	}
	return specs
}

// Info is what printers show of a rule.
func (r Rule) Info() finding.RuleInfo {
	info := finding.RuleInfo{
		ID: r.ID, Concern: r.Concern, Title: r.Title, Fires: r.Fires, Rationale: r.Rationale, Source: r.Source,
		Wrong: r.Wrong, Right: r.Right, Remedy: r.Remedy, Default: r.Default, Severity: r.Severity,
	}
	for _, p := range r.Params {
		info.Params = append(info.Params, finding.Param{Name: p.Name, Doc: p.Doc, Default: p.Default})
	}
	return info
}

// Pass is one rule looking at one system.
type Pass struct {
	System *arch.System
	Graph  *graph.Graph

	rule   *Rule
	params map[string]float64
	found  []*finding.Finding
}

// Param is a threshold: the manifest's, or the rule's default. Asking for one that the rule does not declare panics:
// that is a mistake in the rule.
func (p *Pass) Param(name string) float64 {
	value, ok := p.params[name]
	if !ok {
		panic("rule " + p.rule.ID + " declares no parameter " + name)
	}
	return value
}

// Report hands in a finding. Rule and Rank are filled in, Severity too where it is Off.
func (p *Pass) Report(f finding.Finding) {
	f.Rule, f.Rank = p.rule.ID, p.rule.Rank
	if f.Severity == finding.Off {
		f.Severity = p.rule.Severity
	}
	p.found = append(p.found, &f)
}

// grade is the severity of a size by the rule's parameters "warning" and "error"; Off below both.
func (p *Pass) grade(size float64) finding.Severity {
	switch {
	case size >= p.Param("error"):
		return finding.Error
	case size >= p.Param("warning"):
		return finding.Warning
	}
	return finding.Off
}
