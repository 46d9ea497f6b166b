package rule

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/graph"
)

func hardDependencies() Rule {
	return Rule{
		ID:      "hard-dependencies",
		Concern: Coupling,
		Rank:    Outage,
		Title:   "services that must all be up",
		Fires:   "an operation that requests enter at, or a journey, with all that it enters at and what is behind a gateway, needs 4 or more other services, at any depth, to succeed: a note; 5 or more where it writes, 10 or more in any case: a warning. Of calls on branches that exclude each other, only those of the worst count.",
		Default: "note from 4; warning from 5 where the operation or journey writes, else from 10",
		Rationale: `Each service that must answer multiplies its failures into the operation's. What counts is not how deep the calls
go but how many different services have to be up at once: 5 to 10 are typical, and ten services of 99.9% leave 99%, seven
hours a month.

A dependency is soft, and not counted, if its error is swallowed: the operation goes on without it. Where such a call is
said to have no limit it is named, since it cannot fail the request, but hang it.

Of a call that was found in code it is not always known what becomes of its error: where less than the threshold is left
without such calls, the finding is only possible.`,
		Source:   "Treynor, Dahlin, Rau, Beyer: The Calculus of Service Availability (ACM Queue, 2017), who find 5 to 10 dependencies typical",
		Severity: finding.Note,
		Wrong: `version: 1
services:
  checkout:
    operations:
      shop.Checkout/PlaceOrder:
        calls:
          - {to: cart, operation: shop.Cart/Get}
          - {to: catalog, operation: shop.Catalog/Get}
          - {to: payment, operation: shop.Payment/Charge, effect: write}
          - {to: shipping, operation: shop.Shipping/Ship}
          - {to: mail, operation: shop.Mail/Confirm}
  cart: {}
  catalog: {}
  payment: {}
  shipping: {}
  mail: {}
`,
		Right: `version: 1
services:
  checkout:
    operations:
      shop.Checkout/PlaceOrder:
        calls:
          - {to: cart, operation: shop.Cart/Get}
          - {to: payment, operation: shop.Payment/Charge, effect: write}
        publishes: [orders.placed]
    consumes: [catalog.changed]
  cart: {}
  catalog: {publishes: [catalog.changed]}
  payment: {}
  shipping: {consumes: [orders.placed]}
  mail: {consumes: [orders.placed]}
`,
		Remedy: "make dependencies soft first (a default, a deadline); hand over by events what the caller need not wait for; keep copies of data that is only read; join services that are always needed together",
		Params: []arch.ParamSpec{
			{Name: "note", Doc: "Services from which it is noted.", Default: 4, Min: 1, Whole: true},
			{Name: "write", Doc: "Services from which it is a warning where the operation or journey changes something.", Default: 5, Min: 1, Whole: true},
			{Name: "warning", Doc: "Services from which it is a warning in any case.", Default: 10, Min: 1, Max: 64, Whole: true},
		},
		Check: checkHardDependencies,
	}
}

// need is what one operation that requests enter at, or one journey, cannot do without.
type need struct {
	from     []graph.NodeID
	journey  *arch.Journey // nil for an operation
	places   []arch.Pos    // where the journey says that it enters there
	possible bool
	takes    func(*graph.Edge) bool // whether a call is on the branches that count
	count    int                    // exact up to the greatest threshold
	severity finding.Severity

	met     []met         // the services, by name
	cut     bool          // the walk ran out of its budget, or has names enough: there may be more
	unsure  []*graph.Edge // that are not certain, on the ways there
	least   int           // from how many services it has its severity
	sure    int           // how many services it needs although calls that are perhaps soft were soft
	perhaps int           // how many such calls there are
	hanging []string      // services that cannot fail it, but hang it
	given   []keeps       // what is known of the availability of these, least first
	assumed []string      // those of which nothing is known
}

// keeps is the share of time that a service is up, and how that is said.
type keeps struct {
	term  string
	share float64
}

// met is a service, and where it was found to be needed.
type met struct {
	service *arch.Service
	finding.Ref
}

