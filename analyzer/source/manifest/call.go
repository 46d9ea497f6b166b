package manifest

import (
	"strings"
	"time"

	"github.com/distcheck/distcheck/analyzer/arch"
)

// callOf is a synchronous call. One in the background may also say which operation starts it.
func callOf(background bool) *object[arch.Call] {
	o := object[arch.Call]{
		name: "call",
		doc:  "A synchronous request: the caller waits for the reply. As text: the callee, or the callee and its operation.",
		pos:  func(c *arch.Call) *arch.Pos { return &c.Pos },
		fields: []field[arch.Call]{
			key("to", "The service that is called; ? where nobody knows it.", name(), func(c *arch.Call) *string { return &c.To }).
				required(`to: the service that is called, or "?" where nobody knows it`),
			key("operation", "The callee's operation: pkg.Service/Method, METHOD /route.", of(text()), func(c *arch.Call) *arch.Fact[string] { return &c.Operation }),
			key("via", "The subject or queue of a request–reply over a broker.", of(text()), func(c *arch.Call) *arch.Fact[string] { return &c.Facts().Via }),
			key("target", "What is known of the address of an unknown callee: an environment variable, a flag, a key of configuration.", of(text()), func(c *arch.Call) *arch.Fact[string] { return &c.Facts().Target }),
			key("protocol", "How they talk: grpc, http, connect, twirp, thrift, graphql, …", of(text()), func(c *arch.Call) *arch.Fact[string] { return &c.Facts().Protocol }),
			key("timeout", "The limit on one attempt.", of(limit()), func(c *arch.Call) *arch.Fact[arch.Limit] { return &c.Facts().Timeout }),
			key("deadline", "The limit on all attempts together.", of(limit()), func(c *arch.Call) *arch.Fact[arch.Limit] { return &c.Facts().Deadline }),
			key("retries", "Attempts after the first.", of(whole("count", 0, many)), func(c *arch.Call) *arch.Fact[int] { return &c.Facts().Retries }),
			key("backoff", "How long it waits before the next attempt.", of(duration()), func(c *arch.Call) *arch.Fact[time.Duration] { return &c.Facts().Backoff }),
			key("circuit-breaker", "A circuit breaker stops calling a callee that fails.", of(truth()), func(c *arch.Call) *arch.Fact[bool] { return &c.Facts().CircuitBreaker }),
			key("effect", "Whether the call changes the callee's state.", of(oneOf("effect", arch.Read, arch.Write)), func(c *arch.Call) *arch.Fact[arch.Effect] { return &c.Facts().Effect }),
			key("reply", "Whether the caller looks at what it got.", of(oneOf("reply", arch.ReplyUsed, arch.ReplyUnused)), func(c *arch.Call) *arch.Fact[arch.Reply] { return &c.Facts().Reply }),
			key("error", "What becomes of a failed call: returned, swallowed (logged, or replaced by a default), or discarded.",
				of(oneOf("error-use", arch.ErrorReturned, arch.ErrorSwallowed, arch.ErrorDiscarded)), func(c *arch.Call) *arch.Fact[arch.ErrorUse] { return &c.Facts().Error }),
			key("undo", "The error path of what follows undoes the call.", of(truth()), func(c *arch.Call) *arch.Fact[bool] { return &c.Facts().Undo }),
			key("idempotency-key", "The call carries a key by which the callee knows a repeated one.", of(truth()), func(c *arch.Call) *arch.Fact[bool] { return &c.Facts().IdempotencyKey }),
			key("loop", "The call is made once per element of some data: how often, or true where that is not known.", of(times()), func(c *arch.Call) *arch.Fact[int] { return &c.Facts().Loop }),
			key("concurrent", "The call is made beside its siblings: the concurrent ones next to it; where it is the only one, the call after it, or else the one before it; in a loop, beside itself.", of(truth()), func(c *arch.Call) *arch.Fact[bool] { return &c.Facts().Concurrent }),
			key("branch", "The branches that the call is on, as CHOICE/ALTERNATIVE, several parted by spaces: calls with different alternatives of a choice are never made in one run. What is N/failed is made only where what is N/done has failed.", of(text()), func(c *arch.Call) *arch.Fact[string] { return &c.Facts().Branch }),
			key("context", "Which context the call is given by code that answers a request: passed (the request's, or one made of it), or new (its deadline, cancellation and trace are lost).", of(oneOf("context-use", arch.ContextPassed, arch.ContextNew)), func(c *arch.Call) *arch.Fact[arch.ContextUse] { return &c.Facts().Context }),
			key("client", "The function that makes the connection or client; `at` is where it is called.", of(text()), func(c *arch.Call) *arch.Fact[string] { return &c.Facts().Client }),
			key("address", "The callee's address, where the code itself holds it; false where it comes from outside.", of(text()), func(c *arch.Call) *arch.Fact[string] { return &c.Facts().Address }),
			key("encrypted", "The connection is encrypted.", of(truth()), func(c *arch.Call) *arch.Fact[bool] { return &c.Facts().Encrypted }),
			key("traced", "The call continues the trace.", of(truth()), func(c *arch.Call) *arch.Fact[bool] { return &c.Facts().Traced }),
			key("through", "Where others get to the call's place too, as in a client that they share: the function by which it is made; `at` is where the operation's own code calls it.", placed{of(text())}, func(c *arch.Call) *arch.Fact[string] { return &c.Facts().Through }),
			key("declared", "Written by export: the call was found in code, and a manifest declares it too.", of(truth()), func(c *arch.Call) *arch.Fact[bool] { return &c.Facts().Declared }),
		},
		short: &short[arch.Call]{
			accepted: `text such as payment or "payment shop.Payment/Charge"`,
			read: func(r *reader, n *node, text string, into *arch.Call) bool {
				to, operation, _ := strings.Cut(strings.TrimSpace(text), " ")
				into.To = to
				if operation = strings.TrimSpace(operation); operation != "" {
					into.Operation = arch.At(operation, r.pos(n))
				}
				return to != ""
			},
			write: func(w *writer, c *arch.Call) *tree {
				if w.positions && c.Operation.Pos.Known() {
					return nil
				}
				if !c.Bare() {
					return nil
				}
				return spaced(c.To, c.Operation)
			},
			schema: nonEmpty,
		},
	}
	if background {
		o.name = "background call"
		o.fields = append(o.fields,
			key("detached", "A goroutine that nobody waits for.", of(truth()), func(c *arch.Call) *arch.Fact[bool] { return &c.Facts().Detached }),
			key("from", "The operation of this service that starts it.", startedBy{of(text())}, func(c *arch.Call) *arch.Fact[string] { return &c.Facts().From }))
	}
	return newObject(o)
}

