package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/rule"
	"github.com/distcheck/distcheck/analyzer/source/gocode"
	"github.com/distcheck/distcheck/analyzer/source/manifest"
	"github.com/distcheck/distcheck/analyzer/spelling"
	"github.com/distcheck/distcheck/analyzer/visible"
)

// defaultManifest is read where no input is named.
const defaultManifest = "services.yaml"

// shownErrors is how many errors of manifests are told before the rest is counted.
const shownErrors = 20

// loaded is the inputs as one system.
type loaded struct {
	system *arch.System
	inputs []string          // as given
	unread []string          // packages or modules that could not be analysed
	silent []string          // main packages in which no operation and no call was found
	traced []gocode.Evidence // of the calls that code makes
	found  map[string]bool   // services whose code was read
}

// listCalls lets the services whose code was read say that all their calls are listed, for a manifest to compare with:
// places, which say the same, are not kept there.
func (in *loaded) listCalls() {
	for _, s := range in.system.Services {
		if in.found[s.Name] {
			s.AllCalls = arch.At(true, s.Pos)
		}
	}
}

// load reads the inputs, manifests and Go packages, into one system. Errors of manifests are told on stderr, all of
// them in one run.
func (c *Command) load(ctx context.Context, args []string, tags string) (*loaded, error) {
	if len(args) == 0 {
		if _, err := os.Stat(c.path(defaultManifest)); err != nil {
			if _, err := os.Stat(c.path("go.mod")); err == nil {
				return nil, usagef("nothing named, and there is no %s: \"distcheck ./...\" traces the Go code here, \"distcheck help\" shows how to write a manifest", defaultManifest)
			}
			return nil, usagef("no manifest: name one, as in \"distcheck services.yaml\", or run where a %s is; \"distcheck help\" shows how to write one", defaultManifest)
		}
		args = []string{defaultManifest}
	}
	files := new(arch.Files)
	manifests, patterns := c.sortInputs(args)
	doc, err := c.readManifests(files, manifests, len(patterns) > 0)
	if err != nil {
		return nil, err
	}
	in := &loaded{inputs: args, system: doc.System}
	if len(patterns) > 0 {
		if err := c.join(ctx, in, doc, files, patterns, tags); err != nil {
			return nil, err
		}
	}
	in.system.ResolveHosts()
	in.nameCallees()
	return in, nil
}

// nameCallees tells the evidence of calls to unknown callees whom the manifest says that they are to.
func (in *loaded) nameCallees() {
	type place struct {
		service, operation string
		pos                arch.Pos
	}
	made := make(map[place]*arch.Call)
	take := func(s *arch.Service, operation string, calls []*arch.Call) {
		for _, call := range calls {
			at := place{s.Name, operation, call.Pos}
			if other, ok := made[at]; ok && (other == nil || other.To != call.To) {
				call = nil // one of several
			}
			made[at] = call
		}
	}
	if !slices.ContainsFunc(in.traced, func(e gocode.Evidence) bool { return e.To == arch.Unresolved }) {
		return
	}
	for _, s := range in.system.Services {
		for _, op := range s.Operations {
			take(s, op.Name, op.Calls)
		}
		take(s, "", s.Background.Calls)
	}
	for i := range in.traced {
		e := &in.traced[i]
		call := made[place{e.Service, e.Operation, e.Pos}]
		if e.To != arch.Unresolved || call == nil || call.To == arch.Unresolved {
			continue
		}
		e.To, e.Found = call.To, "by the hosts, or the place (at), that the manifest gives"
		if e.Callee == "" {
			e.Callee = call.Operation.Value
		}
	}
}

// join traces the code, and makes one system of it and the manifests.
func (c *Command) join(ctx context.Context, in *loaded, doc *manifest.Document, files *arch.Files, patterns []string, tags string) error {
	if err := c.tell(doc.Show(c.lostCode(doc.System))); err != nil {
		return err
	}
	traced, err := c.trace(ctx, files, patterns, tags, doc.System)
	if err != nil {
		return err
	}
	if err := c.tell(doc.Show(c.misfits(traced.Libraries))); err != nil {
		return err
	}
	system, names := arch.Join(doc.System, traced.System)
	in.found = make(map[string]bool)
	for _, s := range traced.System.Services { // by the names that they have now
		in.found[s.Name] = s.Declared
	}
	in.system, in.unread, in.silent, in.traced = system, unread(traced), traced.Silent, renamed(traced.Evidence, names)
	if len(in.unread) > 0 {
		return nil // names that were not read would be called unknown
	}
	return c.tell(doc.Check(system, names))
}

