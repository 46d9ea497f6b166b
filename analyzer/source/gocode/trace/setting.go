package trace

import (
	"cmp"
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"github.com/distcheck/distcheck/analyzer/source/gocode/library"
	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// Settings: what is configured has a name, and may have a default beside it.

// configured is what a variable or flag of some name is set to.
func (m *machine) configured(k kind, name value) value {
	names := m.strs(name)
	if len(names) == 0 {
		return m.unknown("string")
	}
	var out value
	for _, n := range names {
		out = join(out, m.one(atom{kind: k, text: n}))
	}
	return out
}

// asked is what is asked for by its name in a library's configuration, which may know a default for it.
func (m *machine) asked(fact *library.Fact, typ string, args []value) value {
	k, name := kEnv, m.arg(fact, "name", 0, args)
	if fact.Args["of"] == "flag" {
		k = kFlag
	}
	out := m.configured(k, name)
	file := m.settings(m.fileOf(fact, args))
	for _, n := range m.strs(name) {
		if list := m.listIn(m.fileOf(fact, args), []string{strings.ToLower(n)}); typ == "[]string" && len(list) > 0 {
			return list
		}
		if said := file[strings.ToLower(n)]; said != "" && !strings.Contains(said, "$") { // goes before the default
			out = join(out, m.saying(said, typ))
			m.opened.inFile(hole{k, n}, said)
		} else {
			out = join(out, m.defaults[strings.ToLower(n)])
		}
	}
	return out
}

// byDefault keeps the default of a name. Names do not differ in case.
func (m *machine) byDefault(name, v value) {
	for _, n := range m.strs(name) {
		n = strings.ToLower(n)
		m.defaults[n] = join(m.defaults[n], m.plain(v))
	}
}

// setFlag stores a flag and its default.
func (m *machine) setFlag(obj int32, path string, fact *library.Fact, args []value) {
	name, otherwise := m.arg(fact, "name", 0, args), m.arg(fact, "default", -1, args)
	m.put(obj, path, m.configured(kFlag, name))
	m.put(obj, path, otherwise)
	m.byDefault(name, otherwise)
}

// flagLiterals reads the flags that a command-line library is given as objects: their defaults, and where they go.
func (m *machine) flagLiterals() {
	for obj := range m.objects {
		o := m.objects[obj]
		if !strings.HasPrefix(o.typ, "github.com/urfave/cli") || !strings.HasSuffix(o.typ, "Flag") {
			continue
		}
		name, otherwise := m.at(int32(obj), ".Name"), m.at(int32(obj), ".Value")
		m.byDefault(name, otherwise)
		for _, id := range m.plain(m.at(int32(obj), ".Destination")) {
			if a := m.atoms[id]; a.kind == kLoc {
				m.put(a.obj, a.text, m.configured(kFlag, name))
				m.put(a.obj, a.text, otherwise)
			}
		}
	}
}

// setting is what stands at a place of configuration: what the tag of the field, or else the field, says of where it
// comes from, and its default.
func (m *machine) setting(f *filling, place, typ string) value {
	fields := m.fieldsAt(f.root, place)
	var keys []string
	if f.key != "" {
		keys = append(keys, f.key)
	}
	prefix, variable, otherwise := "", "", ""
	for _, field := range fields {
		tag := reflect.StructTag(field.Tag)
		variable, otherwise = tagged(tag, "env", "envconfig"), tagged(tag, "envDefault", "env-default", "default")
		if variable != "" {
			variable = prefix + variable
		}
		prefix += tagged(tag, "envPrefix", "env-prefix")
		if key := tagged(tag, "mapstructure", "koanf", "yaml", "toml", "json"); key != "" {
			keys = append(keys, key)
		} else if !slices.Contains(strings.Split(tag.Get("mapstructure"), ","), "squash") {
			keys = append(keys, field.Name)
		}
	}
	key := strings.Join(keys, ".")
	source := hole{kField, shortType(f.root) + place}
	switch {
	case says(variable):
		source = hole{kEnv, variable}
	case f.key != "":
		source = hole{kEnv, key}
	}
	v := m.one(atom{kind: source.kind, text: source.name})
	if said, there, _ := m.readAt(f, place, 0); there && said != "" {
		otherwise = said // the file that the code names is its default
		m.opened.inFile(source, said)
	} else {
		v = join(v, m.defaults[strings.ToLower(key)])
	}
	if otherwise != "" {
		v = join(v, m.saying(otherwise, typ))
	}
	return v
}

// saying is a value of some type that configuration has as a text.
func (m *machine) saying(text, typ string) value {
	v := m.one(atom{kind: kConst, text: `"` + text})
	if typ != "string" {
		return m.number(v)
	}
	return v
}

// fileNamed is the file of configuration beside the main package, or above it, that one of some paths leads to, "" where
// it is none of them, or may be one of several: paths are seen from there, or from a directory above it, which code may have
// asked for.
func (m *machine) fileNamed(paths []string) string {
	found := ""
	for _, written := range paths {
		switch name := m.settingsFile(written); {
		case found == "":
			found = name
		case name != "" && name != found:
			return ""
		}
	}
	return found
}

// settingsFile is the nearest file that a written path may be. Seen from above, it must name the directory that the file,
// or its directory of configuration, lies in.
func (m *machine) settingsFile(written string) string {
	if rest, ok := strings.CutPrefix(written, "{}/"); ok { // below a directory that the code asked for
		written = rest
	}
	if written == "" || strings.Contains(written, "{}") {
		return ""
	}
	names := slices.Collect(maps.Keys(m.mainPkg.Settings))
	if strings.HasSuffix(written, "/") { // a directory
		for i, name := range names {
			names[i] = path.Dir(name) + "/"
		}
		written = path.Clean(written) + "/"
	} else {
		written = path.Clean(written)
	}
	slices.SortFunc(names, nearer)
	for _, name := range names {
		below := name[strings.LastIndex("../"+name, "../"):]
		dir := path.Join(m.mainPkg.Dir, strings.TrimSuffix(name, below))
		if written == name || written == below || dir != "." && strings.HasSuffix("/"+written, "/"+path.Join(path.Base(dir), below)) {
			return name
		}
	}
	return ""
}

// nearer sorts files by how far above the main package they lie.
func nearer(a, b string) int {
	return cmp.Or(cmp.Compare(strings.Count(a, "../"), strings.Count(b, "../")), cmp.Compare(a, b))
}

// Where a library's configuration keeps which file it reads: by its path, or by its name in one of some directories.
const (
	configFile = ".file"
	configName = ".name"
	configDir  = ".dir"
)

// configuredFrom keeps which file a library reads its configuration from.
func (m *machine) configuredFrom(fact *library.Fact, args []value) {
	for part, field := range map[string]string{"path": configFile, "name": configName, "dir": configDir} {
		v := m.arg(fact, part, -1, args)
		for _, of := range m.configuration(fact, args) {
			if h := (held{of, field}); len(v) > 0 {
				m.fields[h] = join(m.fields[h], m.plain(v))
			}
		}
	}
}

// configuration is the library's object that a function of it is called on, or the one that a library has for all: a word
// stands for that.
func (m *machine) configuration(fact *library.Fact, args []value) value {
	in := fact.Args["in"]
	if in == "" || in[0] >= '0' && in[0] <= '9' {
		return m.plain(m.arg(fact, "in", -1, args))
	}
	return m.one(atom{kind: kLib, text: in})
}

// fileOf is the file that the configuration is read from which a function asks; "" where that is not known, or may be one of
// several.
func (m *machine) fileOf(fact *library.Fact, args []value) string {
	var paths []string
	add := func(v value) {
		sources := m.pathsIn(v, 0)
		if sources == nil {
			for _, t := range m.texts(v) {
				sources = append(sources, t.text)
			}
		}
		paths = append(paths, sources...)
	}
	add(m.arg(fact, "file", -1, args))
	for _, of := range m.configuration(fact, args) {
		add(m.fields[held{of, configFile}])
		paths = append(paths, m.pathsIn(value{of}, 0)...)
		for _, dir := range m.texts(m.fields[held{of, configDir}]) {
			for _, name := range m.texts(m.fields[held{of, configName}]) {
				for _, ext := range []string{"", ".yaml", ".yml", ".json"} {
					paths = append(paths, dir.text+"/"+name.text+ext)
				}
			}
		}
	}
	return m.fileNamed(paths)
}

// pathsIn are the files, and directories with a slash behind, that sources of configuration among a value are read from.
func (m *machine) pathsIn(v value, depth int) []string {
	if depth > maxDepth {
		return nil
	}
	var paths []string
	for _, id := range m.plain(v) {
		a := m.atoms[id]
		switch {
		case m.isCollection(value{id}):
			for _, element := range m.list(value{id}) {
				paths = append(paths, m.pathsIn(element, depth+1)...)
			}
		case a.kind == kLib:
			fact := m.know.Find(a.text, "configured")
			if fact == nil || fact.Args["in"] != "" {
				for _, arg := range a.args {
					paths = append(paths, m.pathsIn(arg, depth+1)...)
				}
				continue
			}
			for _, t := range m.texts(m.arg(fact, "path", -1, a.args)) {
				paths = append(paths, t.text)
				if fact.Args["tree"] != "" && t.text != "" {
					paths = append(paths, t.text+"/")
				}
			}
		}
	}
	return paths
}

// settings are what a file of configuration says, or all of a directory, of which the last one counts.
func (m *machine) settings(name string) map[string]string {
	if !strings.HasSuffix(name, "/") {
		return m.mainPkg.Settings[name]
	}
	all := make(map[string]string)
	for _, file := range slices.Sorted(maps.Keys(m.mainPkg.Settings)) {
		if path.Dir(file)+"/" == name {
			maps.Copy(all, m.mainPkg.Settings[file])
		}
	}
	return all
}

// readFrom is what the file that a place was filled from says of it; not read where no file is known. Fields that are
// embedded have no key of their own.
func (m *machine) readFrom(f *filling, place string) (said string, there, read bool) {
	return m.readAt(f, f.at+place[len(f.path):], 0)
}

// readAt is what that file says of a place in the root of what was filled, whose last few fields, so many as are named, are
// no embedded ones.
func (m *machine) readAt(f *filling, place string, named int) (said string, there, read bool) {
	keys := m.settings(f.file)
	if keys == nil {
		return "", false, false
	}
	for _, key := range m.keysAt(f, place, named) {
		if said, there = keys[key]; there {
			break
		}
	}
	return said, there && !strings.Contains(said, "$"), true
}

// listAt is the list that the file has for a place in the root of what was filled; nil where it has none, or one of which
// not each element is told.
func (m *machine) listAt(f *filling, place string) value {
	return m.listIn(f.file, m.keysAt(f, place, 0))
}

// listIn is the list of texts that a file has under the first of some keys that has one.
func (m *machine) listIn(file string, under []string) value {
	keys := m.mainPkg.Settings[file]
	for _, key := range under {
		var list []string
		for {
			said, ok := keys[key+"["+itoa(len(list))+"]"]
			if !ok {
				break
			}
			if said == "" || strings.Contains(said, "$") {
				return nil
			}
			list = append(list, said)
		}
		if len(list) == 0 {
			continue
		}
		obj := m.objectAt(objectKey{name: "the list " + key + " of " + file}, "[]string")
		for i, said := range list {
			m.put(obj, "["+itoa(i)+"]", m.one(atom{kind: kConst, text: `"` + said}))
		}
		return m.loc(obj, "", "[]string")
	}
	return nil
}

// keysAt are the keys that a place in the root of what was filled may have in files, the likeliest first. Its last few
// fields, so many as are named, are no embedded ones.
func (m *machine) keysAt(f *filling, place string, named int) []string {
	var key, snake []string // snake: as fields of messages are called in the files that their types were generated from
	if f.key != "" {
		key, snake = append(key, f.key), append(snake, f.key)
	}
	var perhaps []int // of key: of a type that is not known, so that they may be embedded
	fields := m.fieldsAt(f.root, place)
	for i, field := range fields {
		name := tagged(reflect.StructTag(field.Tag), "mapstructure", "koanf", "json", "yaml")
		embedded := field.Embedded || i == 0 && strings.HasPrefix(f.root, "struct{"+field.Name+" ") && strings.Contains(f.root, "."+field.Name)
		switch {
		case name != "":
			key, snake = append(key, name), append(snake, name)
		case !embedded:
			if field.Type == "" && i < len(fields)-named {
				perhaps = append(perhaps, len(key))
			}
			key, snake = append(key, field.Name), append(snake, underscored(field.Name))
		}
	}
	out := []string{strings.ToLower(strings.Join(key, "."))}
	if other := strings.ToLower(strings.Join(snake, ".")); other != out[0] {
		out = append(out, other)
	}
	for _, i := range perhaps {
		if i+1 < len(key) {
			out = append(out, strings.ToLower(strings.Join(slices.Concat(key[:i], key[i+1:]), ".")))
		}
	}
	return out
}

// underscored is a name with its words in lower case, parted by underscores: CommentTopic is comment_topic.
func underscored(name string) string {
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 && !unicode.IsUpper(rune(name[i-1])) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// tagged is the first of some keys that a tag has, without options.
func tagged(tag reflect.StructTag, keys ...string) string {
	for _, key := range keys {
		value := tag.Get(key)
		if !strings.Contains(strings.ToLower(key), "default") {
			value, _, _ = strings.Cut(value, ",")
		}
		if value != "" && value != "-" {
			return value
		}
	}
	return ""
}

// fieldsAt are the fields on the way from a struct to a place in it; of those without a tag the name is known.
func (m *machine) fieldsAt(typ, place string) []summary.StructField {
	var out []summary.StructField
	for _, name := range strings.Split(strings.TrimPrefix(place, "."), ".") {
		known := m.prog.structs[withoutArgs(strings.TrimLeft(typ, "*"))]
		at := slices.IndexFunc(known, func(f summary.StructField) bool { return f.Name == name })
		field := summary.StructField{Name: name}
		if at >= 0 {
			field = known[at]
		}
		out = append(out, field)
		typ = field.Type
	}
	return out
}

// preset notes that a text stands where configuration may have put another one.
func (m *machine) preset(v value) {
	for _, text := range m.strs(v) {
		if len(text) > 1 {
			m.presets[text] = true
		}
	}
}
