package manifest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/spelling"
)

// Vocabulary is the rules that `rules:` and `accepted:` may name, with their parameters. It is passed in: a reader
// never sees the rules themselves.
type Vocabulary []arch.RuleSpec

func (v Vocabulary) names() []string {
	names := make([]string, len(v))
	for i, spec := range v {
		names[i] = spec.ID
	}
	slices.Sort(names)
	return names
}

func (v Vocabulary) find(id string) (arch.RuleSpec, bool) {
	i := slices.IndexFunc(v, func(spec arch.RuleSpec) bool { return spec.ID == id })
	if i < 0 {
		return arch.RuleSpec{}, false
	}
	return v[i], true
}

// unknownRule notes that n names no rule.
func (v Vocabulary) unknownRule(r *reader, n *node, id string) {
	names := v.names()
	accepted := "a rule: " + strings.Join(names, ", ")
	if len(names) > 12 {
		accepted = "a rule; `distcheck rules` lists them"
	}
	err := r.fail(n, quote(id)+" is no rule", accepted)
	err.Suggestion = didYouMean(spelling.Nearest(id, names))
}

// severity is a rule's severity. Here false is no absent fact: it turns the rule off.
func severity() scalar[string] {
	s := oneOf("severity", "off", "note", "warning", "error")
	inner := s
	s.noFalse = true
	s.parse = func(n *node) (string, string) {
		if isFalse(n) {
			return "off", ""
		}
		return inner.parse(n)
	}
	s.schema = func() *tree { return anyOf(inner.schema(), object1("const", bare("false"))) }
	return s
}

// rules is the configuration of rules, by rule.
type rules struct{ vocab Vocabulary }

func ruleOf(spec arch.RuleSpec) *object[arch.RuleConfig] {
	o := object[arch.RuleConfig]{
		name: "rule " + spec.ID, called: "rule " + spec.ID, doc: spec.Title,
		pos: func(c *arch.RuleConfig) *arch.Pos { return &c.Pos },
		fields: []field[arch.RuleConfig]{
			key("severity", "What the rule's findings are; off turns it off.", of(severity()), func(c *arch.RuleConfig) *arch.Fact[string] { return &c.Severity }),
		},
	}
	for _, p := range spec.Params {
		k := of(number(p))
		o.fields = append(o.fields, field[arch.RuleConfig]{
			key: p.Name, doc: p.Doc, schema: k.schema,
			read: func(r *reader, n, _ *node, into *arch.RuleConfig) {
				value := arch.ParamValue{Name: p.Name}
				if k.read(r, n, nil, &value.Value); value.Value.Known() {
					into.Params = append(into.Params, value)
				}
			},
		})
	}
	return newObject(o)
}

func (k rules) read(r *reader, n, _ *node, into *[]arch.RuleConfig) {
	m := r.mapping(n, true, "a mapping from rules to a severity or a mapping of parameters")
	if m == nil {
		return
	}
	tables := make(map[string]arch.RuleSpec, len(k.vocab))
	for _, spec := range k.vocab {
		tables[spec.ID] = spec
	}
	firsts := make(map[string]arch.Pos)
	for i := 0; i+1 < len(m.Content) && !r.log.full; i += 2 {
		id, ok := r.key(m.Content[i])
		if !ok {
			continue
		}
		if first, ok := firsts[id]; ok {
			r.duplicateOf(m.Content[i], first, id)
			continue
		}
		firsts[id] = r.pos(m.Content[i])
		spec, ok := tables[id]
		if !ok {
			k.vocab.unknownRule(r, m.Content[i], id)
			continue
		}
		config := arch.RuleConfig{ID: id, Pos: r.pos(m.Content[i])}
		if value := deref(m.Content[i+1]); value.Kind == scalarNode {
			of(severity()).read(r, value, nil, &config.Severity)
		} else {
			ruleOf(spec).read(r, value, nil, &config)
			order := func(p arch.ParamValue) int {
				return slices.IndexFunc(spec.Params, func(s arch.ParamSpec) bool { return s.Name == p.Name })
			}
			slices.SortFunc(config.Params, func(a, b arch.ParamValue) int { return order(a) - order(b) })
			r.rising(spec, &config)
		}
		*into = append(*into, config)
	}
}

// rising notes a rule whose findings would be errors before they are warnings: the larger of the two numbers would never
// be looked at. A number that is not given is the rule's own.
func (r *reader) rising(spec arch.RuleSpec, config *arch.RuleConfig) {
	const low, high = "warning", "error"
	told := make(map[string]arch.Fact[float64])
	for _, p := range config.Params {
		told[p.Name] = p.Value
	}
	bounds, words := make(map[string]float64), make(map[string]string)
	for _, p := range spec.Params {
		bounds[p.Name], words[p.Name] = p.Default, floatText(p.Default)+", the default"
		if value := told[p.Name]; value.Is() {
			bounds[p.Name], words[p.Name] = value.Value, floatText(value.Value)
		}
	}
	if words[low] == "" || words[high] == "" || bounds[low] <= bounds[high] {
		return
	}
	at := told[high]
	if !at.Is() {
		at = told[low]
	}
	r.log.add(&Error{
		Pos:      at.Pos,
		Message:  fmt.Sprintf("%s of %s (%s) is below its %s (%s): nothing would ever be a warning", quote(high), spec.ID, words[high], quote(low), words[low]),
		Accepted: "an error number that is the warning number or more; give both where one of them is the default",
		width:    len(floatText(at.Value)),
	})
}

