package manifest

import (
	"github.com/distcheck/distcheck/analyzer/arch"
)

// The other file that distcheck keeps: findings that are known. It is read and printed by a table as manifests are, with
// their errors and limits, so that people can review it, and edit it by deleting lines.

const baselineHead = `# Findings that were there before, which distcheck -baseline does not report. This file only shrinks:
# distcheck -write-baseline drops what is no longer found, and adds nothing unless -grow is given.
`

// ReadBaseline reads a baseline. With errors it is good for nothing.
func ReadBaseline(files *arch.Files, input Input, limits Limits) (*arch.Baseline, Errors) {
	errors := &log{limit: limits.orDefaults().Errors}
	r := &reader{files: files, file: files.Get(input.Path, arch.Manifest), limits: limits.orDefaults(), log: errors}
	base := &arch.Baseline{}
	if root, _ := r.root(input.Data); root != nil {
		baselineOf().read(r, root, nil, base)
	}
	return base, errors.done(map[*arch.File][]byte{r.file: input.Data})
}

// Baseline prints a baseline: the same bytes for the same findings.
func Baseline(base *arch.Baseline) []byte {
	return baselineOf().write(&writer{}, base).yaml([]byte(baselineHead), "")
}

func baselineOf() *object[arch.Baseline] {
	words := listOf[string]{item: name(), what: "texts"}
	return newObject(object[arch.Baseline]{
		name: "baseline", doc: "Findings that are known.",
		fields: []field[arch.Baseline]{
			version[arch.Baseline](),
			key("inputs", "What was read when it was written.", words, func(b *arch.Baseline) *[]string { return &b.Inputs }),
			key("findings", "The findings.", listOf[arch.KnownFinding]{item: knownOf(words), what: "findings"},
				func(b *arch.Baseline) *[]arch.KnownFinding { return &b.Findings }),
		},
	})
}

func knownOf(words listOf[string]) *object[arch.KnownFinding] {
	known := newObject(object[arch.KnownFinding]{
		name: "known finding", doc: "A finding.",
		fields: []field[arch.KnownFinding]{
			key("rule", "Its rule.", name(), func(f *arch.KnownFinding) *string { return &f.Rule }).required("rule: whose finding it is"),
			key("about", "Its service and operation.", name(), func(f *arch.KnownFinding) *string { return &f.About }),
			key("services", "The services that take part.", words, func(f *arch.KnownFinding) *[]string { return &f.Services }),
			key("size", "How many hops and other places it has.", value[int]{scalar: plainNumber(), none: func(n int) bool { return n == 0 }}, func(f *arch.KnownFinding) *int { return &f.Size }),
			key("severity", "How bad it is.", value[string]{scalar: knownSeverity(), none: func(s string) bool { return s == "" }}, func(f *arch.KnownFinding) *string { return &f.Severity }),
			key("fingerprint", "What names it from run to run.", name(), func(f *arch.KnownFinding) *string { return &f.Fingerprint }).
				required("fingerprint: what names it from run to run; distcheck -write-baseline writes it"),
		},
	})
	known.pos = func(f *arch.KnownFinding) *arch.Pos { return &f.Pos } // where it stands here: it tells no other place
	return known
}

func plainNumber() scalar[int] {
	s := whole("size", 0, many)
	s.noFalse = true
	return s
}

func knownSeverity() scalar[string] {
	s := oneOf("known-severity", "note", "warning", "error")
	s.noFalse = true
	return s
}
