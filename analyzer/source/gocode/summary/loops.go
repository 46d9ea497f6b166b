package summary

import (
	"go/constant"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"
)

// reversePostorder orders the blocks that the entry reaches, so that values come before their uses but for loops.
func reversePostorder(fn *ssa.Function) ([]*ssa.BasicBlock, map[*ssa.BasicBlock]int) {
	var post []*ssa.BasicBlock
	seen := make(map[*ssa.BasicBlock]bool)
	var visit func(b *ssa.BasicBlock)
	visit = func(b *ssa.BasicBlock) {
		seen[b] = true
		// The last successor first: what follows a loop then stands behind its body.
		for _, s := range slices.Backward(b.Succs) {
			if !seen[s] {
				visit(s)
			}
		}
		post = append(post, b)
	}
	visit(fn.Blocks[0])
	if fn.Recover != nil && !seen[fn.Recover] {
		visit(fn.Recover)
		// It is reached from any panic; it goes last.
		at := slices.Index(post, fn.Recover)
		post = append([]*ssa.BasicBlock{fn.Recover}, slices.Delete(post, at, at+1)...)
	}
	slices.Reverse(post)
	index := make(map[*ssa.BasicBlock]int, len(post))
	for i, b := range post {
		index[b] = i
	}
	return post, index
}

// loop is a natural loop of a function.
type loop struct {
	head *ssa.BasicBlock
	body map[*ssa.BasicBlock]bool // with the head
	data bool                     // it runs once per element of some data
}

type loops struct {
	byHead map[*ssa.BasicBlock]*loop
	data   [][]*loop // the loops over data that a block is in, outermost first
	cyclic []bool
	tries  []*tries          // how often a block runs at most in a loop that tries again
	ranges map[int]rangeLoop // by head
}

// rangeLoop is a loop over a slice, by index, or over a map.
type rangeLoop struct {
	loop     *loop
	last     int32
	breaks   bool
	key      ssa.Value // nil for maps
	over     ssa.Value
	backward bool
}

// loopsOf finds the natural loops of a function and which of them run once per element of some data: those over a
// range, those that count up to something that is no small constant, and those that eat up a list. Loops that end on
// what a call answered, or never, are retries, paging, polling or servers.
func loopsOf(fn *ssa.Function, order []*ssa.BasicBlock, index map[*ssa.BasicBlock]int, pausing map[*ssa.Function]bool) loops {
	l := loops{make(map[*ssa.BasicBlock]*loop), make([][]*loop, len(order)), make([]bool, len(order)), make([]*tries, len(order)), make(map[int]rangeLoop)}
	for _, tail := range order {
		for _, head := range tail.Succs {
			if head.Dominates(tail) {
				if l.byHead[head] == nil {
					l.byHead[head] = &loop{head: head, body: map[*ssa.BasicBlock]bool{head: true}}
				}
				l.byHead[head].add(tail)
			}
		}
	}
	for _, head := range order {
		loop := l.byHead[head]
		if loop == nil {
			continue
		}
		again := loop.triesAgain()
		asks, data := loop.overData()
		loop.data = data && !again
		var attempts map[*ssa.BasicBlock]bool
		if loop.data {
			attempts = loop.attempts()
		}
		tries := loop.tries(again, pausing)
		for b := range loop.body {
			i, ok := index[b]
			if !ok {
				continue
			}
			l.cyclic[i] = true
			if tries != nil && (b != head || tries.asks != head) {
				l.tries[i] = tries
			}
			// A block that asks whether there is one more, before anything is done, runs once more than the body.
			if loop.data && !attempts[b] && (b != head || asks != head || len(loop.body) == 1) {
				l.data[i] = append(l.data[i], loop) // outer loops come first
			}
		}
		if r := rangeOf(loop); r.over != nil {
			l.addRange(r, order, index)
		}
	}
	return l
}

// add adds the blocks on the ways from the head to a block that jumps back to it.
func (l *loop) add(tail *ssa.BasicBlock) {
	work := []*ssa.BasicBlock{tail}
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		if !l.body[b] {
			l.body[b] = true
			work = append(work, b.Preds...)
		}
	}
}

