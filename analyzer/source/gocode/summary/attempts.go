package summary

import (
	"go/constant"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ssa"
)

// retries is up to how many rounds a loop with a constant bound counts as trying again.
const retries = 10

// tries is how often a loop that tries again runs at most: as often as a value says, and some more.
type tries struct {
	of    ssa.Value
	more  int
	asks  *ssa.BasicBlock // where it is asked whether there is one more
	hasty bool            // nothing waits before the next round
}

// triesAgain reports whether a loop makes one call until it succeeds, however often: the call depends on nothing that
// the loop counts or ranges over; when it fails, the loop goes on, and when it succeeds, the loop ends. Or it asks for
// the same, without use of what it counts, until the answer says something: it waits for a state.
func (l *loop) triesAgain() bool {
	counter := true // is not used
	for b := range l.body {
		for _, instr := range b.Instrs {
			branch, ok := instr.(*ssa.If)
			if !ok {
				counter = counter && !l.usesCount(instr)
				continue
			}
			call, success := l.succeeds(branch)
			if call == nil || l.variesIn(call.Operands(nil), 0) {
				continue
			}
			if failure := branch.Block().Succs[0] == success; !l.body[branch.Block().Succs[boolInt(failure)]] {
				continue // it ends on failure
			}
			if !l.body[success] || l.endsBelow(success, call) {
				return true
			}
		}
	}
	if !counter {
		return false
	}
	for _, exit := range l.exits() {
		if call, _ := l.succeeds(exit); call == nil && l.answered(exit.Cond, nil, 0) {
			return true
		}
	}
	return false
}

// attempts are the blocks of a loop, be it over data, that are run until a call in them succeeds: its success ends the
// loop, and its failure goes on with the next element. Replicas are asked so, or other ways to the same. What is done
// only after a failure is no attempt.
func (l *loop) attempts() map[*ssa.BasicBlock]bool {
	out := make(map[*ssa.BasicBlock]bool)
	for b := range l.body {
		branch, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If)
		if !ok {
			continue
		}
		success := l.goodEnd(branch)
		if success == nil || l.body[success] {
			continue
		}
		work := []*ssa.BasicBlock{b}
		for len(work) > 0 {
			at := work[len(work)-1]
			work = work[:len(work)-1]
			if out[at] || !l.body[at] {
				continue
			}
			out[at] = true
			if at != l.head {
				work = append(work, at.Preds...)
			}
		}
	}
	return out
}

// goodEnd is where a branch leads when a call in the loop has succeeded: one on its error, or on what a function finds
// in the error, which finds nothing in none.
func (l *loop) goodEnd(branch *ssa.If) *ssa.BasicBlock {
	if call, success := l.succeeds(branch); call != nil {
		return success
	}
	if finds, ok := branch.Cond.(*ssa.Call); ok && staticCallee(finds) != nil {
		for _, arg := range finds.Call.Args {
			if isError(arg.Type()) && l.callOf(arg, 0) != nil {
				return branch.Block().Succs[1]
			}
		}
	}
	return nil
}

// usesCount reports whether an instruction does anything with what the loop counts or ranges over, but to go on and
// to compare.
func (l *loop) usesCount(instr ssa.Instruction) bool {
	switch v := instr.(type) {
	case *ssa.Phi, *ssa.BinOp, *ssa.If, *ssa.DebugRef:
		return false
	case *ssa.Next:
		return true
	case *ssa.Extract:
		_, received := v.Tuple.(*ssa.UnOp)
		return received && v.Block() == l.head
	}
	for _, operand := range instr.Operands(nil) {
		if *operand != nil && l.varies(*operand, 0) {
			return true
		}
	}
	return false
}

// succeeds takes apart a branch on the error of a call in the loop: the call, and where success leads.
func (l *loop) succeeds(branch *ssa.If) (*ssa.Call, *ssa.BasicBlock) {
	cond, ok := branch.Cond.(*ssa.BinOp)
	if !ok || cond.Op != token.EQL && cond.Op != token.NEQ {
		return nil, nil
	}
	if c, ok := cond.Y.(*ssa.Const); !ok || c.Value != nil || !isError(cond.X.Type()) {
		return nil, nil
	}
	call := l.callOf(cond.X, 0)
	if call == nil {
		return nil, nil
	}
	return call, branch.Block().Succs[boolInt(cond.Op == token.NEQ)]
}

