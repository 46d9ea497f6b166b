package trace

import (
	"slices"

	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// memory is what is remembered of the functions that ran, by their names.
type memory map[string]*record

// record is what is remembered of one function.
type record struct {
	runs   map[string]*activation // by what it was called with
	alike  int                    // runs for what it was called with
	sites  int                    // runs for where it was called, if its calls are told apart by that
	spent  int                    // instructions, with those of what it calls
	beyond int                    // runs for callers that are not told apart
	quiet  quiet
}

func (m memory) of(id string) *record {
	r := m[id]
	if r == nil {
		r = &record{runs: make(map[string]*activation)}
		m[id] = r
	}
	return r
}

// activation is a function run with certain arguments.
type activation struct {
	results []value
	events  []*event
	open    bool
	serves  bool // it comes back only when a server has run
}

// outcome is what the function did; nothing as long as it is under way.
func (a *activation) outcome() ([]value, []*event) {
	if a.open {
		return nil, nil
	}
	return a.results, a.events
}

// invoke runs a function, or tells what it did when it ran with the same arguments.
func (m *machine) invoke(id string, args, free []value) ([]value, []*event) {
	fn := m.code(id)
	if fn == nil {
		return nil, nil
	}
	depth := 0
	for _, running := range m.stack {
		if running == id {
			depth++
		}
	}
	if depth >= 8 || len(m.stack) >= m.deepest {
		if len(m.stack) >= maxStack {
			m.hit["calls within calls"] = true
		}
		return nil, nil
	}
	known := m.memory.of(id)
	site := m.toldBySite(id, known)
	m.key = append(bindings(m.key[:0], len(fn.Params), args, free), site...)
	if act, ok := known.runs[string(m.key)]; ok {
		return m.again(id, act)
	}
	if m.verb != "" { // what does not ask for the method does the same for each
		if base := m.anyVerb[id]; base != nil {
			if act := base.runs[string(m.key)]; act != nil && !act.open && !m.hangsOnMethod(act) {
				return m.again(id, act)
			}
		}
	}
	merged, vague := false, false
	if site == "" {
		switch {
		case known.alike >= maxSmall || known.alike >= maxActivations && (depth > 0 || known.spent > maxSmallSteps):
			// Too many callers to tell apart: one run for all the others that do the same with the same things.
			merged = true
			args, free = m.coarse(fn, args, free, known.beyond >= maxActivations)
		case known.quiet.settled():
			vague = true
			args = m.withoutTexts(fn, args)
		default:
			known.alike++
		}
	} else {
		known.sites++
	}
	if merged || vague {
		m.key = bindings(m.key[:0], len(fn.Params), args, free)
		if act, ok := known.runs[string(m.key)]; ok {
			return act.outcome()
		}
		if known.alike++; merged {
			known.beyond++
		}
	}
	act := &activation{open: true}
	key := string(m.key)
	known.runs[key] = act
	key = id + key
	number, ok := m.acts[key]
	if !ok {
		number = int32(len(m.acts) + 1)
		m.acts[key] = number
	}
	m.stack = append(m.stack, id)
	before, listening := m.steps, m.listen()
	m.run(fn, act, number, args, free)
	known.quiet = known.quiet.after(act, m.heard(listening))
	known.spent += m.steps - before
	m.stack = m.stack[:len(m.stack)-1]
	m.handOver(id, number, act.results)
	act.open = false
	m.served = act.serves
	if (merged || vague) && len(act.events) > 0 {
		m.merged[id] = true
	}
	return act.results, act.events
}

// again is what a function did that is called with the same things once more.
func (m *machine) again(id string, act *activation) ([]value, []*event) {
	if !act.open {
		m.makeAgain(id, act.results)
		m.served = act.serves
	}
	return act.outcome()
}

// bindings adds to a key what a function is called with and what it has caught.
func bindings(key []byte, params int, args, free []value) []byte {
	for i := range params {
		key = append(key, '|')
		if i < len(args) {
			key = appendValue(key, args[i])
		}
	}
	key = append(key, '/')
	for _, v := range free {
		key = append(key, '|')
		key = appendValue(key, v)
	}
	return key
}

// coarse keeps of what a function is called with its receiver, its contexts and what it has caught, since of these there
// are few; or nothing at all.
func (m *machine) coarse(fn *summary.Func, args, free []value, nothing bool) (fewArgs, fewFree []value) {
	fewArgs, fewFree = slices.Clone(args), slices.Clone(free)
	for i := range min(len(args), len(fn.Params)) {
		kept := i == 0 && fn.Method || len(args[i]) > 0 && len(m.contexts(args[i:i+1])) == len(args[i])
		if nothing || !kept {
			fewArgs[i] = m.unknown(fn.Params[i].Type)
		}
	}
	if nothing {
		for i := range fewFree {
			fewFree[i] = m.unknown("")
		}
	}
	return fewArgs, fewFree
}
