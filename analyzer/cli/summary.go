package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
)

// report puts together what printers print.
func (j *judged) report(version string, all bool) *finding.Report {
	rep := &finding.Report{
		Version:  version,
		Findings: j.result.Findings,
		Rules:    infos(j.result.Rules),
		Summary:  j.summary(),
		All:      all,
		Settled:  slices.Clone(j.result.Accepted),
		Baseline: j.baseline,
	}
	for _, f := range j.result.Known {
		rep.Settled = append(rep.Settled, finding.Settled{Finding: f})
	}
	finding.SortSettled(rep.Settled)
	slices.SortFunc(rep.Rules, func(a, b finding.RuleInfo) int { return cmp.Compare(a.ID, b.ID) })
	return rep
}

// summary says what was seen and what was found.
func (j *judged) summary() finding.Summary {
	s := j.seen
	s.Accepted, s.Baseline = len(j.result.Accepted), len(j.result.Known)
	for _, f := range j.result.Findings {
		switch f.Severity {
		case finding.Error:
			s.Errors++
		case finding.Warning:
			s.Warnings++
		case finding.Note:
			s.Notes++
		}
	}
	return s
}

// seenIn counts what was seen.
func seenIn(j *judged) finding.Summary {
	s := finding.Summary{
		System: j.system.Name.Or(""),
		Inputs: j.inputs,
		Unread: j.unread,
		Topics: len(j.system.Topics),
	}
	stores := make(map[[3]string]bool)
	for _, service := range j.system.Services {
		switch {
		case service.KindOf() == arch.External:
			s.External++
		case service.KindOf() == arch.Platform:
			s.Platform++
		case service.Declared:
			s.Services++
		}
		if service.Declared {
			s.Operations += len(service.Operations)
		}
		s.Messages += len(service.Consumes)
		for body := range service.Bodies() {
			s.Messages += len(body.Publishes)
			for _, store := range body.Stores {
				key := [3]string{"", store.Server.Value, store.Database.Value}
				if !store.Server.Is() || !store.Database.Is() {
					key = [3]string{service.Name, store.Name}
				}
				stores[key] = true
			}
			for _, call := range body.Calls {
				s.Calls++
				if callee := j.graph.Callee(call); callee != nil && callee.Declared {
					s.Resolved++
					if !call.Operation.Is() && !call.Via.Is() && !callee.IsPlatform() {
						s.Possible++
					}
				}
			}
		}
	}
	for _, service := range j.system.Services {
		if service.Inferred.Is() && !service.Declared && service.KindOf() != arch.External {
			s.Named = append(s.Named, service.Name)
		}
	}
	s.Stores = len(stores)
	s.Triples, s.Refuted = j.graph.Triples()
	s.Unseen = unseen(j.system, j.silent)
	return s
}

// unseen names what was not looked at, and the facts that nobody gives for any service: rules about them were silent,
// which is no clean bill. What code does not tell comes first, with how a manifest does.
func unseen(system *arch.System, silent []string) []string {
	var owner, promise, waiting, effect, data bool
	told := make(map[[2]string]bool) // concerns that are known of some service, by block and key
	own, unheard, traced, effectless, errorless := 0, 0, 0, 0, 0
	opened, unplaced, openers := 0, 0, 0
	for _, service := range system.Services {
		if !service.IsOwn() {
			continue
		}
		own++
		if !service.MessagesRead() {
			unheard++
		}
		owner = owner || service.Owner.Known()
		promise = promise || service.SLO.Known() || service.Availability.Known()
		data = data || len(service.Data) > 0
		for _, concern := range service.Concerns {
			told[[2]string{concern.Block, concern.Key}] = true
		}
		for _, op := range service.Operations {
			promise = promise || op.SLO.Known() || op.Latency.Known()
		}
		if opens, unknown := placed(service); opens > 0 {
			openers, opened, unplaced = openers+1, opened+opens, unplaced+unknown
		}
		for body := range service.Bodies() {
			for _, call := range body.Calls {
				waiting = waiting || call.Timeout.Known() || call.Deadline.Known() || call.Retries.Known()
				effect = effect || call.Effect.Known() || call.Error.Known() || call.Reply.Known()
				if call.Pos.Source() == arch.Go {
					traced++
					if !call.Effect.Known() {
						effectless++
					}
					if !call.Error.Known() {
						errorless++
					}
				}
			}
		}
	}
	if own == 0 {
		return nil
	}
	var missing []string
	if len(silent) > 0 {
		missing = append(missing, mainPackages(silent)+" without operations or calls")
	}
	if unheard > 0 {
		of := fmt.Sprintf(" of %d of %d services", unheard, own)
		if unheard == own {
			of = ""
		}
		missing = append(missing, fmt.Sprintf("messages%s (libraries whose code was not read may carry some: list publishes and consumes in a manifest, or say messages: false)", of))
	}
	if parts := counted(effectless, errorless); parts != "" {
		missing = append(missing, fmt.Sprintf("%s of %d traced calls (seldom known from code: say effect and error of them in a manifest, which need not list the others)", parts, traced))
	}
	if unplaced > 0 && openers > 1 {
		missing = append(missing, fmt.Sprintf("which databases %d of %d stores are (their addresses come from outside: give the stores of these names a server and a database in a manifest)", unplaced, opened))
	}
	for _, fact := range []struct {
		given bool
		name  string
	}{
		{owner, "owners"},
		{promise, "availability and SLOs"},
		{waiting, "timeouts and retries"},
		{effect || effectless+errorless > 0, "effects and errors of calls"},
	} {
		if !fact.given {
			missing = append(missing, fact.name)
		}
	}
	for _, block := range arch.ConcernBlocks() {
		missing = append(missing, untold(block, told)...)
	}
	if !data {
		missing = append(missing, "data")
	}
	return missing
}

// placed counts the stores that a service's code opens, and those of which the server is not known.
func placed(service *arch.Service) (opened, unknown int) {
	for _, store := range service.Stores {
		if store.Pos.Source() != arch.Go {
			continue
		}
		opened++
		if !store.Server.Is() && store.Target.Is() {
			unknown++
		}
	}
	return opened, unknown
}

// untold names a block of concerns, with those of them that are known of some service, which the rules have judged there;
// nothing where all are.
func untold(block string, told map[[2]string]bool) []string {
	var known []string
	all := true
	for _, key := range arch.ConcernKeys() {
		if key.Block != block {
			continue
		}
		if told[[2]string{block, key.Key}] {
			known = append(known, key.Key)
		} else {
			all = false
		}
	}
	switch last := len(known) - 1; {
	case all:
		return nil
	case last < 0:
		return []string{block}
	case last == 0:
		return []string{block + " but for " + known[0]}
	default:
		return []string{block + " but for " + strings.Join(known[:last], ", ") + " and " + known[last]}
	}
}

// counted says of how many calls the effect, and what becomes of the error, is not known: "effects of 3 and errors of 5".
func counted(effects, errors int) string {
	var parts []string
	if effects > 0 {
		parts = append(parts, fmt.Sprintf("effects of %d", effects))
	}
	if errors > 0 {
		parts = append(parts, fmt.Sprintf("errors of %d", errors))
	}
	return strings.Join(parts, " and ")
}
