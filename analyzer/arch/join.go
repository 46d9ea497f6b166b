package arch

import (
	"path"
	"slices"
	"strings"
)

// Join unites what manifests say with what was found in code.
//
// Services match by the directory and unit of their code, then by name, then by hosts; the manifest's name stays. A
// service that was inferred from a proto service is the one that lists an operation of that service. A call that both
// have is one: it keeps the place in the code and all facts, the manifest's before the code's, and notes where the
// manifest has it (Declared). A call of the manifest that names no operation is all those that the code makes to that
// callee. Procedures may go by [ShortNames] in a manifest. One at the place (at) of a call whose callee the code does not
// tell names that callee.
//
// A manifest says with AllCalls whether it lists all calls of a service. Where it does not say, a call that tells nothing
// that the code does not tell itself is there for a list; one that does, say the effect, is there for what it tells, and so
// is one that names a callee. Calls are marked Declared only where there is a list.
//
// What stands on one side only stays as it is, for rules to see.
//
// Calls of unknown callees whose address is that of a declared service by its hosts are calls of that service. The cost is
// that of merging. names says which service of the code goes by another name of the manifest.
func Join(manifest, found *System) (united *System, names map[string]string) {
	if len(manifest.Services) == 0 {
		found.Name = manifest.Name
		found.Topics = append(found.Topics, manifest.Topics...)
		found.Rules, found.Accepted, found.Journeys = manifest.Rules, manifest.Accepted, manifest.Journeys
		found.Libraries = manifest.Libraries
		found.Directives = append(found.Directives, manifest.Directives...)
		found.Sort()
		return found, nil
	}
	if len(found.Services) == 0 {
		manifest.Directives = append(manifest.Directives, found.Directives...)
		manifest.Sort()
		return manifest, nil
	}
	names = namesOf(manifest, found)
	if rename(found, names); len(names) > 0 {
		found, _ = Merge(found) // several main packages may be one service of the manifest
	}
	h := hostsOf(manifest, found)
	h.aimAll(manifest) // before calls are compared: a manifest names the service, code knows its address
	h.aimAll(found)
	declared := make(map[string]int, len(manifest.Services))
	for i, s := range manifest.Services {
		declared[s.Name] = i
	}
	agreed := *manifest
	agreed.Services = slices.Clone(manifest.Services)
	for _, code := range found.Services {
		if i, ok := declared[code.Name]; ok {
			agreed.Services[i] = withoutCalls(agreed.Services[i], code)
		}
	}
	united, _ = Merge(&agreed, found) // where they contradict each other, the manifest wins
	united.Sort()
	return united, names
}

// namesOf says which found service is which of the manifest's.
func namesOf(manifest, found *System) map[string]string {
	byCode, byName, byOperation := make(map[string]string), make(map[string]string), make(map[string]string)
	for _, s := range manifest.Services {
		if !s.Declared {
			continue
		}
		for _, c := range s.Code {
			byCode[codeKey(c)] = s.Name
		}
		for _, h := range s.Hosts {
			byName[h.Value] = s.Name
		}
		for _, op := range s.Operations {
			if service, _, ok := strings.Cut(op.Name, "/"); ok && !strings.Contains(op.Name, " ") {
				byOperation[service] = s.Name
			}
		}
	}
	for _, s := range manifest.Services {
		if s.Declared {
			byName[s.Name] = s.Name
		}
	}
	names := make(map[string]string)
	for _, s := range found.Services {
		known := ""
		for _, c := range s.Code {
			if known == "" {
				known = byCode[codeKey(c)]
			}
		}
		if known == "" {
			known = byName[s.Name]
		}
		if known == "" && s.Inferred.Is() {
			known = byOperation[s.Name]
		}
		if known != "" && known != s.Name {
			names[s.Name] = known
		}
	}
	return names
}

// Path is where code is, seen from the directory of the run: a manifest says it relative to itself.
func (c Code) Path() string { return path.Join(path.Dir(c.Dir.Pos.Path()), c.Dir.Value) }

// CodePaths are the directories where the code of services is, seen from that of the run.
func (s *System) CodePaths() []string {
	var paths []string
	for _, service := range s.Services {
		for _, c := range service.Code {
			paths = append(paths, c.Path())
		}
	}
	return paths
}

func codeKey(c Code) string { return c.Path() + "\x00" + c.Unit.Value }

// rename gives services the names that they have elsewhere.
func rename(s *System, names map[string]string) {
	if len(names) == 0 {
		return
	}
	for _, service := range s.Services {
		if name, ok := names[service.Name]; ok {
			service.Name = name
			service.Inferred = Fact[bool]{}
		}
		for i := range service.Imports {
			if name, ok := names[service.Imports[i].Of]; ok {
				service.Imports[i].Of = name
			}
		}
		for body := range service.Bodies() {
			for _, call := range body.Calls {
				if name, ok := names[call.To]; ok {
					call.To = name
				}
			}
		}
	}
}