// callOf is the call in the loop that a value is a result of.
func (l *loop) callOf(v ssa.Value, depth int) *ssa.Call {
	if depth > maxExpression {
		return nil
	}
	switch v := v.(type) {
	case *ssa.Call:
		if l.body[v.Block()] {
			return v
		}
	case *ssa.Extract:
		return l.callOf(v.Tuple, depth+1)
	case *ssa.UnOp: // of a variable that a closure captures
		if alloc, ok := v.X.(*ssa.Alloc); ok && v.Op == token.MUL {
			for _, ref := range *alloc.Referrers() {
				if store, ok := ref.(*ssa.Store); ok && store.Addr == alloc {
					if call := l.callOf(store.Val, depth+1); call != nil {
						return call
					}
				}
			}
		}
	}
	return nil
}

// endsBelow reports whether the loop ends, in what a block dominates, on what a call answered.
func (l *loop) endsBelow(b *ssa.BasicBlock, call *ssa.Call) bool {
	for _, exit := range l.exits() {
		if b.Dominates(exit.Block()) && l.answered(exit.Cond, call, 0) {
			return true
		}
	}
	return false
}

// answered reports whether a value is computed from what a call in the loop answered, any but builtin ones if none is
// given.
func (l *loop) answered(v ssa.Value, call *ssa.Call, depth int) bool {
	if alloc, ok := v.(*ssa.Alloc); ok && depth <= maxExpression {
		for _, ref := range *alloc.Referrers() {
			if store, ok := ref.(*ssa.Store); ok && store.Addr == alloc && l.answered(store.Val, call, depth+1) {
				return true
			}
		}
	}
	if depth > maxExpression || !l.inside(v) {
		return false
	}
	if c, ok := v.(*ssa.Call); ok {
		if _, builtin := c.Call.Value.(*ssa.Builtin); c == call || call == nil && !builtin {
			return true
		}
	}
	if _, ok := v.(*ssa.Phi); ok {
		return false
	}
	for _, operand := range v.(ssa.Instruction).Operands(nil) {
		if *operand != nil && l.answered(*operand, call, depth+1) {
			return true
		}
	}
	return false
}

func (l *loop) variesIn(operands []*ssa.Value, depth int) bool {
	for _, operand := range operands {
		if *operand != nil && l.varies(*operand, depth) {
			return true
		}
	}
	return false
}

// varies reports whether a value is, or is computed from, what the loop counts or ranges over.
func (l *loop) varies(v ssa.Value, depth int) bool {
	if !l.inside(v) {
		return false
	}
	if depth > maxExpression {
		return true
	}
	switch v := v.(type) {
	case *ssa.Phi:
		if l.count(v) != nil {
			return true
		}
		if _, cell := v.Type().Underlying().(*types.Pointer); cell && v.Block() == l.head {
			return true // of a variable that each round has one of
		}
		return false
	case *ssa.Next:
		return true
	case *ssa.UnOp:
		if v.Op == token.ARROW {
			return v.Block() == l.head
		}
	case *ssa.Alloc:
		for _, ref := range *v.Referrers() {
			if store, ok := ref.(*ssa.Store); ok && store.Addr == v && l.varies(store.Val, depth+1) {
				return true
			}
		}
	}
	return l.variesIn(v.(ssa.Instruction).Operands(nil), depth+1)
}

// tries is how often the loop runs at most: of one that tries again, and of one that counts to what is named so, or to a
// small constant, and can end before. nil is none of these, or not known.
func (l *loop) tries(again bool, pausing map[*ssa.Function]bool) *tries {
	exits := l.exits()
	for _, exit := range exits {
		cond, ok := exit.Cond.(*ssa.BinOp)
		if !ok {
			continue
		}
		c, bound, op := l.counted(cond)
		if c == nil {
			continue
		}
		t := &tries{asks: exit.Block()}
		if !l.body[exit.Block().Succs[0]] { // as the question when it goes on
			op = map[token.Token]token.Token{token.LSS: token.GEQ, token.LEQ: token.GTR, token.GTR: token.LEQ, token.GEQ: token.LSS, token.NEQ: token.EQL, token.EQL: token.NEQ}[op]
		}
		from, ok := c.start, true
		if c.down {
			from, bound = bound, from
			op = map[token.Token]token.Token{token.GTR: token.LSS, token.GEQ: token.LEQ, token.NEQ: token.NEQ}[op]
		}
		if sum, ok := bound.(*ssa.BinOp); ok && sum.Op == token.ADD {
			if k, ok := sum.Y.(*ssa.Const); ok {
				t.more, bound = int(k.Int64()), sum.X
			}
		}
		t.of = bound
		switch op {
		case token.LSS, token.NEQ:
		case token.LEQ:
			t.more++
		default:
			ok = false
		}
		if k, isConst := from.(*ssa.Const); ok && isConst && k.Value != nil {
			n, _ := constant.Int64Val(constant.ToInt(k.Value))
			t.more -= int(n)
		} else {
			ok = false
		}
		if !c.next && exit.Block() != l.head {
			t.more++ // it is asked behind the call, before it is counted
		}
		k, isConst := bound.(*ssa.Const)
		small := false
		if isConst && k.Value != nil {
			n, exact := constant.Int64Val(constant.ToInt(k.Value))
			small = exact && n <= retries
		}
		if ok && bound != nil && (again || len(exits) > 1 && (small || !isConst && namedTries(bound))) {
			t.hasty = l.hasty(pausing)
			return t
		}
	}
	return nil
}

