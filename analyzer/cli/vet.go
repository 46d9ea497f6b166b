package cli

import (
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis/unitchecker"

	"github.com/distcheck/distcheck/analyzer"
)

const vetHelp = `This is "go vet -vettool=distcheck" with the flags and packages that follow; ./... where none is named. A manifest is
found as ` + analyzer.ManifestName + ` in the directory of a package's module or above it, or through ` + analyzer.ManifestVariable + `, an absolute path
or "off". Every finding fails vet, so there are no notes; -distcheck.notes asks for them. -distcheck.only and
-distcheck.exclude choose rules.

Exit codes are those of go vet: 0 clean, 1 findings, or packages that do not build.`

// vet runs go vet with this program as its tool.
func (c *Command) vet(ctx context.Context, args []string) error {
	if slices.ContainsFunc(args, func(arg string) bool { return arg == "-h" || arg == "-help" || arg == "--help" }) {
		fmt.Fprintf(c.Stdout, "usage: distcheck vet [go vet's flags] [packages]\n\n%s\n", vetHelp)
		return flag.ErrHelp
	}
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("go vet needs the path of this program: %w", err)
	}
	if len(args) == 0 || strings.HasPrefix(args[len(args)-1], "-") {
		args = append(slices.Clone(args), "./...")
	}
	run := exec.CommandContext(ctx, "go", append([]string{"vet", "-vettool=" + self}, args...)...)
	run.Dir, run.Env = c.Dir, c.environ()
	run.Stdin, run.Stdout, run.Stderr = c.Stdin, c.Stdout, c.Stderr
	err = run.Run()
	var ended *exec.ExitError
	switch {
	case errors.As(err, &ended):
		return exit(max(ended.ExitCode(), ExitFindings))
	case errors.Is(err, exec.ErrNotFound):
		return usagef("vet needs the go command, which is not in the PATH; \"distcheck ./...\" needs it too")
	}
	return err
}

// asksUnit reports whether the arguments are those of the go command, when it runs this program as a vet tool.
func asksUnit(args []string) bool {
	return len(args) > 0 && (args[0] == "-V=full" || args[0] == "-flags" || strings.HasSuffix(args[len(args)-1], ".cfg"))
}

// unit answers the go command.
func (c *Command) unit(args []string) int {
	if args[0] != "-V=full" {
		unitchecker.Main(analyzer.Analyzer) // which ends the process
	}
	identity, err := c.identity()
	if err != nil {
		fmt.Fprintf(c.Stderr, "distcheck: %v\n", err)
		return ExitUsage
	}
	fmt.Fprintf(c.Stdout, "distcheck version devel buildID=%x\n", identity)
	return ExitClean
}

// identity is a hash of all that decides what an analysis says of a package, but its code: this program and the
// manifests. It is the key under which the go command keeps findings, so that a changed manifest is seen at once.
func (c *Command) identity() ([]byte, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("the go command needs an identity of this program: %w", err)
	}
	dir := c.Dir
	if dir == "" {
		if dir, err = os.Getwd(); err != nil {
			return nil, err
		}
	}
	manifests, err := analyzer.Manifests(dir, c.env)
	if err != nil {
		return nil, err
	}
	hash := sha256.New()
	for _, name := range append([]string{self}, manifests...) {
		if name != self { // where a manifest lies decides too, seen from here: other checkouts may share the cache
			if below, err := filepath.Rel(dir, name); err == nil {
				fmt.Fprintf(hash, "%d:%s", len(below), filepath.ToSlash(below))
			}
		}
		if err := addFile(hash, name); err != nil {
			return nil, err
		}
	}
	fmt.Fprintf(hash, "on %s", c.today().Format("2006-01-02")) // debt comes due
	return hash.Sum(nil), nil
}

// addFile writes a file, with its length, so that no file can look like two.
func addFile(w io.Writer, name string) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil {
		fmt.Fprintf(w, "%d:", info.Size())
	}
	_, err = io.Copy(w, file)
	return err
}
