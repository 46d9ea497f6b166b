package trace

import (
	"slices"
	"strconv"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// Branches: which calls of an operation are never made in one run. Two ways part in one function, each in a block of it:
// where no way leads from either block to the other, only one of the two is taken. So the cases of a switch exclude each
// other, and what stands behind a return excludes what stands before it. A call that only the failure of another leads
// to is told as well.
//
// Cost: the square of the calls of an operation, up to maxBranched of them.

const (
	maxWays     = 4   // that lead to one call, by which it is told whether it excludes others
	maxBranched = 120 // calls of an operation that are compared
	maxChoices  = 24  // that are told of an operation
)

// spot is where an instruction stands.
func (m *machine) spot(f *frame, in *summary.Instr) spot {
	return spot{f.fn, int32(f.events.block), in.Failed - 1, f.cyclic, f.fn.Yield || m.repeating > 0}
}

// cameAlso is an event that another way leads to: the one that was dropped for it.
func (e *event) cameAlso(dropped *event) *event {
	switch e.kind {
	case evSpawn:
		return e.withCalls(func(call *event) { call.vague = true })
	case evCall, evDial:
	default:
		return e
	}
	out := *e
	out.vague = e.vague || dropped.vague || e.spot != dropped.spot
	for _, way := range append([]*step{dropped.path}, dropped.also...) {
		known := func(s *step) bool { return s.equal(way) }
		if known(e.path) || slices.ContainsFunc(out.also, known) {
			continue
		}
		if len(out.also) == maxWays-1 {
			out.vague = true
			break
		}
		out.also = append(slices.Clone(out.also), way)
	}
	return &out
}

// ways are the ways to a call, from the operation to where it stands.
type ways struct {
	spots [][]spot
	at    [][]place
	vague bool // there are more
}

// came notes the ways that lead to a call.
func (c *collector) came(call *arch.CallFacts, e *event) {
	if c.ways == nil {
		c.ways = make(map[*arch.CallFacts]*ways)
	}
	w := c.ways[call]
	if w == nil {
		w = &ways{}
		c.ways[call] = w
	}
	w.vague = w.vague || e.vague
	for _, s := range append([]*step{e.path}, e.also...) {
		if len(w.spots) == maxWays {
			w.vague = true
			return
		}
		var spots []spot
		var at []place
		for ; s != nil; s = s.next {
			spots, at = append(spots, s.spot), append(at, s.at)
		}
		w.spots, w.at = append(w.spots, append(spots, e.spot)), append(w.at, append(at, e.made))
	}
}

// relation is what is known of two calls.
type relation uint8

const (
	together  relation = iota // they may be made in one run
	apart                     // they are not
	afterFail                 // the other is made only where the first has failed
)

// relate says how two calls relate, whichever ways lead to them.
func (l *linker) relate(a, b *ways) relation {
	if a == nil || b == nil || a.vague || b.vague {
		return together
	}
	found := together
	for i := range a.spots {
		for k := range b.spots {
			r := l.part(a, i, b, k)
			if r == together || found != together && r != found {
				return together
			}
			found = r
		}
	}
	return found
}

// part says how two ways relate, by where they part.
func (l *linker) part(a *ways, i int, b *ways, k int) relation {
	x, y := a.spots[i], b.spots[k]
	for n := range min(len(x), len(y)) {
		s, t := x[n], y[n]
		if s.fn != t.fn || s.repeated || t.repeated {
			return together
		}
		if a.at[i][n] == b.at[k][n] && s.block == t.block {
			if s.cyclic {
				return together
			}
			continue
		}
		if s.block < 0 || t.block < 0 || int(max(s.block, t.block)) >= len(s.fn.Blocks) {
			return together
		}
		switch {
		case !l.leads(s.fn, s.block, -1)[t.block] && !l.leads(s.fn, t.block, -1)[s.block]:
			return apart
		case s.failed > 0 && !s.cyclic && !l.leads(s.fn, 0, s.failed)[t.block]:
			return afterFail
		}
		return together
	}
	return together
}

// reach is what there are ways to: from a block, around another.
type reach struct {
	fn           *summary.Func
	from, around int32
}

// leads tells the blocks of a function that there is a way to from one of them, itself included.
func (l *linker) leads(fn *summary.Func, from, around int32) []bool {
	key := reach{fn, from, around}
	if seen := l.reaching[key]; seen != nil {
		return seen
	}
	seen := make([]bool, len(fn.Blocks))
	seen[from] = true
	queue := []int32{from}
	for len(queue) > 0 {
		b := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		for _, s := range fn.Blocks[b].Succs {
			if s != around && !seen[s] {
				seen[s] = true
				queue = append(queue, s)
			}
		}
	}
	if l.reaching == nil {
		l.reaching = make(map[reach][]bool)
	}
	l.reaching[key] = seen
	return seen
}

// branch tells of the calls of an operation which exclude each other. Each choice has alternatives, of which one is
// taken: it is told of as many calls as it fits, and as few choices are made as tell of all pairs.
func (c *collector) branch() {
	calls := c.calls[:min(len(c.calls), maxBranched)]
	if len(calls) < 2 {
		return
	}
	n := len(calls)
	relations := make([]relation, n*n)
	for i := range calls {
		for k := range calls {
			if i != k {
				relations[i*n+k] = c.l.relate(c.ways[calls[i].CallFacts], c.ways[calls[k].CallFacts])
			}
		}
	}
	labels := make([][]string, n)
	choices := 0
	told := make([]bool, n*n)
	for i := range calls {
		for k := i + 1; k < n && choices < maxChoices; k++ {
			if relations[i*n+k] == apart && !told[i*n+k] {
				choices++
				for alternative, group := range exclusive(relations, told, n, i, k) {
					for _, call := range group {
						labels[call] = append(labels[call], label(choices, strconv.Itoa(alternative+1)))
					}
				}
			}
		}
	}
	for i := range calls {
		failed := make([]int, 0, n)
		for k := range calls {
			if relations[i*n+k] == afterFail {
				failed = append(failed, k)
			}
		}
		if len(failed) == 0 || choices == maxChoices {
			continue
		}
		choices++
		labels[i] = append(labels[i], label(choices, arch.Done))
		for _, k := range failed {
			labels[k] = append(labels[k], label(choices, arch.Failed))
		}
	}
	for i, call := range calls {
		if len(labels[i]) > 0 {
			call.Facts().Branch = arch.At(strings.Join(labels[i], " "), nowhere)
		}
	}
}

func label(choice int, alternative string) string { return strconv.Itoa(choice) + "/" + alternative }

// exclusive makes a choice of two calls that exclude each other and of all others that fit in, where that tells
// something new: groups of calls, each of which excludes all calls of the other groups.
func exclusive(relations []relation, told []bool, n, i, k int) [][]int {
	groups := [][]int{{i}, {k}}
	for other := range n {
		if other == i || other == k {
			continue
		}
		into, fits, fresh := -1, true, false
		for g, group := range groups {
			apartFrom := 0
			for _, call := range group {
				if relations[other*n+call] == apart && relations[call*n+other] == apart {
					apartFrom++
				}
			}
			if apartFrom == len(group) {
				for _, call := range group {
					fresh = fresh || !told[min(call, other)*n+max(call, other)]
				}
				continue
			}
			fits = fits && into < 0
			into = g
		}
		switch {
		case !fits || !fresh:
		case into < 0:
			groups = append(groups, []int{other})
		default:
			groups[into] = append(groups[into], other)
		}
	}
	for g, group := range groups {
		for _, others := range groups[g+1:] {
			for _, a := range group {
				for _, b := range others {
					told[min(a, b)*n+max(a, b)] = true
				}
			}
		}
	}
	return groups
}
