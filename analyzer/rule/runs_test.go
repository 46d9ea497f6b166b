package rule_test

import (
	"fmt"
	"strings"
	"testing"
)

// Calls on different branches of an operation are never made in one run.
func TestBranches(t *testing.T) {
	order := func(calls ...string) string {
		return `
services:
  cards: {}
  bank: {}
  cash: {}
  ledger: {}
  web: {operations: {GET /: {calls: [{to: order, operation: Pay, timeout: 2s}]}}}
  order:
    operations:
      Pay:
        calls:
          - ` + strings.Join(calls, "\n          - ") + "\n"
	}
	write := func(to, more string) string {
		return fmt.Sprintf("{to: %s, effect: write, error: returned%s}", to, more)
	}
	runCases(t, "fails-after-write", []ruleCase{
		{"one after the other", order(write("cards", ""), write("bank", "")), []string{"warning 12: order Pay can fail after cards is done: in bank"}},
		{"either", order(write("cards", ", branch: how/card"), write("bank", ", branch: how/bank")), nil},
		{"one of two, then another", order(write("cards", ", branch: 1/1"), write("bank", ", branch: 1/2"), write("ledger", "")),
			[]string{"warning 12: order Pay can fail after cards is done: in ledger"}},
		{"choices that have nothing to do with each other", order(write("cards", ", branch: 1/1"), write("bank", ", branch: 2/2")),
			[]string{"warning 12: order Pay can fail after cards is done: in bank"}},
		{"in one of two choices", order(write("cards", ", branch: 1/1 2/1"), write("bank", ", branch: 2/2")), nil},
		{"only where the write has failed", order(write("cards", ", branch: 1/done"), write("bank", ", branch: 1/failed")), nil},
		{"after what is done on failure", order(write("cards", ", branch: 1/failed"), write("bank", ", branch: 1/done")),
			[]string{"warning 12: order Pay can fail after cards is done: in bank"}},
	})
	runCases(t, "multi-service-write", []ruleCase{
		{"either", order(write("cards", ", undo: false, branch: 1/1"), write("bank", ", undo: false, branch: 1/2")), nil},
		{"the worst run", order(write("cards", ", undo: false, branch: 1/1"), write("bank", ", undo: false, branch: 1/2"), write("cash", ", undo: false, branch: 1/2"), write("ledger", "")),
			[]string{"warning 13: order Pay writes to 3 services: bank, cash, ledger; when a later write fails, bank, cash are not undone"}},
		{"only where the first has failed", order(write("cards", ", undo: false, branch: 1/done"), write("bank", ", branch: 1/failed")), nil},
	})
	runCases(t, "fan-out", []ruleCase{
		{"four at once", order("cards", "bank", "cash", "ledger"), []string{"warning 12: order Pay waits for 4 services: cards, bank, cash, ledger"}},
		{"three of four", order("{to: cards, branch: 1/1}", "{to: bank, branch: 1/2}", "cash", "ledger"), nil},
		{"a fallback is made besides", order("{to: cards, branch: 1/done}", "{to: bank, branch: 1/failed}", "cash", "ledger"),
			[]string{"warning 12: order Pay waits for 4 services: cards, bank, cash, ledger"}},
	})
	runCases(t, "deadline-inversion", []ruleCase{
		{"one after the other", order("{to: cards, timeout: 1s}", "{to: bank, timeout: 1500ms}"),
			[]string{"warning 7: web GET / gives up on order Pay after 2s, and that may work for 2.5s"}},
		{"the longest branch", order("{to: cards, timeout: 1s, branch: 1/1}", "{to: bank, timeout: 1500ms, branch: 1/2}"), nil},
		{"the longest branch and more", order("{to: cards, timeout: 1s, branch: 1/1}", "{to: bank, timeout: 1500ms, branch: 1/2}", "{to: ledger, timeout: 1s}"),
			[]string{"warning 7: web GET / gives up on order Pay after 2s, and that may work for 2.5s"}},
	})
}

// What is told of very many branches is no more than what holds of all calls together, and it is told soon.
func TestManyBranches(t *testing.T) {
	var calls, services strings.Builder
	for i := range 40 {
		for k := range 2 {
			fmt.Fprintf(&services, "  s%d-%d: {}\n", i, k)
			fmt.Fprintf(&calls, "          - {to: s%d-%d, branch: %d/%d}\n", i, k, i, k)
		}
	}
	f := only(t, "\nservices:\n"+services.String()+"  order:\n    operations:\n      Pay:\n        calls:\n"+calls.String(), "fan-out")
	if f.Size < 40 || f.Size > 80 {
		t.Errorf("%d services, want 40 to 80", f.Size)
	}
}
