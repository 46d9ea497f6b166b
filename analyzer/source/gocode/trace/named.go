package trace

import (
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/source/gocode/library"
	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// Services that find each other by name: a server says what it registers as, a client which name it is for. A registry
// that is no part of the code knows where that is.

// saidBy is what options of one kind say, each.
func (m *machine) saidBy(options value, verb string) []value {
	var out []value
	m.within([]value{options}, func(_ int32, a *atom) bool {
		if a.kind != kLib {
			return true
		}
		if fact := m.know.Find(a.text, verb); fact != nil {
			of := m.arg(fact, "of", 0, a.args)
			if field := fact.Args["field"]; field != "" {
				of = m.load(m.fieldAddr(of, field, "string"), "string", false)
			}
			for _, v := range m.listOrOne(of) {
				out = append(out, v)
			}
		}
		return true
	})
	return out
}

// optionsOf are the options that a client was made with, and those of the client that made it, if one did.
func (m *machine) optionsOf(fact *library.Fact, args []value) value {
	options := m.arg(fact, "options", -1, args)
	if strings.HasPrefix(fact.Func, "(") && len(args) > 0 {
		options = join(options, args[0])
	}
	return options
}

// namesOf are the names that the callees of a client may be registered as.
func (m *machine) namesOf(client value) []target {
	var out []target
	for _, id := range m.plain(client) {
		fact, args := m.dialled(id)
		if fact == nil {
			continue
		}
		said := m.saidBy(m.optionsOf(fact, args), "names")
		if name := m.arg(fact, "name", -1, args); len(name) > 0 {
			said = append(said, name)
		}
		for _, v := range said {
			out = append(out, m.texts(v)...)
		}
	}
	if len(out) > maxTexts {
		return nil
	}
	return out
}

// registered notes the names that a server registers as, as far as they are written out.
func (m *machine) registered(server value) {
	for _, v := range m.saidBy(server, "names") {
		m.registersAs(v)
	}
}

func (m *machine) registersAs(name value) {
	for _, t := range m.texts(name) {
		if len(t.holes) == 0 && t.text != "" && !slices.Contains(m.names, t.text) {
			m.names = append(m.names, t.text)
		}
	}
}

// askedFor tells of a request that was made by itself whom it asks for what.
func (m *machine) askedFor(r *request, asked value) {
	for _, id := range m.plain(asked) {
		a := m.atoms[id]
		fact := m.know.Find(a.text, "asks")
		if a.kind != kLib || fact == nil {
			r.procedure, r.names = "", nil
			return
		}
		p, ok := m.str(m.arg(fact, "procedure", -1, a.args))
		if p = procedureNamed(p); !ok || r.procedure != "" && r.procedure != p {
			r.procedure, r.names = "", nil
			return
		}
		r.procedure = p
		r.names = append(r.names, m.texts(m.arg(fact, "name", -1, a.args))...)
	}
}

// procedureIn is a method of the service whose description a client was made with; "" where that is not known.
func (m *machine) procedureIn(caller *summary.Func, fact *library.Fact, client value, method string) string {
	if fact.Args["desc"] == "caller" {
		if service := clientOf(caller); service != "" {
			return service + "/" + method
		}
		return ""
	}
	n, ok := fact.Arg("desc")
	if !ok {
		return ""
	}
	found := ""
	for _, id := range m.plain(client) {
		a := m.atoms[id]
		if a.kind == kNil {
			continue
		}
		dials, args := m.dialled(id)
		if dials == nil || n >= len(args) {
			return ""
		}
		for _, desc := range m.plain(args[n]) {
			service := m.described(m.atoms[desc])
			if service == "" || found != "" && found != service {
				return ""
			}
			found = service
		}
	}
	if found == "" {
		return ""
	}
	return found + "/" + method
}

// clientOf is the service that a method of a generated client asks, as the client is named after it; "" for other
// functions.
func clientOf(fn *summary.Func) string {
	typ, _, ok := strings.Cut(strings.TrimLeft(originName(fn.ID), "(*"), ").")
	if !ok || !fn.Generated || packageOf(typ) == "" {
		return ""
	}
	service, ok := strings.CutSuffix(typ[len(packageOf(typ))+1:], "Client")
	if !ok {
		return ""
	}
	return service
}

// described is the service that a description is of, as it is called on the wire: of Protobuf with its package, which
// is no part of the name where Thrift is spoken.
func (m *machine) described(desc *atom) string {
	if desc.kind == kConst { // by its name
		name, _ := strings.CutPrefix(desc.text, `"`)
		return name
	}
	if desc.kind != kLoc {
		return ""
	}
	name, ok := m.str(m.at(desc.obj, desc.text+".ServiceName"))
	if !ok {
		return ""
	}
	codec, _ := m.constant(m.at(desc.obj, desc.text+".PayloadCodec"))
	if codec != protobufCodec {
		return name
	}
	pkg, _ := m.str(m.at(desc.obj, desc.text+".PackageName"))
	for _, id := range m.plain(m.at(desc.obj, desc.text+".Extra")) {
		if a := m.atoms[id]; a.kind == kLoc && pkg == "" {
			pkg, _ = m.str(m.at(a.obj, a.text+`["PackageName]`))
		}
	}
	if pkg == "" || strings.Contains(name, ".") {
		return name
	}
	return pkg + "." + name
}

// protobufCodec is kitex' serviceinfo.Protobuf.
const protobufCodec = "1"

// serviceByKeys registers the methods of a service whose description has them in a map, by their names.
func (m *machine) serviceByKeys(at place, protocol string, server, desc, impl value) {
	for _, id := range m.plain(desc) {
		a := m.atoms[id]
		name := m.described(a)
		if name == "" {
			continue
		}
		for _, table := range m.plain(m.at(a.obj, a.text+".Methods")) {
			t := m.atoms[table]
			if t.kind != kLoc {
				continue
			}
			for _, key := range m.elements(t.obj, t.text) {
				method, ok := strings.CutPrefix(strings.TrimSuffix(key, "]"), `["`)
				if ok {
					m.addRoute(&route{protocol: protocol, procedure: name + "/" + method, recv: impl, method: goName(method), server: server, at: at})
				}
			}
		}
	}
}

// byName is the one service that goes by the names of a callee.
func (l *linker) byName(names []target) *arch.Service {
	var found *arch.Service
	for _, t := range names {
		s := l.bySource(parseAddress(t).source)
		if len(t.holes) == 0 {
			s = l.registeredAs(t.text)
		}
		if s != nil && found != nil && s != found {
			return nil
		}
		if s != nil {
			found = s
		}
	}
	return found
}

// registeredAs is the one service that registers under a name, or else is called that.
func (l *linker) registeredAs(name string) *arch.Service {
	if s := l.registers(name); s != nil {
		return s
	}
	return l.called(name)
}

// registers is the one service that registers under a name.
func (l *linker) registers(name string) *arch.Service {
	var found *arch.Service
	for _, s := range l.system.Services {
		if slices.ContainsFunc(s.Hosts, func(h arch.Fact[string]) bool { return h.Value == name }) {
			if found != nil {
				return nil
			}
			found = s
		}
	}
	return found
}

// nameOf is the one name of a callee that is written out, "" where there is none or more.
func nameOf(names []target) string {
	found := ""
	for _, t := range names {
		if len(t.holes) > 0 || found != "" && found != t.text {
			return ""
		}
		found = t.text
	}
	return found
}

// asks is who a request asks for by name, with the one operation whose last part it names; nil where no name is known.
func (l *linker) asks(r *request) *callee {
	s := l.byName(r.names)
	if s == nil {
		if name := nameOf(r.names); name != "" {
			return &callee{to: l.infer(name).Name, operation: r.method}
		}
		return nil
	}
	found := ""
	for _, op := range l.operationsOf(s) {
		if r.method == "" || !strings.HasSuffix(op, "/"+r.method) {
			continue
		}
		if found != "" && found != op {
			return &callee{to: s.Name}
		}
		found = op
	}
	return &callee{to: s.Name, operation: found}
}