func checkHardDependencies(p *Pass) {
	g := p.Graph
	least, limit := bounds(p)
	certain, possible := countNeeds(g, graph.Certain, limit), countNeeds(g, graph.Possible, limit)
	grade := func(from ...graph.NodeID) need { return gradeNeed(p, certain, possible, from...) }
	walker, weigher := g.Walker(), g.Walker() // a budget each: weighing takes no names from another finding
	promising := promisesOnly(p.System)
	isRoot := make([]bool, len(g.Nodes))
	roots := g.Roots()
	for len(roots) > 0 {
		service := g.Nodes[roots[0]].Service
		end := slices.IndexFunc(roots, func(n graph.NodeID) bool { return g.Nodes[n].Service != service })
		if end < 0 {
			end = len(roots)
		}
		own := roots[:end] // the roots of one service stand together
		roots = roots[end:]
		var worst need
		var others []graph.NodeID
		for _, root := range own {
			isRoot[root] = true
			if possible.count(root) < least {
				continue
			}
			others = append(others, root)
			if n := grade(root); n.worseThan(&worst) {
				worst = n
			}
		}
		if worst.severity == finding.Off {
			continue
		}
		slices.SortStableFunc(others, func(a, b graph.NodeID) int { return cmp.Compare(possible.count(b), possible.count(a)) })
		worst.name(g, walker)
		worst.weigh(g, weigher, promising)
		p.Report(needFinding(g, &worst, others, func(n graph.NodeID) string {
			if count := possible.count(n); count < limit {
				return strconv.Itoa(count)
			}
			return fmt.Sprintf("%d or more", limit)
		}))
	}
	for _, journey := range p.System.Journeys {
		var entries []graph.NodeID
		var places []arch.Pos
		for _, entry := range journey.Entries {
			if n := g.Find(entry.Service, entry.Operation); n != graph.None {
				entries, places = append(entries, n), append(places, entry.Pos)
			}
		}
		if len(entries) == 0 {
			continue
		}
		whole := grade(entries...)
		whole.journey, whole.places = journey, places
		said := finding.Off // of what it begins with
		for _, n := range begins(g, entries) {
			if isRoot[n] {
				said = max(said, grade(n).severity)
			}
		}
		if whole.severity > said {
			whole.name(g, walker)
			whole.weigh(g, weigher, promising)
			p.Report(needFinding(g, &whole, nil, nil))
		}
	}
}

// bounds are the smallest and the greatest of the thresholds.
func bounds(p *Pass) (least, limit int) {
	note, write, warning := int(p.Param("note")), int(p.Param("write")), int(p.Param("warning"))
	return min(note, write, warning), max(note, write, warning)
}

// counted is what some nodes need in one view, counted without a walk, so that every operation of a large system can be
// judged.
type counted struct {
	needs  *graph.Needs
	count  func(...graph.NodeID) int
	writes func(graph.NodeID) bool
}

func countNeeds(g *graph.Graph, kind graph.View, limit int) counted {
	needs := g.Needs(kind, nil)
	return counted{needs, needs.AtLeast(limit), needs.Any(func(e *graph.Edge) bool { return effectOf(e.Call) == arch.Write })}
}

// gradeNeed judges what some nodes need together: what is certain, or what is only possible where that is worse.
func gradeNeed(p *Pass, certain, possible counted, from ...graph.NodeID) need {
	worst := need{from: from}
	for i, view := range [...]counted{certain, possible} {
		n := need{from: from, possible: i > 0, takes: view.needs.Takes, count: view.count(from...)}
		writes := slices.ContainsFunc(from, func(n graph.NodeID) bool {
			return view.writes(n) || writesItself(&p.Graph.Nodes[n])
		})
		switch count := float64(n.count); {
		case writes && count >= p.Param("write"):
			n.severity, n.least = finding.Warning, int(min(p.Param("write"), p.Param("warning")))
		case count >= p.Param("warning"):
			n.severity, n.least = finding.Warning, int(p.Param("warning"))
		case count >= p.Param("note"):
			n.severity, n.least = finding.Note, int(p.Param("note"))
		}
		if n.severity > worst.severity {
			worst = n
		}
	}
	return worst
}

// writesItself reports whether an operation changes something of its own service: what its store or its method says.
func writesItself(n *graph.Node) bool {
	var stores []*arch.StoreUse
	switch {
	case n.Op != nil:
		stores = n.Op.Stores
	case n.Kind == graph.Body:
		stores = n.Service.Stores
	}
	return methodEffect(n.Name) == arch.Write ||
		slices.ContainsFunc(stores, func(use *arch.StoreUse) bool { return use.Access.Or("") == arch.Write })
}

// worseThan reports whether a need is to be reported rather than another of its service.
func (n *need) worseThan(other *need) bool {
	switch {
	case n.severity != other.severity:
		return n.severity > other.severity
	case n.possible != other.possible:
		return !n.possible
	}
	return n.count > other.count
}

// begins lists where requests that enter at some nodes begin to count: behind a ui or gateway, which only passes them
// on, what that calls.
func begins(g *graph.Graph, entries []graph.NodeID) []graph.NodeID {
	var begins []graph.NodeID
	seen := make(map[graph.NodeID]bool)
	for queue := entries; len(queue) > 0; {
		n := queue[0]
		queue = queue[1:]
		if seen[n] {
			continue
		}
		seen[n] = true
		if s := g.Nodes[n].Service; s == nil || s.KindOf() != arch.UI && s.KindOf() != arch.Gateway {
			begins = append(begins, n)
			continue
		}
		out := g.Out(n)
		for i := range out {
			queue = append(queue, out[i].To)
		}
	}
	return begins
}

