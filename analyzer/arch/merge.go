package arch

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Conflict is one thing that two inputs say differently.
type Conflict struct {
	What           string // what they speak of: "tier of service checkout"
	A, B           Pos    // A is what the merged system keeps
	AValue, BValue string // as a manifest would have them; "" where the conflict is not about a value
}

// Merge unites systems into one. Its arguments stay as they are; parts that stand in one of them only are shared.
//
// Services, operations, topics and journeys match by name, stores by server and database where both have them, else
// by name, everything else by what identifies it. Calls match by callee, operation, via and target, the k-th
// such call of a body with the k-th of the other. Facts that are equal, or known to one side only, unite; others are a
// [Conflict], and the merged system keeps the one from a manifest, or else the one that stands first. Rules,
// acceptances and journeys may stand in one system only.
//
// What belongs together is put in the order of its positions before it is folded, so that the order of the
// arguments shows neither in the result nor in the conflicts. The cost is that of sorting: O(n log n).
func Merge(systems ...*System) (*System, []Conflict) {
	m := &merger{}
	merged := &System{}
	var names []Fact[string]
	for _, s := range systems {
		if s.Name.Known() {
			names = append(names, s.Name)
		}
	}
	slices.SortStableFunc(names, func(a, b Fact[string]) int { return a.Pos.Compare(b.Pos) })
	for _, name := range names {
		mergeFact(m, &merged.Name, name, "name", "the system")
	}
	merged.Services = fold(systems, func(s *System) []*Service { return s.Services },
		func(s *Service) string { return s.Name }, func(s *Service) Pos { return s.Pos }, always[*Service], m.service)
	merged.Topics = fold(systems, func(s *System) []*Topic { return s.Topics }, func(t *Topic) string { return t.Name },
		func(t *Topic) Pos { return t.Pos }, func(a, b *Topic) bool { return compatible(a.Broker, b.Broker) }, m.topic)
	merged.Journeys = only(m, systems, "journeys", func(s *System) []*Journey { return s.Journeys }, func(j *Journey) Pos { return j.Pos })
	merged.Rules = only(m, systems, "rules", func(s *System) []RuleConfig { return s.Rules }, func(r RuleConfig) Pos { return r.Pos })
	merged.Accepted = only(m, systems, "accepted", func(s *System) []Acceptance { return s.Accepted }, func(a Acceptance) Pos { return a.Pos })
	for _, s := range systems {
		merged.Libraries = append(merged.Libraries, s.Libraries...)
		merged.Directives = append(merged.Directives, s.Directives...)
	}
	merged.Sort()
	slices.SortStableFunc(m.conflicts, func(a, b Conflict) int {
		return cmp.Or(a.A.Compare(b.A), a.B.Compare(b.B), strings.Compare(a.What, b.What))
	})
	return merged, m.conflicts
}

// fold unites the elements of all systems that have one key and match, in the order of their positions.
func fold[E any](systems []*System, of func(*System) []*E, key func(*E) string, pos func(*E) Pos,
	match func(a, b *E) bool, merge func(a, b *E) *E) []*E {
	var all []*E
	for _, s := range systems {
		all = append(all, of(s)...)
	}
	slices.SortStableFunc(all, func(a, b *E) int { return cmp.Or(strings.Compare(key(a), key(b)), pos(a).Compare(pos(b))) })
	var united []*E
	group := 0 // where in united the elements with the current key begin
	for i, e := range all {
		if i > 0 && key(all[i-1]) != key(e) {
			group = len(united)
		}
		if at := slices.IndexFunc(united[group:], func(u *E) bool { return match(u, e) }); at >= 0 {
			united[group+at] = merge(united[group+at], e)
		} else {
			united = append(united, e)
		}
	}
	return united
}

// only returns the elements of the one system that has any. Where several have, all are kept and it is a conflict.
func only[E any](m *merger, systems []*System, what string, of func(*System) []E, pos func(E) Pos) []E {
	var lists [][]E
	for _, s := range systems {
		if len(of(s)) > 0 {
			lists = append(lists, of(s))
		}
	}
	slices.SortStableFunc(lists, func(a, b []E) int { return pos(a[0]).Compare(pos(b[0])) })
	var all []E
	for i, list := range lists {
		all = append(all, list...)
		if i > 0 {
			m.conflicts = append(m.conflicts, Conflict{What: what, A: pos(lists[0][0]), B: pos(list[0])})
		}
	}
	return all
}

type merger struct {
	conflicts []Conflict
	told      int // facts that b told and a did not have, or had otherwise
}

