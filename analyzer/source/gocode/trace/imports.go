package trace

import (
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
)

// Code of one service that another is built with: a package below the directory of the one that the other imports,
// itself or through what it imports.

// imports notes for each unit the hand-written packages of others that it is built with.
func (l *linker) imports(units []*unit) {
	roots := rootsOf(units)
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
				if k := ownerOf(roots, imported.Path); k >= 0 && roots[k] != roots[i] {
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

// rootsOf are the import paths below which the code of each unit is, and that of no other; "" where there is none.
func rootsOf(units []*unit) []string {
	roots := make([]string, len(units))
	for i, u := range units {
		parts := strings.Split(u.main.Path, "/")
		if at := slices.IndexFunc(parts, func(part string) bool {
			return part == "cmd" || part == "internal" || part == "app" || part == "main" || part == "server" || part == "bin"
		}); at > 0 {
			parts = parts[:at]
		}
		root := strings.Join(parts, "/")
		for _, other := range units {
			if other.main != u.main && isBelow(other.main.Path, root) {
				root = u.main.Path
				break
			}
		}
		roots[i] = root
	}
	return roots
}

// ownerOf is the unit whose code a package is; -1 where it is nobody's.
func ownerOf(roots []string, pkg string) int {
	return slices.IndexFunc(roots, func(root string) bool { return root != "" && isBelow(pkg, root) })
}

func isBelow(pkg, root string) bool {
	return strings.HasPrefix(pkg, root) && (len(pkg) == len(root) || pkg[len(root)] == '/')
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
