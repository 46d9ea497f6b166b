package trace

import (
	"hash/maphash"
	"slices"
	"strconv"
	"strings"

	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// kind says what an atom is.
type kind uint8

const (
	kUnknown kind = iota // not followed; typ may be known
	kConst               // text as summaries have it: `"text`, 12, true
	kNil
	kFunc  // function text with captured args
	kBound // method text of args[0], an interface of typ
	kLoc   // the place path of object obj, which holds a typ
	kTyped // args[0] in an interface, where it is a typ
	kLib   // result num of library function text, made of args; obj tells makings apart
	kVar   // package variable text of a library, or a field of one of its objects
	kText  // args joined
	kEnv   // environment variable text
	kFlag  // flag text
	kArg   // a word of the command line; text is allWords or program0
	kField // configuration: field text
	kCtx   // a context: text is none, incoming, unknown or bounded and its length
	kKey   // the element text of a collection
	kCame  // the path of the request that is answered
)

// atom is one abstract value. Atoms are interned: equal atoms have one number.
type atom struct {
	kind      kind
	text, typ string
	obj, num  int32
	args      []value
	depth     int32
	next      int32 // another atom with the same hash; 0: none
}

// What a kArg is, if not one of the words behind the program's name.
const (
	allWords = "all"  // the whole command line
	program0 = "name" // its first word, the program's name
)

// value is a set of atoms, sorted; nil is "nothing that is followed gets here".
type value []int32

// Bounds of the abstract values: what is larger is unknown.
const (
	maxAtoms = 48  // of one value
	maxDepth = 14  // of atoms within atoms
	maxPath  = 200 // bytes of the path of a place in an object
)

// pool interns atoms and objects.
type pool struct {
	atoms   []*atom
	spare   []atom // room for the next ones
	seed    maphash.Seed
	index   map[uint64]int32 // by hash: the atom that came last
	key     []byte           // what is hashed, for the next one
	objects []*object
	unused  []object // room for the next ones
	byKey   map[objectKey]int32
	copied  map[copying]int // by what was copied: the version of it, from 1
	touched int32           // the oldest object that was changed, since someone asked
}

// object is something that the program makes.
type object struct {
	typ    string
	name   string         // of package variables
	site   *summary.Instr // that makes it, if one does
	heap   byPath[value]
	self   value   // its address
	places []value // addresses of places in it, as long as they are few
	fills  []filling
	born   birth
	makers []string       // functions that returned it since it was made
	last   byPath[stored] // the last store there since it was made; none where it may be one of several
}

// copying is what was copied where, and how it was renamed.
type copying struct {
	obj, from    int32
	fromPath, as string
}

type objectKey struct {
	site *summary.Instr // that makes it
	name string         // of a package variable
	act  int32
}

func newPool() *pool {
	p := &pool{seed: maphash.MakeSeed(), index: make(map[uint64]int32), byKey: make(map[objectKey]int32), copied: make(map[copying]int)}
	p.intern(atom{})          // 0 is unknown
	p.objects = []*object{{}} // 0 is none: that of atoms without one
	return p
}

func (p *pool) intern(a atom) int32 {
	for _, arg := range a.args {
		for _, id := range arg {
			a.depth = max(a.depth, p.atoms[id].depth+1)
		}
	}
	if a.depth > maxDepth {
		a = atom{kind: kUnknown, typ: a.typ}
	}
	key := append(p.key[:0], byte(a.kind))
	key = append(key, a.text...)
	key = append(key, 0)
	key = append(key, a.typ...)
	key = append(key, 0)
	key = strconv.AppendInt(key, int64(a.obj), 36)
	key = append(key, ':')
	key = strconv.AppendInt(key, int64(a.num), 36)
	for _, arg := range a.args {
		key = append(key, '|')
		key = appendValue(key, arg)
	}
	p.key = key
	hash := maphash.Bytes(p.seed, key)
	last, ok := p.index[hash]
	for id := last; ok; id, ok = p.atoms[id].next, p.atoms[id].next != 0 {
		if p.atoms[id].equal(&a) {
			return id
		}
	}
	a.next = last
	id := int32(len(p.atoms))
	if len(p.spare) == 0 {
		p.spare = make([]atom, 256)
	}
	p.spare[0] = a
	p.atoms, p.spare = append(p.atoms, &p.spare[0]), p.spare[1:]
	p.index[hash] = id
	return id
}

func (a *atom) equal(b *atom) bool {
	return a.kind == b.kind && a.obj == b.obj && a.num == b.num && a.text == b.text && a.typ == b.typ &&
		slices.EqualFunc(a.args, b.args, slices.Equal[value])
}

func appendValue(key []byte, v value) []byte {
	for _, id := range v {
		key = append(key, ',')
		key = strconv.AppendInt(key, int64(id), 36)
	}
	return key
}

func (p *pool) one(a atom) value { return value{p.intern(a)} }

func (p *pool) unknown(typ string) value { return p.one(atom{kind: kUnknown, typ: typ}) }

func join(a, b value) value {
	if len(a) == 0 {
		return b
	}
	if len(b) == 0 {
		return a
	}
	// Most joins add nothing.
	if len(a) == len(b) && slices.Equal(a, b) {
		return a
	}
	out := make(value, 0, len(a)+len(b))
	i, k := 0, 0
	for i < len(a) && k < len(b) {
		switch {
		case a[i] == b[k]:
			out = append(out, a[i])
			i++
			k++
		case a[i] < b[k]:
			out = append(out, a[i])
			i++
		default:
			out = append(out, b[k])
			k++
		}
	}
	out = append(append(out, a[i:]...), b[k:]...)
	if len(out) > maxAtoms {
		out = out[:maxAtoms:maxAtoms]
		if out[0] != 0 {
			out = append(value{0}, out[:maxAtoms-1]...)
		}
	}
	return out
}

// object returns the number of the object that a site makes in an activation.
func (p *pool) object(site *summary.Instr, act int32, typ string) int32 {
	return p.objectAt(objectKey{site: site, act: act}, typ)
}

func (p *pool) objectAt(key objectKey, typ string) int32 {
	if id, ok := p.byKey[key]; ok {
		return id
	}
	id := int32(len(p.objects))
	if len(p.unused) == 0 {
		p.unused = make([]object, 128)
	}
	p.unused[0].typ, p.unused[0].site = typ, key.site
	p.objects, p.unused = append(p.objects, &p.unused[0]), p.unused[1:]
	p.byKey[key] = id
	return id
}

func (p *pool) loc(obj int32, path, typ string) value {
	if path == "" && typ == p.objects[obj].typ {
		if p.objects[obj].self == nil {
			p.objects[obj].self = p.one(atom{kind: kLoc, obj: obj, typ: typ})
		}
		return p.objects[obj].self
	}
	o := p.objects[obj]
	for _, at := range o.places {
		if a := p.atoms[at[0]]; a.text == path && a.typ == typ {
			return at
		}
	}
	at := p.one(atom{kind: kLoc, obj: obj, text: path, typ: typ})
	if len(o.places) < few {
		o.places = append(o.places, at)
	}
	return at
}

// put adds a value to a place.
func (p *pool) put(obj int32, path string, v value) {
	if len(v) == 0 {
		return
	}
	heap := &p.objects[obj].heap
	i := heap.find(path)
	if i < 0 {
		p.touched = min(p.touched, obj)
		heap.set(path, v)
		return
	}
	if sum := join(heap.list[i].v, v); len(sum) != len(heap.list[i].v) || !slices.Equal(sum, heap.list[i].v) {
		p.touched = min(p.touched, obj)
		heap.list[i].v = sum
		heap.changes++
	}
}

// at is what a place in an object holds.
func (p *pool) at(obj int32, path string) value {
	v, _ := p.objects[obj].heap.get(path)
	return v
}

// copyTo copies an aggregate: all places below one to those below another.
func (p *pool) copyTo(obj int32, path string, from int32, fromPath string) {
	p.copyWith(obj, path, from, fromPath, func(path string, v value) { p.put(obj, path, v) })
}

func (p *pool) copyWith(obj int32, path string, from int32, fromPath string, put func(path string, v value)) {
	if obj == from && path == fromPath {
		return
	}
	p.copyFills(obj, path, from, fromPath)
	base, each := strings.CutSuffix(fromPath, "[*]")
	if each = each && !strings.HasSuffix(path, "]"); !each { // else any of the elements
		base = fromPath
	}
	for _, c := range p.objects[from].heap.list {
		rest, ok := strings.CutPrefix(c.path, base)
		if ok && each {
			_, rest, ok = cutElement(rest)
		}
		if ok && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			putWithin(path+rest, c.v, put)
		}
	}
}

