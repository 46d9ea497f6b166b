package arch

import (
	"cmp"
	"slices"
	"strings"
)

// Sort puts everything whose order means nothing into the one order that results are computed and printed in.
// The calls of an operation keep their order, which is that of the code.
func (s *System) Sort() {
	slices.SortStableFunc(s.Services, func(a, b *Service) int { return strings.Compare(a.Name, b.Name) })
	slices.SortStableFunc(s.Topics, func(a, b *Topic) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Broker.Value, b.Broker.Value))
	})
	slices.SortStableFunc(s.Journeys, func(a, b *Journey) int { return strings.Compare(a.Name, b.Name) })
	slices.SortStableFunc(s.Rules, func(a, b RuleConfig) int { return strings.Compare(a.ID, b.ID) })
	slices.SortStableFunc(s.Libraries, func(a, b Library) int {
		return cmp.Or(strings.Compare(a.Func, b.Func), strings.Compare(a.Does, b.Does), a.Pos.Compare(b.Pos))
	})
	slices.SortStableFunc(s.Directives, func(a, b Directive) int {
		return cmp.Or(a.Pos.Compare(b.Pos), strings.Compare(a.Text, b.Text))
	})
	concerns := concernOrder()
	bare := new(CallFacts)
	for _, service := range s.Services {
		for body := range service.Bodies() {
			for _, call := range body.Calls {
				if call.Bare() {
					call.CallFacts = bare
				}
			}
		}
		service.sort(concerns)
	}
}

func (s *Service) sort(concerns map[string]int) {
	slices.SortStableFunc(s.Operations, func(a, b *Operation) int { return strings.Compare(a.Name, b.Name) })
	for _, op := range s.Operations {
		op.Body.sortUnordered()
	}
	// A service's own calls belong to no operation: nobody says which comes first.
	slices.SortStableFunc(s.Calls, CompareCalls)
	s.Body.sortUnordered()
	slices.SortStableFunc(s.Background.Calls, CompareCalls)
	s.Background.sortUnordered()
	slices.SortStableFunc(s.Consumes, func(a, b Consume) int {
		return cmp.Or(strings.Compare(a.Topic, b.Topic), strings.Compare(a.Broker.Value, b.Broker.Value), strings.Compare(a.Group.Value, b.Group.Value))
	})
	slices.SortStableFunc(s.Imports, func(a, b Import) int { return strings.Compare(a.Package, b.Package) })
	slices.SortStableFunc(s.Hosts, func(a, b Fact[string]) int { return strings.Compare(a.Value, b.Value) })
	slices.SortStableFunc(s.Code, func(a, b Code) int {
		return cmp.Or(strings.Compare(a.Dir.Value, b.Dir.Value), strings.Compare(a.Unit.Value, b.Unit.Value))
	})
	slices.SortStableFunc(s.Data, func(a, b Data) int { return strings.Compare(a.Name, b.Name) })
	slices.SortStableFunc(s.Concerns, func(a, b Concern) int {
		return cmp.Compare(concerns[a.Block+" "+a.Key], concerns[b.Block+" "+b.Key])
	})
}

func (b *Body) sortUnordered() {
	slices.SortStableFunc(b.Publishes, func(a, c *Publish) int {
		return cmp.Or(strings.Compare(a.Topic, c.Topic), strings.Compare(a.Broker.Value, c.Broker.Value), a.Pos.Compare(c.Pos))
	})
	slices.SortStableFunc(b.Stores, func(a, c *StoreUse) int {
		return cmp.Or(strings.Compare(a.Name, c.Name), a.Pos.Compare(c.Pos))
	})
}

// CompareCalls orders calls by whom they call, then by where they stand.
func CompareCalls(a, b *Call) int {
	if c := strings.Compare(a.To, b.To); c != 0 {
		return c
	}
	if c := strings.Compare(a.Operation.Value, b.Operation.Value); c != 0 {
		return c
	}
	return cmp.Or(strings.Compare(a.Via.Value, b.Via.Value), strings.Compare(a.Target.Value, b.Target.Value), a.Pos.Compare(b.Pos))
}

func concernOrder() map[string]int {
	order := make(map[string]int)
	for i, key := range ConcernKeys() {
		order[key.Block+" "+key.Key] = i
	}
	return order
}
