package gocode

import (
	"context"
	"slices"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/source/gocode/library"
	"github.com/distcheck/distcheck/analyzer/source/gocode/load"
	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
	"github.com/distcheck/distcheck/analyzer/source/gocode/trace"
)

// Summaries loads what Options name, for tests that trace it more than once.
func Summaries(ctx context.Context, opt Options) ([][]*summary.Package, error) {
	loaded, err := load.Load(ctx, load.Options{Dir: opt.Dir, Patterns: opt.Patterns, Env: opt.Env})
	if err != nil {
		return nil, err
	}
	var loads [][]*summary.Package
	for _, u := range loaded.Units {
		sums, _ := summary.Extract(u.Fset, u.Packages, opt.Dir)
		for _, sum := range sums {
			if sum.Name == "main" {
				sum.Settings = load.Settings(opt.Dir, sum.Dir)
			}
		}
		loads = append(loads, sums)
	}
	return slices.Clip(loads), nil
}

// Trace traces summaries with some knowledge of libraries.
func Trace(loads [][]*summary.Package, know library.Knowledge) Result {
	traced := trace.Run(new(arch.Files), loads, know)
	return Result{System: traced.System, Notes: traced.Notes, Evidence: traced.Evidence, Silent: traced.Silent}
}
