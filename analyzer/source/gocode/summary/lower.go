package summary

import (
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/ssa"
)

// lowering makes a summary of one function.
type lowering struct {
	e    *extractor
	fn   *ssa.Function
	out  *Func
	regs map[ssa.Value]Operand
	pool map[string]Operand

	order []*ssa.BasicBlock
	index map[*ssa.BasicBlock]int
	loops loops
}

func (l *lowering) run(id string) *Func {
	fn := l.fn
	l.out = &Func{ID: id, Pkg: l.e.out, Pos: l.e.pos(fn.Pos()), Free: len(fn.FreeVars), Method: fn.Signature.Recv() != nil,
		Yield: strings.Contains(fn.Synthetic, "range-over-func"), Results: fn.Signature.Results().Len(), ErrorResult: -1}
	if fn.Pos().IsValid() {
		l.out.Generated = l.e.generated[l.e.fset.Position(fn.Pos()).Filename]
	}
	for i := range l.out.Results {
		if types.Identical(fn.Signature.Results().At(i).Type(), types.Universe.Lookup("error").Type()) {
			l.out.ErrorResult = i
		}
	}
	l.out.Generic = fn.TypeParams().Len() > 0
	for _, p := range fn.Params {
		l.out.Params = append(l.out.Params, Param{p.Name(), l.e.typeName(p.Type())})
		l.e.seeInterface(p.Type())
		l.reg(p)
	}
	for _, v := range fn.FreeVars {
		l.reg(v)
	}
	order, index := reversePostorder(fn)
	l.order, l.index = order, index
	loops := loopsOf(fn, order, index, l.e.pausing)
	l.loops = loops
	l.out.Blocks = make([]Block, len(order))
	for i, b := range order {
		out := &l.out.Blocks[i]
		out.Cyclic = loops.cyclic[i]
		for _, of := range loops.data[i] {
			out.Loops = append(out.Loops, int32(index[of.head]))
		}
		if here := loops.byHead[b]; here != nil && here.data {
			out.LoopAt = l.e.pos(l.e.loopAt(fn, here))
		}
		if t := loops.tries[i]; t != nil {
			out.Tries = &Tries{l.operand(t.of), t.more, t.hasty}
		}
		for _, p := range b.Preds {
			if at, ok := index[p]; ok {
				out.Preds = append(out.Preds, int32(at))
			} else {
				out.Preds = append(out.Preds, -1)
			}
		}
		for _, s := range b.Succs {
			out.Succs = append(out.Succs, int32(index[s]))
		}
		for _, instr := range b.Instrs {
			l.instr(out, instr)
		}
	}
	for i, r := range loops.ranges {
		made := &Range{Data: r.loop.data, Last: r.last, Breaks: r.breaks, Key: None, Over: l.operand(r.over), Backward: r.backward}
		if r.key != nil {
			made.Key = l.reg(r.key)
		}
		if at, ok := r.over.(ssa.Instruction); ok {
			made.Asks = at.Block() == order[i]
		}
		l.out.Blocks[i].Range = made
	}
	l.out.Regs = len(l.regs)
	return l.out
}

func (l *lowering) reg(v ssa.Value) Operand {
	if r, ok := l.regs[v]; ok {
		return r
	}
	r := Operand(len(l.regs))
	l.regs[v] = r
	return r
}

