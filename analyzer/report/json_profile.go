package report

import (
	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
)

// jsonProfile is what a service has, lacks, or does not say.
type jsonProfile struct {
	Service   string         `json:"service"`
	Kind      string         `json:"kind"`
	Owner     string         `json:"owner"`
	Concerns  []jsonConcern  `json:"concerns"`
	Deadlines []jsonDeadline `json:"deadlines"`
}

type jsonConcern struct {
	Block string `json:"block"`
	Key   string `json:"key"`
	State string `json:"state"`
	Value string `json:"value"`
	jsonSpot
}

type jsonDeadline struct {
	State string `json:"state"`
	jsonSpot
}

// jsonSpot is where something stands.
type jsonSpot struct {
	File   string `json:"file"`
	Line   int32  `json:"line"`
	Column int32  `json:"column"`
}

func spotOf(p arch.Pos) jsonSpot { return jsonSpot{p.Path(), p.Line, p.Column} }

// States of what a service may have. Concerns that are not listed are unknown.
const (
	statePresent = "present"
	stateAbsent  = "absent"
	stateUnknown = "unknown"
	stateRequest = "incoming" // a deadline of the request, if it has one
)

func jsonProfiles(profiles []finding.Profile) []jsonProfile {
	all := make([]jsonProfile, len(profiles))
	for i := range profiles {
		p := &profiles[i]
		all[i] = jsonProfile{Service: p.Service, Kind: p.Kind, Owner: p.Owner, Concerns: []jsonConcern{}, Deadlines: []jsonDeadline{}}
		for _, c := range p.Concerns {
			state, value := statePresent, c.Fact.Value
			if c.Fact.Not() {
				state, value = stateAbsent, ""
			}
			all[i].Concerns = append(all[i].Concerns, jsonConcern{c.Block, c.Key, state, value, spotOf(c.Fact.Pos)})
		}
		for _, calls := range []struct {
			state string
			at    []arch.Pos
		}{{statePresent, p.Bounded}, {stateAbsent, p.Endless}, {stateRequest, p.Incoming}, {stateUnknown, p.Untold}} {
			for _, pos := range calls.at {
				all[i].Deadlines = append(all[i].Deadlines, jsonDeadline{calls.state, spotOf(pos)})
			}
		}
	}
	return all
}
