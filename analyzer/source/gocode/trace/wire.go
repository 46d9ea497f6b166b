package trace

import (
	"reflect"
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/source/gocode/library"
	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// container is what was put into a dependency-injection container, in order. It calls constructors with what others
// return, found by type.
type container struct {
	makers   []*maker // constructors, and values that are there already
	changers []*maker // what takes a value's place
	takers   []*maker // what is called for its own sake
	places   value    // variables to fill
}

// maker makes values for a container.
type maker struct {
	fn      value // one constructor; none where the value is there already
	given   value
	params  []string // types
	results []string
	from    []string   // the parameters' tags
	to      []string   // the results' tags
	as      [][]string // interfaces that stand for the results, one list for each time that it was said; "" is a result itself
	hooks   []*maker   // what is called once all is made
}

// wiringKey is a constructor that is called on behalf of a call of the container.
type wiringKey struct {
	in *summary.Instr
	fn int32
}

// wire does what a function of a container library does.
func (m *machine) wire(f *frame, in *summary.Instr, fact *library.Fact, args []value) []*event {
	n, ok := fact.Arg("container")
	switch {
	case fact.Does == "container":
		var c container
		m.collect(&c, m.arg(fact, "of", 0, args), 0)
		return m.wiring(f, in, &c).run()
	case !ok || n >= len(args):
		return nil // an option: the container reads it
	}
	var events list
	for _, id := range m.plain(args[n]) {
		known := m.containers[id]
		if known == nil {
			known = &container{}
			m.containers[id] = known
		}
		if fact.Does != "invokes" {
			m.option(known, fact, args, 0)
			continue
		}
		once := *known
		once.takers = m.makersOf(m.arg(fact, "fn", 1, args), 0)
		events.addAll(m.wiring(f, in, &once).run())
	}
	return events.events
}

// collect puts into a container what options say.
func (m *machine) collect(c *container, options value, depth int) {
	if depth > maxDepth {
		return
	}
	for _, id := range m.plain(options) {
		if a := m.atoms[id]; a.kind == kLib {
			for _, fact := range m.know[a.text] {
				m.option(c, fact, a.args, depth)
			}
		} else if m.isCollection(value{id}) {
			for _, option := range m.list(value{id}) {
				m.collect(c, option, depth+1)
			}
		}
	}
}

// option puts into a container what one option says.
func (m *machine) option(c *container, fact *library.Fact, args []value, depth int) {
	switch fact.Does {
	case "options":
		m.collect(c, m.arg(fact, "of", 0, args), depth+1)
	case "provides":
		makers := m.makersOf(m.arg(fact, "fn", 0, args), 0)
		for _, made := range makers {
			m.annotate(made, m.arg(fact, "with", -1, args))
		}
		c.makers = appendMakers(c.makers, makers)
	case "decorates":
		c.changers = appendMakers(c.changers, m.makersOf(m.arg(fact, "fn", 0, args), 0))
	case "invokes":
		c.takers = appendMakers(c.takers, m.makersOf(m.arg(fact, "fn", 0, args), 0))
	case "supplies":
		for _, v := range m.each(m.arg(fact, "of", 0, args)) {
			c.makers = append(c.makers, m.supplied(v, 0)...)
		}
	case "populates":
		for _, v := range m.each(m.arg(fact, "to", 0, args)) {
			c.places = join(c.places, v)
		}
	}
}

// supplied are values that are there already, with what is said about them.
func (m *machine) supplied(v value, depth int) []*maker {
	var out []*maker
	if depth > maxDepth {
		return nil
	}
	for _, id := range v {
		a := m.atoms[id]
		fact := m.know.Find(a.text, "annotates")
		switch {
		case a.kind == kTyped:
			out = append(out, &maker{given: a.args[0], results: []string{a.typ}})
		case a.kind == kLib && fact != nil:
			for _, made := range m.supplied(m.arg(fact, "of", 0, a.args), depth+1) {
				m.annotate(made, m.arg(fact, "with", 1, a.args))
				out = append(out, made)
			}
		}
	}
	return out
}

// appendMakers adds those constructors that are not there yet: a container that outlives a round is filled in each.
func appendMakers(to, more []*maker) []*maker {
	for _, made := range more {
		if !slices.ContainsFunc(to, func(known *maker) bool { return slices.Equal(known.fn, made.fn) && slices.Equal(known.to, made.to) }) {
			to = append(to, made)
		}
	}
	return to
}

// each are the elements of a list, or the one value.
func (m *machine) each(v value) []value {
	if m.isCollection(m.plain(v)) {
		return m.list(v)
	}
	return []value{v}
}

// makersOf are the constructors in what a container was given.
func (m *machine) makersOf(v value, depth int) []*maker {
	var out []*maker
	if depth > maxDepth {
		return nil
	}
	for _, id := range v {
		a := m.atoms[id]
		switch {
		case a.kind == kTyped && strings.HasPrefix(a.typ, "func("):
			sig := strings.TrimPrefix(a.typ, "func")
			out = append(out, &maker{fn: a.args[0], params: paramsOf(sig), results: resultsOf(sig)})
		case a.kind == kTyped && m.know.Find(a.typ, "annotates") != nil:
			out = append(out, m.inStruct(m.know.Find(a.typ, "annotates"), a.args[0], depth)...)
		case a.kind == kLib:
			if fact := m.know.Find(a.text, "annotates"); fact != nil {
				for _, made := range m.makersOf(m.arg(fact, "of", 0, a.args), depth+1) {
					m.annotate(made, m.arg(fact, "with", 1, a.args))
					out = append(out, made)
				}
			}
		case m.isCollection(m.plain(value{id})):
			for _, element := range m.list(value{id}) {
				out = append(out, m.makersOf(element, depth+1)...)
			}
		}
	}
	return out
}

// inStruct are constructors in a struct, with their name or their group.
func (m *machine) inStruct(fact *library.Fact, v value, depth int) []*maker {
	field := func(part string) value {
		return m.load(m.fieldAddr(v, fact.Args[part], ""), "", false)
	}
	out := m.makersOf(field("of"), depth+1)
	for _, made := range out {
		for _, part := range []string{"name", "group"} {
			if text, ok := m.str(field(part)); ok && text != "" {
				made.to = []string{part + `:"` + text + `"`}
			}
		}
	}
	return out
}

// annotate notes what is said about a constructor's parameters and results.
func (m *machine) annotate(made *maker, with value) {
	for _, v := range m.each(with) {
		for _, id := range m.plain(v) {
			a := m.atoms[id]
			if a.kind != kLib {
				continue
			}
			for _, fact := range m.know[a.text] {
				switch fact.Does {
				case "stands":
					var types []string
					for _, target := range m.list(m.arg(fact, "of", 0, a.args)) {
						for _, id := range target {
							if t := m.atoms[id]; t.kind == kTyped {
								types = append(types, strings.TrimPrefix(t.typ, "*"))
							} else if t.kind == kLib && m.know.Find(t.text, "itself") != nil {
								types = append(types, "")
							}
						}
					}
					made.as = append(made.as, types)
				case "hooks":
					made.hooks = append(made.hooks, m.makersOf(m.arg(fact, "fn", 0, a.args), 0)...)
				case "tags":
					var tags []string
					for _, tag := range m.each(m.arg(fact, "of", 0, a.args)) {
						text := ""
						if texts := m.texts(tag); len(texts) == 1 && len(texts[0].holes) == 0 {
							text = texts[0].text
						}
						if part := fact.Args["part"]; part != "" {
							text = part + `:"` + text + `"`
						}
						tags = append(tags, text)
					}
					if fact.Args["on"] == "parameters" {
						made.from = tags
					} else {
						made.to = tags
					}
				}
			}
		}
	}
}

// wiring runs what a container holds, for one call of it.
type wiring struct {
	m       *machine
	f       *frame
	in      *summary.Instr
	c       *container
	makers  map[string][]output
	change  map[string][]output
	settled map[string]value
	open    map[string]bool
	ran     map[*maker][]value
	hooks   []*maker
	events  list
}

// output is a value that a constructor makes: a result, or a field of one.
type output struct {
	made   *maker
	result int
	field  *summary.StructField
	as     bool // in an interface that stands for it
}

func (m *machine) wiring(f *frame, in *summary.Instr, c *container) *wiring {
	return &wiring{m: m, f: f, in: in, c: c, makers: m.outputs(c.makers), change: m.outputs(c.changers),
		settled: make(map[string]value), open: make(map[string]bool), ran: make(map[*maker][]value)}
}

// run calls what is called for its own sake, and all that this needs.
func (w *wiring) run() []*event {
	for _, taker := range w.c.takers {
		w.call(taker)
	}
	for i := 0; i < len(w.hooks); i++ {
		w.call(w.hooks[i])
	}
	for _, id := range w.c.places {
		if a := w.m.atoms[id]; a.kind == kTyped && strings.HasPrefix(a.typ, "*") {
			w.m.store(w.f, w.in, a.args[0], w.value(a.typ[1:], ""), false)
		}
	}
	return w.events.events
}

// outputs lists constructors by what they make.
func (m *machine) outputs(makers []*maker) map[string][]output {
	out := make(map[string][]output)
	for _, made := range makers {
		for i, typ := range made.results {
			if typ == "error" {
				continue
			}
			if fields := m.marked(typ, "results"); fields != nil {
				for k := range fields {
					key := keyOf(fields[k].Type, fields[k].Tag, false)
					out[key] = append(out[key], output{made, i, &fields[k], false})
				}
				continue
			}
			tag := ""
			if i < len(made.to) {
				tag = made.to[i]
			}
			types := []string{typ}
			if len(made.as) > 0 {
				types = nil
				for _, list := range made.as {
					if i < len(list) {
						types = append(types, list[i])
					}
				}
			}
			for _, t := range types {
				as := len(made.as) > 0 && t != ""
				if t == "" {
					t = typ
				}
				key := keyOf(t, tag, false)
				out[key] = append(out[key], output{made, i, nil, as})
			}
		}
	}
	return out
}

// marked are the fields of a struct that stands for several parameters or results, but for the mark itself.
func (m *machine) marked(typ, verb string) []summary.StructField {
	t := m.prog.types[typ]
	if t == nil {
		return nil
	}
	is := func(f summary.StructField) bool { return f.Embedded && m.know.Find(f.Type, verb) != nil }
	if !slices.ContainsFunc(t.Fields, is) {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(t.Fields), is)
}

// keyOf is what a value is found by: its type, and the name or the group in its tag. Who asks for a group asks for a
// list of its members.
func keyOf(typ, tag string, asks bool) string {
	if group, how, _ := strings.Cut(reflect.StructTag(tag).Get("group"), ","); group != "" {
		if asks || strings.Contains(how, "flatten") {
			typ = strings.TrimPrefix(typ, "[]")
		}
		return typ + " of group " + group
	}
	if name := reflect.StructTag(tag).Get("name"); name != "" {
		return typ + " named " + name
	}
	return typ
}

// value is what the container has of a type.
func (w *wiring) value(typ, tag string) value {
	m := w.m
	if fields := m.marked(typ, "parameters"); fields != nil {
		return w.parameters(typ, fields)
	}
	key := keyOf(typ, tag, true)
	if v, ok := w.settled[key]; ok {
		return v
	}
	if w.open[key] {
		return m.unknown(typ)
	}
	w.open[key] = true
	var v value
	if strings.Contains(key, " of group ") {
		v = w.group(typ, key)
	} else {
		for _, o := range w.makers[key] {
			v = join(v, w.output(o))
		}
	}
	if len(v) == 0 {
		v = m.parameter(typ, nil, nil)
	}
	w.settled[key] = v
	for _, o := range w.change[key] {
		if changed := w.output(o); len(changed) > 0 {
			w.settled[key] = changed
		}
	}
	return w.settled[key]
}

// group is a list of all that is in a group.
func (w *wiring) group(typ, key string) value {
	m := w.m
	obj := m.objectAt(objectKey{site: w.in, name: key, act: w.f.act}, typ)
	for i, o := range w.makers[key] {
		v := w.output(o)
		if strings.Contains(o.tag(), ",flatten") {
			for k, element := range m.list(v) {
				m.put(obj, "["+itoa(i)+"."+itoa(k)+"]", element)
			}
			continue
		}
		m.put(obj, "["+itoa(i)+"]", v)
	}
	return m.loc(obj, "", typ)
}

func (o output) tag() string {
	switch {
	case o.field != nil:
		return o.field.Tag
	case o.result < len(o.made.to):
		return o.made.to[o.result]
	}
	return ""
}

// parameters is a struct that is filled field by field.
func (w *wiring) parameters(typ string, fields []summary.StructField) value {
	m := w.m
	obj := m.objectAt(objectKey{site: w.in, name: typ, act: w.f.act}, typ)
	for _, field := range fields {
		for _, id := range w.value(field.Type, field.Tag) {
			if a := m.atoms[id]; a.kind == kLoc && a.typ == field.Type && m.prog.typeOf(a.typ) != nil {
				m.copyTo(obj, "."+field.Name, a.obj, a.text) // a struct, which is copied
			} else {
				m.put(obj, "."+field.Name, value{id})
			}
		}
	}
	return m.loc(obj, "", typ)
}

// output is what a constructor makes of one kind.
func (w *wiring) output(o output) value {
	m := w.m
	results := w.call(o.made)
	if o.result >= len(results) {
		return nil
	}
	v := results[o.result]
	if o.field != nil {
		return m.load(m.fieldAddr(v, o.field.Name, o.field.Type), o.field.Type, false)
	}
	if !o.as {
		return v
	}
	var out value
	for _, id := range v { // in the interface that stands for it
		if m.atoms[id].kind == kLoc || m.atoms[id].kind == kLib {
			out = join(out, m.one(atom{kind: kTyped, typ: o.made.results[o.result], args: []value{{id}}}))
		} else {
			out = join(out, value{id})
		}
	}
	return out
}

// call calls a constructor, once.
func (w *wiring) call(made *maker) []value {
	if len(made.fn) == 0 {
		return []value{made.given}
	}
	if results, ok := w.ran[made]; ok {
		return results
	}
	w.ran[made] = nil
	args := make([]value, len(made.params))
	for i, typ := range made.params {
		tag := ""
		if i < len(made.from) {
			tag = made.from[i]
		}
		args[i] = w.value(typ, tag)
	}
	key := wiringKey{w.in, made.fn[0]}
	in := w.m.wirings[key]
	if in == nil {
		in = &summary.Instr{Op: summary.Call, Callee: summary.Dynamic, Dst: summary.None, Pos: w.in.Pos,
			Sig: &summary.Sig{Params: made.params, Results: made.results}}
		w.m.wirings[key] = in
	}
	results, events := w.m.dynamic(w.f, in, made.fn, args)
	w.ran[made] = results
	w.hooks = append(w.hooks, made.hooks...)
	w.events.addAll(events)
	return results
}
