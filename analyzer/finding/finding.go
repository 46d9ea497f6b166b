// Package finding is what rules say and printers print: a statement about the system, the positions that prove it,
// what it costs, and what to do.
//
// Texts in a finding hold names as they were read, hostile ones too: printers make them harmless.
//
// This package may change until version 1.
package finding

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
)

// Severity says how much a finding matters. Greater is worse.
type Severity uint8

const (
	Off Severity = iota // never reported
	Note
	Warning
	Error
)

// Severities lists the severities that a manifest or a flag may name, mildest first.
func Severities() []Severity { return []Severity{Off, Note, Warning, Error} }

// String is the severity as manifests and reports spell it.
func (s Severity) String() string {
	switch s {
	case Off:
		return "off"
	case Note:
		return "note"
	case Warning:
		return "warning"
	case Error:
		return "error"
	}
	return fmt.Sprintf("Severity(%d)", uint8(s))
}

// ParseSeverity reads what [Severity.String] prints.
func ParseSeverity(text string) (Severity, bool) {
	for _, s := range Severities() {
		if s.String() == text {
			return s, true
		}
	}
	return Off, false
}

// Hop is one synchronous call of a chain: the callee, and the place of the call.
type Hop struct {
	Service   string   // the callee
	Operation string   // of the callee; "" where the call names none
	Pos       arch.Pos // where the call stands; of one at a place that others get to as well, where the caller's own code leads there
	Through   arch.Pos // of such a one that place; else unknown
	Possible  bool     // nothing proves that the operation before makes this call
	Free      bool     // counts nothing: out of a ui or gateway, or inside a ring
	Note      string   // what is special about it: "over the queue ledger.requests", "×n", …
}

// Ref is another place that a finding is about.
type Ref struct {
	Role      Role
	Service   string
	Operation string
	Pos       arch.Pos
	Hops      int // of an Upstream: how many hops there are from it
}

// Role says what a [Ref] has to do with its finding.
type Role string

const (
	Head     Role = "head"     // leads into the same chain
	Upstream Role = "upstream" // may lead into the same chain, through calls that name no operation
	End      Role = "end"      // another end of a chain that is long enough
	Entry    Role = "entry"    // a ui, gateway or journey that leads there
	Member   Role = "member"   // a further service, operation, caller or callee that the finding counts
	Related  Role = "related"  // a further position that proves it
)

// Finding is one thing that is wrong, or worth knowing.
type Finding struct {
	Rule      string
	Severity  Severity
	Possible  bool   // depends on something that is not known: Doubt
	Message   string // one sentence: no position, no rule, no full stop
	Pos       arch.Pos
	Service   string // whose finding it is
	Operation string // "" where it is about the service as a whole
	Subject   string // tells apart findings of one rule about the same services: a topic, a store, a target
	Hops      []Hop
	Others    []Ref
	Unlisted  int      // how many further ends of a chain there are than Others lists
	Omitted   bool     // the search for Others ran out of its budget: there may be more
	Doubt     []string // what is not known, and would change it: of a possible finding, why it is only that
	Cost      []string // lines: what it costs, with the sum that shows it
	Remedy    []string // what to do, in the order of least effort
	Journeys  []string // journeys that it lies on
	Owner     string   // who can act on it, where known
	Size      int      // what `hops` of an acceptance is compared with: hops of a chain, members of a ring; else 0
	Crossing  int      // how many services it touches: the more, the worse
	Rank      int      // among findings of equal severity, smaller comes first
	Whole     bool     // it is about the service as a whole: whatever leads into one of its operations leads here
	Group     *Group   // nil where it stands for itself
}

// Group is what findings of one rule have in common that say the same of one service each. For people many of them are
// one paragraph; programs get each.
type Group struct {
	What   string // what they say of their services together: "no metrics"
	Judged int    // services of which it is known whether they are so
	Silent int    // those of which it is not
}

// Services lists the services that take part, sorted, each once.
func (f *Finding) Services() []string {
	names := []string{f.Service}
	for _, hop := range f.Hops {
		names = append(names, hop.Service)
	}
	for _, other := range f.Others {
		names = append(names, other.Service)
	}
	return distinct(names)
}

// Touched is the number of services that take part.
func (f *Finding) Touched() int {
	// Findings are many and mostly small: this allocates nothing for those.
	var few [24]string
	names := append(few[:0], f.Service)
	for _, hop := range f.Hops {
		names = append(names, hop.Service)
	}
	for _, other := range f.Others {
		names = append(names, other.Service)
	}
	return len(distinct(names))
}

// Operations lists the operations that take part as "service operation", sorted, each once.
func (f *Finding) Operations() []string {
	var names []string
	add := func(service, operation string) {
		if operation != "" {
			names = append(names, service+" "+operation)
		}
	}
	add(f.Service, f.Operation)
	for _, hop := range f.Hops {
		add(hop.Service, hop.Operation)
	}
	for _, other := range f.Others {
		add(other.Service, other.Operation)
	}
	return distinct(names)
}

func distinct(names []string) []string {
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) > 0 && names[0] == "" {
		names = names[1:]
	}
	return names
}

// Fingerprint names the finding from run to run: 16 hexadecimal digits made of its rule, head, subject, and the
// services and operations of its hops, sorted. Lines, other heads and ends, and wording are no part of it, so that
// edits elsewhere leave it as it is.
func (f *Finding) Fingerprint() string {
	names := make([]string, 0, 2*len(f.Hops))
	for _, hop := range f.Hops {
		names = append(names, hop.Service+"\x00"+hop.Operation)
	}
	slices.Sort(names)
	hash := sha256.New()
	for _, part := range append([]string{f.Rule, f.Service, f.Operation, f.Subject}, slices.Compact(names)...) {
		fmt.Fprintf(hash, "%d:%s", len(part), part) // lengths, so that no name can imitate two
	}
	return hex.EncodeToString(hash.Sum(nil)[:8])
}

// Compare orders findings for every report: worse first; on a journey first; by rank; certain before possible; touching
// more services first; then by position, rule and names, so that the order is total.
func Compare(a, b *Finding) int {
	switch {
	case a.Severity != b.Severity:
		return cmp.Compare(b.Severity, a.Severity)
	case (len(a.Journeys) > 0) != (len(b.Journeys) > 0):
		return compareBool(len(b.Journeys) > 0, len(a.Journeys) > 0)
	case a.Rank != b.Rank:
		return cmp.Compare(a.Rank, b.Rank)
	case a.Possible != b.Possible:
		return compareBool(a.Possible, b.Possible)
	case a.Crossing != b.Crossing:
		return cmp.Compare(b.Crossing, a.Crossing)
	}
	return ComparePos(a, b)
}

// ComparePos orders findings by position, then rule and names: the order of compilers and vet.
func ComparePos(a, b *Finding) int {
	if c := a.Pos.Compare(b.Pos); c != 0 {
		return c
	}
	return cmp.Or(
		strings.Compare(a.Rule, b.Rule),
		strings.Compare(a.Service, b.Service),
		strings.Compare(a.Operation, b.Operation),
		strings.Compare(a.Subject, b.Subject),
		strings.Compare(a.Message, b.Message),
	)
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}
