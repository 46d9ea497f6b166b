package trace

import (
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// Requests that are sent on as they came: by a reverse proxy, or by a handler that gives the request that it answers,
// or a clone of it, to a client. What they are aimed at is told by what is stored in their URL.

const (
	proxyType   = "net/http/httputil.ReverseProxy"
	requestType = "net/http.Request"
	urlType     = "net/url.URL"
)

// newProxy is a reverse proxy to one address.
func (m *machine) newProxy(f *frame, in *summary.Instr, url value) value {
	obj := m.objectAt(objectKey{site: in, name: f.round, act: f.act}, proxyType)
	m.put(obj, ".target", url)
	return m.loc(obj, "", proxyType)
}

// pass sends a request on through a proxy: to what a director or a rewriting function aims it at, or to the address
// that the proxy was made for. Whatever they call besides is called as well.
func (m *machine) pass(f *frame, in *summary.Instr, proxy int32, ctx value) []*event {
	var events list
	r := &request{protocol: "http", proxy: true}
	var transport value
	switch a := m.atoms[proxy]; a.kind {
	case kLib:
		if fact := m.know.Find(a.text, "proxy"); fact != nil {
			r.urls = m.texts(m.arg(fact, "url", 0, a.args))
			if r.came = fact.Args["exact"] == ""; !r.came {
				r.method = cameMethod
			}
		}
	case kLoc:
		sent := m.outgoing(objectKey{name: "sent by " + itoa(int(proxy))})
		obj := m.objectAt(objectKey{name: "rewritten by " + itoa(int(proxy))}, "net/http/httputil.ProxyRequest")
		m.put(obj, ".Out", sent)
		m.put(obj, ".In", m.unknown("*"+requestType))
		rewritten := m.loc(obj, "", "net/http/httputil.ProxyRequest")
		transport = m.at(a.obj, a.text+".Transport")
		given := map[string]value{"*" + requestType: sent, "*net/http/httputil.ProxyRequest": rewritten}
		for _, field := range []string{".Director", ".Rewrite"} {
			_, inner := m.enter(f, in, m.at(a.obj, a.text+field), ctx, given)
			events.addAll(inner)
		}
		r.urls = m.texts(m.bases[rewritten[0]])
		if len(r.urls) == 0 {
			r.urls = m.aim(sent)
		}
		if len(r.urls) == 0 {
			r.urls = m.texts(m.at(a.obj, a.text+".target"))
		}
		r.came = m.sameURL(sent)
	default:
		return nil
	}
	r.came = r.came && !m.stripping
	events.addAll(m.through(f, in, transport, m.requestEvent(f, in, r)))
	return events.events
}

// outgoing is a request that is sent on, whose URL code may change.
func (m *machine) outgoing(key objectKey) value {
	obj := m.objectAt(key, requestType)
	key.name = "URL " + key.name
	url := m.objectAt(key, urlType)
	m.put(obj, ".URL", m.loc(url, "", urlType))
	m.put(obj, ".ctx", m.one(atom{kind: kCtx, text: "incoming"}))
	m.put(obj, ".RequestURI", m.one(atom{kind: kCame}))
	m.put(url, ".Path", m.one(atom{kind: kCame}))
	m.put(url, ".RawPath", m.one(atom{kind: kCame}))
	m.put(url, ".RawQuery", m.unknown("string"))
	return m.loc(obj, "", requestType)
}

// anyPath is the name of a path of which only is known that it begins with a slash.
const anyPath = "any path"

func (m *machine) somePath() value { return m.one(atom{kind: kVar, text: anyPath, typ: "string"}) }

// sameURL reports whether the path of a request that is sent on is the one that it came with.
func (m *machine) sameURL(sent value) bool {
	for _, id := range sent {
		for _, url := range m.at(m.atoms[id].obj, ".URL") {
			a := m.atoms[url]
			if a.kind != kLoc {
				return false
			}
			if !m.came(m.at(a.obj, a.text+".Path")) {
				return false
			}
		}
	}
	return true
}

// came reports whether a value is nothing but what came with the request that is answered.
func (m *machine) came(v value) bool {
	return len(v) > 0 && !slices.ContainsFunc(v, func(id int32) bool { return m.atoms[id].kind != kCame })
}

// aim is where a request that is sent on goes, as far as its URL was changed.
func (m *machine) aim(sent value) []target {
	var hosts value
	for _, id := range sent {
		for _, url := range m.at(m.atoms[id].obj, ".URL") {
			if a := m.atoms[url]; a.kind == kLoc && a.typ == urlType && len(m.at(a.obj, a.text+parsed)) == 0 {
				hosts = join(hosts, m.at(a.obj, a.text+".Host"))
			} else {
				hosts = join(hosts, value{url})
			}
		}
	}
	return m.texts(hosts)
}

// answered maps the request that is answered, where a value is that, and copies of it to requests whose URL can be
// changed. The request itself is told apart by the function that changes it.
func (m *machine) answered(f *frame, v value) value {
	var out value
	for _, id := range m.plain(v) {
		if key, ok := m.sentKey(f, id); ok {
			out = join(out, m.outgoing(key))
		} else {
			out = join(out, value{id})
		}
	}
	return out
}

func (m *machine) sentKey(f *frame, id int32) (objectKey, bool) {
	switch a := m.atoms[id]; {
	case a.kind == kUnknown && a.typ == "*"+requestType:
		return objectKey{name: "sent on", act: f.act}, true
	case a.kind == kLib && m.hasIncoming(a):
		return objectKey{name: "sent on", act: f.act}, true
	case a.kind == kLib && m.isCopy(a, 0):
		return objectKey{name: "copy " + itoa(int(id))}, true
	}
	return objectKey{}, false
}

// hasIncoming reports whether something is what a library's context has of the request that is answered.
func (m *machine) hasIncoming(a *atom) bool {
	fact := m.know.Find(a.text, "request")
	return fact != nil && fact.Args["incoming"] != ""
}

// isCopy reports whether something was made of the request that is answered.
func (m *machine) isCopy(a *atom, depth int) bool {
	fact := m.know.Find(a.text, "request")
	if fact == nil || depth > 6 {
		return false
	}
	for _, of := range m.plain(m.arg(fact, "of", -1, a.args)) {
		b := m.atoms[of]
		if b.kind == kUnknown && b.typ == "*"+requestType || b.kind == kLib && (m.hasIncoming(b) || m.isCopy(b, depth+1)) {
			return true
		}
	}
	return false
}

// sentOn reports whether a request is the one that is answered, or a copy of it, where it goes, and whether with the path
// that it came with.
func (m *machine) sentOn(f *frame, v value) (aim []target, came, ok bool) {
	came = !m.stripping
	for _, id := range m.plain(v) {
		key, is := m.sentKey(f, id)
		if !is {
			return nil, false, false
		}
		if obj, made := m.byKey[key]; made {
			sent := m.loc(obj, "", requestType)
			aim = append(aim, m.aim(sent)...)
			came = came && m.sameURL(sent)
		}
	}
	return aim, came, len(v) > 0
}

// takenOver reports whether a value is the method of the request that is answered.
func (m *machine) takenOver(v value) bool {
	return len(v) == 1 && m.atoms[v[0]].text == requestMethod
}

// cameMethod stands for the method of the request that is answered.
const cameMethod = "the same"

// answering puts into a request what it takes over from the one that is answered: its method and its path, where the
// operation tells them: a path that ends in a slash may stand for all below it. A request that is aimed at what came is
// one that is passed on, and may be rewritten on its way.
func (r *request) answering(op operation) *request {
	method, path, ok := strings.Cut(op.name, " ")
	if !ok || method == "ANY" {
		method = ""
	}
	known := ok && !strings.Contains(path, "...}") && !strings.HasSuffix(path, "/")
	out := *r
	if r.method == cameMethod || r.method == "" && r.came {
		out.method = method
	}
	out.urls = make([]target, len(r.urls))
	for i, url := range r.urls {
		if r.came && known {
			url.text = strings.TrimSuffix(url.text, "/") + path
		}
		out.urls[i] = url.answering(path, known)
		if slices.ContainsFunc(url.holes, func(h hole) bool { return h.kind == kCame }) {
			out.proxy, out.open = true, !known
		}
	}
	return &out
}

// takesOver reports whether a request is made with a part of the one that is answered.
func (r *request) takesOver() bool {
	return r.method == cameMethod || r.passesOn()
}

// passesOn reports whether a request is the one that is answered, sent on, or goes to its path.
func (r *request) passesOn() bool {
	return r.came || slices.ContainsFunc(r.urls, func(t target) bool {
		return slices.ContainsFunc(t.holes, func(h hole) bool { return h.kind == kCame })
	})
}

// cut is what a text is when something was cut off: of a path that came, it is no longer known what.
func (m *machine) cut(v value) value {
	var out value
	for _, id := range v {
		if m.atoms[id].kind == kCame {
			id = m.unknown("string")[0]
		}
		out = join(out, value{id})
	}
	return out
}

// answering puts the path of the request that is answered where it belongs, or leaves open what is behind the host.
func (t target) answering(path string, known bool) target {
	var out target
	rest := t.text
	for _, h := range t.holes {
		before, after, _ := strings.Cut(rest, "{}")
		rest = after
		switch {
		case h.kind != kCame:
			out.text += before + "{}"
			out.holes = append(out.holes, h)
		case known:
			out.text = strings.TrimSuffix(out.text+strings.TrimSuffix(before, "/"), "/") + path
		default:
			_, host, _ := cutURL(target{out.text + before, out.holes})
			return host
		}
	}
	out.text += rest
	return out
}