// withoutCalls is a declared service without the calls that its code makes too; those get the manifest's facts. Where
// an operation has as many calls to one callee here as there, the k-th is the k-th; else each is all of them.
func withoutCalls(s, code *Service) *Service {
	m := &merger{}
	type found struct {
		call      *Call
		operation string
	}
	made := make(map[string][]found)   // by callee
	full := make(map[[2]string]string) // of a callee and a short name: the operation that the code calls; "" where there are several
	operations := make(map[*Body]string)
	for _, op := range code.Operations {
		operations[&op.Body] = op.Name
	}
	for body := range code.Bodies() {
		for _, call := range body.Calls {
			made[call.To] = append(made[call.To], found{call, operations[body]})
			for _, short := range ShortNames(call.Operation.Value) {
				if known, ok := full[[2]string{call.To, short}]; ok && known != call.Operation.Value {
					full[[2]string{call.To, short}] = ""
				} else {
					full[[2]string{call.To, short}] = call.Operation.Value
				}
			}
		}
	}
	placed := make(map[string][]found) // calls of unknown callees, by their places
	for _, f := range made[Unresolved] {
		at, own := f.call.Pos.String(), f.call.Place().String()
		placed[at] = append(placed[at], f)
		if own != at {
			placed[own] = append(placed[own], f)
		}
	}
	names := func(declared *Call) []found { // by its place
		if declared.To == Unresolved {
			return nil
		}
		return placed[declared.Pos.String()]
	}
	lists := s.AllCalls.Is()
	type mark struct {
		call *Call
		at   Pos
	}
	var marks []mark // calls that both have, and where the manifest has them
	type callee struct{ to, operation string }
	calleeOf := func(c *Call) callee { return callee{c.To, c.Operation.Value} }
	keep := func(calls []*Call, operation string) []*Call {
		all, seen := make(map[callee]int), make(map[callee]int)
		calls = slices.Clone(calls)
		for i, declared := range calls {
			if name := full[[2]string{declared.To, declared.Operation.Value}]; name != "" {
				named := *declared
				named.Operation.Value = name
				calls[i] = &named
			}
			all[calleeOf(calls[i])]++
		}
		return slices.DeleteFunc(calls, func(declared *Call) bool {
			matched := false
			for _, f := range names(declared) {
				if operation != "" && f.operation != operation || f.call.To != Unresolved {
					continue
				}
				matched = true
				place := f.call.Pos
				*f.call = *m.call(f.call, declared, s.Name)
				f.call.Pos, f.call.To, f.call.Facts().Target = place, declared.To, Fact[string]{}
				marks = append(marks, mark{f.call, declared.Pos})
			}
			if matched {
				return true
			}
			var same []*Call
			for _, f := range made[declared.To] {
				if f.call.To == declared.To && (operation == "" || f.operation == operation) && (!declared.Operation.Is() || declared.Operation.Value == f.call.Operation.Value) {
					same = append(same, f.call)
				}
			}
			k := seen[calleeOf(declared)]
			seen[calleeOf(declared)]++
			if all[calleeOf(declared)] == len(same) {
				same = same[k : k+1]
			}
			for _, call := range same {
				place, loop := call.Pos, call.Facts().Loop
				told := m.told
				*call = *m.call(call, declared, s.Name)
				call.Pos = place
				facts := call.Facts()
				if facts.Loop.State == loop.State && facts.Loop.Value == loop.Value {
					facts.Loop.Pos = loop.Pos // where the loop is, which tells it from others
				}
				lists = lists || m.told == told
				marks = append(marks, mark{call, declared.Pos})
			}
			lists = lists || len(same) == 0 && declared.Bare()
			return len(same) > 0
		})
	}
	answered := make(map[string]string) // short name → the operation that the code answers; "" where there are several
	for _, op := range code.Operations {
		for _, short := range ShortNames(op.Name) {
			if _, several := answered[short]; several {
				answered[short] = ""
			} else {
				answered[short] = op.Name
			}
		}
	}
	rest := *s
	rest.Calls = keep(s.Calls, "")
	rest.Background.Calls = keep(s.Background.Calls, "")
	rest.Operations = make([]*Operation, len(s.Operations))
	for i, op := range s.Operations {
		copied := *op
		if name := answered[op.Name]; name != "" {
			copied.Name = name
		}
		copied.Calls = keep(op.Calls, copied.Name)
		rest.Operations[i] = &copied
	}
	if lists && !s.AllCalls.Not() {
		for _, m := range marks {
			m.call.Facts().Declared = At(true, m.at)
		}
	}
	return &rest
}