// misfits are entries of libraries that no code can fit; those that may fit other code are told.
func (c *Command) misfits(mistakes []gocode.Mistake) manifest.Errors {
	var errs manifest.Errors
	for _, m := range mistakes {
		if m.Note {
			hint := ""
			if m.Suggestion != "" {
				hint = "; " + m.Suggestion
			}
			fmt.Fprintf(c.Stderr, "distcheck: %s: what libraries says here takes no part: %s%s\n", visible.Text(m.Pos.String()), visible.Text(m.Message), visible.Text(hint))
			continue
		}
		errs = append(errs, &manifest.Error{Pos: m.Pos, Message: m.Message, Accepted: m.Accepted, Suggestion: m.Suggestion})
	}
	return errs
}

// lostCode is the directories of code that are not there. They are looked for only where code is read: a manifest alone
// may be read where nothing is checked out.
func (c *Command) lostCode(system *arch.System) manifest.Errors {
	var errs manifest.Errors
	for _, s := range system.Services {
		for _, code := range s.Code {
			if !code.Dir.Is() {
				continue
			}
			dir := code.Path()
			info, err := os.Stat(c.path(dir))
			if err == nil && info.IsDir() {
				continue
			}
			wrong := &manifest.Error{Pos: code.Dir.Pos, Message: fmt.Sprintf("there is no directory %q, where the code of %s should be", visible.Short(dir, 80), visible.Short(s.Name, 80)),
				Accepted: "a directory, seen from that of the manifest"}
			if err == nil {
				wrong.Message = fmt.Sprintf("%q, where the code of %s should be, is a file", visible.Short(dir, 80), visible.Short(s.Name, 80))
			}
			if near := c.besides(dir, os.DirEntry.IsDir); near != "" {
				wrong.Suggestion = fmt.Sprintf("did you mean %q?", path.Join(path.Dir(code.Dir.Value), near))
			}
			errs = append(errs, wrong)
		}
	}
	return errs
}

// besides is what lies beside a file or directory that is not there and has the nearest name, or "".
func (c *Command) besides(lost string, wanted func(os.DirEntry) bool) string {
	entries, _ := os.ReadDir(c.path(filepath.Dir(lost))) // nothing is near where nothing can be listed
	var names []string
	for _, entry := range entries {
		if wanted(entry) {
			names = append(names, entry.Name())
		}
	}
	return spelling.Nearest(filepath.Base(lost), names)
}

// unread names what could not be analysed, each with its reason.
func unread(result *gocode.Result) []string {
	var lines []string
	for _, p := range result.Problems {
		lines = append(lines, p.What+": "+p.Reason)
	}
	return lines
}

// renamed is evidence by the names of the manifest.
func renamed(evidence []gocode.Evidence, names map[string]string) []gocode.Evidence {
	for i := range evidence {
		for _, name := range []*string{&evidence[i].Service, &evidence[i].To} {
			if known, ok := names[*name]; ok {
				*name = known
			}
		}
	}
	return evidence
}

// sortInputs tells package patterns from manifests: what ends in /..., or is a directory.
func (c *Command) sortInputs(args []string) (manifests, patterns []string) {
	for _, arg := range args {
		info, err := os.Stat(c.path(arg))
		if strings.HasSuffix(arg, "...") || err == nil && info.IsDir() {
			patterns = append(patterns, arg)
		} else {
			manifests = append(manifests, arg)
		}
	}
	return manifests, patterns
}

