package cli

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/graph"
	"github.com/distcheck/distcheck/analyzer/source/gocode"
	"github.com/distcheck/distcheck/analyzer/visible"
)

// why prints the evidence of calls from one service or operation to another.
func (c *Command) why(ctx context.Context, args []string) error {
	fs := c.flagSet("why")
	tags := c.tags(fs)
	partial := allowPartial(fs)
	all := fs.Bool("all", false, "print every call, not just the first "+strconv.Itoa(shownCalls))
	args, err := c.parse(fs, args)
	if err != nil {
		return err
	}
	if len(args) < 2 {
		return usagef("why does who call whom? Name two services or operations: distcheck why web \"payment shop.Payment/Charge\" ./...")
	}
	from, to, inputs := args[0], args[1], args[2:]
	if _, patterns := c.sortInputs(inputs); len(patterns) == 0 {
		inputs = append(inputs, "./...")
	}
	in, err := c.load(ctx, inputs, *tags)
	if err != nil {
		return err
	}
	is, unknown := meaningOf(in, from, to)
	shown, more := 0, 0
	for _, e := range in.traced {
		if !is(from, e.Service, e.Operation) || !is(to, e.To, e.Callee) {
			continue
		}
		if shown == shownCalls && !*all {
			more++
			continue
		}
		if shown > 0 {
			fmt.Fprintln(c.Stdout)
		}
		shown++
		caller := e.Operation
		if caller == "" {
			caller = "(start-up and background)"
		}
		fmt.Fprintf(c.Stdout, "%s %s calls %s (%s)\n", visible.Text(e.Service), visible.Text(caller), visible.Text(strings.TrimSpace(e.To+" "+e.Callee)), visible.Text(e.Protocol))
		for _, step := range e.Way {
			fmt.Fprintf(c.Stdout, "    %s  in %s\n", visible.Text(step.Pos.String()), visible.Text(step.In))
		}
		if e.Loop.Known() {
			fmt.Fprintf(c.Stdout, "    in the loop at %s\n", visible.Text(e.Loop.String()))
		}
		if e.Address != "" {
			fmt.Fprintf(c.Stdout, "    address: %s\n", visible.Text(e.Address))
		}
		fmt.Fprintf(c.Stdout, "    callee: %s\n", visible.Text(e.Found))
	}
	if more > 0 {
		fmt.Fprintf(c.Stdout, "\nand %d more (-all)\n", more)
	}
	if shown > 0 {
		return c.complete(in, *partial)
	}
	if unknown != "" {
		return usagef("%s", unknown)
	}
	c.noCall(in, is, from, to)
	if err := c.complete(in, *partial); err != nil {
		return err
	}
	return exit(ExitFindings)
}

// shownCalls is how many calls are shown before the rest is counted.
const shownCalls = 10

// noCall says that one does not call the other, and what there is instead: a way through others, if there is one.
func (c *Command) noCall(in *loaded, is meaning, from, to string) {
	g := graph.Build(in.system)
	meant := func(name string) func(*graph.Node) bool {
		return func(n *graph.Node) bool { return n.Service != nil && is(name, n.Service.Name, n.Operation()) }
	}
	if way := g.Way(meant(from), meant(to)); len(way) > 0 {
		through := make([]string, 0, len(way))
		for _, e := range way[:len(way)-1] {
			through = append(through, g.Nodes[e.To].ServiceName())
		}
		what := "itself, but through " + strings.Join(slices.Compact(through), " and ")
		if len(through) == 0 {
			what = "as far as the code tells, but the manifest says so"
		}
		fmt.Fprintf(c.Stdout, "%s does not call %s %s\n", visible.Text(from), visible.Text(to), visible.Text(what))
		for _, e := range way {
			perhaps := ""
			if !e.Certain {
				perhaps = " perhaps"
			}
			caller, callee := &g.Nodes[e.From], &g.Nodes[e.To]
			fmt.Fprintf(c.Stdout, "    %s%s calls %s  %s\n", visible.Text(strings.TrimSpace(caller.ServiceName()+" "+caller.Operation())), perhaps,
				visible.Text(strings.TrimSpace(callee.ServiceName()+" "+callee.Operation())), visible.Text(e.Call.Pos.String()))
		}
		return
	}
	fmt.Fprintf(c.Stdout, "%s does not call %s, as far as the code tells\n", visible.Text(from), visible.Text(to))
	var callees, callers []string
	for _, e := range in.traced {
		if is(from, e.Service, e.Operation) {
			callees = append(callees, strings.TrimSpace(e.To+" "+e.Callee))
		}
		if is(to, e.To, e.Callee) {
			callers = append(callers, strings.TrimSpace(e.Service+" "+e.Operation))
		}
	}
	for _, list := range []struct {
		what, none string
		names      []string
	}{
		{from + " calls", "nothing", callees},
		{to + " is called by", "nobody", callers},
	} {
		slices.Sort(list.names)
		names := slices.Compact(list.names)
		if len(names) == 0 {
			names = []string{list.none}
		}
		fmt.Fprintf(c.Stdout, "    %s: %s\n", visible.Text(list.what), visible.Text(strings.Join(names, ", ")))
	}
}

