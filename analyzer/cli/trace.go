package cli

import (
	"context"
	"flag"
	"fmt"
	"path/filepath"
	"time"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/source/gocode"
	"github.com/distcheck/distcheck/analyzer/visible"
)

const tagsUsage = "build `tags` for Go code, separated by commas"

func (c *Command) tags(fs *flag.FlagSet) *string { return fs.String("tags", "", tagsUsage) }

// shownProblems is how many packages that did not load are told before the rest is counted.
const shownProblems = 10

// trace reads Go code. What did not load is told on stderr, with its reason and what to type; the rest goes on.
func (c *Command) trace(ctx context.Context, files *arch.Files, patterns []string, tags string, libraries []arch.Library) (*gocode.Result, error) {
	dir, err := filepath.Abs(c.path("."))
	if err != nil {
		return nil, err
	}
	progress, done := c.progress()
	defer done()
	result, err := gocode.Read(ctx, files, gocode.Options{Dir: dir, Patterns: patterns, Tags: tags, Env: c.environ(), Libraries: libraries, Progress: progress})
	if err != nil {
		return nil, usagef("%s", visible.Text(err.Error()))
	}
	for i, p := range result.Problems {
		if i == shownProblems {
			fmt.Fprintf(c.Stderr, "distcheck: and %d more packages were not analysed\n", len(result.Problems)-shownProblems)
			break
		}
		hint := ""
		if p.Hint != "" {
			hint = "; " + p.Hint
		}
		fmt.Fprintf(c.Stderr, "distcheck: not analysed: %s: %s%s\n", visible.Text(p.What), visible.Text(p.Reason), visible.Text(hint))
	}
	for _, note := range result.Notes {
		fmt.Fprintf(c.Stderr, "distcheck: %s\n", visible.Text(note))
	}
	return &result, nil
}

// progress tells on a terminal what is being done, where that takes longer than a second. done takes the line away.
func (c *Command) progress() (tell func(string), done func()) {
	if !c.isTerminal(c.Stderr) {
		return nil, func() {}
	}
	start, shown := time.Now(), false
	tell = func(what string) {
		if time.Since(start) > time.Second {
			shown = true
			fmt.Fprintf(c.Stderr, "\r\x1b[K%s …", visible.Text(what))
		}
	}
	return tell, func() {
		if shown {
			fmt.Fprint(c.Stderr, "\r\x1b[K")
		}
	}
}

func (c *Command) environ() []string {
	if c.Environ == nil {
		return nil
	}
	return c.Environ()
}
