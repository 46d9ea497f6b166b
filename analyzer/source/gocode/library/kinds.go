package library

import (
	"slices"
	"strings"
)

// Support is what is known of one library.
type Support struct {
	Path string   // of its module, without a version; "" for the standard library
	Does []string // what of it is seen, in the order of [Kinds]
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
	case "container", "provides", "supplies", "invokes", "decorates":
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
	seen := make(map[string]map[string]bool)
	for _, table := range []Table{Known(), Stores()} {
		for fn, facts := range table {
			path := moduleOf(fn)
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
	var out []Support
	for path, has := range seen {
		s := Support{Path: path}
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

// moduleOf is the path of the module that a function is in, as far as its name tells: host, owner and repository, or
// what stands for them; "" for the standard library.
func moduleOf(fn string) string {
	name := strings.TrimLeft(fn, "(*")
	slash := strings.LastIndexByte(name, '/')
	dot := strings.IndexByte(name[slash+1:], '.')
	if dot < 0 {
		return ""
	}
	if version, _, ok := strings.Cut(name[slash+1+dot+1:], "."); ok && (isVersion(version) || version == "go") { // yaml.v3, nats.go
		dot += 1 + len(version)
	}
	parts := strings.Split(name[:slash+1+dot], "/")
	switch host := parts[0]; {
	case !strings.Contains(host, "."):
		return ""
	case slash < 0: // a host alone, and a package in it: go-micro.dev
		return host
	case host == "github.com" || host == "golang.org" || host == "gopkg.in" && len(parts) > 1 && !strings.Contains(parts[1], "."):
		parts = parts[:min(3, len(parts))]
	default:
		parts = parts[:min(2, len(parts))]
	}
	path := strings.Join(parts, "/")
	if i := strings.LastIndex(path, "/"); i > 0 && isVersion(path[i+1:]) {
		path = path[:i]
	}
	return path
}

// isVersion reports whether the last part of a path is that of a major version: v2, yaml.v3 is none.
func isVersion(part string) bool {
	return len(part) > 1 && part[0] == 'v' && strings.Trim(part[1:], "0123456789") == ""
}
