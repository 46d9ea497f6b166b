package arch

import "strings"

// Branches of an operation: a call is on one or more of them, each written CHOICE/ALTERNATIVE. Of a choice, one
// alternative is taken in a run, so that calls with different ones are never made together. Two alternatives are
// different: what is failed is made besides what is done, but only where that has failed.
const (
	Done   = "done"
	Failed = "failed"
)

// Excludes reports whether a call is never made in one run with another of its operation.
func (c *Call) Excludes(other *Call) bool {
	return c.parted(other, func(a, b string) bool { return a != b && a != Done && b != Done && a != Failed && b != Failed })
}

// OnFailureOf reports whether a call is made only where another of its operation has failed.
func (c *Call) OnFailureOf(other *Call) bool {
	return c.parted(other, func(a, b string) bool { return a == Failed && b == Done })
}

func (c *Call) parted(other *Call, by func(a, b string) bool) bool {
	if c.CallFacts == nil || other.CallFacts == nil || c.Branch.Value == "" || other.Branch.Value == "" {
		return false
	}
	for choice, a := range c.Branches {
		for same, b := range other.Branches {
			if choice == same && by(a, b) {
				return true
			}
		}
	}
	return false
}

// Branches yields the choices that a call is in, and its alternatives.
func (c *CallFacts) Branches(yield func(choice, alternative string) bool) {
	for label := range strings.FieldsSeq(c.Branch.Value) {
		choice, alternative, _ := strings.Cut(label, "/")
		if !yield(choice, alternative) {
			return
		}
	}
}
