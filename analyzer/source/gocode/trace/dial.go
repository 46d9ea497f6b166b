package trace

import (
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/source/gocode/library"
	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// A client may be made in a way that waits until the other side answers. No request is sent, but a service that does so
// when it starts does not start without its peer: because it ends when that fails, or because nothing ends the wait. One
// that tries in a loop until it succeeds is made to wait for its peer, and is none.

// dial makes the event of a client that waits until it is connected; none where it does not, or not for certain.
func (m *machine) dial(f *frame, in *summary.Instr, fact *library.Fact, args, made []value) []*event {
	if m.answering || len(made) == 0 || m.pastServing() {
		return nil
	}
	waits := fact.Args["connects"] == "yes"
	limited := waits // it tries once
	if fact.Args["connects"] == "asked" {
		waits, limited = m.connects(m.arg(fact, "options", -1, args))
	}
	if !waits {
		return nil
	}
	r := &request{protocol: fact.Args["protocol"], address: m.addressOf(made[0]), bounded: limited}
	if fact.Args["ctx"] != "" && !limited {
		m.limits(r, m.arg(fact, "ctx", 0, args), nil, "")
		r.bounded = !r.none
	}
	e := m.requestEvent(f, in, r)
	e.kind = evDial
	return []*event{e}
}

// connects reports whether an option among those of a client surely makes it wait, and whether one may limit how long.
func (m *machine) connects(options value) (waits, limited bool) {
	sure := len(m.plain(options)) == 1
	m.within([]value{options}, func(_ int32, a *atom) bool {
		if a.kind == kLoc {
			for _, key := range m.elements(a.obj, a.text) {
				sure = sure && len(m.plain(m.at(a.obj, a.text+key))) < 2
			}
		}
		if option := m.know.Find(a.text, "connects"); option != nil {
			limit := option.Args["length"] != ""
			waits, limited = waits || !limit, limited || limit
		}
		return true
	})
	return waits && sure, limited
}

// connected adds a call for each service without which a client that waits for it is not made.
func (c *collector) connected(e *event, in around) {
	again := e.again || e.cyclic && !in.loop
	if c.operation.name != "" || in.detached || again || e.fails&summary.EndsProcess == 0 && e.call.bounded {
		return
	}
	at := c.l.pos(e.at)
	for _, to := range c.reachedOver(e) {
		if slices.ContainsFunc(c.calls, func(known *arch.Call) bool { return known.To == to && known.Pos == at }) {
			continue
		}
		call := &arch.Call{Pos: at, To: to}
		call.Facts().Protocol = arch.At(e.call.protocol, nowhere)
		call.Facts().Error = arch.At(arch.ErrorReturned, nowhere)
		c.calls = append(c.calls, call)
	}
}

// reachedOver are the services that calls over a client reach, or else the one that its address names.
func (c *collector) reachedOver(dial *event) []string {
	var reached []string
	var look func([]*event)
	look = func(events []*event) {
		for _, e := range events {
			look(e.inner)
			if e.kind != evCall || e.call.over.at != dial.made || !slices.EqualFunc(e.call.address, dial.call.address, sameTarget) {
				continue
			}
			for _, to := range c.l.resolve(e.call, c.service) {
				reached = append(reached, to.to)
			}
		}
	}
	look(c.unit.startup)
	for _, op := range c.unit.ops {
		look(op.events)
	}
	if len(reached) == 0 {
		if s := c.l.byAddress(addressesOf(&request{urls: dial.call.address}), c.service); s != nil {
			reached = append(reached, s.Name)
		}
	}
	slices.Sort(reached)
	return slices.DeleteFunc(slices.Compact(reached), func(to string) bool { return to == arch.Unresolved || strings.EqualFold(to, c.service.Name) })
}

func sameTarget(a, b target) bool { return a.text == b.text && slices.Equal(a.holes, b.holes) }
