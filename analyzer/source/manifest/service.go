package manifest

import (
	"slices"
	"time"

	"github.com/distcheck/distcheck/analyzer/arch"
)

// service is a service, with what the defaults say of it.
type service struct{ *object[arch.Service] }

func serviceOf() service {
	calls := callOf(false)
	body := bodyOf(calls)
	fields := []field[arch.Service]{
		key("kind", "What part it plays; service where nothing is said. Platform services (telemetry, registry, flags, broker) count nowhere.", of(oneOf("kind", arch.Kinds()...)),
			func(s *arch.Service) *arch.Fact[arch.Kind] { return &s.Kind }).onlyOwn(),
		key("inferred", "Named after what is known of it, until another source names it.", of(truth()), func(s *arch.Service) *arch.Fact[bool] { return &s.Inferred }).onlyOwn(),
		key("owner", "The team that answers for it.", of(text()), func(s *arch.Service) *arch.Fact[string] { return &s.Owner }),
		key("tier", "How critical it is: 1 critical, 3 least.", of(whole("tier", 1, 3)), func(s *arch.Service) *arch.Fact[int] { return &s.Tier }),
		key("language", "What it is written in.", of(text()), func(s *arch.Service) *arch.Fact[string] { return &s.Language }),
		key("code", "Where its source is: the main package, relative to this file.", listOf[arch.Code]{item: codeOf(), what: "main packages", single: true},
			func(s *arch.Service) *[]arch.Code { return &s.Code }).onlyOwn(),
		key("hosts", "Names that others reach it by; its own name always counts.", listOf[arch.Fact[string]]{item: of(withoutFalse(text())), what: "names"},
			func(s *arch.Service) *[]arch.Fact[string] { return &s.Hosts }).onlyOwn(),
		key("availability", "Its own availability, given that its dependencies are up.", of(percent()), func(s *arch.Service) *arch.Fact[arch.Percent] { return &s.Availability }),
		key("slo", "The availability that it promises, end to end.", of(percent()), func(s *arch.Service) *arch.Fact[arch.Percent] { return &s.SLO }),
		key("messages", "What is known of its messages beside those that are listed: false where there are none; unknown where nobody has looked, as in what is traced from code.",
			of(oneOf("messages", arch.MessagesUnknown)), func(s *arch.Service) *arch.Fact[arch.MessageState] { return &s.Messages }),
		key("all-calls", "Whether this lists all its calls, so that one that only its code makes is an undeclared-call; false where calls are listed for what is said of them. Where it is not said, calls make a list if one of them says nothing that the code does not tell.",
			of(truth()), func(s *arch.Service) *arch.Fact[bool] { return &s.AllCalls }),
		key("operations", "What it answers: pkg.Service/Method, METHOD /route/{id}, consume TOPIC.", named[arch.Operation]{
			item: operationOf(body), what: "operation",
			begin: func(o *arch.Operation, name string, pos arch.Pos) { o.Name, o.Pos = name, pos },
			name:  func(o *arch.Operation) string { return o.Name },
			skip:  skipImplied,
		}, func(s *arch.Service) *[]*arch.Operation { return &s.Operations }).merging(),
	}
	fields = append(fields, inside(func(s *arch.Service) *arch.Body { return &s.Body }, body...)...)
	fields = append(fields,
		key("consumes", "Topics that it subscribes to.", listOf[arch.Consume]{item: consumes(), what: "topics"}, func(s *arch.Service) *[]arch.Consume { return &s.Consumes }),
		key("background", "What no request waits for: start-up, own loops, detached goroutines.", newObject(object[arch.Body]{
			name: "background", called: "background", doc: "What no request waits for: start-up, own loops, detached goroutines.", nothing: true, sparse: true,
			fields: bodyOf(callOf(true)),
		}), func(s *arch.Service) *arch.Body { return &s.Background }).merging())
	for _, block := range arch.ConcernBlocks() {
		fields = append(fields, concernsOf(block))
	}
	fields = append(fields, key("imports", "Hand-written code of other services that its own is built with: generated clients and contracts are none.", listOf[arch.Import]{item: importOf(), what: "imports"}, func(s *arch.Service) *[]arch.Import { return &s.Imports }))
	fields = append(fields, key("data", "What it keeps about people or the business.", listOf[arch.Data]{item: dataOf(), what: "data"}, func(s *arch.Service) *[]arch.Data { return &s.Data }))
	return service{newObject(object[arch.Service]{
		name: "service", doc: "One deployable.", nothing: true,
		pos:    func(s *arch.Service) *arch.Pos { return &s.Pos },
		fields: fields,
	})}
}

