package cli

import (
	"context"
	"flag"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/source/gocode"
	"github.com/distcheck/distcheck/analyzer/visible"
)

const tagsUsage = "build `tags` for Go code, separated by commas"

func (c *Command) tags(fs *flag.FlagSet) *string { return fs.String("tags", "", tagsUsage) }

func allowPartial(fs *flag.FlagSet) *bool {
	return fs.Bool("allow-partial", false, "do not exit with 3 where some Go packages could not be analysed")
}

// complete is how a run ends that did not see all: what it says of the rest is no answer for the whole.
func (c *Command) complete(in *loaded, partial bool) error {
	n := len(in.unread)
	if n == 0 || partial {
		return nil
	}
	fmt.Fprintf(c.Stderr, "distcheck: not all packages and modules could be analysed (%d not), which is no pass; -allow-partial goes on without them\n", n)
	return exit(ExitNothing)
}

// shownProblems is how many packages that did not load are told before the rest is counted.
const shownProblems = 10

// trace reads Go code, beside what manifests declare. What did not load is told on stderr, with its reason and what to type; the rest goes on.
func (c *Command) trace(ctx context.Context, files *arch.Files, patterns []string, tags string, declared *arch.System) (*gocode.Result, error) {
	dir, err := filepath.Abs(c.path("."))
	if err != nil {
		return nil, err
	}
	var tell func(string)
	done := func() {}
	if c.isTerminal(c.Stderr) {
		line := newProgress(c.Stderr)
		tell, done = line.tell, line.done
	}
	result, err := gocode.Read(ctx, files, gocode.Options{Dir: dir, Patterns: patterns, Tags: tags, Env: c.environ(), Libraries: declared.Libraries, Services: declared.CodePaths(), Progress: tell})
	done() // before anything else is told
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
	if n := len(result.Silent); n > 0 && len(result.System.Services) > 0 {
		fmt.Fprintf(c.Stderr, "distcheck: no operation, no call and no message was found in %s: those of libraries that distcheck does not know are not seen\n", visible.Text(mainPackages(result.Silent)))
	}
	return &result, nil
}

// mainPackages names some main packages by their directories, and counts the rest.
func mainPackages(dirs []string) string {
	const named = 4
	text := fmt.Sprintf("%d main packages (", len(dirs))
	if len(dirs) == 1 {
		text = "1 main package ("
	}
	if len(dirs) > named+1 {
		return text + fmt.Sprintf("%s and %d more)", strings.Join(dirs[:named], ", "), len(dirs)-named)
	}
	return text + strings.Join(dirs, ", ") + ")"
}

func (c *Command) environ() []string {
	if c.Environ == nil {
		return nil
	}
	return c.Environ()
}
