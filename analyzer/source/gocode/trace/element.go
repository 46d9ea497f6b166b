package trace

import (
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/source/gocode/library"
	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// Loops over callees: where what a call goes to is the element of a loop itself, a replica, a shard, a peer, each round
// asks another server, and no server is asked once for each element. So for each call it is followed back what tells
// whom it goes to: its connection, or the host of its URL. That is done in the code of a function, from one register to
// the next, and goes on in the caller where it comes to a parameter, or where a closure is made in what that captures.
// What is looked up by a part of an element, or computed of it, is none: many elements may have one callee.

// root is what tells whom a call goes to: a parameter or a captured variable of a function, or the element of one of its
// loops.
type root struct {
	fn    *summary.Func
	reg   summary.Operand
	path  string // the part of it that tells: fields, each with a dot before it
	index bool   // it is what an element is found by
	head  int32  // of an element: 1 and the head of the loop; 0 for others
}

const (
	maxRoots  = 8  // of one call
	maxTraced = 60 // instructions that are looked at for one call in one function, and in those that it calls
)

// inLoop reports whether what is called in the block that runs is in a loop over data, but for those whose elements tell
// whom it goes to, and which loop that is.
func (m *machine) inLoop(f *frame, roots []root) (bool, place) {
	if f.listed {
		return true, f.over
	}
	for _, head := range slices.Backward(f.loops) {
		element := func(r root) bool { return r.fn == f.fn && r.head == head+1 }
		if !slices.ContainsFunc(roots, element) {
			return true, m.place(f, f.fn.Blocks[head].LoopAt)
		}
	}
	return false, place{}
}

// ofParameter reports whether whom a call goes to is told by what its function is given: by a loop that runs the
// function once for each element, the element.
func ofParameter(roots []root) bool {
	return slices.ContainsFunc(roots, func(r root) bool { return r.head == 0 && int(r.reg) < len(r.fn.Params) })
}

// rootsAbove are the roots of a callee's call as its caller sees them.
func (m *machine) rootsAbove(f *frame, in *summary.Instr, roots []root) []root {
	if len(roots) == 0 {
		return nil
	}
	t := &tracing{m: m, fn: f.fn}
	for _, r := range roots {
		n := int(r.reg)
		switch {
		case r.head > 0: // of a loop in the callee
		case n < len(r.fn.Params):
			if arg, ok := argument(in, r.fn, n); ok {
				t.follow(arg, r.path, r.index, 0)
			}
		default:
			if made := m.shapeOf(f.fn).closures[originName(r.fn.ID)]; made != nil && n-len(r.fn.Params) < len(made.Args) {
				t.follow(made.Args[n-len(r.fn.Params)], r.path, r.index, 0)
			} else {
				t.found(r)
			}
		}
	}
	return t.roots
}

// argument is what a call gives a function as its parameter n, where it calls that very one.
func argument(in *summary.Instr, fn *summary.Func, n int) (summary.Operand, bool) {
	if in.Op != summary.Call {
		return summary.None, false
	}
	args := in.Args
	switch in.Callee {
	case summary.Static:
		if originName(fn.ID) != in.Name {
			return summary.None, false
		}
	case summary.Iface:
		if !fn.Method || !strings.HasSuffix(originName(fn.ID), "."+in.Name) {
			return summary.None, false
		}
	case summary.Dynamic:
		if !fn.Method || len(fn.Params) != len(args) { // else the function is bound to its receiver
			args = args[1:]
		}
		if len(fn.Params) != len(args) {
			return summary.None, false
		}
	default:
		return summary.None, false
	}
	if n >= len(args) {
		return summary.None, false
	}
	return args[n], true
}

// shape is where the registers of a function are set.
type shape struct {
	sets     map[summary.Operand]*summary.Instr
	stores   map[summary.Operand][]summary.Operand // by address: what is stored there
	parts    map[summary.Operand][]*summary.Instr  // by what they are in: addresses of fields and elements
	closures map[string]*summary.Instr
	returns  []*summary.Instr
}

func (m *machine) shapeOf(fn *summary.Func) *shape {
	if s := m.shapes[fn]; s != nil {
		return s
	}
	s := &shape{make(map[summary.Operand]*summary.Instr), make(map[summary.Operand][]summary.Operand),
		make(map[summary.Operand][]*summary.Instr), make(map[string]*summary.Instr), nil}
	for i := range fn.Blocks {
		for k := range fn.Blocks[i].Code {
			in := &fn.Blocks[i].Code[k]
			if in.Dst != summary.None {
				s.sets[in.Dst] = in
			}
			switch in.Op {
			case summary.Store:
				s.stores[in.Args[0]] = append(s.stores[in.Args[0]], in.Args[1])
			case summary.FieldAddr, summary.IndexAddr:
				s.parts[in.Args[0]] = append(s.parts[in.Args[0]], in)
			case summary.Closure:
				s.closures[in.Name] = in
			case summary.Return:
				s.returns = append(s.returns, in)
			}
		}
	}
	if m.shapes == nil {
		m.shapes = make(map[*summary.Func]*shape)
	}
	m.shapes[fn] = s
	return s
}

// tracing follows values of one function back.
type tracing struct {
	m     *machine
	fn    *summary.Func
	steps int
	depth int // calls that it went into
	roots []root
}

func (t *tracing) found(r root) {
	if len(t.roots) < maxRoots && !slices.Contains(t.roots, r) {
		t.roots = append(t.roots, r)
	}
}

// follow looks for the roots of a part of what an operand holds: of result num of a call.
func (t *tracing) follow(o summary.Operand, path string, index bool, num int) {
	if t.steps++; t.steps > maxTraced || o < 0 || o == summary.None {
		return
	}
	if int(o) < len(t.fn.Params)+t.fn.Free {
		t.found(root{fn: t.fn, reg: o, path: path, index: index})
		return
	}
	s := t.m.shapeOf(t.fn)
	in := s.sets[o]
	if in == nil {
		return
	}
	if in.Round > 0 && (index || in.Op == summary.Recv || in.Op == summary.Index) {
		t.found(root{fn: t.fn, head: in.Round})
	}
	switch in.Op {
	case summary.FieldAddr, summary.Field:
		if !index {
			t.follow(in.Args[0], "."+in.Name+path, false, 0)
		}
	case summary.IndexAddr, summary.Index:
		if len(in.Args) > 1 {
			t.follow(in.Args[1], "", true, 0)
		}
		if !index { // else it may have the same number more than once, but mostly has not
			t.follow(in.Args[0], "", false, 0)
		}
	case summary.Load, summary.Convert, summary.MakeIface, summary.Assert, summary.Slice, summary.Bound:
		if len(in.Args) > 0 {
			t.follow(in.Args[0], path, index, 0)
		}
	case summary.Result:
		t.follow(in.Args[0], path, index, int(in.Num))
	case summary.Phi:
		for _, a := range in.Args {
			t.follow(a, path, index, 0)
		}
	case summary.Alloc:
		for _, v := range s.stores[o] {
			t.follow(v, path, index, 0)
		}
		field, rest := cutField(path)
		for _, part := range s.parts[o] {
			if part.Op == summary.FieldAddr && part.Name == field {
				for _, v := range s.stores[part.Dst] {
					t.follow(v, rest, index, 0)
				}
			}
		}
	case summary.Concat:
		t.text(in, path)
	case summary.Call:
		if !index {
			t.called(in, path, num)
		}
	}
}

// cutField splits the first field off a path: ".A.B" is "A" and ".B".
func cutField(path string) (field, rest string) {
	path = strings.TrimPrefix(path, ".")
	if i := strings.IndexByte(path, '.'); i >= 0 {
		return path[:i], path[i:]
	}
	return path, ""
}

// text follows the first part of a text in which its host may be.
func (t *tracing) text(in *summary.Instr, path string) {
	first := in.Args[0]
	if first < 0 {
		if entry := t.fn.Pool[-first-1]; entry.Kind == summary.Const && !endsHost(strings.TrimPrefix(entry.Text, `"`)) {
			t.follow(in.Args[1], path, false, 0)
		}
		return
	}
	t.follow(first, path, false, 0)
}

// endsHost reports whether the beginning of a URL has its host.
func endsHost(text string) bool {
	if _, rest, ok := strings.Cut(text, "://"); ok {
		text = rest
	}
	return strings.ContainsAny(text, "/:?")
}

// called follows what a call returns: into the function where its code is there, else to what it was given.
func (t *tracing) called(in *summary.Instr, path string, num int) {
	if in.Callee == summary.Static {
		if fn := t.m.prog.funcs[in.Name]; fn != nil && t.m.know[in.Name] == nil {
			if t.depth > 3 {
				return
			}
			inner := &tracing{m: t.m, fn: fn, depth: t.depth + 1, steps: t.steps}
			for _, ret := range t.m.shapeOf(fn).returns {
				if num < len(ret.Args) {
					inner.follow(ret.Args[num], path, false, 0)
				}
			}
			t.steps = inner.steps
			for _, r := range inner.roots {
				if r.fn == fn && r.head == 0 && int(r.reg) < len(in.Args) && int(r.reg) < len(fn.Params) {
					t.follow(in.Args[r.reg], r.path, r.index, 0)
				}
			}
			return
		}
	}
	if in.Name == "fmt.Sprintf" {
		t.format(in)
		return
	}
	if fact := t.m.know.Find(in.Name, "request"); fact != nil {
		if n, ok := fact.Arg("url"); ok && n < len(in.Args) {
			t.follow(in.Args[n], "", false, 0)
		}
		return
	}
	args := in.Args
	if in.Callee == summary.Dynamic {
		return
	}
	pkg := packageOf(strings.TrimLeft(in.Name, "(*"))
	for i, arg := range args {
		typ := ""
		if given := i - (len(args) - paramsIn(in)); given >= 0 && in.Sig != nil && given < len(in.Sig.Params) {
			typ = in.Sig.Params[given]
		}
		switch {
		case typ == "context.Context":
		case i == 0, typ == "string" && !isTextual(pkg), strings.HasSuffix(typ, connectionType), strings.HasSuffix(typ, connectionType+"Interface"):
			t.follow(arg, "", false, 0)
			if i == 0 && isTextual(pkg) {
				return
			}
		}
	}
}

func paramsIn(in *summary.Instr) int {
	if in.Sig == nil {
		return len(in.Args)
	}
	return len(in.Sig.Params)
}

// isTextual reports whether the functions of a package change texts, which they are given first.
func isTextual(pkg string) bool { return pkg == "strings" || pkg == "path" || pkg == "net/url" }

// format follows what is printed where the host of a URL is.
func (t *tracing) format(in *summary.Instr) {
	if len(in.Args) < 2 || in.Args[0] >= 0 {
		return
	}
	format := strings.TrimPrefix(t.fn.Pool[-in.Args[0]-1].Text, `"`)
	before, after, ok := strings.Cut(format, "%")
	if !ok || endsHost(before) {
		return
	}
	verb := 0
	if strings.HasPrefix(after, "s://%") {
		verb = 1
	}
	s := t.m.shapeOf(t.fn)
	list := s.sets[in.Args[1]]
	if list == nil || list.Op != summary.Slice {
		return
	}
	for _, part := range s.parts[list.Args[0]] {
		if part.Op == summary.IndexAddr && part.Args[1] < 0 && t.fn.Pool[-part.Args[1]-1].Text == itoa(verb) {
			for _, v := range s.stores[part.Dst] {
				t.follow(v, "", false, 0)
			}
		}
	}
}

// rooted is an event whose roots are known, in the loops that they leave.
func (m *machine) rooted(f *frame, e *event, roots []root) *event {
	if len(roots) == 0 {
		return e
	}
	out := *e
	out.roots = roots
	out.loop, out.over = m.inLoop(f, roots)
	return &out
}

// rootsOf are the roots of a call that an instruction makes; none where it is known to have one callee.
func (m *machine) rootsOf(f *frame, in *summary.Instr, fact *library.Fact, args []value, r *request, client value) []root {
	if in.Op != summary.Call || m.single(r, client) {
		return nil
	}
	operands := in.Args
	if in.Callee == summary.Dynamic {
		operands = operands[1:]
	}
	if len(operands) == 0 || len(operands) != len(args) && in.Callee != summary.Iface {
		return nil
	}
	n := 0
	part := func(name string, other int) {
		if at, ok := fact.Arg(name); ok {
			n = at
		} else {
			n = other
		}
	}
	switch {
	case len(operands) != len(args): // the stub's, whose code was not read: its client
	case fact.Args["procedure"] != "":
		part("client", 0)
	case fact.Args["through"] != "":
		part("through", 0)
	case fact.Args["made"] != "":
		part("made", 0)
	case fact.Args["request"] != "":
		part("request", 0)
	case fact.Args["chain"] != "" && !m.isAbsolute(m.arg(fact, "url", 0, args)):
		part("chain", 0)
	default:
		part("url", 0)
	}
	if n < 0 || n >= len(operands) {
		return nil
	}
	t := &tracing{m: m, fn: f.fn}
	t.follow(operands[n], "", false, 0)
	return t.roots
}

// single reports whether a call is known to go to one callee: its host is written out, or its connection is one that is
// made once.
func (m *machine) single(r *request, client value) bool {
	if len(r.urls) > 0 {
		hosts := ""
		for _, u := range r.urls {
			_, host, _ := cutURL(u)
			if host.text == "" || strings.Contains(host.text, "{}") || hosts != "" && hosts != host.text {
				return false
			}
			hosts = host.text
		}
		return true
	}
	clients := m.plain(client)
	if len(clients) != 1 {
		return false
	}
	made, ok := m.clients[m.atoms[clients[0]].obj]
	return ok && !made.again
}
