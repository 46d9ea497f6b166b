// Package library holds what is known of Go libraries whose bodies are not looked at: which function is a remote call
// and where its method and address are, which registers a handler, which calls or spawns what it is given, which
// passes a value on; which opens or changes a store, and what a call shows of the service that makes it.
//
// The knowledge is data, a line for each function: the file known.txt, which a project extends for its in-house clients
// from its manifest, stores.txt, and shown.txt. See the heads of these files for the format.
//
// This package may change until version 1.
package library

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
)

//go:embed known.txt
var known string

//go:embed shown.txt
var shown string

//go:embed stores.txt
var stores string

// Fact is what one function does.
type Fact struct {
	Func string            // full name: net/http.Get, (*net/http.Client).Do
	Does string            // the verb
	Args map[string]string // which argument is what; methods count their receiver as argument 0
	Line int               // where it stands in its file; 0: not in one of these
}

// Arg is the number of the argument that plays a part, and whether one does.
func (f *Fact) Arg(part string) (int, bool) {
	n, err := strconv.Atoi(f.Args[part])
	return n, err == nil
}

// Table has facts by function.
type Table map[string][]*Fact

// Knowledge is all that is known of libraries.
type Knowledge struct {
	Known  Table // what functions do
	Shown  Signs // what calls of them show of the service that makes them
	Stores Table // which of them open, name and change stores
}

// All is the built-in knowledge, a fresh copy.
func All() Knowledge { return Knowledge{Known(), Shown(), Stores()} }

// Known is the built-in knowledge of what functions do, a fresh copy.
func Known() Table { return parse("known.txt", known) }

// Shown is the built-in knowledge of what calls of functions show of the service that makes them: see the head of
// shown.txt.
func Shown() Signs { return Signs(parse("shown.txt", shown)) }

// Stores is the built-in knowledge of which functions open, name and change databases, caches and buckets: see the head of
// stores.txt. To the rest of the tracing these functions are like those of which nothing is known.
func Stores() Table { return parse("stores.txt", stores) }

func parse(file, text string) Table {
	table := make(Table)
	known := make(map[string]bool)
	for _, verb := range verbs() {
		known[verb] = true
	}
	for i, line := range strings.Split(text, "\n") {
		if err := table.add(i+1, line, known); err != nil {
			panic(fmt.Sprintf("%s:%d: %v", file, i+1, err)) // embedded: a test reads it
		}
	}
	return table
}

// Signs has facts by function, by package and by what packages are below.
type Signs Table

// Of is what a call of a function of a package shows.
func (s Signs) Of(fn, pkg string) []*Fact {
	facts := s[fn]
	facts = append(facts[:len(facts):len(facts)], s[pkg+".*"]...)
	for path := pkg; ; {
		facts = append(facts, s[path+"/..."]...)
		slash := strings.LastIndexByte(path, '/')
		if slash < 0 {
			return facts
		}
		path = path[:slash]
	}
}

// Add adds a fact to the table.
func (t Table) Add(f Fact) { t[f.Func] = append(t[f.Func], &f) }

// Has reports whether anything is known of a function.
func (t Table) Has(fn string) bool { return len(t[fn]) > 0 }

// HasPackage reports whether anything is known of a function of a package.
func (t Table) HasPackage(pkg string) bool {
	for fn := range t {
		if strings.HasPrefix(strings.TrimLeft(fn, "(*"), pkg+".") {
			return true
		}
	}
	return false
}

// Find returns what a function does of one verb, or nil.
func (t Table) Find(fn, verb string) *Fact {
	for _, f := range t[fn] {
		if f.Does == verb {
			return f
		}
	}
	return nil
}

// add adds what a line says, in one of some verbs.
func (t Table) add(number int, line string, verbs map[string]bool) error {
	line = strings.TrimSpace(line)
	if line == "" || strings.HasPrefix(line, "#") {
		return nil
	}
	fields := strings.Fields(line)
	if len(fields) < 2 {
		return fmt.Errorf("a function and what it does are wanted")
	}
	if !verbs[fields[1]] {
		return fmt.Errorf("%q is no verb", fields[1])
	}
	for _, name := range expand(fields[0]) {
		f := Fact{Func: name[0], Does: fields[1], Args: make(map[string]string), Line: number}
		for _, arg := range fields[2:] {
			key, value, ok := strings.Cut(arg, "=")
			if !ok {
				return fmt.Errorf("%q is not key=value", arg)
			}
			f.Args[key] = strings.ReplaceAll(value, "$", name[1])
		}
		t.Add(f)
	}
	return nil
}

// expand replaces {a,b} by each alternative: a name, and the alternative in upper case, which $ stands for.
// A pair a:B says what $ is for a.
func expand(name string) [][2]string {
	open, end := strings.IndexByte(name, '{'), strings.IndexByte(name, '}')
	if open < 0 || end < open {
		return [][2]string{{name, ""}}
	}
	var out [][2]string
	for _, part := range strings.Split(name[open+1:end], ",") {
		word, stands, ok := strings.Cut(part, ":")
		if !ok {
			stands = strings.ToUpper(word)
		}
		for _, rest := range expand(name[end+1:]) {
			if rest[1] != "" {
				stands = rest[1]
			}
			out = append(out, [2]string{name[:open] + word + rest[0], stands})
		}
	}
	return out
}
