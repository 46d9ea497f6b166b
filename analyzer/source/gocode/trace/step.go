package trace

import (
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// One instruction after the other: registers, phis, and what instructions make.

func (m *machine) block(f *frame, i int) {
	b := &f.fn.Blocks[i]
	f.at = i
	f.events.block = i
	f.loops, f.cyclic, f.tries = f.loopsOver(i), b.Cyclic, m.tries(f, b)
	f.hasty = f.tries > 1 && b.Tries.Hasty
	f.loop, f.over = m.inLoop(f, nil)
	for k := range b.Code {
		m.steps++
		if m.steps > maxSteps {
			m.hit["instructions of a unit"] = true
			return
		}
		m.step(f, i, &b.Code[k])
	}
	if b.Range != nil && b.Range.Data && !slices.Contains(f.batches, i) && m.isBatch(m.get(f, b.Range.Over)) {
		f.batches = append(f.batches, i)
	}
	if key := f.forced[i]; key != "" && b.Range != nil && b.Range.Key != summary.None {
		f.regs[b.Range.Key] = m.one(atom{kind: kKey, text: key}) // what the head counted to
	}
	if b.HasCond && len(b.Succs) == 2 {
		if b.Range != nil && m.isNil(m.plain(m.get(f, b.Range.Over))) {
			m.lead(f, i, b.Succs[1:]) // nothing to go over
			return
		}
		switch text, _ := m.constant(m.get(f, b.Cond)); text {
		case "true":
			m.lead(f, i, b.Succs[:1])
			return
		case "false":
			m.lead(f, i, b.Succs[1:])
			return
		}
	}
	m.lead(f, i, b.Succs)
}

// lead goes on with blocks. A loop over elements that are known one by one is left behind the last of them.
func (m *machine) lead(f *frame, i int, to []int32) {
	r, key := f.fn.Blocks[i].Range, f.forced[i]
	for _, s := range to {
		f.live[s] = true
		if r == nil || key == "" || strings.Contains(key, "*") || s <= r.Last {
			f.ledBy[s] = int32(i)
		}
	}
}

// get is what an operand holds.
func (m *machine) get(f *frame, o summary.Operand) value {
	switch {
	case o == summary.None:
		return nil
	case o >= 0:
		return f.regs[o]
	}
	if v := f.pool[-o-1]; v != nil {
		return v
	}
	v := m.poolValue(&f.fn.Pool[-o-1])
	f.pool[-o-1] = v
	return v
}

// poolValue is the constant, function or variable of a pool's entry.
func (m *machine) poolValue(v *summary.Value) value {
	switch v.Kind {
	case summary.Const:
		switch v.Text {
		case "nil":
			return m.one(atom{kind: kNil})
		case summary.Zero:
			return m.zero(v.Type)
		}
		return m.one(atom{kind: kConst, text: v.Text})
	case summary.FuncRef:
		if v.Type == "interface" { // a method expression: the receiver is its first argument
			if v.Sig == nil || len(v.Sig.Params) == 0 {
				return nil
			}
			return m.one(atom{kind: kBound, text: v.Text, typ: v.Sig.Params[0]})
		}
		return m.one(atom{kind: kFunc, text: m.instance(v.Text, v.Args)})
	case summary.Global:
		typ := strings.TrimPrefix(v.Type, "*")
		if m.prog.owns(v.Text) {
			obj := m.objectAt(objectKey{name: v.Text}, typ)
			m.objects[obj].name = v.Text
			return m.loc(obj, "", typ)
		}
		return m.one(atom{kind: kVar, text: "&" + v.Text, typ: v.Type})
	}
	return nil
}

func (m *machine) set(f *frame, o summary.Operand, v value) {
	if o != summary.None {
		f.regs[o] = v
	}
}

func (m *machine) place(f *frame, pos summary.Pos) place { return place{f.fn.Pkg, pos} }

func (m *machine) step(f *frame, block int, in *summary.Instr) {
	switch in.Op {
	case summary.Alloc:
		// What is made in a round of its own is an object of its own.
		obj := m.objectAt(objectKey{site: in, name: f.round, act: f.act}, in.Type)
		m.bear(obj)
		m.sightType(f, in)
		if isClient(in.Type) {
			m.clients[obj] = m.making(f, in)
		}
		if builds(in.Type) || in.Type == urlType { // what is made of what it was before would grow
			m.objects[obj].heap.clear()
		}
		m.set(f, in.Dst, m.loc(obj, "", in.Type))
	case summary.FieldAddr:
		base := m.get(f, in.Args[0])
		if in.Name == "URL" && in.Type == "*"+urlType || in.Name == "RequestURI" && in.Type == "string" {
			base = m.answered(f, base)
		}
		m.set(f, in.Dst, m.fieldAddr(base, in.Name, in.Type))
	case summary.Field:
		m.set(f, in.Dst, m.load(m.fieldAddr(m.get(f, in.Args[0]), in.Name, in.Type), in.Type, in.Agg))
	case summary.IndexAddr:
		m.set(f, in.Dst, m.indexAddr(m.get(f, in.Args[0]), m.get(f, in.Args[1]), in.Type))
	case summary.Index:
		m.index(f, block, in)
	case summary.Slice:
		v := m.cut(m.get(f, in.Args[0]))
		if len(v) == 1 && m.atoms[v[0]].kind == kArg { // what is left out is the program's name
			v = m.one(atom{kind: kArg})
		}
		m.set(f, in.Dst, v)
	case summary.Not:
		m.set(f, in.Dst, m.not(m.get(f, in.Args[0])))
	case summary.Load:
		m.set(f, in.Dst, m.load(m.get(f, in.Args[0]), in.Type, in.Agg))
	case summary.Store:
		if in.Num == summary.Settled || in.Num > summary.Settled && f.rounds[int(in.Num-summary.Settled)] > 0 {
			for _, id := range m.get(f, in.Args[0]) {
				if a := m.atoms[id]; a.kind == kLoc {
					m.objects[a.obj].heap.remove(a.text)
					m.touched = min(m.touched, a.obj)
				}
			}
		}
		v := m.get(f, in.Args[1])
		if in.Late {
			v = join(v, m.unknown(earlier))
		}
		to := m.get(f, in.Args[0])
		m.store(f, in, to, v, in.Agg)
		if m.isAnswered(to, in.Agg) {
			f.events.add(m.renew(f, in, v))
		}
		f.events.addAll(m.refuses(f, in, v))
	case summary.MapUpdate:
		m.store(f, in, m.indexAddr(m.get(f, in.Args[0]), m.get(f, in.Args[1]), ""), m.get(f, in.Args[2]), in.Agg)
	case summary.Send:
		m.send(f, in)
	case summary.Recv:
		channel := m.get(f, in.Args[0])
		m.receive(f, channel)
		if !in.Poll {
			m.waitFor(f, in, channel)
		}
		if in.Num == summary.Timed && !f.cyclic {
			m.giveUp(f, channel)
		}
		if in.Dst != summary.None {
			v := m.messageFrom(f, in, channel, m.load(m.indexAddr(channel, nil, in.Type), in.Type, false))
			m.set(f, in.Dst, v)
			f.setTuple(in.Dst, []value{v, m.unknown("bool")})
		} else {
			m.messageFrom(f, in, channel, nil)
		}
	case summary.Phi:
		m.set(f, in.Dst, m.phi(f, block, in))
	case summary.Convert:
		v := m.get(f, in.Args[0])
		if in.Type == "string" && m.isNil(v) { // of bytes
			v = m.one(atom{kind: kConst, text: `"`})
		}
		m.set(f, in.Dst, v)
	case summary.MakeIface:
		m.makeIface(f, in)
	case summary.Assert:
		m.assert(f, in)
	case summary.Concat:
		left := m.orUnknown(m.get(f, in.Args[0]))
		if tail, ok := m.str(m.get(f, in.Args[1])); ok && tail == "/" {
			left = m.unslashed(left)
		}
		m.set(f, in.Dst, m.one(atom{kind: kText, typ: in.Name, args: []value{left, m.orUnknown(m.get(f, in.Args[1]))}}))
		if a, ok := m.str(m.get(f, in.Args[0])); ok {
			if b, ok := m.str(m.get(f, in.Args[1])); ok {
				m.set(f, in.Dst, m.one(atom{kind: kConst, text: `"` + a + b}))
			}
		}
	case summary.Compare:
		a, b := m.get(f, in.Args[0]), m.get(f, in.Args[1])
		m.asksMethod(f, in, a, m.strs(b)...)
		m.asksMethod(f, in, b, m.strs(a)...)
		m.asksTopic(f, in, a, b)
		m.set(f, in.Dst, m.compare(in, a, b))
	case summary.Multiply:
		m.set(f, in.Dst, m.product(m.get(f, in.Args[0]), m.get(f, in.Args[1])))
	case summary.Opaque:
		m.set(f, in.Dst, m.unknown(in.Type))
	case summary.Closure:
		args := make([]value, len(in.Args))
		for i, a := range in.Args {
			args[i] = m.get(f, a)
		}
		m.set(f, in.Dst, m.one(atom{kind: kFunc, text: m.instance(in.Name, in.Type), args: args}))
	case summary.Bound:
		recv := m.get(f, in.Args[0])
		if in.Callee == summary.Iface {
			m.set(f, in.Dst, m.one(atom{kind: kBound, text: in.Name, typ: in.Type, args: []value{recv}}))
		} else {
			m.set(f, in.Dst, m.one(atom{kind: kFunc, text: m.instance(in.Name, in.Type), num: 1, args: []value{recv}}))
		}
	case summary.Result:
		if t := f.tuple(in.Args[0]); int(in.Num) < len(t) {
			m.set(f, in.Dst, t[in.Num])
		} else {
			m.set(f, in.Dst, nil)
		}
	case summary.Call:
		m.call(f, in)
	case summary.Return:
		f.leaves(m, in)
		m.sights.ends = m.sights.ends || len(m.frames) == 1 && m.behindServer()
		for i, a := range in.Args {
			v := m.get(f, a)
			f.events.addAll(m.refuses(f, in, v))
			if i < len(f.ret) {
				f.ret[i] = join(f.ret[i], m.knownIn(f, block, v))
			}
		}
	}
}

// unslashed leaves out of a value what ends in a slash, if anything else is there: x += "/" would make it longer and
// longer where x keeps all that it ever held.
func (m *machine) unslashed(v value) value {
	var out value
	for _, id := range v {
		a := m.atoms[id]
		if a.kind == kText && len(a.args) == 2 {
			if tail, ok := m.str(a.args[1]); ok && tail == "/" {
				continue
			}
		}
		out = join(out, value{id})
	}
	if len(out) == 0 {
		return v
	}
	return out
}

func (m *machine) orUnknown(v value) value {
	if len(v) == 0 {
		return value{0}
	}
	return v
}

// phi is what comes over the live edges that lead to a block.
func (m *machine) phi(f *frame, block int, in *summary.Instr) value {
	var v value
	preds := f.fn.Blocks[block].Preds
	round := f.rounds[block]
	basic := in.Type == "string" || in.Type == "bool" || in.Type == "int" || in.Type == "[]uint8" || !strings.ContainsAny(in.Type, "./*[(")
	for i, a := range in.Args {
		if i < len(preds) && (preds[i] < 0 || !m.flows(f, int(preds[i]), block)) {
			continue
		}
		if round > 0 && (round > 1) != (int(preds[i]) >= block) {
			continue
		}
		got := m.get(f, a)
		if i < len(preds) {
			got = m.passed(f, int(preds[i]), block, got)
		}
		if len(got) == 0 && basic {
			got = value{0}
		}
		v = join(v, got)
	}
	return v
}

// knownIn is what a value is known to be in a block that there is one way to.
func (m *machine) knownIn(f *frame, block int, v value) value {
	if preds := f.fn.Blocks[block].Preds; len(preds) == 1 && preds[0] >= 0 {
		return m.passed(f, int(preds[0]), block, v)
	}
	return v
}

// flows reports whether the edge between two blocks is live.
func (m *machine) flows(f *frame, from, to int) bool {
	if !f.live[from] {
		return false
	}
	b := &f.fn.Blocks[from]
	if b.HasCond && len(b.Succs) == 2 && b.Succs[0] != b.Succs[1] {
		text, _ := m.constant(m.get(f, b.Cond))
		if text == "true" && int(b.Succs[1]) == to || text == "false" && int(b.Succs[0]) == to {
			return false
		}
	}
	return true
}

func (m *machine) makeIface(f *frame, in *summary.Instr) {
	v := m.get(f, in.Args[0])
	if len(v) == 0 {
		v = m.unknown(in.Type)
	}
	var out value
	for _, id := range v {
		out = join(out, m.one(atom{kind: kTyped, typ: in.Type, args: []value{{id}}}))
	}
	if m.prog.typeOf(in.Type) != nil {
		m.made[in.Type] = join(m.made[in.Type], v)
	}
	m.set(f, in.Dst, out)
}

func (m *machine) assert(f *frame, in *summary.Instr) {
	v := m.get(f, in.Args[0])
	var out value
	known, fits := len(v) > 0, 0 // whether all that may be there is known, and how much of it has the type
	for _, id := range v {
		a := m.atoms[id]
		before := len(out)
		known = known && a.kind == kTyped
		switch {
		case a.kind == kTyped && in.Name == "interface":
			if methods := m.prog.ifaceOf(in.Type); methods == nil || m.prog.typeOf(a.typ) == nil || m.prog.implements(a.typ, methods) {
				out = join(out, value{id})
			}
		case a.kind == kTyped:
			if a.typ == in.Type {
				out = join(out, a.args[0])
			}
		case a.kind == kUnknown:
			out = join(out, m.unknown(in.Type))
		case a.kind == kLib || a.kind == kVar:
			as := *a
			as.typ = in.Type
			out = join(out, m.one(as))
		default:
			out = join(out, value{id})
		}
		if a.kind == kTyped && (len(out) > before || a.typ == in.Type) {
			fits++
		}
	}
	ok := m.unknown("bool")
	switch {
	case known && fits == len(v):
		ok = m.truth(true)
	case known && fits == 0 && m.prog.typeOf(in.Type) != nil:
		ok = m.truth(false)
	case len(out) == 0 && in.Name == "concrete":
		out = m.unknown(in.Type) // something that is not followed
	}
	m.set(f, in.Dst, out)
	if in.Num == 1 {
		f.setTuple(in.Dst, []value{out, ok})
	}
}
