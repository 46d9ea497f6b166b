package trace

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/source/gocode/library"
	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// Remote procedures that are registered: by descriptions, by receivers, by the patterns of a gateway.

// gatewayPaths reads the pattern of a grpc-gateway: operations in pairs of code and operand.
func (m *machine) gatewayPaths(v value) []string {
	for _, id := range m.plain(v) {
		a := m.atoms[id]
		if a.kind != kLib || m.know.Find(a.text, "pattern") == nil || len(a.args) < 4 {
			continue
		}
		fact := m.know.Find(a.text, "pattern")
		var ops []int
		for _, op := range m.list(m.arg(fact, "ops", 1, a.args)) {
			n := 0
			if text, ok := m.constant(op); ok {
				for _, c := range text {
					n = n*10 + int(c-'0')
				}
			}
			ops = append(ops, n)
		}
		var pool []string
		for _, p := range m.list(m.arg(fact, "pool", 2, a.args)) {
			text, _ := m.str(p)
			pool = append(pool, text)
		}
		word := func(i int) string {
			if i < len(pool) {
				return pool[i]
			}
			return ""
		}
		var stack []string
		for i := 0; i+1 < len(ops); i += 2 {
			switch ops[i] {
			case 1: // push
				stack = append(stack, "{}")
			case 2: // literal
				stack = append(stack, word(ops[i+1]))
			case 3: // push the rest
				stack = append(stack, "{}...")
			case 4: // join the last n
				n := min(ops[i+1], len(stack))
				joined := strings.Join(stack[len(stack)-n:], "/")
				stack = append(stack[:len(stack)-n], joined)
			case 5: // name the last
				if len(stack) > 0 {
					last := stack[len(stack)-1]
					switch last {
					case "{}":
						stack[len(stack)-1] = "{" + word(ops[i+1]) + "}"
					case "{}...":
						stack[len(stack)-1] = "{" + word(ops[i+1]) + "...}"
					default:
						stack[len(stack)-1] = strings.ReplaceAll(last, "{}", "{"+word(ops[i+1])+"}")
					}
				}
			}
		}
		path := "/" + strings.Join(stack, "/")
		if verb, ok := m.str(a.args[3]); ok && verb != "" {
			path += ":" + verb
		}
		return []string{path}
	}
	return nil
}

// service registers a gRPC service from its description.
func (m *machine) service(f *frame, in *summary.Instr, fact *library.Fact, server, desc, impl value) {
	protocol := cmp.Or(fact.Args["protocol"], "grpc")
	at := m.written(f, in)
	for _, id := range m.plain(desc) {
		a := m.atoms[id]
		if a.kind != kLoc {
			if a.kind == kVar {
				m.serviceByName(at, strings.TrimSuffix(strings.TrimPrefix(a.text, "&"), "_ServiceDesc"), impl)
			}
			continue
		}
		name, ok := m.str(m.at(a.obj, a.text+"."+cmp.Or(fact.Args["name"], "ServiceName")))
		if !ok {
			continue
		}
		for _, part := range []struct{ list, name string }{{".Methods", "." + cmp.Or(fact.Args["method"], "MethodName")}, {".Streams", ".StreamName"}} {
			for _, list := range m.plain(m.at(a.obj, a.text+part.list)) {
				l := m.atoms[list]
				if l.kind != kLoc {
					continue
				}
				for _, key := range m.elements(l.obj, l.text) {
					element := l.text + key
					if method, ok := m.str(m.at(l.obj, element+part.name)); ok {
						r := &route{protocol: protocol, procedure: name + "/" + method, recv: impl, method: goName(method), server: server, stream: part.list == ".Streams", at: at}
						if handler := m.at(l.obj, element+".Handler"); m.handWritten(handler) {
							r.method, r.handler = "", handler
						}
						m.addRoute(r)
					}
				}
			}
		}
	}
}

// handWritten reports whether a function is the project's and was not generated: what generated code does for a method is
// to call it.
func (m *machine) handWritten(v value) bool {
	for _, id := range m.plain(v) {
		a := m.atoms[id]
		fn := m.code(a.text)
		if a.kind != kFunc || fn == nil || fn.Generated {
			return false
		}
	}
	return len(v) > 0
}

// receiver registers the methods of a value as net/rpc does: those that take an argument and a pointer for the reply,
// and return an error.
func (m *machine) receiver(at place, name, impl value) {
	given, named := m.str(name)
	for _, id := range impl {
		a := m.atoms[id]
		table := m.prog.typeOf(a.typ)
		if a.kind != kTyped || table == nil {
			continue
		}
		service := strings.TrimPrefix(withoutArgs(a.typ), "*")
		service = service[len(packageOf(service))+1:]
		if named {
			service = given
		}
		for _, method := range slices.Sorted(maps.Keys(table.Methods)) {
			sig := table.Methods[method].Sig
			params := paramsOf(sig)
			if first := method[0]; first < 'A' || first > 'Z' || len(params) != 2 || !strings.HasPrefix(params[1], "*") || !strings.HasSuffix(sig, ")error") && !strings.HasSuffix(sig, "(error)") {
				continue
			}
			m.addRoute(&route{protocol: "rpc", procedure: service + "/" + method, recv: value{id}, method: method, at: at})
		}
	}
}

