package rule

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/graph"
)

// isConsumer reports whether messages, not requests, set the node off.
func isConsumer(n *graph.Node) bool {
	_, consumes := n.Consumes()
	return consumes || n.Kind == graph.Body && n.Service.KindOf() == arch.Worker
}

// isAdmin reports whether an operation's path has a segment that keeps users out.
func isAdmin(operation string) bool {
	_, path, ok := strings.Cut(operation, " /")
	if !ok {
		return false
	}
	segments := strings.Split(path, "/")
	return slices.Contains(segments, "admin") || slices.Contains(segments, "internal")
}

// title names a node in a sentence: its operation where there is one, else its service.
func title(n *graph.Node) string {
	switch {
	case n.Kind == graph.Unknown:
		return "an unknown callee (" + targetOf(n) + ")"
	case n.Kind == graph.Operation:
		return n.Service.Name + " " + shortOperation(n.Name)
	}
	return n.Service.Name
}

// targetsShown is how many of the addresses that an unknown callee may have a sentence tells.
const targetsShown = 2

// targetOf is what is known of the address of an unknown callee, for a sentence: of many that it may be the first.
func targetOf(n *graph.Node) string {
	parts := strings.Split(n.Name, " or ")
	if len(parts) <= targetsShown+1 {
		return n.Name
	}
	return strings.Join(parts[:targetsShown], " or ") + fmt.Sprintf(" or %d more", len(parts)-targetsShown)
}

// nameOf is the service that a call reaches, or what is known of its address.
func nameOf(n *graph.Node) string {
	if n.Service == nil {
		return n.Name
	}
	return n.Service.Name
}

// shortOperation drops the package and service of a gRPC method, which the reader knows: "shop.Payment/Charge" is
// Charge. Routes stay as they are.
func shortOperation(operation string) string {
	if strings.Contains(operation, " ") {
		return operation
	}
	return operation[strings.LastIndexByte(operation, '/')+1:]
}

// through is the place of a call that others get to as well; unknown where the caller's own code makes the call.
func through(call *arch.Call) arch.Pos {
	if call.Place() == call.Pos {
		return arch.Pos{}
	}
	return call.Pos
}

// hop shows an edge that is a call.
func hop(g *graph.Graph, e *graph.Edge) finding.Hop {
	h := hopAt(g, e, e.Call.Place())
	h.Through = through(e.Call)
	return h
}

// hopAt shows an edge that is a call, seen from a place.
func hopAt(g *graph.Graph, e *graph.Edge, at arch.Pos) finding.Hop {
	to := &g.Nodes[e.To]
	h := finding.Hop{
		Service:   to.ServiceName(),
		Operation: to.Operation(),
		Pos:       at,
		Free:      e.Weight == 0,
	}
	var said []string
	if to.Kind == graph.Any {
		if u, ok := g.Unlisted(e.Call); ok {
			said = append(said, "called "+u.Name+", which it does not list")
		}
	}
	if to.Kind == graph.Unknown {
		said = append(said, "callee unknown: "+targetOf(to))
	}
	if e.Call.Via.Is() {
		said = append(said, "waits for a reply over "+e.Call.Via.Value)
	}
	if e.Call.Loop.Is() {
		said = append(said, inLoop(e.Call, h.Pos))
	}
	if h.Free && to.Service != nil && e.Call != nil && g.Nodes[e.From].Service != to.Service &&
		(g.Nodes[e.From].Service.KindOf() == arch.UI || g.Nodes[e.From].Service.KindOf() == arch.Gateway) {
		said = append(said, "out of a "+string(g.Nodes[e.From].Service.KindOf()))
	}
	h.Note = notes(said...)
	return h
}

