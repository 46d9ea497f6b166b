package trace

import (
	"iter"
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// Code of one service that another is built with: a package below the directory of the one that the other imports,
// itself or through what it imports.

// imports notes for each unit the hand-written packages of others that it is built with.
func (l *linker) imports(units []*unit) {
	roots := rootsOf(units)
	owners := ownersOf(roots)
	for i, u := range units {
		if len(u.ops) == 0 {
			continue // it only starts, tests or migrates others
		}
		s := l.services[u]
		found := make(map[string]bool)
		seen := map[string]bool{u.main.Path: true}
		ways := []string{u.main.Path}
		for len(ways) > 0 {
			pkg := u.prog.pkgs[ways[0]]
			ways = ways[1:]
			for _, imported := range pkg.Imports {
				own := u.prog.pkgs[imported.Path]
				if k := ownerOf(owners, imported.Path); k >= 0 && roots[k] != roots[i] {
					if !found[imported.Path] && !isContract(imported.Path) && (own == nil || !own.Generated) {
						found[imported.Path] = true
						s.Imports = append(s.Imports, arch.Import{Package: imported.Path, Of: l.services[units[k]].Name, Pos: l.pos(place{pkg, imported.Pos})})
					}
					continue // what that imports in turn is not this one's doing
				}
				if own != nil && !seen[imported.Path] {
					seen[imported.Path] = true
					ways = append(ways, imported.Path)
				}
			}
		}
	}
}

// rootsOf are the import paths below which the code of each unit is; "" where there is none. It is the directory above its
// cmd where no other main package is below that, else that of its main package where no other service is.
func rootsOf(units []*unit) []string {
	answers := make(map[*summary.Package]int) // 1 where one of its commands does
	for _, u := range units {
		answers[u.main] = max(answers[u.main], min(len(u.ops), 1))
	}
	mains, services := make(map[string]int), make(map[string]int) // by an import path: how many are there and below
	for main, n := range answers {
		for path := range upwards(main.Path) {
			mains[path]++
			services[path] += n
		}
	}
	roots := make([]string, len(units))
	for i, u := range units {
		parts := strings.Split(u.main.Path, "/")
		if at := slices.IndexFunc(parts, func(part string) bool {
			return part == "cmd" || part == "internal" || part == "app" || part == "main" || part == "server" || part == "bin"
		}); at > 0 {
			parts = parts[:at]
		}
		if root := strings.Join(parts, "/"); mains[root] == 1 {
			roots[i] = root
		} else if services[u.main.Path] == answers[u.main] {
			roots[i] = u.main.Path
		}
	}
	return roots
}

// ownersOf is which unit each root is that of: the first, where several are of one main package.
func ownersOf(roots []string) map[string]int {
	owners := make(map[string]int, len(roots))
	for i, root := range roots {
		if _, taken := owners[root]; !taken && root != "" {
			owners[root] = i
		}
	}
	return owners
}

// ownerOf is the unit whose code a package is, by the nearest root above it; -1 where it is nobody's.
func ownerOf(owners map[string]int, pkg string) int {
	for path := range upwards(pkg) {
		if k, ok := owners[path]; ok {
			return k
		}
	}
	return -1
}

// upwards are an import path and those above it.
func upwards(path string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for yield(path) {
			slash := strings.LastIndexByte(path, '/')
			if slash < 0 {
				return
			}
			path = path[:slash]
		}
	}
}

// isContract reports whether a package is there for others, by a part of its path: a contract, what is generated from
// one, or a client.
func isContract(pkg string) bool {
	return slices.ContainsFunc(strings.Split(pkg, "/"), func(part string) bool {
		switch part = strings.TrimSuffix(part, "s"); part {
		case "gen", "generated", "genproto", "rpc", "api", "contract", "stub", "openapi", "swagger", "sdk", "event", "schema", "thrift", "graphql":
			return true
		}
		return strings.HasSuffix(part, "pb") || strings.HasSuffix(part, "proto") || strings.HasSuffix(part, "grpc") || strings.HasSuffix(part, "client")
	})
}
