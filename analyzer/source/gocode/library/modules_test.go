package library

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"golang.org/x/tools/txtar"
)

var (
	real   = flag.Bool("modules", false, "download the libraries in the versions of modules.txt and compare with their code")
	update = flag.Bool("update", false, "with -modules: write modules.txt, with the newest versions")
)

// TestModules holds that modules.txt has a version of each library of which something is known, and with -modules that
// each function is there, in one of the versions, under the very name, and has the arguments that are spoken of.
//
// It reads declarations only: a module is downloaded without what it requires, and nothing of it is compiled or run.
func TestModules(t *testing.T) {
	tables := map[string]Table{"known.txt": Known(), "shown.txt": Table(Shown()), "stores.txt": Stores()}
	packages := make(map[string]bool)
	for _, table := range tables {
		for fn := range table {
			if pkg := packageOf(fn); strings.Contains(strings.Split(pkg, "/")[0], ".") && !strings.HasSuffix(fn, "/...") {
				packages[pkg] = true
			}
		}
	}
	if *real && *update {
		writeModules(t, slices.Sorted(maps.Keys(packages)))
		return
	}
	have := Modules()
	var unknown []string
	for pkg := range packages {
		if len(inModules(have, pkg)) == 0 {
			unknown = append(unknown, pkg)
		}
	}
	slices.Sort(unknown)
	for _, pkg := range unknown {
		t.Errorf("modules.txt has no module with the package %s: go test ./analyzer/source/gocode/library -run Modules -args -modules -update finds it", pkg)
	}
	if !*real {
		return
	}
	dirs := download(t, have)
	declared := make(map[string][]version) // by package
	var mu sync.Mutex
	var wg sync.WaitGroup
	for pkg := range packages {
		wg.Go(func() {
			var found []version
			for _, m := range inModules(have, pkg) {
				if m.Version == Unserved {
					found = append(found, version{})
				} else if dir := dirs[m]; dir != "" {
					found = append(found, declare(pkg, filepath.Join(dir, strings.TrimPrefix(strings.TrimPrefix(pkg, m.Path), "/"))))
				}
			}
			mu.Lock()
			defer mu.Unlock()
			declared[pkg] = found
		})
	}
	wg.Wait()
	for _, pkg := range standard(tables) {
		declared[pkg] = []version{declare(pkg, filepath.Join(runtime.GOROOT(), "src", filepath.FromSlash(pkg)))}
	}
	for name, text := range map[string]string{"known.txt": known, "shown.txt": shown, "stores.txt": stores} {
		for i, line := range strings.Split(text, "\n") {
			for _, wrong := range inLine(t, line, declared) {
				t.Errorf("%s:%d: %s", name, i+1, wrong)
			}
		}
	}
}

