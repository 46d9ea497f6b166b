package finding

import (
	"cmp"
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
)

// Extent is how much a finding holds: its hops and the other places that it lists or counts, callers, callees, heads
// and ends. A finding with a larger one than before has grown.
func (f *Finding) Extent() int { return max(f.Size, len(f.Hops)+len(f.Others)+f.Unlisted) }

// About names what a finding is about: its service, and its operation where it has one.
func (f *Finding) About() string { return strings.TrimSpace(f.Service + " " + f.Operation) }

// Known is a finding as a baseline has it.
func (f *Finding) Known() arch.KnownFinding {
	return arch.KnownFinding{
		Rule: f.Rule, About: f.About(), Services: f.Services(),
		Size: f.Extent(), Severity: f.Severity.String(), Fingerprint: f.Fingerprint(),
	}
}

// SortKnown puts the findings of a baseline in the order in which it is written.
func SortKnown(known []arch.KnownFinding) {
	slices.SortStableFunc(known, func(a, b arch.KnownFinding) int {
		return cmp.Or(strings.Compare(a.Rule, b.Rule), strings.Compare(a.About, b.About), slices.Compare(a.Services, b.Services),
			strings.Compare(a.Fingerprint, b.Fingerprint), cmp.Compare(b.Size, a.Size), strings.Compare(a.Severity, b.Severity))
	})
}