// operand is where a value is found: constants, functions and package variables are in the pool.
func (l *lowering) operand(v ssa.Value) Operand {
	var entry Value
	switch v := v.(type) {
	case *ssa.Const:
		entry = Value{Kind: Const, Type: l.e.typeName(v.Type())}
		switch {
		case v.Value == nil && !v.IsNil() && isTypeParam(v.Type()):
			entry.Text = Zero
		case v.Value == nil:
			entry.Text = "nil"
		case v.Value.Kind() == constant.String:
			entry.Text = `"` + constant.StringVal(v.Value)
		default:
			entry.Text = v.Value.ExactString()
		}
	case *ssa.Function:
		name, wrapped := l.named(v)
		entry = Value{Kind: FuncRef, Text: name, Args: l.typeArgs(v), Sig: l.e.sig(v.Signature)}
		if wrapped != "" {
			entry.Type = wrapped
		}
	case *ssa.Global:
		entry = Value{Kind: Global, Text: v.String(), Type: l.e.typeName(v.Type())}
		if v.Pkg != nil {
			entry.Text = v.Pkg.Pkg.Path() + "." + v.Name()
		}
	case *ssa.Builtin:
		entry = Value{Kind: Builtin, Text: v.Name()}
	default:
		return l.reg(v)
	}
	key := strconv.Itoa(int(entry.Kind)) + "\x00" + entry.Text + "\x00" + entry.Type + "\x00" + entry.Args
	if at, ok := l.pool[key]; ok {
		return at
	}
	l.out.Pool = append(l.out.Pool, entry)
	at := Operand(-len(l.out.Pool))
	l.pool[key] = at
	return at
}

// typeArgs are the type arguments of a function as who uses it sees them: of a method those of its receiver, of a function
// that is written within a generic one the type parameters of that.
func (l *lowering) typeArgs(fn *ssa.Function) string {
	var args []string
	if given := fn.TypeArgs(); len(given) > 0 {
		for _, t := range given {
			args = append(args, l.e.typeName(t))
		}
	} else if fn.Parent() != nil {
		for i := range fn.TypeParams().Len() {
			args = append(args, "$"+strconv.Itoa(i))
		}
	} else if obj, ok := fn.Object().(*types.Func); ok {
		return receiverArgs(obj, l.e.typeName)
	}
	return strings.Join(args, ",")
}

// receiverArgs are the type arguments of the type that a method is declared for.
func receiverArgs(method *types.Func, name func(types.Type) string) string {
	recv := method.Signature().Recv()
	if recv == nil {
		return ""
	}
	named, ok := types.Unalias(deref(types.Unalias(recv.Type()))).(*types.Named)
	if !ok {
		return ""
	}
	var args []string
	for t := range named.TypeArgs().Types() {
		args = append(args, name(t))
	}
	return strings.Join(args, ",")
}

// paramName is the name of a type that is a type parameter, "" of others.
func paramName(t types.Type) string {
	if isTypeParam(t) {
		return TypeName(t)
	}
	return ""
}

func isTypeParam(t types.Type) bool {
	_, ok := types.Unalias(t).(*types.TypeParam)
	return ok
}

// named is a function's name; of a thunk for a method expression the method's, and "method" in wrapped.
func (l *lowering) named(fn *ssa.Function) (name, wrapped string) {
	if obj, ok := fn.Object().(*types.Func); ok && fn.Synthetic != "" && strings.HasSuffix(fn.Name(), "$thunk") {
		if types.IsInterface(fn.Signature.Params().At(0).Type()) {
			return obj.Name(), "interface"
		}
		return fullName(obj), "method"
	}
	return FuncName(fn), ""
}

func (l *lowering) emit(b *Block, in Instr, dst ssa.Value, pos token.Pos, args ...ssa.Value) *Instr {
	in.Dst = None
	if dst != nil {
		in.Dst = l.reg(dst)
	}
	for _, a := range args {
		if a == nil {
			in.Args = append(in.Args, None)
		} else {
			in.Args = append(in.Args, l.operand(a))
		}
	}
	in.Pos = l.e.pos(pos)
	if at, ok := dst.(ssa.Instruction); ok {
		if of := l.loops.round(dst, at.Block()); of != nil {
			in.Round = int32(l.index[of.head]) + 1
		}
	}
	b.Code = append(b.Code, in)
	return &b.Code[len(b.Code)-1]
}

