package trace

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// Numbers are followed where they are constants or come of the configuration: for the lengths of deadlines, and for
// branches that hang on them. Other arithmetic is not.

// truth is a constant that a branch hangs on.
func (m *machine) truth(is bool) value {
	if is {
		return m.one(atom{kind: kConst, text: "true"})
	}
	return m.one(atom{kind: kConst, text: "false"})
}

// compare compares what is known. What tells a binary which of its services it is is noted; a length that is configured
// is taken to be something where code asks so before it bounds a context. An element of a slice is there if it is known:
// only variables and fields may still be nil. An http.Client that was given is one, and its default is for who gives none.
func (m *machine) compare(in *summary.Instr, a, b value) value {
	if in.Num == summary.OfElement && m.isFunction(a) && m.isNil(b) {
		return m.truth(in.Name == "!=")
	}
	a, b = m.plain(a), m.plain(b)
	m.asksFor(a, b)
	if (in.Name == "==" || in.Name == "!=") && m.isNil(b) && m.areClients(a) {
		return m.truth(in.Name == "!=")
	}
	if in.Num == summary.GuardsContext && m.setUp(a) {
		return m.truth(true)
	}
	if in.Name == "==" || in.Name == "!=" {
		if equal, known := m.chosen(a, b); known {
			return m.truth(equal != (in.Name == "!="))
		}
	}
	if len(a) != 1 || len(b) != 1 {
		return m.unknown("bool")
	}
	x, y := m.atoms[a[0]], m.atoms[b[0]]
	if in.Name != "==" && in.Name != "!=" {
		return m.order(in.Name, x, y)
	}
	if x.kind == kConst && y.kind != kConst {
		x, y = y, x
	}
	if x.kind == kConst && y.kind == kConst || x.kind == kNil && y.kind == kNil {
		return m.truth((x.text == y.text) != (in.Name == "!="))
	}
	return m.unknown("bool")
}

// chosen compares a word that a value is compared with to what the unit's selector is set to, if that is among what the
// value may come from, and notes that the code asks for it. Of several sources, as the name that a binary was started
// by and a variable that replaces it, the one that is set decides.
func (m *machine) chosen(a, b value) (equal, known bool) {
	word, ok := m.str(b)
	if !ok {
		a, b = b, a
		if word, ok = m.str(b); !ok {
			return false, false
		}
	}
	for _, id := range a {
		source := selectorOf(m.atoms[id])
		if source.kind == "" {
			continue
		}
		source.value = word
		m.compared[source] = true
		if m.choice.kind == source.kind && m.choice.name == source.name {
			equal, known = m.choice.value == word, true
		}
	}
	return equal, known
}

// areClients reports whether a value is an http.Client, of the project's making, whichever of several it may be.
func (m *machine) areClients(v value) bool {
	for _, id := range v {
		if a := m.atoms[id]; a.kind != kLoc || a.text != "" || m.objects[a.obj].typ != httpClient {
			return false
		}
	}
	return len(v) > 0
}

func (m *machine) isFunction(v value) bool {
	for _, id := range v {
		if k := m.atoms[id].kind; k != kFunc && k != kBound {
			return false
		}
	}
	return len(v) > 0
}

// order compares two integers by size.
func (m *machine) order(op string, x, y *atom) value {
	if x.kind == kConst && y.kind == kConst {
		a, errA := strconv.ParseInt(x.text, 10, 64)
		b, errB := strconv.ParseInt(y.text, 10, 64)
		if errA == nil && errB == nil {
			return m.truth(op == "<" && a < b || op == "<=" && a <= b || op == ">" && a > b || op == ">=" && a >= b)
		}
	}
	return m.unknown("bool")
}

// product multiplies: durations are written as 3 * time.Second, and configured as a number of seconds.
func (m *machine) product(a, b value) value {
	var out value
	for _, x := range m.plain(a) {
		for _, y := range m.plain(b) {
			switch p, q := m.atoms[x], m.atoms[y]; {
			case p.kind == kConst && q.kind == kConst:
				n, errN := strconv.ParseInt(p.text, 10, 64)
				k, errK := strconv.ParseInt(q.text, 10, 64)
				if errN == nil && errK == nil {
					out = join(out, m.one(atom{kind: kConst, text: strconv.FormatInt(n*k, 10)}))
				}
			case configuration(p) && q.kind == kConst:
				out = join(out, value{x})
			case configuration(q) && p.kind == kConst:
				out = join(out, value{y})
			default:
				return m.unknown("")
			}
		}
	}
	return m.orUnknown(out)
}

