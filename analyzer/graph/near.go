package graph

import (
	"math/bits"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/spelling"
)

// Unlisted is an operation that a call names and that its callee, which lists operations, does not.
type Unlisted struct {
	Name  string // as called
	Meant string // the listed operation that was probably meant; "" if none is near enough
}

// Unlisted tells whether a call, be it in the background, names an operation that its callee does not list, although
// it lists some. HTTP routes are matched before anything is said of them.
func (g *Graph) Unlisted(call *arch.Call) (Unlisted, bool) {
	u, ok := g.unlisted[call]
	return u, ok
}

// nearer finds the listed operation that an unlisted name was meant to be. Names that cannot be near are left out
// before edits are counted, and there is a budget for a whole system: where thousands of names are unlisted,
// suggestions end before the time does.
type nearer struct {
	services []*arch.Service
	listed   map[int32][]spelt
	memo     map[opKey]string
	looks    int // at candidates
	counts   int // of edits
}

func newNearer(services []*arch.Service) *nearer {
	return &nearer{
		services: services,
		listed:   make(map[int32][]spelt),
		memo:     make(map[opKey]string),
		looks:    20_000_000,
		counts:   20_000,
	}
}

// spelt is an operation, ready to be compared.
type spelt struct {
	name    string
	method  string // of an HTTP route; "consume" of what handles messages; else ""
	text    string // the rest, without the names of placeholders
	small   string // that in small letters
	digits  string // the digits in it
	letters uint64 // a set, of small ones
}

func spell(name string) spelt {
	s := spelt{name: name, text: name}
	if method, path, ok := route(name); ok {
		s.method, s.text = method, strings.TrimSuffix(bare(path), "/")
	} else if topic, ok := strings.CutPrefix(name, arch.ConsumeOperation("")); ok {
		s.method, s.text = "consume", topic
	}
	s.small = strings.ToLower(s.text)
	for _, r := range s.small {
		s.letters |= 1 << (uint32(r) % 64)
	}
	s.digits = strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s.small)
	return s
}

// lists returns the operations that a service lists. Those that every service has are none, nor are those that only
// its subscriptions imply.
func (f *nearer) lists(svc int32) []spelt {
	if known, ok := f.listed[svc]; ok {
		return known
	}
	service := f.services[svc]
	implied := make(map[string]bool, len(service.Consumes))
	for i := range service.Consumes {
		implied[arch.ConsumeOperation(service.Consumes[i].Topic)] = true
	}
	var all []spelt
	said := false
	for _, op := range service.Operations {
		if Standard(op.Name) {
			continue
		}
		all = append(all, spell(op.Name))
		said = said || !implied[op.Name]
	}
	if !said {
		all = nil
	}
	f.listed[svc] = all
	return all
}

// mostEdits is how many edits away a name may be.
const mostEdits = 2

// nearest returns the operation of a service that name was probably meant to be, the first of equally near ones, or "".
func (f *nearer) nearest(svc int32, name string) string {
	key := opKey{svc, name}
	if known, ok := f.memo[key]; ok {
		return known
	}
	const longest = 120 // of names worth comparing
	if len(name) > longest {
		return ""
	}
	found, best := "", mostEdits+1
	one := spell(name)
	list := f.lists(svc)
	for i := range list {
		other := &list[i]
		if f.looks--; f.looks < 0 {
			break
		}
		// Each edit changes at most two of the letters, and the length by one of at most four bytes.
		if bits.OnesCount64(one.letters^other.letters) > 2*mostEdits || len(other.small)-len(one.small) > 4*mostEdits ||
			len(one.small)-len(other.small) > 4*mostEdits || one.digits != other.digits ||
			one.method != other.method && (other.method != "ANY" || one.method == "" || one.method == "consume") {
			continue
		}
		if f.counts--; f.counts < 0 {
			break
		}
		if n := one.edits(other); n < best {
			found, best = other.name, n
		}
	}
	f.memo[key] = found
	return found
}

// edits counts the edits that make one name of another, whatever the case; more than mostEdits where they mean
// different things: paths of more segments, or with a placeholder where the other has none. Names of as many words are
// compared word by word, so that GetUser is not taken for SetUser: a short word is too soon another.
func (s *spelt) edits(other *spelt) int {
	if s.small == other.small {
		return 0
	}
	const different = mostEdits + 1
	words, marks := wordsOf(s.text)
	others, otherMarks := wordsOf(other.text)
	if len(words) != len(others) || marks != otherMarks {
		for _, mark := range []string{"/", "{"} {
			if strings.Count(marks, mark) != strings.Count(otherMarks, mark) {
				return different
			}
		}
		if utf8.RuneCountInString(s.small) < 6 {
			return different
		}
		return spelling.Distance(s.small, other.small)
	}
	sum := 0
	for i := range words {
		if words[i] == others[i] {
			continue
		}
		n := spelling.Distance(words[i], others[i])
		length := max(utf8.RuneCountInString(words[i]), utf8.RuneCountInString(others[i]))
		if length < 4 || length < 6 && n > 1 {
			return different
		}
		sum += n
	}
	return sum
}

// wordsOf splits a name into its words, in small letters, and what stands between them. Capitals begin words.
func wordsOf(text string) (words []string, marks string) {
	var word, between strings.Builder
	end := func() {
		if word.Len() > 0 {
			words = append(words, strings.ToLower(word.String()))
			word.Reset()
		}
	}
	small := false
	for _, r := range text {
		switch {
		case !unicode.IsLetter(r):
			end()
			between.WriteRune(r)
		case unicode.IsUpper(r) && small:
			end()
			fallthrough
		default:
			word.WriteRune(r)
		}
		small = unicode.IsLower(r)
	}
	end()
	return words, between.String()
}
