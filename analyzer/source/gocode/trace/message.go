package trace

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/distcheck/distcheck/analyzer/source/gocode/library"
	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// Messages: what is handed to topics, and who takes it from there. What libraries do with them is data, as all else that
// they do; who meets whom over a topic is the linker's to say, since a queue may be bound to an exchange by a service
// that neither publishes nor consumes.

// message is where a message goes, or comes from, as far as one service's code tells.
type message struct {
	id        int
	broker    string
	topics    []target // topics, subjects, routing keys; none: unknown
	queues    []target // what is consumed that is bound to topics elsewhere: queues, subscriptions, streams
	ident     string   // of a queue whose name the broker makes up: what it is in its unit
	exchanges []target
	exchanged bool // it goes through an exchange, or what is like one
	groups    []target
	style     string // how patterns among topics are written
	ack       string
	outbox    bool
	reply     bool // its sender waits for a reply
}

// binding says that a queue, a subscription or a stream gets what is sent to an exchange or topic.
type binding struct {
	broker    string
	queues    []target
	ident     string
	exchanges []target
	keys      []target
	style     string
}

// exchangeKind is what an exchange does with routing keys.
type exchangeKind struct{ name, kind string }

// messaging is what a unit does with messages besides sending and getting them, and what is known of these.
type messaging struct {
	messages    map[string]*message // by what is known of them
	sources     map[int32]*message  // by atom: what a library returned that messages come out of
	channels    map[int32]*message  // by object: channels of the project that a library sends messages to
	bindings    []binding
	boundQueues map[string]bool // what there is of bindings
	kinds       map[exchangeKind]bool
	used        map[string]place // brokers of which something was called
}

func newMessaging() messaging {
	return messaging{messages: make(map[string]*message), sources: make(map[int32]*message), channels: make(map[int32]*message),
		boundQueues: make(map[string]bool), kinds: make(map[exchangeKind]bool), used: make(map[string]place)}
}

// allHeard reports whether a unit publishes and consumes what was found, and nothing else: no library whose code was not
// read may do it, by its name, or as one of the same organisation. Where one that is known was used, though nothing was
// found that goes over it, that is not so.
func (m *machine) allHeard() bool {
	return len(m.hit) == 0 && len(m.used) == 0 && !m.sights.inHouse && !m.may("kafka", "nats", "amqp", "rabbit", "queue", "pubsub", "sqs", "sns",
		"event", "broker", "messag", "stream", "pulsar", "nsq", "temporal", "cadence", "kinesis", "bus", "mq", "task", "job", "celery", "worker", "beanstalk", "dapr", "outbox")
}

// size is how much is known of messages.
func (ms *messaging) size() int {
	return len(ms.messages) + len(ms.sources) + len(ms.channels) + len(ms.bindings) + len(ms.kinds)
}

// The message that the handler which runs was called for.
const ownMessage = "the message that is handled"

func (msg *message) key() string {
	var b strings.Builder
	b.WriteString(msg.broker + "\x00" + msg.ident + "\x00" + msg.style + "\x00" + msg.ack + "\x00")
	for _, list := range [][]target{msg.topics, msg.queues, msg.exchanges, msg.groups} {
		b.WriteByte(1)
		for _, t := range list {
			b.WriteString(t.text + "\x00")
			for _, h := range t.holes {
				b.WriteString(itoa(int(h.kind)) + h.name + "\x00")
			}
		}
	}
	b.WriteByte(flag(msg.exchanged))
	b.WriteByte(flag(msg.outbox))
	b.WriteByte(flag(msg.reply))
	return b.String()
}

// numberedMessage is the one of equal messages that is told apart by its number.
func (m *machine) numberedMessage(msg *message) *message {
	key := msg.key()
	if known, ok := m.messages[key]; ok {
		return known
	}
	msg.id = len(m.messages) + 1
	m.messages[key] = msg
	return msg
}

