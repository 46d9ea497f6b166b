package rule

import (
	"fmt"
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/graph"
)

func missingDeadline() Rule {
	return Rule{
		ID:      "missing-deadline",
		Concern: Reliability,
		Rank:    Outage,
		Title:   "a call that can wait for ever",
		Fires:   "nothing ends the wait for a call: neither its client, nor its context, nor a default. An error where that is certain, also where no known caller sends a deadline along; a warning where the request may bring one. Streams are exempt. Calls over one client are one finding, where it is made.",
		Default: "error where certain, warning where the request may bring a deadline",
		Rationale: `A callee that is down answers with an error; one that hangs does not answer at all. Every request that waits for it
keeps a goroutine, a connection and memory, until the caller hangs too, and then its callers. An incoming deadline helps only
where somebody set one: HTTP carries none, and gRPC only what the caller gave.`,
		Source:   "AWS Well-Architected Framework, REL05-BP05, Set client timeouts; Beyer et al.: Site Reliability Engineering (2016), chapter 22, Deadlines; Nygard: Release It!, 2nd edition (2018), Timeouts",
		Severity: finding.Error,
		Wrong: `version: 1
services:
  web:
    operations:
      GET /cart:
        calls: [{to: cart, operation: shop.Cart/Get, protocol: grpc, timeout: false}]
  cart: {operations: {shop.Cart/Get: {}}}
`,
		Right: `version: 1
services:
  web:
    operations:
      GET /cart:
        calls: [{to: cart, operation: shop.Cart/Get, protocol: grpc, timeout: 500ms}]
  cart: {operations: {shop.Cart/Get: {}}}
`,
		Remedy: "bound every call where its client is made: a timeout of the HTTP client, a service config or an interceptor of the gRPC connection; give the request as a whole a deadline that all its calls share",
		Check:  checkMissingDeadline,
	}
}

func checkMissingDeadline(p *Pass) {
	g := p.Graph
	coming := newDeadlines(g)
	for _, group := range byCause(g, func(e *graph.Edge) bool { return coming.ending(e) != bounded }, atClient(g)) {
		f := group.finding(g)
		deadlineFinding(g, coming, group, &f)
		p.Report(f)
	}
	numbered(p)
}

func deadlineFinding(g *graph.Graph, coming *deadlines, group *shared, f *finding.Finding) {
	certain, hanging := 0, 0
	places := make(map[arch.Pos]bool)
	for _, e := range group.edges {
		if places[e.Call.Pos] {
			continue
		}
		places[e.Call.Pos] = true
		if coming.ending(e) == forEver {
			certain++
		}
		if !e.Call.Hard() {
			hanging++
		}
	}
	over := ""
	if client := group.edges[0].Call.Client; client.Is() {
		over = overClient(client)
		f.Subject = client.Value
	}
	of, others := "", 0
	for _, other := range f.Others {
		if other.Role == finding.Head {
			others++
		}
	}
	if others > 0 {
		of = fmt.Sprintf("of %s and %s ", title(&g.Nodes[group.edges[0].From]), plural(others, "other operation")) // which are listed
	}
	switch {
	case certain > 0:
		f.Message = fmt.Sprintf("nothing ends the wait %sfor %s%s", of, group.subject(g, f), over)
	default:
		f.Severity, f.Possible = finding.Warning, true
		f.Message = fmt.Sprintf("nothing but the deadline of the request, if it brings one, ends the wait %sfor %s%s", of, group.subject(g, f), over)
		f.Doubt = append(f.Doubt, coming.doubt(group.edges[0]))
	}
	switch {
	case hanging > 0 && len(places) == 1:
		f.Cost = append(f.Cost, "its error is ignored, so that all it can do to the request is to hang it")
	case hanging == 1:
		f.Cost = append(f.Cost, "the error of one of them is ignored: all that one can do to the request is to hang it")
	case hanging > 0:
		f.Cost = append(f.Cost, fmt.Sprintf("the errors of %d of them are ignored: all those can do to the request is to hang it", hanging))
	}
	if wasted := wastedDeadline(group.edges); wasted.Known() {
		f.Cost = append(f.Cost, fmt.Sprintf("the deadline made at %s bounds none of this: nobody uses its context", wasted))
	}
	f.Remedy = deadlineRemedy(group)
}

