package trace

import (
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/source/gocode/library"
	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// Connections and clients: who makes the one that a call goes over, and what all calls over it have in common. What is
// not followed as a whole is not known: an option that comes from elsewhere may be anything.

// connection is what is known of what a request goes over.
type connection struct {
	maker     string // what makes it, as code calls it; "" where not known
	at        place  // where; nowhere for what a library has ready
	wasted    place  // where a deadline is made beside it that nobody uses
	encrypted arch.State
	traced    arch.State // whether it continues traces
	followed  bool       // all that it is made of is known
}

func (c connection) addTo(key *strings.Builder) {
	key.WriteString("\x00" + c.maker + c.at.file() + itoa(int(c.at.pos.Line)) + ":" + itoa(int(c.at.pos.Col)))
	key.WriteByte('0' + byte(c.encrypted))
	key.WriteByte('0' + byte(c.traced))
	key.WriteByte(flag(c.followed))
}

// making is where a client is made.
type making struct {
	at    place
	fn    string
	again bool // it may make several
}

// What a type's name ends in that is a client of some kind.
const (
	clientType     = "Client"
	connectionType = "ClientConn"
	httpClient     = "net/http.Client"
	grpcPackage    = "google.golang.org/grpc."
)

// interceptorsField holds what was put into a library's client after it was made.
const interceptorsField = ".interceptors"

// defaultClient is the client that net/http has ready.
const defaultClient = "net/http.DefaultClient"

func isClient(typ string) bool {
	return strings.HasSuffix(typ, clientType) || strings.HasSuffix(typ, connectionType) || strings.HasSuffix(typ, connectionType+"Interface")
}

// making is where the instruction under way makes a client: in generated code, where that is called.
func (m *machine) making(f *frame, in *summary.Instr) making {
	at := m.place(f, in.Pos)
	if f.fn.Generated {
		at = m.written(f, in)
	}
	again := m.repeating > 0 || slices.ContainsFunc(m.frames, func(f *frame) bool { return f.cyclic || f.fn.Yield })
	return making{at, f.fn.ID, again}
}

// connectionOf is what a call goes over: client, or what the call itself brings along.
func (m *machine) connectionOf(fact *library.Fact, client value, args []value) connection {
	var all []connection
	switch {
	case len(client) > 0:
		all = m.connectionsIn(client, 0)
	case m.know.Find(fact.Func, "traces") != nil:
		return connection{traced: arch.Present}
	case fact.Args["request"] != "" || fact.Args["procedure"] != "" || fact.Args["made"] != "" || fact.Args["through"] != "":
	case strings.HasPrefix(fact.Func, "net/http."):
		all = append(all, m.readyClient(defaultClient))
	}
	if len(all) == 0 {
		return connection{}
	}
	return m.interceptedHere(anyOf(all), fact, args)
}

// connectionsIn are what is known of each client that a value may be.
func (m *machine) connectionsIn(clients value, depth int) []connection {
	var all []connection
	for _, id := range m.plain(clients) {
		if m.atoms[id].kind != kNil {
			all = append(all, m.connectionIn(id, depth))
		}
	}
	return all
}

// anyOf is what is known where it is one of some connections.
func anyOf(all []connection) connection {
	one := all[0]
	for _, c := range all[1:] {
		one = one.or(c)
	}
	return one
}

// or is what is known where it is one connection or another.
func (c connection) or(o connection) connection {
	if c.maker != o.maker || c.at != o.at {
		c.maker, c.at, c.wasted = "", place{}, place{}
	}
	if c.encrypted != o.encrypted {
		c.encrypted = arch.Unknown
	}
	if c.traced != o.traced {
		c.traced = arch.Unknown
	}
	c.followed = c.followed && o.followed
	return c
}

// interceptedHere adds what a client of one remote procedure has that is made of a connection: its own interceptors.
func (m *machine) interceptedHere(c connection, fact *library.Fact, args []value) connection {
	if _, ok := fact.Arg("made"); !ok {
		return c
	}
	for _, id := range m.plain(m.arg(fact, "made", 0, args)) {
		if a := m.atoms[id]; a.kind == kLib && len(a.args) > 0 {
			traced, followed := m.tracing(a.args[len(a.args)-1:])
			switch {
			case traced == arch.Present:
				c.traced = traced
			case !followed && c.traced == arch.Absent:
				c.traced = arch.Unknown
			}
			c.followed = c.followed && followed
		}
	}
	return c
}

// connectionIn is what is known of one client.
func (m *machine) connectionIn(id int32, depth int) connection {
	a := m.atoms[id]
	switch {
	case depth > maxDepth:
	case a.kind == kVar && a.text == defaultClient:
		return m.readyClient(a.text)
	case a.kind == kVar && len(a.args) == 1 && len(a.args[0]) == 1: // a part of a library's client
		return m.connectionIn(a.args[0][0], depth+1).unfollowed()
	case a.kind == kLoc:
		if inner := m.plain(m.at(a.obj, a.text+".HTTPClient")); len(inner) == 1 {
			return m.connectionIn(inner[0], depth+1).unfollowed()
		}
		if strings.TrimPrefix(a.typ, "*") == httpClient || m.objects[a.obj].typ == httpClient {
			return m.ownClient(a)
		}
	case a.kind == kLib:
		if strings.HasPrefix(a.text, "(") && len(a.args) > 0 { // what a client's method made
			all := m.connectionsIn(a.args[0], depth+1)
			if slices.ContainsFunc(all, func(c connection) bool { return c.maker != "" }) {
				return anyOf(all).unfollowed()
			}
		}
		made, ok := m.clients[a.obj]
		switch {
		case !ok && m.know.Find(a.text, "traces") != nil:
			return connection{traced: arch.Present}
		case !ok:
			return connection{}
		}
		c := connection{maker: shortName(a.text), at: made.at, wasted: m.wasted[made.fn]}
		if m.know.Find(a.text, "traces") != nil {
			c.traced = arch.Present
		} else if fact, args := m.dialled(id); fact != nil {
			options := []value{m.arg(fact, "options", -1, args)}
			if put := m.fields[held{id, interceptorsField}]; len(put) > 0 {
				options = append(options, put)
			}
			c.encrypted = m.encryption(fact.Func, options)
			c.traced, c.followed = m.tracing(options)
			if fact.Args["traces"] != "" && c.traced != arch.Present {
				switch c.traced = m.does(fact, "traces", args); {
				case c.traced == arch.Absent && !c.followed:
					c.traced = arch.Unknown
				}
			}
			if fact.Func != a.text { // of which a method made it
				return c.unfollowed()
			}
		}
		return c
	}
	return connection{}
}

func (c connection) unfollowed() connection {
	c.followed = false
	if c.traced == arch.Absent {
		c.traced = arch.Unknown
	}
	return c
}

// readyClient is a client that a library has ready: whoever sets its parts, sets those of all who use it.
func (m *machine) readyClient(name string) connection {
	c := connection{maker: shortName(name), traced: arch.Absent, followed: true}
	if m.altered[name] || m.altered[defaultTransport] {
		c.traced, c.followed = arch.Unknown, false
	}
	return c
}

// ownClient is a client of net/http that the code makes.
func (m *machine) ownClient(a *atom) connection {
	c := connection{maker: shortName(httpClient)}
	if made, ok := m.clients[a.obj]; ok && m.objects[a.obj].typ == httpClient {
		c.at, c.wasted = made.at, m.wasted[made.fn]
	} else {
		c.maker = ""
	}
	if m.objects[a.obj].filledAt(a.text) != nil {
		return c
	}
	transport := m.at(a.obj, a.text+".Transport")
	if len(transport) > 0 && !m.isNil(transport) {
		c.traced, c.followed = m.tracing([]value{transport})
	} else if len(m.whole(a)) == 0 && !m.altered[defaultTransport] { // else it may be a copy of one that has a transport
		c.traced, c.followed = arch.Absent, true
	}
	return c
}

// defaultTransport is what clients of net/http without a transport send their requests through.
const defaultTransport = "net/http.DefaultTransport"

// encryption reports whether options encrypt a connection. Both, as where a setting decides, is not known.
func (m *machine) encryption(maker string, options []value) arch.State {
	made := m.know.Find(maker, "plain")
	plain, encrypts := made != nil, false
	m.within(options, func(_ int32, a *atom) bool {
		if made != nil && made.Args["unless"] != "" && strings.HasSuffix(a.text, "."+made.Args["unless"]) {
			plain = false
		}
		plain = plain || m.know.Find(a.text, "plain") != nil
		encrypts = encrypts || m.know.Find(a.text, "encrypts") != nil
		return true
	})
	switch {
	case plain && !encrypts:
		return arch.Absent
	case encrypts && !plain:
		return arch.Present
	}
	return arch.Unknown
}

// tracing reports whether something in options, a transport or interceptors continues traces, and whether all of it is
// known: what is not may do so too.
func (m *machine) tracing(options []value) (traced arch.State, followed bool) {
	found, followed := false, true
	for _, v := range options {
		followed = followed && len(v) > 0
	}
	m.within(options, func(_ int32, a *atom) bool {
		name := a.text
		if a.kind == kLoc {
			name = a.typ
		}
		switch {
		case m.know.Find(name, "traces") != nil:
			found = true
		case m.know.Find(name, "bounds") != nil, m.know.Find(name, "tries") != nil, m.know.Find(name, "plain") != nil, m.know.Find(name, "encrypts") != nil:
			return false
		case a.kind == kLib && strings.HasPrefix(a.text, grpcPackage) && len(a.args) > 0 && intercepts(a.text):
			for _, arg := range a.args {
				followed = followed && len(arg) > 0 // what is not known is left out
			}
		case a.kind == kLib && strings.HasPrefix(a.text, grpcPackage):
			return false
		case a.kind == kVar && a.text == defaultTransport, a.kind == kLoc && a.typ == "net/http.Transport":
			return false
		case a.kind == kNil, a.kind == kLoc && (a.typ == "" || a.typ[0] == '['):
		default:
			followed = false
		}
		return true
	})
	switch {
	case found:
		return arch.Present, followed
	case followed:
		return arch.Absent, true
	}
	return arch.Unknown, false
}

// intercepts reports whether an option of gRPC is one that may do anything with a call.
func intercepts(option string) bool {
	return strings.Contains(option, "Interceptor") || strings.Contains(option, "StatsHandler")
}

// within visits values and what they are made of, elements and what libraries were given, as far as visit asks for.
// Each is visited once: a list may hold what was made of itself.
func (m *machine) within(values []value, visit func(id int32, a *atom) (further bool)) {
	seen := make(map[int32]bool)
	var all func(v value)
	all = func(v value) {
		for _, id := range m.plain(v) {
			if seen[id] {
				continue
			}
			seen[id] = true
			a := m.atoms[id]
			switch {
			case !visit(id, a):
			case a.kind == kLoc:
				for _, key := range m.elements(a.obj, a.text) {
					all(m.at(a.obj, a.text+key))
				}
			case a.kind == kLib:
				for _, arg := range a.args {
					all(arg)
				}
			}
		}
	}
	for _, v := range values {
		all(v)
	}
}

// shortName is a function or variable as code has it: grpc.NewClient, resty.New.
func shortName(name string) string {
	name = strings.Replace(strings.TrimLeft(withoutArgs(name), "(*"), ").", ".", 1) // of a method, too
	dir, last := "", name
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		dir, last = name[:i], name[i+1:]
	}
	pkg, rest, ok := strings.Cut(last, ".")
	if ok && isVersion(pkg) && dir != "" {
		return dir[strings.LastIndexByte(dir, '/')+1:] + "." + rest
	}
	return last
}
