package trace

import (
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/source/gocode/library"
	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// remote makes the event of a remote call, and of what is done on its way out.
func (m *machine) remote(f *frame, in *summary.Instr, fact *library.Fact, args []value) []*event {
	r := &request{protocol: fact.Args["protocol"], stream: fact.Args["stream"] != ""}
	ctx := m.arg(fact, "ctx", -1, args)
	if m.isCollection(ctx) { // as many as a caller likes
		ctx = m.contexts(m.list(ctx))
	}
	client := m.arg(fact, "client", -1, args)
	switch {
	case fact.Args["procedure"] != "":
		if p, ok := m.str(m.arg(fact, "procedure", 0, args)); ok {
			r.procedure = procedureNamed(p)
			if fact.Args["desc"] != "" {
				r.method, r.procedure = p, m.procedureIn(f.fn, fact, client, p)
			}
		}
		r.names = m.namesOf(client)
		if _, ok := fact.Arg("ctx"); !ok && standard(fact.Func) {
			ctx = m.noContext()
		}
		if r.address = m.addressIn(m.saidBy(m.saidOf(ctx), "reaches")); len(r.address) == 0 {
			r.address = m.addressOf(client)
		}
	case fact.Args["asked"] != "":
		m.askedFor(r, m.arg(fact, "asked", 0, args))
	case fact.Args["through"] != "":
		client = m.remoteOf(f, in, r, m.arg(fact, "through", 0, args), ctx, 0)
	case fact.Args["made"] != "":
		made := m.arg(fact, "made", 0, args)
		for _, id := range m.plain(made) {
			a := m.atoms[id]
			if a.kind != kLib {
				continue
			}
			if n, ok := fact.Arg("url"); ok && n < len(a.args) {
				r.urls = append(r.urls, m.texts(a.args[n])...)
			}
			if n, ok := fact.Arg("http"); ok && n < len(a.args) {
				client = join(client, m.sendsOver(a.args[n]))
			}
		}
		if fact.Args["query"] != "" {
			r.method, r.fields = "POST", m.fieldsOf(fact, args)
			break
		}
		for _, u := range r.urls {
			if p := procedureOf(u.text); p != "" {
				r.procedure = p
			}
		}
	case fact.Args["request"] != "":
		requests := m.arg(fact, "request", 0, args)
		if m.isNil(ctx) {
			ctx = m.contextsAlong(requests)
			if len(ctx) == 0 {
				ctx = m.noContext()
			}
		} else if fact.Args["ctx"] == "" {
			ctx = m.contextOf(requests)
		}
		if r.underWay = m.isUnderWay(requests, 0); r.underWay {
			break
		}
		if r.urls, r.came, r.proxy = m.sentOn(f, requests); !r.proxy {
			m.readRequest(r, requests, 0)
			r.urls = m.belowBase(requests, r.urls)
		}
	default:
		url := m.arg(fact, "url", 0, args)
		if host, ok := fact.Arg("host"); ok && host < len(args) {
			url = m.one(atom{kind: kText, args: []value{m.one(atom{kind: kConst, text: `"http://`}), m.orUnknown(args[host]), m.one(atom{kind: kConst, text: "\"/"}), m.orUnknown(m.withoutSlash(url))}})
		}
		chain := m.arg(fact, "chain", -1, args)
		if len(chain) > 0 {
			client, ctx = chain, m.contextsAlong(chain)
		}
		base := m.baseOf(chain, 0)
		if len(base) == 0 {
			base = m.reachedBy(client)
		}
		if len(base) > 0 && !m.isAbsolute(url) {
			url = m.one(atom{kind: kText, args: []value{base, m.one(atom{kind: kConst, text: "\"/"}), m.orUnknown(url)}})
		}
		r.urls = m.texts(url)
		if n, ok := fact.Arg("method"); ok && n < len(args) {
			if r.method = m.methodText(args[n]); r.method != cameMethod {
				r.method = strings.ToUpper(r.method)
			}
		} else {
			r.method = fact.Args["method"]
		}
		if r.method == "came" {
			r.method = cameMethod
		}
		if ctx == nil && r.method != cameMethod && (standard(fact.Func) || len(client) > 0) { // what passes a request on may be told how long
			ctx = m.noContext()
		}
	}
	if r.protocol == "http" && r.procedure == "" {
		for _, u := range r.urls {
			if i := strings.Index(u.text, "/twirp/"); i >= 0 {
				if p := procedureOf(u.text[i:]); p != "" {
					r.protocol, r.procedure = "twirp", p
				}
			}
		}
	}
	r.urls = sendable(r.urls)
	if fact.Args["ctx"] == "none" {
		ctx = m.noContext()
	}
	goesOn := unaryInvoker
	if r.stream {
		goesOn = streamInvoker
	}
	sender := m.senders(client)
	if known, _ := m.boundOf(ctx); known && fact.Args["otherwise"] == "client" {
		sender = nil
	}
	m.limits(r, ctx, sender, goesOn)
	if r.protocol == "http" && fact.Args["client"] != "" && !r.bounded && (m.foreign(sender) || m.partlyBounded(sender)) {
		r.none, r.incoming = false, false
	}
	m.ownLimit(r, fact, args)
	r.over = m.connectionOf(fact, client, args)
	e := m.requestEvent(f, in, r).tried(m.triesOf(fact, join(client, m.saidOf(ctx))))
	e = m.rooted(f, e, m.rootsOf(f, in, fact, args, r, client))
	if fact.Args["breaker"] != "" || !r.stream && m.guarded(client) {
		guarded := *e
		guarded.breaker = true
		e = &guarded
	}
	return m.through(f, in, m.transportOf(sender, 0), e)
}

// sendable are the URLs that a request can be sent to: a path alone is none where others have a host. It is what is left
// of one whose base was not found, which an error tells.
func sendable(urls []target) []target {
	if !slices.ContainsFunc(urls, func(t target) bool { return strings.Contains(t.text, "://") }) {
		return urls
	}
	return slices.DeleteFunc(slices.Clone(urls), func(t target) bool { return strings.HasPrefix(t.text, "/") })
}

// standard reports whether a function is one of the standard library, whose parameters are all there is to it: others
// may have a context or a time-out of their own.
func standard(fn string) bool {
	domain, _, _ := strings.Cut(strings.TrimLeft(fn, "(*"), "/")
	return !strings.Contains(domain, ".") // else net/http, say
}

func (m *machine) requestEvent(f *frame, in *summary.Instr, r *request) *event {
	r = m.numbered(r)
	e := &event{kind: evCall, call: r, at: m.place(f, in.Pos), generated: f.fn.Generated, loop: f.loop, over: f.over, made: m.place(f, in.Pos), spot: m.spot(f, in)}
	if !f.fn.Generated {
		m.settle(e, in)
	}
	if r.whose == ofNobody {
		e.cut, e.open = e.at, m.givenNobodys(f)
	}
	return e
}

// numbered is the one of equal requests that is told apart by its number.
func (m *machine) numbered(r *request) *request {
	key := r.key()
	if known, ok := m.requests[key]; ok {
		return known
	}
	r.id = len(m.requests) + 1
	m.requests[key] = r
	return r
}

func (r *request) key() string {
	var b strings.Builder
	b.WriteString(r.protocol + "\x00" + r.procedure + "\x00" + r.method + "\x00" + r.length)
	for _, list := range [][]target{r.urls, r.address, r.names} {
		b.WriteByte(1)
		for _, u := range list {
			b.WriteString(u.text + "\x00")
			for _, h := range u.holes {
				b.WriteString(itoa(int(h.kind)) + h.name + "\x00")
			}
		}
	}
	b.WriteString("\x00" + strings.Join(r.fields, " "))
	b.WriteByte(flag(r.bounded))
	b.WriteByte(flag(r.incoming))
	b.WriteByte(flag(r.proxy))
	b.WriteByte(flag(r.came))
	b.WriteByte(flag(r.none))
	b.WriteByte(flag(r.stream))
	b.WriteByte(flag(r.underWay))
	b.WriteString(r.whose)
	if r.msg != nil {
		b.WriteString("\x00" + itoa(r.msg.id))
	}
	r.over.addTo(&b)
	return b.String()
}

// baseOf is the address that a client was given which a request was made from.
func (m *machine) baseOf(v value, depth int) value {
	if depth > 6 {
		return nil
	}
	var out value
	for _, id := range m.plain(v) {
		out = join(out, m.bases[id])
		if a := m.atoms[id]; a.kind == kLib && len(a.args) > 0 {
			out = join(out, m.baseOf(a.args[0], depth+1))
		}
	}
	return out
}

// contextsAlong are the contexts that were given to a request in the calls that made it.
func (m *machine) contextsAlong(chain value) value {
	var out value
	for range maxDepth {
		var before value
		for _, id := range m.plain(chain) {
			if a := m.atoms[id]; a.kind == kLib && len(a.args) > 0 {
				out = join(out, m.contexts(a.args[1:]))
				before = join(before, a.args[0])
			}
		}
		chain = before
	}
	return out
}

// isAbsolute reports whether a URL has a scheme and a host of its own.
func (m *machine) isAbsolute(url value) bool {
	texts := m.texts(url)
	for _, t := range texts {
		if !strings.Contains(t.text, "://") {
			return false
		}
	}
	return len(texts) > 0
}

// procedureNamed is the one name of a procedure that is written "/pkg.Service/Method", or "Service.Method" as net/rpc has it.
func procedureNamed(text string) string {
	if dot := strings.LastIndexByte(text, '.'); dot >= 0 && !strings.Contains(text, "/") {
		return text[:dot] + "/" + text[dot+1:]
	}
	return strings.TrimPrefix(text, "/")
}

// procedureOf is "pkg.Service/Method" at the end of a URL.
func procedureOf(url string) string {
	parts := strings.Split(strings.TrimSuffix(url, "/"), "/")
	if len(parts) < 2 {
		return ""
	}
	service, method := parts[len(parts)-2], parts[len(parts)-1]
	if method == "" || strings.ContainsAny(method, "{}.:?") || service == "" || strings.ContainsAny(service, "{}:?") {
		return ""
	}
	return service + "/" + method
}

func (m *machine) methodText(v value) string {
	texts := m.strs(v)
	if m.takenOver(m.plain(v)) {
		return cameMethod
	}
	if len(texts) == 1 {
		if texts[0] == "" {
			return "GET"
		}
		return texts[0]
	}
	return ""
}

// readRequest reads what a request was made of.
func (m *machine) readRequest(r *request, v value, depth int) {
	if depth > 6 {
		return
	}
	for _, id := range m.plain(v) {
		a := m.atoms[id]
		if m.readFilled(r, id) {
			continue
		}
		switch a.kind {
		case kLib:
			fact := m.know.Find(a.text, "request")
			if fact == nil {
				for _, arg := range a.args {
					m.readRequest(r, arg, depth+1)
				}
				continue
			}
			if n, ok := fact.Arg("url"); ok && n < len(a.args) {
				urls := m.fields[held{id, ".URL"}]
				if len(urls) == 0 {
					urls = a.args[n]
				}
				if list := m.list(urls); len(list) > 0 && m.isCollection(urls) { // or none
					urls = list[0]
				}
				r.urls = append(r.urls, m.withParts(m.texts(urls), m.fields[held{id, ".URL.Host"}], m.fields[held{id, ".URL.Path"}], 0)...)
				if n, ok := fact.Arg("method"); ok && n < len(a.args) {
					r.method = m.methodText(a.args[n])
				} else if !ok && fact.Args["method"] != "" {
					r.method = fact.Args["method"]
				}
			} else if n, ok := fact.Arg("of"); ok && n < len(a.args) {
				m.readRequest(r, a.args[n], depth+1)
			}
		case kLoc:
			if v := m.at(a.obj, a.text+".URL"); len(v) > 0 {
				r.urls = append(r.urls, m.texts(v)...)
			}
			if v := m.at(a.obj, a.text+".Method"); len(v) > 0 {
				r.method = m.methodText(v)
			}
		}
	}
}

// addressOf is what a gRPC connection was made with.
func (m *machine) addressOf(conn value) []target {
	var out []target
	for _, id := range m.plain(conn) {
		a := m.atoms[id]
		if a.kind != kLib {
			continue
		}
		fact, args := m.dialled(id)
		switch {
		case fact == nil:
			args = a.args
		case fact.Args["address"] != "":
			args = []value{m.arg(fact, "address", 0, args)}
		case fact.Args["addresses"] != "":
			conf := m.arg(fact, "conf", 0, args)
			args = nil
			for _, field := range strings.Split(fact.Args["addresses"], ",") {
				args = append(args, m.load(m.fieldAddr(conf, field, "string"), "string", false))
			}
		case fact.Args["options"] != "":
			args = append(m.saidBy(m.optionsOf(fact, args), "reaches"), args...)
		}
		out = append(out, m.addressIn(args)...)
	}
	if len(out) > maxTexts {
		return nil
	}
	return out
}

// addressIn is the first of some values that tells an address.
func (m *machine) addressIn(args []value) []target {
	var out []target
	for _, arg := range args {
		for _, t := range m.texts(arg) {
			if t.text != "" && (t.text != "{}" || len(t.holes) > 0 && t.holes[0].name != "") {
				out = append(out, t)
			}
		}
		if len(out) > 0 {
			break
		}
	}
	return out
}

// flatten adds the elements of collections to a list of values.
func (m *machine) flatten(args []value) []value {
	var out []value
	for _, v := range args {
		out = append(out, v)
		if m.isCollection(v) {
			out = append(out, m.list(v)...)
		}
	}
	return out
}

// throughStub is the remote call that a method of a generated client is whose code was not read: the client was made of
// a connection, and calls it.
func (m *machine) throughStub(f *frame, in *summary.Instr, name, procedure string, conn value, args []value) ([]value, []*event) {
	var ctx, options value
	if len(args) > 1 {
		ctx, options = args[1], args[len(args)-1]
	}
	called, path := "(*google.golang.org/grpc.ClientConn).Invoke", m.one(atom{kind: kConst, text: `"/` + procedure})
	invoked := []value{conn, ctx, path, nil, nil, options}
	if in.Sig != nil && len(in.Sig.Results) > 0 && strings.HasSuffix(in.Sig.Results[0], "Client") {
		called, invoked = "(*google.golang.org/grpc.ClientConn).NewStream", []value{conn, ctx, nil, path, options}
	}
	_, events := m.library(f, in, called, invoked)
	return m.opaqueResults(f, in, name, args), events
}

// stubCall is the remote call that a method of a client's interface is, where nothing is known of the client.
func (m *machine) stubCall(f *frame, in *summary.Instr, name, iface string, args []value) *event {
	procedure := m.prog.stubs[iface][strings.ToLower(name)]
	if procedure == "" && in.Sig != nil && in.Sig.Variadic && len(in.Sig.Params) > 2 &&
		strings.HasSuffix(in.Sig.Params[len(in.Sig.Params)-1], "google.golang.org/grpc.CallOption") {
		// An interface narrowed by hand: the method and its request tell, if only one stub has them.
		for stub, methods := range m.prog.stubs {
			if p := methods[strings.ToLower(name)]; p != "" && packageOf(stub) == packageOf(strings.TrimLeft(in.Sig.Params[1], "*")) {
				if procedure != "" && procedure != p {
					return nil
				}
				procedure = p
			}
		}
	}
	if procedure == "" {
		return nil
	}
	r := &request{protocol: "grpc", procedure: procedure}
	if len(args) > 1 {
		m.limits(r, m.contextOf(args[1]), nil, unaryInvoker)
	}
	e := m.requestEvent(f, in, r)
	if in.Op == summary.Call && len(in.Args) > 0 {
		t := &tracing{m: m, fn: f.fn}
		t.follow(in.Args[0], "", false, 0)
		e = m.rooted(f, e, t.roots)
	}
	return e
}
