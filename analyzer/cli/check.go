package cli

import (
	"context"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/diagram"
	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/graph"
	"github.com/distcheck/distcheck/analyzer/report"
	"github.com/distcheck/distcheck/analyzer/rule"
	"github.com/distcheck/distcheck/analyzer/source/history"
	"github.com/distcheck/distcheck/analyzer/visible"
)

// choice is the flags that choose what is judged, and by which day.
type choice struct {
	only, exclude values
	today         day
	tags          string // build tags, separated by commas
	baseline      *baseline
	history       bool // read what was changed together
	requests      bool // say what users wait for
}

func (c *Command) choose(fs *flag.FlagSet) *choice {
	ch := &choice{today: day{c.today()}}
	fs.StringVar(&ch.tags, "tags", "", tagsUsage)
	fs.Var(&ch.only, "only", "run only these `rules`, separated by commas")
	fs.Var(&ch.exclude, "exclude", "do not run these `rules`, separated by commas")
	fs.Var(&ch.today, "today", "judge accepted debt as on this `day`, as in 2027-03-31, so that a build can be repeated (default today)")
	return ch
}

// takes reports whether the flags choose a rule.
func (ch *choice) takes(id string) bool {
	return (len(ch.only) == 0 || slices.Contains(ch.only, id)) && !slices.Contains(ch.exclude, id)
}

// check finds what is wrong and prints it.
func (c *Command) check(ctx context.Context, args []string) error {
	fs := c.flagSet("check")
	var formats outputs
	fs.Var(&formats, "format", "print as `FORMAT` ("+strings.Join(formatNames(), ", ")+"), or into a file, as FORMAT=FILE; may be given several times (default text)")
	failOn := fs.String("fail-on", "warning", "exit with 1 where a finding has this `severity` or a worse one: error, warning, note; or never")
	all := fs.Bool("all", false, "print every finding, notes too, not just the worst")
	verbose := fs.Bool("v", false, "also print, as text, what each service has, lacks, or does not say, and where that is said")
	quiet := fs.Bool("q", false, "no summary on standard error")
	partial := allowPartial(fs)
	picture := fs.String("graph", "", "also draw the system into `FILE` (.dot, .svg, .png, .mmd)")
	links := fs.String("links", "", "let formats with links link files to `URL`, which their path and line stand behind (default, in GitHub Actions and GitLab CI: the commit)")
	ch := c.choose(fs)
	ch.baseline = c.baselineFlags(fs)
	fs.BoolVar(&ch.history, "history", false, "also read from git which services the commits of the last twelve months changed together (runs git log, which reads)")
	args, err := c.parse(fs, args)
	if err != nil {
		return err
	}
	threshold, err := failThreshold(*failOn)
	if err != nil {
		return err
	}
	if *picture != "" {
		if _, err := diagram.FormatOf(*picture); err != nil {
			return usagef("-graph: %s", visible.Text(err.Error()))
		}
	}
	if *links == "" {
		*links = c.links()
	} else if err := checkLinks(*links); err != nil {
		return err
	}
	if err := ch.baseline.open(c, ch); err != nil {
		return err
	}
	ch.requests = len(ch.only) == 0 // who asks for a rule is not told of all else
	judged, err := c.judge(ctx, args, ch)
	if err != nil {
		return err
	}
	if err := ch.baseline.save(c, judged, ch, *quiet); err != nil {
		return err
	}
	rep := judged.report(c.Version, *all)
	rep.Requests = judged.requests
	if len(formats) == 0 {
		formats = outputs{{printer: report.Printers()[0]}}
	}
	prints := func(format string) bool {
		return slices.ContainsFunc(formats, func(o output) bool { return o.printer.Name == format })
	}
	if *verbose || prints("json") {
		rep.Profiles = finding.Profiles(judged.system)
	}
	if prints("markdown") && rep.Summary.Services > 0 {
		rep.Mermaid = diagram.Select(judged.system, judged.result.Findings, diagram.Options{Limit: mermaidServices}).Mermaid()
	}
	for _, o := range formats {
		if err := c.print(o, rep, *verbose, *links); err != nil {
			return err
		}
	}
	if *picture != "" && rep.Summary.Services > 0 {
		if err := c.draw(ctx, judged, *picture, diagram.Options{}, *quiet); err != nil {
			return err
		}
	}
	if !*quiet && rep.Summary.Services > 0 {
		fmt.Fprintln(c.Stderr, report.SummaryLine(rep))
		if prints("text") && !*all {
			for _, line := range report.Hints(rep) {
				fmt.Fprintln(c.Stderr, line)
			}
		}
	}
	if err := c.complete(judged.loaded, *partial); err != nil {
		return err
	}
	return c.verdict(rep, threshold)
}

