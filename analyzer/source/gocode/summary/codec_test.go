package summary

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestCodec holds that every field of every type goes through: a package in which all are filled comes back as it was.
func TestCodec(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		p := new(Package)
		fill(random, reflect.ValueOf(p).Elem(), 0)
		for _, f := range p.Funcs {
			f.Pkg = p
		}
		data := p.Append(nil)
		if !bytes.Equal(data, p.Append(nil)) {
			t.Fatal("the same package gave different bytes")
		}
		got, err := Decode(data)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, p) {
			t.Fatal("a package came back as another one: does codec.go know each field?")
		}
	}
}

// fill gives every field that is there something that is not its zero, except at times.
func fill(random *rand.Rand, v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(strings.Repeat("x", 1+random.IntN(9)))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int32:
		v.SetInt(int64(random.IntN(1<<31)) - 1<<30)
	case reflect.Uint8:
		v.SetUint(uint64(1 + random.IntN(255)))
	case reflect.Slice:
		if n := random.IntN(4); n < 3 { // else nil
			v.Set(reflect.MakeSlice(v.Type(), n, n))
			for i := range n {
				fill(random, v.Index(i), depth+1)
			}
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range random.IntN(4) {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			fill(random, key, depth+1)
			fill(random, value, depth+1)
			v.SetMapIndex(key, value)
		}
	case reflect.Pointer:
		if v.Type() != reflect.TypeFor[*Package]() {
			v.Set(reflect.New(v.Type().Elem()))
			fill(random, v.Elem(), depth+1)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fill(random, v.Field(i), depth+1)
		}
	default:
		panic("a field of a kind that codec.go does not know: " + v.Type().String())
	}
}

// TestDecodeDamaged holds that bytes of something else are an error and nothing worse.
func TestDecodeDamaged(t *testing.T) {
	p := &Package{Path: "example.com/a", Funcs: map[string]*Func{"example.com/a.F": {ID: "example.com/a.F", Blocks: []Block{{Code: []Instr{{Op: Call, Name: "x"}}}}}}}
	data := p.Append(nil)
	for _, damaged := range [][]byte{nil, {1, 2, 3}, data[:len(data)/2], slices.Concat(data[:len(data)-9], make([]byte, 9))} {
		if got, err := Decode(damaged); err == nil && !reflect.DeepEqual(got, p) {
			t.Errorf("%d damaged bytes were read as a package", len(damaged))
		}
	}
}
