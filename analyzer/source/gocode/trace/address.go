package trace

import (
	"slices"
	"strings"
	"unicode"
)

// address is a URL taken apart: its host, what an unknown host comes from, its path.
type address struct {
	host   string // as far as it is written out as a whole
	label  string // its first label, where that is; "" for hosts on the same machine
	source string
	listed bool   // the host is a name in a registry of services: none of the network's
	based  bool   // the source may hold the beginning of the path too
	path   string // "" where nothing is known of it; "{}" is one segment or a part of one, anything any number of them
}

// anything stands for a part of a path that comes from configuration: it may have any number of segments.
const anything = "{...}"

// Marks of the parts of a text that are not known, while it is taken apart.
const (
	dataHole       = '\x01'
	configuredHole = '\x02'
	anyHole        = "\x01\x02"
)

func parseAddress(t target) address {
	text, holes := marked(t)
	var a address
	scheme := false
	if of, name, ok := strings.Cut(text, ":///"); ok && name != "" && !strings.HasPrefix(of, "http") && !strings.ContainsAny(of, "/."+anyHole) { // a name that a resolver knows
		scheme, text = true, name
		a.listed = of != "dns" && of != "passthrough"
	} else if i := strings.Index(text, "://"); i >= 0 && i < 8 {
		scheme = true
		if strings.ContainsAny(text[:i], anyHole) {
			holes = holes[1:]
		}
		text = text[i+3:]
	}
	end := strings.IndexAny(text, "/?#")
	if end < 0 {
		end = len(text)
	}
	authority, path := text[:end], text[end:]
	path, _, _ = strings.Cut(path, "?")
	path, _, _ = strings.Cut(path, "#")
	at := strings.IndexAny(authority, anyHole)
	host, after := authority, "" // what is written out before the first unknown part, and what stands behind that
	if at >= 0 {
		host, after = authority[:at], authority[at+1:]
	}
	name, port, hasPort := strings.Cut(host, ":")
	open := false // unknown parts behind the host may be of its path
	switch {
	case at < 0, hasPort && port == "":
		a.host = name
		if a.label, _, _ = strings.Cut(name, "."); a.listed {
			a.label = name
		}
		open = strings.ContainsAny(after, anyHole)
	case hasPort, strings.Contains(host, "."):
		a.label, _, _ = strings.Cut(name, ".")
		open = !strings.HasSuffix(host, ".") || strings.ContainsAny(after, anyHole)
	case host == "":
		a.source = holes[0].describe()
		after = strings.TrimPrefix(strings.TrimPrefix(after, ":\x01"), ":\x02")
		if after != "" && !scheme && unicode.IsLetter(rune(after[0])) { // behind a base that ends in a slash
			path, after = "/"+after+path, ""
		}
		a.based = !scheme && after == ""
		open = strings.ContainsAny(after, anyHole) || a.based && !strings.HasPrefix(path, "/")
	default:
		open = true
		if last := rune(host[len(host)-1]); unicode.IsLetter(last) || unicode.IsDigit(last) {
			a.label = host
		} else {
			a.source = holes[0].describe()
		}
	}
	if strings.HasPrefix(host, ":") {
		a.host = "localhost" // as Go takes an address that is only a port
	}
	if a.host != "" && isLocal(a.host) {
		a.label = ""
	}
	switch {
	case open && strings.Trim(path, "/"+anyHole) == "":
		return a
	case open:
		path = "/\x02" + path
	case path == "" && authority != "":
		path = "/"
	}
	a.path = strings.ReplaceAll(strings.ReplaceAll(path, "\x01", "{}"), "\x02", anything)
	return a
}

// marked is a text with marks for its unknown parts, and what each of those comes from.
func marked(t target) (string, []hole) {
	parts := strings.Split(t.text, "{}")
	var b strings.Builder
	holes := make([]hole, len(parts)-1)
	for i, part := range parts {
		b.WriteString(part)
		if i == len(parts)-1 {
			break
		}
		if i < len(t.holes) {
			holes[i] = t.holes[i]
		}
		if holes[i].name != "" {
			b.WriteByte(configuredHole)
		} else {
			b.WriteByte(dataHole)
		}
	}
	return b.String(), holes
}

func (h hole) describe() string {
	switch h.kind {
	case kEnv:
		return "env " + h.name
	case kFlag:
		return "flag -" + h.name
	case kField:
		return "config " + h.name
	}
	return ""
}