// copyElements copies the elements of a collection into one that is an object, each to the key that rename makes of
// its own; as tells ways to rename apart. Beyond most elements, all others are one. What was copied and has not changed
// since is not copied again.
func (p *pool) copyElements(obj, from int32, fromPath, as string, most int, rename func(key string) string) {
	copied := copying{obj, from, fromPath, as}
	version := p.objects[from].heap.changes + len(p.objects[from].fills)<<32
	if p.copied[copied] == version+1 {
		return
	}
	p.copied[copied] = version + 1
	keys := p.elements(from, fromPath)
	if len(keys) == 0 {
		return
	}
	known := make(map[string]bool)
	last := ""
	for _, c := range p.objects[obj].heap.list {
		if key, _, ok := cutElement(c.path); ok && key != last {
			last = key
			known[key] = true
		}
	}
	to := make(map[string]string, len(keys))
	for _, key := range keys {
		at := rename(key)
		if len(known) >= most && !known[at] {
			at = "[*]"
		}
		to[key], known[at] = at, true
		p.copyFills(obj, at, from, fromPath+key)
	}
	for _, c := range p.objects[from].heap.list {
		if rest, ok := strings.CutPrefix(c.path, fromPath); ok {
			if key, rest, ok := cutElement(rest); ok {
				putWithin(to[key]+rest, c.v, func(path string, v value) { p.put(obj, path, v) })
			}
		}
	}
}

