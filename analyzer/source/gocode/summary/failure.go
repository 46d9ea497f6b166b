package summary

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"
)

// What the Fails of a call says of its error.
const (
	// ReturnsError: wherever the call fails, its function returns an error.
	ReturnsError = 1 << iota
	// OnlyReturnsError: that is all that the failure does, but for what is logged, so that nobody hears of it where the
	// function's own error is dropped.
	OnlyReturnsError
	// EndsProcess: wherever the call fails, the process ends.
	EndsProcess
)

// failureBlocks is how many blocks the way from a failed call to its return may have.
const failureBlocks = 6

// failure reads what becomes of a call's error where that is plain to see: it is returned as it is, or the one thing
// that is done if it is not nil is to return an error. All else counts as not known.
func failure(call *ssa.Call) uint8 {
	err := errorOf(call)
	if err == nil || err.Referrers() == nil {
		return 0
	}
	f := failing{err: err}
	uses := *err.Referrers()
	for _, use := range uses {
		if store, ok := use.(*ssa.Store); ok {
			f.kept = store.Addr
			uses = slices.Concat(uses, readAgain(store))
		}
	}
	for _, use := range uses {
		if compared, ok := use.(*ssa.BinOp); ok {
			f.compare(compared)
		}
	}
	for _, use := range uses {
		switch use := use.(type) {
		case *ssa.BinOp, *ssa.DebugRef:
		case *ssa.Return:
			f.ends(use, nil)
		case *ssa.Store:
			if ret, ok := use.Block().Instrs[len(use.Block().Instrs)-1].(*ssa.Return); ok && len(ret.Results) > 0 && returned(ret, nil) == err {
				f.ends(ret, nil)
			} else if !f.asked {
				f.elsewhere = true
			}
		case *ssa.Call:
			f.told(use)
		default:
			f.elsewhere = f.elsewhere || !slices.Contains(f.blocks, use.Block())
		}
	}
	switch {
	case f.lost || f.returns == f.dies:
		return 0
	case f.dies:
		return EndsProcess
	case f.elsewhere:
		return ReturnsError
	}
	return ReturnsError | OnlyReturnsError
}

// failedBlock is the block that only a call's failure leads to, where the code asks for one.
func failedBlock(call *ssa.Call) *ssa.BasicBlock {
	err := errorOf(call)
	if err == nil || err.Referrers() == nil {
		return nil
	}
	for _, use := range *err.Referrers() {
		compared, ok := use.(*ssa.BinOp)
		if !ok || !isNil(compared.X) && !isNil(compared.Y) || compared.Op != token.NEQ && compared.Op != token.EQL {
			continue
		}
		asks, ok := compared.Block().Instrs[len(compared.Block().Instrs)-1].(*ssa.If)
		if !ok || asks.Cond != compared {
			continue
		}
		to := asks.Block().Succs[0]
		if compared.Op == token.EQL {
			to = asks.Block().Succs[1]
		}
		if len(to.Preds) == 1 {
			return to
		}
	}
	return nil
}

// failing is what is found on the way of one call's error.
type failing struct {
	err       ssa.Value
	kept      ssa.Value         // the variable that holds it, where that is none of SSA's own
	asked     bool              // whether it is nil
	blocks    []*ssa.BasicBlock // that run only if the call has failed
	returns   bool              // the way ends in a return of an error
	dies      bool              // the way ends with the process
	lost      bool              // a way ends otherwise
	elsewhere bool              // something else is done too
}

// compare follows what is done where the error is not nil.
func (f *failing) compare(compared *ssa.BinOp) {
	if !isNil(compared.X) && !isNil(compared.Y) || compared.Op != token.NEQ && compared.Op != token.EQL {
		f.elsewhere = true // io.EOF, say
		return
	}
	for _, use := range *compared.Referrers() {
		asks, ok := use.(*ssa.If)
		if !ok {
			f.lost = f.lost || !isDebug(use)
			continue
		}
		f.asked = true
		to := asks.Block().Succs[0]
		if compared.Op == token.EQL {
			to = asks.Block().Succs[1]
		}
		f.follow(asks.Block(), to)
	}
}

// readAgain are the uses of what a store puts into a variable of the function's own, as far as the block that stores
// reads it again: a result that has a name stays a variable in a function with defers.
func readAgain(store *ssa.Store) []ssa.Instruction {
	if _, own := store.Addr.(*ssa.Alloc); !own {
		return nil
	}
	var uses []ssa.Instruction
	code := store.Block().Instrs
	for _, in := range code[slices.Index(code, ssa.Instruction(store))+1:] {
		switch in := in.(type) {
		case *ssa.Store:
			if in.Addr == store.Addr {
				return uses
			}
		case *ssa.UnOp:
			if in.Op == token.MUL && in.X == store.Addr {
				uses = append(uses, *in.Referrers()...)
			}
		}
	}
	return uses
}

// told follows what a function does that is given the error: one that ends the process where there is one, or another.
func (f *failing) told(call *ssa.Call) {
	switch {
	case slices.Contains(f.blocks, call.Block()):
	case endsOnError(call.Call.StaticCallee()):
		f.dies = true
	default:
		f.elsewhere = true
	}
}