// TestStubs holds, with -modules, that what the programs in testdata declare in the place of libraries is as there: each
// function and method is in one of the versions, with as many arguments; what may be given any number of options may be
// declared without. A package that is not there is wrong, too, unless the program has it of a module of its own.
func TestStubs(t *testing.T) {
	if !*real {
		t.Skip("downloads the libraries: -args -modules")
	}
	have := Modules()
	dirs := download(t, have)
	known := make(map[string][]version)
	versionsOf := func(pkg string) []version {
		if found, ok := known[pkg]; ok {
			return found
		}
		var found []version
		for _, m := range have { // all: a package may have moved into a module of its own
			if m.Version != Unserved && (m.Path == pkg || strings.HasPrefix(pkg, m.Path+"/")) {
				found = append(found, declare(pkg, filepath.Join(dirs[m], strings.TrimPrefix(strings.TrimPrefix(pkg, m.Path), "/"))))
			}
		}
		known[pkg] = found
		return found
	}
	var files []string
	for _, pattern := range []string{"../testdata/*.txtar", "../testdata/*/*.txtar"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			pkg, vendored := strings.CutPrefix(path.Dir(f.Name), "vendor/")
			if !vendored || !strings.HasSuffix(f.Name, ".go") {
				continue
			}
			versions, in := versionsOf(pkg), inModules(have, pkg)
			if len(versions) == 0 {
				continue
			}
			if own := inModules(required(archive), pkg); len(own) > 0 && len(own[0].Path) > len(in[0].Path) {
				continue // a module inside of the library, of which nothing is known
			}
			stub := version{make(declaration), make(map[string][]string)}
			stub.read(pkg, f.Name, f.Data)
			for _, fn := range slices.Sorted(maps.Keys(stub.declares)) {
				if strings.HasPrefix(fn, variadic) {
					continue
				}
				if count := stub.declares[fn]; count >= 0 && ast.IsExported(fn[strings.LastIndexByte(fn, '.')+1:]) && !slices.ContainsFunc(versions, func(v version) bool {
					n, ok := v.declares.has(fn, v.embeds)
					return ok && (n < 0 || n == count || n == count+1 && v.declares.optional(fn))
				}) {
					t.Errorf("%s: %s: %s is not like that in the library", filepath.Base(file), f.Name, fn)
				}
			}
		}
	}
}

// required are the modules that a program has a vendored stub of.
func required(archive *txtar.Archive) (out []Module) {
	for _, f := range archive.Files {
		if f.Name != "vendor/modules.txt" {
			continue
		}
		for line := range strings.Lines(string(f.Data)) {
			if fields := strings.Fields(line); len(fields) == 3 && fields[0] == "#" {
				out = append(out, Module{fields[1], fields[2]})
			}
		}
	}
	return out
}

// inLine is what is wrong with a line: functions without the arguments that it speaks of, and alternatives in braces that
// occur in no function that is there. Not all of their combinations need to be: not each version has each method.
func inLine(t *testing.T, line string, declared map[string][]version) (wrong []string) {
	line = strings.TrimSpace(line)
	if line == "" || strings.HasPrefix(line, "#") {
		return nil
	}
	pattern, rest, _ := strings.Cut(line, " ")
	there := make(map[string]bool) // the alternatives that were met, by group and number
	for _, one := range combinations(pattern) {
		table := make(Table)
		if err := table.add(0, one.name+" "+rest, map[string]bool{strings.Fields(rest)[0]: true}); err != nil {
			t.Fatal(err)
		}
		for fn, facts := range table {
			missing, beyond := compare(facts[0], declared[packageOf(fn)])
			for _, alternative := range one.alternatives {
				there[alternative] = there[alternative] || !missing
			}
			switch {
			case beyond != "":
				wrong = append(wrong, fn+" "+beyond)
			case missing && len(one.alternatives) == 0:
				wrong = append(wrong, fn+" is not declared")
			}
		}
	}
	for _, alternative := range slices.Sorted(maps.Keys(there)) {
		if !there[alternative] {
			wrong = append(wrong, pattern+": no function with "+alternative+" is declared")
		}
	}
	return wrong
}

// combination is a name, and the alternatives that it was made with.
type combination struct {
	name         string
	alternatives []string
}

// combinations replaces {a,b} by each alternative.
func combinations(pattern string) []combination {
	open, end := strings.IndexByte(pattern, '{'), strings.IndexByte(pattern, '}')
	if open < 0 {
		return []combination{{name: pattern}}
	}
	var out []combination
	for _, part := range strings.Split(pattern[open+1:end], ",") {
		word, _, _ := strings.Cut(part, ":")
		for _, rest := range combinations(pattern[end+1:]) {
			out = append(out, combination{pattern[:open] + word + rest.name, append([]string{pattern[open:end+1] + " as " + word}, rest.alternatives...)})
		}
	}
	return out
}

// version is what a version of a package declares, and what its types embed, by their full names.
type version struct {
	declares declaration
	embeds   map[string][]string
}

