package gocode

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/source/gocode/load"
	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// Doubles are main packages that stand in for services in tests, or that run against them: fakes, mocks, load
// generators. Nobody deploys them, and what they answer and ask says nothing of the system. They are told by the names
// of their directories.

// withoutDoubles leaves doubles out of what is traced, unless the run names their directories, or a manifest says that
// they are services. It returns the directories that are left out, and whether other main packages are left.
func withoutDoubles(loads [][]*summary.Package, top string, named, services []string) (rest [][]*summary.Package, dirs []string, others bool) {
	isOne := func(pkg *summary.Package) bool {
		return pkg.Name == "main" && !slices.Contains(services, pkg.Dir) && isDouble(top, pkg.Dir, named)
	}
	for _, pkgs := range loads {
		for _, pkg := range pkgs {
			if isOne(pkg) {
				dirs = append(dirs, pkg.Dir)
			} else if pkg.Name == "main" {
				others = true
			}
		}
	}
	for _, pkgs := range loads {
		rest = append(rest, slices.DeleteFunc(slices.Clone(pkgs), isOne))
	}
	slices.Sort(dirs)
	return rest, slices.Compact(dirs), others
}

// doublesNote tells of main packages that are left out.
func doublesNote(dirs []string) string {
	which := dirs[0] + ": its main package is"
	if n := len(dirs) - 1; n > 0 {
		which = fmt.Sprintf("%s and %d more directories: their main packages are", dirs[0], n)
	}
	return which + " for tests, as the names say, and no part of the system; distcheck ./" + dirs[0] + ", or code in a manifest, makes it one"
}

// named are the directories that patterns name, seen from that of the run.
func named(opt Options) []string {
	var dirs []string
	for _, pattern := range opt.Patterns {
		base := strings.TrimSuffix(pattern, "...")
		if filepath.IsAbs(base) {
			if rel, err := filepath.Rel(opt.Dir, base); err == nil {
				base = rel
			}
		}
		dirs = append(dirs, path.Clean(filepath.ToSlash(base)))
	}
	return dirs
}

// isDouble reports whether a directory, or one above it, is called like one for tests. Of what is named, only what lies
// below it counts.
func isDouble(top, dir string, named []string) bool {
	segments := strings.Split(dir, "/")
	below := 0
	for _, n := range named {
		if n == dir || strings.HasPrefix(dir, n+"/") {
			below = max(below, strings.Count(n, "/")+1)
		}
	}
	for i, segment := range segments {
		if i < below {
			continue
		}
		if isForTests(segment) {
			return true
		}
		if segment == "integration" && load.HasTests(filepath.Join(top, filepath.FromSlash(path.Join(segments[:i+1]...)))) {
			return true // else it may be what ties in somebody else's system
		}
	}
	return false
}

// isForTests reports whether a name says that what it names is for tests. One that has the word test among others may
// be about tests that are what a business does.
func isForTests(name string) bool {
	name = strings.ToLower(name)
	words := strings.FieldsFunc(name, func(r rune) bool { return r == '-' || r == '_' || r == '.' })
	if len(words) == 1 {
		for _, word := range [...]string{"fake", "mock"} {
			if rest, ok := strings.CutPrefix(name, word); ok && rest != "ing" && rest != "up" && rest != "ups" {
				return true
			}
			if strings.HasSuffix(name, word) {
				return true
			}
		}
		switch name {
		case "test", "tests", "testutil", "testutils", "testkit", "testserver", "testclient", "testsrv", "testhelper", "testhelpers",
			"testharness", "integrationtest", "integrationtests", "loadtest", "loadtests", "loadtester", "loadgen", "loadgenerator":
			return true
		}
	}
	for i, word := range words {
		before, after := "", ""
		if i > 0 {
			before = words[i-1]
		}
		if i+1 < len(words) {
			after = words[i+1]
		}
		switch word {
		case "fake", "fakes", "mock", "mocks", "stub", "stubs", "e2e", "loadtest", "loadgen", "testutil":
			return true
		case "test", "tests":
			switch before {
			case "integration", "load", "smoke", "acceptance", "functional", "system", "chaos", "stress", "perf", "performance":
				return true
			}
			switch after {
			case "server", "srv", "client", "double", "doubles", "helper", "helpers", "harness", "util", "utils":
				return true
			}
		case "load":
			if after == "generator" || after == "gen" || after == "tester" {
				return true
			}
		}
	}
	return false
}