// mergeFact unites b into a. owner is made into text only where there is a conflict to tell of.
func mergeFact[T comparable](m *merger, a *Fact[T], b Fact[T], key string, owner any) {
	switch {
	case !b.Known():
	case !a.Known():
		m.told++
		*a = b
	case a.State == b.State && (a.Value == b.Value || a.State == Absent):
		var none T
		if a.Value == none { // what is there in its place contradicts nothing
			a.Value = b.Value
		}
		if before(b.Pos, a.Pos) {
			a.Pos = b.Pos
		}
	default:
		kept, other := *a, b
		if before(b.Pos, a.Pos) {
			kept, other = b, *a
		}
		*a = kept
		m.told++
		m.conflicts = append(m.conflicts, Conflict{
			What: fmt.Sprintf("%s of %s", key, owner),
			A:    kept.Pos, B: other.Pos, AValue: FactText(kept), BValue: FactText(other),
		})
	}
}

// before reports whether the fact at a goes before the one at b: a manifest wins over every other source.
func before(a, b Pos) bool {
	if (a.Source() == Manifest) != (b.Source() == Manifest) {
		return a.Source() == Manifest
	}
	return a.Compare(b) < 0
}

// FactText is a fact as a manifest has it; "" for one that is unknown.
func FactText[T any](f Fact[T]) string {
	switch f.State {
	case Unknown:
		return ""
	case Absent:
		return "false"
	}
	if d, ok := any(f.Value).(time.Duration); ok {
		return FormatDuration(d)
	}
	return fmt.Sprint(f.Value)
}

// earlier is the position that an object keeps of two: the first of those at which it is declared, if it is.
func earlier(a, b Pos, aDeclared, bDeclared bool) Pos {
	switch {
	case aDeclared != bDeclared && aDeclared, !b.Known():
		return a
	case aDeclared != bDeclared, !a.Known(), before(b, a):
		return b
	}
	return a
}

// within names a part of something. It is an own type so that no text is made on the way.
type within struct {
	what, name string
	parent     any
}

func (w within) String() string {
	text := w.what
	if w.name != "" {
		text = strings.TrimSpace(text + " " + w.name)
	}
	if w.parent != nil {
		text += " of " + fmt.Sprint(w.parent)
	}
	return text
}

func (m *merger) topic(a, b *Topic) *Topic {
	t := *a
	where := within{"topic", a.Name, nil}
	t.Pos = earlier(a.Pos, b.Pos, a.Declared, b.Declared)
	t.Declared = a.Declared || b.Declared
	mergeFact(m, &t.Broker, b.Broker, "broker", where)
	mergeFact(m, &t.Kind, b.Kind, "kind", where)
	return &t
}

func (m *merger) service(a, b *Service) *Service {
	s := *a
	where := within{"service", a.Name, nil}
	s.Pos = earlier(a.Pos, b.Pos, a.Declared, b.Declared)
	s.Declared = a.Declared || b.Declared
	mergeFact(m, &s.Inferred, b.Inferred, "inferred", where)
	mergeFact(m, &s.Kind, b.Kind, "kind", where)
	mergeFact(m, &s.Owner, b.Owner, "owner", where)
	mergeFact(m, &s.Tier, b.Tier, "tier", where)
	mergeFact(m, &s.Language, b.Language, "language", where)
	mergeFact(m, &s.Availability, b.Availability, "availability", where)
	mergeFact(m, &s.SLO, b.SLO, "slo", where)
	s.Code = unite(a.Code, b.Code, func(c Code) string { return c.Dir.Value + "\x00" + c.Unit.Value }, always, func(x *Code, y Code) {
		mergeFact(m, &x.Dir, y.Dir, "dir", where)
		mergeFact(m, &x.Unit, y.Unit, "unit", where)
	})
	s.Hosts = unite(a.Hosts, b.Hosts, func(f Fact[string]) string { return f.Value }, always, func(x *Fact[string], y Fact[string]) {
		mergeFact(m, x, y, "host", where)
	})
	s.Operations = unite(a.Operations, b.Operations, func(o *Operation) string { return o.Name }, always, func(x **Operation, y *Operation) {
		*x = m.operation(*x, y, where)
	})
	mergeFact(m, &s.AllCalls, b.AllCalls, "all-calls", where)
	s.Body = m.body(a.Body, b.Body, where)
	s.Background = m.body(a.Background, b.Background, within{"background", "", where})
	s.Consumes = unite(a.Consumes, b.Consumes, func(c Consume) string { return c.Topic }, func(x, y Consume) bool {
		return compatible(x.Broker, y.Broker) && compatible(x.Group, y.Group)
	}, func(x *Consume, y Consume) { m.consume(x, y, where) })
	switch { // that one side did not look contradicts nothing
	case s.Messages.Or("") == MessagesUnknown && b.Messages.Not():
		s.Messages = b.Messages
	case !s.Messages.Not():
		mergeFact(m, &s.Messages, b.Messages, "messages", where)
	}
	s.Imports = unite(a.Imports, b.Imports, func(i Import) string { return i.Package }, always, func(x *Import, y Import) {
		x.Pos = earlier(x.Pos, y.Pos, true, true)
	})
	s.Concerns = unite(a.Concerns, b.Concerns, func(c Concern) string { return c.Block + " " + c.Key }, always, func(x *Concern, y Concern) {
		mergeFact(m, &x.Fact, y.Fact, x.Key, where)
	})
	s.Data = unite(a.Data, b.Data, func(d Data) string { return d.Name }, always, func(x *Data, y Data) {
		at := within{"data", x.Name, where}
		x.Pos = earlier(x.Pos, y.Pos, true, true)
		mergeFact(m, &x.Class, y.Class, "class", at)
		mergeFact(m, &x.Retention, y.Retention, "retention", at)
		mergeFact(m, &x.Erasure, y.Erasure, "erasure", at)
		mergeFact(m, &x.Store, y.Store, "store", at)
	})
	return &s
}

