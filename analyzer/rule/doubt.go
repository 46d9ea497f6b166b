package rule

import (
	"fmt"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/graph"
)

// doubts says what is not known of edges, each thing once: why a finding that needs them is only possible.
func doubts(g *graph.Graph, edges ...*graph.Edge) []string {
	var unknown []string
	for _, e := range edges {
		from, to := &g.Nodes[e.From], &g.Nodes[e.To]
		switch {
		case e.Certain:
		case e.Call == nil:
			if from.Kind == graph.Any && to.Kind == graph.Operation {
				unknown = append(unknown, fmt.Sprintf("which operation of %s is called", from.ServiceName()))
			}
		case from.Kind == graph.Body:
			unknown = append(unknown, fmt.Sprintf("which operation of %s calls %s", from.ServiceName(), title(to)))
		case to.Kind == graph.Unknown:
			unknown = append(unknown, "whom "+title(from)+" calls")
		}
	}
	return once(unknown)
}

// doubtsOf is that of a path.
func doubtsOf(g *graph.Graph, path []int32) []string {
	edges := make([]*graph.Edge, len(path))
	for i, e := range path {
		edges[i] = &g.Edges[e]
	}
	return doubts(g, edges...)
}

// errorsOf is the doubt about some calls that are perhaps soft.
func errorsOf(calls int) string {
	if calls == 1 {
		return "whether it fails when 1 of the calls does, which the code read does not tell (error: returned or swallowed)"
	}
	return fmt.Sprintf("whether it fails when %d of the calls do, which the code read does not tell (error: returned or swallowed)", calls)
}

// perhapsSoft reports whether a call counts as one that its caller needs only because nobody says what becomes of its
// error: a call that was found in code. What people write without a word on it, they need.
func perhapsSoft(call *arch.Call) bool { return !call.Error.Known() && call.Pos.Source() == arch.Go }