// embed notes what a type embeds.
func (v version) embed(pkg string, spec *ast.TypeSpec) {
	if spec.Assign.IsValid() { // an alias: its methods are those of what it stands for
		v.embeds[pkg+"."+spec.Name.Name] = []string{elsewhere}
		return
	}
	var fields *ast.FieldList
	switch typ := spec.Type.(type) {
	case *ast.StructType:
		fields = typ.Fields
	case *ast.InterfaceType:
		fields = typ.Methods
	default:
		return
	}
	name := pkg + "." + spec.Name.Name
	for _, field := range fields.List {
		if len(field.Names) > 0 {
			continue
		}
		typ := field.Type
		if pointer, ok := typ.(*ast.StarExpr); ok {
			typ = pointer.X
		}
		if generic, ok := typ.(*ast.IndexExpr); ok {
			typ = generic.X
		}
		switch typ := typ.(type) {
		case *ast.Ident:
			v.embeds[name] = append(v.embeds[name], pkg+"."+typ.Name)
		case *ast.SelectorExpr:
			v.embeds[name] = append(v.embeds[name], elsewhere)
		}
	}
}

// declaration is what a version of a package declares: functions and types by their full names, with how many arguments
// they take, receivers counted; -1: any number, or none that could be counted.
type declaration map[string]int

// has is how many arguments a function takes, and whether there is one of that name: declared, or a method that a type
// gets from what it embeds, which is looked up in its package and believed of other packages.
func (d declaration) has(name string, embeds map[string][]string) (int, bool) {
	if n, ok := d[name]; ok {
		return n, true
	}
	open, end := strings.IndexByte(name, '('), strings.LastIndexByte(name, ')')
	if open != 0 || end < 0 {
		return 0, false
	}
	for _, in := range embeds[strings.TrimLeft(name[:end], "(*")] {
		if in == elsewhere {
			return -1, true
		}
		for _, star := range []string{"", "*"} {
			if n, ok := d.has("("+star+in+name[end:], embeds); ok {
				return n, true
			}
		}
	}
	return 0, false
}

// optional reports whether the last argument of a function may be left out.
func (d declaration) optional(name string) bool {
	_, ok := d[variadic+name]
	return ok
}

// variadic stands before the names of functions whose last argument may be left out.
const variadic = "..."

// elsewhere stands for an embedded type of another package.
const elsewhere = "*"

// compare reports whether a function is in none of some versions, and which argument it has in none.
func compare(f *Fact, versions []version) (missing bool, beyond string) {
	name := strings.TrimSuffix(f.Func, "()")
	if strings.HasSuffix(name, ".*") {
		return len(versions) == 0, ""
	}
	if strings.HasSuffix(name, "/...") {
		return false, ""
	}
	missing = true
	for _, v := range versions {
		if v.declares == nil { // nobody can tell
			return false, ""
		}
		count, ok := v.declares.has(name, v.embeds)
		if !ok {
			continue
		}
		missing = false
		if count < 0 || name != f.Func {
			return false, ""
		}
		if beyond = f.beyond(count); beyond == "" {
			return false, ""
		}
	}
	return missing, beyond
}

// beyond names an argument that a function with so many does not have.
func (f *Fact) beyond(count int) string {
	if f.Args["sent"] == "yes" {
		count++ // what is sent to the channel that it returns
	}
	for _, part := range slices.Sorted(maps.Keys(f.Args)) {
		if slices.Contains([]string{"tries", "default", "more", "otherwise"}, part) { // how often, how long
			continue
		}
		fits, wrong := false, -1 // of several, what an argument that is not there tells is nothing, and the next counts
		for _, one := range strings.Split(f.Args[part], "|") {
			number, _, _ := strings.Cut(one, ".")
			if n, err := strconv.Atoi(number); err == nil && n >= count {
				wrong = n
			} else {
				fits = true
			}
		}
		if !fits {
			return fmt.Sprintf("has no argument %d to be %s: it takes %d", wrong, part, count)
		}
	}
	return ""
}

