package report

import (
	"fmt"
	"strings"

	"github.com/distcheck/distcheck/analyzer/finding"
)

// requestNames is how many services a line about a request names.
const requestNames = 6

// requestLine says what a user waits for, and requestCost what that costs.
func requestLine(r *finding.Request, all bool) string {
	// The first word is ours: a name must not make the line look like a finding.
	who := "request " + named(r.Service, r.Operation)
	if r.Journey != "" {
		who = "journey " + r.Journey + " (" + named(r.Service, r.Operation) + ")"
	}
	names := detail{names: requestNames}
	if all {
		names = everything()
	}
	atLeast := ""
	if r.Cut {
		atLeast = "at least "
	}
	return fmt.Sprintf("%s waits for %s%s: %s", shortened(who, 2*longest), atLeast, count(len(r.Waits), "service"), listed(harmlessAll(r.Waits), names))
}

func requestCost(r *finding.Request) string {
	var parts []string
	switch all := len(r.Waits); {
	case r.Must == 0:
	case r.Sure == all:
		parts = append(parts, "all of them must be up")
	case r.Sure == r.Must:
		parts = append(parts, fmt.Sprintf("%d of them must be up", r.Must))
	case r.Sure == 0:
		parts = append(parts, fmt.Sprintf("up to %d of them must be up", r.Must))
	default:
		parts = append(parts, fmt.Sprintf("%d to %d of them must be up", r.Sure, r.Must))
	}
	if r.Endless > 0 {
		calls := fmt.Sprintf("%d of its %d calls", r.Endless, r.Calls)
		if r.Endless == r.Calls {
			calls = fmt.Sprintf("each of its %d calls", r.Calls)
		}
		parts = append(parts, calls+" can hang it, for want of a deadline")
	}
	if r.Loops > 0 {
		parts = append(parts, fmt.Sprintf("%d in loops over data", r.Loops))
	}
	return strings.Join(parts, " · ")
}
