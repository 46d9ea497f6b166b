package trace

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
)

// Where stores are: kind, server and database of what a unit opened, read when it has run. What an opening does not say
// by itself is in what it was given; an opening that was given another one, and says nothing of a place, is that one.

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