// addRange keeps a loop over a collection if its body, and what only a round of it leads to, is a run of blocks.
func (l *loops) addRange(r rangeLoop, order []*ssa.BasicBlock, index map[*ssa.BasicBlock]int) {
	head, body := r.loop.head, r.loop.body
	var into *ssa.BasicBlock // where a round begins
	for _, s := range head.Succs {
		if body[s] && s != head {
			into = s
		}
	}
	if into == nil {
		return
	}
	first := index[head]
	last, n := first, 1
	for i, b := range order {
		if !into.Dominates(b) {
			continue
		}
		last, n = max(last, i), n+1
		for _, s := range b.Succs {
			r.breaks = r.breaks || s != head && !into.Dominates(s)
		}
		if i < first {
			return
		}
	}
	if last-first+1 == n {
		r.last = int32(last)
		l.ranges[first] = r
	}
}

// rangeOf finds the collection of a loop from its head: one that range made, or one that counts through all indices.
func rangeOf(l *loop) rangeLoop {
	for _, instr := range l.head.Instrs {
		switch v := instr.(type) {
		case *ssa.Next:
			if r, ok := v.Iter.(*ssa.Range); ok && !v.IsString {
				return rangeLoop{loop: l, over: r.X}
			}
		case *ssa.BinOp:
			switch {
			case v.Op == token.LSS && l.head.Comment == "rangeindex.loop":
				// t2 = t1 + 1; t3 = t2 < len(x)
				return rangeLoop{loop: l, key: v.X, over: lengthOf(v.Y)}
			case v.Op == token.LSS && isInt(edgeFrom(v.X, l.head, l.body), 0):
				// for i := 0; i < len(x); i++
				return rangeLoop{loop: l, key: v.X, over: lengthOf(v.Y)}
			case v.Op == token.GEQ && isInt(v.Y, 0):
				// for i := len(x) - 1; i >= 0; i--
				if from, ok := edgeFrom(v.X, l.head, l.body).(*ssa.BinOp); ok && from.Op == token.SUB && isInt(from.Y, 1) {
					return rangeLoop{loop: l, key: v.X, over: lengthOf(from.X), backward: true}
				}
			}
		}
	}
	return rangeLoop{}
}

// lengthOf is the collection that a value is the length of, or nil.
func lengthOf(v ssa.Value) ssa.Value {
	if call, ok := v.(*ssa.Call); ok && len(call.Call.Args) == 1 {
		if b, ok := call.Call.Value.(*ssa.Builtin); ok && b.Name() == "len" {
			return call.Call.Args[0]
		}
	}
	return nil
}

// edgeFrom is what a counter of a loop starts from, or nil: it goes one up or down in each round.
func edgeFrom(v ssa.Value, head *ssa.BasicBlock, body map[*ssa.BasicBlock]bool) ssa.Value {
	phi, ok := v.(*ssa.Phi)
	if !ok || phi.Block() != head {
		return nil
	}
	var from ssa.Value
	for i, edge := range phi.Edges {
		if !body[head.Preds[i]] {
			if from != nil {
				return nil
			}
			from = edge
		} else if step, ok := edge.(*ssa.BinOp); !ok || step.X != phi || step.Op != token.ADD && step.Op != token.SUB || !isInt(step.Y, 1) {
			return nil
		}
	}
	return from
}

func isInt(v ssa.Value, want int64) bool {
	c, ok := v.(*ssa.Const)
	if !ok || c.Value == nil {
		return false
	}
	n, exact := constant.Int64Val(constant.ToInt(c.Value))
	return exact && n == want
}

// exits are the branches that lead out of a loop, in order.
func (l *loop) exits() []*ssa.If {
	var out []*ssa.If
	for b := range l.body {
		if branch, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If); ok && (!l.body[b.Succs[0]] || !l.body[b.Succs[1]]) {
			out = append(out, branch)
		}
	}
	slices.SortFunc(out, func(a, b *ssa.If) int { return a.Block().Index - b.Block().Index })
	return out
}

