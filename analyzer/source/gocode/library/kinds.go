package library

import (
	"slices"
	"strings"

	"golang.org/x/mod/semver"
)

// Support is what is known of one library.
type Support struct {
	Path string   // of its module, without a version; "" for the standard library
	Does []string // what of it is seen, in the order of [Kinds]

	// Versions are those of its modules that this was compared with, oldest first; none: with its documentation only,
	// or, for the standard library, with that of the Go that this was built with.
	Versions []string
}

// Kinds are what may be seen of a library.
func Kinds() []string {
	return []string{"calls", "answers", "messages", "stores", "time limits", "retries", "breakers", "traces", "middleware", "side by side", "wiring", "configuration", "decoding"}
}

// kinds are what facts of one verb, or with one part, say is seen.
func kinds(f *Fact) []string {
	var out []string
	switch f.Does {
	case "call", "remote", "proxy", "pass":
		out = append(out, "calls")
	case "route", "rpc", "service", "receiver", "processor", "schema", "table", "serve", "registers":
		out = append(out, "answers")
	case "publish", "consume", "receives", "binds", "declares":
		out = append(out, "messages")
	case "opens", "changes":
		out = append(out, "stores")
	case "expires", "ends", "bounds", "deadline", "lasts":
		out = append(out, "time limits")
	case "tries", "retries":
		out = append(out, "retries")
	case "guards":
		out = append(out, "breakers")
	case "traces":
		out = append(out, "traces")
	case "use", "surrounds", "around", "renews":
		out = append(out, "middleware")
	case "spawns", "gathers", "waits", "each":
		out = append(out, "side by side")
	case "container", "provides", "supplies", "invokes", "decorates", "offers", "finds":
		out = append(out, "wiring")
	case "env", "flag", "flagvar", "setting", "loads", "commands", "args":
		out = append(out, "configuration")
	case "fills":
		out = append(out, "decoding")
	}
	for part, kind := range map[string]string{"length": "time limits", "default": "time limits", "tries": "retries", "otherwise": "retries", "breaker": "breakers"} {
		of := f.Does == "call" || f.Does == "dials" || f.Does == "calls"
		if of && f.Args[part] != "" {
			out = append(out, kind)
		}
	}
	return out
}

// Supported lists the libraries that something is known of, by their paths.
func Supported() []Support {
	modules := Modules()
	seen := make(map[string]map[string]bool)
	for _, table := range []Table{Known(), Stores()} {
		for fn, facts := range table {
			path := familyOf(fn, modules)
			if seen[path] == nil {
				seen[path] = make(map[string]bool)
			}
			for _, f := range facts {
				for _, kind := range kinds(f) {
					seen[path][kind] = true
				}
			}
		}
	}
	versions := make(map[string][]string)
	for _, m := range modules {
		if path := familyOf(m.Path+".X", modules); m.Version != Unserved && !slices.Contains(versions[path], m.Version) {
			versions[path] = append(versions[path], m.Version)
		}
	}
	var out []Support
	for path, has := range seen {
		s := Support{Path: path, Versions: versions[path]}
		slices.SortFunc(s.Versions, semver.Compare)
		for _, kind := range Kinds() {
			if has[kind] {
				s.Does = append(s.Does, kind)
			}
		}
		if len(s.Does) > 0 {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b Support) int { return strings.Compare(a.Path, b.Path) })
	return out
}

// familyOf is the path that a library is listed under, in all its versions: host, owner and repository, or what stands for
// them; "" for the standard library. Where the name of a package has dots, only modules.txt tells where it ends.
func familyOf(fn string, modules []Module) string {
	name := strings.TrimLeft(fn, "(*")
	path := name
	for _, m := range modules {
		if strings.HasPrefix(name, m.Path) && (strings.HasPrefix(name[len(m.Path):], ".") || strings.HasPrefix(name[len(m.Path):], "/")) {
			path = m.Path
		}
	}
	if path == name { // in no module, or one that is not there
		slash := strings.LastIndexByte(name, '/')
		dot := strings.IndexByte(name[slash+1:], '.')
		if dot < 0 || slash < 0 || !strings.Contains(name[:slash], ".") {
			return ""
		}
		path = name[:slash+1+dot]
	}
	parts := strings.Split(path, "/")
	switch host := parts[0]; {
	case len(parts) == 1:
	case host == "github.com" || host == "golang.org" || host == "gopkg.in" && !strings.Contains(parts[1], "."):
		parts = parts[:min(3, len(parts))]
	default:
		parts = parts[:min(2, len(parts))]
	}
	path = strings.Join(parts, "/")
	if i := strings.LastIndex(path, "/"); i > 0 && isVersion(path[i+1:]) {
		path = path[:i]
	}
	return path
}

// isVersion reports whether the last part of a path is that of a major version: v2, yaml.v3 is none.
func isVersion(part string) bool {
	return len(part) > 1 && part[0] == 'v' && strings.Trim(part[1:], "0123456789") == ""
}
