// Package spelling finds the name that was probably meant.
//
// This package may change until version 1.
package spelling

import (
	"math/bits"
	"unicode/utf8"
)

// Nearest returns the candidate that name is most likely a misspelling of, or "": at most two edits away, or one
// where the name has fewer than six letters. The first of equally near ones wins, so candidates are given in order.
func Nearest(name string, candidates []string) string {
	const longest = 80 // of names worth comparing
	if len(name) == 0 || len(name) > longest {
		return ""
	}
	best, allowed := "", 2
	if utf8.RuneCountInString(name) < 6 {
		allowed = 1
	}
	letters := lettersOf(name)
	for _, candidate := range candidates {
		if candidate == name || len(candidate) > longest || len(candidate)-len(name) > 4*allowed || len(name)-len(candidate) > 4*allowed {
			continue
		}
		// Each edit changes at most two bits of the set of letters: most candidates are out without a table.
		if bits.OnesCount64(letters^lettersOf(candidate)) > 2*allowed {
			continue
		}
		if d := Distance(name, candidate); d <= allowed {
			best, allowed = candidate, d-1
			if allowed < 0 {
				break
			}
		}
	}
	return best
}

func lettersOf(text string) (set uint64) {
	for _, r := range text {
		set |= 1 << (uint32(r) % 64)
	}
	return set
}

// Distance is the number of runes to insert, delete, replace or swap with their neighbour to make b out of a: the
// optimal string alignment distance. Cost: the product of their lengths.
func Distance(a, b string) int {
	from, to := []rune(a), []rune(b)
	older, old, row := make([]int, len(to)+1), make([]int, len(to)+1), make([]int, len(to)+1)
	for j := range old {
		old[j] = j
	}
	for i := 1; i <= len(from); i++ {
		row[0] = i
		for j := 1; j <= len(to); j++ {
			cost := 1
			if from[i-1] == to[j-1] {
				cost = 0
			}
			row[j] = min(old[j]+1, row[j-1]+1, old[j-1]+cost)
			if i > 1 && j > 1 && from[i-1] == to[j-2] && from[i-2] == to[j-1] {
				row[j] = min(row[j], older[j-2]+1)
			}
		}
		older, old, row = old, row, older
	}
	return old[len(to)]
}
