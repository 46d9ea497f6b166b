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

type loops struct {
	data   []int // how many loops over data a block is in
	cyclic []bool
	tries  []int                                        // how often a loop that tries again does so at most; 0: none, or not known
	ranges map[int]rangeLoop                            // by head
	bodies map[*ssa.BasicBlock]map[*ssa.BasicBlock]bool // by head
}

// rangeLoop is a loop over a slice, by index, or over a map.
type rangeLoop struct {
	last     int32
	leaves   []int32
	inside   map[*ssa.BasicBlock]bool
	breaks   bool
	key      ssa.Value // nil for maps
	over     ssa.Value
	backward bool
}

// retries is up to how many rounds a loop with a constant bound counts as trying again.
const retries = 10

// loopsOf finds the natural loops of a function and which of them run once per element of some data: those over a
// range, and those that count up to something that is no small constant. Loops that end on what a call answered, or
// never, are retries, paging, polling or servers.
func loopsOf(fn *ssa.Function, order []*ssa.BasicBlock, index map[*ssa.BasicBlock]int) loops {
	l := loops{make([]int, len(order)), make([]bool, len(order)), make([]int, len(order)), make(map[int]rangeLoop),
		make(map[*ssa.BasicBlock]map[*ssa.BasicBlock]bool)}
	counted := make(map[[2]*ssa.BasicBlock]bool) // a loop may jump back from several places
	for _, tail := range order {
		for _, head := range tail.Succs {
			if !head.Dominates(tail) {
				continue
			}
			body := map[*ssa.BasicBlock]bool{head: true}
			work := []*ssa.BasicBlock{tail}
			for len(work) > 0 {
				b := work[len(work)-1]
				work = work[:len(work)-1]
				if body[b] {
					continue
				}
				body[b] = true
				work = append(work, b.Preds...)
			}
			data := overData(head, body)
			tries := attempts(head, body)
			if l.bodies[head] == nil {
				l.bodies[head] = make(map[*ssa.BasicBlock]bool)
			}
			for b := range body {
				l.bodies[head][b] = true
				i, ok := index[b]
				if !ok {
					continue
				}
				l.cyclic[i] = true
				if tries > 0 && b != head {
					l.tries[i] = tries
				}
				// The head of a loop asks whether there is one more: what stands there runs once more than the body.
				if pair := [2]*ssa.BasicBlock{head, b}; data && (b != head || len(body) == 1) && !counted[pair] {
					counted[pair] = true
					l.data[i]++
				}
			}
		}
	}
	for head, body := range l.bodies {
		if r := rangeOf(head, body); r.over != nil {
			l.addRange(head, body, order, index, r)
		}
	}
	return l
}

// attempts is how often a loop runs at most that counts to a small constant and can end before: one that tries again.
func attempts(head *ssa.BasicBlock, body map[*ssa.BasicBlock]bool) int {
	exits := 0
	for b := range body {
		for _, s := range b.Succs {
			if !body[s] {
				exits++
			}
		}
	}
	branch, ok := head.Instrs[len(head.Instrs)-1].(*ssa.If)
	if !ok || exits < 2 {
		return 0
	}
	cond, ok := branch.Cond.(*ssa.BinOp)
	if !ok || cond.Op != token.LSS && cond.Op != token.LEQ || !counts(cond.X, body) {
		return 0
	}
	bound, ok := cond.Y.(*ssa.Const)
	if !ok || bound.Value == nil {
		return 0
	}
	n, exact := constant.Int64Val(constant.ToInt(bound.Value))
	if cond.Op == token.LEQ {
		n++ // counted from 0; from 1 it is one less, which the start tells
	}
	if phi, ok := cond.X.(*ssa.Phi); ok {
		for _, edge := range phi.Edges {
			if c, ok := edge.(*ssa.Const); ok && c.Value != nil {
				from, _ := constant.Int64Val(constant.ToInt(c.Value))
				n -= from
			}
		}
	}
	if !exact || n < 2 || n > retries {
		return 0
	}
	return int(n)
}

// addRange keeps a loop over a collection if its body, and what only a round of it leads to, is a run of blocks.
func (l *loops) addRange(head *ssa.BasicBlock, body map[*ssa.BasicBlock]bool, order []*ssa.BasicBlock, index map[*ssa.BasicBlock]int, r rangeLoop) {
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
		if !body[b] {
			r.leaves = append(r.leaves, int32(i))
		}
		for _, s := range b.Succs {
			r.breaks = r.breaks || s != head && !into.Dominates(s)
		}
		if i < first {
			return
		}
	}
	if last-first+1 == n {
		r.last, r.inside = int32(last), body
		l.ranges[first] = r
	}
}

