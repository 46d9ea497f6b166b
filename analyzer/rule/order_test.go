package rule_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/graph"
	"github.com/distcheck/distcheck/analyzer/rule"
)

// whole is everything that findings say.
func whole(found []*finding.Finding) string {
	var text strings.Builder
	for _, f := range found {
		fmt.Fprintf(&text, "%s\n%s %s %q %s\n", brief(f), f.Service, f.Operation, f.Subject, f.Fingerprint())
		for _, h := range f.Hops {
			fmt.Fprintf(&text, "  hop %+v\n", h)
		}
		for _, o := range f.Others {
			fmt.Fprintf(&text, "  %s %s %s %s\n", o.Role, o.Service, o.Operation, o.Pos)
		}
		fmt.Fprintf(&text, "  %q %q %q %d %d\n", f.Cost, f.Remedy, f.Journeys, f.Size, f.Crossing)
	}
	return text.String()
}

// The order in which services, and what stands in them, are read never changes a result. (The calls of an operation
// are in the order in which they are made.)
func TestOrderOfInput(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, r := range rule.All() {
		if r.Check == nil {
			continue
		}
		sys := read(t, r.Wrong)
		want := whole(rule.Run(sys, graph.Build(sys), rule.All(), rule.Options{Today: today}).Findings)
		for range 5 {
			sys := read(t, r.Wrong)
			shuffle(random, sys.Services)
			shuffle(random, sys.Topics)
			shuffle(random, sys.Journeys)
			for _, s := range sys.Services {
				shuffle(random, s.Operations)
				shuffle(random, s.Consumes)
				for _, b := range []*arch.Body{&s.Body, &s.Background} {
					shuffle(random, b.Calls)
					shuffle(random, b.Publishes)
					shuffle(random, b.Stores)
				}
			}
			sys.Sort()
			if got := whole(rule.Run(sys, graph.Build(sys), rule.All(), rule.Options{Today: today}).Findings); got != want {
				t.Errorf("the wrong example of %s, in another order, says\n%s\nwant\n%s", r.ID, got, want)
			}
		}
	}
}

func shuffle[E any](random *rand.Rand, all []E) {
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
}

// large is a system of n services with 5 calls each, in which much is wrong: loops, writes that are not undone, stores
// that are shared, names that nobody declares.
func large(n int) *arch.System {
	random := rand.New(rand.NewPCG(3, 4))
	var files arch.Files
	line := int32(0)
	pos := func() arch.Pos {
		line++
		return arch.Pos{File: files.Get("large.yaml", arch.Manifest), Line: line, Column: 1}
	}
	sys := &arch.System{}
	name := func(i int) string { return fmt.Sprintf("service-%c%c-%05d", 'a'+i%26, 'a'+i/26%26, i) }
	for i := range n {
		s := &arch.Service{Name: name(i), Pos: pos(), Declared: true}
		store := &arch.StoreUse{Name: "db", Pos: pos()}
		store.Kind, store.Server = arch.At("postgres", pos()), arch.At(fmt.Sprintf("pg-%d", i%500), pos())
		store.Database, store.Access = arch.At(fmt.Sprintf("db-%d", i%5000), pos()), arch.At(arch.Write, pos())
		s.Stores = append(s.Stores, store)
		topic := fmt.Sprintf("topic-%d", i%3000)
		s.Consumes = append(s.Consumes, arch.Consume{Topic: fmt.Sprintf("topic-%d", (i*7+1)%3000), Pos: pos()})
		for o := range 2 {
			op := &arch.Operation{Name: fmt.Sprintf("POST /%d", o), Pos: pos()}
			op.Publishes = append(op.Publishes, &arch.Publish{Topic: topic, Pos: pos(), Outbox: arch.Fact[bool]{State: arch.Absent}})
			s.Operations = append(s.Operations, op)
		}
		for c := range 5 {
			call := &arch.Call{To: name(random.IntN(n)), Pos: pos(), Operation: arch.At("POST /1", pos()), CallFacts: new(arch.CallFacts)}
			switch c {
			case 0:
				call.Loop = arch.At(10, pos())
			case 1, 2:
				call.Effect = arch.At(arch.Write, pos())
			case 3:
				call.Error = arch.At(arch.ErrorReturned, pos())
				if i%20 == 0 {
					call.To = strings.Replace(call.To, "service", "servcie", 1)
				}
			}
			op := s.Operations[c%2]
			op.Calls = append(op.Calls, call)
		}
		sys.Services = append(sys.Services, s)
	}
	sys.Sort()
	return sys
}

func BenchmarkRules(b *testing.B) {
	sys := large(10_000)
	g := graph.Build(sys)
	for _, r := range rule.All() {
		b.Run(r.ID, func(b *testing.B) {
			for b.Loop() {
				pass := rule.Run(sys, g, []rule.Rule{r}, rule.Options{Today: today})
				b.ReportMetric(float64(len(pass.Findings)), "findings")
			}
		})
	}
	b.Run("none", func(b *testing.B) {
		for b.Loop() {
			rule.Run(sys, g, nil, rule.Options{Today: today})
		}
	})
}
