package arch

import (
	"go/token"
	"strconv"
	"strings"
)

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

// FieldOf takes apart what stands for a field of an argument: the number of the argument, and the field of it or of a field of
// it; false for other texts.
func FieldOf(text string) (argument int, fields []string, ok bool) {
	steps := strings.Split(text, ".")
	argument, err := strconv.Atoi(steps[0])
	if err != nil || argument < 0 || len(steps) < 2 {
		return 0, nil, false
	}
	for _, step := range steps[1:] {
		if !token.IsIdentifier(step) {
			return 0, nil, false
		}
	}
	return argument, steps[1:], true
}

// LibraryVerb is what a function of a library may do.
type LibraryVerb struct {
	Name  string
	Needs [][]string // one of each list at least
	Takes []string   // beside those
	Doc   string
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
		{"call", [][]string{{"url", "request", "procedure"}}, []string{"protocol", "method", "ctx", "client"}, "makes a remote call: url, with method; or procedure; or request, which has them"},
		{"request", [][]string{{"url", "of"}}, []string{"method", "ctx"}, "makes a request, which another function sends: url and method; or of, the request that it is made of"},
		{"same", nil, []string{"of"}, "returns its argument of (0 if not given), perhaps wrapped"},
		{"route", [][]string{{"path"}, {"handler", "handlers"}}, []string{"router", "method"}, "registers a handler for requests: path, handler or handlers, with method and router"},
		{"prefix", one("path"), []string{"router", "handler", "handlers"}, "a router, or a handler, whose paths begin with path"},
		{"nest", one("fn"), []string{"router", "path"}, "calls fn with a router whose routes are below path"},
		{"mount", one("handler"), []string{"router", "path"}, "puts a handler below path of a router"},
		{"use", nil, []string{"router", "handlers"}, "puts middleware around the routes of a router: handlers"},
		{"rpc", one("procedure", "handler"), nil, "registers one remote procedure: procedure, handler"},
		{"serve", one("handler"), nil, "answers requests with a handler, until the process ends"},
		{"proxy", one("url"), nil, "returns a handler that passes requests on to url"},
		{"publish", one("topic"), []string{"broker"}, "hands a message to a topic, subject or queue, and does not wait for who handles it"},
		{"consume", one("topic", "handler"), []string{"broker", "group"}, "calls handler with each message of a topic, subject or queue"},
		{"opens", [][]string{{"dsn", "server", "database"}}, []string{"kind"}, "opens a store, which what it returns stands for: dsn, a text that says where it is; or server and database"},
		{"changes", nil, []string{"of", "sql"}, "changes what is in the store that of stands for, or was made of (0 if not given); with sql, only if that text does"},
		{"spawns", one("fn"), []string{"on"}, "runs fn beside its caller, on behalf of a group (on)"},
		{"waits", one("on"), nil, "waits for what a group (on) runs"},
		{"signals", one("on"), nil, "says that something which a group (on) waits for is done"},
		{"calls", one("fn"), nil, "calls fn at once and returns what that does, as breakers and retries do"},
		{"each", one("fn"), nil, "calls fn once for each element of some data"},
		{"keeps", nil, nil, "keeps the functions that it is given, and calls none of them"},
		{"env", one("name"), nil, "returns the environment variable name"},
		{"context", one("of"), nil, "returns what carries the deadline of of, as contexts that are derived do"},
		{"none", nil, nil, "returns a context without deadline"},
		{"deadline", one("of"), []string{"length"}, "returns a context that is made of another (of) and ends after length"},
	}
}

// LibraryPart is a part that an argument may play.
type LibraryPart struct {
	Name, Doc string
	Word      bool // a word may stand there instead of an argument
	Field     bool // a field of an argument may, as in 0.Addr
}

// LibraryParts lists the parts, in the order of [Library.Parts]. Arguments count from 0; a method's receiver is
// argument 0.
func LibraryParts() []LibraryPart {
	return []LibraryPart{
		{"protocol", "Of a call: grpc, http, connect, …", true, false},
		{"method", "The HTTP method: an argument, or a word such as GET.", true, false},
		{"url", "The argument that is the URL.", false, false},
		{"request", "The argument that is the request.", false, false},
		{"procedure", "The argument that is the remote procedure, as pkg.Service/Method.", false, false},
		{"ctx", "The argument that is the context.", false, false},
		{"client", "The argument that is the client or connection.", false, false},
		{"router", "The argument that is the router, or the variable that holds it, as in net/http.DefaultServeMux.", true, false},
		{"path", "The argument that is the path or pattern, or the path itself.", true, false},
		{"handler", "The argument that is the handler.", false, false},
		{"handlers", "The argument that is a list of handlers; the last one counts.", false, false},
		{"fn", "The argument that is the function which is called.", false, false},
		{"on", "The argument that is waited for, or signalled.", false, false},
		{"of", "The argument that the result is made of.", false, false},
		{"name", "The argument that is the name of a variable.", false, false},
		{"length", "The argument that is the length of a deadline.", false, false},
		{"topic", "The argument that is the name of the topic, subject or queue.", false, false},
		{"broker", "What carries the messages: kafka, nats, amqp, …; those of one broker and topic meet.", true, false},
		{"group", "The argument that is the name of the group of consumers.", false, false},
		{"kind", "The kind of store, as in postgres: a word, or the argument that is the name of the driver.", true, true},
		{"dsn", "The argument that says where a store is: a URL, or a data source name.", false, true},
		{"server", "The argument that is the address of a store's server, or the server itself.", true, true},
		{"database", "The argument that is the name of a database, or the name itself.", true, true},
		{"sql", "The argument that is a statement of SQL.", false, false},
	}
}
