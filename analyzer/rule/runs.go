package rule

import (
	"slices"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/graph"
)

// maxRuns is how many runs of one operation are told apart. Of what is beyond, all calls count as made together.
const maxRuns = 64

// runs visits the calls that an operation makes in one run, for each way that it may take: of calls on different
// branches only one is among them.
func runs(calls []graph.Edge, visit func([]graph.Edge)) {
	left := maxRuns
	eachRun(calls, &left, visit)
}

func eachRun(calls []graph.Edge, left *int, visit func([]graph.Edge)) {
	choice, alternatives := firstChoice(calls)
	if len(alternatives) == 0 || *left < len(alternatives) {
		visit(calls)
		return
	}
	*left -= len(alternatives)
	for _, taken := range alternatives {
		eachRun(slices.DeleteFunc(slices.Clone(calls), func(e graph.Edge) bool {
			on, ok := alternative(e.Call, choice)
			return ok && on != taken
		}), left, visit)
	}
}

// firstChoice is the first choice between some calls, and its alternatives in their order; none where there is none.
func firstChoice(calls []graph.Edge) (choice string, alternatives []string) {
	var choices []string
	found := make(map[string][]string)
	for i := range calls {
		if calls[i].Call == nil || calls[i].Call.CallFacts == nil {
			continue
		}
		for choice, on := range calls[i].Call.Branches {
			if on == arch.Done || on == arch.Failed {
				continue
			}
			if found[choice] == nil {
				choices = append(choices, choice)
			}
			if !slices.Contains(found[choice], on) {
				found[choice] = append(found[choice], on)
			}
		}
	}
	for _, choice := range choices {
		if len(found[choice]) > 1 {
			return choice, found[choice]
		}
	}
	return "", nil
}

// alternative is what a call is on of a choice, if it is part of that.
func alternative(call *arch.Call, choice string) (on string, ok bool) {
	if call == nil || call.CallFacts == nil {
		return "", false
	}
	for c, on := range call.Branches {
		if c == choice {
			return on, true
		}
	}
	return "", false
}

// follows reports whether a later call may be made after an earlier one of the same operation has succeeded.
func follows(later, earlier *arch.Call) bool {
	return !later.Excludes(earlier) && !later.OnFailureOf(earlier)
}