// inside reports whether a value is computed in the loop.
func (l *loop) inside(v ssa.Value) bool {
	instr, ok := v.(ssa.Instruction)
	return ok && l.body[instr.Block()]
}

// overData reports whether the loop runs once per element of some data, and the block that asks for one more.
func (l *loop) overData() (*ssa.BasicBlock, bool) {
	for _, exit := range l.exits() {
		if l.asksForData(exit) {
			return exit.Block(), true
		}
	}
	return nil, false
}

func (l *loop) asksForData(exit *ssa.If) bool {
	switch v := exit.Cond.(type) {
	case *ssa.Extract:
		switch tuple := v.Tuple.(type) {
		case *ssa.Next:
			return true
		case *ssa.UnOp: // value, ok := <-channel
			return tuple.Op == token.ARROW && tuple.Block() == l.head && v.Index == 1 && !ticks(tuple.X.Type())
		}
	case *ssa.BinOp:
		if l.eats(v) {
			return true
		}
		c, bound, _ := l.counted(v)
		if c == nil {
			return false
		}
		if k, ok := bound.(*ssa.Const); ok && k.Value != nil {
			n, exact := constant.Int64Val(constant.ToInt(k.Value))
			return exact && n > retries
		}
		if l.inside(bound) && !l.invariant(bound, 0) {
			// A length that is asked for anew each round is that of data; anything else that changes is no bound.
			return isLength(bound)
		}
		return !namedTries(bound)
	}
	return false
}

// ticks reports whether a channel tells the time: whoever ranges over it waits.
func ticks(t types.Type) bool {
	channel, ok := t.Underlying().(*types.Chan)
	return ok && TypeName(channel.Elem()) == "time.Time"
}

// invariant reports whether a value that is read in a loop is the same in each round: a field, or a variable, that
// the loop does not write.
func (l *loop) invariant(v ssa.Value, depth int) bool {
	if !l.inside(v) {
		return true
	}
	if depth > maxExpression {
		return false
	}
	switch v := v.(type) {
	case *ssa.Convert:
		return l.invariant(v.X, depth+1)
	case *ssa.Field:
		return l.invariant(v.X, depth+1)
	case *ssa.FieldAddr:
		return l.invariant(v.X, depth+1)
	case *ssa.UnOp:
		if v.Op != token.MUL || !l.invariant(v.X, depth+1) {
			return false
		}
		for b := range l.body {
			for _, instr := range b.Instrs {
				if store, ok := instr.(*ssa.Store); ok && sameValue(store.Addr, v.X, 0) {
					return false
				}
			}
		}
		return true
	}
	return false
}

// eats reports whether a loop goes on as long as a list has elements, of which each round takes some away.
func (l *loop) eats(cond *ssa.BinOp) bool {
	bound, ok := cond.Y.(*ssa.Const)
	if !ok || bound.Value == nil || cond.Op == token.EQL && l.body[cond.Block().Succs[0]] {
		return false
	}
	call, ok := cond.X.(*ssa.Call)
	if !ok || !isLength(call) {
		return false
	}
	switch list := call.Call.Args[0].(type) {
	case *ssa.Phi:
		for i, edge := range list.Edges {
			if l.body[list.Block()] && l.body[list.Block().Preds[i]] && isRest(edge, list, 0) {
				return true
			}
		}
	case *ssa.UnOp: // of a variable that a closure captures
		if alloc, ok := list.X.(*ssa.Alloc); ok {
			for _, ref := range *alloc.Referrers() {
				if store, ok := ref.(*ssa.Store); ok && store.Addr == alloc && l.body[store.Block()] && isRest(store.Val, list, 0) {
					return true
				}
			}
		}
	}
	return false
}