// messageOf reads from a call of a library function where a message goes or comes from.
func (m *machine) messageOf(fact *library.Fact, args []value) *message {
	msg := &message{broker: m.word(fact, "broker", args), style: m.word(fact, "match", args), ack: m.word(fact, "ack", args),
		outbox: fact.Args["outbox"] != "", reply: fact.Args["reply"] != ""}
	msg.topics = m.named(fact, "topic", args)
	if above := m.named(fact, "below", args); len(above) > 0 {
		var below []target
		for _, a := range above {
			for _, t := range msg.topics {
				below = append(below, target{a.text + "." + t.text, slices.Concat(a.holes, t.holes)})
			}
		}
		msg.topics = below
	}
	msg.groups = m.named(fact, "group", args)
	if spec := fact.Args["queue"]; spec != "" {
		msg.queues = m.named(fact, "queue", args)
		if len(msg.queues) == 0 {
			msg.ident = m.identOf(spec, args)
		}
	}
	if fact.Args["exchange"] != "" {
		msg.exchanged = true
		msg.exchanges = m.named(fact, "exchange", args)
		spec := fact.Args["exchange"]
		if text, ok := m.str(m.walk(spec, args)); len(msg.exchanges) == 0 && (!ok || text != "") && !strings.Contains(spec, "~") {
			msg.exchanges = []target{{text: "?"}}
		}
	}
	if msg.broker == "mqtt" {
		msg.topics, msg.groups = unshared(msg.topics, msg.groups)
	}
	if fact.Args["form"] == "url" {
		msg.topics, msg.broker = ofURLs(msg.topics, msg.broker)
	}
	if spec := fact.Args["auto"]; spec != "" {
		switch text, _ := m.constant(m.part(spec, args)); text {
		case "true":
			msg.ack = "before"
		case "false":
			msg.ack = "after"
		}
	}
	if fact.Args["ackgroup"] != "" && len(msg.groups) == 0 {
		msg.ack = "" // nothing is acknowledged without a group
	}
	return m.numberedMessage(msg)
}

// meant are the facts of a function that hold of a call: those that hang on what its arguments were made of do only if
// that tells it. Messages that one of them was for, but none may be, are used in a way that is not known.
func (m *machine) meant(f *frame, in *summary.Instr, facts []*library.Fact, args []value) []*library.Fact {
	if !slices.ContainsFunc(facts, func(fact *library.Fact) bool { return fact.Args["where"] != "" }) {
		return facts
	}
	var out []*library.Fact
	messages, held := false, false
	for _, fact := range facts {
		where := fact.Args["where"]
		if where == "" || m.holds(where, args) {
			out = append(out, fact)
			held = held || where != ""
		}
		messages = messages || fact.Does == "publish" || fact.Does == "consume"
	}
	if _, known := m.used[""]; messages && !held && !known {
		m.used[""] = m.written(f, in)
	}
	return out
}

// holds reports whether a path leads to anything, or to a word (PATH==WORD), or to no such word (PATH!=WORD).
func (m *machine) holds(where string, args []value) bool {
	path, word, equal := strings.Cut(where, "==")
	if equal {
		text, _ := m.str(m.part(path, args))
		return text == word
	}
	if path, word, unequal := strings.Cut(where, "!="); unequal {
		text, _ := m.str(m.part(path, args))
		return text != word
	}
	return m.tells(m.part(where, args))
}

// word is what a fact says in a word, or what leads to one.
func (m *machine) word(fact *library.Fact, part string, args []value) string {
	spec := fact.Args[part]
	if !strings.Contains(spec, "~") {
		return spec
	}
	text, _ := m.str(m.part(spec, args))
	return text
}

// named are the texts that a part of a call may be; none where it may be any.
func (m *machine) named(fact *library.Fact, part string, args []value) []target {
	spec := fact.Args[part]
	if spec == "" {
		return nil
	}
	if word, ok := strings.CutPrefix(spec, "="); ok {
		return []target{{text: word}}
	}
	var out []target
	for _, t := range m.textsOf(m.part(spec, args)) {
		if fact.Args["form"] == "last" {
			t = lastPart(t)
		}
		if fact.Args["form"] == "streams" && strings.Trim(t.text, "0123456789->$") == "" {
			continue // from where it is read
		}
		if t.text == "" || t.text == "{}" && (len(t.holes) == 0 || t.holes[0].name == "") {
			continue
		}
		if !slices.ContainsFunc(out, func(o target) bool { return sameTarget(o, t) }) {
			out = append(out, t)
		}
	}
	return out
}

