package finding

import (
	"slices"

	"github.com/distcheck/distcheck/analyzer/arch"
)

// Settled is a finding that is not open: somebody has decided to live with it for a while, or a baseline has it.
type Settled struct {
	*Finding
	Debt   *arch.Acceptance // the decision; nil where a baseline has it
	Inline bool             // the decision is a comment where the finding stands
}

// SortSettled puts settled findings in the order of all reports.
func SortSettled(settled []Settled) {
	slices.SortFunc(settled, func(a, b Settled) int { return Compare(a.Finding, b.Finding) })
}
