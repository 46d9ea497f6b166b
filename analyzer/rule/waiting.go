package rule

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/graph"
)

// span is a time with the calculation that shows it.
type span struct {
	length time.Duration
	terms  []string // "payment 300ms", "max(cart 100ms, catalog 200ms)"
	calls  []*arch.Call
	silent []string // whom calls that it leaves out are for, since it is not known how long they take
}

// add adds what some calls take together, in words where say is given.
func (s *span) add(length time.Duration, say func(*graph.Edge) string, edges ...*graph.Edge) {
	s.length += length
	if say == nil {
		return
	}
	var terms []string
	for _, e := range edges {
		term := say(e)
		if n := turns(e.Call); n > 1 {
			term = fmt.Sprintf("%d × %s", n, term)
		}
		terms = append(terms, term)
		s.calls = append(s.calls, e.Call)
	}
	if len(terms) > 1 {
		terms = []string{"max(" + strings.Join(terms, ", ") + ")"}
	}
	s.terms = append(s.terms, terms...)
}

// leave keeps the name of a callee of which it is not known how long a call takes.
func (s *span) leave(g *graph.Graph, e *graph.Edge) {
	name := g.Nodes[e.To].ServiceName()
	if g.Nodes[e.To].Kind == graph.Unknown || !remote(g, e) {
		name = title(&g.Nodes[e.To])
	}
	s.silent = append(s.silent, name)
}

// text is the time in words: "1.4s", or where something is left out, of which what is not given, "at least 1.4s (timeout
// of cart, mail not given)".
func (s *span) text(what string) string {
	if len(s.silent) == 0 {
		return duration(s.length)
	}
	return fmt.Sprintf("at least %s (%s of %s not given)", duration(s.length), what, list(once(s.silent), 3))
}

// serial reports whether calls are waited for one after the other.
func (s *span) serial() bool {
	return len(s.terms) > 1 || slices.ContainsFunc(s.calls, func(c *arch.Call) bool { return turns(c) > 1 })
}

// turns is how often a call is made one after the other, 1 where that is not known. Of a loop whose calls are made
// side by side all are on their way at once.
func turns(call *arch.Call) int {
	if call.Loop.Is() && call.Loop.Value > 1 && !call.Concurrent.Is() {
		return call.Loop.Value
	}
	return 1
}

// sum shows the calculation.
func (s *span) sum() string {
	shown := s.terms
	if len(shown) > 8 {
		shown = append(append([]string(nil), shown[:7]...), fmt.Sprintf("%d more", len(shown)-7))
	}
	text := strings.Join(shown, " + ")
	if len(s.terms) > 1 || !strings.HasSuffix(text, duration(s.length)) {
		text += " = " + duration(s.length)
	}
	return text
}

// inSeries adds up what the calls out of a node take: one after the other, those made side by side as long as the
// longest of them, those in a loop of known count as often. of is how long one call takes, 0 where that is not known:
// the sum is then a lower bound; less than 0 where it is known that the call adds nothing. say puts that into words;
// where it is nil the sum has none, which is cheaper. Of calls on different branches those count that take longest.
func inSeries(g *graph.Graph, n graph.NodeID, kind graph.View, of func(*graph.Edge) time.Duration, say func(*graph.Edge) string) span {
	calls := g.Out(n)
	for len(calls) > 0 && calls[len(calls)-1].Call == nil { // edges that join come last
		calls = calls[:len(calls)-1]
	}
	var longest span
	first := true
	runs(calls, func(calls []graph.Edge) {
		if sum := ofRun(g, calls, kind, of, say); first || sum.length > longest.length {
			longest, first = sum, false
		}
	})
	return longest
}

// ofRun adds up the calls of one run.
func ofRun(g *graph.Graph, calls []graph.Edge, kind graph.View, of func(*graph.Edge) time.Duration, say func(*graph.Edge) string) span {
	var total span
	var known []*graph.Edge
	for len(calls) > 0 {
		end := beside(calls)
		known = known[:0]
		var longest time.Duration
		for i := range calls[:end] {
			e := &calls[i]
			if kind == graph.Certain && !e.Certain {
				if say != nil && g.Nodes[e.To].Kind == graph.Unknown {
					total.leave(g, e)
				}
				continue
			}
			switch length := of(e); {
			case length > 0:
				longest = max(longest, length*time.Duration(turns(e.Call)))
				if say != nil {
					known = append(known, e)
				}
			case length == 0 && say != nil:
				total.leave(g, e)
			}
		}
		if longest > 0 {
			total.add(longest, say, known...)
		}
		calls = calls[end:]
	}
	return total
}

// beside is how many calls, from the first on, are made side by side: the concurrent ones that follow each other. One
// that is alone among serial ones is beside something all the same: the next call, or where it is the last, what comes
// before it. Any other call, known or not, parts those that are made side by side.
func beside(calls []graph.Edge) int {
	end := 0
	for end < len(calls) && calls[end].Call.Concurrent.Is() {
		end++
	}
	if end == 0 || end == 1 && end < len(calls) && alone(&calls[0]) {
		end++
		if end == len(calls)-1 && alone(&calls[end]) {
			end++
		}
	}
	return end
}

// alone reports whether a call between serial ones is concurrent, and that not with itself, as in a loop.
func alone(e *graph.Edge) bool { return e.Call.Concurrent.Is() && !e.Call.Loop.Is() }

// patience is how long a caller waits for one attempt, and for all of them: 0 where that is not known.
func patience(call *arch.Call) (attempt, all time.Duration) {
	exactly := func(f arch.Fact[arch.Limit]) time.Duration {
		if f.Is() && f.Value.Kind == arch.Exactly {
			return f.Value.Length
		}
		return 0
	}
	attempt, all = exactly(call.Timeout), exactly(call.Deadline)
	if attempt == 0 || all > 0 && all < attempt {
		attempt = all
	}
	return attempt, all
}

// attemptsOf is how often a call is tried.
func attemptsOf(call *arch.Call) int {
	if call.Retries.Is() && call.Retries.Value > 0 {
		return 1 + call.Retries.Value
	}
	return 1
}

// worst is the longest that a call may take by its own limits; 0 where nothing bounds it, or where the limit that came
// with the request does too.
func worst(call *arch.Call) time.Duration {
	if incoming(call.Deadline) || incoming(call.Timeout) {
		return 0
	}
	attempt, all := patience(call)
	tries := time.Duration(attemptsOf(call))
	total := attempt*tries + call.Backoff.Or(0)*(tries-1)
	if all > 0 && all < total {
		return all
	}
	return total
}

func incoming(f arch.Fact[arch.Limit]) bool { return f.Is() && f.Value.Kind == arch.Incoming }

// explainWorst says how the worst of a call comes about.
func explainWorst(g *graph.Graph, e *graph.Edge) string {
	call, name := e.Call, g.Nodes[e.To].ServiceName()
	attempt, all := patience(call)
	tries := attemptsOf(call)
	if tries == 1 {
		return name + " " + duration(attempt)
	}
	if all > 0 && all == worst(call) {
		return fmt.Sprintf("%s %s in all", name, duration(all))
	}
	var parts []string
	if attempt > 0 { // else how long an attempt takes is not known, only the pauses are
		parts = append(parts, fmt.Sprintf("%d × %s", tries, duration(attempt)))
	}
	if call.Backoff.Is() {
		parts = append(parts, fmt.Sprintf("%d × %s pause", tries-1, duration(call.Backoff.Value)))
	}
	return name + " " + strings.Join(parts, " and ")
}