// meaning reports whether a name means a service, one of its operations, or an operation of any.
type meaning func(name, service, operation string) bool

func exactly(name, service, operation string) bool {
	return name == service || name == operation || name == service+" "+operation
}

// shortly is that of names without the package, as people call procedures and the services of protos.
func shortly(name, service, operation string) bool {
	if exactly(name, service, operation) || strings.HasSuffix(service, "."+name) {
		return true
	}
	if of, procedure, ok := strings.Cut(name, " "); ok && (of == service || strings.HasSuffix(service, "."+of)) {
		name = procedure
	}
	if proto, _, ok := strings.Cut(operation, "/"); ok && !strings.Contains(operation, " ") && (name == proto || strings.HasSuffix(proto, "."+name)) {
		return true
	}
	return slices.Contains(arch.ShortNames(operation), name)
}

// meaningOf is what names mean: something of exactly that name, or else something that is called so for short. Unknown says
// which is that of nothing, and what there is; "" where all are known.
func meaningOf(in *loaded, names ...string) (is meaning, unknown string) {
	short := make(map[string]bool)
	for _, name := range names {
		short[name] = !known(in, exactly, name)
		if short[name] && !known(in, shortly, name) && unknown == "" {
			unknown = unknownName(in, name)
		}
	}
	return func(name, service, operation string) bool {
		if short[name] {
			return shortly(name, service, operation)
		}
		return exactly(name, service, operation)
	}, unknown
}

// unknownName says of a name that it is that of nothing, and what there is.
func unknownName(in *loaded, name string) string {
	var services []string
	for _, s := range in.system.Services {
		services = append(services, s.Name)
	}
	if len(services) == 0 {
		return "there is no service " + visible.Text(name) + ", nor any other: " + noServices(in.inputs)
	}
	word, operation, _ := strings.Cut(name, " ")
	var operations []string
	for _, s := range in.system.Services {
		if s.Name == word {
			for _, op := range s.Operations {
				operations = append(operations, op.Name)
			}
		}
	}
	switch {
	case operations != nil && operation != "":
		return fmt.Sprintf("%s has no operation %s%s; it has %s", visible.Text(word), visible.Text(operation), visible.Text(didYouMean(operation, operations)), visible.Text(strings.Join(operations, ", ")))
	case strings.Contains(word, "/"):
		return fmt.Sprintf("no service has an operation %s; there are the services %s", visible.Text(name), visible.Text(strings.Join(services, ", ")))
	}
	return fmt.Sprintf("there is no service %s%s; there are %s", visible.Text(word), visible.Text(didYouMean(word, services)), visible.Text(strings.Join(services, ", ")))
}

// known reports whether a name is that of a service, of an operation, or of what a call is made to.
func known(in *loaded, is meaning, name string) bool {
	for _, s := range in.system.Services {
		if name == s.Name || slices.ContainsFunc(s.Operations, func(op *arch.Operation) bool { return is(name, s.Name, op.Name) }) {
			return true
		}
	}
	return slices.ContainsFunc(in.traced, func(e gocode.Evidence) bool {
		return is(name, e.Service, e.Operation) || is(name, e.To, e.Callee)
	})
}