func (l *lowering) instr(b *Block, instr ssa.Instruction) {
	switch v := instr.(type) {
	case *ssa.Alloc:
		l.emit(b, Instr{Op: Alloc, Type: l.e.typeName(deref(v.Type()))}, v, v.Pos())
	case *ssa.MakeMap:
		l.emit(b, Instr{Op: Alloc, Type: l.e.typeName(v.Type())}, v, v.Pos())
	case *ssa.MakeSlice:
		if matters(v.Type()) {
			l.emit(b, Instr{Op: Alloc, Type: l.e.typeName(v.Type())}, v, v.Pos())
		}
	case *ssa.MakeChan:
		l.emit(b, Instr{Op: Alloc, Type: l.e.typeName(v.Type()), Num: chanSize(v)}, v, v.Pos())
	case *ssa.FieldAddr:
		if matters(deref(v.Type())) {
			l.emit(b, Instr{Op: FieldAddr, Name: fieldName(deref(v.X.Type()), v.Field), Type: l.e.typeName(deref(v.Type()))}, v, v.Pos(), v.X)
		}
	case *ssa.Field:
		if matters(v.Type()) {
			l.emit(b, Instr{Op: Field, Agg: aggregate(v.Type()), Name: fieldName(v.X.Type(), v.Field), Type: l.e.typeName(v.Type())}, v, v.Pos(), v.X)
		}
	case *ssa.IndexAddr:
		if matters(deref(v.Type())) && !l.table(v) {
			l.emit(b, Instr{Op: IndexAddr, Type: l.e.typeName(deref(v.Type()))}, v, v.Pos(), v.X, v.Index)
		}
	case *ssa.Index:
		if matters(v.Type()) {
			l.emit(b, Instr{Op: Index, Agg: aggregate(v.Type()), Type: l.e.typeName(v.Type())}, v, v.Pos(), v.X, v.Index)
		}
	case *ssa.Lookup:
		if m, ok := v.X.Type().Underlying().(*types.Map); ok {
			l.emit(b, Instr{Op: Index, Agg: aggregate(m.Elem()), Type: l.e.typeName(v.Type()), Num: boolInt(v.CommaOk)}, v, v.Pos(), v.X, v.Index)
		}
	case *ssa.Slice:
		if matters(v.Type()) {
			l.emit(b, Instr{Op: Slice}, v, v.Pos(), v.X)
		}
	case *ssa.UnOp:
		switch v.Op {
		case token.MUL:
			if matters(v.Type()) {
				l.e.seeInterface(v.Type())
				l.emit(b, Instr{Op: Load, Agg: aggregate(v.Type()), Type: l.e.typeName(v.Type())}, v, v.Pos(), v.X)
			}
		case token.ARROW:
			l.emit(b, Instr{Op: Recv, Type: l.e.typeName(v.Type()), Num: boolInt(v.CommaOk)}, v, v.Pos(), v.X)
		case token.NOT:
			l.emit(b, Instr{Op: Not}, v, v.Pos(), v.X)
		}
	case *ssa.Select:
		var limit int32
		if timed(v) {
			limit = Timed
		}
		received := 2 // the results before are the number of the case, and whether the channel is open
		for i, s := range v.States {
			if s.Dir == types.SendOnly {
				l.emit(b, Instr{Op: Send, Poll: !v.Blocking}, nil, s.Pos, s.Chan, s.Send)
				continue
			}
			in := Instr{Op: Recv, Poll: !v.Blocking, Num: limit, Type: l.e.typeName(s.Chan.Type().Underlying().(*types.Chan).Elem())}
			if begins := caseOf(v, i); begins != nil {
				in.Failed = int32(l.index[begins]) + 1
			}
			l.emit(b, in, resultOf(v, received), s.Pos, s.Chan)
			received++
		}
	case *ssa.Store:
		if at, ok := v.Addr.(*ssa.IndexAddr); ok && l.table(at) {
			return
		}
		if matters(v.Val.Type()) {
			in := Instr{Op: Store, Agg: aggregate(v.Val.Type()), Type: paramName(v.Val.Type()), Late: l.late(v)}
			_, local := v.Addr.(*ssa.Alloc)
			// Numbers are not followed through arithmetic: what is stored of them says too little.
			_, basic := v.Val.Type().Underlying().(*types.Basic)
			if local && !basic && !in.Agg {
				in.Num = l.settled(v.Block())
			}
			l.emit(b, in, nil, v.Pos(), v.Addr, v.Val)
		}
	case *ssa.MapUpdate:
		l.emit(b, Instr{Op: MapUpdate, Agg: aggregate(v.Value.Type()), Type: paramName(v.Value.Type())}, nil, v.Pos(), v.Map, v.Key, v.Value)
	case *ssa.Send:
		l.emit(b, Instr{Op: Send}, nil, v.Pos(), v.Chan, v.X)
	case *ssa.Phi:
		switch {
		case isInteger(v.Type()) && carried(v): // where it starts tells too little
			l.emit(b, Instr{Op: Opaque, Type: l.e.typeName(v.Type())}, v, v.Pos())
		case matters(v.Type()) || slices.ContainsFunc(v.Edges, isNil):
			l.emit(b, Instr{Op: Phi, Type: l.e.typeName(v.Type())}, v, v.Pos(), v.Edges...)
		}
	case *ssa.ChangeType:
		l.emit(b, Instr{Op: Convert, Type: l.e.typeName(v.Type())}, v, v.Pos(), v.X)
	case *ssa.Convert:
		if matters(v.Type()) || matters(v.X.Type()) {
			l.emit(b, Instr{Op: Convert, Type: l.e.typeName(v.Type())}, v, v.Pos(), v.X)
		}
	case *ssa.MultiConvert:
		l.emit(b, Instr{Op: Convert, Type: l.e.typeName(v.Type())}, v, v.Pos(), v.X)
	case *ssa.ChangeInterface:
		l.e.seeInterface(v.Type())
		l.emit(b, Instr{Op: Convert}, v, v.Pos(), v.X)
	case *ssa.SliceToArrayPointer:
		l.emit(b, Instr{Op: Convert}, v, v.Pos(), v.X)
	case *ssa.MakeInterface:
		if l.inTable(v) {
			return
		}
		l.e.seeInterface(v.Type())
		l.emit(b, Instr{Op: MakeIface, Type: l.e.typeName(v.X.Type())}, v, v.Pos(), v.X)
	case *ssa.TypeAssert:
		l.e.seeInterface(v.AssertedType)
		name := "concrete"
		if types.IsInterface(v.AssertedType) {
			name = "interface"
		}
		l.emit(b, Instr{Op: Assert, Name: name, Type: l.e.typeName(v.AssertedType), Num: boolInt(v.CommaOk)}, v, v.Pos(), v.X)
	case *ssa.BinOp:
		switch {
		case concats(v):
			l.emit(b, Instr{Op: Concat}, v, v.Pos(), v.X, v.Y)
		case v.Op == token.EQL || v.Op == token.NEQ || orders(v):
			in := Instr{Op: Compare, Name: v.Op.String()}
			if guards(v) {
				in.Num = GuardsContext
			} else if isElement(v.X) {
				in.Num = OfElement
			}
			l.emit(b, in, v, v.Pos(), v.X, v.Y)
		case v.Op == token.MUL && isInteger(v.Type()):
			l.emit(b, Instr{Op: Multiply}, v, v.Pos(), v.X, v.Y)
		default:
			l.emit(b, Instr{Op: Opaque, Type: l.e.typeName(v.Type())}, v, v.Pos())
		}
	case *ssa.MakeClosure:
		fn := v.Fn.(*ssa.Function)
		if obj, ok := fn.Object().(*types.Func); ok && strings.HasSuffix(fn.Name(), "$bound") {
			in := Instr{Op: Bound, Name: fullName(obj), Type: l.typeArgs(fn), Sig: l.e.sig(fn.Signature)}
			if recv := obj.Signature().Recv(); recv != nil && types.IsInterface(recv.Type()) {
				in.Callee, in.Name, in.Type = Iface, obj.Name(), l.e.typeName(v.Bindings[0].Type())
				l.e.seeInterface(v.Bindings[0].Type())
			}
			l.emit(b, in, v, v.Pos(), v.Bindings...)
			return
		}
		l.emit(b, Instr{Op: Closure, Name: FuncName(fn), Type: l.typeArgs(fn), Sig: l.e.sig(fn.Signature)}, v, v.Pos(), v.Bindings...)
	case *ssa.Extract:
		if _, ok := v.Tuple.(*ssa.Select); ok && v.Index > 1 {
			return // set where it is received
		}
		l.emit(b, Instr{Op: Result, Num: int32(v.Index), Type: l.e.typeName(v.Type())}, v, v.Pos(), v.Tuple)
	case *ssa.Next:
		if r, ok := v.Iter.(*ssa.Range); ok && !v.IsString {
			m, _ := r.X.Type().Underlying().(*types.Map)
			l.emit(b, Instr{Op: Index, Name: "next", Agg: m != nil && aggregate(m.Elem()), Type: l.e.typeName(v.Type())}, v, v.Pos(), r.X)
		}
	case *ssa.Call:
		l.call(b, v, &v.Call, Plain, v)
	case *ssa.Go:
		l.call(b, nil, &v.Call, Go, v)
	case *ssa.Defer:
		l.call(b, nil, &v.Call, Defer, v)
	case *ssa.If:
		b.Cond, b.HasCond = l.operand(v.Cond), true
	case *ssa.Return:
		l.emit(b, Instr{Op: Return}, nil, v.Pos(), v.Results...)
	}
}

