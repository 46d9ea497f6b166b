package cli

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/rule"
	"github.com/distcheck/distcheck/analyzer/source/manifest"
	"github.com/distcheck/distcheck/analyzer/visible"
)

// A baseline lets a team begin today: what was there before is known, and only what is new fails. It only shrinks:
// writing it again drops what is gone, and adds something only where that is asked for, so that nobody adds findings by
// tidying up.

// baseline is the flags about a baseline, and what its file says.
type baseline struct {
	read, write string // the file; "" where not asked for
	grow        bool
	old         *arch.Baseline // nil where there is no file yet
}

func (c *Command) baselineFlags(set *flag.FlagSet) *baseline {
	b := new(baseline)
	set.StringVar(&b.read, "baseline", "", "do not report the findings that are in `FILE`; what has grown since, or is gone, is reported")
	set.StringVar(&b.write, "write-baseline", "", "write what is found into `FILE`, and do not report it; of a file that is there, only drop what is gone")
	set.BoolVar(&b.grow, "grow", false, "let -write-baseline add new findings to a file that is there")
	return b
}

// open checks the flags, and reads the file if it is there.
func (b *baseline) open(c *Command, ch *choice) error {
	switch {
	case b.grow && b.write == "":
		return usagef("-grow says what -write-baseline may do: give both")
	case b.write == "-" || b.read == "-":
		return usagef("a baseline is a file: name one")
	case b.read != "" && b.write != "" && filepath.Clean(b.read) != filepath.Clean(b.write):
		return usagef("-baseline %s and -write-baseline %s name two files: -write-baseline reads its file, too", visible.Text(b.read), visible.Text(b.write))
	case b.write != "" && len(ch.only)+len(ch.exclude) > 0:
		return usagef("-write-baseline wants all that is found: leave out -only and -exclude; a rule that should never run is turned off in the manifest, below rules")
	}
	name := b.file()
	if name == "" {
		return nil
	}
	if _, err := os.Stat(c.path(name)); errors.Is(err, fs.ErrNotExist) {
		if b.write != "" {
			return nil
		}
		return usagef("-baseline %s: there is no such file; -write-baseline %s begins one", visible.Text(name), visible.Text(name))
	}
	input, err := c.read(name, manifest.DefaultLimits().Bytes)
	if err != nil {
		return err
	}
	old, errs := manifest.ReadBaseline(new(arch.Files), input, manifest.Limits{})
	if err := c.tell(errs); err != nil {
		return err
	}
	b.old = old
	return nil
}

// file is the one to read or to write, "" where none is asked for.
func (b *baseline) file() string { return cmp.Or(b.write, b.read) }

// name is how reports name the file, "" where there is none.
func (b *baseline) name(c *Command) string {
	if b == nil || b.file() == "" {
		return ""
	}
	return c.shown(b.file())
}

// options are those of a run that is compared with the baseline.
func (b *baseline) options(c *Command, in *loaded, ch *choice, opt *rule.Options) error {
	if b == nil || b.old == nil {
		return nil
	}
	opt.Baseline = b.old
	same := slices.Equal(b.old.Inputs, c.runInputs(in.inputs, ch))
	if b.write != "" && !same && !b.grow {
		return usagef("%s was written of %s, and this run reads %s: what it does not see would be dropped. Name the same inputs, or give -grow to make it one of these",
			visible.Text(b.write), visible.Text(strings.Join(b.old.Inputs, " ")), visible.Text(strings.Join(c.runInputs(in.inputs, ch), " ")))
	}
	opt.Stale = same && b.write == ""
	return nil
}

// runInputs is what a run reads, whatever the order in which it was named.
func (c *Command) runInputs(inputs []string, ch *choice) []string {
	var all []string
	manifests, patterns := c.sortInputs(inputs)
	for _, name := range manifests {
		all = append(all, c.shown(name))
	}
	for _, pattern := range patterns {
		all = append(all, filepath.ToSlash(pattern))
	}
	if ch.tags != "" {
		all = append(all, "-tags="+ch.tags)
	}
	if ch.history {
		all = append(all, "-history")
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// save writes the baseline, and takes out of the result what is in it now.
func (b *baseline) save(c *Command, j *judged, ch *choice, quiet bool) error {
	if b.write == "" || j.summary().Services == 0 {
		return nil // nothing to check is told, and is no pass
	}
	if len(j.unread) > 0 {
		fmt.Fprintf(c.Stderr, "distcheck: %s is not written: a baseline is of all that is found, and not all could be analysed; mend that, or name only what can be: -allow-partial does not help here\n", visible.Text(b.write))
		return exit(ExitNothing)
	}
	entries := j.result.Shrunk()
	kept, known := len(entries), len(j.result.Known)
	if b.old == nil || b.grow {
		entries, j.result.Known, j.result.Findings = j.result.Grown()
	}
	next := &arch.Baseline{Inputs: c.runInputs(j.inputs, ch), Findings: entries}
	err := c.writeFile(b.write, func(w io.Writer) error {
		_, err := w.Write(manifest.Baseline(next))
		return err
	})
	if err != nil || quiet {
		return err
	}
	said := []string{plural(len(entries), "finding")}
	if b.old != nil {
		grown := kept - known // entries of what is more than it was
		for _, change := range []struct {
			n    int
			what string
		}{
			{len(b.old.Findings) - kept, "dropped"},
			{len(entries) - kept, "added"},
			{j.result.New() - grown, "new and not added"},
			{grown, "grown"},
		} {
			if change.n > 0 {
				said = append(said, fmt.Sprintf("%d %s", change.n, change.what))
			}
		}
	}
	hint := ""
	if j.result.New() > 0 {
		hint = "; -grow takes those in, too"
	}
	fmt.Fprintf(c.Stderr, "distcheck: %s: %s%s\n", visible.Text(b.write), strings.Join(said, ", "), hint)
	return nil
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