// readManifests reads manifests into one system; an empty one where there are none. With code, they are read as what it
// is compared with.
func (c *Command) readManifests(files *arch.Files, args []string, code bool) (*manifest.Document, error) {
	limits := manifest.DefaultLimits()
	var inputs []manifest.Input
	seen := make(map[string]bool)
	for _, arg := range args {
		input, err := c.read(arg, limits.Bytes)
		if err != nil {
			return nil, err
		}
		if seen[input.Path] {
			return nil, usagef("%s is named twice", visible.Text(arg))
		}
		seen[input.Path] = true
		inputs = append(inputs, input)
	}
	vocabulary := rule.Specs(rule.All())
	if code {
		doc, errs := manifest.ReadBesideCode(files, inputs, vocabulary, limits)
		return doc, c.tell(errs)
	}
	system, errs := manifest.Read(files, inputs, vocabulary, limits)
	return &manifest.Document{System: system}, c.tell(errs)
}

// tell tells errors of manifests on stderr, and is how the run ends then.
func (c *Command) tell(errs manifest.Errors) error {
	if len(errs) == 0 {
		return nil
	}
	for i, e := range errs {
		if i == shownErrors {
			fmt.Fprintf(c.Stderr, "and %d more errors\n", len(errs)-shownErrors)
			break
		}
		fmt.Fprintln(c.Stderr, strings.TrimRight(e.Text(), "\n"))
	}
	return exit(ExitUsage)
}

// read reads one input, never more than one byte beyond the limit: the reader names the limit.
func (c *Command) read(arg string, limit int) (manifest.Input, error) {
	if arg == "-" {
		data, err := io.ReadAll(io.LimitReader(c.Stdin, int64(limit)+1))
		if err != nil {
			return manifest.Input{}, fmt.Errorf("reading standard input: %w", err)
		}
		return manifest.Input{Path: "<stdin>", Data: data}, nil
	}
	if strings.HasSuffix(arg, ".go") {
		return manifest.Input{}, usagef("%s: name the package, as in ./... or %s", visible.Text(arg), visible.Text("./"+filepath.ToSlash(filepath.Dir(arg))))
	}
	if strings.HasPrefix(arg, "-") {
		return manifest.Input{}, usagef("unknown flag %s; \"distcheck help check\" shows the flags", visible.Text(arg))
	}
	file, err := os.Open(c.path(arg))
	if err != nil {
		return manifest.Input{}, c.notThere(arg, err)
	}
	defer file.Close()
	info, err := file.Stat()
	var data bytes.Buffer
	if err == nil {
		data.Grow(int(min(info.Size(), int64(limit))) + bytes.MinRead) // what the file says, so that it is read in one go
	}
	if _, err := data.ReadFrom(io.LimitReader(file, int64(limit)+1)); err != nil {
		return manifest.Input{}, fmt.Errorf("reading %s: %w", arg, err)
	}
	return manifest.Input{Path: c.shown(arg), Data: data.Bytes()}, nil
}

// shown is the path that positions in a file have: seen from the directory of the run if it lies below, so that what the
// file says of directories and what code says of them is the same.
func (c *Command) shown(arg string) string {
	clean := filepath.Clean(arg)
	if filepath.IsAbs(clean) {
		here, err := filepath.Abs(c.path("."))
		if below, relErr := filepath.Rel(here, clean); err == nil && relErr == nil && filepath.IsLocal(below) {
			clean = below
		}
	}
	return filepath.ToSlash(clean)
}

// notThere says why an argument is no manifest. A package pattern or a mistyped verb is no file.
func (c *Command) notThere(arg string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		if !strings.ContainsAny(arg, "./\\") {
			return usagef("%s is neither a file nor a verb%s; \"distcheck help\" lists the verbs", visible.Text(arg), didYouMean(arg, verbNames()))
		}
		near := c.besides(arg, func(os.DirEntry) bool { return true })
		if near != "" {
			near = fmt.Sprintf(" (did you mean %q?)", filepath.ToSlash(filepath.Join(filepath.Dir(arg), near)))
		}
		return usagef("%s: there is no such file or directory%s", visible.Text(arg), visible.Text(near))
	}
	return err
}

// path is where an argument lies, seen from the directory of the run.
func (c *Command) path(arg string) string {
	if filepath.IsAbs(arg) || c.Dir == "" {
		return arg
	}
	return filepath.Join(c.Dir, arg)
}