// settled is the Num of a store in a variable that a block makes: [Settled] where what it stores holds from there on.
// All that comes behind it, or behind it in the round of a loop over a collection, has passed it then, but for blocks
// that leave the function.
func (l *lowering) settled(b *ssa.BasicBlock) int32 {
	at := l.index[b]
	last, num := len(l.order)-1, int32(Settled)
	if l.loops.cyclic[at] {
		head, around := -1, false
		for h, r := range l.loops.ranges {
			if h < at && at <= int(r.last) && h > head && r.loop.body[b] {
				head = h
			}
		}
		if head < 0 {
			return 0
		}
		r := l.loops.ranges[head]
		for h, inner := range l.loops.byHead { // a loop of another kind between
			around = around || inner.body[b] && !inner.body[l.order[head]] && h != l.order[head]
		}
		if around {
			return 0
		}
		last, num = int(r.last), Settled+int32(head)
	}
	for _, later := range l.order[at+1 : last+1] {
		if len(later.Succs) > 0 && !b.Dominates(later) {
			return 0
		}
	}
	return num
}

// late reports whether a store changes a number or a bool in what was made before: a branch may hang on what stood
// there until then.
func (l *lowering) late(v *ssa.Store) bool {
	basic, ok := v.Val.Type().Underlying().(*types.Basic)
	if !ok || basic.Info()&(types.IsBoolean|types.IsInteger) == 0 || l.e.typeName(v.Val.Type()) == "time.Duration" || l.fn.Synthetic == "package initializer" {
		return false
	}
	for at := v.Addr; ; {
		switch a := at.(type) {
		case *ssa.FieldAddr:
			at = a.X
		case *ssa.IndexAddr:
			at = a.X
		case *ssa.Alloc:
			return a.Block() != v.Block()
		default:
			return true
		}
	}
}

