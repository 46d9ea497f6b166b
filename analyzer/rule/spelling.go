package rule

import (
	"math/bits"
	"strings"
	"unicode/utf8"

	"github.com/distcheck/distcheck/analyzer/spelling"
)

// speller finds the known name that an unknown one was meant to be. Names of other lengths and with other letters are
// left out before edits are counted, and there is a budget: in a system of ten thousand names with thousands unknown,
// suggestions end before the time does.
type speller struct {
	byLength map[int][]knownName
	looks    int // at candidates
	counts   int // of edits
}

type knownName struct {
	name    string
	letters uint64
	stem    string // the name without its digits
	means   string // what the name stands for: itself, or the service that has it as a host
}

// longestName is the length up to which a name is worth comparing, in runes.
const longestName = 80

func newSpeller() *speller {
	return &speller{byLength: make(map[int][]knownName), looks: 20_000_000, counts: 20_000}
}

// add makes a name known. Of equally near names one of the same length is found, then the first added.
func (s *speller) add(name, means string) {
	if length := utf8.RuneCountInString(name); length <= longestName {
		s.byLength[length] = append(s.byLength[length], knownNameOf(name, means))
	}
}

func knownNameOf(name, means string) knownName {
	one := knownName{name: name, means: means, stem: name}
	for _, r := range name {
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
	length := utf8.RuneCountInString(name)
	if length < 3 || length > longestName {
		return ""
	}
	one := knownNameOf(name, "")
	allowed := 2
	if length < 6 {
		allowed = 1
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
			if known.stem == one.stem && known.name != name {
				continue
			}
			if s.counts--; s.counts < 0 {
				return found
			}
			if n := spelling.Distance(name, known.name); n < best {
				best, found = n, known.means
			}
		}
	}
	return found
}