// view is the one in which the need was counted.
func (n *need) view() graph.View {
	if n.possible {
		return graph.Possible
	}
	return graph.Certain
}

// mostNamed is how many services a finding names: beyond that it says "at least".
const mostNamed = 24

// name finds what is needed, by name.
func (n *need) name(g *graph.Graph, w *graph.Walker) {
	n.met = make([]met, 0, min(n.count, mostNamed)+1)
	first := g.Nodes[n.from[0]].Service
	entered := map[*arch.Service]bool{first: true}
	for i, node := range n.from {
		if s := g.Nodes[node].Service; !entered[s] {
			entered[s] = true
			r := ref(g, finding.Member, node)
			r.Pos = n.places[i]
			n.met = append(n.met, met{s, r})
		}
	}
	n.cut = !w.Walk(n.view(), n.from, func(e *graph.Edge) bool {
		if !e.Certain && len(n.unsure) < mostNamed {
			n.unsure = append(n.unsure, e)
		}
		if e.Call == nil {
			return true
		}
		if !n.takes(e) {
			return false
		}
		if !e.Call.Hard() {
			if e.Call.CanHang() {
				n.hanging = append(n.hanging, g.Nodes[e.To].ServiceName())
			}
			return false
		}
		if perhapsSoft(e.Call) {
			n.perhaps++
		}
		if w.Meets(e.To) {
			n.met = append(n.met, met{g.Nodes[e.To].Service, callRef(g, finding.Member, e)})
		}
		if len(n.met) >= mostNamed {
			w.Stop()
		}
		return true
	})
	slices.SortFunc(n.met, func(a, b met) int { return cmp.Compare(a.Service, b.Service) })
	n.count = max(n.count, len(n.met))
	if n.sure = n.count; n.perhaps > 0 {
		n.sure = 0
		w.Walk(n.view(), n.from, func(e *graph.Edge) bool {
			if e.Call == nil {
				return true
			}
			if !n.takes(e) || !e.Call.Hard() || perhapsSoft(e.Call) {
				return false
			}
			if w.Meets(e.To) {
				n.sure++
			}
			return true
		})
	}
}

// needFinding reports what an operation or a journey needs; others are operations of the same service of which that
// could be said too.
func needFinding(g *graph.Graph, n *need, others []graph.NodeID, count func(graph.NodeID) string) finding.Finding {
	node := &g.Nodes[n.from[0]]
	f := finding.Finding{
		Severity:  n.severity,
		Possible:  n.possible || n.sure < n.least,
		Doubt:     doubts(g, n.unsure...),
		Service:   node.ServiceName(),
		Operation: node.Operation(),
		Pos:       firstCall(g, n.from[0]),
		Size:      n.count,
		Crossing:  n.count + 1,
		Omitted:   n.cut,
	}
	who := title(node)
	if n.journey != nil {
		who = "journey " + n.journey.Name
		f.Subject, f.Pos, f.Journeys = who, n.journey.Pos, []string{n.journey.Name}
	}
	names := make([]string, 0, len(n.met))
	f.Others = make([]finding.Ref, 0, len(n.met))
	for _, to := range n.met {
		names = append(names, to.Service)
		f.Others = append(f.Others, to.Ref)
	}
	atLeast := ""
	if n.cut {
		atLeast = "at least "
	}
	if n.sure < n.count {
		f.Doubt = append(f.Doubt, errorsOf(n.perhaps))
	}
	services := plural(n.count, "other service")
	if 0 < n.sure && n.sure < n.count {
		services = fmt.Sprintf("%d, perhaps %s", n.sure, services)
	}
	besides := ""
	if n.journey != nil {
		besides = " besides " + node.ServiceName()
	}
	f.Message = fmt.Sprintf("%s cannot succeed unless %s%s%s are up", who, atLeast, services, besides)
	if len(names) > 0 { // the budget may be gone before any is found
		f.Message += ": " + list(names, 8)
	}
	f.Cost = append(f.Cost, n.allowed())
	// One that must be up is needed by one call, whatever others do without it.
	hanging := slices.DeleteFunc(n.hanging, func(name string) bool { return slices.Contains(names, name) })
	if len(hanging) > 0 {
		slices.Sort(hanging)
		f.Cost = append(f.Cost, "cannot fail it, but hang it, for want of a deadline: "+list(slices.Compact(hanging), 8))
	}
	var same []string
	for _, other := range others {
		if other != n.from[0] {
			same = append(same, fmt.Sprintf("%s (%s)", entryName(&g.Nodes[other]), count(other)))
		}
	}
	if len(same) > 0 {
		f.Cost = append(f.Cost, "so it is with "+list(same, 4)+" of this service")
	}
	f.Remedy = []string{
		"make soft what the answer can do without: a default value and a deadline",
		"hand over by an event what the caller need not wait for; keep a copy of what is only read",
	}
	return f
}