// table reports whether an element belongs to a table of numbers, or to one of the lists of types that generated code
// registers: thousands of elements that lead nowhere. Numbers of type int stay: patterns are made of them.
func (l *lowering) table(at *ssa.IndexAddr) bool {
	switch elem := deref(at.Type()).Underlying().(type) {
	case *types.Basic:
		return elem.Info()&types.IsInteger != 0 && elem.Kind() != types.Int
	case *types.Interface:
		return l.fn.Synthetic != "" && elem.Empty() && l.generatedAt(at.Pos())
	}
	return false
}

// inTable reports whether an interface is made for nothing but such a list.
func (l *lowering) inTable(v *ssa.MakeInterface) bool {
	refs := v.Referrers()
	if refs == nil || len(*refs) != 1 {
		return false
	}
	store, ok := (*refs)[0].(*ssa.Store)
	if !ok {
		return false
	}
	at, ok := store.Addr.(*ssa.IndexAddr)
	return ok && l.table(at)
}

func (l *lowering) generatedAt(pos token.Pos) bool {
	return pos.IsValid() && l.e.generated[l.e.fset.Position(pos).Filename]
}

func (l *lowering) call(b *Block, dst *ssa.Call, c *ssa.CallCommon, mode Mode, at ssa.Instruction) {
	in := Instr{Op: Call, Mode: mode, Sig: l.e.sig(c.Signature())}
	args := c.Args
	switch {
	case c.IsInvoke():
		in.Callee, in.Name, in.Type = Iface, c.Method.Name(), l.e.typeName(c.Value.Type())
		l.e.seeInterface(c.Value.Type())
		args = append([]ssa.Value{c.Value}, args...)
	default:
		switch v := c.Value.(type) {
		case *ssa.Builtin:
			in.Callee, in.Name = BuiltinCall, v.Name()
			switch v.Name() {
			case "append", "close", "copy", "len":
			default:
				return
			}
		case *ssa.Function:
			name, wrapped := l.named(v)
			in.Callee, in.Name, in.Type = Static, name, l.typeArgs(v)
			if wrapped == "interface" {
				in.Callee, in.Type = Iface, l.e.typeName(v.Signature.Params().At(0).Type())
			}
		default:
			in.Callee = Dynamic
			args = append([]ssa.Value{c.Value}, args...)
		}
	}
	var result ssa.Value
	if dst != nil {
		result = dst
		in.Unused, in.Fails = unusedResults(dst), failure(dst)
		if b := failedBlock(dst); b != nil {
			in.Failed = int32(l.index[b]) + 1
		}
		if length := cancelledAfter(dst); length != nil {
			in.Name, args = "context.WithTimeout", append(slices.Clone(args), length)
		}
	}
	l.emit(b, in, result, at.Pos(), args...)
}

