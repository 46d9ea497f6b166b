package trace

import (
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/source/gocode/library"
	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// Stores: the databases, caches and buckets that a unit opens. What opens one is noted with all that it was given; where
// that leads to is read when the unit has run, since options are often set afterwards. A call that changes something is
// one of the store that its receiver came from.

// opening is a call that opens a store, or one that goes on to a database of one.
type opening struct {
	fact *library.Fact
	args []value
	at   place
}

// openings are what a unit opened so far.
type openings struct {
	know    library.Table
	by      map[int32]*opening   // by the object that stands for what the call returned
	told    map[int32][]*opening // by atom: what else is known of it
	sources map[int32]value      // by atom: the objects in openings that it came from
	changed map[int32]bool       // objects in openings
	filed   map[hole][]string    // by what is configured: what the files that the code names say it is
	stored  map[int32]bool       // by atom: whether it came from what opens a store
	used    map[int32]bool       // objects in openings, of stores that may be no store: something was done with them as with one
}

func newOpenings(know library.Table) openings {
	return openings{know: know, by: make(map[int32]*opening), told: make(map[int32][]*opening), sources: make(map[int32]value), changed: make(map[int32]bool), used: make(map[int32]bool), filed: make(map[hole][]string), stored: make(map[int32]bool)}
}

// opens notes what a call of a library function has to do with stores. A function that says which store may return a text.
func (m *machine) opens(f *frame, in *summary.Instr, name string, args, results []value) ([]value, []*event) {
	var events []*event
	var chosen value // the database that the call itself goes on to
	for _, fact := range m.opened.know[name] {
		switch fact.Does {
		case "opens", "locates":
			if fact.Does == "opens" && m.counts() {
				m.opened.note(m.object(in, f.act, ""), fact, args, m.written(f, in))
			}
			if in.Sig != nil && len(in.Sig.Results) > 0 && in.Sig.Results[0] == "string" {
				results = setFirst(results, m.lib(f, in, name, 0, args))
			}
		case "selects":
			if !m.counts() {
				continue
			}
			if in.Sig != nil && len(in.Sig.Results) > 0 {
				chosen = value{m.object(in, f.act, "")}
				m.opened.note(chosen[0], fact, args, m.written(f, in))
			}
			for _, id := range m.plain(m.arg(fact, "of", 0, args)) {
				m.opened.tell(id, &opening{fact, args, m.written(f, in)})
			}
		case "changes":
			if m.counts() && m.fits(fact, args) && m.writes(fact, args) {
				stores := chosen
				if stores == nil {
					stores = m.storesOf(m.arg(fact, "of", 0, args), 0)
				}
				if fact.Args["also"] == "" {
					m.usedAs(stores)
				}
				events = append(events, m.changes(f, in, stores)...)
			}
		case "looks":
			if m.counts() && m.fits(fact, args) {
				m.usedAs(m.storesOf(m.arg(fact, "of", 0, args), 0))
			}
		}
	}
	return results, events
}

// counts reports whether what is seen is told: initialisers run once, all else until nothing more is known of it.
func (m *machine) counts() bool { return m.last || !m.initialised }

func (o *openings) note(obj int32, fact *library.Fact, args []value, at place) {
	known := o.by[obj]
	if known == nil {
		o.by[obj] = &opening{fact, args, at}
		return
	}
	known.args = slices.Clone(known.args)
	for i := range min(len(args), len(known.args)) {
		known.args[i] = join(known.args[i], args[i])
	}
}

func (o *openings) tell(id int32, more *opening) {
	for _, known := range o.told[id] {
		if known.fact == more.fact && slices.EqualFunc(known.args, more.args, slices.Equal[value]) {
			return
		}
	}
	o.told[id] = append(o.told[id], more)
}

// inFile notes what a file says of what is configured.
func (o *openings) inFile(source hole, said string) {
	if !slices.Contains(o.filed[source], said) {
		o.filed[source] = append(o.filed[source], said)
	}
}

// withFiled is a text with what files say of what is configured, where they say one thing; and what that is.
func (o *openings) withFiled(t target) (out target, filed []hole) {
	parts := strings.Split(t.text, "{}")
	for i, part := range parts {
		if i > 0 {
			h := hole{}
			if i <= len(t.holes) {
				h = t.holes[i-1]
			}
			if said := o.filed[h]; len(said) == 1 && !strings.Contains(said[0], "{}") {
				out.text += said[0]
				filed = append(filed, h)
			} else {
				out.text += "{}"
				out.holes = append(out.holes, h)
			}
		}
		out.text += part
	}
	return out, filed
}

// asConfigured is a value without the texts that files say of what it holds of the configuration, since that tells them.
func (m *machine) asConfigured(v value, depth int) value {
	v = m.plain(v)
	if depth > maxDepth {
		return v
	}
	var filed []string
	for _, id := range v {
		if a := m.atoms[id]; configuration(a) {
			if said := m.opened.filed[hole{a.kind, a.text}]; len(said) == 1 {
				filed = append(filed, said[0])
			}
		}
	}
	var out value
	for _, id := range v {
		a := m.atoms[id]
		switch {
		case a.kind == kConst && slices.Contains(filed, strings.TrimPrefix(a.text, `"`)):
			continue
		case a.kind == kText && a.typ != reference:
			args := make([]value, len(a.args))
			for i, arg := range a.args {
				args[i] = m.asConfigured(arg, depth+1)
			}
			id = m.one(atom{kind: kText, typ: a.typ, text: a.text, args: args})[0]
		}
		out = join(out, value{id})
	}
	return out
}

// changes notes that something in stores is changed.
func (m *machine) changes(f *frame, in *summary.Instr, stores value) []*event {
	for _, obj := range stores {
		m.opened.changed[obj] = true
	}
	if len(stores) == 0 {
		return nil
	}
	return []*event{{kind: evChange, at: m.written(f, in), objs: stores}}
}

// handed is what a library hands to functions by the types of their parameters, where it was called on a store, or was
// given one: a transaction, a session, a bucket, all of which are of that store.
func (m *machine) handed(name string, args []value) map[string]value {
	var given map[string]value
	for _, v := range args {
		if !m.ofStore(v, 0) {
			continue
		}
		for _, functions := range args {
			for _, id := range m.functionsIn(functions) {
				fn := m.prog.funcs[m.atoms[id].text]
				if fn == nil {
					continue
				}
				for _, p := range fn.Params {
					host, _, _ := strings.Cut(strings.TrimLeft(p.Type, "*"), "/")
					if !strings.Contains(host, ".") && host != "database" || m.prog.ownsType(p.Type) || m.hasContext(p.Type) {
						continue
					}
					if given == nil {
						given = make(map[string]value)
					}
					given[p.Type] = m.one(atom{kind: kLib, text: name, typ: p.Type, args: []value{v}})
				}
			}
		}
		return given
	}
	return nil
}

// ofStore reports whether a value came from what opens a store.
func (m *machine) ofStore(v value, depth int) bool {
	if depth > maxDepth {
		return false
	}
	return slices.ContainsFunc(m.plain(v), func(id int32) bool {
		a := m.atoms[id]
		if a.kind != kLib && a.kind != kVar {
			return false
		}
		found, ok := m.opened.stored[id]
		if !ok {
			found = a.kind == kLib && m.opened.know.Find(a.text, "opens") != nil ||
				slices.ContainsFunc(a.args, func(arg value) bool { return m.ofStore(arg, depth+1) })
			m.opened.stored[id] = found
		}
		return found
	})
}

// usedAs notes that stores are used as such.
func (m *machine) usedAs(stores value) {
	for _, obj := range stores {
		m.opened.used[obj] = true
	}
}

// fits reports whether a call was given what a fact is about: what one function returns, or nothing of what another does.
func (m *machine) fits(fact *library.Fact, args []value) bool {
	with, unless := fact.Args["with"], fact.Args["unless"]
	if with == "" && unless == "" {
		return true
	}
	var returned []string
	for _, arg := range args {
		returned = m.returnedBy(returned, arg, 0)
	}
	own, _ := arch.FuncNameOf(fact.Func)
	has := func(function string) bool { return slices.Contains(returned, own.Package+"."+function) }
	return (with == "" || has(with)) && !has(unless)
}

// returnedBy adds the functions of libraries whose results a value holds.
func (m *machine) returnedBy(names []string, v value, depth int) []string {
	if depth > maxDepth {
		return names
	}
	for _, id := range m.plain(v) {
		a := m.atoms[id]
		inner := a.args
		switch a.kind {
		case kLib:
			names = append(names, a.text)
		case kLoc:
			inner = nil
			for _, c := range m.objects[a.obj].heap.list {
				if within(c.path, a.text) {
					inner = append(inner, c.v)
				}
			}
		}
		for _, v := range inner {
			names = m.returnedBy(names, v, depth+1)
		}
	}
	return names
}

// writes reports whether a call changes something: unless its text says so, or is not known, it may only read.
func (m *machine) writes(fact *library.Fact, args []value) bool {
	if _, ok := fact.Arg("command"); ok {
		command, _ := m.str(m.arg(fact, "command", -1, args))
		switch strings.ToUpper(command) {
		case "SET", "SETEX", "SETNX", "MSET", "GETSET", "APPEND", "DEL", "UNLINK", "INCR", "INCRBY", "DECR", "DECRBY", "EXPIRE", "HSET", "HMSET", "HDEL",
			"HINCRBY", "LPUSH", "RPUSH", "LPOP", "RPOP", "LREM", "SADD", "SREM", "ZADD", "ZREM", "ZINCRBY":
			return true
		}
		return false
	}
	if _, ok := fact.Arg("sql"); !ok {
		return true
	}
	text := ""
	if pieces := m.pieces(m.arg(fact, "sql", -1, args)); len(pieces) > 0 {
		text, _ = m.str(pieces[0])
	}
	text = strings.TrimSpace(text)
	for strings.HasPrefix(text, "--") { // comments, as those that say what a query is called
		_, text, _ = strings.Cut(text, "\n")
		text = strings.TrimSpace(text)
	}
	verb, _, _ := strings.Cut(strings.ReplaceAll(text, "\n", " "), " ")
	switch strings.ToUpper(strings.TrimSpace(verb)) {
	case "INSERT", "UPDATE", "DELETE", "REPLACE", "MERGE", "UPSERT", "TRUNCATE":
		return true
	case "":
		return fact.Args["only"] == ""
	}
	return false
}

// storesOf are the objects for the stores that a value came from: what opened them, or what went on to one of their
// databases.
func (m *machine) storesOf(v value, depth int) value {
	var out value
	if depth > maxDepth {
		return nil
	}
	for _, id := range m.plain(v) {
		a := m.atoms[id]
		if a.kind == kLoc { // the project's own, around what it holds
			for _, c := range m.objects[a.obj].heap.list {
				if within(c.path, a.text) {
					out = join(out, m.storesOf(c.v, depth+1))
				}
			}
			continue
		}
		if a.kind != kLib && a.kind != kVar {
			continue
		}
		known, ok := m.opened.sources[id]
		if !ok {
			switch {
			case a.kind == kLib && m.opened.by[a.obj] != nil:
				known = value{a.obj}
				if o := m.opened.by[a.obj]; o.fact.Args["cache"] != "" {
					known = m.storesOf(m.arg(o.fact, "cache", -1, a.args), depth+1)
				}
			default:
				for _, arg := range a.args {
					known = join(known, m.storesOf(arg, depth+1))
				}
			}
			m.opened.sources[id] = known
		}
		out = join(out, known)
	}
	return out
}
