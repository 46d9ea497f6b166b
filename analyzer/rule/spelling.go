package rule

import (
	"math/bits"
	"strings"
)

// speller finds the known name that an unknown one was meant to be. Names of other lengths and with other letters are
// left out before edits are counted, and there is a budget: in a system of ten thousand names with thousands unknown,
// suggestions end before the time does.
type speller struct {
	byLength map[int][]spelling
	looks    int // at candidates
	counts   int // of edits
}

type spelling struct {
	runes   []rune
	letters uint64
	stem    string // the name without its digits
	means   string // what the name stands for: itself, or the service that has it as a host
}

// longestSpelling is the length up to which a name is worth comparing, in runes.
const longestSpelling = 80

func newSpeller() *speller {
	return &speller{byLength: make(map[int][]spelling), looks: 20_000_000, counts: 20_000}
}

// add makes a name known. Of equally near names the first added is found.
func (s *speller) add(name, means string) {
	if one := spellingOf(name, means); len(one.runes) <= longestSpelling {
		s.byLength[len(one.runes)] = append(s.byLength[len(one.runes)], one)
	}
}

func spellingOf(name, means string) spelling {
	one := spelling{runes: []rune(name), means: means, stem: name}
	for _, r := range one.runes {
		one.letters |= 1 << (uint32(r) % 64)
	}
	if strings.ContainsAny(name, "0123456789") {
		one.stem = strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return -1
			}
			return r
		}, name)
	}
	return one
}

// nearest returns what the known name stands for that is at most two edits away, one where the name has fewer than
// six letters; "" if there is none. Names that differ in digits only are siblings, not misspellings. What stands for
// not is no answer.
func (s *speller) nearest(name, not string) string {
	one := spellingOf(name, "")
	length := len(one.runes)
	if length > longestSpelling {
		return ""
	}
	allowed := 2
	if length < 6 {
		allowed = 1
	}
	if length < 3 {
		return ""
	}
	best, found := allowed+1, ""
	for _, delta := range []int{0, -1, 1, -2, 2} {
		for i := range s.byLength[length+delta] {
			known := &s.byLength[length+delta][i]
			if s.looks--; s.looks < 0 {
				return found
			}
			// Each edit changes at most two of the letters.
			if bits.OnesCount64(one.letters^known.letters) > 2*allowed || known.means == not {
				continue
			}
			if known.stem == one.stem && string(known.runes) != name {
				continue
			}
			if s.counts--; s.counts < 0 {
				return found
			}
			if n := edits(one.runes, known.runes); n < best {
				best, found = n, known.means
			}
		}
	}
	return found
}

// edits is the number of runes to insert, delete, replace or swap with their neighbour that make b out of a.
func edits(a, b []rune) int {
	older, old, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range old {
		old[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			replace := old[j-1]
			if a[i-1] != b[j-1] {
				replace++
			}
			row[j] = min(old[j]+1, row[j-1]+1, replace)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], older[j-2]+1)
			}
		}
		older, old, row = old, row, older
	}
	return old[len(b)]
}