// resultOf is a result of a select, nil where nobody asks for it.
func resultOf(s *ssa.Select, index int) ssa.Value {
	for _, ref := range *s.Referrers() {
		if x, ok := ref.(*ssa.Extract); ok && x.Index == index {
			return x
		}
	}
	return nil
}

// caseOf is the block that a case of a select begins with, nil where that is not told.
func caseOf(s *ssa.Select, number int) *ssa.BasicBlock {
	chosen := resultOf(s, 0)
	if chosen == nil {
		return nil
	}
	for _, ref := range *chosen.Referrers() {
		if asks, ok := ref.(*ssa.BinOp); ok && asks.Op == token.EQL && isInt(asks.Y, int64(number)) {
			for _, ref := range *asks.Referrers() {
				if branch, ok := ref.(*ssa.If); ok {
					return branch.Block().Succs[0]
				}
			}
		}
	}
	return nil
}

// unusedResults has a bit for each result that nothing looks at.
func unusedResults(call *ssa.Call) uint8 {
	n := call.Call.Signature().Results().Len()
	if n == 1 {
		if refs := call.Referrers(); refs == nil || len(*refs) == 0 {
			return 1
		}
		return 0
	}
	var unused uint8 = 1<<min(n, 7) - 1
	if refs := call.Referrers(); refs != nil {
		for _, ref := range *refs {
			if x, ok := ref.(*ssa.Extract); ok && x.Referrers() != nil && len(*x.Referrers()) > 0 && x.Index < 7 {
				unused &^= 1 << x.Index
			}
		}
	}
	return unused
}

// isElement reports whether a value is an element of a slice or an array.
func isElement(v ssa.Value) bool {
	load, ok := v.(*ssa.UnOp)
	if !ok {
		return false
	}
	_, ok = load.X.(*ssa.IndexAddr)
	return ok && load.Op == token.MUL
}

// isNil reports whether a value is written out as nil: branches hang on that.
func isNil(v ssa.Value) bool {
	c, ok := v.(*ssa.Const)
	return ok && c.IsNil()
}

func concats(v *ssa.BinOp) bool {
	basic, ok := v.Type().Underlying().(*types.Basic)
	return ok && v.Op == token.ADD && basic.Info()&types.IsString != 0
}

func isInteger(t types.Type) bool {
	basic, ok := t.Underlying().(*types.Basic)
	return ok && basic.Info()&types.IsInteger != 0
}

// orders reports whether an instruction compares integers by size.
func orders(v *ssa.BinOp) bool {
	switch v.Op {
	case token.LSS, token.LEQ, token.GTR, token.GEQ:
		return isInteger(v.X.Type())
	}
	return false
}