// hops shows a path. A step is possible where its edge is not certain, or where an edge that joins led to it: nothing
// proves that the operation that was called makes this call.
func hops(g *graph.Graph, path []int32) []finding.Hop {
	var out []finding.Hop
	joined := false
	for _, i := range path {
		e := &g.Edges[i]
		if e.Call == nil {
			joined = true
			continue
		}
		h := hop(g, e)
		h.Possible = !e.Certain || joined
		joined = false
		out = append(out, h)
	}
	return out
}

// chainHops shows a chain. Hops inside of a ring count nothing, and say so.
func chainHops(g *graph.Graph, chain *graph.Chain) []finding.Hop {
	out := hops(g, chain.Edges)
	at := 0
	for i, e := range chain.Edges {
		if g.Edges[e].Call == nil {
			continue
		}
		if h := &out[at]; chain.Inside[i] && !h.Free {
			h.Free = true
			if h.Note != "" {
				h.Note = ", " + h.Note
			}
			h.Note = "inside a ring" + h.Note
		}
		at++
	}
	return out
}

// inLoop says that a call is in a loop, and where that begins: seen from a place where both are in one file.
func inLoop(call *arch.Call, from arch.Pos) string {
	at, ok := loopPlace(call)
	if !ok {
		return "in a loop"
	}
	if at == from {
		return "in this loop"
	}
	if by := through(call); by.Known() && by.File != from.File { // a place in that file stands between
		return "in the loop at " + at.String()
	}
	return "in the loop at " + nearby(at, from)
}

// nearby is a position seen from another: without its path where both are in one file.
func nearby(at, from arch.Pos) string {
	if at.File == from.File {
		return strings.TrimPrefix(at.String(), at.Path())
	}
	return at.String()
}

// notes puts together what is said of a hop.
func notes(said ...string) string {
	return strings.Join(slices.DeleteFunc(said, func(s string) bool { return s == "" }), ", ")
}

// loopPlace is where the loop that a call is in begins. A manifest says that there is one, not where.
func loopPlace(call *arch.Call) (arch.Pos, bool) {
	at := call.Loop.Pos
	return at, call.Loop.Is() && at.Known() && at.Source() != arch.Manifest
}

// plural is "1 hop", "2 hops".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if strings.HasSuffix(noun, "y") && !strings.HasSuffix(noun, "ay") && !strings.HasSuffix(noun, "ey") {
		noun = noun[:len(noun)-1] + "ie"
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// list joins names for a sentence: at most max of them, and how many more there are.
func list(names []string, max int) string {
	if len(names) <= max {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:max], ", ") + fmt.Sprintf(" and %d more", len(names)-max)
}

// minutes is what a share of time below 1 costs in 30 days.
func minutes(availability float64) string {
	lost := (1 - availability) * 30 * 24 * 60
	switch {
	case lost >= 10:
		return fmt.Sprintf("%.0f min", lost)
	case lost >= 1:
		return fmt.Sprintf("%.1f min", lost)
	}
	return fmt.Sprintf("%.0f s", lost*60)
}

// percent prints a share of 1 with as many digits as tell it from 100 %.
func percent(share float64) string {
	digits := 2
	if gap := 1 - share; gap > 0 && gap < 0.001 {
		digits = int(math.Ceil(-math.Log10(gap)))
	}
	return strings.TrimSuffix(strings.TrimRight(strconv.FormatFloat(share*100, 'f', digits, 64), "0"), ".") + "%"
}

// duration prints a length of time as a manifest has it.
func duration(d time.Duration) string { return arch.FormatDuration(d) }

// firstPos picks the smallest position, so that what is printed does not depend on the order of the input.
func firstPos(positions ...arch.Pos) arch.Pos {
	return slices.MinFunc(positions, func(a, b arch.Pos) int { return a.Compare(b) })
}

// once keeps the first of each name.
func once(names []string) []string {
	seen := make(map[string]bool, len(names))
	out := names[:0:0]
	for _, name := range names {
		if !seen[name] {
			seen[name] = true
			out = append(out, name)
		}
	}
	return out
}
