package trace

import (
	"cmp"
	"slices"
	"strconv"
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

// store is one that a unit opens, as far as it is known.
type store struct {
	name, kind, server, database string
	target                       string // what its address comes from: that of a server that is not known, or that a file says
	writes                       bool
	at                           place
}

// parts are what is known of a store; several of one kind are alternatives.
type storeParts struct {
	kinds              []string
	servers, databases []said
	memory             bool
}

// said is a part of a text that says where a store is.
type said struct {
	target
	preset bool   // configuration may replace it
	file   string // what of the configuration it comes from, if a file says what that is
}

// stores are what the unit opens, each once, in the order of their places; and for the objects that stand for them,
// which of these.
func (m *machine) stores() (all []store, byObj map[int32]int) {
	byObj = make(map[int32]int)
	objs := make([]int32, 0, len(m.opened.by))
	for obj := range m.opened.by {
		objs = append(objs, obj)
	}
	slices.Sort(objs)
	found := make(map[int32]store)
	selected := make(map[int32]bool) // stores of which databases are known
	wrapped := make(map[int32]value) // what is opened that is another's store
	for _, obj := range objs {
		o := m.opened.by[obj]
		if o.fact.Does != "selects" {
			continue
		}
		databases := m.spelled(m.storePart(o, "database", 0))
		if len(databases) == 0 || len(writtenOut(slices.Clone(databases))) > 1 {
			continue
		}
		for _, of := range m.storesOf(m.arg(o.fact, "of", 0, o.args), 0) {
			base := m.opened.by[of]
			if base == nil || base.fact.Does == "selects" {
				continue
			}
			if s, _, ok := m.locatedStore(base, databases); ok {
				s.writes = m.opened.changed[obj]
				found[obj] = s
				selected[of] = true
			}
		}
	}
	for _, obj := range objs {
		o := m.opened.by[obj]
		if o.fact.Does == "opens" && !selected[obj] && (o.fact.Args["if"] == "" || m.opened.used[obj]) {
			s, others, ok := m.locatedStore(o, nil)
			if ok {
				s.writes = m.opened.changed[obj]
				found[obj] = s
			}
			wrapped[obj] = others
		}
	}
	for _, obj := range objs {
		s, ok := found[obj]
		if !ok {
			continue
		}
		at := slices.IndexFunc(all, func(known store) bool { return known.same(s) })
		if at < 0 {
			all = append(all, s)
			at = len(all) - 1
		}
		all[at].writes = all[at].writes || s.writes
		byObj[obj] = at
	}
	for _, obj := range objs { // what went on to a database that is not known is of the store itself, and so is what wraps it
		if _, ok := byObj[obj]; ok {
			continue
		}
		for _, of := range join(wrapped[obj], m.storesOf(m.arg(m.opened.by[obj].fact, "of", -1, m.opened.by[obj].args), 0)) {
			if at, ok := byObj[of]; ok {
				byObj[obj] = at
				all[at].writes = all[at].writes || m.opened.changed[obj]
			}
		}
	}
	return all, byObj
}

func (s store) same(o store) bool {
	return s.name == o.name && s.kind == o.kind && s.server == o.server && s.database == o.database && s.target == o.target
}

// locatedStore is the store that an opening opens; not ok where it is that of others, which are told then, or nobody else
// can see it. databases are what was gone on to.
func (m *machine) locatedStore(o *opening, databases []target) (s store, others value, ok bool) {
	var parts storeParts
	own := m.ownParts(&parts, o, 0)
	seen := make(map[int32]bool)
	cache := o.fact.Args["cache"] != "" // it stands before another store
	for _, arg := range o.args {
		if cache {
			break
		}
		for _, id := range m.plain(arg) {
			m.locating(&parts, id, seen, 0, &others)
		}
	}
	if (cache || len(others) > 0) && !own { // it wraps another one
		return store{}, others, false
	}
	if parts.memory {
		return store{}, nil, false
	}
	if len(databases) > 0 {
		parts.databases = nil
		for _, t := range databases {
			t, filed := m.opened.withFiled(t)
			if name := plainName(t.withHoles()); name != "" {
				parts.databases = append(parts.databases, m.said(t, name, filed))
			}
		}
	}
	s = store{at: o.at}
	s.kind = onlyOf(parts.kinds)
	var servers, targets, files []string
	certain := true
	for _, t := range parts.servers {
		server, known, from := t.resolved()
		certain = certain && known && !t.preset
		targets = append(targets, from, t.file)
		files = append(files, t.file)
		servers = append(servers, server)
	}
	if servers = distinct(servers); certain && len(servers) == 1 {
		s.server = servers[0]
		s.target = strings.Join(distinct(files), " or ")
	}
	if s.server == "" {
		s.target = strings.Join(distinct(targets), " or ")
	} else if s.target != "" && ofDeveloper(s.server) { // where the service runs, another file says something else
		s.server, parts.databases = "", nil
	}
	names, sure := []string(nil), true
	for _, t := range parts.databases {
		name, known, from := t.resolved()
		sure = sure && known && !t.preset
		names = append(names, name)
		if s.target == "" && (s.server == "" || known && t.file != "") {
			s.target = cmp.Or(from, t.file)
		}
	}
	// A default is often one for all services that read their configuration in the same way, and each of them is set to
	// another one where it runs.
	if names = distinct(names); len(names) == 1 && sure {
		s.database = names[0]
	}
	name := s.database
	if strings.Trim(name, "0123456789") == "" {
		name = "" // says nothing without its server
	}
	s.name = cmp.Or(name, nameOfHost(s.server), nameOfSource(s.target), s.kind, "store")
	return s, nil, true
}

// ofDeveloper reports whether a server is the machine itself, as files of configuration have it that developers use.
func ofDeveloper(server string) bool {
	host, _, _ := cutPort(server)
	return host == "localhost" || host == "::1" || host == "[::1]" || strings.HasPrefix(host, "127.")
}

// nameOfSource is the name of what the address of a store comes from, "" where there is none, or several.
func nameOfSource(target string) string {
	if names := arch.TargetNames(target); len(names) == 1 {
		return names[0]
	}
	return ""
}

// locating adds what a value says of a store, with all that it was made of, and the stores among that.
func (m *machine) locating(parts *storeParts, id int32, seen map[int32]bool, depth int, others *value) {
	if seen[id] || depth > maxDepth {
		return
	}
	seen[id] = true
	a := m.atoms[id]
	for _, more := range m.opened.told[id] {
		m.ownParts(parts, more, id)
	}
	inner := a.args
	switch a.kind {
	case kLib:
		if known := m.opened.by[a.obj]; known != nil && known.fact.Does == "opens" {
			*others = join(*others, value{a.obj})
			return
		}
		for _, fact := range m.opened.know[a.text] {
			if fact.Does == "locates" {
				m.ownParts(parts, &opening{fact: fact, args: a.args}, id)
			}
		}
	case kLoc:
		inner = nil
		for _, c := range m.objects[a.obj].heap.list {
			if within(c.path, a.text) {
				inner = append(inner, c.v)
			}
		}
	case kVar:
	default:
		return
	}
	for _, v := range inner {
		for _, id := range m.plain(v) {
			m.locating(parts, id, seen, depth+1, others)
		}
	}
}

// ownParts adds what a call says of a store by itself, and reports whether it says where that is. self is what it returned.
func (m *machine) ownParts(parts *storeParts, o *opening, self int32) bool {
	kinds := m.kindsOf(o, self)
	parts.kinds = append(parts.kinds, kinds...)
	kind := onlyOf(kinds)
	parts.memory = parts.memory || o.fact.Args["memory"] != ""
	says := false
	server, database := m.spelled(m.storePart(o, "server", self)), m.spelled(m.storePart(o, "database", self))
	// What was set in the result counts more than what that was made of.
	setServer := len(server) > 0 && strings.HasPrefix(o.fact.Args["server"], ".")
	setDatabase := len(database) > 0 && strings.HasPrefix(o.fact.Args["database"], ".")
	add := func(t target, filed []hole, found located) {
		says = true
		if found.kind != "" && kind == "" {
			parts.kinds = append(parts.kinds, found.kind)
		}
		parts.memory = parts.memory || found.memory
		if found.server != "" && !setServer {
			parts.servers = append(parts.servers, m.said(t, found.server, filed))
		}
		if found.database != "" && !setDatabase {
			parts.databases = append(parts.databases, m.said(t, found.database, filed))
		}
	}
	for _, t := range m.spelled(m.storePart(o, "dsn", self)) {
		before := t
		t, filed := m.opened.withFiled(t)
		if t.text == "{}" { // all of it
			add(t, nil, located{server: string(firstHole), database: string(firstHole)})
			continue
		}
		if asked := locate(kind, before.withHoles()); before.text != "{}" && asked.server != "" {
			filed = slices.DeleteFunc(filed, func(h hole) bool { return !slices.Contains(before.part(asked.server+asked.database).holes, h) })
		}
		add(t, filed, locate(kind, t.withHoles()))
	}
	for _, t := range m.spelled(m.storePart(o, "file", self)) {
		t, filed := m.opened.withFiled(t)
		add(t, filed, locateFile(kind, t.withHoles()))
	}
	ports := m.spelled(m.storePart(o, "port", self))
	setServer, setDatabase = false, false
	for _, t := range server {
		t, filed := m.opened.withFiled(t)
		if len(ports) == 1 && len(ports[0].holes) == 0 && !strings.Contains(t.text, ":") {
			t.text += ":" + ports[0].text
		}
		if host := hosts(kind, t.withHoles()); host != "" {
			add(t, filed, located{server: host})
		}
	}
	for _, t := range database {
		t, filed := m.opened.withFiled(t)
		if name := plainName(t.withHoles()); name != "" {
			parts.databases = append(parts.databases, m.said(t, name, filed))
		}
	}
	return says
}

// said is a part of a text, some of which comes from files. Where the text was put together of several, configuration may
// replace that part alone.
func (m *machine) said(t target, part string, filed []hole) said {
	var files []string
	for _, h := range filed {
		files = append(files, h.describe())
	}
	return said{t.part(part), m.presets[t.text] || m.presets[part], strings.Join(distinct(files), " or ")}
}

// kindsOf are the kinds of store that a call may be for.
func (m *machine) kindsOf(o *opening, self int32) []string {
	said := o.fact.Args["kind"]
	if said == "" {
		return nil
	}
	if first, _, _ := strings.Cut(said, "."); strings.Trim(first, "0123456789") != "" {
		return []string{said}
	}
	var kinds []string
	for _, t := range m.spelled(m.storePart(o, "kind", self)) {
		t, _ := m.opened.withFiled(t)
		if kind := kindOfDriver(t.text); len(t.holes) == 0 && kind != "" {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// onlyOf is the one text that all of some are; "" where they differ.
func onlyOf(texts []string) string {
	one := ""
	for _, text := range texts {
		if one != "" && one != text {
			return ""
		}
		one = text
	}
	return one
}

// storePart is what plays a part in a call that has to do with a store; nothing where that was never set.
func (m *machine) storePart(o *opening, part string, self int32) value {
	spec := o.fact.Args[part]
	if spec == "" {
		return nil
	}
	first, path, nested := strings.Cut(spec, ".")
	v := value{self}
	if first != "" {
		n, err := strconv.Atoi(first)
		if _, _, isField := arch.FieldOf(spec); err != nil || nested && !isField && !strings.Contains(path, "*") {
			return m.one(atom{kind: kConst, text: `"` + spec}) // the part itself
		}
		if n >= len(o.args) {
			return nil
		}
		v = o.args[n]
	} else if self == 0 {
		return nil
	}
	if !nested {
		return v
	}
	steps := strings.Split(path, ".")
	for i, step := range steps {
		if step == "*" {
			var each value
			for _, element := range m.listOrOne(v) {
				each = join(each, element)
			}
			v = each
			continue
		}
		var fields value
		for _, id := range m.plain(m.fieldAddr(v, step, "string")) {
			// Of what a library made only what was set is known.
			if a := m.atoms[id]; a.kind == kLoc || a.kind == kVar && (i+1 < len(steps) || len(m.heldIn(a)) > 0) {
				fields = join(fields, value{id})
			}
		}
		v = fields
		if i+1 == len(steps) {
			v = m.load(v, "string", false)
		}
	}
	return v
}

// spelled are the texts that a value may be; those of a list are one, with commas between them.
func (m *machine) spelled(v value) []target {
	var out []target
	for _, id := range m.asConfigured(v, 0) {
		one := value{id}
		if m.isCollection(one) {
			var parts []value
			for i, element := range m.list(one) {
				if i > 0 {
					parts = append(parts, m.one(atom{kind: kConst, text: `",`}))
				}
				parts = append(parts, m.orUnknown(m.asConfigured(element, 0)))
			}
			one = m.one(atom{kind: kText, args: parts})
		} else if a := m.atoms[id]; a.kind == kLib || a.kind == kNil || a.kind == kConst && a.text == `"` {
			continue
		}
		out = append(out, m.texts(one)...)
	}
	if len(out) > maxTexts {
		return nil
	}
	return out
}

// part is a part of a text, with the holes that are in it.
func (t target) part(text string) target {
	var out target
	for _, r := range text {
		if !isHole(r) {
			out.text += string(r)
			continue
		}
		out.text += "{}"
		hole := hole{}
		if i := int(r - firstHole); i < len(t.holes) {
			hole = t.holes[i]
		}
		out.holes = append(out.holes, hole)
	}
	return out
}

// resolved is a text that is known as a whole, or what it comes from.
func (t target) resolved() (text string, known bool, from string) {
	if len(t.holes) == 0 {
		return t.text, true, ""
	}
	var sources []string
	for _, h := range t.holes {
		sources = append(sources, h.describe())
	}
	sources = distinct(sources)
	if strings.Trim(t.text, "{}:,") != "" && len(sources) > 0 { // the rest says something too
		return "", false, t.text + " of " + strings.Join(sources, " or ")
	}
	return "", false, strings.Join(sources, " or ")
}

// distinct are the texts among some, sorted, each once.
func distinct(texts []string) []string {
	slices.Sort(texts)
	texts = slices.Compact(texts)
	return slices.DeleteFunc(texts, func(text string) bool { return text == "" })
}

// nameOfHost is the first part of a host's name.
func nameOfHost(server string) string {
	name, _, _ := strings.Cut(server, ",")
	name, _, _ = cutPort(name)
	if strings.Trim(name, "0123456789.:[]") == "" || strings.HasPrefix(name, "/") {
		return ""
	}
	name, _, _ = strings.Cut(name, ".")
	return name
}