func putWithin(path string, v value, put func(path string, v value)) {
	if len(path) < maxPath {
		put(path, v)
	}
}

// cutElement splits the key of an element off a path: "[0].Name" is "[0]" and ".Name".
func cutElement(path string) (key, rest string, ok bool) {
	if path == "" || path[0] != '[' {
		return "", "", false
	}
	end := strings.IndexByte(path, ']') + 1
	return path[:end], path[end:], true
}

// elements lists the keys of the elements of the collection at a place, sorted: "[0]", "[k]", "[*]".
func (p *pool) elements(obj int32, path string) []string {
	var keys []string
	var seen map[string]bool // where they are many
	for _, c := range p.objects[obj].heap.list {
		rest, ok := strings.CutPrefix(c.path, path)
		if !ok {
			continue
		}
		key, _, ok := cutElement(rest)
		if !ok || len(keys) > 0 && keys[len(keys)-1] == key || seen[key] || len(keys) <= few && slices.Contains(keys, key) {
			continue
		}
		keys = append(keys, key)
		if len(keys) > few {
			if seen == nil {
				seen = make(map[string]bool)
				for _, key := range keys {
					seen[key] = true
				}
			}
			seen[key] = true
		}
	}
	slices.SortFunc(keys, func(a, b string) int {
		if len(a) != len(b) && !strings.HasPrefix(a, "[\"") && !strings.HasPrefix(b, "[\"") {
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	})
	return keys
}

// plain strips the interface from a value.
func (p *pool) plain(v value) value {
	wrapped := false
	for _, id := range v {
		wrapped = wrapped || p.atoms[id].kind == kTyped
	}
	if !wrapped {
		return v
	}
	var out value
	for _, id := range v {
		if a := p.atoms[id]; a.kind == kTyped {
			out = join(out, p.plain(a.args[0]))
		} else {
			out = join(out, value{id})
		}
	}
	return out
}

// isNil reports whether a value is nil and nothing else.
func (p *pool) isNil(v value) bool { return len(v) == 1 && p.atoms[v[0]].kind == kNil }

// constant is the text of the one constant that a value is.
func (p *pool) constant(v value) (string, bool) {
	v = p.plain(v)
	if len(v) != 1 {
		return "", false
	}
	a := p.atoms[v[0]]
	return a.text, a.kind == kConst
}

// str is the one string that a value is.
func (p *pool) str(v value) (string, bool) {
	text, ok := p.constant(v)
	if !ok {
		return "", false
	}
	return strings.CutPrefix(text, `"`)
}

// strs are the strings among a value's atoms, sorted.
func (p *pool) strs(v value) []string {
	var out []string
	for _, id := range p.plain(v) {
		if a := p.atoms[id]; a.kind == kConst {
			if s, ok := strings.CutPrefix(a.text, `"`); ok {
				out = append(out, s)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
