package graph_test

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/graph"
)

// system reads a system from lines: "a.x -> b.m" is a call of a's operation x to b's m; without ".m" it names no
// operation; without ".x" it stands on the service. "a is gateway" sets a kind, "journey j a.x" an entry,
// "a.x publishes t" and "a consumes t@kafka" messages. "~" is a space in an operation's name.
func system(lines ...string) *arch.System {
	sys := &arch.System{}
	services := make(map[string]*arch.Service)
	service := func(name string) *arch.Service {
		s := services[name]
		if s == nil {
			s = &arch.Service{Name: name, Declared: true}
			services[name] = s
			sys.Services = append(sys.Services, s)
		}
		return s
	}
	body := func(name string) *arch.Body {
		name, op, named := strings.Cut(strings.ReplaceAll(name, "~", " "), ".")
		s := service(name)
		if !named {
			return &s.Body
		}
		operation := s.Operation(op)
		if operation == nil {
			operation = &arch.Operation{Name: op}
			s.Operations = append(s.Operations, operation)
		}
		return &operation.Body
	}
	file := &arch.File{Path: "test.yaml"}
	message := func(text string, pos arch.Pos) (topic string, broker arch.Fact[string]) {
		topic, name, named := strings.Cut(text, "@")
		if named {
			broker = arch.At(name, pos)
		}
		return topic, broker
	}
	for i, line := range lines {
		word := strings.Fields(line)
		pos := arch.Pos{File: file, Line: int32(i + 1)}
		switch {
		case word[0] == "journey":
			name, op, _ := strings.Cut(word[2], ".")
			body(word[2])
			sys.Journeys = append(sys.Journeys, &arch.Journey{Name: word[1], Entries: []arch.Entry{{Service: name, Operation: op}}})
		case word[1] == "is":
			service(word[0]).Kind = arch.At(arch.Kind(word[2]), pos)
		case word[1] == "publishes":
			b := body(word[0])
			topic, broker := message(word[2], pos)
			b.Publishes = append(b.Publishes, &arch.Publish{Topic: topic, Broker: broker, Pos: pos})
		case word[1] == "consumes":
			s := service(word[0])
			topic, broker := message(word[2], pos)
			s.Consumes = append(s.Consumes, arch.Consume{Topic: topic, Broker: broker, Pos: pos})
			body(word[0] + ".consume " + topic)
		default:
			to, op, named := strings.Cut(word[2], ".")
			call := &arch.Call{To: to, Pos: pos, CallFacts: new(arch.CallFacts)}
			if to == arch.Unresolved {
				call.Target = arch.At(op, pos)
			} else {
				service(to)
				if named {
					call.Operation = arch.At(strings.ReplaceAll(op, "~", " "), pos)
				}
			}
			b := body(word[0])
			b.Calls = append(b.Calls, call)
		}
	}
	sys.Sort()
	return sys
}

func name(g *graph.Graph, n graph.NodeID) string {
	node := &g.Nodes[n]
	if node.Kind == graph.Operation {
		return node.ServiceName() + "." + node.Name
	}
	if node.Kind == graph.Unknown {
		return "?" + node.Name
	}
	return node.ServiceName()
}

func names(g *graph.Graph, nodes []graph.NodeID) string {
	var out []string
	for _, n := range nodes {
		out = append(out, name(g, n))
	}
	return strings.Join(out, " ")
}

// describe prints chains in full: "3 a.x>b.m>c.n>d (possible) heads … upstream … ends …".
func describe(g *graph.Graph, chains []*graph.Chain) []string {
	var out []string
	for _, c := range chains {
		text := fmt.Sprintf("%d %s", c.Hops, name(g, c.Head))
		for _, e := range c.Edges {
			if g.Edges[e].Call != nil {
				text += ">" + name(g, g.Edges[e].To)
			}
		}
		if c.Possible {
			text += " possible"
		}
		if len(c.Heads) > 0 {
			text += " heads " + names(g, c.Heads)
		}
		for _, up := range c.Upstream {
			text += fmt.Sprintf(" upstream %s:%d", name(g, up.Node), up.Hops)
		}
		if len(c.Entries) > 0 {
			text += " entries " + names(g, c.Entries)
		}
		if c.Longer.Hops > 0 {
			text += fmt.Sprintf(" perhaps %d to %s", c.Longer.Hops, name(g, c.Longer.Node))
		}
		if len(c.Ends) > 0 {
			text += " ends " + names(g, c.Ends)
		}
		out = append(out, text)
	}
	return out
}

