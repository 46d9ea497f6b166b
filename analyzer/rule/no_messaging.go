package rule

import (
	"fmt"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/graph"
)

func noMessaging() Rule {
	return Rule{
		ID:      "no-messaging",
		Concern: Coupling,
		Rank:    Design,
		Whole:   true,
		Title:   "services that only call each other",
		Fires:   "there are 3 or more services, at least one changes another's state by a call that it waits for, and there is no topic, queue or stream anywhere. It is silent where the messages of a service are unknown, as those of traced code are which uses a library that may carry some and was not looked at, until a manifest lists them or says messages: false; and where code tells no more than the name of a service.",
		Default: "warning",
		Rationale: `Where every change travels by a call, every service that is to hear of it has to be up at that moment, and whoever
starts the change has to know all of them. Messages take the time out of the coupling: the change is handed over once, and each
service takes it when it can.`,
		Source:   "AWS Well-Architected Framework, REL04-BP02 (implement loosely coupled dependencies); Kleppmann: Designing Data-Intensive Applications (2017), chapter 11",
		Severity: finding.Warning,
		Wrong: `version: 1
services:
  order:
    operations:
      shop.Order/Place:
        calls: [{to: stock, operation: shop.Stock/Take, effect: write}]
  stock: {operations: {shop.Stock/Take: {}}}
  catalog: {}
`,
		Right: `version: 1
services:
  order:
    operations:
      shop.Order/Place: {publishes: [orders.placed]}
  stock: {consumes: [orders.placed]}
  catalog: {}
`,
		Remedy: "begin with the change that most others have to hear of: publish it as an event through an outbox, and let them consume it",
		Params: []arch.ParamSpec{
			{Name: "services", Doc: "Services from which messages are missed.", Default: 3, Min: 2, Whole: true},
		},
		Check: checkNoMessaging,
	}
}

func checkNoMessaging(p *Pass) {
	g := p.Graph
	own := 0
	for _, s := range p.System.Services {
		if s.IsOwn() {
			own++
			if !s.MessagesRead() {
				return // it may publish or consume anything
			}
		}
		if s.Inferred.Is() && !s.Declared && s.KindOf() != arch.External {
			return // so may one of which nobody has told more than its name
		}
	}
	if float64(own) < p.Param("services") || messages(p.System) {
		return
	}
	const shown = 20
	var f finding.Finding
	var easiest *graph.Edge // a call whose reply nobody needs, or else the first
	writes := 0
	for i := range g.Edges {
		e := &g.Edges[i]
		// What a user asks for through a ui or gateway is a call by nature; to an external service no event leads.
		if !remote(g, e) || e.Weight == 0 || effectOf(e.Call) != arch.Write ||
			g.Nodes[e.To].Service == nil || calleeKind(g, e) == arch.External {
			continue
		}
		if writes == 0 {
			f.Service = g.Nodes[e.From].ServiceName()
			f.Pos = e.Call.Place()
		}
		if easiest == nil || e.Call.Unused() && !easiest.Call.Unused() {
			easiest = e
		}
		if writes++; writes <= shown {
			f.Others = append(f.Others, callRef(g, finding.Related, e))
		}
	}
	if writes == 0 {
		return
	}
	f.Size = writes
	f.Message = fmt.Sprintf("%s and no topic, queue or stream: every change travels by a call that is waited for, %s", plural(own, "service"), plural(writes, "call"))
	from, to := g.Nodes[easiest.From].ServiceName(), g.Nodes[easiest.To].ServiceName()
	f.Remedy = []string{
		fmt.Sprintf("begin with %s, which %s calls: let %s publish an event and %s consume it", title(&g.Nodes[easiest.To]), from, from, to),
		"publish through an outbox, so that a change and its event are one",
	}
	p.Report(f)
}

// messages reports whether anything in the system is handed over by a message. Subjects on which a caller waits for
// its reply are calls. A worker takes its work from somewhere, though nobody says from where.
func messages(sys *arch.System) bool {
	replies := replySubjects(sys)
	for _, topic := range sys.Topics {
		if !replies[topic.Name] {
			return true
		}
	}
	published := func(b *arch.Body) bool {
		for _, publish := range b.Publishes {
			if !replies[publish.Topic] {
				return true
			}
		}
		return false
	}
	for _, s := range sys.Services {
		if s.KindOf() == arch.Worker || published(&s.Body) || published(&s.Background) {
			return true
		}
		for _, subscription := range subscriptions(s) {
			if !replies[subscription.topic] {
				return true
			}
		}
		for _, op := range s.Operations {
			if published(&op.Body) {
				return true
			}
		}
		for i := range s.Data {
			if s.Data[i].Erasure.Is() {
				return true
			}
		}
	}
	return false
}
