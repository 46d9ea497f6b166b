package trace

import (
	"slices"
	"strings"
)

// byPath holds something for places in an object, in the order in which they came. They are few in most objects, and
// then looked through; where they are many, there is an index.
type byPath[V any] struct {
	changes int // that were made to it
	list    []cell[V]
	index   map[string]int32 // nil where they are few
}

type cell[V any] struct {
	path string
	v    V
}

// few is how many places are looked through.
const few = 12

func (b *byPath[V]) find(path string) int {
	if b.index != nil {
		if i, ok := b.index[path]; ok {
			return int(i)
		}
		return -1
	}
	for i := range b.list {
		if b.list[i].path == path {
			return i
		}
	}
	return -1
}

// get is what there is for a place, and whether there is anything.
func (b *byPath[V]) get(path string) (v V, ok bool) {
	if i := b.find(path); i >= 0 {
		return b.list[i].v, true
	}
	return v, false
}

func (b *byPath[V]) set(path string, v V) {
	b.changes++
	if i := b.find(path); i >= 0 {
		b.list[i].v = v
		return
	}
	b.list = append(b.list, cell[V]{path, v})
	if b.index != nil {
		b.index[path] = int32(len(b.list) - 1)
	} else if len(b.list) > few {
		b.reindex()
	}
}

func (b *byPath[V]) remove(path string) {
	if i := b.find(path); i >= 0 {
		b.changes++
		b.list = slices.Delete(b.list, i, i+1)
		if b.index != nil {
			b.reindex()
		}
	}
}

func (b *byPath[V]) reindex() {
	b.index = make(map[string]int32, 2*len(b.list))
	for i := range b.list {
		b.index[b.list[i].path] = int32(i)
	}
}

func (b *byPath[V]) clear() { *b = byPath[V]{changes: b.changes + 1} }

// sorted are what there is by path.
func (b *byPath[V]) sorted() []cell[V] {
	return slices.SortedFunc(slices.Values(b.list), func(a, b cell[V]) int { return strings.Compare(a.path, b.path) })
}
