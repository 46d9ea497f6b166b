package library

import (
	_ "embed"
	"strings"
)

//go:embed modules.txt
var modules string

// Unserved stands for the version of a library that the public module proxy does not have: what is known of it was
// compared with its documentation only.
const Unserved = "-"

// Module is a version of a library, against which what is known of it was compared.
type Module struct{ Path, Version string }

// Modules are the versions of libraries in modules.txt, sorted. Of a library whose functions have changed there may be
// several.
func Modules() []Module {
	var out []Module
	for line := range strings.Lines(modules) {
		if fields := strings.Fields(line); len(fields) == 2 && fields[0] != "#" {
			out = append(out, Module{fields[0], fields[1]})
		}
	}
	return out
}
