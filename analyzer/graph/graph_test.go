package graph_test

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/graph"
)

// system reads a system from lines: "a.x -> b.m" is a call of a's operation x to b's m; without ".m" it names no
// operation; without ".x" it stands on the service. "a is gateway" sets a kind, "journey j a.x" an entry,
// "a.x publishes t" and "a consumes t" messages.
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
		name, op, named := strings.Cut(name, ".")
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
			b.Publishes = append(b.Publishes, &arch.Publish{Topic: word[2], Pos: pos})
		case word[1] == "consumes":
			s := service(word[0])
			s.Consumes = append(s.Consumes, arch.Consume{Topic: word[2], Pos: pos})
			if s.Operation("consume "+word[2]) == nil {
				s.Operations = append(s.Operations, &arch.Operation{Name: "consume " + word[2]})
			}
		default:
			to, op, named := strings.Cut(word[2], ".")
			call := &arch.Call{To: to, Pos: pos, CallFacts: new(arch.CallFacts)}
			if to == arch.Unresolved {
				call.Target = arch.At(op, pos)
			} else {
				service(to)
				if named {
					call.Operation = arch.At(op, pos)
				}
			}
			from := strings.ReplaceAll(word[0], "~", " ")
			b := body(from)
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
		{"a certain warning gives way to the longer possible chain",
			[]string{"w -> a", "a.x -> b.y", "b.y -> c.z"},
			[]string{"3 w>a>b.y>c.z possible"}},
		{"a gateway's hops count nothing and cut nothing",
			[]string{"gw is gateway", "a.x -> gw.p", "gw.p -> b.y", "b.y -> c.z"},
			[]string{"2 a.x>gw.p>b.y>c.z"}},
		{"a ui over one tier is fine",
			[]string{"ui is ui", "ui.page -> bff.get", "bff.get -> a.x", "bff.get -> b.x"}, nil},
		{"behind a gateway chains begin",
			[]string{"gw is gateway", "gw.p -> a.x", "a.x -> b.y", "b.y -> c.z"},
			[]string{"2 a.x>b.y>c.z"}},
		{"platform services are none",
			[]string{"flags is platform", "a.x -> flags.get", "flags.get -> b.y", "b.y -> c.z"}, nil},
		{"health checks are none",
			[]string{"a.x -> b.y", "b.y -> c.grpc.health.v1.Health/Check"}, nil},
		{"self-calls count nothing",
			[]string{"a.x -> a.y", "a.y -> b.z"}, nil},
		{"self-calls cut nothing",
			[]string{"a.x -> b.y", "b.y -> b.z", "b.z -> c.w"},
			[]string{"2 a.x>b.y>b.z>c.w"}},
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
			got := describe(g, g.Chains(graph.Bounds{Warning: 2, Error: 3}))
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
		{"pkg.S/M", "pkg.S/N", "pkg.S/N"},
	}
	for _, test := range tests {
		sys := &arch.System{Services: []*arch.Service{
			{Name: "a", Operations: []*arch.Operation{{Name: "x", Body: arch.Body{Calls: []*arch.Call{
				{To: "b", Operation: arch.At(test.called, arch.Pos{}), CallFacts: new(arch.CallFacts)}}}}}},
			{Name: "b", Operations: []*arch.Operation{{Name: test.declared}}},
		}}
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
	closed := graph.Build(system("a.consume~t -> b.y", "b.y publishes t", "a consumes t"))
	if rings := closed.MixedRings(); len(rings) != 1 || len(rings[0].Steps) != 2 || rings[0].Possible {
		t.Errorf("closed by a message: %+v", rings)
	}
	open := graph.Build(system("a.x -> b.y", "b.y publishes t", "a consumes t"))
	if rings := open.MixedRings(); len(rings) != 0 {
		t.Errorf("the handler is not the operation that waits: %+v", rings)
	}
}

func TestTriples(t *testing.T) {
	tests := []struct {
		lines        []string
		all, refuted int
	}{
		{[]string{"a.x -> b.m", "b.n -> c.z"}, 1, 1},
		{[]string{"a.x -> b.m", "b.m -> c.z"}, 1, 0},
		{[]string{"a.x -> b", "b.n -> c.z"}, 1, 0},
		{[]string{"a.x -> b.m", "b -> c"}, 1, 0},
		{[]string{"a.x -> b.m", "b.m -> b.k", "b.k -> c.z", "d.x -> b.n"}, 2, 1},
		{[]string{"a.x -> b.m", "b.m -> a.y"}, 0, 0},
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
	rnd := rand.New(rand.NewSource(1))
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
		return strings.Join(describe(g, g.Chains(graph.Bounds{Warning: 2, Error: 3})), "\n")
	}
	// The order of an operation's own calls is that of its code, so only whole operations are shuffled.
	byCaller := make(map[string][]string)
	for _, line := range lines {
		caller := strings.Fields(line)[0]
		byCaller[caller] = append(byCaller[caller], line)
	}
	want := result(lines)
	if !strings.Contains(want, "possible") {
		t.Fatalf("the system is not tangled enough:\n%s", want)
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
	chains := graph.Build(sys).Chains(graph.Bounds{Warning: 2, Error: 3})
	if len(chains) != 1 || chains[0].Hops != n-1 {
		t.Fatalf("%d chains", len(chains))
	}
}
