package rule

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/graph"
)

func unresolvedCall() Rule {
	return Rule{
		ID:      "unresolved-call",
		Concern: Coupling,
		Rank:    Design,
		Whole:   true,
		Title:   "a call to nobody knows whom",
		Fires:   "a call's callee cannot be named, is a service that nobody declares, or lists operations without the one that is called; a warning where a declared name is so near that it was probably meant, or a host of a service that no code reaches.",
		Default: "note; warning where a declared name is within two edits",
		Rationale: `Every chain that passes through an unknown callee ends there, and is longer than what is shown. A name that nobody
declares is most often a spelling mistake, or a service that is missing from the manifest.

The same is true of an operation, where its service lists some: what the call leads to is not known. Where it is a spelling
mistake, any operation may have been meant, and the chain goes on as a possible one.`,
		Source:   "distcheck's own principle: what is not known is said, not guessed",
		Severity: finding.Note,
		Wrong: `version: 1
services:
  order:
    operations:
      shop.Order/Place: {calls: [paymnet shop.Payment/Charge]}
  payment: {operations: {shop.Payment/Charge: {}}}
`,
		Right: `version: 1
services:
  order:
    operations:
      shop.Order/Place: {calls: [payment shop.Payment/Charge]}
  payment: {operations: {shop.Payment/Charge: {}}}
`,
		Remedy: "correct the spelling; else declare the callee (kind: external, if it is not yours), or add the name to the hosts of the service that has it",
		Check:  checkUnresolvedCall,
	}
}

// unresolved is the calls of one service to one callee that nobody knows.
type unresolved struct {
	unresolvedKey
	meant    string // the operation of a known callee that was probably meant
	inferred bool   // the callee is only known by what it answers
	calls    []calledFrom
}

type unresolvedKey struct {
	name      string // as called; "?" where there is none
	target    string // what is known of its address, without a path where host tells who it is
	host      string // the name in it that says who answers
	operation string // the one that a known callee does not list
}

type calledFrom struct {
	operation string
	pos       arch.Pos
}

func checkUnresolvedCall(p *Pass) {
	g := p.Graph
	var names, hosts *speller        // made when they are first needed
	meant := make(map[string]string) // by unknown name
	for _, s := range p.System.Services {
		if s.IsPlatform() {
			continue
		}
		for _, u := range unresolvedOf(g, s) {
			suggestion := u.meant
			if callee := g.Callee(&arch.Call{To: u.name}); u.operation == "" && u.name != arch.Unresolved && (callee == nil || !callee.Inferred.Is()) {
				if names == nil {
					names = spellings(p.System)
				}
				known, ok := meant[u.name]
				if !ok {
					known = names.nearest(u.name, "")
					meant[u.name] = known
				}
				if known == s.Name { // it would not call itself
					known = names.nearest(u.name, s.Name)
				}
				suggestion = known
			}
			f := unresolvedFinding(s, u, suggestion)
			if name := u.address(); name != "" {
				if hosts == nil {
					hosts = lostHosts(p.System)
				}
				misspeltHost(p.System, &f, name, hosts.nearest(name, ""))
			}
			p.Report(f)
		}
	}
}

// unresolvedOf groups the calls of a service to unknown callees, background calls too, in the order of their places.
func unresolvedOf(g *graph.Graph, s *arch.Service) []*unresolved {
	var all []*unresolved
	byKey := make(map[unresolvedKey]*unresolved)
	eachPiece(g, s, func(part piece) {
		for _, call := range part.Calls {
			if call.To == s.Name {
				continue
			}
			key := unresolvedKey{name: call.To}
			meant, callee := "", g.Callee(call)
			if call.To == arch.Unresolved {
				key.target = call.Target.Or("")
				if names := arch.TargetNames(key.target); len(names) > 0 {
					key.target, key.host = arch.TargetSource(key.target, names[0]), names[0]
				}
			} else if callee != nil && callee.Declared {
				unlisted, ok := g.Unlisted(call)
				if !ok {
					continue
				}
				key.operation, meant = unlisted.Name, unlisted.Meant
			}
			u := byKey[key]
			if u == nil {
				u = &unresolved{unresolvedKey: key, meant: meant, inferred: callee != nil && callee.Inferred.Is()}
				byKey[key] = u
				all = append(all, u)
			}
			u.calls = append(u.calls, calledFrom{part.operation(), call.Place()})
		}
	})
	for _, u := range all {
		slices.SortStableFunc(u.calls, func(a, b calledFrom) int { return a.pos.Compare(b.pos) })
	}
	return all
}

// address is the name that a host would have to be for somebody to answer.
func (u *unresolved) address() string {
	switch {
	case u.name == arch.Unresolved:
		return u.host
	case u.inferred && u.operation == "":
		return u.name
	}
	return ""
}

// lostHosts are the hosts of declared services that no call found in code reaches: one of them may be misspelt.
func lostHosts(sys *arch.System) *speller {
	called := calledByCode(sys)
	hosts := newSpeller()
	for _, s := range sys.Services {
		for _, host := range s.Hosts {
			if s.Declared && host.Is() && !called[s.Name] {
				hosts.add(host.Value, host.Value)
			}
		}
	}
	return hosts
}