// follow takes the one way from a block to a return.
func (f *failing) follow(from, b *ssa.BasicBlock) {
	for range failureBlocks {
		if len(b.Preds) == 1 {
			f.blocks = append(f.blocks, b)
		}
		for _, in := range b.Instrs {
			if dies(in) {
				f.dies = true
				return
			}
			if does(in) {
				f.elsewhere = true
			}
		}
		switch end := b.Instrs[len(b.Instrs)-1].(type) {
		case *ssa.Return:
			f.ends(end, from)
			return
		case *ssa.Jump:
			from, b = b, b.Succs[0]
			continue
		}
		break
	}
	f.lost = true
}

// ends notes whether a return, come to from a block, is that of an error.
func (f *failing) ends(ret *ssa.Return, from *ssa.BasicBlock) {
	results := ret.Parent().Signature.Results()
	if isMain(ret.Parent()) && slices.Contains(f.blocks, ret.Block()) { // not where others come to it too
		f.dies = true
		return
	}
	if results.Len() == 0 || !isError(results.At(results.Len()-1).Type()) {
		f.lost = true
		return
	}
	switch v := f.returned(ret, from).(type) {
	case *ssa.MakeInterface, *ssa.UnOp: // UnOp: an error that is kept in a variable
		f.returns = true
	case *ssa.Call:
		f.returns = f.returns || v == f.err || makesError(v)
		f.lost = f.lost || v != f.err && !makesError(v)
	default:
		f.returns = f.returns || v == f.err
		f.lost = f.lost || v != f.err
	}
}

// returned is the error that a function returns, which may be the one that a variable holds.
func (f *failing) returned(ret *ssa.Return, from *ssa.BasicBlock) ssa.Value {
	v := returned(ret, from)
	if load, ok := ret.Results[len(ret.Results)-1].(*ssa.UnOp); v == nil && ok && load.X == f.kept {
		return f.err
	}
	return v
}

// returned is the error that a function returns, of which a function with defers keeps its results in memory.
func returned(ret *ssa.Return, from *ssa.BasicBlock) ssa.Value {
	v := ret.Results[len(ret.Results)-1]
	if phi, ok := v.(*ssa.Phi); ok && phi.Block() == ret.Block() {
		if i := slices.Index(ret.Block().Preds, from); i >= 0 {
			return phi.Edges[i]
		}
	}
	load, ok := v.(*ssa.UnOp)
	if !ok || load.Op != token.MUL || load.Block() != ret.Block() {
		return v
	}
	stored := v
	if _, ok := load.X.(*ssa.Alloc); ok {
		stored = nil
	}
	for _, in := range ret.Block().Instrs {
		if store, ok := in.(*ssa.Store); ok && store.Addr == load.X {
			stored = store.Val
		}
	}
	return stored
}

// does reports whether an instruction does more than to make an error, or to write a line into a log.
func does(in ssa.Instruction) bool {
	switch in := in.(type) {
	case *ssa.Call:
		if makesError(in) {
			return false
		}
		if in.Call.IsInvoke() {
			return !logs(in.Call.Method)
		}
		callee := in.Call.StaticCallee()
		return callee == nil || callee.Object() == nil || !logs(callee.Object())
	case *ssa.Go, *ssa.Defer, *ssa.Send, *ssa.MapUpdate, *ssa.Panic, *ssa.Select:
		return true
	case *ssa.Store:
		at := in.Addr
		for {
			switch a := at.(type) {
			case *ssa.FieldAddr:
				at = a.X
				continue
			case *ssa.IndexAddr:
				at = a.X
				continue
			}
			break
		}
		_, own := at.(*ssa.Alloc)
		return !own
	}
	return false
}

// makesError reports whether a call is that of a function which wraps or makes an error, and whose result is used: it
// gives an error alone, and has no context to do anything with. One whose code is read is given an error too, or a format.
func makesError(call *ssa.Call) bool {
	callee, results := call.Call.StaticCallee(), call.Call.Signature().Results()
	if callee == nil || callee.Signature.Recv() != nil || results.Len() != 1 || !isError(results.At(0).Type()) || len(*call.Referrers()) == 0 {
		return false
	}
	takes := func(is func(types.Type) bool) bool {
		return slices.ContainsFunc(call.Call.Args, func(v ssa.Value) bool { return is(v.Type()) })
	}
	own := callee.Syntax() != nil // not whether it is built: others are built at the same time
	return (!own || takes(isError) || formats(callee.Signature)) && !takes(func(t types.Type) bool { return t.String() == "context.Context" })
}

// formats reports whether a function takes a format and what goes into it.
func formats(sig *types.Signature) bool {
	n := sig.Params().Len()
	return sig.Variadic() && n > 1 && sig.Params().At(n-2).Type().String() == "string" && sig.Params().At(n-1).Type().Underlying().String() == "[]any"
}

// errorOf is the error among a call's results; nil where there is none, or nothing looks at it.
func errorOf(call *ssa.Call) ssa.Value {
	results := call.Call.Signature().Results()
	at := results.Len() - 1
	for at >= 0 && !isError(results.At(at).Type()) {
		at--
	}
	switch {
	case at < 0:
		return nil
	case results.Len() == 1:
		return call
	}
	for _, use := range *call.Referrers() {
		if part, ok := use.(*ssa.Extract); ok && part.Index == at {
			return part
		}
	}
	return nil
}

func isDebug(in ssa.Instruction) bool {
	_, ok := in.(*ssa.DebugRef)
	return ok
}

func isError(t types.Type) bool { return types.Identical(t, types.Universe.Lookup("error").Type()) }
