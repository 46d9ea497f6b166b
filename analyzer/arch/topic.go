package arch

import (
	"slices"
	"strings"
)

// KnownTopic reports whether the name of a topic is all known: not so if it is [Unresolved], which may stand before what
// tells one such topic from another, or has a part that is named after the configuration that it comes from, in braces.
// Two of those that are not known may be one topic, or any that is.
func KnownTopic(name string) bool {
	if strings.HasPrefix(name, Unresolved) || name == "{}" {
		return false
	}
	for rest := name; ; {
		_, after, ok := strings.Cut(rest, "{")
		if !ok {
			return true
		}
		if !strings.HasPrefix(after, "}") {
			return false
		}
		rest = after
	}
}

// NameTopics adds the topics that somebody publishes or consumes, and nobody declares. One whose broker is not named is
// the one of that name, whichever there is.
func (sys *System) NameTopics() {
	type mention struct {
		topic  string
		broker Fact[string]
		pos    Pos
	}
	var mentions []mention
	for _, s := range sys.Services {
		for b := range s.Bodies() {
			for _, p := range b.Publishes {
				mentions = append(mentions, mention{p.Topic, p.Broker, p.Pos})
			}
		}
		for _, c := range s.Consumes {
			mentions = append(mentions, mention{c.Topic, c.Broker, c.Pos})
		}
	}
	// Those that name a broker first: one that does not is about a topic of that name, whichever there is.
	slices.SortStableFunc(mentions, func(a, b mention) int {
		if a.broker.Is() != b.broker.Is() {
			if a.broker.Is() {
				return -1
			}
			return 1
		}
		return a.pos.Compare(b.pos)
	})
	type identity struct{ name, broker string }
	first := make(map[string]*Topic, len(sys.Topics))   // by name
	exact := make(map[identity]*Topic, len(sys.Topics)) // by name and broker
	for _, t := range sys.Topics {
		exact[identity{t.Name, t.Broker.Value}] = t
		if first[t.Name] == nil {
			first[t.Name] = t
		}
	}
	for _, m := range mentions {
		if m.topic == "" {
			continue
		}
		t := exact[identity{m.topic, m.broker.Value}]
		if t == nil && m.broker.Is() {
			t = exact[identity{m.topic, ""}] // declared, its broker not known: then it is this one
		}
		if t == nil && !m.broker.Is() {
			t = first[m.topic]
		}
		switch {
		case t == nil:
			t = &Topic{Name: m.topic, Pos: m.pos}
			if m.broker.Is() {
				t.Broker = m.broker
			}
			exact[identity{m.topic, m.broker.Value}] = t
			if first[m.topic] == nil {
				first[m.topic] = t
			}
			sys.Topics = append(sys.Topics, t)
		case !t.Declared && m.pos.Compare(t.Pos) < 0:
			t.Pos = m.pos
		}
	}
}
