package trace

import (
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

const (
	reference  = "reference" // the type of a text that is a URL resolved against another
	requestURL = ".URL"      // of a request
	parsed     = ".parsed"   // the part of a url.URL that holds the text which it was parsed from
)

// parseURL is the URL that a library makes of a text: an object, since code may set its parts.
func (m *machine) parseURL(f *frame, in *summary.Instr, text value) value {
	obj := m.objectAt(objectKey{site: in, name: f.round, act: f.act}, urlType)
	m.objects[obj].heap.clear() // another one each time
	m.put(obj, parsed, m.orUnknown(text))
	return m.loc(obj, "", urlType)
}

// urlOf is the text of a URL that was parsed or made field by field.
func (m *machine) urlOf(a *atom, depth int) []target {
	base := []target{{}}
	if text := m.at(a.obj, a.text+parsed); len(text) > 0 {
		base = m.textsIn(text, depth+1)
	} else if path := m.at(a.obj, a.text+".Path"); len(m.at(a.obj, a.text+".Host")) == 0 && m.came(path) {
		return m.textsIn(path, depth+1) // of the request that is answered, whose URL names no host
	} else if len(m.at(a.obj, a.text+".Host")) == 0 && len(m.at(a.obj, a.text+".Scheme")) > 0 {
		base = []target{{"http://{}", []hole{{}}}}
	}
	return m.withParts(base, m.at(a.obj, a.text+".Host"), m.at(a.obj, a.text+".Path"), depth)
}

// withParts are URLs whose host or path was set afterwards.
func (m *machine) withParts(base []target, host, path value, depth int) []target {
	hosts, paths := []target{{}}, []target{{}}
	if len(host) > 0 {
		hosts = m.textsIn(host, depth+1)
	}
	if len(path) > 0 {
		paths = m.textsIn(path, depth+1)
	}
	var out []target
	for _, b := range base {
		for _, h := range hosts {
			for _, p := range paths {
				scheme, authority, rest := cutURL(b)
				if len(host) > 0 {
					authority = h
				}
				if len(path) > 0 {
					rest = p
				}
				if len(host) > 0 && scheme.text == "" {
					scheme.text = "http://"
				}
				if len(path) > 0 && rest.text != "" && !strings.HasPrefix(rest.text, "/") {
					rest.text = "/" + rest.text
				}
				out = append(out, target{scheme.text + authority.text + rest.text, slices.Concat(scheme.holes, authority.holes, rest.holes)})
			}
		}
	}
	return out
}

// cutURL cuts the text of a URL before its host and behind it. A text that may be any URL is all host.
func cutURL(t target) (scheme, host, rest target) {
	i := strings.Index(t.text, "://")
	if i >= 0 {
		i += len("://")
	} else {
		i = 0
	}
	end := len(t.text)
	if k := strings.IndexAny(t.text[i:], "/?#"); k >= 0 {
		end = i + k
	}
	cut := func(text string, before int) target {
		from := min(before, len(t.holes))
		return target{text, t.holes[from:min(from+strings.Count(text, "{}"), len(t.holes))]}
	}
	scheme = cut(t.text[:i], 0)
	host = cut(t.text[i:end], strings.Count(t.text[:i], "{}"))
	rest = cut(t.text[end:], strings.Count(t.text[:end], "{}"))
	return scheme, host, rest
}

// urlPart is the text of a part of a URL, or of the URL of a request that a library made; not ok for other variables.
func (m *machine) urlPart(a *atom, depth int) (parts []target, ok bool) {
	if len(a.args) != 1 || depth > maxDepth {
		return nil, false
	}
	if a.text == requestURL {
		for _, id := range m.plain(a.args[0]) {
			made := m.atoms[id]
			fact := m.know.Find(made.text, "request")
			if made.kind != kLib || fact == nil {
				return nil, false
			}
			parts = append(parts, m.textsIn(m.arg(fact, "url", -1, made.args), depth+1)...)
		}
		return parts, len(parts) > 0
	}
	if a.text != ".Scheme" && a.text != ".Host" && a.text != ".Path" {
		return nil, false
	}
	for _, t := range m.textsIn(a.args[0], depth+1) {
		scheme, host, path := cutURL(t)
		switch a.text {
		case ".Scheme":
			scheme.text = strings.TrimSuffix(scheme.text, "://")
			parts = append(parts, scheme)
		case ".Host":
			parts = append(parts, host)
		case ".Path":
			path.text, _, _ = strings.Cut(path.text, "?")
			path.holes = path.holes[:min(strings.Count(path.text, "{}"), len(path.holes))]
			parts = append(parts, path)
		}
	}
	return parts, true
}

// asMade reports whether a variable is the URL of a request that a library made, or a part of it: it is read as what it
// was made of, since what code sets it to is often made of that.
func (m *machine) asMade(a *atom) bool {
	if a.text == requestURL {
		return true
	}
	return len(a.args) == 1 && slices.ContainsFunc(a.args[0], func(id int32) bool { return m.atoms[id].kind == kVar && m.atoms[id].text == requestURL })
}

// parsedPart is a part of a URL that was parsed, nil for other places.
func (m *machine) parsedPart(a *atom) value {
	dot := strings.LastIndexByte(a.text, '.')
	if dot < 0 {
		return nil
	}
	text := m.at(a.obj, a.text[:dot]+parsed)
	part := a.text[dot:]
	if len(text) == 0 || part != ".Scheme" && part != ".Host" && part != ".Path" {
		return nil
	}
	return m.one(atom{kind: kVar, text: part, typ: "string", args: []value{text}})
}

// references are the texts of references, which need no host.
func (m *machine) references(v value, depth int) []target {
	var out []target
	for _, id := range m.plain(v) {
		if a := m.atoms[id]; a.kind == kLoc && a.typ == urlType {
			if len(m.at(a.obj, a.text+".Host")) == 0 && len(m.at(a.obj, a.text+parsed)) == 0 {
				out = append(out, m.textsIn(m.at(a.obj, a.text+".Path"), depth+1)...)
				continue
			}
		}
		out = append(out, m.textsIn(value{id}, depth+1)...)
	}
	return out
}

// referred are the URLs that a reference means as seen from another URL.
func (m *machine) referred(a *atom, depth int) []target {
	var out []target
	bases := m.textsIn(a.args[0], depth+1)
	for _, base := range bases {
		if slices.ContainsFunc(bases, func(t target) bool { return t.text == base.text+"/" }) {
			continue // which a slash was added to
		}
		for _, ref := range m.references(a.args[1], depth) {
			scheme, host, path := cutURL(base)
			switch {
			case strings.Contains(ref.text, "://"):
				out = append(out, ref)
				continue
			case ref.text == "":
				out = append(out, base)
				continue
			case strings.HasPrefix(ref.text, "/"):
				path = target{}
			default: // in place of the last segment
				path.text = path.text[:strings.LastIndexByte(path.text, '/')+1]
				path.holes = path.holes[:min(strings.Count(path.text, "{}"), len(path.holes))]
				if path.text == "" {
					path.text = "/"
				}
			}
			out = append(out, target{scheme.text + host.text + path.text + ref.text, slices.Concat(scheme.holes, host.holes, path.holes, ref.holes)})
		}
	}
	return out
}