// maxNames is how many topics one call may list.
const maxNames = 64

// textsOf are the texts that a value holds: of a list, those of each element. A configured one is left out where what it
// is by default stands beside it.
func (m *machine) textsOf(v value) []target {
	var out []target
	for _, id := range m.plain(v) {
		one := value{id}
		if a := m.atoms[id]; a.kind == kLoc && a.typ == "string" {
			one = m.load(one, "string", false)
		}
		out = append(out, m.texts(one)...)
		if len(out) > maxNames {
			return nil
		}
	}
	if written := slices.DeleteFunc(slices.Clone(out), func(t target) bool { return t.text == "" || t.configured() }); len(written) > 0 {
		if known := slices.DeleteFunc(slices.Clone(written), func(t target) bool { return t.text == "{}" }); len(known) > 0 {
			return known
		}
	}
	return out
}

// configured reports whether a part of a text comes from configuration.
func (t target) configured() bool {
	return slices.ContainsFunc(t.holes, func(h hole) bool { return h.name != "" })
}

// lastPart is what an ARN, a URL or the full name of a resource ends in.
func lastPart(t target) target {
	text, _, _ := strings.Cut(t.text, "?")
	cut := strings.LastIndexAny(strings.TrimRight(text, "/:"), "/:")
	if cut < 0 || strings.TrimRight(text[cut+1:], "/") == "" {
		return target{text: text, holes: t.holes}
	}
	dropped := strings.Count(text[:cut], "{}")
	return target{text: strings.TrimRight(text[cut+1:], "/"), holes: t.holes[min(dropped, len(t.holes)):]}
}

// ofURLs are the topics of URLs whose scheme names the broker.
func ofURLs(urls []target, broker string) ([]target, string) {
	brokers := map[string]string{"kafka": "kafka", "nats": "nats", "rabbit": "amqp", "gcppubsub": "pubsub", "awssns": "sns", "awssqs": "sqs",
		"azuresb": "servicebus", "mem": "memory", "redis": "redis", "rediss": "redis"}
	var out []target
	for _, t := range urls {
		scheme, rest, ok := strings.Cut(t.text, "://")
		if ok && brokers[scheme] != "" {
			broker = brokers[scheme]
			t.text = rest
		}
		out = append(out, lastPart(t))
	}
	return out, broker
}

// unshared are the topics of subscriptions that several share, and what they share them as.
func unshared(topics, groups []target) (rest, with []target) {
	for _, t := range topics {
		if of, ok := strings.CutPrefix(t.text, "$share/"); ok {
			group, topic, _ := strings.Cut(of, "/")
			n := min(strings.Count(group, "{}"), len(t.holes))
			groups = append(groups, target{text: group, holes: t.holes[:n]})
			t = target{text: topic, holes: t.holes[n:]}
		}
		rest = append(rest, t)
	}
	return rest, groups
}

// identOf tells a queue whose name nobody knows from others of its unit.
func (m *machine) identOf(spec string, args []value) string {
	spec, _, _ = strings.Cut(spec, "|")
	v := m.plain(m.walk(spec, args))
	if len(v) == 0 || slices.ContainsFunc(v, func(id int32) bool { return m.atoms[id].kind == kUnknown || m.atoms[id].kind == kConst }) {
		return ""
	}
	return string(appendValue(nil, v))
}

