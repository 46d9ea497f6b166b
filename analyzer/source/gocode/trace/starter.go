package trace

import (
	"slices"
	"strings"
)

// starters finds the binaries that start, in one process, what other binaries are: all that two others or more register,
// at the same places, they register too. What they have in common is the others', so that a call of it has one callee.
// A binary keeps what only it does, and is left out if that is nothing.
func starters(units []*unit) (kept []*unit, notes []string) {
	routes := make([]map[string]bool, len(units))
	owners := make(map[string]int) // of a route: how many units register it
	for i, u := range units {
		routes[i] = make(map[string]bool)
		for _, op := range u.ops {
			routes[i][op.key()] = true
		}
		for key := range routes[i] {
			owners[key]++
		}
	}
	for i, u := range units {
		var started []int
		for k := range units {
			if k == i || len(routes[k]) >= len(routes[i]) || !contains(routes[i], routes[k]) {
				continue
			}
			// What third ones have too, as for debugging, says nothing.
			for key := range routes[k] {
				if owners[key] == 2 {
					started = append(started, k)
					break
				}
			}
		}
		if len(started) < 2 {
			kept = append(kept, u)
			continue
		}
		answered, called := make(map[string]bool), make(map[string]bool)
		var names []string
		for _, k := range started {
			for key := range routes[k] {
				answered[key] = true
			}
			callsOf(units[k].startup, called)
			names = append(names, units[k].main.Dir)
		}
		own := *u
		own.ops = slices.DeleteFunc(slices.Clone(u.ops), func(op operation) bool { return answered[op.key()] })
		own.startup = withoutCalls(u.startup, called)
		if len(own.ops) > 0 || hasCalls(own.startup) {
			kept = append(kept, &own)
		}
		slices.Sort(names)
		notes = append(notes, u.main.Dir+": it starts what "+strings.Join(names, ", ")+" are: what it has in common with them is taken as theirs")
	}
	return kept, notes
}

// key is an operation and where it is registered.
func (op operation) key() string {
	at := op.registered
	return op.name + "\x00" + at.file() + ":" + itoa(int(at.pos.Line)) + ":" + itoa(int(at.pos.Col))
}

// callsOf adds the remote calls among events to a set.
func callsOf(events []*event, to map[string]bool) {
	for _, e := range events {
		if e.kind == evCall {
			to[e.callKey()] = true
		}
		callsOf(e.inner, to)
	}
}

// callKey is a remote call and where it stands.
func (e *event) callKey() string {
	return e.call.protocol + "\x00" + e.call.procedure + "\x00" + e.call.method + "\x00" + e.at.file() + ":" + itoa(int(e.at.pos.Line)) + ":" + itoa(int(e.at.pos.Col))
}

// withoutCalls leaves the calls of a set out of events.
func withoutCalls(events []*event, calls map[string]bool) []*event {
	var out []*event
	for _, e := range events {
		if e.kind == evCall && calls[e.callKey()] {
			continue
		}
		if len(e.inner) > 0 {
			less := *e
			less.inner = withoutCalls(e.inner, calls)
			e = &less
		}
		out = append(out, e)
	}
	return out
}
