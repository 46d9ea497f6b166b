package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/visible"
)

// why prints the evidence of calls from one service or operation to another.
func (c *Command) why(ctx context.Context, args []string) error {
	fs := c.flagSet("why")
	tags := c.tags(fs)
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
		if e.Address != "" {
			fmt.Fprintf(c.Stdout, "    address: %s\n", visible.Text(e.Address))
		}
		fmt.Fprintf(c.Stdout, "    callee: %s\n", visible.Text(e.Found))
	}
	if shown > 0 {
		return nil
	}
	return usagef("no call from %s to %s was found%s", visible.Text(from), visible.Text(to), visible.Text(unknownNames(in.system, from, to)))
}

// is reports whether a name means a service, one of its operations, or an operation of any.
func is(name, service, operation string) bool {
	return name == service || name == operation || name == service+" "+operation
}

// unknownNames says which names are no service's, and which there are.
func unknownNames(system *arch.System, names ...string) string {
	var known []string
	for _, s := range system.Services {
		known = append(known, s.Name)
	}
	for _, name := range names {
		service, _, _ := strings.Cut(name, " ")
		if !slices.Contains(known, service) && !strings.Contains(name, "/") && service != arch.Unresolved {
			return "; there is no service " + name + didYouMean(name, known) + ": " + strings.Join(known, ", ")
		}
	}
	return ""
}