func TestChains(t *testing.T) {
	tests := []struct {
		name  string
		lines []string
		want  []string
	}{
		{"one hop is no chain", []string{"a.x -> b.y"}, nil},
		{"two hops", []string{"a.x -> b.y", "b.y -> c.z"}, []string{"2 a.x>b.y>c.z"}},
		{"a chain that no request can take", []string{"a.x -> b.m", "b.n -> c.z"}, nil},
		{"prefixes and suffixes are no chains of their own",
			[]string{"a.x -> b.y", "b.y -> c.z", "c.z -> d.w", "d.w -> e.v"},
			[]string{"4 a.x>b.y>c.z>d.w>e.v"}},
		{"two entries that share the last part are one finding",
			[]string{"a.x -> c.y", "b.x -> c.y", "c.y -> d.z"},
			[]string{"2 a.x>c.y>d.z heads b.x"}},
		{"a second entry that joins further down is a finding of its own",
			[]string{"a.x -> b.y", "b.y -> c.z", "c.z -> d.w", "e.x -> c.z"},
			[]string{"3 a.x>b.y>c.z>d.w", "2 e.x>c.z>d.w"}},
		{"other ends are counted, not listed as findings",
			[]string{"a.x -> b.y", "b.y -> c.z", "b.y -> d.z", "b.y -> e.z", "a.x -> f.z"},
			[]string{"2 a.x>b.y>c.z ends d.z e.z"}},
		{"calls that name no operation are possible",
			[]string{"a -> b", "b -> c", "c -> d"},
			[]string{"3 a>b>c>d possible"}},
		{"an unnamed last callee leaves a chain certain",
			[]string{"a.x -> b.y", "b.y -> c"},
			[]string{"2 a.x>b.y>c"}},
		{"an unnamed call may reach every operation",
			[]string{"a.x -> b", "b.m -> c.z", "b.n -> d.z"},
			[]string{"2 a.x>b>c.z possible ends d.z"}},
		{"a certain error keeps its own finding, and who may lead to it",
			[]string{"w -> a", "a.x -> b.y", "b.y -> c.z", "c.z -> d.w"},
			[]string{"3 a.x>b.y>c.z>d.w upstream w:4"}},
		{"so does a certain warning",
			[]string{"w -> a", "a.x -> b.y", "b.y -> c.z"},
			[]string{"2 a.x>b.y>c.z upstream w:3"}},
		{"a certain warning, whose callee may call on",
			[]string{"a.x -> b.y", "b.y -> c.z", "c -> d.w"},
			[]string{"2 a.x>b.y>c.z perhaps 3 to d.w"}},
		{"a certain warning beside a longer possible chain of its head",
			[]string{"a.x -> b.y", "b.y -> c.z", "a.x -> d", "d.k -> e", "e.k -> f.w"},
			[]string{"2 a.x>b.y>c.z perhaps 3 to f.w"}},
		{"a longer possible chain that another head has too",
			[]string{"a.x -> b.y", "b.y -> c.z", "a.x -> d", "d.k -> e", "e.k -> f.w", "v -> d"},
			[]string{"3 v>d>e>f.w possible", "2 a.x>b.y>c.z perhaps 3 to f.w"}},
		{"a possible ring around a certain chain is no chain of its own",
			[]string{"b.x -> a.y", "a.y -> c.z", "c.z -> d.w", "a.y -> b"},
			[]string{"3 b.x>a.y>c.z>d.w ends b"}},
		{"a gateway's hops count nothing and cut nothing",
			[]string{"gw is gateway", "a.x -> gw.p", "gw.p -> b.y", "b.y -> c.z"},
			[]string{"2 a.x>gw.p>b.y>c.z"}},
		{"a ui over one tier is fine",
			[]string{"ui is ui", "ui.page -> bff.get", "bff.get -> a.x", "bff.get -> b.x"}, nil},
		{"behind a gateway chains begin",
			[]string{"gw is gateway", "gw.p -> a.x", "a.x -> b.y", "b.y -> c.z"},
			[]string{"2 a.x>b.y>c.z"}},
		{"a gateway that leads into a chain behind its head is told",
			[]string{"gw is gateway", "gw.p -> a.x", "e.w -> a.x", "a.x -> b.y", "b.y -> c.z"},
			[]string{"3 e.w>a.x>b.y>c.z entries gw.p"}},
		{"so is one that names no operation, or reaches it through others that count nothing",
			[]string{"gw is gateway", "ui is ui", "ui.q -> gw.p", "gw.p -> a", "gw.r -> a.k", "a.k -> a.x", "e.w -> a.x", "a.x -> b.y", "b.y -> c.z"},
			[]string{"3 e.w>a.x>b.y>c.z entries gw.p gw.r", "2 a.k>a.x>b.y>c.z entries gw.p"}},
		{"not where what is left is too short",
			[]string{"gw is gateway", "gw.p -> b.y", "e.w -> a.x", "a.x -> b.y", "b.y -> c.z"},
			[]string{"3 e.w>a.x>b.y>c.z"}},
		{"where the longest chain does not pass what a gateway leads into, a chain of its own begins there",
			[]string{"gw is gateway", "gw.p -> a.x", "e.w -> a.x", "a.x -> b.y", "b.y -> c.z", "e.w -> k.v", "k.v -> l.v", "l.v -> m.v", "m.v -> n.v"},
			[]string{"4 e.w>k.v>l.v>m.v>n.v ends c.z", "2 a.x>b.y>c.z"}},
		{"with others that lead into the same",
			[]string{"gw is gateway", "gw.p -> a.x", "e.w -> a.x", "a.x -> b.y", "b.y -> c.z", "e.w -> k.v", "k.v -> l.v", "l.v -> m.v", "m.v -> n.v", "f.w -> b.y"},
			[]string{"4 e.w>k.v>l.v>m.v>n.v ends c.z", "2 a.x>b.y>c.z heads f.w"}},
		{"once, whatever else a gateway leads into behind it",
			[]string{"gw is gateway", "gw.p -> a.x", "gw.q -> b.y", "e.w -> a.x", "a.x -> b.y", "b.y -> c.z", "c.z -> d.z", "e.w -> k.v", "k.v -> l.v", "l.v -> m.v", "m.v -> n.v", "n.v -> o.v"},
			[]string{"5 e.w>k.v>l.v>m.v>n.v>o.v ends d.z", "3 a.x>b.y>c.z>d.z entries gw.q"}},
		{"a possible one, where the gateway names no operation",
			[]string{"gw is gateway", "gw.p -> a", "e.w -> a.x", "a.x -> b.y", "b.y -> c.z", "e.w -> k.v", "k.v -> l.v", "l.v -> m.v", "m.v -> n.v"},
			[]string{"4 e.w>k.v>l.v>m.v>n.v ends c.z", "2 a>b.y>c.z possible"}},
		{"a possible one, where too little of what is certain is left",
			[]string{"gw is gateway", "gw.p -> a.x", "e.w -> a.x", "a.x -> b.y", "a.x -> k", "k.v -> l.v"},
			[]string{"2 a.x>k>l.v possible", "2 e.w>a.x>b.y ends k"}},
		{"a gateway may lead into a ring beside the way of a chain through it",
			[]string{"gw is gateway", "gw.p -> b.y", "e.w -> a.x", "a.x -> b.y", "b.y -> a.x", "a.x -> c.z", "c.z -> d.w"},
			[]string{"3 e.w>a.x>c.z>d.w entries gw.p"}},
		{"nor one that leads to the head",
			[]string{"gw is gateway", "gw.p -> a.x", "a.x -> b.y", "b.y -> c.z", "c.z -> d.w"},
			[]string{"3 a.x>b.y>c.z>d.w"}},
		{"nor one that is only called itself",
			[]string{"gw is gateway", "e.w -> gw.p", "gw.p -> a.x", "a.x -> b.y", "b.y -> c.z"},
			[]string{"3 e.w>gw.p>a.x>b.y>c.z"}},
		{"platform services are none",
			[]string{"flags is platform", "a.x -> flags.get", "flags.get -> b.y", "b.y -> c.z"}, nil},
		{"health checks are none",
			[]string{"a.x -> b.y", "b.y -> c.grpc.health.v1.Health/Check"}, nil},
		{"health checks by a route that any method reaches are none",
			[]string{"a.x -> b.y", "b.y -> c.POST~/health", "c.ANY~/health publishes t"}, nil},
		{"self-calls count nothing",
			[]string{"a.x -> a.y", "a.y -> b.z"}, nil},
		{"self-calls cut nothing",
			[]string{"a.x -> b.y", "b.y -> b.z", "b.z -> c.w"},
			[]string{"2 a.x>b.y>b.z>c.w"}},
		{"a misspelled operation may be any",
			[]string{"a.x -> b.Plce", "b.Place -> c.z", "c.z -> d.w"},
			[]string{"2 b.Place>c.z>d.w upstream a.x:3"}},
		{"a misspelled last operation leaves a chain certain",
			[]string{"a.x -> b.y", "b.y -> c.Plce", "c.Place publishes t"},
			[]string{"2 a.x>b.y>c"}},
		{"an operation that is not listed ends a chain",
			[]string{"a.x -> b.Cancel", "b.Place -> c.z"}, nil},
		{"a service that lists no operation has all",
			[]string{"a.x -> b.Cancel", "b -> c.z"},
			[]string{"2 a.x>b.Cancel>c.z possible"}},
		{"an unknown callee is a last hop",
			[]string{"a.x -> b.y", "b.y -> ?.ENV_ADDR"},
			[]string{"2 a.x>b.y>?ENV_ADDR possible"}},
		{"a ring does not hide the chain through it",
			[]string{"a.x -> b.y", "b.y -> c.z", "c.z -> b.y", "c.z -> d.w", "d.w -> e.v"},
			[]string{"3 a.x>b.y>c.z>d.w>e.v"}},
		{"a ring does not hide the chain beside it",
			[]string{"a.x -> b.y", "b.y -> a.x", "a.x -> c.z", "c.z -> d.w"},
			[]string{"2 a.x>c.z>d.w"}},
		{"hops inside a ring count nothing",
			[]string{"a.x -> b.y", "b.y -> a.x", "b.y -> c.z"}, nil},
		{"a ring that nobody enters is a head",
			[]string{"a.x -> b.y", "b.y -> a.x", "b.y -> c.z", "c.z -> d.w"},
			[]string{"2 a.x>b.y>c.z>d.w"}},
		{"a possible ring does not hide a certain chain",
			[]string{"a.x -> b.y", "b.y -> c.z", "c -> a"},
			[]string{"2 a.x>b.y>c.z"}},
		{"the entry of a journey is a head",
			[]string{"journey j b.y", "a.x -> b.y", "b.y -> c.z", "c.z -> d.w"},
			[]string{"3 a.x>b.y>c.z>d.w", "2 b.y>c.z>d.w"}},
		{"an operation's own chain stays beside its service's longer one",
			[]string{"a.x -> b.y", "b.y -> c.z", "a -> d", "d -> e", "e -> f"},
			[]string{"3 a>d>e>f possible", "2 a.x>b.y>c.z"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			g := graph.Build(system(test.lines...))
			got := describe(g, g.Chains(2))
			if !slices.Equal(got, test.want) {
				t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(test.want, "\n  "))
			}
		})
	}
}

