package manifest

import (
	"strings"
	"time"

	"github.com/distcheck/distcheck/analyzer/arch"
)

// documentOf is the whole manifest.
func documentOf(vocab Vocabulary) *object[arch.System] {
	s := serviceOf()
	return newObject(object[arch.System]{
		name: "manifest", called: "the manifest", doc: "Services, the synchronous calls and messages between them, and what they promise.",
		fields: []field[arch.System]{
			version[arch.System](),
			key("system", "What all services together are called.", of(text()), func(s *arch.System) *arch.Fact[string] { return &s.Name }),
			defaults(s.defaults()),
			key("journeys", "What users do, and must be able to do.", named[arch.Journey]{
				item: journeyOf(), what: "journey",
				begin: func(j *arch.Journey, name string, pos arch.Pos) { j.Name, j.Pos = name, pos },
				name:  func(j *arch.Journey) string { return j.Name },
			}, func(s *arch.System) *[]*arch.Journey { return &s.Journeys }),
			key("services", "The services by name.", named[arch.Service]{
				item: s, what: "service",
				begin: func(s *arch.Service, name string, pos arch.Pos) { s.Name, s.Pos = name, pos },
				name:  func(s *arch.Service) string { return s.Name },
				skip:  func(_ *writer, s *arch.Service) bool { return !s.Declared },
			}, func(s *arch.System) *[]*arch.Service { return &s.Services }),
			key("topics", "Queues, subjects, topics and streams by name.", named[arch.Topic]{
				item: topicOf(), what: "topic",
				begin: func(t *arch.Topic, name string, pos arch.Pos) { t.Name, t.Pos, t.Declared = name, pos, true },
				name:  func(t *arch.Topic) string { return t.Name },
				skip:  skipTopic,
			}, func(s *arch.System) *[]*arch.Topic { return &s.Topics }),
			key("libraries", "What functions of libraries do that distcheck does not know, such as an in-house client.",
				listOf[arch.Library]{item: libraryOf(), what: "functions"}, func(s *arch.System) *[]arch.Library { return &s.Libraries }),
			key("rules", "Severities and thresholds, by rule.", rules{vocab}, func(s *arch.System) *[]arch.RuleConfig { return &s.Rules }),
			key("accepted", "Debt that was taken on as a decision.", listOf[arch.Acceptance]{item: acceptance{acceptanceOf(vocab)}, what: "acceptances"},
				func(s *arch.System) *[]arch.Acceptance { return &s.Accepted }),
			key("directives", "Comments in code and manifests that accept what stands below them, as an export keeps them.",
				directives{listOf[arch.Directive]{item: directiveOf(), what: "directives"}}, func(s *arch.System) *[]arch.Directive { return &s.Directives }),
		},
	})
}

func version[T any]() field[T] {
	const accepted = "1, the one version there is"
	return field[T]{
		key: "version", doc: "The version of this format: 1.",
		why:  "version: 1, so that every later distcheck knows how to read the file",
		hint: "write version: 1 as the first line",
		read: func(r *reader, n, _ *node, _ *T) {
			n = deref(n)
			var err *Error
			switch {
			case n.Kind == scalarNode && n.Tag == "!!int" && n.Value == "1" && !isTagged(n):
				return
			case n.Kind == scalarNode && n.Tag == "!!int":
				err = r.fail(n, "version "+quote(n.Value)+" is not known", accepted)
			default:
				err = r.wrong(n, accepted)
			}
			err.Suggestion = "write version: 1"
		},
		write:  func(*writer, *T) *tree { return bare("1") },
		schema: func(*schemas) *tree { return object1("const", bare("1")) },
	}
}

// defaults were read before everything else, wherever they stand, so nothing is left to read here.
func defaults(o *object[arch.Service]) field[arch.System] {
	return field[arch.System]{
		key: "defaults", doc: o.doc,
		read:   func(*reader, *node, *node, *arch.System) {},
		write:  func(*writer, *arch.System) *tree { return nil },
		schema: o.schema,
	}
}

