// Package history reads which services were changed together: the git history of a working tree → arch.
//
// It runs git, and only where it is asked to: `git log`, which reads. Nothing of the project is run, be it hook, filter,
// pager or signature check, and git is told to fetch nothing, not even what a partial clone lacks.
//
// This package may change until version 1.
package history

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/distcheck/distcheck/analyzer/arch"
)

// Budgets, so that no repository takes for ever.
const (
	maxCommits = 20_000
	maxTime    = time.Minute
	maxFiles   = 30 // of one commit: one that changes more is about the repository, not about services
)

// Result is what a history tells.
type Result struct {
	Commits []arch.Commit // newest first; those that change the code of some service
	Limits  []string      // what was not seen of it, and why: one line each
}

// Read reads the twelve months before the end of a day, as far as they are about the services whose code lies below dir.
// What goes wrong is told in words that say what to do.
func Read(ctx context.Context, dir string, services []*arch.Service, day time.Time) (*Result, error) {
	owners := ownersOf(services)
	if len(owners.of) < 2 {
		return nil, errors.New("fewer than two services say where their code is (code)")
	}
	if _, err := exec.LookPath("git"); err != nil {
		return nil, errors.New("git is not there: install it, or leave out -history")
	}
	ctx, cancel := context.WithTimeout(ctx, maxTime)
	defer cancel()
	where, err := git(ctx, dir, "rev-parse", "--show-prefix", "--is-shallow-repository")
	if err != nil {
		return nil, err
	}
	prefix, shallow, _ := strings.Cut(strings.TrimSuffix(string(where), "\n"), "\n")
	log, err := git(ctx, dir, "log", "-z", "--name-only", "--no-renames", "--no-merges", "--no-color", "--no-ext-diff", "--no-textconv",
		"--no-show-signature", "--no-mailmap", "--no-notes", "--format=%x00%H%x00%an%x00%ae",
		"--since="+day.AddDate(-1, 0, 0).Format(time.DateOnly)+"T00:00:00Z", "--until="+day.Format(time.DateOnly)+"T23:59:59Z",
		fmt.Sprintf("--max-count=%d", maxCommits+1))
	if err != nil {
		return nil, err
	}
	result := new(Result)
	if shallow == "true" {
		result.Limits = append(result.Limits, "the clone is shallow, and has only some commits; in CI, fetch-depth: 0 gets all")
	}
	root, err := os.OpenRoot(cmp.Or(dir, "."))
	if err != nil {
		return nil, err
	}
	defer root.Close()
	written := handWritten{root: root, known: make(map[string]bool)}
	read := 0
	for commit := range commits(log) {
		if read++; read > maxCommits {
			result.Limits = append(result.Limits, fmt.Sprintf("only the last %d commits were read", maxCommits))
			break
		}
		if commit.byBot() || len(commit.files) > maxFiles {
			continue
		}
		var changed []string
		for _, file := range commit.files {
			below, ok := strings.CutPrefix(file, prefix)
			if !ok {
				continue
			}
			if service := owners.owner(below); service != "" && written.is(below) {
				changed = append(changed, service)
			}
		}
		if len(changed) > 0 {
			slices.Sort(changed)
			file := &arch.File{Path: "<commit " + commit.hash[:min(len(commit.hash), 12)] + ">", Source: arch.Git}
			result.Commits = append(result.Commits, arch.Commit{Pos: arch.Pos{File: file}, Services: slices.Compact(changed)})
		}
	}
	return result, nil
}

// git runs git in a directory and returns what it prints. An error is its own word for what is wrong.
func git(ctx context.Context, dir string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"--no-pager", "-c", "core.fsmonitor=false", "-c", "log.showSignature=false"}, args...)...)
	cmd.Dir = dir
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "GIT_") { // which could lead it elsewhere
			cmd.Env = append(cmd.Env, variable)
		}
	}
	cmd.Env = append(cmd.Env, "LC_ALL=C", "GIT_ALLOW_PROTOCOL=none", "GIT_NO_LAZY_FETCH=1", "GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0")
	var out, wrong bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &wrong
	err := cmd.Run()
	switch {
	case err == nil:
		return out.Bytes(), nil
	case ctx.Err() != nil:
		return nil, fmt.Errorf("git %s was given up after %s", args[0], maxTime)
	}
	if said, _, _ := strings.Cut(strings.TrimSpace(wrong.String()), "\n"); said != "" {
		return nil, errors.New("git says: " + said)
	}
	return nil, fmt.Errorf("git %s: %w", args[0], err)
}

// commit is one commit of the log.
type commit struct {
	hash, author, email string
	files               []string // from the top of the working tree
}

// byBot reports whether nobody decided to change what the commit changes.
func (c *commit) byBot() bool {
	name, email := strings.ToLower(c.author), strings.ToLower(c.email)
	if strings.Contains(name, "[bot]") || strings.Contains(email, "[bot]") {
		return true
	}
	for _, word := range strings.FieldsFunc(name, func(r rune) bool { return r == ' ' || r == '-' || r == '_' }) {
		switch word {
		case "bot", "dependabot", "renovate", "greenkeeper", "snyk", "mergify":
			return true
		}
	}
	return false
}

// commits reads a log in which an empty word, which no path is, begins each commit: its hash, author and e-mail, then
// its files.
func commits(log []byte) func(yield func(*commit) bool) {
	return func(yield func(*commit) bool) {
		rest := string(log)
		word := func() (text string, more bool) {
			text, rest, more = strings.Cut(rest, "\x00")
			return text, more
		}
		var current *commit
		for {
			text, more := word()
			switch {
			case text == "" && more:
				if current != nil && !yield(current) {
					return
				}
				current = new(commit)
				for _, part := range []*string{&current.hash, &current.author, &current.email} {
					*part, more = word()
				}
			case text != "" && current != nil:
				if len(current.files) == 0 {
					text = strings.TrimPrefix(text, "\n")
				}
				current.files = append(current.files, text)
			}
			if !more {
				break
			}
		}
		if current != nil {
			yield(current)
		}
	}
}

// handWritten tells sources that people write from all other files. What lies in the working tree says itself whether a
// program wrote it.
type handWritten struct {
	root  *os.Root // no link leads out of it
	known map[string]bool
}

func (h *handWritten) is(path string) bool {
	written, known := h.known[path]
	if !known {
		written = isSource(path) && !h.generated(path)
		h.known[path] = written
	}
	return written
}

// generated reports whether the beginning of a file says that a program wrote it. A file that is gone says nothing.
func (h *handWritten) generated(path string) bool {
	file, err := h.root.Open(path)
	if err != nil {
		return false
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return false
	}
	lines := bufio.NewScanner(file)
	for n := 0; n < 20 && lines.Scan(); n++ {
		if line := strings.ToLower(lines.Text()); strings.Contains(line, "code generated") || strings.Contains(line, "@generated") || strings.Contains(line, "do not edit") {
			return true
		}
	}
	return false
}