func TestOperationMatching(t *testing.T) {
	tests := []struct{ declared, called, want string }{
		{"GET /o/{id}", "GET /o/{id}", "GET /o/{id}"},
		{"GET /o/{id}", "GET /o/{order}", "GET /o/{id}"},
		{"GET /o/{id}", "GET /o/:id", "GET /o/{id}"},
		{"GET /o/{id}", "GET /o/42", "GET /o/{id}"},
		{"GET /o/{id}", "GET /o/42/items", "GET /o/42/items"},
		{"GET /o/{id}", "POST /o/{id}", "POST /o/{id}"},
		{"ANY /o/{id}", "POST /o/{id}", "ANY /o/{id}"},
		{"GET /o", "GET /o?full=1", "GET /o"},
		{"GET /o/{id}", "GET /o/42?full=1", "GET /o/{id}"},
		{"GET /o/:id", "GET /o/42", "GET /o/:id"},
		{"GET /f/{path...}", "GET /f/a", "GET /f/{path...}"},
		{"GET /f/{path...}", "GET /f/a/b.png", "GET /f/{path...}"},
		{"GET /f/{path...}", "GET /f/{name}", "GET /f/{path...}"},
		{"GET /f/{path...}", "GET /f/", "GET /f/{path...}"},
		{"GET /f/{path...}", "GET /f", "GET /f/{path...}"},
		{"GET /f/{path...}", "GET /g/a", "GET /g/a"},
		{"GET /f/{path...}", "POST /f/a/b", "POST /f/a/b"},
		{"ANY /{path...}", "GET /", "ANY /{path...}"},
		{"ANY /{path...}", "POST /f/a/b", "ANY /{path...}"},
		{"GET /u/{id}/f/{path...}", "GET /u/7/f/a/b", "GET /u/{id}/f/{path...}"},
		{"GET /u/{id}/f/{path...}", "GET /u/7/g/a/b", "GET /u/7/g/a/b"},
		{"GET /o/{...}", "GET /o/a/b", "GET /o/{...}"},
		{"ANY /o/{id}, GET /o/{id}", "GET /o/42", "GET /o/{id}"},
		{"GET /f/{path...}, GET /f/{name}", "GET /f/a", "GET /f/{name}"},
		{"GET /f/{path...}, GET /f/a/{path...}", "GET /f/a/b", "GET /f/a/{path...}"},
		{"pkg.S/M", "pkg.S/N", "pkg.S/N"},
	}
	for _, test := range tests {
		b := &arch.Service{Name: "b"}
		for declared := range strings.SplitSeq(test.declared, ", ") {
			b.Operations = append(b.Operations, &arch.Operation{Name: declared})
		}
		sys := &arch.System{Services: []*arch.Service{
			{Name: "a", Operations: []*arch.Operation{{Name: "x", Body: arch.Body{Calls: []*arch.Call{
				{To: "b", Operation: arch.At(test.called, arch.Pos{}), CallFacts: new(arch.CallFacts)}}}}}},
			b,
		}}
		sys.Sort()
		g := graph.Build(sys)
		edge := g.Edges[0]
		if got := g.Nodes[edge.To].Name; got != test.want {
			t.Errorf("%s called as %s: reaches %s, want %s", test.declared, test.called, got, test.want)
		}
	}
}