// carried reports whether a value comes round in a loop.
func carried(phi *ssa.Phi) bool {
	for _, from := range phi.Block().Preds {
		if phi.Block().Dominates(from) {
			return true
		}
	}
	return false
}

// guards reports whether a comparison asks if a number is more than nothing, and a context is made with that number
// if so: the number is the length of a deadline which is switched off by nothing.
func guards(v *ssa.BinOp) bool {
	zero, ok := v.Y.(*ssa.Const)
	if !ok || zero.Value == nil || v.Op != token.GTR && v.Op != token.NEQ || !isInteger(v.X.Type()) || constant.Sign(zero.Value) != 0 {
		return false
	}
	branch, ok := v.Block().Instrs[len(v.Block().Instrs)-1].(*ssa.If)
	if !ok || branch.Cond != v {
		return false
	}
	for _, instr := range v.Block().Succs[0].Instrs {
		call, ok := instr.(*ssa.Call)
		if !ok || !makesContext(call.Call.Signature()) {
			continue
		}
		for _, arg := range call.Call.Args {
			if madeOf(arg, v.X, 0) {
				return true
			}
		}
	}
	return false
}

func makesContext(sig *types.Signature) bool {
	for i := range sig.Results().Len() {
		if strings.HasSuffix(TypeName(sig.Results().At(i).Type()), "context.Context") {
			return true
		}
	}
	return false
}

// maxExpression is how deep an expression is looked into for a value.
const maxExpression = 8

// madeOf reports whether an expression is a value or computed from it; what is read twice from one place is the same.
func madeOf(e, v ssa.Value, depth int) bool {
	if depth > maxExpression {
		return false
	}
	if sameValue(e, v, depth) {
		return true
	}
	switch e := e.(type) {
	case *ssa.BinOp:
		return madeOf(e.X, v, depth+1) || madeOf(e.Y, v, depth+1)
	case *ssa.Convert:
		return madeOf(e.X, v, depth+1)
	case *ssa.ChangeType:
		return madeOf(e.X, v, depth+1)
	case *ssa.Call: // time.Now().Add(d)
		for _, arg := range e.Call.Args {
			if madeOf(arg, v, depth+1) {
				return true
			}
		}
	}
	return false
}

// sameValue reports whether two expressions read the same place.
func sameValue(a, b ssa.Value, depth int) bool {
	if a == b {
		return true
	}
	if depth > maxExpression {
		return false
	}
	switch a := a.(type) {
	case *ssa.UnOp:
		b, ok := b.(*ssa.UnOp)
		return ok && a.Op == token.MUL && b.Op == token.MUL && sameValue(a.X, b.X, depth+1)
	case *ssa.FieldAddr:
		b, ok := b.(*ssa.FieldAddr)
		return ok && a.Field == b.Field && sameValue(a.X, b.X, depth+1)
	case *ssa.Field:
		b, ok := b.(*ssa.Field)
		return ok && a.Field == b.Field && sameValue(a.X, b.X, depth+1)
	}
	return false
}

// aggregate reports whether values of a type are structs or arrays.
func aggregate(t types.Type) bool {
	switch t.Underlying().(type) {
	case *types.Struct, *types.Array:
		return true
	}
	return false
}

func deref(t types.Type) types.Type {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		return p.Elem()
	}
	return t
}

func fieldName(t types.Type, index int) string {
	if s, ok := t.Underlying().(*types.Struct); ok {
		return s.Field(index).Name()
	}
	if tp, ok := types.Unalias(t).(*types.TypeParam); ok {
		if s, ok := tp.Constraint().Underlying().(*types.Struct); ok {
			return s.Field(index).Name()
		}
	}
	return strconv.Itoa(index)
}

func chanSize(v *ssa.MakeChan) int32 {
	if c, ok := v.Size.(*ssa.Const); ok && c.Value != nil {
		if n, ok := constant.Int64Val(c.Value); ok {
			return int32(min(n, 1<<20))
		}
	}
	return 1
}

func boolInt(b bool) int32 {
	if b {
		return 1
	}
	return 0
}