// write needs no vocabulary: what is configured says itself what it is.
func (k rules) write(w *writer, from *[]arch.RuleConfig) *tree {
	if len(*from) == 0 {
		return nil
	}
	t := newMapping()
	for i := range *from {
		config := &(*from)[i]
		told := of(severity()).write(w, &config.Severity)
		if !w.positions && len(config.Params) == 0 && told != nil {
			t.add(config.ID, told)
			continue
		}
		c := newMapping().add("severity", told)
		for _, p := range config.Params {
			if p.Value.Is() {
				c.add(p.Name, w.told(bare(floatText(p.Value.Value)), p.Value.Pos))
			}
		}
		if w.positions && config.Pos.Known() {
			w.addPlace(c, config.Pos)
		}
		t.add(config.ID, c)
	}
	return t
}

func (k rules) schema(s *schemas) *tree {
	properties := newMapping()
	vocab := slices.Clone(k.vocab)
	slices.SortFunc(vocab, func(a, b arch.RuleSpec) int { return strings.Compare(a.ID, b.ID) })
	for _, spec := range vocab {
		properties.add(spec.ID, described(spec.Title, anyOf(s.define("severity", severity().schema), ruleOf(spec).schema(s))))
	}
	return newMapping().add("type", list1("object", "null")).add("properties", properties).add("additionalProperties", bare("false"))
}

func acceptanceOf(vocab Vocabulary) *object[arch.Acceptance] {
	required := func(key, what string) string { return key + ": " + what }
	return newObject(object[arch.Acceptance]{
		name: "acceptance", doc: "Findings of a rule that somebody answers for, until a day: debt is a decision with a plan to pay it down.",
		pos: func(a *arch.Acceptance) *arch.Pos { return &a.Pos },
		fields: []field[arch.Acceptance]{
			key("rule", "The rule whose findings are accepted.", ruleName{name().noting(func(r *reader, n *node, id string) {
				if _, ok := vocab.find(id); !ok {
					vocab.unknownRule(r, n, id)
				}
			}), vocab}, func(a *arch.Acceptance) *string { return &a.Rule }).
				required(required("rule", "the rule whose findings are accepted")),
			key("services", "All of these take part in the finding.", listOf[string]{item: name().noting(func(r *reader, n *node, service string) {
				r.refs = append(r.refs, reference{kind: refService, pos: r.pos(n), width: width(n), name: service})
			}), what: "services", filled: "the services that take part in the finding, at least one: an acceptance of everything is none"},
				func(a *arch.Acceptance) *[]string { return &a.Services }).
				required(required("services", "the services that take part in the finding, so that a new one elsewhere is not accepted unseen")),
			key("operations", "All of these take part in it, if any are given.", listOf[string]{item: name().noting(func(r *reader, n *node, operation string) {
				r.refs = append(r.refs, reference{kind: refOperation, pos: r.pos(n), width: width(n), name: operation})
			}), what: "operations"}, func(a *arch.Acceptance) *[]string { return &a.Operations }),
			key("hops", "The longest chain that is accepted.", of(whole("count", 0, many)), func(a *arch.Acceptance) *arch.Fact[int] { return &a.Hops }),
			key("reason", "Why it is accepted.", name(), func(a *arch.Acceptance) *string { return &a.Reason }).
				required(required("reason", "why it is accepted; nobody can review a decision that has none")),
			key("owner", "Who answers for it.", name(), func(a *arch.Acceptance) *string { return &a.Owner }).
				required(required("owner", "who answers for it; debt that nobody owns is never paid down")),
			key("until", "The last day on which it holds.", value[time.Time]{scalar: day(), none: time.Time.IsZero}, func(a *arch.Acceptance) *time.Time { return &a.Until }).
				required(required("until", "the last day on which it holds, as in 2027-03-31; debt without an end is no plan to pay it down")),
			key("adr", "The record of the decision.", of(text()), func(a *arch.Acceptance) *arch.Fact[string] { return &a.ADR }),
		},
	})
}

// ruleName is the name of a rule of the vocabulary.
type ruleName struct {
	value[string]
	vocab Vocabulary
}

func (k ruleName) schema(s *schemas) *tree {
	return s.define("rule", func() *tree { return object1("enum", list1(k.vocab.names()...)) })
}

// acceptance is an acceptance whose services and operations must be known.
type acceptance struct{ *object[arch.Acceptance] }

func (k acceptance) read(r *reader, n, under *node, into *arch.Acceptance) {
	before := len(r.refs)
	k.object.read(r, n, under, into)
	for i := range r.refs[before:] {
		if ref := &r.refs[before+i]; ref.kind == refOperation {
			ref.services = into.Services
		}
	}
}