func TestRings(t *testing.T) {
	tests := []struct {
		name  string
		lines []string
		want  []string
	}{
		{"operations", []string{"b.y -> c.z", "c.z -> a.x", "a.x -> b.y"}, []string{"a.x>b.y>c.z>a.x"}},
		{"services only", []string{"a -> b", "b -> a"}, []string{"a>b>a possible"}},
		{"unrelated operations in both directions are none", []string{"a.x -> b.m", "b.n -> a.y"}, nil},
		{"a service that calls itself is none", []string{"a.x -> a.y", "a.y -> a.x"}, nil},
		{"two rings of one operation are one finding", []string{"a.x -> b.y", "b.y -> a.x", "a.x -> c.z", "c.z -> a.x"}, []string{"a.x>b.y>a.x"}},
		{"an unknown callee closes none", []string{"a.x -> ?.A", "b.y -> ?.A"}, nil},
		{"a certain ring and another possible one", []string{"a.x -> b.y", "b.y -> a.x", "c -> d", "d -> c"}, []string{"a.x>b.y>a.x", "c>d>c possible"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			g := graph.Build(system(test.lines...))
			var got []string
			for _, ring := range g.Rings() {
				text := name(g, ring.Start)
				for _, e := range ring.Edges {
					if g.Edges[e].Call != nil {
						text += ">" + name(g, g.Edges[e].To)
					}
				}
				if ring.Possible {
					text += " possible"
				}
				got = append(got, text)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestMixedRings(t *testing.T) {
	tests := []struct {
		name  string
		lines []string
		want  []string
	}{
		{"closed by a message",
			[]string{"a.consume~t -> b.y", "b.y publishes t", "a consumes t"},
			[]string{"a.consume t>b.y(t)a.consume t"}},
		{"the handler is not the operation that waits",
			[]string{"a.x -> b.y", "b.y publishes t", "a consumes t"}, nil},
		{"messages alone",
			[]string{"a.consume~t publishes u", "b.consume~u publishes t"}, nil},
		{"the shortest way round has only messages",
			[]string{"a.consume~u publishes u", "a.consume~u -> b.x", "b.x publishes u"},
			[]string{"a.consume u>b.x(u)a.consume u"}},
		{"the shortest way round has only calls",
			[]string{"a.GET -> b.y", "a.consume~t -> b.y", "b.y -> a.GET", "b.y publishes t"},
			[]string{"a.consume t>b.y(t)a.consume t"}},
		{"no way round passes each operation once",
			[]string{"a.x -> b.consume~t", "b.consume~t -> a.x", "b.consume~t publishes t"},
			[]string{"a.x>b.consume t(t)b.consume t>a.x"}},
		{"a gateway waits for nobody",
			[]string{"a is gateway", "a.consume~t -> b.y", "b.y publishes t"}, nil},
		{"the consumer names no broker",
			[]string{"a.consume~t -> b.y", "b.y publishes t@kafka", "a consumes t"},
			[]string{"a.consume t>b.y(t)a.consume t"}},
		{"the publisher names no broker",
			[]string{"a.consume~t -> b.y", "b.y publishes t", "a consumes t@kafka", "a consumes t@nats"},
			[]string{"a.consume t>b.y(t)a.consume t"}},
		{"one broker",
			[]string{"a.consume~t -> b.y", "b.y publishes t@kafka", "a consumes t@kafka"},
			[]string{"a.consume t>b.y(t)a.consume t"}},
		{"two brokers",
			[]string{"a.consume~t -> b.y", "b.y publishes t@kafka", "a consumes t@nats"}, nil},
		{"what a service publishes, any of its operations may",
			[]string{"c.consume~u -> d.y", "d publishes u", "d.y publishes v"},
			[]string{"c.consume u>d.y(u)c.consume u possible"}},
		{"a certain ring and another possible one",
			[]string{"a.consume~t -> b.y", "b.y publishes t", "c.consume~u -> d.y", "d publishes u", "d.y publishes v"},
			[]string{"a.consume t>b.y(t)a.consume t", "c.consume u>d.y(u)c.consume u possible"}},
		{"a certain ring inside a possible one",
			[]string{"a.consume~t -> b.y", "b.y publishes t", "b.y -> c", "c.z publishes t"},
			[]string{"a.consume t>b.y(t)a.consume t", "a.consume t>b.y>c>c.z(t)a.consume t possible"}},
		{"a possible way round a certain ring, in the same services",
			[]string{"a.consume~t -> b.y", "b.y publishes t", "b publishes t"},
			[]string{"a.consume t>b.y(t)a.consume t"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			g := graph.Build(system(test.lines...))
			var got []string
			for _, ring := range g.MixedRings() {
				text := name(g, ring.Steps[0].From)
				for i, step := range ring.Steps {
					if step.From != ring.Steps[(i+len(ring.Steps)-1)%len(ring.Steps)].To {
						t.Errorf("step %d does not begin where the one before ends", i)
					}
					switch {
					case step.Publish != nil:
						text += "(" + step.Publish.Topic + ")" + name(g, step.To)
					case g.Nodes[step.To].Kind != graph.Body:
						text += ">" + name(g, step.To)
					}
				}
				if ring.Possible {
					text += " possible"
				}
				got = append(got, text)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestConsumes(t *testing.T) {
	g := graph.Build(system("a consumes t", "a.x -> b.consume~u", "b.consume~u -> c.z", "d.consume~v -> d.consume~w", "d.consume~w publishes t"))
	for operation, want := range map[string]bool{
		"a.consume t": true,  // messages
		"b.consume u": false, // requests over a broker
		"d.consume w": true,  // a service that calls itself is no other
		"c.z":         false,
	} {
		service, op, _ := strings.Cut(operation, ".")
		if _, got := g.Nodes[g.Find(service, op)].Consumes(); got != want {
			t.Errorf("messages set off %s: %v, want %v", operation, got, want)
		}
	}
}

func TestTriples(t *testing.T) {
	tests := []struct {
		lines        []string
		all, refuted int
	}{
		{[]string{"a.x -> b.m", "b.n -> c.z", "b.m publishes t"}, 1, 1},
		{[]string{"a.x -> b.m", "b.n -> c.z"}, 1, 0}, // b lists n only: what m does is not known
		{[]string{"a.x -> b.Plce", "b.Place -> c.z"}, 1, 0},
		{[]string{"a.x -> b.m", "b.m -> c.z"}, 1, 0},
		{[]string{"a.x -> b", "b.n -> c.z"}, 1, 0},
		{[]string{"a.x -> b.m", "b -> c"}, 1, 0},
		{[]string{"a.x -> b.m", "b.m -> b.k", "b.k -> c.z", "d.x -> b.n", "b.n publishes t"}, 2, 1},
		{[]string{"a.x -> b.m", "b.m -> a.y"}, 0, 0},
		{[]string{"a.x -> b.GET~/f/a/b", "b.GET~/f/{path...} -> c.z"}, 1, 0},
	}
	for _, test := range tests {
		all, refuted := graph.Build(system(test.lines...)).Triples()
		if all != test.all || refuted != test.refuted {
			t.Errorf("%q: %d of %d refuted, want %d of %d", test.lines, refuted, all, test.refuted, test.all)
		}
	}
}

func TestAtLeast(t *testing.T) {
	g := graph.Build(system("a.x -> b.y", "b.y -> c.z", "b.y -> d.z", "d.z -> a.x", "c.z -> e.w"))
	needs := g.Needs(graph.Certain, nil)
	count := needs.AtLeast(10)
	for op, want := range map[string]int{"a.x": 4, "b.y": 4, "c.z": 1, "d.z": 4, "e.w": 0} {
		service, operation, _ := strings.Cut(op, ".")
		if got := count(g.Find(service, operation)); got != want {
			t.Errorf("%s needs %d, want %d", op, got, want)
		}
	}
	if got := needs.AtLeast(2)(g.Find("a", "x")); got != 2 {
		t.Errorf("beyond the limit: %d, want 2", got)
	}
	if got := count(g.Find("c", "z"), g.Find("e", "w"), g.Find("d", "z")); got != 4 {
		t.Errorf("three nodes together need %d besides the first, want 4", got)
	}
	none := func(e *graph.Edge) bool { return g.Nodes[e.To].Service.Name == "b" }
	if got := g.Needs(graph.Certain, none).AtLeast(10)(g.Find("d", "z")); got != 2 {
		t.Errorf("with nothing behind b: %d, want 2", got)
	}
}

// A ring that a soft call closes is none: what only that call needs is needed by nobody.
func TestSoftRing(t *testing.T) {
	sys := system("a.x -> b.y", "b.y -> a.x", "a.x -> c.z")
	for _, s := range sys.Services {
		for _, op := range s.Operations {
			for _, call := range op.Calls {
				if call.To == "a" {
					call.CallFacts = &arch.CallFacts{Error: arch.At(arch.ErrorSwallowed, arch.Pos{})}
				}
			}
		}
	}
	sys.Sort()
	g := graph.Build(sys)
	if got := g.Needs(graph.Certain, nil).AtLeast(10)(g.Find("b", "y")); got != 0 {
		t.Errorf("b needs %d, want none", got)
	}
}

// TestOrderOfInput shuffles a tangled system: nothing may change.
func TestOrderOfInput(t *testing.T) {
	rnd := rand.New(rand.NewSource(5))
	var lines []string
	for i := range 60 {
		from, to := fmt.Sprintf("s%02d", rnd.Intn(25)), fmt.Sprintf("s%02d", rnd.Intn(25))
		if i%3 > 0 {
			from += fmt.Sprintf(".op%d", rnd.Intn(3))
		}
		if i%4 > 0 {
			to += fmt.Sprintf(".op%d", rnd.Intn(3))
		}
		lines = append(lines, from+" -> "+to)
	}
	result := func(lines []string) string {
		g := graph.Build(system(lines...))
		return strings.Join(describe(g, g.Chains(2)), "\n")
	}
	// The order of an operation's own calls is that of its code, so only whole operations are shuffled.
	byCaller := make(map[string][]string)
	for _, line := range lines {
		caller := strings.Fields(line)[0]
		byCaller[caller] = append(byCaller[caller], line)
	}
	want := result(lines)
	for _, word := range []string{"possible", "upstream", "perhaps", "heads", "ends"} {
		if !strings.Contains(want, word) {
			t.Fatalf("the system is not tangled enough: no %s in\n%s", word, want)
		}
	}
	for range 50 {
		var callers []string
		for caller := range byCaller {
			callers = append(callers, caller)
		}
		rnd.Shuffle(len(callers), func(i, j int) { callers[i], callers[j] = callers[j], callers[i] })
		var shuffled []string
		for _, caller := range callers {
			shuffled = append(shuffled, byCaller[caller]...)
		}
		if got := result(shuffled); got != want {
			t.Fatalf("other order, other result:\n%s\nwant\n%s", got, want)
		}
	}
}

// TestLongChain follows 100,000 hops: nothing in the package may recurse.
func TestLongChain(t *testing.T) {
	const n = 100_000
	sys := &arch.System{}
	for i := range n {
		s := &arch.Service{Name: fmt.Sprintf("s%06d", i)}
		op := &arch.Operation{Name: "x"}
		if i+1 < n {
			op.Calls = []*arch.Call{{To: fmt.Sprintf("s%06d", i+1), Operation: arch.At("x", arch.Pos{}), CallFacts: new(arch.CallFacts)}}
		}
		s.Operations = []*arch.Operation{op}
		sys.Services = append(sys.Services, s)
	}
	chains := graph.Build(sys).Chains(2)
	if len(chains) != 1 || chains[0].Hops != n-1 {
		t.Fatalf("%d chains", len(chains))
	}
}

func TestUnlisted(t *testing.T) {
	for _, test := range []struct {
		listed, called, meant string // listed operations, with commas between; + is what only a subscription says
		ok                    bool
	}{
		{"Place", "Place", "", false},
		{"Place", "Plce", "Place", true},
		{"Place", "Cancel", "", true},
		{"", "Plce", "", false},
		{"+consume t", "Place", "", false},
		{"grpc.health.v1.Health/Check", "Place", "", false},
		{"Place", "GET /healthz", "", false},
		{"shop.Order/Place", "shop.Order/Plcae", "shop.Order/Place", true},
		{"shop.Order/Place", "shop.Ordre/Place", "shop.Order/Place", true},
		{"shop.Order/Place", "Shop.Order/place", "shop.Order/Place", true},
		{"shop.Order/Place", "shop.OrderPlace", "", true},
		{"shop.Order/Place,shop.Order/Places", "shop.Order/Placess", "shop.Order/Places", true},
		{"P.A/X", "p.A/X", "P.A/X", true},
		{"P.A/X", "P.A/Y", "", true},
		{"shop.User/GetUser", "shop.User/SetUser", "", true},
		{"shop.User/GetUser", "shop.User/PutUser", "", true},
		{"shop.User/GetUser", "shop.User/GetUsr", "shop.User/GetUser", true},
		{"shop.User/GetUser", "shop.User/Getuser", "shop.User/GetUser", true},
		{"shop.v1.User/Get", "shop.v2.User/Get", "", true},
		{"GET /orders/{id}", "GET /orders/42", "", false},
		{"GET /orders/{id}", "GET /order/{id}", "GET /orders/{id}", true},
		{"GET /orders/{id}", "GET /ordres/{order}", "GET /orders/{id}", true},
		{"GET /orders/{id}", "GET /orders", "", true},
		{"GET /orders/me", "GET /orders/{id}", "", true},
		{"GET /orders", "PUT /orders", "", true},
		{"ANY /orders", "PUT /ordres", "ANY /orders", true},
		{"GET /orders", "GET /orders/", "GET /orders", true},
		{"GET /cart", "GET /cats", "", true},
		{"consume l.requests", "consume l.reqeusts", "consume l.requests", true},
		{"Place,consume place", "consume plce", "consume place", true},
	} {
		b := &arch.Service{Name: "b"}
		if test.listed != "" {
			for listed := range strings.SplitSeq(test.listed, ",") {
				if topic, implied := strings.CutPrefix(listed, "+consume "); implied {
					b.Consumes = append(b.Consumes, arch.Consume{Topic: topic})
				}
				b.Operations = append(b.Operations, &arch.Operation{Name: strings.TrimPrefix(listed, "+")})
			}
		}
		call := func() *arch.Call { return &arch.Call{To: "b", Operation: arch.At(test.called, arch.Pos{})} }
		a := &arch.Service{Name: "a", Body: arch.Body{Calls: []*arch.Call{call()}}, Background: arch.Body{Calls: []*arch.Call{call()}}}
		sys := &arch.System{Services: []*arch.Service{a, b}}
		sys.Sort()
		g := graph.Build(sys)
		for _, call := range []*arch.Call{a.Calls[0], a.Background.Calls[0]} {
			if u, ok := g.Unlisted(call); ok != test.ok || u.Meant != test.meant || ok && u.Name != test.called {
				t.Errorf("%q called %q: %+v, %v, want %q, %v", test.listed, test.called, u, ok, test.meant, test.ok)
			}
		}
	}
}

// TestManyUnlisted: thousands of names, each near to one of thousands, end in time. Suggestions may not.
func TestManyUnlisted(t *testing.T) {
	b := &arch.Service{Name: "b"}
	a := &arch.Service{Name: "a"}
	for i := range 8000 {
		word := fmt.Sprintf("%c%c%c%c", 'a'+i%26, 'a'+i/26%26, 'a'+i/676%26, 'a'+i/17576)
		b.Operations = append(b.Operations, &arch.Operation{Name: "shop.Order/Operation" + word})
		a.Calls = append(a.Calls, &arch.Call{To: "b", Operation: arch.At("shop.Ordre/Operation"+word, arch.Pos{})})
	}
	sys := &arch.System{Services: []*arch.Service{a, b}}
	sys.Sort()
	start := time.Now()
	g := graph.Build(sys)
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("took %s", took)
	}
	if u, ok := g.Unlisted(a.Calls[0]); !ok || u.Meant == "" {
		t.Errorf("not even the first has a suggestion: %+v", u)
	}
}