// misspeltHost says of an address that a host of the manifest is nearly that.
func misspeltHost(sys *arch.System, f *finding.Finding, name, host string) {
	if host == "" {
		return
	}
	for _, s := range sys.Services {
		for _, h := range s.Hosts {
			if h.Value != host {
				continue
			}
			f.Severity = finding.Warning
			f.Message += fmt.Sprintf(": did you mean %s, the host of %s?", host, s.Name)
			f.Others = append(f.Others, finding.Ref{Role: finding.Related, Service: s.Name, Pos: h.Pos})
			f.Remedy = append([]string{fmt.Sprintf("write %s at %s", quoted(name), h.Pos)}, f.Remedy...)
			return
		}
	}
}

// spellings are the names that calls can reach a declared service by.
func spellings(sys *arch.System) *speller {
	names := newSpeller()
	for _, s := range sys.Services {
		if s.Declared {
			names.add(s.Name, s.Name)
		}
	}
	for _, s := range sys.Services {
		for _, host := range s.Hosts {
			if s.Declared && host.Is() {
				names.add(host.Value, s.Name)
			}
		}
	}
	return names
}

// serviceNamed is a name for the service that a host or a variable is of: what PAYMENT_SERVICE_ADDR, config.Payment.URL
// and shop.PaymentService have in common.
func serviceNamed(host string) string {
	if i := strings.IndexByte(host, ':'); i >= 0 {
		host = host[:i]
	}
	words := strings.FieldsFunc(strings.ToLower(host), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for _, noise := range []string{"url", "uri", "addr", "address", "host", "port", "endpoint", "service", "svc", "api", "base", "grpc", "http", "server"} {
		for i, word := range words {
			words[i] = strings.TrimSuffix(word, noise)
		}
		words = slices.DeleteFunc(words, func(word string) bool { return word == "" })
	}
	switch {
	case len(words) == 0 || unicode.IsDigit(rune(words[0][0])) || host == "localhost":
		return "NAME"
	case strings.Contains(host, "."):
		return words[len(words)-1] // behind the package, or the configuration that it is in
	}
	return strings.Join(words, "-")
}

// quoted is a name as an element of a list in YAML.
func quoted(name string) string {
	if strings.Trim(strings.ToLower(name), "abcdefghijklmnopqrstuvwxyz0123456789._-") == "" {
		return name
	}
	return strconv.Quote(name)
}

func unresolvedFinding(s *arch.Service, u *unresolved, suggestion string) finding.Finding {
	first := u.calls[0]
	f := finding.Finding{
		Service:   s.Name,
		Operation: first.operation,
		Subject:   u.name,
		Pos:       first.pos,
		Size:      len(u.calls),
	}
	for _, call := range u.calls[1:] {
		f.Others = append(f.Others, finding.Ref{Role: finding.Related, Service: s.Name, Operation: call.operation, Pos: call.pos})
	}
	switch {
	case u.name == arch.Unresolved && u.host != "":
		f.Subject = u.target
		f.Message = fmt.Sprintf("%s calls an unknown callee: %s", s.Name, u.target)
		f.Remedy = []string{fmt.Sprintf("say whose host %s is, in services.yaml: services: {%s: {hosts: [%s]}}; kind: external, if it is not yours",
			u.host, serviceNamed(u.host), quoted(u.host))}
	case u.name == arch.Unresolved:
		f.Message = fmt.Sprintf("%s calls an unknown callee, and nothing is known of its address", s.Name)
		if u.target != "" {
			f.Subject = u.target
			f.Message = fmt.Sprintf("%s calls an unknown callee: %s", s.Name, u.target)
		}
		f.Remedy = []string{"name the callee in the manifest (to)"}
		if first.pos.Source() == arch.Go {
			f.Remedy = []string{fmt.Sprintf("name the callee of the call at this place, in services.yaml: services: {%s: {calls: [{to: NAME, at: %q}]}, NAME: {}}; kind: external, if it is not yours",
				s.Name, first.pos.String())}
		}
	case u.operation != "":
		f.Subject = u.name + " " + u.operation
		f.Message = fmt.Sprintf("%s calls %s %s, but %s has no operation %s", s.Name, u.name, u.operation, u.name, u.operation)
		add := fmt.Sprintf("add %s to the operations of %s: what it calls in turn is not known", u.operation, u.name)
		if suggestion == "" {
			f.Remedy = []string{add}
			break
		}
		f.Severity = finding.Warning
		f.Message += fmt.Sprintf(": did you mean %s?", suggestion)
		f.Remedy = []string{"call it " + suggestion, "or " + add}
	case suggestion != "":
		f.Severity = finding.Warning
		f.Message = fmt.Sprintf("%s calls %s, which no service is named: did you mean %s?", s.Name, u.name, suggestion)
		f.Remedy = []string{
			"call it " + suggestion,
			fmt.Sprintf("or declare %s, if it is another service (kind: external, if it is not yours)", u.name),
		}
	case u.inferred:
		f.Message = fmt.Sprintf("%s calls %s, which no traced code answers", s.Name, u.name)
		f.Remedy = []string{
			fmt.Sprintf("say which service answers it, in services.yaml: services: {%s: {hosts: [%s]}}; kind: external, if it is not yours", serviceNamed(u.name), quoted(u.name)),
			"or trace its code along, if that is Go",
		}
	default:
		f.Message = fmt.Sprintf("%s calls %s, which nobody declares", s.Name, u.name)
		f.Remedy = []string{
			fmt.Sprintf("declare %s (kind: external, if it is not yours)", u.name),
			"or add the name to the hosts of the service that it means",
		}
	}
	return f
}
