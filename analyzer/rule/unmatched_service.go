package rule

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
)

func unmatchedService() Rule {
	return Rule{
		ID:      "unmatched-service",
		Concern: Coupling,
		Rank:    Design,
		Whole:   true,
		Title:   "a declared service that the code has by another name",
		Fires:   "a manifest declares a service that no code is called and no code calls, and the code has one of nearly that name that no manifest declares. Services in another language, of others, and of the platform are left out.",
		Default: "warning",
		Rationale: `What a manifest says of a name that nothing else has is said of nobody: its owner, promises and accepted debt are lost, and
the service of the code has none. Nothing fails, so that nobody notices.`,
		Source:   "distcheck's own principle: what is not known is said, not guessed",
		Severity: finding.Warning,
		Wrong: `version: 1
services:
  checkout: {owner: team-orders}
  checkoutservice:
    operations:
      shop.Checkout/Place: {at: "checkoutservice/main.go:20:4", source: go}
    at: "checkoutservice/main.go:12:6"
    source: go
`,
		Right: `version: 1
services:
  checkoutservice:
    owner: team-orders
    operations:
      shop.Checkout/Place: {at: "checkoutservice/main.go:20:4", source: go}
`,
		Remedy: "call it in the manifest as the code does; or say where its code is (code), and it keeps its name",
		Check:  checkUnmatchedService,
	}
}

func checkUnmatchedService(p *Pass) {
	called := calledByCode(p.System)
	var lost, undeclared []*arch.Service
	for _, s := range p.System.Services {
		switch {
		case !s.IsOwn():
		case s.Pos.Source() == arch.Go:
			undeclared = append(undeclared, s)
		case s.Pos.Source() == arch.Manifest && !called[s.Name] && !foundInCode(s) && s.Language.Or("go") == "go":
			lost = append(lost, s)
		}
	}
	if len(lost) == 0 || len(undeclared) == 0 {
		return
	}
	names := newSpeller()
	byCore := make(map[string][]string)
	places := make(map[string]*arch.Service, len(undeclared))
	for _, s := range undeclared {
		names.add(s.Name, s.Name)
		byCore[coreOf(s.Name)] = append(byCore[coreOf(s.Name)], s.Name)
		places[s.Name] = s
	}
	const shortest = 5 // of names that are taken for misspelt: cart and card are two
	for _, s := range lost {
		meant := ""
		if same := byCore[coreOf(s.Name)]; len(same) == 1 {
			meant = same[0]
		} else if len(same) == 0 && len(s.Name) >= shortest {
			meant = names.nearest(s.Name, "")
		}
		if meant == "" {
			continue
		}
		remedy := []string{"call it " + meant + " in the manifest too"}
		if other := places[meant]; len(other.Code) == 1 && other.Code[0].Dir.Is() && !other.Code[0].Unit.Is() {
			remedy = append(remedy, fmt.Sprintf("or keep its name and say code: %s, as seen from the manifest", other.Code[0].Path()))
		}
		p.Report(finding.Finding{
			Service: s.Name, Pos: s.Pos, Subject: meant, Whole: true,
			Message: fmt.Sprintf("no code is called %s: did you mean %s?", s.Name, meant),
			Others:  []finding.Ref{{Role: finding.Related, Service: meant, Pos: places[meant].Pos}},
			Remedy:  append(remedy, "if it is another service, say so: its language, or kind: external"),
		})
	}
}

// calledByCode is the services that calls lead to which code was found to make.
func calledByCode(sys *arch.System) map[string]bool {
	called := make(map[string]bool)
	for _, s := range sys.Services {
		for body := range s.Bodies() {
			for _, call := range body.Calls {
				if call.Pos.Source() == arch.Go {
					called[call.To] = true
				}
			}
		}
	}
	return called
}

// foundInCode reports whether anything of a service was found in code.
func foundInCode(s *arch.Service) bool {
	for _, op := range s.Operations {
		if op.Pos.Source() == arch.Go {
			return true
		}
	}
	for body := range s.Bodies() {
		for _, call := range body.Calls {
			if call.Pos.Source() == arch.Go {
				return true
			}
		}
	}
	for _, c := range s.Concerns {
		if c.Fact.Pos.Source() == arch.Go {
			return true
		}
	}
	return false
}

// coreOf is a service's name without what people add to such names, in small letters.
func coreOf(name string) string {
	core := strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
	for _, noise := range []string{"service", "svc", "srv", "server"} {
		if short := strings.TrimSuffix(core, noise); short != "" && short != core {
			return short
		}
	}
	return core
}
