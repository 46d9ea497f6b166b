package trace

import (
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// Loops: their bodies run once for each element of a collection that is spelled out, in order.

// blocks runs the blocks from first to last that are live. A loop over a collection whose elements are known runs
// once for each, so that the parts of an element stay together.
func (m *machine) blocks(f *frame, first, last int) {
	for i := first; i <= last; i++ {
		b := &f.fn.Blocks[i]
		if !f.live[i] {
			continue
		}
		if b.Range != nil && f.forced[i] == "" {
			if b.Range.Asks {
				before := slices.Clone(f.ledBy)
				m.block(f, i)
				copy(f.ledBy, before)
			}
			if keys := m.keys(f, b.Range.Over); len(keys) > 1 || len(keys) == 1 && keys[0] != "[*]" {
				m.eachRound(f, i, keys)
				i = int(b.Range.Last)
				continue
			}
		}
		m.block(f, i)
	}
}

// eachRound runs a loop once for each element of its collection. Where these are known in their order, a round starts
// from what the one before it left.
func (m *machine) eachRound(f *frame, head int, keys []string) {
	r := f.fn.Blocks[head].Range
	if r.Backward {
		slices.Reverse(keys)
	}
	inOrder := r.Key != summary.None && !slices.ContainsFunc(keys, func(key string) bool { return strings.Contains(key, "*") })
	written := r.Data && m.spelledOut(m.get(f, r.Over))
	outer, told := f.round, len(f.told)
	if f.forced == nil {
		f.forced, f.rounds = make(map[int]string), make(map[int]int)
	}
	left := make(map[summary.Operand]value) // what the rounds set, for what is behind a way out of the loop
	for n, key := range keys {
		f.forced[head], f.round, f.told = key, outer+key, f.told[:told]
		if inOrder {
			f.rounds[head] = n + 1
		}
		if written && !strings.Contains(key, "*") {
			f.told = append(f.told, head) // one round for one element that the code writes out: no loop over data
		}
		forget(f.ledBy[head+1 : r.Last+1])
		m.blocks(f, head, int(r.Last))
		if r.Breaks {
			m.gather(f, head, left)
		}
	}
	f.round, f.told = outer, f.told[:told]
	delete(f.forced, head)
	if inOrder {
		f.rounds[head]++
	}
	m.block(f, head) // where it sees that there is no other element
	delete(f.rounds, head)
	for reg, v := range left {
		f.regs[reg] = v
	}
}

// gather adds what a round of a loop set to what the rounds before it did.
func (m *machine) gather(f *frame, head int, left map[summary.Operand]value) {
	for i := head + 1; i <= int(f.fn.Blocks[head].Range.Last); i++ {
		for k := range f.fn.Blocks[i].Code {
			if dst := f.fn.Blocks[i].Code[k].Dst; dst != summary.None {
				left[dst] = join(left[dst], f.regs[dst])
			}
		}
	}
}

// loopsOver are the loops over data that a block is in, but for those whose elements are told apart.
func (f *frame) loopsOver(i int) []int32 {
	all := f.fn.Blocks[i].Loops
	if len(f.told)+len(f.batches) == 0 {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), func(head int32) bool {
		return slices.Contains(f.told, int(head)) || slices.Contains(f.batches, int(head))
	})
}

// spelledOut reports whether all that a collection may be is made by the code, and not what a request brought or a
// library returned.
func (m *machine) spelledOut(over value) bool {
	for _, id := range m.plain(over) {
		if k := m.atoms[id].kind; k != kLoc && k != kNil {
			return false
		}
	}
	return true
}

// keys are the elements of a collection that are told apart.
func (m *machine) keys(f *frame, over summary.Operand) []string {
	var keys []string
	for _, id := range m.plain(m.get(f, over)) {
		a := m.atoms[id]
		if a.kind != kLoc {
			continue
		}
		for _, key := range m.elements(a.obj, a.text) {
			if !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
			if len(keys) > maxRounds {
				m.hit["elements of a collection"] = true
				return nil
			}
		}
	}
	return keys
}