// nonEmpty is text that need not be quoted: a name may look like a number.
func nonEmpty() *tree { return text().schema() }

// spaced is "service operation" where reading that text gives the two back, else nil.
func spaced(service string, operation arch.Fact[string]) *tree {
	if service == "" || strings.TrimSpace(service) != service || strings.Contains(service, " ") || operation.Not() {
		return nil
	}
	if !operation.Known() {
		return word(service)
	}
	if operation.Value == "" || strings.TrimSpace(operation.Value) != operation.Value {
		return nil
	}
	return word(service + " " + operation.Value)
}

// startedBy is the operation that starts something in the background: one of the service's own.
type startedBy struct{ kind[arch.Fact[string]] }

func (k startedBy) read(r *reader, n, under *node, into *arch.Fact[string]) {
	k.kind.read(r, n, under, into)
	if into.Is() {
		r.refs = append(r.refs, reference{kind: refOperation, pos: r.pos(n), width: width(n), services: []string{r.service}, name: into.Value})
	}
}

// placed is a fact that tells nothing without its place, and is not exported without it.
type placed struct{ kind[arch.Fact[string]] }

func (k placed) write(w *writer, from *arch.Fact[string]) *tree {
	if !w.positions {
		return nil
	}
	return k.kind.write(w, from)
}

// bodyOf is what some piece of a service does.
func bodyOf(calls *object[arch.Call]) []field[arch.Body] {
	return []field[arch.Body]{
		key("calls", "Synchronous calls, in the order in which they are made.", pointers(calls, "calls"), func(b *arch.Body) *[]*arch.Call { return &b.Calls }),
		key("publishes", "Messages that are handed to topics.", pointers(publishes(), "topics"), func(b *arch.Body) *[]*arch.Publish { return &b.Publishes }),
		key("stores", "Databases, caches and buckets that are opened.", pointers(storeUse(), "stores"), func(b *arch.Body) *[]*arch.StoreUse { return &b.Stores }),
	}
}

func publishes() *object[arch.Publish] {
	return newObject(object[arch.Publish]{
		name: "publish", doc: "A message that is handed to a topic. As text: the topic.",
		pos: func(p *arch.Publish) *arch.Pos { return &p.Pos },
		fields: []field[arch.Publish]{
			key("topic", "The topic, queue, subject or stream.", name(), func(p *arch.Publish) *string { return &p.Topic }).required("topic: the topic that is published to"),
			key("broker", "The broker, where topics of one name are on several.", of(text()), func(p *arch.Publish) *arch.Fact[string] { return &p.Broker }),
			key("outbox", "Written in the same transaction as the data that it tells of.", of(truth()), func(p *arch.Publish) *arch.Fact[bool] { return &p.Outbox }),
		},
		short: textOnly("the name of a topic", func(p *arch.Publish) *string { return &p.Topic },
			func(p *arch.Publish) bool { return *p == arch.Publish{Topic: p.Topic, Pos: p.Pos} }),
	})
}

