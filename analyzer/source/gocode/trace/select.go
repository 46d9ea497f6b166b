package trace

import (
	"cmp"
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/source/gocode/library"
	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// One binary may be several services: which of them it is, it is told by a sub-command, a word, a flag or a variable.

// selector is what a binary asks for to know which of its services it is, and the answer.
type selector struct {
	kind  string // program (the name it was started by), command, argument, flag, variable; "" where it is one service
	name  string
	value string
}

// selectorOf is what a value comes from, where that may choose between services.
func selectorOf(a *atom) selector {
	switch a.kind {
	case kArg:
		switch a.text {
		case "":
			return selector{kind: "argument"}
		case program0:
			return selector{kind: "program"}
		}
	case kFlag:
		return selector{kind: "flag", name: a.text}
	case kEnv:
		return selector{kind: "variable", name: a.text}
	}
	return selector{}
}

// traceMain finds the services of a main package.
func traceMain(prog *program, know library.Table, pkg *summary.Package) []*unit {
	first := newMachine(prog, know, selector{})
	first.mainPkg = pkg
	first.setup()
	groups := make(map[selector][]string) // by selector without value
	for s := range first.compared {
		at := selector{kind: s.kind, name: s.name}
		if !strings.HasPrefix(s.value, "-") { // no option names a service
			groups[at] = append(groups[at], s.value)
		}
	}
	if len(first.commands) > 1 {
		groups[selector{kind: "command"}] = first.commands
	}
	var order []selector
	for at, values := range groups {
		if len(values) > 1 && len(values) <= maxUnits {
			order = append(order, at)
		}
	}
	rank := map[string]int{"program": 0, "command": 1, "argument": 2, "flag": 3, "variable": 4}
	slices.SortFunc(order, func(a, b selector) int {
		return cmp.Or(rank[a.kind]-rank[b.kind], strings.Compare(a.name, b.name))
	})
	if len(first.routes) > 0 {
		spent := 0
		for _, at := range order {
			if spent > maxSteps {
				first.hit["what was tried to tell the services of a binary apart"] = true
				break
			}
			values := groups[at]
			slices.Sort(values)
			units, steps := split(prog, know, pkg, at, slices.Compact(values))
			if units != nil {
				return units
			}
			spent += steps
		}
	}
	return []*unit{first.finish(pkg)}
}

// maxUnits is how many services one binary may hold.
const maxUnits = 60

// split runs a binary once for each value of a selector. They are services of their own if at least two of them serve,
// and not the same; else there are none, and how many instructions it took to see that is said. One that serves all
// that others serve only starts them.
func split(prog *program, know library.Table, pkg *summary.Package, at selector, values []string) (units []*unit, steps int) {
	type candidate struct {
		m      *machine
		routes map[string]bool
	}
	taken := make([]int, len(values))
	candidates := make([]*candidate, len(values))
	inParallel(len(values), func(i int) {
		choice := at
		choice.value = values[i]
		m := newMachine(prog, know, choice)
		m.mainPkg = pkg
		m.setup()
		taken[i] = m.steps
		if len(m.routes) == 0 && !hasCalls(m.runMain()) {
			return
		}
		c := candidate{m, make(map[string]bool)}
		for _, r := range m.routes {
			for _, op := range m.operations(r) {
				c.routes[op+"\x00"+r.at.file()] = true
			}
		}
		candidates[i] = &c
	})
	var found []*candidate
	for _, c := range candidates {
		if c != nil {
			found = append(found, c)
		}
	}
	for _, n := range taken {
		steps += n
	}
	different, serving := false, 0
	for i, c := range found {
		for _, o := range found[:i] {
			switch more, less := contains(c.routes, o.routes), contains(o.routes, c.routes); at.kind {
			case "flag", "variable": // it may as well only turn something on
				different = different || !more && !less
			default:
				different = different || !more || !less
			}
		}
		if len(c.routes) > 0 {
			serving++
		}
	}
	if serving < 2 || !different {
		return nil, steps
	}
	if at.value = ""; len(found) > 0 && found[0].m.choice == at { // where nothing is chosen, one of the others is meant
		if slices.ContainsFunc(found[1:], func(o *candidate) bool { return sameKeys(o.routes, found[0].routes) }) {
			found = found[1:]
		}
	}
	units = make([]*unit, len(found))
	order := make([]int, len(found)) // those with the most to answer first, so that none of them is left alone at the end
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return len(found[b].routes) - len(found[a].routes) })
	inParallel(len(found), func(n int) {
		i := order[n]
		c := found[i]
		others := 0
		for k, o := range found {
			if k == i || len(o.routes) >= len(c.routes) || !contains(c.routes, o.routes) {
				continue
			}
			// What all have, as for debugging, says nothing: the other must have something that no third one has.
			for route := range o.routes {
				third := false
				for n, t := range found {
					third = third || n != i && n != k && t.routes[route]
				}
				if !third {
					others++
					break
				}
			}
		}
		if others < 2 { // else it starts the others
			units[i] = c.m.finish(pkg)
		}
		c.m = nil
	})
	return slices.DeleteFunc(units, func(u *unit) bool { return u == nil }), steps
}

func sameKeys(a, b map[string]bool) bool { return len(a) == len(b) && contains(a, b) }

func contains(a, b map[string]bool) bool {
	for k := range b {
		if !a[k] {
			return false
		}
	}
	return true
}
