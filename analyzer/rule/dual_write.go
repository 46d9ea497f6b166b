package rule

import (
	"fmt"
	"slices"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
)

func dualWrite() Rule {
	return Rule{
		ID:      "dual-write",
		Concern: Coupling,
		Rank:    Wrong,
		Title:   "a change and its message that may part",
		Fires:   "an operation changes a store and publishes a message that is known not to go through an outbox. Dead-letter topics are none, and Redis and memcached are caches unless they are durable. Of code it is possible: whether one run does both is not told. Topics of code are dead-letter topics by their names (dead, dlq, dlx, poison, retry), and Redis, MQTT and Temporal are left out.",
		Default: "warning",
		Rationale: `The store and the broker share no transaction. If the process dies between the two, the change has happened and nobody
hears of it, or everybody hears of a change that was rolled back. It is rare, shows in no test, and is found months later in
data that do not agree.`,
		Source:   "Richardson: Microservices Patterns (2018), Transactional Outbox; Kleppmann: Designing Data-Intensive Applications (2017), chapter 11",
		Severity: finding.Warning,
		Wrong: `version: 1
services:
  order:
    operations:
      shop.Order/Place:
        stores: [{name: orders, access: write}]
        publishes: [{topic: orders.placed, outbox: false}]
  shipping: {consumes: [orders.placed]}
`,
		Right: `version: 1
services:
  order:
    operations:
      shop.Order/Place:
        stores: [{name: orders, access: write}]
        publishes: [{topic: orders.placed, outbox: true}]
  shipping: {consumes: [orders.placed]}
`,
		Remedy: "write the message into an outbox table in the same transaction, and let a relay publish it; or publish only, and write when the message comes back; or read the store's log of changes",
		Graded: true,
		Check:  checkDualWrite,
	}
}

func checkDualWrite(p *Pass) {
	dead := deadLetters(p.System)
	for _, s := range p.System.Services {
		if !s.IsOwn() {
			continue
		}
		onService := written(s.Stores)
		eachPiece(p.Graph, s, func(part piece) {
			if part.background || len(part.Publishes) == 0 {
				return
			}
			var sent []*arch.Publish
			for _, publish := range part.Publishes {
				if publish.Outbox.Not() && !dead[publish.Topic] {
					sent = append(sent, publish)
				}
			}
			if len(sent) == 0 {
				return
			}
			store, doubt := written(part.Stores), ""
			switch {
			case store != nil && part.op != nil && store.Pos.Source() == arch.Go && sent[0].Pos.Source() == arch.Go:
				doubt = "whether one run of the code does both"
			case part.op == nil:
				doubt = fmt.Sprintf("which operation of %s publishes, and which changes the store", s.Name)
			case sent[0].Pos.Source() == arch.Go: // of code it is known which operation changes what
			case len(part.Stores) == 0 && methodEffect(part.op.Name) != arch.Read:
				store, doubt = onService, "which operation of "+s.Name+" changes the store"
			}
			if store != nil {
				f := dualWriteFinding(s, part, store, sent)
				if doubt != "" {
					f.Possible, f.Doubt = true, []string{doubt}
				}
				p.Report(f)
			}
		})
	}
}

// written is the first store that is changed, and that outlives the process; nil if there is none. Stores that are caches
// mostly must say that they are durable.
func written(stores []*arch.StoreUse) *arch.StoreUse {
	for _, use := range stores {
		kind := use.Kind.Or("")
		if use.Access.Or("") == arch.Write && !use.Durable.Not() && (use.Durable.Is() || kind != "redis" && kind != "memcached") {
			return use
		}
	}
	return nil
}

func dualWriteFinding(s *arch.Service, part piece, store *arch.StoreUse, sent []*arch.Publish) finding.Finding {
	f := finding.Finding{
		Service:   s.Name,
		Operation: part.operation(),
		Subject:   store.Name,
		Pos:       sent[0].Pos,
		Size:      len(sent),
		Others:    []finding.Ref{{Role: finding.Related, Service: s.Name, Pos: store.Pos}},
	}
	if slices.Contains(part.Stores, store) { // else it is the service's, and no operation stands at its place
		f.Others[0].Operation = part.operation()
	}
	var topics []string
	for i, publish := range sent {
		topics = append(topics, publish.Topic)
		if i > 0 {
			f.Others = append(f.Others, finding.Ref{Role: finding.Related, Service: s.Name, Operation: part.operation(), Pos: publish.Pos})
		}
	}
	topics = once(topics)
	who := s.Name
	if part.op != nil {
		who += " " + shortOperation(part.op.Name)
	}
	f.Message = fmt.Sprintf("%s writes to %s and publishes %s without an outbox", who, store.Name, list(topics, 4))
	f.Cost = []string{fmt.Sprintf("if %s dies between the two, %s has changed and nobody hears of it, or the other way round", s.Name, store.Name)}
	f.Remedy = []string{
		fmt.Sprintf("write the message into an outbox in %s, in the same transaction, and publish it from there", store.Name),
		fmt.Sprintf("or let %s publish first and change %s when it reads its own message", s.Name, store.Name),
	}
	return f
}
