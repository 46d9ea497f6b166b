package rule

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
)

// The half of lock-step that is about commits.

// couple is two services, the first by name first.
type couple struct{ a, b string }

func coupleOf(a, b string) couple { return couple{min(a, b), max(a, b)} }

// changes is what two services have in common.
type changes struct {
	caller, callee *arch.Service // of the first call between them
	pos            arch.Pos      // where that is
	shared         []arch.Pos    // commits that change both, newest first
}

// commitsShown is how many commits a finding names.
const commitsShown = 3

// checkChangedTogether looks at pairs of services between which there is a call. Cost: linear in calls, and in commits
// times pairs that one changes.
func checkChangedTogether(p *Pass) {
	if len(p.System.Commits) == 0 {
		return
	}
	pairs := callingPairs(p)
	changed := make(map[string]int)
	for _, commit := range p.System.Commits {
		for i, a := range commit.Services {
			changed[a]++
			for _, b := range commit.Services[i+1:] {
				if pair := pairs[coupleOf(a, b)]; pair != nil {
					pair.shared = append(pair.shared, commit.Pos)
				}
			}
		}
	}
	var found []*changes
	for of, pair := range pairs {
		both, either := len(pair.shared), changed[of.a]+changed[of.b]-len(pair.shared)
		least := min(changed[of.a], changed[of.b])
		if float64(both) >= p.Param("shared") && float64(least) >= p.Param("commits") && 100*float64(both) >= p.Param("share")*float64(either) {
			found = append(found, pair)
		}
	}
	slices.SortFunc(found, func(x, y *changes) int {
		return cmp.Or(strings.Compare(x.caller.Name, y.caller.Name), strings.Compare(x.callee.Name, y.callee.Name))
	})
	for _, pair := range found {
		p.Report(changedFinding(pair, changed[pair.caller.Name]+changed[pair.callee.Name]-len(pair.shared)))
	}
}

// callingPairs are the services between which there is a call, with the first in the order of positions.
func callingPairs(p *Pass) map[couple]*changes {
	pairs := make(map[couple]*changes)
	for i := range p.Graph.Edges {
		e := &p.Graph.Edges[i]
		from, to := p.Graph.Nodes[e.From].Service, p.Graph.Nodes[e.To].Service
		if e.Call == nil || from == nil || to == nil || from == to || !from.IsOwn() || !to.IsOwn() {
			continue
		}
		of, pos := coupleOf(from.Name, to.Name), e.Call.Place()
		pair := pairs[of]
		if pair == nil {
			pair = new(changes)
			pairs[of] = pair
		}
		if pair.caller == nil || cmp.Or(pos.Compare(pair.pos), strings.Compare(from.Name, pair.caller.Name)) < 0 {
			pair.caller, pair.callee, pair.pos = from, to, pos
		}
	}
	return pairs
}

func changedFinding(pair *changes, either int) finding.Finding {
	a, b, both := pair.caller.Name, pair.callee.Name, len(pair.shared)
	f := finding.Finding{
		Service: a, Pos: pair.pos, Subject: b, Size: 2,
		Hops: []finding.Hop{{Service: b, Pos: pair.pos}},
		Message: fmt.Sprintf("%s calls %s, and %d of the %d commits of twelve months that change one of them change both (%d%%)",
			a, b, both, either, 100*both/either),
		Cost: []string{"whoever changes one has to know the other, test both and release both"},
		Remedy: []string{
			fmt.Sprintf("keep what changes together in one of them, behind an operation that stays as it is when %s changes", b),
			fmt.Sprintf("if that is most of both, keep %s and %s together in one service", a, b),
		},
	}
	for _, commit := range pair.shared[:min(both, commitsShown)] {
		f.Others = append(f.Others, finding.Ref{Role: finding.Related, Pos: commit})
	}
	return f
}
