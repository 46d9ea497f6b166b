package summary

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
)

// Append appends a package's bytes. The same summary gives the same bytes, whatever machine it is made on: maps are
// sorted, and no path is absolute unless Dir and Files are.
func (p *Package) Append(to []byte) []byte {
	c := &codec{index: make(map[string]int)}
	c.pkg(p)
	var head []byte
	head = binary.AppendUvarint(head, uint64(len(c.texts)))
	for _, text := range c.texts {
		head = binary.AppendUvarint(head, uint64(len(text)))
		head = append(head, text...)
	}
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestSpeed)
	if err != nil {
		panic(err) // of a level that does not exist
	}
	for _, part := range [][]byte{head, c.out} {
		w.Write(part) // into memory, which cannot fail
	}
	w.Close()
	return append(to, packed.Bytes()...)
}

// maxBytes is how large a package's bytes may be unpacked.
const maxBytes = 1 << 30

// Decode reads what [Package.Append] appended, and fails where it is something else.
func Decode(data []byte) (p *Package, err error) {
	plain, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(data)), maxBytes))
	if err != nil {
		return nil, fmt.Errorf("unpacking the summary of a package: %w", err)
	}
	defer func() {
		if r := recover(); r != nil {
			if short, ok := r.(truncated); ok {
				p, err = nil, short
				return
			}
			panic(r)
		}
	}()
	c := &codec{in: plain, reads: true}
	c.texts = make([]string, c.length())
	for i := range c.texts {
		c.texts[i] = string(c.take(c.length()))
	}
	p = new(Package)
	c.pkg(p)
	if len(c.in) > 0 {
		return nil, errors.New("the summary of a package goes on behind its end")
	}
	return p, nil
}

// truncated is panicked with where bytes end too early, or point outside.
type truncated struct{}

func (truncated) Error() string {
	return "the summary of a package is damaged: it was written by another version, or cut off"
}

// codec writes a summary or reads one. What a type holds is told once, for both, so that they cannot differ.
type codec struct {
	reads bool
	in    []byte // what is left to read
	out   []byte
	texts []string
	index map[string]int // when writing
}

func (c *codec) take(n int) []byte {
	if n < 0 || n > len(c.in) {
		panic(truncated{})
	}
	part := c.in[:n]
	c.in = c.in[n:]
	return part
}

func (c *codec) uvarint() uint64 {
	n, size := binary.Uvarint(c.in)
	if size <= 0 {
		panic(truncated{})
	}
	c.in = c.in[size:]
	return n
}

// length reads the length of something that takes at least a byte for each of its elements.
func (c *codec) length() int {
	n := c.uvarint()
	if n > uint64(len(c.in)) {
		panic(truncated{})
	}
	return int(n)
}

func (c *codec) text(s *string) {
	if c.reads {
		i := c.uvarint()
		if i >= uint64(len(c.texts)) {
			panic(truncated{})
		}
		*s = c.texts[i]
		return
	}
	i, ok := c.index[*s]
	if !ok {
		i = len(c.texts)
		c.index[*s] = i
		c.texts = append(c.texts, *s)
	}
	c.out = binary.AppendUvarint(c.out, uint64(i))
}

func (c *codec) bool(b *bool) {
	n := 0
	if *b {
		n = 1
	}
	number(c, &n)
	*b = n != 0
}

func number[T ~int | ~int32 | ~uint8](c *codec, n *T) {
	if !c.reads {
		c.out = binary.AppendVarint(c.out, int64(*n))
		return
	}
	read, size := binary.Varint(c.in)
	if size <= 0 {
		panic(truncated{})
	}
	c.in = c.in[size:]
	*n = T(read)
}

// list writes or reads a list; what is nil stays nil.
func list[T any](c *codec, l *[]T, each func(*T)) {
	if !c.reads {
		n := 0
		if *l != nil {
			n = len(*l) + 1
		}
		c.out = binary.AppendUvarint(c.out, uint64(n))
	} else if n := c.uvarint(); n > uint64(len(c.in))+1 {
		panic(truncated{})
	} else if n > 0 {
		*l = make([]T, n-1)
	}
	for i := range *l {
		each(&(*l)[i])
	}
}

// table writes or reads a map in the order of its keys.
func table[T any](c *codec, m *map[string]T, each func(*T)) {
	keys := slices.Sorted(maps.Keys(*m))
	if *m == nil {
		keys = nil
	} else if keys == nil {
		keys = []string{}
	}
	list(c, &keys, c.text)
	if c.reads && keys != nil {
		*m = make(map[string]T, len(keys))
	}
	for _, key := range keys {
		value := (*m)[key]
		each(&value)
		(*m)[key] = value
	}
}