// receiverOfContexts registers the methods of a value as go-micro does: those that take a context, an argument and a
// pointer for the reply, or a context and a stream, and return an error. Generated code hides who answers in a struct of
// the service's name that embeds no more than an interface.
func (m *machine) receiverOfContexts(at place, server, impl value) {
	for _, id := range impl {
		a := m.atoms[id]
		if a.kind != kTyped {
			continue
		}
		service := strings.TrimPrefix(withoutArgs(a.typ), "*")
		service = service[len(packageOf(service))+1:]
		answers, methods := value{id}, m.answersContexts(a.typ)
		if len(methods) == 0 {
			if answers = m.embedded(a.args[0]); len(answers) == 1 {
				methods = m.answersContexts(m.atoms[answers[0]].typ)
			}
		}
		for _, method := range methods {
			m.addRoute(&route{protocol: "rpc", procedure: service + "/" + method, recv: answers, method: method, server: server, at: at})
		}
	}
}

// answersContexts are the methods of a type that go-micro calls for requests.
func (m *machine) answersContexts(typ string) []string {
	table := m.prog.typeOf(typ)
	if table == nil {
		return nil
	}
	var out []string
	for _, method := range slices.Sorted(maps.Keys(table.Methods)) {
		sig := table.Methods[method].Sig
		params := paramsOf(sig)
		exported := method[0] >= 'A' && method[0] <= 'Z'
		unary := len(params) == 3 && strings.HasPrefix(params[2], "*")
		stream := len(params) == 2 && strings.HasSuffix(params[1], "Stream")
		if exported && (unary || stream) && params[0] == "context.Context" && strings.HasSuffix(sig, "(error)") {
			out = append(out, method)
		}
	}
	return out
}

// embedded is what the only field of a struct holds.
func (m *machine) embedded(v value) value {
	for _, id := range m.plain(v) {
		if a := m.atoms[id]; a.kind == kLoc && a.text == "" {
			if cells := m.objects[a.obj].heap.sorted(); len(cells) == 1 {
				return cells[0].v
			}
		}
	}
	return nil
}

// serviceByName registers a service whose generated code is in a dependency: constants name its methods.
func (m *machine) serviceByName(at place, name string, impl value) {
	var keys []string
	for key := range m.prog.consts {
		if rest, ok := strings.CutPrefix(key, name+"_"); ok && strings.HasSuffix(rest, "_FullMethodName") {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	for _, key := range keys {
		procedure := strings.TrimPrefix(m.prog.consts[key], "/")
		_, method, _ := strings.Cut(procedure, "/")
		m.addRoute(&route{protocol: "grpc", procedure: procedure, recv: impl, method: goName(method), at: at})
	}
}

// goName is the Go method that generated code makes of a remote one: get_user and getUser are both GetUser.
func goName(method string) string {
	var b strings.Builder
	for _, word := range strings.Split(method, "_") {
		if word != "" {
			b.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return b.String()
}

// processor registers the methods of a Thrift processor: a map of the project's has something for each that answers it
// with a handler, which it keeps in a field. Both are named after the service. A processor may hold another, of the
// service that its own extends.
func (m *machine) processor(at place, of value) {
	seen := make(map[int32]bool)
	var read func(of value, depth int)
	read = func(of value, depth int) {
		for _, id := range m.plain(of) {
			a := m.atoms[id]
			if a.kind != kLoc || seen[a.obj] || depth > maxDepth {
				continue
			}
			seen[a.obj] = true
			for _, field := range m.objects[a.obj].heap.sorted() {
				key, rest, ok := cutElement(field.path)
				if !ok || rest != "" {
					read(field.v, depth+1)
					continue
				}
				method, ok := strings.CutPrefix(strings.TrimSuffix(key, "]"), `["`)
				if !ok {
					continue
				}
				for _, one := range field.v {
					m.process(at, method, one)
				}
			}
		}
	}
	read(of, 0)
}

// process registers one method of a Thrift processor.
func (m *machine) process(at place, method string, answers int32) {
	a := m.atoms[answers]
	if a.kind != kTyped || m.prog.typeOf(a.typ) == nil {
		return
	}
	typ := strings.TrimPrefix(withoutArgs(a.typ), "*")
	service, ok := strings.CutSuffix(typ[len(packageOf(typ))+1:], "Processor"+goName(method))
	if !ok || service == "" {
		return
	}
	r := &route{protocol: "thrift", procedure: strings.ToUpper(service[:1]) + service[1:] + "/" + method, recv: value{answers}, method: "Process", at: at}
	handler := m.load(m.fieldAddr(a.args[0], "handler", ""), "", false)
	for _, id := range handler {
		if table := m.prog.typeOf(m.atoms[id].typ); table != nil && table.Methods[goName(method)].Func != "" {
			r.recv, r.method = handler, goName(method)
		}
	}
	m.addRoute(r)
}
