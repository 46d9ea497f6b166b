package finding

import (
	"slices"

	"github.com/distcheck/distcheck/analyzer/arch"
)

// Profile is what a service has, lacks, or does not say: findings are about what is known to be missing, and silent
// about what is not known; a profile tells these apart.
type Profile struct {
	Service  string
	Kind     string
	Owner    string         // "" where not known
	Concerns []arch.Concern // those that are known, in the order of [arch.ConcernKeys]; all others are not
	Bounded  []arch.Pos     // calls that something ends, sorted
	Endless  []arch.Pos     // calls that nothing is known to end, and something should have shown it
	Incoming []arch.Pos     // calls that only a limit of the request ends, if one comes with it
	Untold   []arch.Pos     // calls of which that is not known
}

// Calls counts the places of calls.
func (p *Profile) Calls() int {
	return len(p.Bounded) + len(p.Endless) + len(p.Incoming) + len(p.Untold)
}

// Profiles are those of the services that the team can change, sorted by name. A call that several operations make in
// one place is one; what is worst of it counts.
func Profiles(sys *arch.System) []Profile {
	var profiles []Profile
	for _, s := range sys.Services {
		if !s.IsOwn() {
			continue
		}
		p := Profile{Service: s.Name, Kind: string(s.KindOf()), Owner: s.Owner.Or("")}
		for _, c := range s.Concerns {
			if c.Fact.Known() {
				p.Concerns = append(p.Concerns, c)
			}
		}
		bounds := make(map[arch.Pos]bound)
		for body := range s.Bodies() {
			for _, call := range body.Calls {
				bounds[call.Pos] = max(bounds[call.Pos], boundOf(call))
			}
		}
		lists := []*[]arch.Pos{bounded: &p.Bounded, untold: &p.Untold, incoming: &p.Incoming, endless: &p.Endless}
		for pos, b := range bounds {
			*lists[b] = append(*lists[b], pos)
		}
		for _, list := range lists {
			slices.SortFunc(*list, arch.Pos.Compare)
		}
		profiles = append(profiles, p)
	}
	return profiles
}

// bound says what ends the wait for a call. Greater is worse.
type bound uint8

const (
	bounded bound = iota
	untold
	incoming
	endless
)

func boundOf(call *arch.Call) bound {
	switch {
	case call.Bounded():
		return bounded
	case call.Timeout.Is() || call.Deadline.Is():
		return incoming
	case call.Timeout.Not() || call.Deadline.Not():
		return endless
	}
	return untold
}
