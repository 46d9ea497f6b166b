// Package cli is the command line: verbs, flags, exit codes. It is the only package that knows the terminal, files
// and environment; everything else works on values. [Command] mirrors os/exec.Cmd, so that the whole program runs
// inside a test.
//
// This package may change until version 1; verbs, flags and exit codes keep what the README says.
package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/distcheck/distcheck/analyzer/visible"
)

// Exit codes, the same for every output format.
const (
	ExitClean    = 0 // nothing at or above -fail-on
	ExitFindings = 1 // findings at or above -fail-on; no call that why was asked for
	ExitUsage    = 2 // wrong usage, an invalid manifest, or output that could not be written
	ExitNothing  = 3 // no service was found, or something could not be analysed
)

// Command is one run of distcheck.
type Command struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Dir            string              // the directory of the run; "": that of the process
	Getenv         func(string) string // nil: an empty environment
	Environ        func() []string     // for the go command; nil: an empty environment
	Now            func() time.Time    // nil: time.Now
	Version        string
}

// usage is an error of usage: it ends the run with ExitUsage.
type usage struct{ text string }

func (u usage) Error() string { return u.text }

func usagef(format string, args ...any) error { return usage{fmt.Sprintf(format, args...)} }

// exit is an error that has been told already.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit %d", int(e)) }

// verb is one thing that distcheck does.
type verb struct {
	name string
	args string
	doc  string // one line
	more string // what its own help says beside that; may be empty
	run  func(*Command, context.Context, []string) error
}

const inputs = `Inputs are manifests (YAML or JSON; - for standard input), directories with a Go package, and package patterns such as
./...; all of them are one system. Without any, services.yaml is read.`

// codes is the part of a help that lists exit codes: what 0 and 1 mean differs.
func codes(clean, findings string) string {
	text := "\n\nExit codes:\n  0 " + clean + "\n"
	if findings != "" {
		text += "  1 " + findings + "\n"
	}
	return text + "  2 wrong usage, or an invalid manifest\n  3 nothing there, or Go packages that could not be analysed: -allow-partial goes on without these"
}

func verbs() []verb {
	return []verb{
		{"check", "[flags] [services.yaml …] [./...]", "Find chains of synchronous calls and what else a distributed system owes its users. The verb may be left out.",
			inputs + codes("clean", "findings at or above -fail-on"), (*Command).check},
		{"graph", "[flags] [services.yaml …] [./...]", "Draw the system: .dot, .svg, .png or .mmd (Mermaid).",
			inputs + codes("drawn", ""), (*Command).graph},
		{"export", "[flags] [services.yaml …] [./...]", "Print the whole system as one canonical manifest.",
			inputs + codes("printed", ""), (*Command).export},
		{"why", "[flags] FROM TO [services.yaml …] [./...]", "Show the code that makes a call: the way to it, its address, and how its callee was found.",
			`FROM and TO are services (web), operations ("POST /charge"), or both ("payment POST /charge"). A manifest gives the names;
the code is that of ./... where none is named.` + codes("there is such a call", "there is none"), (*Command).why},
		{"explain", "RULE …", "Say what a rule looks for, why, and what to do; or how libraries are described (explain libraries).", "", (*Command).explain},
		{"rules", "[flags]", "List the rules.", "", (*Command).rules},
		{"vet", "[go vet's flags] [packages]", "Run the analyzer under go vet, which keeps what it found in the build cache.",
			vetHelp, (*Command).vet},
		{"schema", "[manifest|report]", "Print the JSON Schema of the manifest, for editors, or of -format json.", "", (*Command).schema},
		{"version", "", "Print the version.", "", (*Command).version},
	}
}

// Run runs distcheck with the arguments after the program's name, and returns its exit code.
func (c *Command) Run(ctx context.Context, args []string) int {
	if asksUnit(args) {
		return c.unit(args)
	}
	run := (*Command).check
	if len(args) > 0 {
		switch name := args[0]; {
		case name == "help" || name == "-h" || name == "-help" || name == "--help":
			return c.help(ctx, args[1:])
		case slices.ContainsFunc(verbs(), func(v verb) bool { return v.name == name }):
			i := slices.IndexFunc(verbs(), func(v verb) bool { return v.name == name })
			run, args = verbs()[i].run, args[1:]
		}
	}
	err := run(c, ctx, args)
	var told exit
	var wrong usage
	switch {
	case err == nil:
		return ExitClean
	case errors.As(err, &told):
		return int(told)
	case errors.Is(err, flag.ErrHelp):
		return ExitClean
	case errors.As(err, &wrong):
		fmt.Fprintf(c.Stderr, "distcheck: %s\n", wrong.text)
		return ExitUsage
	}
	fmt.Fprintf(c.Stderr, "distcheck: %s\n", visible.Text(err.Error()))
	return ExitUsage
}

func (c *Command) help(ctx context.Context, args []string) int {
	if len(args) > 0 {
		for _, v := range verbs() {
			if v.name == args[0] {
				return c.Run(ctx, []string{v.name, "-h"})
			}
		}
		if err := knownRules(args[:1]); err != nil && args[0] != librariesTopic {
			fmt.Fprintf(c.Stderr, "distcheck: %s is neither a verb nor a rule%s; \"distcheck help\" lists the verbs, \"distcheck rules\" the rules\n",
				visible.Text(args[0]), visible.Text(didYouMean(args[0], append(verbNames(), ruleNames()...))))
			return ExitUsage
		}
		return c.Run(ctx, []string{"explain", args[0]})
	}
	var b strings.Builder
	b.WriteString(`distcheck finds distributed monoliths: services that wait for services that wait for services.

	distcheck services.yaml         check the system that a manifest describes
	distcheck ./...                 check the system that Go code is
	distcheck services.yaml ./...   check both as one system
	distcheck help check            flags of a check

`)
	for _, v := range verbs() {
		fmt.Fprintf(&b, "  %-8s %s\n", v.name, v.doc)
	}
	b.WriteString(`
A first manifest:

	version: 1
	services:
	  web:
	    kind: bff
	    calls: [checkout]
	  checkout:
	    operations:
	      PlaceOrder: {calls: [payment Charge]}
	  payment:
	    operations:
	      Charge: {calls: [ledger Post]}
	  ledger: {}

"distcheck help VERB" shows a verb's flags; "distcheck explain RULE" what a rule is about.
Exit codes: 0 clean, 1 findings, 2 wrong usage or manifest, 3 nothing to check, or Go packages that could not be analysed.
`)
	io.WriteString(c.Stdout, b.String())
	return ExitClean
}

func verbNames() []string {
	var names []string
	for _, v := range verbs() {
		names = append(names, v.name)
	}
	return names
}

func (c *Command) env(name string) string {
	if c.Getenv == nil {
		return ""
	}
	return c.Getenv(name)
}

func (c *Command) today() time.Time {
	now := time.Now
	if c.Now != nil {
		now = c.Now
	}
	year, month, day := now().Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}