func consumes() *object[arch.Consume] {
	return newObject(object[arch.Consume]{
		name: "consume", doc: `A subscription; its handler is the operation "consume TOPIC". As text: the topic.`,
		pos: func(c *arch.Consume) *arch.Pos { return &c.Pos },
		fields: []field[arch.Consume]{
			key("topic", "The topic, queue, subject or stream.", name(), func(c *arch.Consume) *string { return &c.Topic }).required("topic: the topic that is consumed"),
			key("broker", "The broker, where topics of one name are on several.", of(text()), func(c *arch.Consume) *arch.Fact[string] { return &c.Broker }),
			key("group", "The consumer group or durable subscription.", of(text()), func(c *arch.Consume) *arch.Fact[string] { return &c.Group }),
			key("dead-letter", "Where messages go that cannot be handled, or true.", of(orTrue(text())), func(c *arch.Consume) *arch.Fact[string] { return &c.DeadLetter }),
			key("ack", "Whether a message is acknowledged before or after it is handled.", of(oneOf("ack", "before", "after")), func(c *arch.Consume) *arch.Fact[string] { return &c.Ack }),
			key("idempotent", "Handling a message twice does no harm.", of(truth()), func(c *arch.Consume) *arch.Fact[bool] { return &c.Idempotent }),
		},
		short: textOnly("the name of a topic", func(c *arch.Consume) *string { return &c.Topic },
			func(c *arch.Consume) bool { return *c == arch.Consume{Topic: c.Topic, Pos: c.Pos} }),
	})
}

func importOf() *object[arch.Import] {
	return newObject(object[arch.Import]{
		name: "import", doc: "Code of another service.",
		pos: func(i *arch.Import) *arch.Pos { return &i.Pos },
		fields: []field[arch.Import]{
			key("package", "The package, by its import path.", name(), func(i *arch.Import) *string { return &i.Package }).required("package: what is imported"),
			key("of", "The service whose code it is.", name(), func(i *arch.Import) *string { return &i.Of }).required("of: the service whose code it is"),
		},
	})
}

func storeUse() *object[arch.StoreUse] {
	return newObject(object[arch.StoreUse]{
		name: "store", doc: "A database, cache or bucket that a service opens. As text: its name.",
		pos: func(s *arch.StoreUse) *arch.Pos { return &s.Pos },
		fields: []field[arch.StoreUse]{
			key("name", "Its name; it identifies the store unless server and database are given.", name(), func(s *arch.StoreUse) *string { return &s.Name }).required("name: what the store is called"),
			key("kind", "What it is: postgres, redis, s3, …", of(text()), func(s *arch.StoreUse) *arch.Fact[string] { return &s.Kind }),
			key("server", "The server or cluster it is on.", of(text()), func(s *arch.StoreUse) *arch.Fact[string] { return &s.Server }),
			key("database", "The database, schema or bucket on that server.", of(text()), func(s *arch.StoreUse) *arch.Fact[string] { return &s.Database }),
			key("target", "What the address comes from where the server is not known, or only from a file of configuration.", of(text()), func(s *arch.StoreUse) *arch.Fact[string] { return &s.Target }),
			key("access", "Whether the service writes to it or only reads.", of(oneOf("effect", arch.Read, arch.Write)), func(s *arch.StoreUse) *arch.Fact[arch.Effect] { return &s.Access }),
			key("durable", "What is in it survives a restart.", of(truth()), func(s *arch.StoreUse) *arch.Fact[bool] { return &s.Durable }),
			key("backup", "How often it is backed up, or true.", of(orTrue(durationText())), func(s *arch.StoreUse) *arch.Fact[string] { return &s.Backup }),
		},
		short: textOnly("the name of a store", func(s *arch.StoreUse) *string { return &s.Name },
			func(s *arch.StoreUse) bool { return *s == arch.StoreUse{Name: s.Name, Pos: s.Pos} }),
	})
}

// textOnly is the short form of an object that has nothing but a name.
func textOnly[T any](accepted string, of func(*T) *string, bare func(*T) bool) *short[T] {
	return &short[T]{
		accepted: accepted,
		read:     func(_ *reader, _ *node, text string, into *T) bool { *of(into) = text; return true },
		write: func(_ *writer, from *T) *tree {
			if !bare(from) {
				return nil
			}
			return word(*of(from))
		},
		schema: nonEmpty,
	}
}
