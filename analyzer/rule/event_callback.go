package rule

import (
	"fmt"
	"slices"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/graph"
)

func eventCallback() Rule {
	return Rule{
		ID:      "event-callback",
		Concern: Coupling,
		Rank:    Design,
		Title:   "an event whose consumer calls its publisher back",
		Fires:   "the handler of a message calls a service that publishes that message: the event is too thin. External publishers do not count, nor do tasks: topics of the kind command, and those of queues such as asynq.",
		Default: "warning",
		Rationale: `The event was to free the two of each other. A consumer that has to ask the publisher for what the event left out needs
it up after all, sends it a burst of calls with every burst of events, and gets the state of now, not of when the event
happened.`,
		Source:   "Fowler: What do you mean by \"Event-Driven\"? (2017), Event-Carried State Transfer; Newman: Building Microservices, 2nd edition, chapter 4, on what is in an event",
		Severity: finding.Warning,
		Wrong: `version: 1
services:
  order:
    publishes: [orders.placed]
    operations: {shop.Order/Get: {}}
  shipping:
    consumes: [orders.placed]
    operations:
      consume orders.placed: {calls: [order shop.Order/Get]}
`,
		Right: `version: 1
services:
  order:
    publishes: [orders.placed]
    operations: {shop.Order/Get: {}}
  shipping:
    consumes: [orders.placed]
    operations:
      consume orders.placed: {stores: [{name: shipments, access: write}]}
`,
		Remedy: "put into the event what its consumers ask for; where that is too much, let them keep a copy fed by the publisher's events; if the consumer tells its publisher something, let it publish an event too",
		Check:  checkEventCallback,
	}
}

// publisher is a service that publishes a topic.
type publisher struct {
	broker    arch.Fact[string]
	operation string // "" for what belongs to none
	pos       arch.Pos
}

type publisherKey struct {
	service *arch.Service
	topic   string
}

func checkEventCallback(p *Pass) {
	g := p.Graph
	publishers := make(map[publisherKey][]publisher)
	for _, s := range p.System.Services {
		if s.IsPlatform() || s.KindOf() == arch.External {
			continue
		}
		eachPiece(g, s, func(part piece) {
			for _, publish := range part.Publishes {
				key := publisherKey{s, publish.Topic}
				publishers[key] = append(publishers[key], publisher{publish.Broker, part.operation(), publish.Pos})
			}
		})
	}
	if len(publishers) == 0 {
		return
	}
	for _, s := range p.System.Services {
		if !s.IsOwn() {
			continue
		}
		for _, topic := range subscribed(s) {
			if !arch.KnownTopic(topic[0].topic) || commands(p.System, topic) {
				continue
			}
			node := g.Find(s.Name, arch.ConsumeOperation(topic[0].topic))
			calls, certain := ownCalls(g, node)
			if len(calls) == 0 {
				calls, certain = ownCalls(g, bodyOf(g, s))
			}
			var found []*finding.Finding
			byCallee := make(map[*arch.Service]*finding.Finding)
			for _, e := range calls {
				to := g.Nodes[e.To].Service
				published, ok := publishedTo(publishers[publisherKey{to, topic[0].topic}], topic, g.Nodes[e.To].Operation())
				if to == nil || !ok {
					continue
				}
				if f := byCallee[to]; f != nil {
					f.Others = append(f.Others, callRef(g, finding.Related, e))
					f.Size++
					continue
				}
				f := callbackFinding(g, s, topic[0].topic, e, published)
				f.Possible, f.Doubt = !certain, doubts(g, e)
				byCallee[to] = &f
				found = append(found, &f)
			}
			for _, f := range found {
				p.Report(*f)
			}
		}
	}
}

// commands reports whether what a topic carries are tasks, not events: a manifest says so, or its broker is a queue of
// those. Whoever runs one, perhaps hours later, has to ask for the state of now.
func commands(sys *arch.System, topic []subscription) bool {
	for _, t := range sys.Topics {
		if t.Name == topic[0].topic && t.Kind.Or("") == "command" {
			return true
		}
	}
	for _, one := range topic {
		switch one.broker.Or("") {
		case "asynq", "machinery", "river", "temporal":
			return true
		}
	}
	return false
}

// subscribed are the subscriptions of a service, by topic.
func subscribed(s *arch.Service) [][]subscription {
	var byTopic [][]subscription
	at := make(map[string]int)
	for _, one := range subscriptions(s) {
		i, ok := at[one.topic]
		if !ok {
			i = len(byTopic)
			at[one.topic] = i
			byTopic = append(byTopic, nil)
		}
		byTopic[i] = append(byTopic[i], one)
	}
	return byTopic
}

// publishedTo returns a publish that may reach one of the subscriptions: that of the operation, if it has one, else the
// first.
func publishedTo(all []publisher, topic []subscription, operation string) (first publisher, ok bool) {
	for _, one := range all {
		if !slices.ContainsFunc(topic, func(to subscription) bool { return sameBroker(one.broker, to.broker) }) {
			continue
		}
		if one.operation == operation {
			return one, true
		}
		if !ok {
			first, ok = one, true
		}
	}
	return first, ok
}

// ownCalls are the calls to others that stand on a node, and whether it is certain that a request which arrives there
// makes them.
func ownCalls(g *graph.Graph, n graph.NodeID) (calls []*graph.Edge, certain bool) {
	if n == graph.None {
		return nil, false
	}
	out := g.Out(n)
	for i := range out {
		if e := &out[i]; remote(g, e) {
			calls = append(calls, e)
		}
	}
	return calls, g.Nodes[n].Kind == graph.Operation
}

// bodyOf is the node of the calls that stand on a service, None if there are none.
func bodyOf(g *graph.Graph, s *arch.Service) graph.NodeID {
	if n := g.Of(s.Name, ""); n != graph.None && g.Nodes[n].Kind == graph.Body {
		return n
	}
	return graph.None
}

func callbackFinding(g *graph.Graph, s *arch.Service, topic string, e *graph.Edge, published publisher) finding.Finding {
	to := &g.Nodes[e.To]
	h := hop(g, e)
	h.Free = false
	f := finding.Finding{
		Service:   s.Name,
		Operation: g.Nodes[e.From].Operation(),
		Subject:   topic,
		Pos:       e.Call.Place(),
		Size:      1,
		Hops:      []finding.Hop{h},
		Others:    []finding.Ref{{Role: finding.Related, Service: to.Service.Name, Operation: published.operation, Pos: published.pos}},
		Message:   fmt.Sprintf("%s consumes %s and calls %s, which publishes it", s.Name, topic, title(to)),
		Cost:      []string{fmt.Sprintf("every message of %s is a call to %s, which has to be up", topic, to.Service.Name)},
	}
	if operation := to.Operation(); operation != "" && operation != published.operation {
		f.Message = fmt.Sprintf("%s consumes %s and calls %s; %s publishes it", s.Name, topic, title(to), to.Service.Name)
	}
	if effectOf(e.Call) == arch.Write {
		f.Remedy = []string{fmt.Sprintf("let %s publish what came of it, and %s consume that", s.Name, to.Service.Name)}
		return f
	}
	f.Remedy = []string{
		fmt.Sprintf("put into %s what %s asks %s for", topic, s.Name, to.Service.Name),
		fmt.Sprintf("or let %s keep a copy of it, fed by events of %s", s.Name, to.Service.Name),
	}
	return f
}
