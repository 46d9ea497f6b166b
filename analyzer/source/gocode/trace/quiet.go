package trace

import (
	"math"
	"slices"

	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// Loggers and the like are called from everywhere, each time with other texts, and do nothing that is of interest
// here. What was called often enough and never did anything is not run again for other texts: only for unknown ones.

// maxQuiet is how often a function has to do nothing before it is taken for one that does nothing.
const maxQuiet = 8

// quiet is what is known of a function that may do nothing.
type quiet struct {
	runs    int
	results []value // of each of them
	heard   bool    // it did something, or not each time the same
}

// settled reports whether it is taken for one that does nothing.
func (q quiet) settled() bool { return q.runs >= maxQuiet && !q.heard }

func (q quiet) after(act *activation, heard bool) quiet {
	if q.runs == 0 {
		q.results = act.results
	}
	q.heard = q.heard || heard || len(act.events) > 0 || !slices.EqualFunc(q.results, act.results, slices.Equal[value])
	q.runs++
	return q
}

// listening is what the unit was like when a function began.
type listening struct {
	touched, objects int32
	noted            int
}

func (m *machine) listen() listening {
	l := listening{m.touched, int32(len(m.objects)), m.noted()}
	m.touched = math.MaxInt32
	return l
}

// heard reports whether anything has changed that was there before, or anything was registered.
func (m *machine) heard(l listening) bool {
	heard := m.touched < l.objects || m.noted() != l.noted
	m.touched = min(m.touched, l.touched)
	return heard
}

// noted is how much is noted besides what objects hold.
func (m *machine) noted() int {
	return m.clock + len(m.kept) + len(m.containers) + len(m.wirings) + len(m.bases) + len(m.fields) + len(m.defaults) + len(m.compared) + len(m.commands) + len(m.routers) + m.messaging.size() +
		len(m.opened.by) + len(m.opened.told) + len(m.opened.changed) + len(m.opened.used)
}

// withoutTexts is what a function is called with, but for texts, numbers and what is printed.
func (m *machine) withoutTexts(fn *summary.Func, args []value) []value {
	out := slices.Clone(args)
	for i := range min(len(args), len(fn.Params)) {
		switch typ := fn.Params[i].Type; typ {
		case "string", "int", "int64", "float64", "bool", "error", "[]interface{}", "interface{}", "[]string":
			out[i] = m.unknown(typ)
		}
	}
	return out
}
