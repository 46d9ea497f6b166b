package summary

import (
	"go/token"

	"golang.org/x/tools/go/ssa"
)

// Timers that end a wait: a context that a timer cancels, a select that a timer takes part in.

// cancelledAfter is the length of time after which a context that a call of context.WithCancel makes is cancelled
// whatever happens: its cancel function is given to time.AfterFunc in the same block. Else nil.
func cancelledAfter(call *ssa.Call) ssa.Value {
	if !isFunction(call.Call.StaticCallee(), "context", "WithCancel") || call.Referrers() == nil {
		return nil
	}
	for _, ref := range *call.Referrers() {
		cancel, ok := ref.(*ssa.Extract)
		if !ok || cancel.Index != 1 {
			continue
		}
		uses := *cancel.Referrers()
		for _, use := range uses {
			if as, ok := use.(*ssa.ChangeType); ok {
				uses = append(uses, *as.Referrers()...)
			}
		}
		for _, use := range uses {
			timer, ok := use.(*ssa.Call)
			if !ok || timer.Block() != call.Block() || !isFunction(timer.Call.StaticCallee(), "time", "AfterFunc") {
				continue
			}
			if length, ok := timer.Call.Args[0].(*ssa.Const); ok {
				return length
			}
		}
	}
	return nil
}

// timed reports whether a select goes on after a while: one of its cases is a timer.
func timed(v *ssa.Select) bool {
	for _, s := range v.States {
		switch from := s.Chan.(type) {
		case *ssa.Call:
			if isFunction(from.Call.StaticCallee(), "time", "After") {
				return true
			}
		case *ssa.UnOp: // the channel of a time.Timer
			if at, ok := from.X.(*ssa.FieldAddr); ok && from.Op == token.MUL && TypeName(at.X.Type()) == "*time.Timer" {
				return true
			}
		}
	}
	return false
}

func isFunction(fn *ssa.Function, pkg, name string) bool {
	return fn != nil && fn.Object() != nil && fn.Object().Pkg() != nil && fn.Object().Pkg().Path() == pkg && fn.Name() == name
}
