package cli

import (
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/distcheck/distcheck/analyzer/report"
	"github.com/distcheck/distcheck/analyzer/rule"
	"github.com/distcheck/distcheck/analyzer/spelling"
	"github.com/distcheck/distcheck/analyzer/visible"
)

// flagSet makes the flags of a verb; its help shows the verb's line and its flags.
func (c *Command) flagSet(name string) *flag.FlagSet {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.SetOutput(io.Discard) // errors are returned and told once, by Run
	fs.Usage = func() {}
	return fs
}

// parse reads flags and arguments in any order, as users type them; after "--" everything is an argument.
func (c *Command) parse(fs *flag.FlagSet, args []string) ([]string, error) {
	var rest []string
	for {
		if err := fs.Parse(args); err == flag.ErrHelp {
			c.usage(fs)
			return nil, err
		} else if err != nil {
			return nil, usagef("%s; \"distcheck help %s\" shows the flags", visible.Text(wrongFlag(fs, err)), fs.Name())
		}
		if fs.NArg() == 0 {
			return rest, nil
		}
		if ended := len(args) - fs.NArg(); ended > 0 && args[ended-1] == "--" {
			return append(rest, fs.Args()...), nil
		}
		rest, args = append(rest, fs.Arg(0)), fs.Args()[1:]
	}
}

// wrongFlag is an error of package flag, with the flag that was probably meant where there is none of that name.
func wrongFlag(fs *flag.FlagSet, err error) string {
	name, unknown := strings.CutPrefix(err.Error(), "flag provided but not defined: ")
	if !unknown {
		return misread(err.Error())
	}
	if len(name) == len("-v") {
		return "unknown flag " + name // any flag of one letter is as near
	}
	var names []string
	fs.VisitAll(func(f *flag.Flag) { names = append(names, "-"+f.Name) })
	return "unknown flag " + name + didYouMean(name, names)
}

// misread is an error of package flag about a value, with what is accepted, of which that package only knows.
func misread(message string) string {
	what, ok := strings.CutSuffix(message, ": parse error")
	switch {
	case !ok:
		return message
	case strings.HasPrefix(what, "invalid boolean"):
		return what + ": accepted are true and false"
	}
	return what + ": a whole number is wanted"
}

func (c *Command) usage(fs *flag.FlagSet) {
	for _, v := range verbs() {
		if v.name == fs.Name() {
			fmt.Fprintf(c.Stdout, "usage: distcheck %s\n\n%s\n", strings.TrimSpace(v.name+" "+v.args), v.doc)
			if v.more != "" {
				fmt.Fprintf(c.Stdout, "\n%s\n", v.more)
			}
		}
	}
	first := true
	fs.VisitAll(func(f *flag.Flag) {
		if first {
			fmt.Fprintf(c.Stdout, "\nFlags:\n")
			first = false
		}
		value, doc := flag.UnquoteUsage(f)
		if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "0" {
			doc += " (default " + f.DefValue + ")"
		}
		fmt.Fprintf(c.Stdout, "  %s\n        %s\n", strings.TrimSpace("-"+f.Name+" "+value), doc)
	})
}

// values is a flag that may be given several times, each with one value or several between commas.
type values []string

func (v *values) String() string { return strings.Join(*v, ",") }

func (v *values) Set(text string) error {
	for _, part := range strings.Split(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			*v = append(*v, part)
		}
	}
	return nil
}

// output is one format, and the file it goes to: "" for standard output.
type output struct {
	printer report.Printer
	file    string
}

// outputs is the flag -format.
type outputs []output

func (o *outputs) String() string { return "" }

func (o *outputs) Set(text string) error {
	name, file, toFile := strings.Cut(text, "=")
	printer, ok := report.Lookup(name)
	if !ok {
		return fmt.Errorf("unknown format %q: accepted are %s%s", name, strings.Join(formatNames(), ", "), didYouMean(name, formatNames()))
	}
	if toFile && file == "" {
		return fmt.Errorf("no file after %q", text)
	}
	for _, other := range *o {
		if other.file == file {
			if file == "" {
				return fmt.Errorf("%s and %s cannot both go to standard output: write one to a file, as in -format %s=FILE", other.printer.Name, name, name)
			}
			return fmt.Errorf("%s and %s cannot both go to %s", other.printer.Name, name, file)
		}
	}
	*o = append(*o, output{printer, file})
	return nil
}

func formatNames() []string {
	var names []string
	for _, p := range report.Printers() {
		names = append(names, p.Name)
	}
	return names
}

// day is the flag -today.
type day struct{ time.Time }

func (d *day) String() string { return "" }

func (d *day) Set(text string) (err error) {
	if d.Time, err = time.Parse(time.DateOnly, text); err != nil {
		return fmt.Errorf("%q is no day: write it as 2027-03-31", text)
	}
	return nil
}

// knownRules checks that rules named by a flag exist.
func knownRules(names []string) error {
	ids := ruleNames()
	for _, name := range names {
		if !slices.Contains(ids, name) {
			return usagef("unknown rule %q%s; \"distcheck rules\" lists them", visible.Text(name), didYouMean(name, ids))
		}
	}
	return nil
}

func ruleNames() []string {
	var ids []string
	for _, r := range rule.All() {
		ids = append(ids, r.ID)
	}
	return ids
}

// didYouMean suggests the nearest of the names, or nothing.
func didYouMean(name string, names []string) string {
	if near := spelling.Nearest(name, names); near != "" {
		return fmt.Sprintf(" (did you mean %q?)", near)
	}
	return ""
}