// declare reads what a package declares, in all its files but tests, whatever they are built for.
func declare(pkg, dir string) version {
	d := version{make(declaration), make(map[string][]string)}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return d
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".go") && !strings.HasSuffix(e.Name(), "_test.go") {
			d.read(pkg, filepath.Join(dir, e.Name()), nil)
		}
	}
	return d
}

// read reads what a file declares.
func (d version) read(pkg, name string, src []byte) {
	var text any
	if src != nil {
		text = src
	}
	file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
	if err != nil {
		return
	}
	for _, decl := range file.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			d.declares.function(pkg, decl)
		case *ast.GenDecl:
			for _, spec := range decl.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					d.declares.typ(pkg, spec)
					d.embed(pkg, spec)
				case *ast.ValueSpec:
					for _, name := range spec.Names {
						d.declares[pkg+"."+name.Name] = -1
					}
				}
			}
		}
	}
}

func (d declaration) function(pkg string, decl *ast.FuncDecl) {
	n := parameters(decl.Type)
	if decl.Recv == nil {
		d.add(pkg+"."+decl.Name.Name, n, decl.Type)
		return
	}
	typ, star := decl.Recv.List[0].Type, ""
	if pointer, ok := typ.(*ast.StarExpr); ok {
		typ, star = pointer.X, "*"
	}
	switch generic := typ.(type) {
	case *ast.IndexExpr:
		typ = generic.X
	case *ast.IndexListExpr:
		typ = generic.X
	}
	if name, ok := typ.(*ast.Ident); ok {
		d.add("("+star+pkg+"."+name.Name+")."+decl.Name.Name, n+1, decl.Type)
	}
}

func (d declaration) add(name string, count int, fn *ast.FuncType) {
	d[name] = count
	if list := fn.Params.List; len(list) > 0 {
		if _, ok := list[len(list)-1].Type.(*ast.Ellipsis); ok {
			d[variadic+name] = 0
		}
	}
}

func (d declaration) typ(pkg string, spec *ast.TypeSpec) {
	if spec.Assign.IsValid() {
		d[pkg+"."+spec.Name.Name] = -1
		return // its methods have the names of what it stands for
	}
	name := pkg + "." + spec.Name.Name
	d[name], d["*"+name] = -1, -1
	iface, ok := spec.Type.(*ast.InterfaceType)
	if !ok {
		return
	}
	for _, method := range iface.Methods.List {
		if fn, ok := method.Type.(*ast.FuncType); ok {
			for _, m := range method.Names {
				d.add("("+name+")."+m.Name, parameters(fn)+1, fn)
			}
		}
	}
}

func parameters(fn *ast.FuncType) int {
	n := 0
	for _, field := range fn.Params.List {
		n += max(1, len(field.Names))
	}
	return n
}

// packageOf is the package of a function's or a type's full name, or of a name of packages.
func packageOf(fn string) string {
	name := strings.TrimLeft(fn, "(*")
	if below, ok := strings.CutSuffix(name, "/..."); ok {
		return below
	}
	slash := strings.LastIndexByte(name, '/')
	rest := name[slash+1:]
	dot := strings.IndexByte(rest, '.')
	if dot < 0 {
		return name
	}
	if version, _, ok := strings.Cut(rest[dot+1:], "."); ok && (isVersion(version) || version == "go" || version == "dev") { // yaml.v3, nats.go, go-micro.dev
		dot += 1 + len(version)
	}
	return name[:slash+1+dot]
}

