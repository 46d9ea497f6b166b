package rule

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/graph"
)

// Options choose what runs.
type Options struct {
	Only    []string  // rules to run; empty: all
	Exclude []string  // rules not to run
	Today   time.Time // the day on which debt is judged
	Partial bool      // not all of the system was read: what is missing may only be unseen

	Baseline *arch.Baseline // findings that are known; may be nil
	Stale    bool           // to say which of them are gone: the run sees what the baseline was written of
}

// Result is what a run found.
type Result struct {
	Findings []*finding.Finding // sorted by finding.Compare; accepted ones left out
	Accepted []finding.Settled  // findings that an entry of accepted covers, or a directive; sorted likewise
	Known    []*finding.Finding // findings that the baseline has
	Rules    []Rule             // those that ran

	baseline compared
}

// Run applies rules to a system: those chosen, with the severities and thresholds of the system's own configuration;
// then what the system accepts as debt.
func Run(sys *arch.System, g *graph.Graph, rules []Rule, opt Options) Result {
	var result Result
	config := make(map[string]arch.RuleConfig, len(sys.Rules))
	for _, c := range sys.Rules {
		config[c.ID] = c
	}
	grades := newGrader(g)
	for _, r := range rules {
		if chosen(r.ID, opt) && config[r.ID].Severity.Value != finding.Off.String() {
			result.Rules = append(result.Rules, r)
		}
	}
	// Rules only read, so each runs by itself; what they found is put together in their order.
	byRule := make([][]*finding.Finding, len(result.Rules))
	var running sync.WaitGroup
	for i := range result.Rules {
		r := &result.Rules[i]
		if r.Check == nil {
			continue
		}
		running.Go(func() {
			pass := &Pass{System: sys, Graph: g, rule: r, params: parameters(*r, config[r.ID])}
			r.Check(pass)
			for _, f := range pass.found {
				grades.finish(f, *r, config[r.ID])
			}
			byRule[i] = pass.found
		})
	}
	running.Wait()
	found := slices.Concat(byRule...)
	d := debtOf(sys, rules, result.Rules, config, opt)
	open, accepted, overdue := settle(d, found)
	result.baseline = compare(opt.Baseline, open, append(decided(accepted), overdue...), rules)
	result.Findings, result.Known, result.Accepted = result.baseline.fresh, result.baseline.known, accepted
	if gone := d.gone(result.baseline.stale); len(gone) > 0 && opt.Stale {
		result.Findings = append(result.Findings, staleFinding(gone, config["stale-baseline"]))
	}
	slices.SortFunc(result.Findings, finding.Compare)
	finding.SortSettled(result.Accepted)
	return result
}

func decided(accepted []finding.Settled) []*finding.Finding {
	findings := make([]*finding.Finding, len(accepted))
	for i, s := range accepted {
		findings[i] = s.Finding
	}
	return findings
}

func chosen(id string, opt Options) bool {
	return (len(opt.Only) == 0 || slices.Contains(opt.Only, id)) && !slices.Contains(opt.Exclude, id)
}

func parameters(r Rule, config arch.RuleConfig) map[string]float64 {
	params := make(map[string]float64, len(r.Params))
	for _, p := range r.Params {
		params[p.Name] = p.Default
	}
	for _, p := range config.Params {
		if p.Value.Is() {
			params[p.Name] = p.Value.Value
		}
	}
	return params
}

// grader finishes findings: journeys, owner, severity.
type grader struct {
	g        *graph.Graph
	owners   map[string]string
	services map[string]*arch.Service
	reached  func(graph.NodeID) []*arch.Journey // for certain
	writes   map[string]bool                    // journeys of tier 1 that change something
	behind   func(graph.NodeID) bool            // only jobs, consumers and admin paths lead there
}

func newGrader(g *graph.Graph) *grader {
	gr := &grader{
		g:        g,
		services: make(map[string]*arch.Service, len(g.System.Services)),
		reached:  g.Journeys(graph.Certain),
		writes:   make(map[string]bool),
		behind:   g.OnlyFrom(backstage),
	}
	for _, s := range g.System.Services {
		gr.services[s.Name] = s
	}
	critical := slices.ContainsFunc(g.System.Journeys, func(j *arch.Journey) bool { return j.Tier.Or(0) == 1 })
	for i := range g.Edges {
		edge := &g.Edges[i]
		if !critical || edge.Call == nil || effectOf(edge.Call) != arch.Write {
			continue
		}
		for _, journey := range gr.reached(edge.From) {
			if journey.Tier.Is() && journey.Tier.Value == 1 {
				gr.writes[journey.Name] = true
			}
		}
	}
	return gr
}

// backstage reports whether no user waits for what begins at a node.
func backstage(n *graph.Node) bool {
	if n.Service == nil {
		return false
	}
	return n.Service.KindOf() == arch.Job || isConsumer(n) || isAdmin(n.Name)
}

// finish fills in what every finding has, and settles its severity: the manifest's, or the rule's own, one step up where
// anything that leads into it is on a critical journey that writes, one step down where no user waits for any of that;
// a possible one is never more than a warning.
func (gr *grader) finish(f *finding.Finding, r Rule, config arch.RuleConfig) {
	heads := gr.heads(f)
	var critical string
	for _, h := range heads {
		for _, journey := range gr.reached(h) {
			if !slices.Contains(f.Journeys, journey.Name) {
				f.Journeys = append(f.Journeys, journey.Name)
			}
			if gr.writes[journey.Name] && (critical == "" || journey.Name < critical) {
				critical = journey.Name
			}
		}
	}
	slices.Sort(f.Journeys)
	if s := gr.services[f.Service]; s != nil && f.Owner == "" {
		f.Owner = s.Owner.Or("")
	}
	f.Crossing = max(f.Crossing, f.Touched())
	if severity, ok := finding.ParseSeverity(config.Severity.Value); ok && config.Severity.Is() {
		f.Severity = severity
	} else if r.Graded && f.Severity >= finding.Warning {
		waits := func(h graph.NodeID) bool { return !gr.behind(h) }
		switch {
		case critical != "":
			if f.Severity < finding.Error && !f.Possible {
				f.Severity++
				f.Cost = append(f.Cost, fmt.Sprintf("an error, since journey %s is of tier 1 and writes", critical))
			}
		case len(heads) > 0 && !slices.ContainsFunc(heads, waits):
			f.Severity--
			f.Cost = append(f.Cost, fmt.Sprintf("%s only, since no user waits for it", articled(f.Severity)))
		}
	}
	if f.Possible {
		f.Severity = min(f.Severity, finding.Warning)
	}
}

// heads are the nodes at which a finding begins: its own, those of its service where it is about all of that, and those
// of others that lead into the same chain.
func (gr *grader) heads(f *finding.Finding) []graph.NodeID {
	var heads []graph.NodeID
	add := func(service, operation string) {
		if n := gr.g.Of(service, operation); n != graph.None {
			heads = append(heads, n)
		}
	}
	if s := gr.services[f.Service]; f.Whole && s != nil {
		for n, end := gr.g.NodesOf(s); n < end; n++ {
			heads = append(heads, n)
		}
	} else {
		add(f.Service, f.Operation)
	}
	for _, other := range f.Others {
		if other.Role == finding.Head || other.Role == finding.Entry {
			add(other.Service, other.Operation)
		}
	}
	return heads
}

func articled(s finding.Severity) string {
	if s == finding.Error {
		return "an " + s.String()
	}
	return "a " + s.String()
}
