// Package gocode reads Go code: it finds the services in a set of modules, the operations that they answer, and the
// remote calls that answering makes.
//
//	load ──► summary ──► trace ──► arch.System
//	          library knowledge ──┘
//
// Own packages are loaded from source and everything else from export data (load), each package is turned into a
// small summary (summary), and the summaries are run for each service with what is known of libraries (trace,
// library).
//
// This package may change until version 1.
package gocode

import (
	"context"
	"path/filepath"
	"slices"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/source/gocode/load"
	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
	"github.com/distcheck/distcheck/analyzer/source/gocode/trace"
)

// Options say what to read.
type Options struct {
	Dir      string // the directory of the run, absolute
	Patterns []string
	Tags     string
	Env      []string
	Progress func(string)

	Libraries []arch.Library // what is known of libraries beside what is built in
	Services  []string       // directories of main packages that a manifest says to be services, seen from Dir
}

// Result is what was read, and what was not.
type Result struct {
	System   *arch.System
	Problems []load.Problem
	Notes    []string // what takes no part, and budgets that were hit
	Packages int      // own packages that were read
	Evidence []Evidence
	Silent   []string // directories of main packages in which neither an operation nor a call was found

	Libraries []Mistake // what Options.Libraries says that does not fit the code; nothing is traced where one is no note
}

// Evidence is how a call came to be known.
type Evidence = trace.Evidence

// Read traces the packages that the patterns name.
func Read(ctx context.Context, files *arch.Files, opt Options) (Result, error) {
	loaded, err := load.Load(ctx, load.Options{Dir: opt.Dir, Patterns: opt.Patterns, Tags: opt.Tags, Env: opt.Env, Progress: opt.Progress})
	if err != nil {
		return Result{}, err
	}
	result := Result{Problems: loaded.Problems}
	dir := opt.Dir
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	if result.Libraries = mistakes(opt.Libraries, loaded.Units); slices.ContainsFunc(result.Libraries, func(m Mistake) bool { return !m.Note }) {
		return result, nil
	}
	inline := directives(files, loaded.Units, dir) // before summaries let go of the syntax
	var loads [][]*summary.Package
	for i, u := range loaded.Units {
		loaded.Units[i] = nil // nothing but the summaries is needed any more
		sums, failed := summary.Extract(u.Fset, u.Packages, dir)
		var names []string
		for name := range failed {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			result.Problems = append(result.Problems, load.Problem{What: name, Reason: failed[name], Count: 1})
		}
		for _, sum := range sums {
			if sum.Name == "main" {
				sum.Settings = load.Settings(dir, sum.Dir)
			}
		}
		result.Packages += len(sums)
		loads = append(loads, sums)
	}
	if opt.Progress != nil {
		opt.Progress("tracing")
	}
	var notes []string
	if rest, doubles, others := withoutDoubles(loads, dir, named(opt), opt.Services); len(doubles) > 0 && others { // else the run is about them
		loads, notes = rest, []string{doublesNote(doubles)}
	}
	traced := trace.Run(files, loads, knowledge(opt.Libraries))
	result.System, result.Notes, result.Evidence, result.Silent = traced.System, slices.Concat(loaded.Notes, notes, traced.Notes), traced.Evidence, traced.Silent
	result.System.Directives = inline
	return result, nil
}