// part is what a specification says of a call's arguments: the first of its alternatives, divided by |, that is
// anything. Each begins with the number of an argument, behind which come steps:
//
//	.Field    a field of it       []  its elements       [key]  the element of that key       [:]  its keys
//	<N        argument N of the call that made it
//	~name     what an option of that name holds, among what it was made of (a fact tells of the option)
//	()Method  what its method returns       @  the name of its type       #  the name of the function that it is
//	%N        the name of the type of its parameter N, of a function
//	:Method   the type argument of a parameter of its method
func (m *machine) part(spec string, args []value) value {
	for alternative := range strings.SplitSeq(spec, "|") {
		if v := m.walk(alternative, args); m.tells(v) {
			return v
		}
	}
	return nil
}

// tells reports whether a value is anything but an empty text.
func (m *machine) tells(v value) bool {
	return slices.ContainsFunc(m.plain(v), func(id int32) bool {
		a := m.atoms[id]
		return a.kind != kNil && (a.kind != kConst || a.text != `"`) && (a.kind != kVar || len(a.args) == 0 || a.text == "" || a.text[0] != '.')
	})
}

// walk takes the steps of one alternative.
func (m *machine) walk(spec string, args []value) value {
	end := strings.IndexFunc(spec, func(r rune) bool { return r < '0' || r > '9' })
	if end < 0 {
		end = len(spec)
	}
	n, err := strconv.Atoi(spec[:end])
	if err != nil || n >= len(args) {
		return nil
	}
	v := args[n]
	for spec = spec[end:]; spec != "" && len(v) > 0; {
		const marks = ".[<~(@#%:"
		from := 1
		if spec[0] == '(' || spec[0] == '[' {
			from += strings.IndexAny(spec, ")]")
		}
		next := from + strings.IndexAny(spec[from:], marks)
		if next < from {
			next = 0
		}
		if next == 0 {
			next = len(spec)
		}
		step := spec[:next]
		spec = spec[next:]
		switch step[0] {
		case '.':
			at := m.fieldAddr(v, step[1:], "string")
			if strings.HasPrefix(spec, ".") { // a struct within it, or what a pointer there leads to
				v = m.load(at, "", true)
			} else {
				v = m.load(at, "string", false)
			}
		case '[':
			if step == "[:]" {
				v = m.keysIn(v)
				continue
			}
			if key := strings.Trim(step, "[]"); key != "" {
				v = m.load(m.indexAddr(m.load(v, "", false), m.one(atom{kind: kConst, text: `"` + key}), "string"), "string", false)
				continue
			}
			var all value
			if m.isCollection(v) {
				for _, element := range m.list(v) {
					all = join(all, element)
				}
			} else {
				all = v
			}
			v = all
		case '<':
			v = m.madeOfArg(v, step[1:])
		case '~':
			v = m.namedBy(v, step[1:], 0)
		case '(':
			v = m.returned(v, strings.TrimPrefix(step, "()"))
		case '@':
			v = m.typeNames(v)
		case '#':
			v = m.functionNames(v)
		case '%':
			v = m.parameterTypes(v, step[1:])
		case ':':
			v = m.typeArguments(v, step[1:])
		}
	}
	return v
}

// keysIn are the keys of maps that are written out.
func (m *machine) keysIn(v value) value {
	var out value
	for _, id := range m.plain(v) {
		a := m.atoms[id]
		if a.kind != kLoc {
			return nil
		}
		for _, key := range m.elements(a.obj, a.text) {
			if strings.HasPrefix(key, `["`) {
				out = join(out, m.one(atom{kind: kConst, text: strings.Trim(key, "[]")}))
			}
		}
	}
	return out
}

// madeOfArg is an argument of the calls of libraries that made a value, or that it is a part of what they made.
func (m *machine) madeOfArg(v value, number string) value {
	n, err := strconv.Atoi(number)
	if err != nil {
		return nil
	}
	var out value
	for _, id := range m.plain(v) {
		for m.atoms[id].kind == kVar && len(m.atoms[id].args) == 1 && len(m.atoms[id].args[0]) == 1 {
			id = m.atoms[id].args[0][0]
		}
		if a := m.atoms[id]; a.kind == kLib && n < len(a.args) {
			out = join(out, a.args[n])
		}
	}
	return out
}

