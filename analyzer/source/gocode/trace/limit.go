package trace

import (
	"slices"
	"strconv"
	"strings"

	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// Limits: what ends the wait for a call, its context or its client.

// limits finds what ends the wait for a call: the deadline of its context, or its client, whose interceptors call a
// function of type goesOn.
func (m *machine) limits(r *request, ctx, client value, goesOn string) {
	incoming, none := len(ctx) > 0, len(ctx) > 0
	for _, id := range m.plain(ctx) {
		a := m.atoms[id]
		kind, _, _ := strings.Cut(a.text, " ")
		incoming = incoming && a.kind == kCtx && kind == "incoming"
		none = none && a.kind == kCtx && kind != "unknown"
	}
	r.whose = m.whose(ctx)
	all, length := m.boundOf(ctx)
	limited, of := m.clientLimit(client, goesOn)
	r.incoming, r.none = incoming, none && !incoming && !all
	switch r.bounded = all || limited; {
	case all && limited:
		r.length = sooner(length, of)
	case all:
		r.length = length
	case limited:
		r.length = of
	case m.mayBeLimited(client, goesOn) || m.mayExpire(client):
		r.incoming, r.none = false, false // which of several clients it is nobody says
	}
}

// clientLimit reports whether a client ends each of its calls after a while, whichever of several it is.
func (m *machine) clientLimit(client value, goesOn string) (bool, string) {
	return m.limitOf(client, goesOn, 0)
}

// mayBeLimited reports whether one of several clients ends each of its calls after a while.
func (m *machine) mayBeLimited(client value, goesOn string) bool {
	client = m.plain(client)
	return len(client) > 1 && slices.ContainsFunc(client, func(id int32) bool {
		limited, _ := m.limitOf(value{id}, goesOn, 0)
		return limited
	})
}

func (m *machine) limitOf(client value, goesOn string, depth int) (bool, string) {
	client = m.plain(client)
	if len(client) == 0 || depth > 8 {
		return false, ""
	}
	length := ""
	client = slices.DeleteFunc(slices.Clone(client), func(id int32) bool { return m.atoms[id].kind == kNil })
	for i, id := range client {
		a := m.atoms[id]
		bounded, of := false, ""
		switch a.kind {
		case kLoc:
			// http.Client and what wraps one.
			if v := m.at(a.obj, a.text+".Timeout"); len(v) > 0 && strings.Contains(m.objects[a.obj].typ+a.typ, "http.Client") {
				bounded, of = m.timeOut(v)
			} else if v := m.at(a.obj, a.text+".HTTPClient"); len(v) > 0 {
				bounded, of = m.limitOf(v, goesOn, depth+1)
			} else if fact := m.know.Find(m.objects[a.obj].typ, "ends"); fact != nil {
				if v := m.at(a.obj, a.text+"."+fact.Args["field"]); len(v) > 0 {
					bounded, of = m.timeOut(v)
				}
			}
		case kLib, kVar:
			if v := join(m.fields[held{id, ".Timeout"}], m.fields[held{id, ".HTTPClient.Timeout"}]); len(v) > 0 {
				bounded, of = m.timeOut(v)
			} else if v := m.fields[held{id, ".HTTPClient"}]; len(v) > 0 {
				bounded, of = m.limitOf(v, goesOn, depth+1)
			} else if fact := m.know.Find(a.text, "dials"); fact != nil {
				if goesOn != streamInvoker { // nobody ends a stream by itself
					bounded, of = m.lasts(fact, a.args)
				}
				if !bounded {
					bounded, of = m.optionLimit(a.args, goesOn)
				}
			} else if bounded, of = m.optionLimit(a.args, goesOn); !bounded && strings.HasPrefix(a.text, "(") && len(a.args) > 0 {
				bounded, of = m.limitOf(a.args[0], goesOn, depth+1) // what a client's method made
			}
		}
		if !bounded {
			return false, ""
		}
		if i == 0 {
			length = of
		} else if length != of {
			length = ""
		}
	}
	return len(client) > 0, length
}

// expiry is what the first of some options says that says when calls end; not ok if none does.
func (m *machine) expiry(options value) (limited bool, length string, ok bool) {
	m.within([]value{options}, func(_ int32, a *atom) bool {
		if ok || a.kind != kLib {
			return !ok
		}
		if expires := m.know.Find(a.text, "expires"); expires != nil {
			after := m.boundLength(expires, a.args)
			if _, is := expires.Arg("length"); is && len(after) == 0 { // a field that nobody sets
				return true
			}
			limited, length = m.timeOut(after)
			ok = true
		}
		return !ok
	})
	return limited, length, ok
}

// mayExpire reports whether an option of a client may end its calls in a way that is not known here: it varies that, or
// it is a bundle of options that a library made.
func (m *machine) mayExpire(client value) bool {
	may := false
	for _, id := range m.plain(client) {
		fact, args := m.dialled(id)
		if fact == nil {
			continue
		}
		m.within([]value{m.optionsOf(fact, args)}, func(_ int32, option *atom) bool {
			switch {
			case option.kind != kLib || may:
				return !may
			case m.know.Find(option.text, "varies") != nil:
				may = true
			case m.know.Find(option.text, "holds") != nil && len(option.args) > 0:
				for _, bundle := range m.plain(option.args[0]) {
					b := m.atoms[bundle]
					may = may || b.kind != kLoc && m.know.Find(b.text, "traces") == nil
				}
			}
			return !may
		})
	}
	return may
}

// timeOut reports whether a client's time-out is one, and how long it is if that is known.
func (m *machine) timeOut(v value) (bool, string) {
	n, ok := m.length(v)
	return !ok || n != "0", n
}

// foreign reports whether a client is not known, or one that a library made, or a copy of such a one, which may bound
// its calls by itself.
func (m *machine) foreign(client value) bool {
	if len(client) == 0 {
		return true
	}
	for _, id := range m.plain(client) {
		a := m.atoms[id]
		if fact, _ := m.dialled(id); fact != nil { // its options say it
			continue
		}
		if a.kind == kUnknown || a.kind == kLib || a.kind == kVar && !strings.HasPrefix(a.text, "net/http.") {
			return true
		}
		if a.kind == kLoc {
			if of := m.whole(a); len(of) > 0 && m.foreign(of) {
				return true
			}
		}
	}
	return false
}

// partlyBounded reports whether the transport of a client ends the wait for the beginning of an answer, if not for the
// rest of it.
func (m *machine) partlyBounded(client value) bool {
	for _, id := range m.plain(m.transportOf(client, 0)) {
		if a := m.atoms[id]; a.kind == kLoc && len(m.at(a.obj, a.text+".ResponseHeaderTimeout")) > 0 {
			return true
		}
	}
	return false
}

// optionLimit looks among what a connection was made with for something that bounds its calls: a service config with
// a timeout, or an interceptor, known or read, that goes on with a bounded context.
func (m *machine) optionLimit(args []value, goesOn string) (bounded bool, length string) {
	m.within(args, func(_ int32, a *atom) bool {
		if bounded || a.kind != kLib {
			return !bounded
		}
		if strings.HasSuffix(a.text, ".WithDefaultServiceConfig") && len(a.args) > 0 {
			bounded = slices.ContainsFunc(m.strs(a.args[0]), func(text string) bool { return strings.Contains(text, `"timeout"`) })
		}
		if fact := m.know.Find(a.text, "bounds"); !bounded && fact != nil && goesOn == unaryInvoker {
			length, _ = m.length(m.boundLength(fact, a.args))
			bounded = true
		}
		if strings.Contains(a.text, "Interceptor") {
			for _, arg := range m.flatten(a.args) {
				for _, interceptor := range m.functionsIn(arg) {
					if !bounded {
						bounded, length = m.bounds(interceptor, goesOn)
					}
				}
			}
		}
		return !bounded
	})
	return bounded, length
}

// bounds reports whether an interceptor goes on with a context that has a deadline, whatever it was given, and how long
// that leaves.
func (m *machine) bounds(interceptor int32, goesOn string) (bool, string) {
	if fn := m.code(m.atoms[interceptor].text); m.recorder != nil || fn == nil || !takes(fn, goesOn) {
		return false, ""
	}
	contexts, ok := m.bounding[interceptor]
	if !ok {
		contexts = m.goesOnWith(interceptor)
		m.bounding[interceptor] = contexts
	}
	return m.boundOf(contexts)
}

// boundOf reports whether each of some contexts has a deadline, and how long it leaves if that is known.
func (m *machine) boundOf(contexts value) (bool, string) {
	length, first := "", true
	for _, id := range m.plain(contexts) {
		a := m.atoms[id]
		kind, of, _ := strings.Cut(a.text, " ")
		switch {
		case a.kind != kCtx || kind != "bounded":
			return false, ""
		case of == given:
		case first:
			length, first = of, false
		case length != of:
			length = ""
		}
	}
	return len(contexts) > 0, length
}

// sooner is the less of two lengths, as far as they are known.
func sooner(a, b string) string {
	x, errX := strconv.ParseInt(a, 10, 64)
	y, errY := strconv.ParseInt(b, 10, 64)
	if errX != nil || errY == nil && y < x {
		return b
	}
	return a
}

// takes reports whether a function has a parameter of a type whose name ends so.
func takes(fn *summary.Func, typ string) bool {
	return slices.ContainsFunc(fn.Params, func(p summary.Param) bool { return strings.HasSuffix(p.Type, typ) })
}

// goesOnWith runs an interceptor and tells the contexts that it goes on with. What ran before is forgotten for the
// time, since it did not tell.
func (m *machine) goesOnWith(interceptor int32) value {
	aside := m.memory
	m.memory = make(memory)
	defer func() { m.memory = aside }()
	fn := m.code(m.atoms[interceptor].text)
	given := make(map[string]value)
	for _, p := range fn.Params {
		if strings.HasSuffix(p.Type, unaryInvoker) || strings.HasSuffix(p.Type, streamInvoker) {
			given[p.Type] = m.one(atom{kind: kVar, text: invoker})
		}
	}
	var seen value
	m.recorder = &seen
	m.enter(&frame{fn: fn}, &summary.Instr{Pos: fn.Pos}, value{interceptor}, m.one(atom{kind: kCtx, text: "incoming"}), given)
	m.recorder = nil
	return seen
}

// What interceptors of the two kinds call to go on: only those of its kind see a call.
const (
	unaryInvoker  = "grpc.UnaryInvoker"
	streamInvoker = "grpc.Streamer"
)

// invoker is the name of what an interceptor calls to go on.
const invoker = "the next interceptor"
