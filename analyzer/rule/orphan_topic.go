package rule

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
)

func orphanTopic() Rule {
	return Rule{
		ID:      "orphan-topic",
		Concern: Coupling,
		Rank:    Design,
		Whole:   true,
		Title:   "a topic with one end",
		Fires:   "a topic is published and never consumed, or consumed and never published. It is said only where every service is declared and its messages are not unknown, as those of traced code may be. Topics whose names are not known may be any. Dead-letter topics and subjects of request–reply are none.",
		Default: "note",
		Rationale: `What nobody consumes is work for nothing, and a contract that somebody thinks he has to keep. What nobody publishes is
code that never runs. Often the two are one topic, spelt in two ways.`,
		Source:   "AsyncAPI 3.0, on channels and who sends and receives; Hohpe and Woolf: Enterprise Integration Patterns (2003), Message Channel",
		Severity: finding.Note,
		Wrong: `version: 1
services:
  order: {publishes: [orders.placed]}
  shipping: {consumes: [order.placed]}
`,
		Right: `version: 1
services:
  order: {publishes: [orders.placed]}
  shipping: {consumes: [orders.placed]}
`,
		Remedy: "spell the topic alike at both ends; name the service at the other end; else stop publishing, or consuming",
		Check:  checkOrphanTopic,
	}
}

// mention is a place that publishes or consumes a topic.
type mention struct {
	topic     string
	broker    arch.Fact[string]
	service   *arch.Service
	operation string
	pos       arch.Pos
}

// name is the topic, and the broker where it is given.
func (m mention) name() string {
	if m.broker.Is() {
		return m.topic + " on " + m.broker.Value
	}
	return m.topic
}

// ends is everything that is on one end of the topics.
type ends struct {
	all      []mention
	byTopic  map[string][]arch.Fact[string] // the brokers, each state once
	patterns map[string]bool                // what stands before the first wildcard
	starts   map[string]bool                // everything that a pattern which fits some topic may begin with; made when asked for
}

func (e *ends) add(m mention) {
	e.all = append(e.all, m)
	e.serve(m)
}

// serve counts a mention for the other end, without asking for one itself.
func (e *ends) serve(m mention) {
	if e.byTopic == nil {
		e.byTopic, e.patterns = make(map[string][]arch.Fact[string]), make(map[string]bool)
	}
	known := e.byTopic[m.topic]
	if !slices.ContainsFunc(known, func(broker arch.Fact[string]) bool { return broker.Or("") == m.broker.Or("") }) {
		e.byTopic[m.topic] = append(known, m.broker)
	}
	if start, ok := wildcard(m.topic); ok {
		e.patterns[start] = true
	}
}

// startsWith reports whether some topic begins with whole segments that are start.
func (e *ends) startsWith(start string) bool {
	if e.starts == nil {
		e.starts = make(map[string]bool)
		for topic := range e.byTopic {
			eachStart(topic, func(start string) { e.starts[start] = true })
		}
	}
	return e.starts[start]
}

// meets reports whether something on this end may meet m. Of wildcards only what stands before them is compared: when
// in doubt, they fit.
func (e *ends) meets(m mention) bool {
	for _, broker := range e.byTopic[m.topic] {
		if sameBroker(m.broker, broker) {
			return true
		}
	}
	if start, ok := wildcard(m.topic); ok && e.startsWith(start) {
		return true
	}
	if len(e.patterns) == 0 {
		return false
	}
	found := false
	eachStart(m.topic, func(start string) { found = found || e.patterns[start] })
	return found
}

// wildcard returns what stands before the first segment of a topic that is a pattern: *, > (NATS), + and # (MQTT, AMQP).
func wildcard(topic string) (start string, ok bool) {
	at := strings.IndexAny(topic, "*>+#")
	if at < 0 {
		return "", false
	}
	return topic[:strings.LastIndexAny(topic[:at], "./")+1], true
}

// eachStart visits the beginnings of a topic at which a segment ends, the empty one first.
func eachStart(topic string, visit func(string)) {
	visit("")
	for i := 0; i < len(topic); i++ {
		if topic[i] == '.' || topic[i] == '/' {
			visit(topic[:i+1])
		}
	}
}