// namedBy is what options hold that something was made of: those that a fact says to name it.
func (m *machine) namedBy(v value, what string, depth int) value {
	if depth > 5 {
		return nil
	}
	var out value
	for _, id := range m.plain(v) {
		a := m.atoms[id]
		switch {
		case a.kind == kLib:
			if fact := m.know.Find(a.text, "tells"); fact != nil && fact.Args[what] != "" {
				if word, ok := strings.CutPrefix(fact.Args[what], "="); ok {
					out = join(out, m.one(atom{kind: kConst, text: `"` + word}))
				} else {
					out = join(out, m.part(fact.Args[what], a.args))
				}
				continue
			}
			for _, arg := range a.args {
				out = join(out, m.namedBy(arg, what, depth+1))
			}
		case a.kind == kCtx:
			for _, said := range a.args {
				out = join(out, m.namedBy(said, what, depth+1))
			}
		case a.kind == kLoc && m.isCollection(value{id}):
			for _, element := range m.list(value{id}) {
				out = join(out, m.namedBy(element, what, depth+1))
			}
		}
	}
	return out
}

// returned is what a method of the project's types returns that takes nothing.
func (m *machine) returned(v value, method string) value {
	var out value
	for _, id := range v {
		a := m.atoms[id]
		recv, typ := value{id}, a.typ
		switch a.kind {
		case kTyped:
			recv = a.args[0]
		case kLoc:
			typ = "*" + a.typ
		default:
			continue
		}
		out = join(out, m.resultOf(typ, method, recv))
	}
	return out
}

// resultOf is the first result of a type's method that takes nothing.
func (m *machine) resultOf(typ, method string, recv value) value {
	table := m.prog.typeOf(typ)
	if table == nil {
		return nil
	}
	known, ok := table.Methods[method]
	if !ok || known.Interface {
		return nil
	}
	for _, field := range known.Path {
		recv = m.load(m.fieldAddr(recv, field, ""), "", false)
	}
	name := m.methodIn(typ, known)
	if fn := m.code(name); fn == nil || len(fn.Params) != 1 {
		return nil
	}
	results, _ := m.invoke(name, []value{m.orUnknown(recv)}, nil)
	if len(results) == 0 {
		return nil
	}
	return results[0]
}

// typeNames are the names of a value's types, with the package that they are declared in.
func (m *machine) typeNames(v value) value {
	var out value
	for _, id := range v {
		a := m.atoms[id]
		if a.kind != kTyped && a.kind != kLoc || a.typ == "" {
			return m.unknown("string")
		}
		out = join(out, m.one(atom{kind: kConst, text: `"` + path.Base(strings.TrimLeft(a.typ, "*"))}))
	}
	return out
}

// parameterTypes are the names of the types of a parameter of functions.
func (m *machine) parameterTypes(v value, number string) value {
	n, err := strconv.Atoi(number)
	if err != nil {
		return nil
	}
	var out value
	for _, id := range m.plain(v) {
		a := m.atoms[id]
		fn := m.code(a.text)
		if a.kind != kFunc || fn == nil {
			continue
		}
		at := n
		if a.num == 1 { // bound to its receiver
			at++
		}
		if at < len(fn.Params) {
			out = join(out, m.one(atom{kind: kConst, text: `"` + path.Base(strings.TrimLeft(fn.Params[at].Type, "*"))}))
		}
	}
	return out
}

// typeArguments are values of which no more is known than their types: the type arguments of the parameters of a method.
func (m *machine) typeArguments(v value, method string) value {
	var out value
	for _, id := range v {
		a := m.atoms[id]
		table := m.prog.typeOf(a.typ)
		if table == nil {
			continue
		}
		for _, param := range paramsOf(table.Methods[method].Sig) {
			_, typ, ok := strings.Cut(param, "[")
			if typ = strings.TrimSuffix(typ, "]"); ok && m.prog.typeOf(typ) != nil {
				out = join(out, m.one(atom{kind: kTyped, typ: typ, args: []value{m.unknown(typ)}}))
			}
		}
	}
	return out
}

