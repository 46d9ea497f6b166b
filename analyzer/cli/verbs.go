package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/diagram"
	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/report"
	"github.com/distcheck/distcheck/analyzer/rule"
	"github.com/distcheck/distcheck/analyzer/source/manifest"
	"github.com/distcheck/distcheck/analyzer/visible"
)

// graph draws the system.
func (c *Command) graph(ctx context.Context, args []string) error {
	fs := c.flagSet("graph")
	file := fs.String("o", "", "draw into `FILE`: .dot, .svg, .png or .mmd; without it, DOT goes to standard output")
	limit := fs.Int("limit", 0, "draw at most `N` services; without it, what can be read")
	quiet := fs.Bool("q", false, "do not say what was left out")
	partial := allowPartial(fs)
	ch := c.choose(fs)
	args, err := c.parse(fs, args)
	if err != nil {
		return err
	}
	if *file != "" {
		if _, err := diagram.FormatOf(*file); err != nil {
			return usagef("-o: %s", visible.Text(err.Error()))
		}
	}
	if *limit < 0 {
		return usagef("-limit %d: a number of services is wanted", *limit)
	}
	judged, err := c.judge(ctx, args, ch)
	if err != nil {
		return err
	}
	if summary := judged.summary(); summary.Services == 0 {
		return c.nothing(summary)
	}
	if err := c.draw(ctx, judged, *file, diagram.Options{Limit: *limit}, *quiet); err != nil {
		return err
	}
	return c.complete(judged.loaded, *partial)
}

// draw renders a picture into a file, or as DOT to standard output, and says what it leaves out.
func (c *Command) draw(ctx context.Context, j *judged, file string, opt diagram.Options, quiet bool) error {
	picture := diagram.Select(j.system, j.result.Findings, opt)
	if file == "" {
		if _, err := io.WriteString(c.Stdout, picture.DOT()); err != nil {
			return fmt.Errorf("writing the diagram: %w", err)
		}
	} else {
		format, err := diagram.FormatOf(file)
		if err != nil {
			return err
		}
		if err := c.writeFile(file, func(w io.Writer) error { return picture.Render(ctx, format, w) }); err != nil {
			return err
		}
	}
	if !quiet {
		for _, sentence := range picture.LeftOut() {
			fmt.Fprintf(c.Stderr, "diagram: %s\n", visible.Text(sentence))
		}
	}
	return nil
}

// export prints the system as one manifest.
func (c *Command) export(ctx context.Context, args []string) error {
	fs := c.flagSet("export")
	format := fs.String("format", "yaml", "print as `FORMAT`: yaml or json")
	tags := c.tags(fs)
	at := fs.Bool("at", true, "print where each fact was read; -at=false for a manifest to edit")
	partial := allowPartial(fs)
	args, err := c.parse(fs, args)
	if err != nil {
		return err
	}
	if *format != "yaml" && *format != "json" {
		return usagef("-format %s: accepted are yaml and json", visible.Text(*format))
	}
	in, err := c.load(ctx, args, *tags)
	if err != nil {
		return err
	}
	if !*at {
		in.listCalls()
	}
	opt := manifest.ExportOptions{Positions: *at}
	data := manifest.Export(in.system, opt)
	if *format == "json" {
		data = manifest.ExportJSON(in.system, opt)
	}
	if _, err := c.Stdout.Write(data); err != nil {
		return fmt.Errorf("writing the manifest: %w", err)
	}
	if len(in.system.Services) == 0 {
		fmt.Fprintf(c.Stderr, "distcheck: nothing to export: %s\n", noServices(in.inputs))
		return exit(ExitNothing)
	}
	return c.complete(in, *partial)
}

// explain prints the documentation of rules.
func (c *Command) explain(_ context.Context, args []string) error {
	args, err := c.parse(c.flagSet("explain"), args)
	if err != nil {
		return err
	}
	if len(args) == 0 {
		return usagef("explain which rule? \"distcheck rules\" lists them; \"distcheck explain libraries\" says how libraries are described")
	}
	if slices.Equal(args, []string{librariesTopic}) {
		_, err := io.WriteString(c.Stdout, librariesText())
		return err
	}
	if err := knownRules(args); err != nil {
		return err
	}
	for i, name := range args {
		for _, r := range rule.All() {
			if r.ID != name {
				continue
			}
			if i > 0 {
				fmt.Fprintln(c.Stdout)
			}
			if err := report.Explain(c.Stdout, r.Info(), c.terminal()); err != nil {
				return fmt.Errorf("writing: %w", err)
			}
		}
	}
	return nil
}

// rules lists the rules.
func (c *Command) rules(_ context.Context, args []string) error {
	fs := c.flagSet("rules")
	markdown := fs.Bool("markdown", false, "print a table for a README")
	args, err := c.parse(fs, args)
	if err != nil {
		return err
	}
	if len(args) > 0 {
		return usagef("rules takes no argument; \"distcheck explain %s\" explains a rule", visible.Text(args[0]))
	}
	if *markdown {
		_, err = io.WriteString(c.Stdout, report.RuleTableMarkdown(infos(rule.All())))
	} else {
		err = report.RuleTable(c.Stdout, infos(rule.All()))
	}
	return err
}

// schema prints a JSON Schema.
func (c *Command) schema(_ context.Context, args []string) error {
	args, err := c.parse(c.flagSet("schema"), args)
	if err != nil {
		return err
	}
	schema := manifest.Schema(rule.Specs(rule.All()))
	switch what := strings.Join(args, " "); what {
	case "", "manifest":
	case "report":
		schema = report.JSONSchema()
	default:
		return usagef("schema %s: accepted are manifest and report", visible.Text(what))
	}
	_, err = c.Stdout.Write(schema)
	return err
}

func (c *Command) version(_ context.Context, args []string) error {
	args, err := c.parse(c.flagSet("version"), args)
	if err != nil {
		return err
	}
	if len(args) > 0 {
		return usagef("version takes no argument")
	}
	fmt.Fprintf(c.Stdout, "distcheck %s\n", c.Version)
	return nil
}

func infos(rules []rule.Rule) []finding.RuleInfo {
	all := make([]finding.RuleInfo, len(rules))
	for i, r := range rules {
		all[i] = r.Info()
	}
	return all
}
