package arch

// Library says what one function of a library does, for readers of code: an in-house client or router, of which they
// know nothing.
type Library struct {
	Pos   Pos
	Func  string         // full name: example.com/rpc.Call, (*example.com/rpc.Client).Call
	Does  string         // one of LibraryVerbs
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

// LibraryVerbs is what a function of a library may do.
func LibraryVerbs() []string {
	return []string{"call", "request", "same", "route", "prefix", "nest", "mount", "use", "rpc", "serve", "proxy",
		"spawns", "waits", "signals", "calls", "each", "keeps", "env", "context", "none", "deadline"}
}

// LibraryPart is a part that an argument may play.
type LibraryPart struct{ Name, Doc string }

// LibraryParts lists the parts, in the order of [Library.Parts]. Arguments count from 0; a method's receiver is
// argument 0.
func LibraryParts() []LibraryPart {
	return []LibraryPart{
		{"protocol", "Of a call: grpc, http, connect, …"},
		{"method", "The HTTP method: an argument, or a word such as GET."},
		{"url", "The argument that is the URL."},
		{"request", "The argument that is the request."},
		{"procedure", "The argument that is the remote procedure, as pkg.Service/Method."},
		{"ctx", "The argument that is the context."},
		{"client", "The argument that is the client or connection."},
		{"router", "The argument that is the router."},
		{"path", "The argument that is the path or pattern."},
		{"handler", "The argument that is the handler."},
		{"handlers", "The argument that is a list of handlers; the last one counts."},
		{"fn", "The argument that is the function which is called."},
		{"on", "The argument that is waited for, or signalled."},
		{"of", "The argument that the result is made of."},
		{"name", "The argument that is the name of a variable."},
		{"length", "The argument that is the length of a deadline."},
	}
}
