package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/source/gocode"
	"github.com/distcheck/distcheck/analyzer/visible"
)

// why prints the evidence of calls from one service or operation to another.
func (c *Command) why(ctx context.Context, args []string) error {
	fs := c.flagSet("why")
	tags := c.tags(fs)
	partial := allowPartial(fs)
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
	shown := 0
	for _, e := range in.traced {
		if !is(from, e.Service, e.Operation) || !is(to, e.To, e.Callee) {
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
		fmt.Fprintf(c.Stdout, "%s %s calls %s %s (%s)\n", visible.Text(e.Service), visible.Text(caller), visible.Text(e.To), visible.Text(e.Callee), e.Protocol)
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
	if shown > 0 {
		return c.complete(in, *partial)
	}
	if unknown := unknownNames(in, from, to); unknown != "" {
		return usagef("%s", unknown)
	}
	c.noCall(in, from, to)
	if err := c.complete(in, *partial); err != nil {
		return err
	}
	return exit(ExitFindings)
}

// noCall says that one does not call the other, and what there is instead.
func (c *Command) noCall(in *loaded, from, to string) {
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

// is reports whether a name means a service, one of its operations, or an operation of any.
func is(name, service, operation string) bool {
	return name == service || name == operation || name == service+" "+operation
}

// unknownNames says which name is that of nothing, and what there is; "" where all are known.
func unknownNames(in *loaded, names ...string) string {
	var services []string
	for _, s := range in.system.Services {
		services = append(services, s.Name)
	}
	for _, name := range names {
		if known(in, name) {
			continue
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
		case operations != nil:
			return fmt.Sprintf("%s has no operation %s%s; it has %s", visible.Text(word), visible.Text(operation), visible.Text(didYouMean(operation, operations)), visible.Text(strings.Join(operations, ", ")))
		case strings.Contains(word, "/"):
			return fmt.Sprintf("no service has an operation %s; there are the services %s", visible.Text(name), visible.Text(strings.Join(services, ", ")))
		}
		return fmt.Sprintf("there is no service %s%s; there are %s", visible.Text(word), visible.Text(didYouMean(word, services)), visible.Text(strings.Join(services, ", ")))
	}
	return ""
}

// known reports whether a name is that of a service, of an operation, or of what a call is made to.
func known(in *loaded, name string) bool {
	for _, s := range in.system.Services {
		if name == s.Name || slices.ContainsFunc(s.Operations, func(op *arch.Operation) bool { return is(name, s.Name, op.Name) }) {
			return true
		}
	}
	return slices.ContainsFunc(in.traced, func(e gocode.Evidence) bool {
		return is(name, e.Service, e.Operation) || is(name, e.To, e.Callee)
	})
}
