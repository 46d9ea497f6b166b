package trace

import (
	"slices"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/source/gocode/library"
	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// Servers that run: what stands behind one that the same goroutine waits for runs when it is too late, and a program that
// starts none and does not go on is a job.

// pastServing reports whether what runs now runs only when a server has come back that the same goroutine waits for:
// then nobody has asked for signals while it ran.
func (m *machine) pastServing() bool {
	return slices.ContainsFunc(m.frames, func(f *frame) bool { return f.serving != nil && !f.besideServers()[f.at] })
}

// besideServers are the blocks that can be reached on a way where no server runs.
func (f *frame) besideServers() []bool {
	return from(f.fn, 0, func(block int) bool { return f.live[block] && !f.serving[block] })
}

// serve notes that a server has run in the block that runs.
func (f *frame) serve() {
	if f.serving == nil {
		f.serving = make([]bool, len(f.fn.Blocks))
	}
	f.serving[f.at] = true
}

// comesBackFrom reports whether a call of a library comes back only when a server has run: it runs one, or did so in a
// function that it calls.
func (m *machine) comesBackFrom(name string, facts []*library.Fact) bool {
	for _, sign := range m.signs(name) {
		if sign.Does == "blocks" || sign.Does == "drains" {
			return true
		}
	}
	return m.served && slices.ContainsFunc(facts, func(f *library.Fact) bool { return f.Does == "calls" || f.Does == "commands" })
}

// alwaysServes reports whether a function comes back only when a server has run.
func (f *frame) alwaysServes() bool {
	if f.serving == nil {
		return false
	}
	for i, reached := range f.besideServers() {
		if reached && len(f.fn.Blocks[i].Succs) == 0 {
			return false
		}
	}
	return true
}

// receive notes that something is received in a loop from a channel of a library: that comes to no end.
func (m *machine) receive(f *frame, channel value) {
	if f.cyclic && !m.answering && slices.ContainsFunc(m.plain(channel), func(id int32) bool { return m.atoms[id].kind == kLib }) {
		m.sights.goesOn = true
	}
}

// kind is what a unit is that answers nothing.
func (m *machine) kind() arch.Kind {
	if m.sights.goesOn || m.sights.blocks.pkg != nil || neverEnds(m.mainPkg.Funcs[m.mainPkg.Path+".main"]) {
		return arch.Worker
	}
	return arch.Job
}

// neverEnds reports whether a function has no way out.
func neverEnds(fn *summary.Func) bool {
	for i, reached := range from(fn, 0, everywhere) {
		if reached && len(fn.Blocks[i].Succs) == 0 {
			return false
		}
	}
	return true
}

// from are the blocks of a function that one leads to, itself among them, through such as a way may go through.
func from(fn *summary.Func, block int, through func(block int) bool) []bool {
	seen := make([]bool, len(fn.Blocks))
	ways := []int{block}
	for len(ways) > 0 {
		at := ways[len(ways)-1]
		ways = ways[:len(ways)-1]
		if seen[at] || !through(at) {
			continue
		}
		seen[at] = true
		for _, next := range fn.Blocks[at].Succs {
			ways = append(ways, int(next))
		}
	}
	return seen
}

func everywhere(int) bool { return true }