func (m *merger) operation(a, b *Operation, parent any) *Operation {
	op := *a
	where := within{"operation", a.Name, parent}
	op.Pos = earlier(a.Pos, b.Pos, true, true)
	mergeFact(m, &op.SLO, b.SLO, "slo", where)
	mergeFact(m, &op.Latency, b.Latency, "latency", where)
	op.Body = m.body(a.Body, b.Body, where)
	return &op
}

func (m *merger) consume(x *Consume, y Consume, parent any) {
	where := within{"consume", x.Topic, parent}
	x.Pos = earlier(x.Pos, y.Pos, true, true)
	mergeFact(m, &x.Broker, y.Broker, "broker", where)
	mergeFact(m, &x.Group, y.Group, "group", where)
	mergeFact(m, &x.DeadLetter, y.DeadLetter, "dead-letter", where)
	mergeFact(m, &x.Ack, y.Ack, "ack", where)
	mergeFact(m, &x.Idempotent, y.Idempotent, "idempotent", where)
}

func (m *merger) body(a, b Body, where any) Body {
	callKey := func(c *Call) string {
		key := c.To + "\x00" + c.Operation.Value
		if !c.Bare() {
			key += "\x00" + c.Via.Value + "\x00" + c.Target.Value
		}
		return key
	}
	return Body{
		Calls: unite(a.Calls, b.Calls, callKey, always, func(x **Call, y *Call) { *x = m.call(*x, y, where) }),
		Publishes: unite(a.Publishes, b.Publishes, func(p *Publish) string { return p.Topic },
			func(x, y *Publish) bool { return compatible(x.Broker, y.Broker) },
			func(x **Publish, y *Publish) {
				p := **x
				at := within{"publish", p.Topic, where}
				p.Pos = earlier(p.Pos, y.Pos, true, true)
				mergeFact(m, &p.Broker, y.Broker, "broker", at)
				mergeFact(m, &p.Outbox, y.Outbox, "outbox", at)
				*x = &p
			}),
		Stores: m.stores(a.Stores, b.Stores, where),
	}
}

func (m *merger) call(a, b *Call, parent any) *Call {
	c := *a
	facts := *a.Facts()
	c.CallFacts = &facts
	more := b.Facts()
	where := within{"call to", a.To, parent}
	c.Pos = earlier(a.Pos, b.Pos, true, true)
	mergeFact(m, &c.Operation, b.Operation, "operation", where)
	mergeFact(m, &facts.Via, more.Via, "via", where)
	mergeFact(m, &facts.Target, more.Target, "target", where)
	mergeFact(m, &facts.Protocol, more.Protocol, "protocol", where)
	mergeFact(m, &facts.Timeout, more.Timeout, "timeout", where)
	mergeFact(m, &facts.Deadline, more.Deadline, "deadline", where)
	mergeFact(m, &facts.Retries, more.Retries, "retries", where)
	mergeFact(m, &facts.Backoff, more.Backoff, "backoff", where)
	mergeFact(m, &facts.CircuitBreaker, more.CircuitBreaker, "circuit-breaker", where)
	mergeFact(m, &facts.Effect, more.Effect, "effect", where)
	mergeFact(m, &facts.Reply, more.Reply, "reply", where)
	mergeFact(m, &facts.Error, more.Error, "error", where)
	mergeFact(m, &facts.Undo, more.Undo, "undo", where)
	mergeFact(m, &facts.IdempotencyKey, more.IdempotencyKey, "idempotency-key", where)
	mergeFact(m, &facts.Loop, more.Loop, "loop", where)
	mergeFact(m, &facts.Concurrent, more.Concurrent, "concurrent", where)
	mergeFact(m, &facts.Branch, more.Branch, "branch", where)
	mergeFact(m, &facts.Detached, more.Detached, "detached", where)
	mergeFact(m, &facts.From, more.From, "from", where)
	mergeFact(m, &facts.Context, more.Context, "context", where)
	mergeFact(m, &facts.Client, more.Client, "client", where)
	mergeFact(m, &facts.Address, more.Address, "address", where)
	mergeFact(m, &facts.Encrypted, more.Encrypted, "encrypted", where)
	mergeFact(m, &facts.Traced, more.Traced, "traced", where)
	mergeFact(m, &facts.Through, more.Through, "through", where)
	mergeFact(m, &facts.Declared, more.Declared, "declared", where)
	return &c
}