// rangeOf finds the collection of a loop from its head: one that range made, or one that counts through all indices.
func rangeOf(head *ssa.BasicBlock, body map[*ssa.BasicBlock]bool) rangeLoop {
	for _, instr := range head.Instrs {
		switch v := instr.(type) {
		case *ssa.Next:
			if r, ok := v.Iter.(*ssa.Range); ok && !v.IsString {
				return rangeLoop{over: r.X}
			}
		case *ssa.BinOp:
			switch {
			case v.Op == token.LSS && head.Comment == "rangeindex.loop":
				// t2 = t1 + 1; t3 = t2 < len(x)
				return rangeLoop{key: v.X, over: lengthOf(v.Y)}
			case v.Op == token.LSS && isInt(edgeFrom(v.X, head, body), 0):
				// for i := 0; i < len(x); i++
				return rangeLoop{key: v.X, over: lengthOf(v.Y)}
			case v.Op == token.GEQ && isInt(v.Y, 0):
				// for i := len(x) - 1; i >= 0; i--
				if from, ok := edgeFrom(v.X, head, body).(*ssa.BinOp); ok && from.Op == token.SUB && isInt(from.Y, 1) {
					return rangeLoop{key: v.X, over: lengthOf(from.X), backward: true}
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

func overData(head *ssa.BasicBlock, body map[*ssa.BasicBlock]bool) bool {
	// The condition stands in the head, or in the block that jumps back (range over integers).
	for b := range body {
		exits := false
		for _, s := range b.Succs {
			exits = exits || !body[s]
		}
		if !exits || len(b.Instrs) == 0 {
			continue
		}
		branch, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If)
		if ok && condOverData(branch.Cond, head, body) {
			return true
		}
	}
	return false
}

func condOverData(cond ssa.Value, head *ssa.BasicBlock, body map[*ssa.BasicBlock]bool) bool {
	switch v := cond.(type) {
	case *ssa.Extract:
		switch tuple := v.Tuple.(type) {
		case *ssa.Next:
			return true
		case *ssa.UnOp: // value, ok := <-channel
			return tuple.Op == token.ARROW && tuple.Block() == head && v.Index == 1
		}
	case *ssa.BinOp:
		switch v.Op {
		case token.LSS, token.LEQ, token.GTR, token.GEQ, token.NEQ:
		default:
			return false
		}
		counter, bound := v.X, v.Y
		if !counts(counter, body) {
			counter, bound = bound, counter
		}
		if !counts(counter, body) {
			return false
		}
		if c, ok := bound.(*ssa.Const); ok && c.Value != nil {
			n, exact := constant.Int64Val(constant.ToInt(c.Value))
			return exact && n > retries
		}
		if inside, ok := bound.(ssa.Instruction); ok && body[inside.Block()] {
			// A length that is asked for anew each round is that of data; anything else that changes is no bound.
			call, ok := bound.(*ssa.Call)
			if !ok {
				return false
			}
			builtin, ok := call.Call.Value.(*ssa.Builtin)
			return ok && (builtin.Name() == "len" || builtin.Name() == "cap")
		}
		return !named(bound, "retr", "attempt", "tries")
	}
	return false
}

// counts reports whether a value goes up or down by a constant in each round.
func counts(v ssa.Value, body map[*ssa.BasicBlock]bool) bool {
	if b, ok := v.(*ssa.BinOp); ok && (b.Op == token.ADD || b.Op == token.SUB) && body[b.Block()] {
		if _, ok := b.Y.(*ssa.Const); ok {
			v = b.X
		}
	}
	phi, ok := v.(*ssa.Phi)
	if !ok || !body[phi.Block()] {
		return false
	}
	if basic, ok := phi.Type().Underlying().(*types.Basic); !ok || basic.Info()&types.IsInteger == 0 {
		return false
	}
	for _, edge := range phi.Edges {
		if b, ok := edge.(*ssa.BinOp); ok && (b.Op == token.ADD || b.Op == token.SUB) && b.X == phi {
			if _, ok := b.Y.(*ssa.Const); ok {
				return true
			}
		}
	}
	return false
}

// named reports whether a bound's name says that it bounds attempts.
func named(v ssa.Value, words ...string) bool {
	name := ""
	switch v := v.(type) {
	case *ssa.Parameter:
		name = v.Name()
	case *ssa.UnOp:
		switch x := v.X.(type) {
		case *ssa.FieldAddr:
			name = fieldName(deref(x.X.Type()), x.Field)
		case *ssa.Global:
			name = x.Name()
		}
	}
	for _, word := range words {
		if containsFold(name, word) {
			return true
		}
	}
	return false
}

func containsFold(text, word string) bool {
	for i := 0; i+len(word) <= len(text); i++ {
		match := true
		for k := range len(word) {
			c := text[i+k]
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			if c != word[k] {
				match = false
				break
			}
		}
		if match {
			return true
		}
	}
	return false
}
