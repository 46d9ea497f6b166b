package trace

import (
	"slices"

	"github.com/distcheck/distcheck/analyzer/arch"
)

// user is who gets to a place on the way to a call: an operation, or the start-up, of a service, with a request.
type user struct {
	unit      *unit
	operation string
	request   int
	beside    sharing // who else gets there
}

// sharing says how far apart those are that get to one place.
type sharing uint8

const (
	requests   sharing = iota + 1 // of one operation
	operations                    // of one service
	services
)

// learnUsers notes for each place on the ways to calls who gets there.
func (l *linker) learnUsers(units []*unit) {
	l.users = make(map[arch.Pos]user)
	for _, u := range units {
		for _, op := range u.ops {
			l.using(user{unit: u, operation: op.name}, op.events)
		}
		l.using(user{unit: u}, u.startup)
	}
}

func (l *linker) using(by user, events []*event) {
	for _, e := range events {
		switch e.kind {
		case evCall:
			by.request = e.call.id
			for _, s := range l.way(e) {
				known, ok := l.users[s.Pos]
				if !ok {
					known = by
				}
				switch {
				case known.unit != by.unit:
					known.beside = services
				case known.operation != by.operation:
					known.beside = max(known.beside, operations)
				case known.request != by.request:
					known.beside = max(known.beside, requests)
				}
				l.users[s.Pos] = known
			}
		case evSpawn:
			l.using(by, e.inner)
		}
	}
}

// way is the calls that lead to a call, outermost first; the last is the call itself.
func (l *linker) way(e *event) []Step {
	var way []Step
	for s := e.path; s != nil; s = s.next {
		if s.spot.fn.ID != "a request" {
			way = append(way, Step{originName(s.spot.fn.ID), l.pos(s.at), s.spot.fn.Generated})
		}
	}
	if last := (Step{In: originName(e.spot.fn.ID), Pos: l.pos(e.made)}); len(way) == 0 || way[len(way)-1].In != last.In || way[len(way)-1].Pos != last.Pos {
		way = append(way, last)
	}
	return way
}

// through is the function by which a call is made whose place others get to as well: the innermost that only this call's
// own code calls, at the place where it does. Where there is none, it is one that only the operation calls, or else only
// the service, if the place is shared by more than that. In generated code, as that of GraphQL servers, nobody would look
// for it: it is where the first function is called behind that, by what people write.
func (l *linker) through(e *event) arch.Fact[string] {
	way := l.way(e)
	at := slices.IndexFunc(way, func(s Step) bool { return s.Pos == l.pos(e.at) })
	if at < 0 {
		return arch.Fact[string]{}
	}
	for own := sharing(0); own < l.users[way[at].Pos].beside; own++ {
		for i, step := range slices.Backward(way[:at]) {
			if step.Pos.Known() && l.users[step.Pos].beside <= own {
				for i < at && way[i].generated {
					i++
				}
				if i == at {
					return arch.Fact[string]{}
				}
				return arch.At(way[i+1].In, way[i].Pos)
			}
		}
	}
	return arch.Fact[string]{}
}
