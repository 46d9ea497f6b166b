package trace

import (
	"regexp"
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
)

// Topics: who meets whom. A publisher and a consumer meet where they name one topic of one kind of broker. A queue that is
// bound to an exchange, a subscription of a topic and a stream of subjects stand for what they get: bindings that are
// seen anywhere in the system tell. A pattern stands for the topics of its broker that somebody publishes and that fit it.

// topic is a text as the name of a topic: parts that come from configuration are named after it.
func (t target) topic() string {
	text := t.text
	for _, h := range t.holes {
		if h.name != "" {
			text = strings.Replace(text, "{}", "{"+h.name+"}", 1)
		} else {
			text = strings.Replace(text, "{}", "\x00", 1)
		}
	}
	return strings.ReplaceAll(text, "\x00", "{}")
}

func topicsOf(targets []target) []string {
	out := make([]string, len(targets))
	for i, t := range targets {
		out[i] = t.topic()
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// operation is the name of what handles a message as far as its own service tells.
func (msg *message) operation(handler string) string {
	names := topicsOf(slices.Concat(msg.exchanges, msg.queues, msg.topics))
	if len(names) == 0 {
		names = []string{unknownTopic(handler)}
	}
	return arch.ConsumeOperation(strings.Join(names, ", "))
}

// unknownTopic is the name of a topic of which nothing is known but who handles its messages.
func unknownTopic(handler string) string {
	if handler == "" {
		return arch.Unresolved
	}
	return arch.Unresolved + " (" + baseName(handler) + ")"
}

// channel is a topic of a kind of broker.
type channel struct{ broker, topic string }

// sent is how a message is sent through an exchange.
type sent struct{ broker, exchange, key string }

// topics is what is known of the topics of a system.
type topics struct {
	published map[channel]bool
	keys      map[string][]sent // by broker: what is sent through exchanges, sorted
	names     map[string][]string
	bindings  []unitBinding
	kinds     map[exchangeKind]bool
	patterns  map[string]*regexp.Regexp
}

type unitBinding struct {
	unit *unit
	binding
}

// learnTopics takes together what units publish and bind, and resolves what they consume.
func (l *linker) learnTopics(units []*unit) {
	t := &topics{published: make(map[channel]bool), keys: make(map[string][]sent), names: make(map[string][]string),
		kinds: make(map[exchangeKind]bool), patterns: make(map[string]*regexp.Regexp)}
	l.topics = t
	for _, u := range units {
		for _, b := range u.bindings {
			t.bindings = append(t.bindings, unitBinding{u, b})
		}
		for kind := range u.kinds {
			t.kinds[kind] = true
		}
	}
	for _, u := range units {
		for _, op := range u.ops {
			t.learn(op.events)
		}
		t.learn(u.startup)
	}
	for broker := range t.keys {
		slices.SortFunc(t.keys[broker], func(a, b sent) int {
			return strings.Compare(a.exchange+"\x00"+a.key, b.exchange+"\x00"+b.key)
		})
	}
	for c := range t.published {
		t.names[c.broker] = append(t.names[c.broker], c.topic)
	}
	for _, names := range t.names {
		slices.Sort(names)
	}
	for _, u := range units {
		u.ops = t.consumers(u)
	}
}

// learn notes what is published.
func (t *topics) learn(events []*event) {
	for _, e := range events {
		if e.kind == evCall && e.call.msg != nil {
			msg := e.call.msg
			for _, name := range t.to(msg) {
				t.published[channel{msg.broker, name}] = true
			}
			for _, exchange := range topicsOf(msg.exchanges) {
				keys := topicsOf(msg.topics)
				if len(keys) == 0 {
					keys = []string{""}
				}
				for _, key := range keys {
					if one := (sent{msg.broker, exchange, key}); !slices.Contains(t.keys[msg.broker], one) {
						t.keys[msg.broker] = append(t.keys[msg.broker], one)
					}
				}
			}
		}
		t.learn(e.inner)
	}
}

// to are the names of the topics that a message is published to.
func (t *topics) to(msg *message) []string {
	keys := topicsOf(msg.topics)
	if !msg.exchanged || len(msg.exchanges) == 0 {
		return keys // the default exchange takes to the queue that the key names
	}
	var out []string
	for _, exchange := range topicsOf(msg.exchanges) {
		for _, key := range keys {
			out = append(out, t.through(exchange, key))
		}
		if len(keys) == 0 {
			out = append(out, exchange)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// through is the name of what goes through an exchange with a key, as far as that counts there.
func (t *topics) through(exchange, key string) string {
	if key == "" || t.kinds[exchangeKind{exchange, "fanout"}] || t.kinds[exchangeKind{exchange, "headers"}] {
		return exchange
	}
	return exchange + "/" + key
}

// from are the names of the topics that messages are consumed from.
func (t *topics) from(u *unit, msg *message) []channel {
	var out []channel
	add := func(broker, name string) {
		if c := (channel{broker, name}); name != "" && !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	matching := func(broker, style, pattern string) {
		found := false
		if isPattern(style, pattern) {
			for _, name := range t.names[broker] {
				if t.fits(style, pattern, name) {
					found = true
					add(broker, name)
				}
			}
		}
		if !found {
			add(broker, pattern)
		}
	}
	for _, name := range topicsOf(msg.topics) {
		matching(msg.broker, msg.style, name)
	}
	if len(out) > 0 {
		return out
	}
	queues := topicsOf(msg.queues)
	for _, b := range t.bindings {
		same := b.broker == msg.broker || msg.broker == "sqs" && b.broker == "sns"
		if !same || !meet(queues, topicsOf(b.queues)) && (msg.ident == "" || b.unit != u || b.ident != msg.ident) {
			continue
		}
		exchanges, keys := topicsOf(b.exchanges), topicsOf(b.keys)
		switch {
		case len(exchanges) == 0: // a stream of subjects
			for _, key := range keys {
				matching(b.broker, b.style, key)
			}
		case len(keys) == 0:
			for _, exchange := range exchanges {
				if !t.keysOf(b.broker, exchange, "", "", add) {
					add(b.broker, exchange)
				}
			}
		default:
			for _, exchange := range exchanges {
				for _, key := range keys {
					if !t.keysOf(b.broker, exchange, key, b.style, add) {
						add(b.broker, t.through(exchange, key))
					}
				}
			}
		}
	}
	for _, queue := range queues {
		if len(out) == 0 || t.published[channel{msg.broker, queue}] {
			add(msg.broker, queue)
		}
	}
	return out
}

// keysOf are the names of what is sent through an exchange with keys that fit one; false where nothing is.
func (t *topics) keysOf(broker, exchange, pattern, style string, add func(broker, name string)) bool {
	found := false
	all := t.kinds[exchangeKind{exchange, "fanout"}] || t.kinds[exchangeKind{exchange, "headers"}]
	direct := t.kinds[exchangeKind{exchange, "direct"}] && !t.kinds[exchangeKind{exchange, "topic"}]
	for _, s := range t.keys[broker] {
		if s.exchange == exchange && (all || s.key == pattern || !direct && style != "" && t.fits(style, pattern, s.key)) {
			add(broker, t.through(exchange, s.key))
			found = true
		}
	}
	return found
}

func meet(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}

// isPattern reports whether a topic is written as a pattern.
func isPattern(style, topic string) bool {
	switch style {
	case "nats":
		return strings.ContainsAny(topic, "*>")
	case "mqtt":
		return strings.ContainsAny(topic, "+#")
	case "amqp":
		return strings.ContainsAny(topic, "*#")
	case "glob":
		return strings.ContainsAny(topic, "*?")
	case "regexp":
		return strings.HasPrefix(topic, "^")
	case "prefix":
		return strings.HasSuffix(topic, ":")
	}
	return false
}

// fits reports whether a topic is one of those that a pattern stands for.
func (t *topics) fits(style, pattern, topic string) bool {
	re, ok := t.patterns[style+pattern]
	if !ok {
		re = compile(style, pattern)
		t.patterns[style+pattern] = re
	}
	return re != nil && re.MatchString(topic)
}

// compile makes a regular expression of a pattern; nil where it is none.
func compile(style, pattern string) *regexp.Regexp {
	if style == "regexp" {
		re, _ := regexp.Compile(pattern)
		return re
	}
	text := regexp.QuoteMeta(pattern)
	var pairs []string
	switch style {
	case "nats":
		pairs = []string{`\*`, `[^.]+`, `>`, `.+`}
	case "mqtt":
		pairs = []string{`\+`, `[^/]+`, `/#`, `(/.*)?`, `#`, `.*`}
	case "amqp":
		pairs = []string{`\*`, `[^.]+`, `\.#`, `(\..*)?`, `#\.`, `(.*\.)?`, `#`, `.*`}
	case "glob":
		pairs = []string{`\*`, `.*`, `\?`, `.`}
	case "prefix":
		text += ".*"
	}
	re, _ := regexp.Compile("^" + strings.NewReplacer(pairs...).Replace(text) + "$")
	return re
}

// consumers are a unit's operations, those that handle messages one for each topic: what is known of it by now names it.
func (t *topics) consumers(u *unit) []operation {
	var out []operation
	at := make(map[string]int)
	unknown := make(map[string]bool)
	handled := make(map[string][]channel) // by handler: the topics of all that it is registered for
	for _, op := range u.ops {
		if op.sub == nil {
			continue
		}
		from := t.from(u, op.sub)
		if handled[op.handler] = append(handled[op.handler], from...); len(from) == 0 {
			unknown[op.handler] = true
		}
	}
	for _, op := range u.ops {
		if op.sub == nil {
			out = append(out, op)
			continue
		}
		from := t.from(u, op.sub)
		all := from
		if op.handler != "" {
			all = handled[op.handler]
		}
		names, others := topicsAskedFor(op.events)
		if len(from) == 0 && len(names) > 0 { // what it asks for is what comes
			for _, name := range names {
				from = append(from, channel{op.sub.broker, name})
			}
			if others {
				from = append(from, channel{op.sub.broker, arch.Unresolved})
			}
			all = from
		}
		if len(from) == 0 {
			name := arch.Unresolved
			if len(unknown) > 1 {
				name = unknownTopic(op.handler)
			}
			from = []channel{{op.sub.broker, name}}
		}
		for _, c := range from {
			one := op
			one.topic, one.name = c, arch.ConsumeOperation(c.topic)
			one.events = sorted(op.events, c.topic, all)
			if i, ok := at[one.name]; ok {
				out[i] = united(out[i], one)
				continue
			}
			at[one.name] = len(out)
			out = append(out, one)
		}
	}
	return out
}

// publish notes that a message is published.
func (c *collector) publish(e *event) {
	at := c.l.pos(e.at)
	if through := c.l.through(e); through.Is() && through.Pos.Known() {
		at = through.Pos
	}
	msg := e.call.msg
	names := c.l.topics.to(msg)
	if len(names) == 0 {
		names = []string{arch.Unresolved}
	}
	for _, name := range names {
		p := &arch.Publish{Topic: name, Pos: at}
		if msg.broker != "" {
			p.Broker = arch.At(msg.broker, nowhere)
		}
		switch {
		case msg.outbox:
			p.Outbox = arch.At(true, nowhere)
		case handsOver(msg.broker, name):
			p.Outbox.State = arch.Absent // a store's transaction does not reach the broker
		}
		if !slices.ContainsFunc(c.publishes, func(known *arch.Publish) bool { return *known == *p }) {
			c.publishes = append(c.publishes, p)
		}
	}
}

// handsOver reports whether what is published tells of something that has happened, over a broker that keeps it for whom
// it is meant. What Redis and MQTT pass on to who listens just then is none, nor is the start of a workflow, nor what could
// not be handled.
func handsOver(broker, topic string) bool {
	switch broker {
	case "", "redis", "mqtt", "memory", "temporal":
		return false
	}
	topic = strings.ToLower(topic)
	return !slices.ContainsFunc([]string{"dead", "dlq", "dlx", "poison", "retry"}, func(word string) bool { return strings.Contains(topic, word) })
}

// subscribe notes what an operation consumes.
func (l *linker) subscribe(s *arch.Service, op operation) {
	add := func(msg *message, at place, ack string, acked place) {
		c := arch.Consume{Topic: op.topic.topic, Pos: l.pos(at)}
		if op.topic.broker != "" {
			c.Broker = arch.At(op.topic.broker, nowhere)
		}
		if groups := topicsOf(msg.groups); len(groups) == 1 {
			c.Group = arch.At(groups[0], nowhere)
		}
		switch {
		case ack == ackBefore && msg.ack != ackBefore:
			c.Ack = arch.At(ack, l.pos(acked))
		case msg.ack != "":
			c.Ack = arch.At(msg.ack, nowhere)
		case ack == ackAfter:
			c.Ack = arch.At(ack, nowhere)
		}
		if !slices.Contains(s.Consumes, c) {
			s.Consumes = append(s.Consumes, c)
		}
	}
	add(op.sub, op.registered, op.ack, op.acked)
	for _, other := range op.others {
		add(other.sub, other.registered, "", place{})
	}
}

// answering are the services that consume what a request is sent to whose sender waits for a reply.
func (l *linker) answering(msg *message) []*arch.Service {
	var out []*arch.Service
	for _, name := range l.topics.to(msg) {
		for u, s := range l.services {
			for _, op := range u.ops {
				if op.sub != nil && op.topic == (channel{msg.broker, name}) && !slices.Contains(out, s) {
					out = append(out, s)
				}
			}
		}
	}
	slices.SortFunc(out, func(a, b *arch.Service) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// united is an operation that two registrations make, of one topic.
func united(a, b operation) operation {
	var events list
	events.addAll(a.events)
	events.addAll(b.events)
	a.events = events.events
	a.others = append(slices.Clone(a.others), consumption{b.sub, b.registered})
	return a
}

// consumption is what is consumed, and where that is registered.
type consumption struct {
	sub        *message
	registered place
}