// readDefaults reads the defaults by themselves, for what is wrong with them, and if nothing is makes them apply.
func (r *reader) readDefaults(root *node) {
	value := valueOf(root, "defaults")
	if value == nil {
		return
	}
	before := len(r.log.errors)
	serviceOf().defaults().read(r, value, nil, &arch.Service{})
	r.refs = nil // each service that takes them is asked for its own names
	if len(r.log.errors) == before {
		r.defaults = plainMapping(r, value)
	}
}

func topicOf() *object[arch.Topic] {
	return newObject(object[arch.Topic]{
		name: "topic", doc: "A queue, subject, topic or stream.", nothing: true,
		pos: func(t *arch.Topic) *arch.Pos { return &t.Pos },
		fields: []field[arch.Topic]{
			key("broker", "What it is on: kafka, nats, rabbitmq, …", of(text()), func(t *arch.Topic) *arch.Fact[string] { return &t.Broker }),
			key("kind", "What its messages are.", of(oneOf("topic-kind", "event", "command", "stream")), func(t *arch.Topic) *arch.Fact[string] { return &t.Kind }),
		},
	})
}

func skipTopic(w *writer, t *arch.Topic) bool {
	if !t.Declared || w.topics[t.Name] {
		return true
	}
	if w.topics == nil {
		w.topics = make(map[string]bool)
	}
	w.topics[t.Name] = true
	return false
}

func journeyOf() *object[arch.Journey] {
	return newObject(object[arch.Journey]{
		name: "journey", doc: "What a user does, and must be able to do.",
		pos: func(j *arch.Journey) *arch.Pos { return &j.Pos },
		fields: []field[arch.Journey]{
			key("entry", "The operations at which it enters the system.", listOf[arch.Entry]{item: entry{entryOf()}, what: "entries", single: true,
				filled: `at least one operation at which it enters the system, as in ["web POST /cart/checkout"]`},
				func(j *arch.Journey) *[]arch.Entry { return &j.Entries }).
				required(`entry: the operations at which it enters the system, as in ["web POST /cart/checkout"]`),
			key("tier", "How critical it is: 1 critical, 3 least.", of(whole("tier", 1, 3)), func(j *arch.Journey) *arch.Fact[int] { return &j.Tier }),
			key("slo", "The availability that users are promised.", of(percent()), func(j *arch.Journey) *arch.Fact[arch.Percent] { return &j.SLO }),
			key("latency", "How fast users are promised an answer.", of(duration()), func(j *arch.Journey) *arch.Fact[time.Duration] { return &j.Latency }),
		},
	})
}

func entryOf() *object[arch.Entry] {
	return newObject(object[arch.Entry]{
		name: "entry", doc: "Where a journey enters the system. As text: the service, or the service and its operation.",
		pos: func(e *arch.Entry) *arch.Pos { return &e.Pos },
		fields: []field[arch.Entry]{
			key("service", "The service.", name(), func(e *arch.Entry) *string { return &e.Service }).required("service: the service at which the journey enters the system"),
			key("operation", "Its operation.", name(), func(e *arch.Entry) *string { return &e.Operation }),
		},
		short: &short[arch.Entry]{
			accepted: `text such as web or "web POST /cart/checkout"`,
			read: func(_ *reader, _ *node, text string, into *arch.Entry) bool {
				service, operation, _ := strings.Cut(strings.TrimSpace(text), " ")
				into.Service, into.Operation = service, strings.TrimSpace(operation)
				return service != ""
			},
			write: func(_ *writer, e *arch.Entry) *tree {
				operation := arch.Fact[string]{}
				if e.Operation != "" {
					operation = arch.At(e.Operation, e.Pos)
				}
				return spaced(e.Service, operation)
			},
			schema: nonEmpty,
		},
	})
}

// entry is an entry whose service and operation must be known.
type entry struct{ *object[arch.Entry] }

func (k entry) read(r *reader, n, under *node, into *arch.Entry) {
	k.object.read(r, n, under, into)
	n = deref(n)
	if into.Service == "" {
		return
	}
	r.refs = append(r.refs, reference{kind: refService, pos: r.pos(n), width: width(n), name: into.Service})
	if into.Operation != "" {
		r.refs = append(r.refs, reference{kind: refOperation, pos: r.pos(n), width: width(n), services: []string{into.Service}, name: into.Operation})
	}
}
