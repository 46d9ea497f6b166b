package rule

import (
	"slices"
	"strings"
	"unicode"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/graph"
)

// effectOf is what a call does to its callee: what is said, else what the HTTP method promises, else what the name of
// the remote procedure says. POST promises nothing: it may be a search.
func effectOf(call *arch.Call) arch.Effect {
	if call.Effect.Is() {
		return call.Effect.Value
	}
	operation := call.Operation.Or("")
	if effect := methodEffect(operation); effect != "" {
		return effect
	}
	return procedureEffect(operation)
}

// methodEffect is what the method of an HTTP route promises. It is asked for every call of a system.
func methodEffect(operation string) arch.Effect {
	switch {
	case hasMethod(operation, "GET"), hasMethod(operation, "HEAD"), hasMethod(operation, "OPTIONS"):
		return arch.Read
	case hasMethod(operation, "PUT"), hasMethod(operation, "PATCH"), hasMethod(operation, "DELETE"):
		return arch.Write
	}
	return ""
}

func hasMethod(operation, method string) bool {
	return len(operation) > len(method)+1 && operation[:len(method)] == method && operation[len(method):len(method)+2] == " /"
}

// procedureEffect is what the first word of a remote procedure's name says: pkg.Service/GetOrder reads, PlaceOrder
// writes. Words that are used for both say nothing.
func procedureEffect(operation string) arch.Effect {
	service, name, ok := strings.Cut(operation, "/")
	if !ok || strings.ContainsAny(service, " ") {
		return ""
	}
	for i, r := range name {
		if i > 0 && !unicode.IsLower(r) {
			name = name[:i]
			break
		}
	}
	switch strings.ToLower(name) {
	case "get", "list", "find", "search", "lookup", "query", "fetch", "read", "count", "exists", "has", "is", "describe",
		"show", "view", "watch", "preview", "calculate", "compute", "estimate", "convert", "recommend", "batchget":
		return arch.Read
	case "create", "add", "insert", "put", "set", "update", "upsert", "patch", "delete", "remove", "empty", "clear",
		"place", "submit", "charge", "pay", "refund", "capture", "book", "reserve", "cancel", "ship", "send", "deduct",
		"increment", "decrement", "transfer", "withdraw", "deposit", "issue", "revoke", "approve", "reject", "assign",
		"save", "store", "write", "upload", "publish", "register", "enroll":
		return arch.Write
	}
	return ""
}

// named are the doubts about writes that are known by their names alone.
func named(g *graph.Graph, writes ...*graph.Edge) []string {
	var names []string
	for _, e := range writes {
		if !e.Call.Effect.Is() && methodEffect(e.Call.Operation.Or("")) == "" {
			names = append(names, title(&g.Nodes[e.To]))
		}
	}
	if len(names) == 0 {
		return nil
	}
	slices.Sort(names)
	return []string{"that " + list(slices.Compact(names), 3) + " changes something is taken from the name (effect)"}
}