// optional writes or reads what may be nil.
func optional[T any](c *codec, p **T, each func(*T)) {
	there := *p != nil
	c.bool(&there)
	if !there {
		return
	}
	if c.reads {
		*p = new(T)
	}
	each(*p)
}

func (c *codec) pkg(p *Package) {
	c.text(&p.Path)
	c.text(&p.Name)
	c.text(&p.Dir)
	list(c, &p.Imports, func(i *Import) { c.text(&i.Path); c.pos(&i.Pos) })
	c.bool(&p.Generated)
	table(c, &p.Types, func(t **Type) { optional(c, t, c.typ) })
	table(c, &p.Structs, c.fields)
	table(c, &p.Ifaces, func(l *[]Method) {
		list(c, l, func(m *Method) { c.text(&m.Name); c.text(&m.Sig) })
	})
	table(c, &p.Consts, c.text)
	list(c, &p.Literals, func(l *Literal) { c.text(&l.Text); c.pos(&l.Pos) })
	list(c, &p.Files, c.text)
	table(c, &p.Settings, func(keys *map[string]string) { table(c, keys, c.text) })
	table(c, &p.Funcs, func(f **Func) { optional(c, f, c.function) })
	if c.reads {
		for _, f := range p.Funcs {
			if f != nil {
				f.Pkg = p
			}
		}
	}
}

func (c *codec) pos(p *Pos) {
	number(c, &p.File)
	number(c, &p.Line)
	number(c, &p.Col)
}

func (c *codec) typ(t *Type) {
	table(c, &t.Methods, func(m *TypeMethod) {
		c.text(&m.Func)
		c.text(&m.Sig)
		list(c, &m.Path, c.text)
		c.bool(&m.Interface)
		c.text(&m.TypeArgs)
	})
	table(c, &t.Pointer, c.bool)
	c.fields(&t.Fields)
	c.bool(&t.Struct)
}

func (c *codec) fields(l *[]StructField) {
	list(c, l, func(f *StructField) {
		c.text(&f.Name)
		c.text(&f.Type)
		c.text(&f.Tag)
		c.bool(&f.Embedded)
	})
}

func (c *codec) function(f *Func) {
	c.text(&f.ID)
	c.pos(&f.Pos)
	list(c, &f.Params, func(p *Param) { c.text(&p.Name); c.text(&p.Type) })
	number(c, &f.Free)
	number(c, &f.Regs)
	list(c, &f.Pool, func(v *Value) {
		number(c, &v.Kind)
		c.text(&v.Text)
		c.text(&v.Type)
		c.text(&v.Args)
		optional(c, &v.Sig, c.sig)
	})
	list(c, &f.Blocks, c.block)
	c.bool(&f.Generated)
	c.bool(&f.Yield)
	c.bool(&f.Method)
	c.bool(&f.Generic)
	number(c, &f.Results)
	number(c, &f.ErrorResult)
}

func (c *codec) block(b *Block) {
	list(c, &b.Preds, func(n *int32) { number(c, n) })
	list(c, &b.Succs, func(n *int32) { number(c, n) })
	list(c, &b.Loops, func(n *int32) { number(c, n) })
	c.pos(&b.LoopAt)
	optional(c, &b.Tries, func(t *Tries) { number(c, &t.Of); number(c, &t.More); c.bool(&t.Hasty) })
	c.bool(&b.Cyclic)
	number(c, &b.Cond)
	c.bool(&b.HasCond)
	list(c, &b.Code, c.instr)
	optional(c, &b.Range, func(r *Range) {
		c.bool(&r.Data)
		number(c, &r.Last)
		c.bool(&r.Breaks)
		number(c, &r.Key)
		number(c, &r.Over)
		c.bool(&r.Asks)
		c.bool(&r.Backward)
	})
}

func (c *codec) instr(in *Instr) {
	number(c, &in.Op)
	number(c, &in.Mode)
	number(c, &in.Callee)
	c.bool(&in.Poll)
	c.bool(&in.Late)
	c.bool(&in.Agg)
	number(c, &in.Dst)
	number(c, &in.Num)
	c.text(&in.Name)
	c.text(&in.Type)
	list(c, &in.Args, func(o *Operand) { number(c, o) })
	optional(c, &in.Sig, c.sig)
	c.pos(&in.Pos)
	number(c, &in.Fails)
	number(c, &in.Failed)
	number(c, &in.Round)
	number(c, &in.Unused)
}

func (c *codec) sig(s *Sig) {
	list(c, &s.Params, c.text)
	list(c, &s.Results, c.text)
	c.bool(&s.Variadic)
}
