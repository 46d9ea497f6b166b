package arch

import "strings"

// Library says what one function of a library does, for readers of code: an in-house client or router, of which they
// know nothing.
type Library struct {
	Pos   Pos
	Func  string         // full name: example.com/rpc.Call, (*example.com/rpc.Client).Call
	Does  string         // the name of one of LibraryVerbs
	Parts []Fact[string] // by LibraryParts: the number of the argument that plays the part, or a word
}

// Part returns what plays a part, and whether anything does.
func (l *Library) Part(name string) (string, bool) {
	for i, part := range LibraryParts() {
		if part.Name == name && i < len(l.Parts) && l.Parts[i].Is() {
			return l.Parts[i].Value, true
		}
	}
	return "", false
}

// FuncName is the full name of a function in its pieces.
type FuncName struct {
	Package string
	Type    string // of a method: the type that has it, without type parameters
	Name    string
}

// Returned is behind the full name of a function that stands for the function which it returns.
const Returned = "()"

// FuncNameOf takes a full name apart; false where it is none.
func FuncNameOf(full string) (FuncName, bool) {
	full = strings.TrimSuffix(full, Returned)
	receiver, rest, isMethod := strings.Cut(strings.TrimPrefix(full, "("), ").")
	if isMethod != strings.HasPrefix(full, "(") {
		return FuncName{}, false
	}
	name := FuncName{Name: rest}
	path := strings.TrimPrefix(receiver, "*")
	if isMethod {
		path, _, _ = strings.Cut(path, "[")
	} else {
		path = full
	}
	dot := strings.LastIndexByte(path, '.')
	if dot < 1 || dot < strings.LastIndexByte(path, '/') || strings.ContainsAny(path, "()*, ") {
		return FuncName{}, false
	}
	name.Package = path[:dot]
	if isMethod {
		name.Type = path[dot+1:]
	} else {
		name.Name = path[dot+1:]
	}
	return name, name.Name != "" && (name.Type != "" || !isMethod) && !strings.ContainsAny(name.Name, "./")
}

// LibraryVerb is what a function of a library may do.
type LibraryVerb struct {
	Name  string
	Needs [][]string // one of each list at least
	Takes []string   // beside those
}

// LibraryVerbs lists the verbs and the parts that they look at.
func LibraryVerbs() []LibraryVerb {
	one := func(parts ...string) [][]string {
		needs := make([][]string, len(parts))
		for i, part := range parts {
			needs[i] = []string{part}
		}
		return needs
	}
	return []LibraryVerb{
		{"call", [][]string{{"url", "request", "procedure"}}, []string{"protocol", "method", "ctx", "client"}},
		{"request", [][]string{{"url", "of"}}, []string{"method", "ctx"}},
		{"same", nil, []string{"of"}},
		{"route", [][]string{{"path"}, {"handler", "handlers"}}, []string{"router", "method"}},
		{"prefix", one("path"), []string{"router", "handler", "handlers"}},
		{"nest", one("fn"), []string{"router", "path"}},
		{"mount", one("handler"), []string{"router", "path"}},
		{"use", nil, []string{"router", "handlers"}},
		{"rpc", one("procedure", "handler"), nil},
		{"serve", one("handler"), nil},
		{"proxy", one("url"), nil},
		{"spawns", one("fn"), []string{"on"}},
		{"waits", one("on"), nil},
		{"signals", one("on"), nil},
		{"calls", one("fn"), nil},
		{"each", one("fn"), nil},
		{"keeps", nil, nil},
		{"env", one("name"), nil},
		{"context", one("of"), nil},
		{"none", nil, nil},
		{"deadline", one("of"), []string{"length"}},
	}
}

// LibraryPart is a part that an argument may play.
type LibraryPart struct {
	Name, Doc string
	Word      bool // a word may stand there instead of an argument
}

// LibraryParts lists the parts, in the order of [Library.Parts]. Arguments count from 0; a method's receiver is
// argument 0.
func LibraryParts() []LibraryPart {
	return []LibraryPart{
		{"protocol", "Of a call: grpc, http, connect, …", true},
		{"method", "The HTTP method: an argument, or a word such as GET.", true},
		{"url", "The argument that is the URL.", false},
		{"request", "The argument that is the request.", false},
		{"procedure", "The argument that is the remote procedure, as pkg.Service/Method.", false},
		{"ctx", "The argument that is the context.", false},
		{"client", "The argument that is the client or connection.", false},
		{"router", "The argument that is the router, or the variable that holds it, as in net/http.DefaultServeMux.", true},
		{"path", "The argument that is the path or pattern, or the path itself.", true},
		{"handler", "The argument that is the handler.", false},
		{"handlers", "The argument that is a list of handlers; the last one counts.", false},
		{"fn", "The argument that is the function which is called.", false},
		{"on", "The argument that is waited for, or signalled.", false},
		{"of", "The argument that the result is made of.", false},
		{"name", "The argument that is the name of a variable.", false},
		{"length", "The argument that is the length of a deadline.", false},
	}
}