// isRest reports whether a value is what is left of a list when something was cut off, be there something added.
func isRest(v, list ssa.Value, depth int) bool {
	if depth > maxExpression {
		return false
	}
	switch v := v.(type) {
	case *ssa.Slice:
		return (v.Low != nil || v.High != nil) && (sameValue(v.X, list, 0) || isRest(v.X, list, depth+1))
	case *ssa.Call:
		builtin, ok := v.Call.Value.(*ssa.Builtin)
		return ok && builtin.Name() == "append" && isRest(v.Call.Args[0], list, depth+1)
	case *ssa.Phi:
		for _, edge := range v.Edges {
			if isRest(edge, list, depth+1) {
				return true
			}
		}
	}
	return false
}

func isLength(v ssa.Value) bool {
	call, ok := v.(*ssa.Call)
	if !ok {
		return false
	}
	builtin, ok := call.Call.Value.(*ssa.Builtin)
	return ok && (builtin.Name() == "len" || builtin.Name() == "cap")
}

// count is a number that goes up or down in each round.
type count struct {
	start ssa.Value // what it is before the loop; nil where not known
	next  bool      // it was counted on already
	down  bool
}

// counted takes a comparison of a count with a bound apart. The operator is the one that has the count on its left.
func (l *loop) counted(cond *ssa.BinOp) (*count, ssa.Value, token.Token) {
	flipped := map[token.Token]token.Token{token.LSS: token.GTR, token.LEQ: token.GEQ, token.GTR: token.LSS, token.GEQ: token.LEQ, token.NEQ: token.NEQ, token.EQL: token.EQL}
	other, ok := flipped[cond.Op]
	if !ok {
		return nil, nil, 0
	}
	if c := l.count(cond.X); c != nil {
		return c, cond.Y, cond.Op
	}
	return l.count(cond.Y), cond.X, other
}

func (l *loop) count(v ssa.Value) *count {
	var c count
	if b, ok := v.(*ssa.BinOp); ok && l.step(b) && l.body[b.Block()] {
		v, c.next = b.X, true
	}
	if !isInteger(v.Type()) {
		return nil
	}
	counts := false
	switch v := v.(type) {
	case *ssa.Phi:
		if !l.body[v.Block()] {
			return nil
		}
		for i, edge := range v.Edges {
			if b, ok := edge.(*ssa.BinOp); ok && b.X == v && l.step(b) {
				counts, c.down = true, b.Op == token.SUB
			} else if !l.body[v.Block().Preds[i]] {
				c.start = edge
			}
		}
	case *ssa.UnOp: // a variable that a closure captures: one for each round, or one for all
		if v.Op != token.MUL {
			return nil
		}
		cells := []ssa.Value{v.X}
		if phi, ok := v.X.(*ssa.Phi); ok {
			cells = phi.Edges
		}
		for _, cell := range cells {
			alloc, ok := cell.(*ssa.Alloc)
			if !ok {
				return nil
			}
			for _, ref := range *alloc.Referrers() {
				if store, ok := ref.(*ssa.Store); ok && store.Addr == alloc && l.body[store.Block()] {
					if b, ok := store.Val.(*ssa.BinOp); ok && l.step(b) {
						counts = true
					}
				}
			}
		}
	}
	if !counts {
		return nil
	}
	return &c
}

// step reports whether something is added or taken away that is the same in each round.
func (l *loop) step(b *ssa.BinOp) bool {
	return (b.Op == token.ADD || b.Op == token.SUB) && !l.inside(b.Y)
}

// round is the loop over data, of those that a block is in, whose rounds a value tells apart: it is what the loop counts,
// or what it receives. Nil where it is none.
func (l *loops) round(v ssa.Value, block *ssa.BasicBlock) *loop {
	for _, loop := range l.byHead {
		if !loop.data || !loop.body[block] {
			continue
		}
		switch v := v.(type) {
		case *ssa.Next:
			if block == loop.head {
				return loop
			}
		case *ssa.UnOp:
			if v.Op == token.ARROW && block == loop.head {
				return loop
			}
		case *ssa.Phi, *ssa.BinOp:
			if c := loop.count(v); c != nil && (block == loop.head || c.next) {
				return loop
			}
		}
	}
	return nil
}
