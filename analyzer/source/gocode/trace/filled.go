package trace

import (
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/source/gocode/library"
)

// Requests that are filled in part by part, and what calls say themselves of how long they take.

// Where requests that are filled in keep what ends the wait for them.
const (
	requestTimeout = ".Timeout"
	requestOptions = ".Options"
)

// filledParts are the fields in which a request is kept that is filled in, by the parts that facts name.
func filledParts() [][2]string {
	return [][2]string{{"url", requestURL}, {"method", ".Method"}, {"host", ".Host"}, {"ctx", ".ctx"}, {"length", requestTimeout}, {"options", requestOptions}, {"client", ".HTTPClient"}}
}

// sets keeps what is set of a request, or of its header, which is a part of it.
func (m *machine) sets(fact *library.Fact, args []value) {
	for _, part := range filledParts() {
		v := m.arg(fact, part[0], -1, args)
		if word := fact.Args[part[0]]; len(v) == 0 && word != "" && !strings.ContainsAny(word[:1], "0123456789") {
			v = m.one(atom{kind: kConst, text: `"` + word})
		}
		if len(v) == 0 {
			continue
		}
		for _, id := range m.filled(m.arg(fact, "of", 0, args)) {
			if a := m.atoms[id]; a.kind == kLoc {
				m.put(a.obj, a.text+part[1], v)
			} else {
				m.fields[held{id, part[1]}] = join(m.fields[held{id, part[1]}], v)
			}
		}
	}
}

// filled are the requests that are filled in: a header stands for the one that it is of, and a chain of calls that each
// return the request for what it began with.
func (m *machine) filled(of value) value {
	var out value
	for _, id := range m.plain(of) {
		a := m.atoms[id]
		if whole, ok := strings.CutSuffix(a.text, ".Header"); ok && a.kind == kLoc {
			out = join(out, m.loc(a.obj, whole, ""))
		} else if a.kind == kVar && a.text == ".Header" && len(a.args) == 1 {
			out = join(out, a.args[0])
		} else if a.kind == kLoc || a.kind == kLib {
			out = join(out, value{id})
		}
	}
	return out
}

// setOf is what was set of a request.
func (m *machine) setOf(id int32, field string) value {
	if a := m.atoms[id]; a.kind == kLoc {
		return m.at(a.obj, a.text+field)
	}
	return m.fields[held{id, field}]
}

// isFilled is what is known of a request that is filled in part by part; nil of other values.
func (m *machine) isFilled(id int32) *library.Fact {
	a := m.atoms[id]
	name := a.text
	if a.kind == kLoc {
		name = a.typ
	}
	if fact := m.know.Find(name, "request"); fact != nil && fact.Args["by"] == "parts" {
		return fact
	}
	return nil
}

// readFilled reads a request that was filled in part by part; false where nothing was.
func (m *machine) readFilled(r *request, id int32) bool {
	fact := m.isFilled(id)
	if fact == nil {
		return false
	}
	url := m.setOf(id, requestURL)
	if base := m.baseOf(value{id}, 0); len(base) > 0 {
		url = m.one(atom{kind: kText, typ: reference, args: []value{base, m.orUnknown(url)}})
	}
	urls := m.texts(url)
	if host := m.setOf(id, ".Host"); len(host) > 0 {
		urls = m.withParts(urls, host, nil, 0)
	}
	r.urls = append(r.urls, urls...)
	r.method = fact.Args["method"]
	if method := m.setOf(id, ".Method"); len(method) > 0 {
		r.method = m.methodText(method)
	}
	return true
}

// ownLimit notes what a call says itself of how long it takes, or the request that it is made with.
func (m *machine) ownLimit(r *request, fact *library.Fact, args []value) {
	limit := func(limited bool, length string) {
		if !limited {
			return
		}
		if r.bounded {
			length = sooner(length, r.length)
		}
		r.bounded, r.length, r.none, r.incoming = true, length, false, false
	}
	options := func(v value) {
		limited, length, _ := m.expiry(v)
		limit(limited, length)
	}
	if v := m.arg(fact, "length", -1, args); len(v) > 0 {
		limit(m.timeOut(v))
	}
	options(m.arg(fact, "options", -1, args))
	for _, id := range m.filled(m.arg(fact, "request", -1, args)) {
		if v := m.setOf(id, requestTimeout); len(v) > 0 && m.isFilled(id) != nil {
			limit(m.timeOut(v))
		}
		options(m.setOf(id, requestOptions))
	}
}

// withoutSlash is a path without the slash that it may begin with.
func (m *machine) withoutSlash(path value) value {
	text, ok := m.str(path)
	if !ok {
		return path
	}
	return m.one(atom{kind: kConst, text: `"` + strings.TrimPrefix(text, "/")})
}

// belowBase are the URLs of a request that a client made, below the address that the client was given.
func (m *machine) belowBase(requests value, urls []target) []target {
	bases := m.texts(m.baseOf(requests, 0))
	if len(bases) == 0 || slices.ContainsFunc(m.plain(requests), func(id int32) bool { return m.isFilled(id) != nil }) {
		return urls
	}
	var out []target
	for _, url := range urls {
		if strings.Contains(url.text, "://") {
			out = append(out, url)
			continue
		}
		for _, base := range bases {
			out = append(out, target{strings.TrimSuffix(base.text, "/") + "/" + strings.TrimPrefix(url.text, "/"), slices.Concat(base.holes, url.holes)})
		}
	}
	return out
}