// standard are the packages of the standard library that some tables speak of.
func standard(tables map[string]Table) []string {
	seen := make(map[string]bool)
	for _, table := range tables {
		for fn := range table {
			if pkg := packageOf(fn); !strings.Contains(strings.Split(pkg, "/")[0], ".") {
				seen[pkg] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// inModules are the modules that a package may be in: those with the longest path.
func inModules(have []Module, pkg string) []Module {
	for p := pkg; p != "." && p != "/"; p = path.Dir(p) {
		var found []Module
		for _, m := range have {
			if m.Path == p {
				found = append(found, m)
			}
		}
		if len(found) > 0 {
			return found
		}
	}
	return nil
}

// download fetches modules, without what they require; the directory of each.
func download(t *testing.T, modules []Module) map[Module]string {
	dirs := make(map[Module]string)
	served := slices.DeleteFunc(slices.Clone(modules), func(m Module) bool { return m.Version == Unserved })
	for batch := range slices.Chunk(served, 20) {
		args := []string{"mod", "download", "-json"}
		for _, m := range batch {
			args = append(args, m.Path+"@"+m.Version)
		}
		cmd := exec.Command("go", args...)
		cmd.Dir = t.TempDir() // in no module
		out, err := cmd.Output()
		decoder := json.NewDecoder(bytes.NewReader(out))
		for decoder.More() {
			var got struct{ Path, Version, Dir, Error string }
			if wrong := decoder.Decode(&got); wrong != nil {
				t.Fatalf("go mod download: %v, %v", wrong, err)
			}
			if got.Error != "" {
				t.Errorf("%s@%s: %s", got.Path, got.Version, got.Error)
			}
			dirs[Module{got.Path, got.Version}] = got.Dir
		}
	}
	return dirs
}

// holds reports whether a module that lies in a directory has a package.
func holds(dir string, m Module, pkg string) bool {
	if dir == "" {
		return false
	}
	files, err := filepath.Glob(filepath.Join(dir, strings.TrimPrefix(pkg, m.Path), "*.go"))
	return err == nil && len(files) > 0
}

// writeModules finds the module of each package, in the newest version that has it.
func writeModules(t *testing.T, packages []string) {
	have := Modules()
	dirs := download(t, have)
	type answer struct {
		module Module
		dir    string
	}
	latest := make(map[string]answer)
	ask := func(mod string) answer {
		if got, ok := latest[mod]; ok {
			return got
		}
		cmd := exec.Command("go", "mod", "download", "-json", mod+"@latest")
		cmd.Dir = t.TempDir()
		cmd.Env = append(os.Environ(), "GOPROXY=https://proxy.golang.org")
		out, _ := cmd.Output()
		var got struct{ Path, Version, Dir, Error string }
		if json.Unmarshal(out, &got) != nil || got.Error != "" {
			got.Path, got.Dir = "", ""
		}
		latest[mod] = answer{Module{got.Path, got.Version}, got.Dir}
		return latest[mod]
	}
	for _, pkg := range packages {
		if slices.ContainsFunc(inModules(have, pkg), func(m Module) bool { return m.Version == Unserved || holds(dirs[m], m, pkg) }) {
			continue
		}
		found := false
		for p := pkg; p != "."; p = path.Dir(p) {
			if p == "github.com" || p == "gopkg.in" || strings.HasPrefix(p, "github.com/") && !strings.Contains(p[len("github.com/"):], "/") {
				break
			}
			got := ask(p)
			if got.dir == "" {
				continue
			}
			if holds(got.dir, got.module, pkg) {
				have, found = append(have, got.module), true
				dirs[got.module] = got.dir
				break
			}
		}
		if !found {
			t.Logf("the module proxy has no module whose newest version has the package %s", pkg)
			have = append(have, Module{pkg, Unserved})
		}
	}
	slices.SortFunc(have, func(a, b Module) int { return strings.Compare(a.Path+" "+a.Version, b.Path+" "+b.Version) })
	head, _, _ := strings.Cut(modules, "\n\n")
	var b strings.Builder
	b.WriteString(head + "\n\n")
	for _, m := range slices.Compact(have) {
		fmt.Fprintf(&b, "%s %s\n", m.Path, m.Version)
	}
	if err := os.WriteFile("modules.txt", []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