// overClient says which client calls go over.
func overClient(client arch.Fact[string]) string {
	if !client.Pos.Known() || client.Pos.Source() == arch.Manifest {
		return " over " + client.Value
	}
	return fmt.Sprintf(" over what is made here (%s)", client.Value)
}

// wastedDeadline is where a deadline is made beside a client, whose context nobody uses.
func wastedDeadline(edges []*graph.Edge) arch.Pos {
	for _, e := range edges {
		if at := e.Call.Timeout.Pos; at.Known() && at.Source() != arch.Manifest {
			return at
		}
	}
	return arch.Pos{}
}

func deadlineRemedy(group *shared) []string {
	call := group.edges[0].Call
	switch over := group.over(); {
	case over == "http.DefaultClient":
		return []string{"make one http.Client with a Timeout, and use it instead of http.DefaultClient"}
	case over == "http.Client":
		return []string{"set the Timeout of this http.Client"}
	case call.Protocol.Or("") == "grpc" && over != "":
		return []string{
			"give the connection an interceptor that bounds every call, or a service config with a timeout for each method",
			"or give each call a context with a deadline: context.WithTimeout(ctx, …)",
		}
	}
	return []string{"give the call a context with a deadline, or its client a timeout"}
}

// ending is what ends the wait for a call, as far as that matters.
type ending uint8

const (
	bounded ending = iota // or not known
	perhaps               // as long as the request allows, if that says anything
	forEver
)

// deadlines says which deadlines requests bring along: gRPC carries that of the caller's context.
type deadlines struct {
	g       *graph.Graph
	brought []brings // by node
}

// brings is what the known callers of a node send along; several may be so.
type brings uint8

const (
	none    brings = 1 << iota // no deadline
	some                       // a deadline
	unsaid                     // nobody says
	outside                    // nobody known calls
)

func newDeadlines(g *graph.Graph) *deadlines {
	d := &deadlines{g, make([]brings, len(g.Nodes))}
	var queue []graph.NodeID
	add := func(n graph.NodeID, b brings) {
		if d.brought[n]|b != d.brought[n] {
			d.brought[n] |= b
			queue = append(queue, n)
		}
	}
	for n := range g.Nodes {
		if len(g.In(graph.NodeID(n))) == 0 {
			add(graph.NodeID(n), outside)
		}
	}
	for i := range g.Edges {
		if e := &g.Edges[i]; e.Call != nil && !passesOn(e.Call) {
			add(e.To, sends(e.Call))
		}
	}
	for len(queue) > 0 {
		n := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		out := g.Out(n)
		for i := range out {
			if e := &out[i]; e.Call == nil || passesOn(e.Call) {
				add(e.To, d.brought[n])
			}
		}
	}
	return d
}

// passesOn reports whether a call has the deadline that the request brought, if it brought one, and no other.
func passesOn(call *arch.Call) bool {
	return !call.Bounded() && (incoming(call.Timeout) || incoming(call.Deadline))
}

// sends is what a call sends along by itself.
func sends(call *arch.Call) brings {
	switch {
	case call.Bounded():
		return some
	case call.Timeout.Not() || call.Deadline.Not():
		return none
	}
	return unsaid
}

// ending says what ends the wait for a call.
func (d *deadlines) ending(e *graph.Edge) ending {
	call := e.Call
	if call.Bounded() {
		return bounded
	}
	if passesOn(call) {
		switch brought := d.brought[e.From]; {
		case brought == none:
			return forEver
		case brought&(none|outside) != 0:
			return perhaps
		}
		return bounded
	}
	if call.Timeout.Not() || call.Deadline.Not() {
		return forEver
	}
	return bounded
}

// doubt says what is not known of a call that waits as long as the request allows.
func (d *deadlines) doubt(e *graph.Edge) string {
	name := title(&d.g.Nodes[e.From])
	if d.brought[e.From]&none == 0 {
		return fmt.Sprintf("whether who calls %s sends a deadline along", name)
	}
	var without []string
	for _, i := range d.g.In(e.From) {
		if in := &d.g.Edges[i]; in.Call != nil && sends(in.Call) == none && !passesOn(in.Call) {
			without = append(without, title(&d.g.Nodes[in.From]))
		}
	}
	slices.Sort(without)
	without = slices.Compact(without)
	if len(without) == 0 {
		return fmt.Sprintf("which requests bring a deadline to %s", name)
	}
	return strings.TrimSpace(fmt.Sprintf("which requests bring a deadline to %s: %s sends none", name, list(without, 3)))
}
