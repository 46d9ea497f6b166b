package trace

import (
	"slices"

	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// Acknowledgements: whether a message is given up before it is handled or behind that. It is told of a handler only where
// it is so on each way through it: an acknowledgement that all calls and changes stand behind comes before, one that none
// stands behind comes after. Between some and others it is neither.

// When a message is acknowledged, seen from what its handler does.
const (
	ackBefore = "before"
	ackAfter  = "after"
	ackMixed  = "neither"
)

// acknowledge notes of the acknowledgements among a function's events how they stand to its calls and changes.
func (f *frame) acknowledge() {
	events := f.events.events
	if !slices.ContainsFunc(events, func(e *event) bool { return e.kind == evAck }) {
		return
	}
	fresh := make(map[int]bool) // blocks where the next message comes in
	for i, e := range events {
		if e.kind == evConsume {
			for _, b := range f.events.blocksOf(i) {
				fresh[b] = true
			}
		}
	}
	for _, head := range f.batches {
		fresh[head] = true
	}
	for i, e := range events {
		if e.kind != evAck {
			continue
		}
		before, behind, beside := false, false, false
		for k, other := range events {
			if other.kind == evWork {
				beside = beside || f.before(k, i, fresh)
				continue
			}
			if other.kind != evCall && other.kind != evChange && (other.kind != evSpawn || !acts(other.inner)) {
				continue
			}
			if e.path != nil && other.path != nil && e.path.at == other.path.at { // that function told already
				continue
			}
			for _, b := range f.events.blocksOf(i) {
				for _, of := range f.events.blocksOf(k) {
					first, then, always := f.order(b, i, of, k, fresh)
					before = before || first
					behind = behind || then
					beside = beside || then && !always
					if other.kind == evSpawn && !other.joined && first { // it goes on
						behind, beside = true, true
					}
				}
			}
		}
		acked := *e
		switch {
		case behind && (before || beside):
			acked.acked = ackMixed
		case behind:
			acked.acked = agreed(e.acked, ackBefore)
		case before:
			acked.acked = agreed(e.acked, ackAfter)
		}
		events[i] = &acked
	}
}

// before reports whether one event may come before another, an acknowledgement, on a way that no other message comes in on.
func (f *frame) before(k, ack int, fresh map[int]bool) bool {
	for _, b := range f.events.blocksOf(ack) {
		for _, of := range f.events.blocksOf(k) {
			if first, _, _ := f.order(b, ack, of, k, fresh); first {
				return true
			}
		}
	}
	return false
}

// order tells of an acknowledgement in a block, and of something else in a block, whether that may come first, and whether it
// may come then, and does so only behind the acknowledgement. Both are told by their numbers in one block, and deferred
// ones, in none, come last.
func (f *frame) order(ack, i, other, k int, fresh map[int]bool) (first, then, always bool) {
	switch {
	case ack == other:
		return k < i, k > i, true
	case ack < 0:
		return true, false, false
	case other < 0:
		return false, true, false
	}
	leads := func(block, to int) bool {
		for _, next := range f.fn.Blocks[block].Succs {
			if from(f.fn, int(next), func(b int) bool { return !fresh[b] })[to] {
				return true
			}
		}
		return false
	}
	around := from(f.fn, 0, func(b int) bool { return b != ack })
	return leads(other, ack), leads(ack, other), !around[other]
}

// mayWork is the event of a call of which nothing is known, where there are messages: it may do what they are for if it can
// fail, or is told how long to go on.
func (m *machine) mayWork(in *summary.Instr) []*event {
	if len(m.used) == 0 || in.Sig == nil || !slices.Contains(in.Sig.Results, "error") && !slices.Contains(in.Sig.Params, "context.Context") {
		return nil
	}
	return []*event{{kind: evWork}}
}

func (e *event) isWork() bool { return e.kind == evWork }

// agreed is what two tell of when a message is acknowledged, "" standing for nothing.
func agreed(a, b string) string {
	switch {
	case a == "" || a == b:
		return b
	case b == "":
		return a
	}
	return ackMixed
}

// ackIn is when a handler acknowledges its message, and where; "" where that is not known, or neither before nor after.
func ackIn(events []*event) (when string, at place) {
	for _, e := range events {
		said, there := e.acked, e.at
		if e.kind == evSpawn {
			said, there = ackIn(e.inner)
		}
		if said == "" {
			continue
		}
		if when == "" {
			at = there
		}
		when = agreed(when, said)
	}
	return when, at
}