// mermaidServices is how many services a diagram in a comment shows at most: more cannot be read there.
const mermaidServices = 25

// verdict is the exit code.
func (c *Command) verdict(rep *finding.Report, threshold finding.Severity) error {
	if rep.Summary.Services == 0 {
		return c.nothing(rep.Summary)
	}
	for _, f := range rep.Findings {
		if f.Severity >= threshold {
			return exit(ExitFindings)
		}
	}
	return nil
}

// nothing says that there was nothing to check, which is no pass: it is said even when -q is given.
func (c *Command) nothing(s finding.Summary) error {
	why := noServices(s.Inputs)
	if s.External+s.Platform > 0 {
		why = fmt.Sprintf("%s declares no service of yours, only %d external and %d platform; \"distcheck help\" shows a first manifest", visible.Text(strings.Join(s.Inputs, ", ")), s.External, s.Platform)
	}
	fmt.Fprintf(c.Stderr, "distcheck: nothing to check: %s\n", why)
	return exit(ExitNothing)
}

// noServices says of inputs that they have no service, and what to do.
func noServices(inputs []string) string {
	what := visible.Text(strings.Join(inputs, ", "))
	if slices.ContainsFunc(inputs, func(input string) bool { return strings.HasSuffix(input, "...") }) {
		return "no main package of " + what + " answers or makes a remote call that distcheck knows; a library of your own takes a line below libraries in a manifest, as \"distcheck schema\" tells"
	}
	return what + " declares no service; \"distcheck help\" shows a first manifest"
}

func failThreshold(text string) (finding.Severity, error) {
	if text == "never" {
		return finding.Error + 1, nil
	}
	severity, ok := finding.ParseSeverity(text)
	if !ok || severity == finding.Off {
		return 0, usagef("-fail-on %s: accepted are error, warning, note and never", visible.Text(text))
	}
	return severity, nil
}

// judged is a system and what the rules say of it.
type judged struct {
	*loaded
	graph    *graph.Graph
	result   rule.Result
	baseline string            // the file that was compared with, or written; "" where there is none
	seen     finding.Summary   // what was seen; what was found is not in it
	requests []finding.Request // what users wait for
}

func (c *Command) judge(ctx context.Context, args []string, ch *choice) (*judged, error) {
	if err := knownRules(slices.Concat(ch.only, ch.exclude)); err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(ruleNames(), ch.takes) {
		return nil, usagef("-exclude leaves no rule to run: that would be a pass of nothing")
	}
	in, err := c.load(ctx, args, ch.tags)
	if err != nil {
		return nil, err
	}
	system := in.system
	var unseen []string
	if ch.history {
		unseen = c.readHistory(ctx, system, ch.today.Time)
	}
	for _, config := range system.Rules {
		if config.Severity.Value == finding.Off.String() && slices.Contains(ch.only, config.ID) {
			return nil, usagef("-only %s: the rule is off at %s; on the command line rules are chosen, not changed", config.ID, visible.Text(config.Pos.String()))
		}
	}
	opt := rule.Options{
		Only:    ch.only,
		Exclude: ch.exclude,
		Today:   ch.today.Time,
		Partial: len(in.unread) > 0,
	}
	if err := ch.baseline.options(c, in, ch, &opt); err != nil {
		return nil, err
	}
	j := &judged{loaded: in, graph: graph.Build(system), baseline: ch.baseline.name(c)}
	var seen sync.WaitGroup
	seen.Go(func() { j.seen = seenIn(j) })
	if ch.requests {
		seen.Go(func() { j.requests = rule.Requests(j.graph) })
	}
	j.result = rule.Run(system, j.graph, rule.All(), opt)
	seen.Wait()
	j.seen.Unseen = append(unseen, j.seen.Unseen...)
	return j, nil
}

// readHistory gives a system its commits, and returns what could not be seen of them.
func (c *Command) readHistory(ctx context.Context, system *arch.System, day time.Time) (unseen []string) {
	read, err := history.Read(ctx, c.path("."), system.Services, day)
	if err != nil {
		return []string{"history: " + err.Error()}
	}
	system.Commits = read.Commits
	for _, limit := range read.Limits {
		unseen = append(unseen, "history: "+limit)
	}
	return unseen
}

// print writes one format: a file appears whole or not at all.
func (c *Command) print(o output, rep *finding.Report, verbose bool, links string) error {
	write := func(w io.Writer, opt report.Options) error {
		opt.Links = links
		if err := o.printer.Print(w, rep, opt); err != nil || !verbose || o.printer.Name != "text" {
			return err
		}
		return report.Profiles(w, rep, opt)
	}
	if o.file != "" {
		return c.writeFile(o.file, func(w io.Writer) error { return write(w, report.Options{}) })
	}
	if err := write(c.Stdout, c.terminal()); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}
