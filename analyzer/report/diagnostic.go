package report

import (
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
)

// Diagnostic is a finding as vet and its like print it: one line, and places that belong to it.
type Diagnostic struct {
	Pos     arch.Pos
	Message string
	Related []Related
}

// Related is a place that belongs to a diagnostic.
type Related struct {
	Pos     arch.Pos
	Message string
}

// DiagnosticOf makes one line of a finding, with its rule at the end, since vet prints no name of an analyzer. Hops are
// in the line, for drivers that show nothing else, and related too.
func DiagnosticOf(f *finding.Finding) Diagnostic {
	d := Diagnostic{Pos: f.Pos}
	var line strings.Builder
	line.WriteString(headline(f))
	var hops []string
	for _, r := range rowsOf(f, fullDetail()) {
		hops = append(hops, r.sentence())
		if r.pos.Known() {
			message := "calls " + r.callee
			if r.service == arch.Unresolved {
				message = "the call"
			}
			d.Related = append(d.Related, Related{Pos: r.pos, Message: message})
		}
	}
	if len(hops) > 0 {
		line.WriteString(": " + strings.Join(hops, " "))
	}
	for _, other := range f.Others {
		if other.Role == finding.Related || other.Role == finding.Member {
			if other.Pos.Known() {
				d.Related = append(d.Related, Related{Pos: other.Pos, Message: belongs(f, other)})
			}
		}
	}
	line.WriteString(" (" + harmless(f.Rule) + ")")
	d.Message = line.String()
	return d
}

// belongs says what another place of a finding is.
func belongs(f *finding.Finding, other finding.Ref) string {
	switch {
	case other.Service == arch.Unresolved:
		return "here too"
	case f.Group != nil && other.Service == f.Service:
		return "in " + shortened(f.Service, 80)
	case other.Service == f.Service && other.Operation == "":
		return "because of this"
	}
	return "see also " + shortened(named(other.Service, other.Operation), 80)
}