// defaults are the keys of a service that may be said for all of them.
func (k service) defaults() *object[arch.Service] {
	fields := slices.DeleteFunc(slices.Clone(k.fields), func(f field[arch.Service]) bool { return f.own })
	return newObject(object[arch.Service]{
		name: "defaults", called: "the defaults", doc: "What holds for every service of this file that is neither external nor platform and does not say otherwise. Mappings unite, lists are replaced.",
		nothing: true, fields: fields,
	})
}

func (k service) read(r *reader, n, _ *node, into *arch.Service) {
	r.service = into.Name
	into.Declared = true
	var under *node
	if r.defaults != nil && !isForeign(n) {
		under = r.defaults
	}
	k.object.read(r, n, under, into)
	if r.declares && !into.AllCalls.Known() && isFound(n) {
		into.AllCalls = arch.At(true, into.Pos) // an export lists all that its code calls
	}
}

// isFound reports whether a service was found in code, as an export says that keeps places.
func isFound(n *node) bool {
	if n = deref(n); n.Kind != mappingNode {
		return false
	}
	source := deref(valueOf(n, sourceKey))
	return source != nil && source.Value == string(arch.Go)
}

// isForeign reports whether a service is external or platform, before it is read.
func isForeign(n *node) bool {
	if n = deref(n); n.Kind != mappingNode {
		return false
	}
	kind := deref(valueOf(n, "kind"))
	if kind != nil && kind.Kind == mappingNode {
		kind = deref(valueOf(kind, "value"))
	}
	if kind == nil {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Tag != "!!merge" {
				continue
			}
			base := deref(n.Content[i+1])
			if base.Kind == sequenceNode {
				if slices.ContainsFunc(base.Content, isForeign) {
					return true
				}
			} else if isForeign(base) {
				return true
			}
		}
		return false
	}
	return kind.Value == string(arch.External) || kind.Value == string(arch.Platform)
}

func (k service) write(w *writer, from *arch.Service) *tree {
	w.implied = make(map[string]arch.Pos, len(from.Consumes))
	for _, c := range from.Consumes {
		operation := arch.ConsumeOperation(c.Topic)
		if pos, ok := w.implied[operation]; !ok || c.Pos.Compare(pos) < 0 {
			w.implied[operation] = c.Pos
		}
	}
	return k.object.write(w, from)
}

// skipImplied leaves out an operation that reading the service's subscriptions makes again.
func skipImplied(w *writer, o *arch.Operation) bool {
	pos, ok := w.implied[o.Name]
	return ok && !o.SLO.Known() && !o.Latency.Known() && len(o.Calls) == 0 && len(o.Publishes) == 0 && len(o.Stores) == 0 &&
		(!w.positions || o.Pos == pos)
}

func operationOf(body []field[arch.Body]) *object[arch.Operation] {
	fields := []field[arch.Operation]{
		key("slo", "The availability that it promises, end to end.", of(percent()), func(o *arch.Operation) *arch.Fact[arch.Percent] { return &o.SLO }),
		key("latency", "How fast it promises to answer.", of(duration()), func(o *arch.Operation) *arch.Fact[time.Duration] { return &o.Latency }),
	}
	return newObject(object[arch.Operation]{
		name: "operation", doc: "What a service answers.", nothing: true,
		pos:    func(o *arch.Operation) *arch.Pos { return &o.Pos },
		fields: append(fields, inside(func(o *arch.Operation) *arch.Body { return &o.Body }, body...)...),
	})
}

