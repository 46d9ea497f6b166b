package trace

import (
	"slices"

	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// One loop or handler may get the messages of many topics, and ask each message which it is of. What it does where that
// is another topic belongs to that one's operation alone. Only questions are read that compare the topic of a message which
// a library handed out with one name; what no topic of its consumer leads to stays with all of them.

// sorting says of which topics the messages are that an event is for.
type sorting struct {
	only  bool // those that are named; else all others
	names []string
}

// admits reports whether an event is for the messages of a topic.
func (s *sorting) admits(topic string) bool {
	return s == nil || slices.Contains(s.names, topic) == s.only
}

// and are the topics that two sortings admit.
func (s *sorting) and(o *sorting) *sorting {
	switch {
	case s == nil:
		return o
	case o == nil:
		return s
	case !s.only && !o.only:
		names := slices.Concat(s.names, o.names)
		slices.Sort(names)
		return &sorting{names: slices.Compact(names)}
	case !s.only:
		s, o = o, s
	}
	return &sorting{only: true, names: slices.DeleteFunc(slices.Clone(s.names), func(name string) bool { return !o.admits(name) })}
}

// asksTopic notes that code compares the topic of its message with a name.
func (m *machine) asksTopic(f *frame, in *summary.Instr, a, b value) {
	if len(m.used) == 0 || in.Name != "==" && in.Name != "!=" {
		return
	}
	if !m.isTopic(a) {
		if a, b = b, a; !m.isTopic(a) {
			return
		}
	}
	if names := topicsOf(m.textsOf(b)); len(names) == 1 {
		if f.topics == nil {
			f.topics = make(map[summary.Operand]topicAsked)
		}
		f.topics[summary.Operand(in.Dst)] = topicAsked{names[0], in.Name == "!="}
	}
}

// topicAsked is a topic that a message is asked for, or whether it is of another one.
type topicAsked struct {
	name string
	not  bool
}

// isTopic reports whether a value is the topic of a message that a library handed out.
func (m *machine) isTopic(v value) bool {
	v = m.plain(v)
	for _, id := range v {
		a := m.atoms[id]
		if a.kind == kLib && m.know.Find(a.text, "topic") != nil {
			continue
		}
		if a.kind != kVar || a.text != ".Topic" && a.text != ".Subject" || len(a.args) != 1 {
			return false
		}
		if _, ok := m.sourceOf(a.args[0], 0); !ok {
			return false
		}
	}
	return len(v) > 0
}

// sort tells of the events of a function for which topics they are, by the blocks that messages of each lead to.
func (f *frame) sort() {
	if len(f.topics) == 0 {
		return
	}
	var names []string
	for _, asked := range f.topics {
		names = append(names, asked.name)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	reached := make([][]bool, len(names))
	for i, name := range names {
		reached[i] = f.reachedBy(name)
	}
	others := f.reachedBy("")
	for i, e := range f.events.events {
		blocks := f.events.blocksOf(i)
		on := func(reached []bool) bool {
			return slices.ContainsFunc(blocks, func(b int) bool { return b < 0 || reached[b] })
		}
		s := &sorting{only: !on(others)}
		for k, name := range names {
			if on(reached[k]) == s.only {
				s.names = append(s.names, name)
			}
		}
		if len(s.names) == 0 { // of none or of all
			continue
		}
		f.events.events[i] = e.sortedAs(s)
	}
}

// sortedAs is an event whose calls, and changes of stores, are for some topics, as what it spawns is.
func (e *event) sortedAs(s *sorting) *event {
	out := *e
	if e.kind == evCall || e.kind == evChange {
		out.topics = e.topics.and(s)
	}
	out.inner = slices.Clone(e.inner)
	for i, in := range out.inner {
		out.inner[i] = in.sortedAs(s)
	}
	return &out
}

// reachedBy are the blocks that a message of a topic leads to; of no name, one that is not asked for.
func (f *frame) reachedBy(topic string) []bool {
	seen := make([]bool, len(f.fn.Blocks))
	work := []int32{0}
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		if b < 0 || seen[b] {
			continue
		}
		seen[b] = true
		block := &f.fn.Blocks[b]
		asked, ok := f.topics[block.Cond]
		switch {
		case !ok || !block.HasCond || len(block.Succs) != 2:
			work = append(work, block.Succs...)
		case (asked.name == topic) != asked.not:
			work = append(work, block.Succs[0])
		default:
			work = append(work, block.Succs[1])
		}
	}
	return seen
}

// sorted are the events of an operation that are for the messages of one of its topics.
func sorted(events []*event, topic string, all []channel) []*event {
	if !slices.ContainsFunc(events, (*event).isSorted) {
		return events
	}
	var out []*event
	for _, e := range events {
		for _, in := range e.inner {
			if in.isSorted() {
				part := *e
				part.inner = sorted(e.inner, topic, all)
				e = &part
				break
			}
		}
		if e.topics.admits(topic) || !slices.ContainsFunc(all, func(c channel) bool { return e.topics.admits(c.topic) }) {
			out = append(out, e)
		}
	}
	return out
}

// topicsAskedFor are the topics that a handler asks its messages for, and whether it does something for those of others alone.
func topicsAskedFor(events []*event) (names []string, others bool) {
	for _, e := range events {
		if e.topics != nil {
			names = append(names, e.topics.names...)
			others = others || !e.topics.only
		}
		more, also := topicsAskedFor(e.inner)
		names, others = append(names, more...), others || also
	}
	slices.Sort(names)
	return slices.Compact(names), others
}

// isSorted reports whether an event, or what it spawns, is not for all messages.
func (e *event) isSorted() bool {
	return e.topics != nil || slices.ContainsFunc(e.inner, (*event).isSorted)
}