// namedTries reports whether a bound's name says that it bounds attempts.
func namedTries(v ssa.Value) bool {
	name := ""
	switch v := v.(type) {
	case *ssa.Parameter:
		name = v.Name()
	case *ssa.Convert:
		return namedTries(v.X)
	case *ssa.Field:
		name = fieldName(v.X.Type(), v.Field)
	case *ssa.UnOp:
		switch x := v.X.(type) {
		case *ssa.FieldAddr:
			name = fieldName(deref(x.X.Type()), x.Field)
		case *ssa.Global:
			name = x.Name()
		case *ssa.FreeVar:
			name = x.Name()
		}
	}
	name = strings.ToLower(name)
	return strings.Contains(name, "retr") || strings.Contains(name, "attempt") || strings.Contains(name, "tries")
}

// hasty reports whether nothing in a loop can be a pause, nor in the functions of its own package that it calls.
func (l *loop) hasty(pausing map[*ssa.Function]bool) bool {
	for b := range l.body {
		for _, in := range b.Instrs {
			if mayPause(in) || pausing[staticCallee(in)] {
				return false
			}
		}
	}
	return true
}

// pausingOf are those of the functions of a package that may pause, themselves or by what they call of them.
func pausingOf(functions []*ssa.Function) map[*ssa.Function]bool {
	pausing := make(map[*ssa.Function]bool)
	callers := make(map[*ssa.Function][]*ssa.Function)
	var queue []*ssa.Function
	for _, fn := range functions {
		for _, b := range fn.Blocks {
			for _, in := range b.Instrs {
				if callee := staticCallee(in); callee != nil {
					callers[callee] = append(callers[callee], fn)
				}
				if !pausing[fn] && mayPause(in) {
					pausing[fn] = true
					queue = append(queue, fn)
				}
			}
		}
	}
	for len(queue) > 0 {
		fn := queue[0]
		queue = queue[1:]
		for _, caller := range callers[fn] {
			if !pausing[caller] {
				pausing[caller] = true
				queue = append(queue, caller)
			}
		}
	}
	return pausing
}

// mayPause reports whether an instruction waits for a channel, or calls what says by its name that it waits, or what is
// only known when it runs.
func mayPause(instr ssa.Instruction) bool {
	switch in := instr.(type) {
	case *ssa.Select:
		return true
	case *ssa.UnOp:
		return in.Op == token.ARROW
	case ssa.CallInstruction:
		name := calledName(in.Common())
		return name == "" || pauses(name)
	}
	return false
}

// staticCallee is the function that an instruction calls; nil where it calls none, or one that only a value tells.
func staticCallee(instr ssa.Instruction) *ssa.Function {
	if call, ok := instr.(ssa.CallInstruction); ok {
		return call.Common().StaticCallee()
	}
	return nil
}

// calledName is the name of what is called; "" where only a value tells.
func calledName(call *ssa.CallCommon) string {
	if call.IsInvoke() {
		return call.Method.Name()
	}
	if builtin, ok := call.Value.(*ssa.Builtin); ok {
		return builtin.Name()
	}
	if fn := call.StaticCallee(); fn != nil {
		return fn.Name()
	}
	return ""
}

// pauses reports whether a function's name says that it takes its time before something is tried again.
func pauses(name string) bool {
	name = strings.ToLower(name)
	for _, word := range []string{"sleep", "wait", "backoff", "pause", "delay", "after", "tick", "timer", "limit", "reserve", "retr", "next", "throttle"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}
