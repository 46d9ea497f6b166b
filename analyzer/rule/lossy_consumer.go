package rule

import (
	"fmt"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
)

func lossyConsumer() Rule {
	return Rule{
		ID:      "lossy-consumer",
		Concern: Coupling,
		Rank:    Wrong,
		Title:   "a consumer that loses messages",
		Fires:   "a service acknowledges messages before it has handled them (ack: before), or is known to have no place for those that it cannot handle (dead-letter: false).",
		Default: "warning",
		Rationale: `Messages take the waiting out of a system only if none is lost. One that is acknowledged first is gone when the consumer
dies while it handles it: the order is placed, and nobody ships it. One that can never be handled is dropped, or comes back
for ever and holds up all those behind it.`,
		Source:   "Hohpe and Woolf: Enterprise Integration Patterns (2003), Dead Letter Channel and Transactional Client; RabbitMQ documentation, Consumer Acknowledgements",
		Severity: finding.Warning,
		Wrong: `version: 1
services:
  orders: {publishes: [orders.placed]}
  shipping: {consumes: [{topic: orders.placed, ack: before, dead-letter: false}]}
`,
		Right: `version: 1
services:
  orders: {publishes: [orders.placed]}
  shipping: {consumes: [{topic: orders.placed, ack: after, dead-letter: orders.dead, idempotent: true}]}
`,
		Remedy: "acknowledge when the work is done, and let the handler be called twice without harm; send what cannot be handled after some attempts to a dead-letter topic that somebody watches",
		Check:  checkLossyConsumer,
	}
}

func checkLossyConsumer(p *Pass) {
	for _, s := range p.System.Services {
		if !s.IsOwn() {
			continue
		}
		times := make(map[string]int) // by topic: of several brokers or groups
		for i := range s.Consumes {
			c := &s.Consumes[i]
			times[c.Topic]++
			early, nowhere := c.Ack.Or("") == "before", c.DeadLetter.Not()
			if !early && !nowhere {
				continue
			}
			f := finding.Finding{Service: s.Name, Operation: arch.ConsumeOperation(c.Topic), Pos: c.Pos, Subject: c.Topic}
			if n := times[c.Topic]; n > 1 {
				f.Subject = fmt.Sprintf("%s %d", c.Topic, n)
			}
			f.Message = s.Name
			if early {
				prove(&f, c.Ack.Pos)
				f.Message += " acknowledges messages of " + c.Topic + " before it has handled them"
				f.Cost = append(f.Cost, "when "+s.Name+" dies while it handles one, that message is gone")
				f.Remedy = append(f.Remedy, "acknowledge when the work is done, and let the handler be called twice without harm")
			}
			if nowhere {
				prove(&f, c.DeadLetter.Pos)
				if early {
					f.Message += ", and has nowhere to put those that it cannot handle"
				} else {
					f.Message += " has nowhere to put messages of " + c.Topic + " that it cannot handle"
				}
				f.Cost = append(f.Cost, "one that cannot be handled is dropped, or comes back and holds up those behind it")
				f.Remedy = append(f.Remedy, "send what cannot be handled after some attempts to a dead-letter topic that somebody watches")
			}
			p.Report(f)
		}
	}
}