// number is what a text says, or what it is configured with.
func (m *machine) number(text value) value {
	var out value
	for _, id := range m.plain(text) {
		a := m.atoms[id]
		s, isText := strings.CutPrefix(a.text, `"`)
		switch {
		case configuration(a):
			out = join(out, value{id})
		case a.kind != kConst || !isText:
			return m.unknown("")
		default:
			if n, err := strconv.ParseInt(s, 10, 64); err == nil {
				out = join(out, m.one(atom{kind: kConst, text: strconv.FormatInt(n, 10)}))
			} else if d, err := time.ParseDuration(s); err == nil {
				out = join(out, m.one(atom{kind: kConst, text: strconv.FormatInt(int64(d), 10)}))
			}
		}
	}
	return m.orUnknown(out)
}

// configuration reports whether a value comes of the environment, a flag or a file.
func configuration(a *atom) bool { return a.kind == kEnv || a.kind == kFlag || a.kind == kField }

// length is the one number that a value is, be it as the default of what is configured.
func (m *machine) length(v value) (string, bool) {
	written := slices.DeleteFunc(slices.Clone(m.plain(v)), func(id int32) bool { return configuration(m.atoms[id]) })
	return m.constant(written)
}

// setUp reports whether a number is configured, and not to be nothing by default.
func (m *machine) setUp(v value) bool {
	configured := false
	for _, id := range v {
		a := m.atoms[id]
		configured = configured || configuration(a)
		if !configuration(a) && (a.kind != kConst || a.text == "0") {
			return false
		}
	}
	return configured
}

// How the answers are told apart that nobody knows and that say whether a context has a deadline.
const (
	hasDeadline = "has a deadline"
	hasNone     = "has no deadline"
)

// given is the length of a deadline that came with a request. Where the code makes one otherwise, its own tells more.
const given = "given"

// limited is whether a context has a deadline. One that came with a request may have.
func (m *machine) limited(ctx value) value {
	bounded, none := 0, 0
	for _, id := range m.plain(ctx) {
		switch a := m.atoms[id]; {
		case a.kind == kCtx && strings.HasPrefix(a.text, "bounded"):
			bounded++
		case a.kind == kCtx && a.text == "none":
			none++
		}
	}
	switch len(ctx) {
	case 0:
		return m.unknown("bool")
	case bounded:
		return m.truth(true)
	case none:
		return m.truth(false)
	}
	return m.one(atom{kind: kUnknown, typ: "bool", text: hasDeadline, args: []value{ctx}})
}

// not is the other answer.
func (m *machine) not(v value) value {
	text, _ := m.constant(v)
	switch text {
	case "true", "false":
		return m.truth(text == "false")
	}
	if len(v) == 1 {
		switch a := m.atoms[v[0]]; a.text {
		case hasDeadline, hasNone:
			other := hasNone
			if a.text == hasNone {
				other = hasDeadline
			}
			return m.one(atom{kind: kUnknown, typ: "bool", text: other, args: a.args})
		}
	}
	return m.unknown("bool")
}

// passed is what a value is known to be where it came from one block to another: a context that was asked for its
// deadline has one on the way that is taken then.
func (m *machine) passed(f *frame, from, to int, v value) value {
	b := &f.fn.Blocks[from]
	if !b.HasCond || len(b.Succs) != 2 || b.Succs[0] == b.Succs[1] {
		return v
	}
	cond := m.get(f, b.Cond)
	if len(cond) != 1 {
		return v
	}
	a := m.atoms[cond[0]]
	yes := a.text == hasDeadline && int(b.Succs[0]) == to || a.text == hasNone && int(b.Succs[1]) == to
	if a.kind == kUnknown && yes && slices.Equal(a.args[0], v) {
		return m.one(atom{kind: kCtx, text: "bounded " + given, typ: m.whose(v)})
	}
	return v
}