// functionNames are the names of functions, without package and type; a text is its own name.
func (m *machine) functionNames(v value) value {
	var out value
	for _, id := range m.plain(v) {
		switch a := m.atoms[id]; a.kind {
		case kFunc, kBound:
			out = join(out, m.one(atom{kind: kConst, text: `"` + baseName(a.text)}))
		default:
			out = join(out, value{id})
		}
	}
	return out
}

// baseName is the last name in a function's full name.
func baseName(fn string) string {
	fn = originName(fn)
	return fn[strings.LastIndexAny(fn, "./)")+1:]
}

// messages does what a library's function for messages does.
func (m *machine) messagesOf(f *frame, in *summary.Instr, name string, fact *library.Fact, args, results []value) ([]value, []*event) {
	if broker := m.word(fact, "broker", args); broker != "" {
		if _, known := m.used[broker]; !known {
			m.used[broker] = m.written(f, in)
		}
	}
	switch fact.Does {
	case "publish":
		if fact.Args["sent"] != "" { // by what is sent to the channel that it returns
			return setFirst(results, m.lib(f, in, name, 0, args)), nil
		}
		return results, m.publish(f, in, fact, args)
	case "consume":
		return m.consume(f, in, name, fact, args, results)
	case "receives":
		return m.receives(f, in, name, fact, args, results)
	case "binds":
		m.bind(fact, args)
	case "declares":
		kind, _ := m.str(m.part(fact.Args["kind"], args))
		for _, t := range m.named(fact, "exchange", args) {
			m.kinds[exchangeKind{t.topic(), kind}] = true
		}
	case "tells":
		said := m.lib(f, in, name, 0, args)
		if in.Sig != nil && len(in.Sig.Results) > 0 && in.Sig.Results[0] == "context.Context" {
			ctx := m.contextOf(args[0])
			if slices.ContainsFunc(ctx, func(id int32) bool { return m.atoms[id].depth > maxDepth/2 }) { // said again and again
				said = m.lib(f, in, name, 0, append([]value{nil}, args[1:]...))
			}
			said = m.telling(ctx, said)
		}
		return setFirst(results, said), nil
	}
	return results, nil
}

// publish is the event of handing something to a topic. Where the sender waits for a reply it is a call.
func (m *machine) publish(f *frame, in *summary.Instr, fact *library.Fact, args []value) []*event {
	msg := m.messageOf(fact, args)
	r := &request{protocol: msg.broker, msg: msg}
	if msg.reply {
		r.address = msg.topics
		m.limits(r, m.arg(fact, "ctx", -1, args), m.arg(fact, "client", -1, args), "")
		if length := m.arg(fact, "length", -1, args); len(length) > 0 {
			r.bounded, r.length = m.timeOut(length)
			r.none = !r.bounded
		}
	}
	return []*event{m.requestEvent(f, in, r)}
}

// published is what sending something to a library's channel publishes.
func (m *machine) published(f *frame, in *summary.Instr, channel, sent value) {
	for _, id := range m.plain(channel) {
		a := m.atoms[id]
		if a.kind != kLib {
			continue
		}
		if fact := m.know.Find(a.text, "publish"); fact != nil && fact.Args["sent"] != "" {
			args := append(slices.Clone(a.args[:min(1, len(a.args))]), sent)
			f.events.addAll(m.publish(f, in, fact, args))
		}
	}
}

// bind notes what a queue gets.
func (m *machine) bind(fact *library.Fact, args []value) {
	b := binding{broker: fact.Args["broker"], style: fact.Args["match"]}
	b.queues, b.exchanges, b.keys = m.named(fact, "queue", args), m.named(fact, "exchange", args), m.named(fact, "topic", args)
	if len(b.queues) == 0 {
		b.ident = m.identOf(fact.Args["queue"], args)
	}
	key := (&message{broker: b.broker, ident: b.ident, style: b.style, queues: b.queues, exchanges: b.exchanges, topics: b.keys}).key()
	if !m.boundQueues[key] && (len(b.queues) > 0 || b.ident != "") {
		m.boundQueues[key] = true
		m.bindings = append(m.bindings, b)
	}
}