func checkOrphanTopic(p *Pass) {
	for _, s := range p.System.Services {
		if !s.Declared || !s.MessagesRead() {
			return // it may publish or consume anything
		}
	}
	replies, dead := replySubjects(p.System), deadLetters(p.System)
	var published, consumed ends
	counts := func(topic string) bool { return !replies[topic] && !dead[topic] }
	anyPublished, anyConsumed := false, false // a topic whose name is not known may be any
	for _, s := range p.System.Services {
		eachPiece(p.Graph, s, func(part piece) {
			for _, publish := range part.Publishes {
				anyPublished = anyPublished || !arch.KnownTopic(publish.Topic)
				if counts(publish.Topic) {
					published.add(mention{publish.Topic, publish.Broker, s, part.operation(), publish.Pos})
				}
			}
		})
		for _, one := range subscriptions(s) {
			anyConsumed = anyConsumed || !arch.KnownTopic(one.topic)
			if counts(one.topic) {
				consumed.add(mention{one.topic, one.broker, s, "", one.pos})
			}
		}
		for i := range s.Data {
			if erasure := s.Data[i].Erasure; erasure.Is() {
				consumed.serve(mention{topic: erasure.Value, service: s, pos: erasure.Pos})
			}
		}
	}
	var unheard, unsaid [][]mention
	if !anyConsumed {
		unheard = orphans(&published, &consumed)
	}
	if !anyPublished {
		unsaid = orphans(&consumed, &published)
	}
	for _, group := range unheard {
		p.Report(orphanFinding(group, "published", "consumed", nearTopic(group, unsaid)))
	}
	for _, group := range unsaid {
		p.Report(orphanFinding(group, "consumed", "published", nearTopic(group, unheard)))
	}
}

// orphans groups the mentions that meet nothing on the other end by topic and broker.
func orphans(these, those *ends) [][]mention {
	var alone []mention
	for _, m := range these.all {
		if arch.KnownTopic(m.topic) && !those.meets(m) {
			alone = append(alone, m)
		}
	}
	slices.SortStableFunc(alone, func(a, b mention) int {
		return cmp.Or(strings.Compare(a.topic, b.topic), strings.Compare(a.broker.Or(""), b.broker.Or("")))
	})
	var groups [][]mention
	for i, m := range alone {
		if i > 0 && alone[i-1].topic == m.topic && alone[i-1].broker.Or("") == m.broker.Or("") {
			groups[len(groups)-1] = append(groups[len(groups)-1], m)
		} else {
			groups = append(groups, []mention{m})
		}
	}
	return groups
}

// nearTopic finds the orphan of the other end whose name is most like a group's, if both are few enough to compare.
func nearTopic(group []mention, others [][]mention) []mention {
	if len(others) > 100 {
		return nil
	}
	speller := newSpeller()
	for _, other := range others {
		speller.add(other[0].topic, other[0].topic)
	}
	name := speller.nearest(group[0].topic, "")
	i := slices.IndexFunc(others, func(other []mention) bool { return name != "" && other[0].topic == name })
	if i < 0 {
		return nil
	}
	return others[i]
}

func orphanFinding(group []mention, done, missing string, near []mention) finding.Finding {
	first := group[0]
	f := finding.Finding{
		Service:   first.service.Name,
		Operation: first.operation,
		Subject:   first.name(),
		Pos:       first.pos,
		Size:      len(group),
	}
	var names []string
	for i, m := range group {
		names = append(names, m.service.Name)
		if i > 0 {
			f.Others = append(f.Others, finding.Ref{Role: finding.Related, Service: m.service.Name, Operation: m.operation, Pos: m.pos})
		}
	}
	names = once(names)
	f.Message = fmt.Sprintf("%s is %s by %s, and %s by no service", f.Subject, done, list(names, 4), missing)
	if near != nil {
		other := near[0]
		f.Others = append(f.Others, finding.Ref{Role: finding.Related, Service: other.service.Name, Operation: other.operation, Pos: other.pos})
		f.Message += fmt.Sprintf(": %s is %s by %s", other.name(), missing, other.service.Name)
		f.Remedy = append(f.Remedy, fmt.Sprintf("if %s and %s are one topic, spell them alike", first.topic, other.topic))
		if first.topic == other.topic {
			f.Remedy = []string{fmt.Sprintf("if %s and %s are one, name the same broker", first.name(), other.name())}
		}
	}
	if done == "published" {
		f.Remedy = append(f.Remedy, fmt.Sprintf("name the service that consumes %s, or stop publishing it", first.topic))
	} else {
		f.Remedy = append(f.Remedy, fmt.Sprintf("name the service that publishes %s (kind: external, if it is not yours), or stop consuming it", first.topic))
	}
	return f
}