// promisesOnly are the services of whose availability no more is known than what they promise.
func promisesOnly(sys *arch.System) map[*arch.Service]bool {
	only := make(map[*arch.Service]bool)
	for _, s := range sys.Services {
		promises := func(op *arch.Operation) bool { return op.SLO.Is() }
		if !s.Availability.Is() && (s.SLO.Is() || slices.ContainsFunc(s.Operations, promises)) {
			only[s] = true
		}
	}
	return only
}

// weigh finds what the services that are named keep, or else promise for the worst of the operations that are needed.
// A promise stands for all below it too, as it does for availability-ceiling.
func (n *need) weigh(g *graph.Graph, w *graph.Walker, promising map[*arch.Service]bool) {
	var promises map[*arch.Service]float64
	var reached map[*arch.Service]bool
	whole := false
	if slices.ContainsFunc(n.met, func(m met) bool { return promising[m.service] }) { // else no promise stands for others
		promises, reached = make(map[*arch.Service]float64), make(map[*arch.Service]bool)
		meet := func(node *graph.Node) {
			reached[node.Service] = true
			if standsFor(node) {
				if least, ok := promises[node.Service]; !ok || share(node) < least {
					promises[node.Service] = share(node)
				}
			}
		}
		first := g.Nodes[n.from[0]].Service
		below := slices.DeleteFunc(slices.Clone(n.from), func(node graph.NodeID) bool {
			meet(&g.Nodes[node])
			return g.Nodes[node].Service != first && standsFor(&g.Nodes[node])
		})
		whole = w.Walk(n.view(), below, func(e *graph.Edge) bool {
			if e.Call == nil {
				return true
			}
			if !n.takes(e) || !e.Call.Hard() {
				return false
			}
			if remote(g, e) && g.Nodes[e.To].Service != nil {
				meet(&g.Nodes[e.To])
			}
			return !stands(g, e)
		})
	}
	for i := range n.met {
		s := n.met[i].service
		least, ok := promises[s]
		switch {
		case s.Availability.Is():
			n.given = append(n.given, keeps{s.Name + " " + s.Availability.Value.String(), s.Availability.Value.Fraction()})
		case ok:
			n.given = append(n.given, keeps{s.Name + " " + shareText(least) + " (its objective)", least})
		case reached[s] || !whole: // else only what promises for it leads there
			n.assumed = append(n.assumed, s.Name)
		}
	}
	slices.SortStableFunc(n.given, func(a, b keeps) int { return cmp.Compare(a.share, b.share) })
}

// assumed is what a service keeps of which nobody says what it does.
const assumed = 0.999

// allowed says what is left when the failures of all that is needed are multiplied: what each keeps, or else promises,
// the least available first, and 99.9% where neither is given.
func (n *need) allowed() string {
	unnamed := n.count - len(n.met)
	guessed := len(n.assumed) + unnamed
	product, guess := math.Pow(assumed, float64(guessed)), "0.999"
	if guessed > 1 {
		guess += fmt.Sprintf("^%d", guessed)
	}
	if len(n.given) == 0 {
		return fmt.Sprintf("if each keeps 99.9%%: %s = %s, %s a month", guess, percent(product), minutes(product))
	}
	terms := make([]string, 0, 5)
	for i, one := range n.given {
		product *= one.share
		if i < 3 {
			terms = append(terms, one.term)
		}
	}
	if more := len(n.given) - len(terms); more > 0 {
		terms = append(terms, fmt.Sprintf("%d more", more))
	}
	if guessed > 0 {
		terms = append(terms, guess)
	}
	text := fmt.Sprintf("%s = %s, %s a month", strings.Join(terms, " × "), percent(product), minutes(product))
	switch {
	case unnamed > 0:
		text += fmt.Sprintf("; 99.9%% assumed for %s", plural(guessed, "other"))
	case guessed > 0:
		text += "; 99.9% assumed for " + list(n.assumed, 6)
	}
	return text
}

// firstCall is where the first of a node's own calls stands.
func firstCall(g *graph.Graph, n graph.NodeID) arch.Pos {
	for _, e := range g.Out(n) {
		if e.Call != nil {
			return e.Call.Place()
		}
	}
	if op := g.Nodes[n].Op; op != nil {
		return op.Pos
	}
	return g.Nodes[n].Service.Pos
}

// entryName names an operation among those of its own service.
func entryName(n *graph.Node) string {
	if n.Kind == graph.Operation {
		return shortOperation(n.Name)
	}
	return "its own calls"
}
