package trace

import (
	"slices"
	"strings"
	"time"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// Calls: what a unit's events are as the model has it, one for each callee and place, with the evidence.

// collector turns events into calls, one for each callee, place and way.
type collector struct {
	l         *linker
	unit      *unit
	service   *arch.Service
	operation operation
	calls     []*arch.Call
	publishes []*arch.Publish
	detached  []*arch.Call
	stores    []*arch.StoreUse // that are changed
	known     map[callKey]told
	ways      map[*arch.CallFacts]*ways
}

// callKey is what tells calls of an operation apart.
type callKey struct {
	to, operation string
	at            arch.Pos
	detached      bool
}

// told is what is known of a call, and the way that first led there.
type told struct {
	facts *arch.CallFacts
	path  *step
}

// around is what calls are in.
type around struct {
	loop                 bool
	over                 place // the loop
	concurrent, detached bool
}

func (c *collector) take(events []*event, in around) {
	for _, e := range events {
		here := in
		if e.loop && e.kind != evSpawn { // what is spawned in one knows it
			here.loop, here.over = true, e.over
		}
		switch e.kind {
		case evCall:
			if e.call.msg != nil && !e.call.msg.reply {
				c.publish(e)
				continue
			}
			if e.call.takesOver() {
				answering := *e
				answering.call = e.call.answering(c.operation)
				e = &answering
			}
			here.concurrent = in.concurrent || e.concurrent
			c.add(e, here)
		case evDial:
			c.connected(e, here)
		case evChange:
			if !in.detached {
				c.change(e)
			}
		case evSpawn:
			here.concurrent = in.concurrent || e.joined && e.concurrent
			here.detached = in.detached || !e.joined
			c.take(e.inner, here)
		}
	}
}

// change notes that a store is changed, where it is known which one: at the first place.
func (c *collector) change(e *event) {
	if len(e.objs) != 1 {
		return
	}
	at, ok := c.unit.storeAt[e.objs[0]]
	if !ok {
		return
	}
	use := c.l.storeUse(c.unit.stores[at])
	use.Pos, use.Access = c.l.pos(e.at), arch.At(arch.Write, nowhere)
	same := func(known *arch.StoreUse) bool {
		return known.Name == use.Name && known.Kind == use.Kind && known.Server == use.Server && known.Database == use.Database && known.Target == use.Target
	}
	if !slices.ContainsFunc(c.stores, same) {
		c.stores = append(c.stores, use)
	}
}

func (c *collector) add(e *event, in around) {
	for _, to := range c.l.resolve(e.call, c.service) {
		if !isStandard(to.operation) {
			c.addTo(e, to, in)
		}
	}
}

func (c *collector) addTo(e *event, callee callee, in around) {
	at := c.l.pos(e.at)
	c.l.witness(c, e, callee.to, callee.operation, in)
	call := &arch.Call{Pos: at, To: callee.to}
	if callee.operation != "" {
		call.Operation = arch.At(callee.operation, nowhere)
	}
	c.tell(call.Facts(), e, callee.known, in)
	if root, _, ok := strings.Cut(callee.operation, "."); ok && e.call.protocol == "graphql" {
		switch root {
		case "Query":
			call.Facts().Effect = arch.At(arch.Read, nowhere)
		case "Mutation":
			call.Facts().Effect = arch.At(arch.Write, nowhere)
		}
	}
	key := callKey{callee.to, callee.operation, at, in.detached}
	if known, ok := c.known[key]; ok {
		known.agree(call.Facts(), e)
		if !in.detached {
			c.came(known.facts, e)
		}
		return
	}
	c.known[key] = told{call.Facts(), e.path}
	if !in.detached {
		c.came(call.Facts(), e)
	}
	if in.detached {
		c.detached = append(c.detached, call)
	} else {
		c.calls = append(c.calls, call)
	}
}

// tell says what is known of a call.
func (c *collector) tell(facts *arch.CallFacts, e *event, target string, in around) {
	if target != "" {
		facts.Target = arch.At(target, nowhere)
	}
	facts.Protocol = arch.At(e.call.protocol, nowhere)
	if e.call.msg != nil {
		if names := c.l.topics.to(e.call.msg); len(names) > 0 {
			facts.Via = arch.At(strings.Join(names, ", "), nowhere)
		}
	}
	c.limit(facts, e.call)
	facts.Through = c.l.through(e)
	if in.loop {
		facts.Loop = arch.Fact[int]{State: arch.Present, Pos: c.l.pos(in.over)}
	}
	if e.tries > 1 {
		facts.Retries = arch.At(e.tries-1, nowhere)
		if e.hasty {
			facts.Backoff.State = arch.Absent
		}
	}
	c.connect(facts, e, in)
	if in.concurrent {
		facts.Concurrent = arch.At(true, nowhere)
	}
	if e.settled {
		if e.unused {
			facts.Reply = arch.At(arch.ReplyUnused, nowhere)
		}
		switch {
		case e.discarded:
			facts.Error = arch.At(arch.ErrorDiscarded, c.l.pos(e.lost))
		case in.detached, e.owed, e.again && c.operation.name == "":
		case e.fails&summary.ReturnsError != 0 && c.operation.name != "", e.fails&summary.EndsProcess != 0:
			facts.Error = arch.At(arch.ErrorReturned, nowhere)
		}
	}
	switch e.call.method {
	case "GET", "HEAD", "OPTIONS":
		facts.Effect = arch.At(arch.Read, nowhere)
	case "PUT", "PATCH", "DELETE":
		facts.Effect = arch.At(arch.Write, nowhere)
	}
	if in.detached {
		facts.Detached = arch.At(true, nowhere)
		if c.operation.name != "" {
			facts.From = arch.At(c.operation.name, nowhere)
		}
	}
}

func (c *collector) limit(facts *arch.CallFacts, r *request) {
	switch {
	case r.bounded:
		limit := arch.Limit{Kind: arch.UnknownLength}
		if d, err := time.ParseDuration(r.length + "ns"); err == nil && d > 0 {
			limit = arch.Limit{Length: d}
		}
		facts.Timeout = arch.At(limit, nowhere)
	case r.stream: // may be open as long as both want
	case r.incoming && c.operation.protocol != "http" && c.operation.protocol != "graphql" && c.operation.name != "":
		facts.Timeout = arch.At(arch.Limit{Kind: arch.Incoming}, c.l.pos(r.over.wasted))
	case r.incoming || r.none:
		facts.Timeout = arch.Fact[arch.Limit]{State: arch.Absent, Pos: c.l.pos(r.over.wasted)}
	}
}

// witnessed is what evidence is of.
type witnessed struct {
	service, operation, to, callee string
	at                             arch.Pos
}

// witness keeps how a call was found, once for each place: of several ways one through a loop, if there is one, since
// that is what is said of the call.
func (l *linker) witness(c *collector, e *event, to, operation string, in around) {
	ev := Evidence{Service: c.service.Name, Operation: c.operation.name, To: to, Callee: operation, Protocol: e.call.protocol,
		Pos: l.pos(e.at), Looped: in.loop, Loop: l.pos(in.over)}
	ev.Way = l.way(e)
	ev.Address = l.describe(slices.Concat(e.call.urls, e.call.address))
	switch {
	case to == arch.Unresolved:
		ev.Found = "nothing that is known of its address tells who answers"
	case e.call.procedure != "":
		service, _, _ := strings.Cut(e.call.procedure, "/")
		ev.Found = "by the service " + service + ", which no traced code registers"
		if s := l.named(to); s != nil && s.Declared {
			ev.Found = "by the service " + service + ", which " + s.Name + " registers"
			if at := l.registered(s, operation); at != "" {
				ev.Found += " at " + at
			}
		}
	default:
		ev.Found = "by its host or by what that is configured with"
		if at := l.registered(l.named(to), operation); at != "" {
			ev.Found = "by its address and its route, which " + to + " registers at " + at
		}
	}
	key := witnessed{ev.Service, ev.Operation, to, operation, ev.Pos}
	if i, ok := l.witnesses[key]; !ok {
		l.witnesses[key] = len(l.result.Evidence)
		l.result.Evidence = append(l.result.Evidence, ev)
	} else if ev.Looped && !l.result.Evidence[i].Looped {
		l.result.Evidence[i] = ev
	}
}

func (l *linker) named(name string) *arch.Service {
	for _, s := range l.system.Services {
		if s.Name == name {
			return s
		}
	}
	return nil
}

// registered is where a service registers an operation; "" where it does not.
func (l *linker) registered(s *arch.Service, operation string) string {
	for u, known := range l.services {
		if known != s || s == nil {
			continue
		}
		for _, op := range u.ops {
			if op.name == operation {
				return l.pos(op.registered).String()
			}
		}
	}
	return ""
}

// isStandard reports whether an operation is that of every server: health and reflection.
func isStandard(operation string) bool {
	return strings.HasPrefix(operation, "grpc.health.") || strings.HasPrefix(operation, "grpc.reflection.")
}

// agree keeps of what is known of a call what is true on another way that leads to it as well. One way that needs it is
// enough for a loop and for an error that is returned; nothing ends the wait if nothing does so on one of them; and it is
// tried as often as where it is tried more often. What is told of one way twice is a client that may be one or another:
// then the one that ends its calls counts, since the other is mostly there where none is given.
func (t told) agree(facts *arch.CallFacts, e *event) {
	k := t.facts
	if !k.Loop.Is() && facts.Loop.Is() {
		k.Loop, k.Through = facts.Loop, facts.Through // the place that leads through the loop
	}
	if !t.path.equal(e.path) {
		k.Timeout = laxer(k.Timeout, facts.Timeout)
	} else if k.Timeout.State == arch.Absent {
		k.Timeout = facts.Timeout
	}
	if more := facts.Retries.Value - k.Retries.Value; more > 0 {
		k.Retries, k.Backoff = facts.Retries, facts.Backoff
	} else if more == 0 {
		both(&k.Backoff, facts.Backoff)
	}
	both(&k.Concurrent, facts.Concurrent)
	both(&k.Client, facts.Client)
	if k.Address.Value != facts.Address.Value || k.Address.State != facts.Address.State { // wherever it stands
		k.Address = arch.Fact[string]{}
	}
	both(&k.Encrypted, facts.Encrypted)
	both(&k.Traced, facts.Traced)
	both(&k.CircuitBreaker, facts.CircuitBreaker)
	if k.Context.Value != facts.Context.Value {
		k.Context = arch.Fact[arch.ContextUse]{}
	}
	if k.Error.State != facts.Error.State || k.Error.Value != facts.Error.Value {
		if facts.Error.Or("") == arch.ErrorReturned {
			k.Error = facts.Error
		} else if k.Error.Or("") != arch.ErrorReturned {
			k.Error = arch.Fact[arch.ErrorUse]{}
		}
	}
}

// laxer is what ends the wait at the latest where it is one limit or another.
func laxer(a, b arch.Fact[arch.Limit]) arch.Fact[arch.Limit] {
	for _, one := range []arch.Fact[arch.Limit]{a, b} {
		if one.State == arch.Absent {
			return one
		}
	}
	switch {
	case a.State == arch.Unknown || b.State == arch.Unknown:
		return arch.Fact[arch.Limit]{}
	case b.Value.Kind == arch.Incoming, a.Value == b.Value:
		return b
	case a.Value.Kind == arch.Incoming:
		return a
	}
	return arch.At(arch.Limit{Kind: arch.UnknownLength}, nowhere)
}

func both[T comparable](known *arch.Fact[T], other arch.Fact[T]) {
	if *known != other {
		*known = arch.Fact[T]{}
	}
}
