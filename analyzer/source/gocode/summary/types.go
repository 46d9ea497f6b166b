package summary

import (
	"go/types"
	"strconv"
	"strings"
)

// TypeName is the canonical text of a type: aliases removed, packages by path, type parameters as $0, $1, … of the
// function or type that declares them.
func TypeName(t types.Type) string {
	var b strings.Builder
	writeType(&b, t, 0)
	return b.String()
}

func writeType(b *strings.Builder, t types.Type, depth int) {
	if depth > 20 {
		b.WriteString("…")
		return
	}
	switch t := types.Unalias(t).(type) {
	case *types.Basic:
		b.WriteString(t.Name())
	case *types.Named:
		obj := t.Obj()
		if obj.Pkg() != nil {
			b.WriteString(obj.Pkg().Path())
			b.WriteByte('.')
		}
		b.WriteString(obj.Name())
		if args := t.TypeArgs(); args.Len() > 0 {
			b.WriteByte('[')
			for i := range args.Len() {
				if i > 0 {
					b.WriteByte(',')
				}
				writeType(b, args.At(i), depth+1)
			}
			b.WriteByte(']')
		}
	case *types.Pointer:
		b.WriteByte('*')
		writeType(b, t.Elem(), depth+1)
	case *types.Slice:
		b.WriteString("[]")
		writeType(b, t.Elem(), depth+1)
	case *types.Array:
		b.WriteString("[" + strconv.FormatInt(t.Len(), 10) + "]")
		writeType(b, t.Elem(), depth+1)
	case *types.Map:
		b.WriteString("map[")
		writeType(b, t.Key(), depth+1)
		b.WriteByte(']')
		writeType(b, t.Elem(), depth+1)
	case *types.Chan:
		b.WriteString("chan ")
		writeType(b, t.Elem(), depth+1)
	case *types.Signature:
		b.WriteString("func")
		writeSignature(b, t, depth)
	case *types.Interface:
		b.WriteString("interface{")
		for i := range t.NumMethods() {
			if i > 0 {
				b.WriteByte(';')
			}
			b.WriteString(t.Method(i).Name())
			writeSignature(b, t.Method(i).Signature(), depth+1)
		}
		b.WriteByte('}')
	case *types.Struct:
		b.WriteString("struct{")
		for i := range t.NumFields() {
			if i > 0 {
				b.WriteByte(';')
			}
			b.WriteString(t.Field(i).Name() + " ")
			writeType(b, t.Field(i).Type(), depth+1)
		}
		b.WriteByte('}')
	case *types.TypeParam:
		b.WriteString("$" + strconv.Itoa(t.Index()))
	case *types.Tuple:
		writeTuple(b, t, depth)
	default:
		b.WriteString(t.String())
	}
}

func writeSignature(b *strings.Builder, sig *types.Signature, depth int) {
	writeTuple(b, sig.Params(), depth)
	if sig.Variadic() {
		b.WriteString("...")
	}
	writeTuple(b, sig.Results(), depth)
}

func writeTuple(b *strings.Builder, t *types.Tuple, depth int) {
	b.WriteByte('(')
	for i := range t.Len() {
		if i > 0 {
			b.WriteByte(',')
		}
		writeType(b, t.At(i).Type(), depth+1)
	}
	b.WriteByte(')')
}

// sigName is the canonical text of a method's signature.
func sigName(sig *types.Signature) string {
	var b strings.Builder
	writeSignature(&b, sig, 0)
	return b.String()
}

func sigOf(sig *types.Signature) *Sig {
	s := &Sig{Variadic: sig.Variadic()}
	for i := range sig.Params().Len() {
		s.Params = append(s.Params, TypeName(sig.Params().At(i).Type()))
	}
	for i := range sig.Results().Len() {
		s.Results = append(s.Results, TypeName(sig.Results().At(i).Type()))
	}
	return s
}

// matters reports whether values of a type can lead to a call, or tell where one goes: everything but numbers and
// bytes. Bools and named integers stay, since branches hang on them.
func matters(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Info()&(types.IsString|types.IsBoolean|types.IsInteger) != 0 || u.Kind() == types.UntypedNil || u.Kind() == types.UnsafePointer
	case *types.Slice:
		if b, ok := u.Elem().Underlying().(*types.Basic); ok {
			return b.Info()&types.IsString != 0 || b.Kind() == types.Int // patterns of gateways are lists of int
		}
	}
	return true
}

// methodsOf is the method table of a named type.
func methodsOf(named *types.Named) *Type {
	t := &Type{Methods: make(map[string]TypeMethod), Pointer: make(map[string]bool), Fields: fieldsOf(named), Struct: aggregate(named)}
	if types.IsInterface(named) {
		return t
	}
	value := types.NewMethodSet(named)
	set := types.NewMethodSet(types.NewPointer(named))
	for i := range set.Len() {
		sel := set.At(i)
		fn, ok := sel.Obj().(*types.Func)
		if !ok {
			continue
		}
		m := TypeMethod{Func: fullName(fn), Sig: sigName(fn.Signature()), TypeArgs: receiverArgs(fn, TypeName)}
		var at types.Type = named
		for _, index := range sel.Index()[:len(sel.Index())-1] {
			if p, ok := at.Underlying().(*types.Pointer); ok {
				at = p.Elem()
			}
			field := at.Underlying().(*types.Struct).Field(index)
			m.Path = append(m.Path, field.Name())
			at = field.Type()
		}
		m.Interface = len(m.Path) > 0 && types.IsInterface(at)
		t.Methods[fn.Name()] = m
		if value.Lookup(fn.Pkg(), fn.Name()) == nil {
			t.Pointer[fn.Name()] = true
		}
	}
	return t
}

// fieldsOf lists the fields of a struct that embeds something: what is embedded may say what the struct is for.
func fieldsOf(named *types.Named) []StructField {
	s, ok := named.Underlying().(*types.Struct)
	if !ok {
		return nil
	}
	embeds := false
	fields := make([]StructField, s.NumFields())
	for i := range fields {
		f := s.Field(i)
		fields[i] = StructField{f.Name(), TypeName(f.Type()), s.Tag(i), f.Embedded()}
		embeds = embeds || f.Embedded()
	}
	if !embeds {
		return nil
	}
	return fields
}

func methodsOfInterface(i *types.Interface) []Method {
	methods := make([]Method, i.NumMethods())
	for k := range i.NumMethods() {
		methods[k] = Method{i.Method(k).Name(), sigName(i.Method(k).Signature())}
	}
	return methods
}