// correct leaves out what a file of configuration says of a store where something else is said of it.
func correct(s *StoreUse, by *StoreUse) {
	if !s.Configured() || by.Target.Is() {
		return
	}
	if by.Server.Is() && s.Server != by.Server {
		s.Server, s.Target = Fact[string]{}, Fact[string]{}
	}
	if by.Database.Is() {
		s.Database = Fact[string]{}
	}
}

// stores unites by server and database where both sides have them, else by name.
func (m *merger) stores(a, b []*StoreUse, where any) []*StoreUse {
	placed := func(s *StoreUse) bool { return s.Server.Is() && s.Database.Is() }
	place := func(s *StoreUse) string {
		if !placed(s) {
			return ""
		}
		return s.Server.Value + "\x00" + s.Database.Value
	}
	merge := func(x **StoreUse, y *StoreUse) {
		s, other := **x, *y
		correct(&s, y)
		correct(&other, *x)
		y = &other
		at := within{"store", s.Name, where}
		s.Pos = earlier(s.Pos, y.Pos, true, true)
		mergeFact(m, &s.Kind, y.Kind, "kind", at)
		mergeFact(m, &s.Server, y.Server, "server", at)
		mergeFact(m, &s.Database, y.Database, "database", at)
		mergeFact(m, &s.Target, y.Target, "target", at)
		mergeFact(m, &s.Access, y.Access, "access", at)
		mergeFact(m, &s.Durable, y.Durable, "durable", at)
		mergeFact(m, &s.Backup, y.Backup, "backup", at)
		*x = &s
	}
	same := slices.Clone(a)
	known := make(map[string]bool, len(a))
	for _, s := range a {
		known[place(s)] = placed(s)
	}
	var byPlace, byName []*StoreUse
	for _, s := range b {
		if known[place(s)] {
			byPlace = append(byPlace, s)
		} else {
			byName = append(byName, s)
		}
	}
	same = unite(same, byPlace, place, always, merge)
	return unite(same, byName, func(s *StoreUse) string { return s.Name },
		func(x, y *StoreUse) bool { return !placed(x) || !placed(y) || x.Configured() != y.Configured() }, merge)
}

func always[E any](_, _ E) bool { return true }

// compatible reports whether two facts may be one: one of them is not known, or they are equal.
func compatible(a, b Fact[string]) bool {
	return !a.Known() || !b.Known() || a.State == b.State && a.Value == b.Value
}

// unite merges each element of b into an element of a with the same key that matches and that no other element of b
// took before it, and appends it where there is none. a and b stay as they are.
func unite[E any](a, b []E, key func(E) string, match func(x, y E) bool, merge func(x *E, y E)) []E {
	if len(a) == 0 || len(b) == 0 {
		return slices.Concat(a, b)
	}
	free := make(map[string][]int, len(a))
	for i, e := range a {
		free[key(e)] = append(free[key(e)], i)
	}
	all := slices.Clone(a)
	for _, e := range b {
		candidates := free[key(e)]
		chosen := -1
		for i, index := range candidates {
			if match(a[index], e) {
				chosen = index
				if i == 0 {
					candidates = candidates[1:] // the common case, without moving the rest
				} else {
					candidates = slices.Delete(candidates, i, i+1)
				}
				free[key(e)] = candidates
				break
			}
		}
		if chosen >= 0 {
			merge(&all[chosen], e)
		} else {
			all = append(all, e)
		}
	}
	return all
}
