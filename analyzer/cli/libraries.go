package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/source/gocode"
)

// librariesTopic is what explain knows beside rules.
const librariesTopic = "libraries"

// librariesText says how a manifest describes functions of libraries.
func librariesText() string {
	var b strings.Builder
	b.WriteString(`libraries: what functions do that distcheck does not know, such as those of an in-house client

	version: 1
	libraries:
	  - {func: "(*example.com/rpc.Client).Ask", does: call, protocol: http, method: POST, url: 1, ctx: 2}
	  - {func: example.com/web.Route, does: route, method: 0, path: 1, handler: 2}
	  - {func: example.com/db.Open, does: opens, kind: postgres, dsn: 0.URL}

func is the full name, as go doc and stack traces have it: package.Function, (*package.Type).Method, (package.Interface).Method;
with () behind, it is the function that this one returns. Parts are numbers of arguments, which count from 0; the receiver of
a method is argument 0. What may also be a word is marked *, what may also be a field of an argument +, as in 0.URL.

does:
`)
	for _, verb := range arch.LibraryVerbs() {
		fmt.Fprintf(&b, "  %-8s  %s\n", verb.Name, verb.Doc)
		var parts []string
		for _, group := range verb.Needs {
			parts = append(parts, strings.Join(group, " or "))
		}
		if len(parts) > 0 {
			fmt.Fprintf(&b, "            needs %s", strings.Join(parts, ", "))
			if len(verb.Takes) > 0 {
				fmt.Fprintf(&b, "; takes %s", strings.Join(verb.Takes, ", "))
			}
			b.WriteString("\n")
		} else if len(verb.Takes) > 0 {
			fmt.Fprintf(&b, "            takes %s\n", strings.Join(verb.Takes, ", "))
		}
	}
	b.WriteString("\nparts:\n")
	for _, part := range arch.LibraryParts() {
		name := part.Name
		if part.Word {
			name += "*"
		}
		if part.Field {
			name += "+"
		}
		fmt.Fprintf(&b, "  %-10s %s\n", name, part.Doc)
	}
	b.WriteString("\nknown already, with what is seen of each and the versions whose code this was compared with; of other libraries, what is given a path and a handler is taken for a router:\n")
	for _, l := range gocode.KnownLibraries() {
		fmt.Fprintf(&b, "  %s: %s (%s)\n", libraryName(l), strings.Join(l.Does, ", "), comparedWith(l))
	}
	return b.String()
}

// comparedWith is which versions of a library what is known of it was compared with. Of one that has many modules the first
// and the last are told.
func comparedWith(l gocode.KnownLibrary) string {
	const shown = 4
	switch n := len(l.Versions); {
	case l.Path == "":
		return "that of your Go"
	case n == 0:
		return "its documentation"
	case n > shown:
		return fmt.Sprintf("%s to %s", l.Versions[0], l.Versions[n-1])
	}
	return strings.Join(l.Versions, ", ")
}

func libraryName(l gocode.KnownLibrary) string { return cmp.Or(l.Path, "the standard library") }

// librariesMarkdown lists, for the README, the libraries that services call each other by and answer with.
func librariesMarkdown() string {
	between := []string{"calls", "answers", "messages"}
	var b strings.Builder
	b.WriteString("| library | seen of it | compared with |\n|---|---|---|\n")
	for _, l := range gocode.KnownLibraries() {
		if slices.ContainsFunc(l.Does, func(kind string) bool { return slices.Contains(between, kind) }) {
			fmt.Fprintf(&b, "| %s | %s | %s |\n", libraryName(l), strings.Join(l.Does, ", "), comparedWith(l))
		}
	}
	return b.String()
}