func codeOf() *object[arch.Code] {
	return newObject(object[arch.Code]{
		name: "code", doc: "Where source is. As text: the directory of the main package.",
		fields: []field[arch.Code]{
			key("dir", "The main package's directory, relative to this file.", of(withoutFalse(text())), func(c *arch.Code) *arch.Fact[string] { return &c.Dir }).
				required("dir: the directory of the main package, relative to this file"),
			key("unit", "Where one binary holds several services: the sub-command that starts this one.", of(text()), func(c *arch.Code) *arch.Fact[string] { return &c.Unit }),
		},
		short: &short[arch.Code]{
			accepted: "the directory of the main package",
			read: func(r *reader, n *node, text string, into *arch.Code) bool {
				into.Dir = arch.At(text, r.pos(n))
				return true
			},
			write: func(w *writer, c *arch.Code) *tree {
				if w.positions || c.Unit.Known() || !c.Dir.Is() {
					return nil
				}
				return word(c.Dir.Value)
			},
			schema: nonEmpty,
		},
	})
}

func withoutFalse(s scalar[string]) scalar[string] {
	s.name += "-given"
	s.noFalse = true
	return s
}

func dataOf() *object[arch.Data] {
	return newObject(object[arch.Data]{
		name: "data", doc: "What a service keeps about people or the business.",
		pos: func(d *arch.Data) *arch.Pos { return &d.Pos },
		fields: []field[arch.Data]{
			key("name", "What it is.", name(), func(d *arch.Data) *string { return &d.Name }).required("name: what data it is"),
			key("class", "How sensitive it is: personal, payment, public, …", of(text()), func(d *arch.Data) *arch.Fact[string] { return &d.Class }),
			key("retention", "How long it is kept.", of(duration()), func(d *arch.Data) *arch.Fact[time.Duration] { return &d.Retention }),
			key("erasure", "The topic whose messages make the service forget.", of(text()), func(d *arch.Data) *arch.Fact[string] { return &d.Erasure }),
			key("store", "The store of this service that holds it.", heldIn{of(text())}, func(d *arch.Data) *arch.Fact[string] { return &d.Store }),
		},
	})
}

// heldIn is the store that holds some data: one of the service's own.
type heldIn struct{ kind[arch.Fact[string]] }

func (k heldIn) read(r *reader, n, under *node, into *arch.Fact[string]) {
	k.kind.read(r, n, under, into)
	if into.Is() {
		r.refs = append(r.refs, reference{kind: refStore, pos: r.pos(n), width: width(n), services: []string{r.service}, name: into.Value})
	}
}

// concernsOf is one block of concerns.
func concernsOf(block string) field[arch.Service] {
	o := object[arch.Service]{name: block, called: block, doc: "What it has of " + block + "; left out means that nobody says.", nothing: true, sparse: true}
	for _, c := range arch.ConcernKeys() {
		if c.Block != block {
			continue
		}
		k := of(concernType(c))
		o.fields = append(o.fields, field[arch.Service]{
			key: c.Key, doc: c.Doc, schema: k.schema,
			read: func(r *reader, n, _ *node, into *arch.Service) {
				concern := arch.Concern{Block: c.Block, Key: c.Key}
				if k.read(r, n, nil, &concern.Fact); concern.Fact.Known() {
					into.Concerns = append(into.Concerns, concern)
				}
			},
			write: func(w *writer, from *arch.Service) *tree {
				found := from.Concern(c.Block, c.Key)
				return k.write(w, &found)
			},
		})
	}
	return key(block, o.doc, newObject(o), func(s *arch.Service) *arch.Service { return s }).merging()
}

func concernType(c arch.ConcernKey) scalar[string] {
	choice := c.Block + "-" + c.Key
	switch c.Type {
	case arch.YesNo:
		yes := truth()
		return scalar[string]{
			name: yes.name, accepted: yes.accepted, schema: yes.schema, hint: yes.hint,
			parse: func(n *node) (string, string) {
				_, problem := yes.parse(n)
				return "true", problem
			},
			print: func(string) *tree { return bare("true") },
		}
	case arch.TextOrYesNo:
		return orTrue(text())
	case arch.CountOf:
		count := whole("count", 0, many)
		return scalar[string]{
			name: count.name, accepted: count.accepted, schema: count.schema, hint: count.hint,
			parse: func(n *node) (string, string) {
				_, problem := count.parse(n)
				return n.Value, problem
			},
			print: bare,
		}
	case arch.DurationOrYesNo:
		return orTrue(durationText())
	case arch.OneOf:
		return oneOf(choice, c.Values...)
	case arch.OneOfOrYesNo:
		return orTrue(oneOf(choice, c.Values...))
	}
	return text()
}