func (l *linker) describe(targets []target) string {
	var parts []string
	for _, t := range targets {
		a := parseAddress(t)
		text := a.source
		if text == "" {
			text = t.text
		}
		if a.source != "" && a.path != "" {
			text += " " + a.path
		}
		if text != "" && text != "{}" && !slices.Contains(parts, text) {
			parts = append(parts, text)
		}
	}
	// "http://{}" says nothing beside what is known of the same address.
	if told := slices.DeleteFunc(slices.Clone(parts), isBlank); len(told) > 0 {
		parts = told
	}
	return strings.Join(parts, " or ")
}

// isBlank reports whether of an address at most the scheme is known.
func isBlank(address string) bool {
	_, rest, ok := strings.Cut(address, "://")
	return ok && strings.Trim(rest, "{}/") == ""
}

// bare is a name in lower case, without separators and without the words that addresses have around a service's name.
func bare(name string) string {
	words := wordsOf(name)
	joined := strings.Join(slices.DeleteFunc(slices.Clone(words), isNoise), "")
	if joined == "" {
		joined = strings.Join(words, "")
	}
	return strings.TrimSuffix(joined, "service")
}

// ofConfig is what the name of a type of configuration says that it configures: UserConfig the user, Config nothing.
func ofConfig(typ string) string {
	words := wordsOf(typ)
	for len(words) > 0 {
		switch words[len(words)-1] {
		case "config", "configuration", "conf", "cfg", "settings", "options", "opts", "params", "spec", "env", "environment":
			words = words[:len(words)-1]
			continue
		}
		break
	}
	return strings.Join(words, "_")
}

// says reports whether a name has a word of its own.
func says(name string) bool {
	return slices.ContainsFunc(wordsOf(name), func(word string) bool { return !isNoise(word) })
}

// wordsOf are the words of a name in lower case: userURL, user_url and user-url are the same.
func wordsOf(name string) []string {
	var words []string
	word := ""
	flush := func() {
		if word != "" {
			words = append(words, strings.ToLower(word))
			word = ""
		}
	}
	runes := []rune(name)
	for i, r := range runes {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			flush()
			continue
		case unicode.IsUpper(r) && i > 0 && unicode.IsLower(runes[i-1]),
			unicode.IsUpper(r) && i > 0 && unicode.IsUpper(runes[i-1]) && i+1 < len(runes) && unicode.IsLower(runes[i+1]):
			flush()
		}
		word += string(r)
	}
	flush()
	return words
}

// isNoise reports whether a word is one that addresses have around a service's name.
func isNoise(word string) bool {
	switch word {
	case "addr", "address", "url", "uri", "host", "port", "endpoint", "service", "svc", "srv", "base", "api", "http", "grpc", "server", "target", "client":
		return true
	}
	return false
}

func isLocal(host string) bool {
	return host == "localhost" || host == "" || strings.Trim(host, "0123456789.") == "" || host == "host.docker.internal"
}

// toItself reports whether all that an address may be is the machine of the caller.
func toItself(addresses []target) bool {
	for _, t := range addresses {
		switch parseAddress(t).host {
		case "localhost", "127.0.0.1", "0.0.0.0":
		default:
			return false
		}
	}
	return len(addresses) > 0
}

// public reports whether a host is in the Internet's names for sure: in one of the domains that most of them are in.
// Namespaces of clusters end in other words, or have them right behind the service.
func public(host string) bool {
	if outside(host) == "" {
		return false
	}
	labels := strings.Split(host, ".")
	last := labels[len(labels)-1]
	always := []string{"com", "net", "org", "io", "co", "ai", "gov", "edu"}
	often := []string{"dev", "app", "cloud", "info", "biz", "cn", "de", "uk", "ru", "eu", "jp", "fr", "in", "br", "us", "ca", "au", "nl", "ch", "me"}
	return slices.Contains(always, last) || len(labels) > 2 && slices.Contains(often, last)
}

// outside is a public host's name, "" for what may be inside.
func outside(host string) string {
	if isLocal(host) || !strings.Contains(host, ".") || strings.Contains(host, "{") {
		return ""
	}
	for _, inner := range []string{".local", ".svc", ".internal", ".consul", ".cluster", ".lan"} {
		if strings.HasSuffix(host, inner) || strings.Contains(host, inner+".") {
			return ""
		}
	}
	return host
}
