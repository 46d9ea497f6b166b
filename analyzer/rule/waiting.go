package rule

import (
	"fmt"
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
}

func (s *span) add(length time.Duration, term string, calls ...*arch.Call) {
	if length <= 0 {
		return
	}
	s.length += length
	s.terms = append(s.terms, term)
	s.calls = append(s.calls, calls...)
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
// longest of them, those in a loop of known count as often. of is how long one call takes, in words too; 0 where that
// is not known: the sum is then a lower bound.
func inSeries(g *graph.Graph, n graph.NodeID, kind graph.View, of func(*graph.Edge) (time.Duration, string)) span {
	var total span
	var beside []string // terms of the calls made side by side so far
	var longest time.Duration
	var besideCalls []*arch.Call
	flush := func() {
		switch len(beside) {
		case 0:
		case 1:
			total.add(longest, beside[0], besideCalls...)
		default:
			total.add(longest, "max("+strings.Join(beside, ", ")+")", besideCalls...)
		}
		beside, longest, besideCalls = nil, 0, nil
	}
	out := g.Out(n)
	for i := range out {
		e := &out[i]
		if e.Call == nil || kind == graph.Certain && !e.Certain {
			continue
		}
		length, term := of(e)
		if length <= 0 {
			continue
		}
		if e.Call.Loop.Is() && e.Call.Loop.Value > 1 {
			length *= time.Duration(e.Call.Loop.Value)
			term = fmt.Sprintf("%d × %s", e.Call.Loop.Value, term)
		}
		if e.Call.Concurrent.Is() {
			beside = append(beside, term)
			besideCalls = append(besideCalls, e.Call)
			longest = max(longest, length)
			continue
		}
		flush()
		total.add(length, term, e.Call)
	}
	flush()
	return total
}

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

// worst is the longest that a call may take by its own limits, and how that comes about; 0 where nothing bounds it, or
// where the limit that came with the request does too.
func worst(g *graph.Graph, e *graph.Edge) (time.Duration, string) {
	call := e.Call
	name := g.Nodes[e.To].ServiceName()
	for _, f := range []arch.Fact[arch.Limit]{call.Deadline, call.Timeout} {
		if f.Is() && f.Value.Kind == arch.Incoming {
			return 0, ""
		}
	}
	attempt, all := patience(call)
	tries := 1
	if call.Retries.Is() && call.Retries.Value > 0 {
		tries += call.Retries.Value
	}
	total := attempt * time.Duration(tries)
	term := name + " " + duration(attempt)
	if tries > 1 {
		term = fmt.Sprintf("%s %d × %s", name, tries, duration(attempt))
		if call.Backoff.Is() {
			pause := call.Backoff.Value
			total += pause * time.Duration(tries-1)
			term += fmt.Sprintf(" and %d × %s pause", tries-1, duration(pause))
		}
	}
	if all > 0 && all < total {
		return all, fmt.Sprintf("%s %s in all", name, duration(all))
	}
	return total, term
}
