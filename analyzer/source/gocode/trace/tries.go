package trace

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/distcheck/distcheck/analyzer/source/gocode/library"
	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// maxTries is how many attempts in one place are counted; maxTriesInAll those of places within places.
const (
	maxTries      = 10
	maxTriesInAll = 100
)

// retriesField is where clients hold how often they try again.
const retriesField = ".RetryMax"

// tries is how often a block runs at most in a loop that tries again; 0 where that is not known.
func (m *machine) tries(f *frame, b *summary.Block) int {
	if b.Tries == nil {
		return 0
	}
	return m.attempts(m.get(f, b.Tries.Of), b.Tries.More)
}

// attempts is a number and some more. What stood there before it was set is no other number: nobody tries then.
func (m *machine) attempts(of value, more int) int {
	of = slices.DeleteFunc(slices.Clone(m.plain(of)), func(id int32) bool {
		return m.atoms[id].kind == kUnknown && m.atoms[id].typ == earlier
	})
	text, _ := m.length(of)
	n, err := strconv.Atoi(text)
	if n += more; err != nil || n < 2 || n > maxTries {
		return 0
	}
	return n
}

// tried is an event that is tried n times; 0 where that is not known.
func (e *event) tried(n int) *event {
	if n < 2 || e.kind != evCall {
		return e
	}
	more := *e
	more.tries = min(max(e.tries, 1)*n, maxTriesInAll)
	return &more
}

// triedBy is how often a library function tries what it is given: what is said among its options, or what it does
// otherwise.
func (m *machine) triedBy(fact *library.Fact, args []value) int {
	options, ok := fact.Arg("tries")
	if !ok || options >= len(args) {
		return 0
	}
	if n := m.triesIn(args[options:]); n > 0 {
		return n
	}
	n, _ := fact.Arg("otherwise")
	return n
}

var attemptsInConfig = regexp.MustCompile(`(?i)"maxAttempts"\s*:\s*"?([0-9]+)`)

// triesIn looks for what says how often something is tried, among options and what they are made of: the option of a
// library, or the configuration of a gRPC service.
func (m *machine) triesIn(options []value) int {
	n, _ := m.triesSaid(options)
	return n
}

// triesOf is how often a call is tried: as its client was told, or else as it does by itself.
func (m *machine) triesOf(fact *library.Fact, client value) int {
	n, told := m.triesSaid([]value{client})
	if told {
		return n
	}
	if fact.Args["stream"] != "" { // nobody tries a stream again by itself
		return 0
	}
	itself, _ := fact.Arg("tries")
	for _, id := range m.plain(client) {
		if fact, _ := m.dialled(id); fact != nil {
			itself, _ = fact.Arg("tries")
		}
	}
	return itself
}

// triesSaid is what is said among options of how often something is tried, and whether anything is.
func (m *machine) triesSaid(options []value) (n int, told bool) {
	m.within(options, func(id int32, a *atom) bool {
		if told {
			return false
		}
		if again := m.fields[held{id, retriesField}]; len(again) > 0 {
			n, told = m.attempts(again, 1), true
		} else if fact := m.know.Find(a.text, "tries"); a.kind == kLib && fact != nil {
			if otherwise, ok := fact.Arg("otherwise"); ok {
				n, told = otherwise, true
			} else {
				more, _ := fact.Arg("more")
				n, told = m.attempts(m.arg(fact, "of", 0, a.args), more), true
			}
		} else if a.kind == kLib && strings.HasSuffix(a.text, ".WithDefaultServiceConfig") && len(a.args) > 0 {
			for _, text := range m.strs(a.args[0]) {
				if found := attemptsInConfig.FindStringSubmatch(text); found != nil && !told {
					n, told = m.attempts(m.one(atom{kind: kConst, text: found[1]}), 0), true
				}
			}
		}
		return !told
	})
	return n, told
}
