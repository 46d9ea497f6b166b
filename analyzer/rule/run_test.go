package rule_test

import (
	"strings"
	"testing"
)

// A finding is worse where anything that leads into it is on a critical journey, and milder where no user waits for
// any of that. Which of several heads comes first by name never matters.
func TestSeverityOfSharedChains(t *testing.T) {
	const (
		two   = "  o: {operations: {Place: {calls: [{to: p, operation: Charge, effect: write}]}}}\n  p: {operations: {Charge: {}}}\n"
		three = "  o: {operations: {Place: {calls: [p Charge]}}}\n  p: {operations: {Charge: {calls: [l Post]}}}\n  l: {operations: {Post: {}}}\n"

		job     = "  j: {kind: job, operations: {run: {calls: [o Place]}}}\n"
		message = "  c: {operations: {consume t: {calls: [o Place]}}}\n"
		admin   = "  x: {operations: {GET /admin/a: {calls: [o Place]}}}\n"
		before  = "  a: {operations: {POST /b: {calls: [o Place]}}}\n"
		after   = "  z: {operations: {POST /b: {calls: [o Place]}}}\n"

		note    = "a note only, since no user waits for it"
		warning = "a warning only, since no user waits for it"
		raised  = "an error, since journey buy is of tier 1 and writes"
	)
	gateway := func(path string) string {
		return "  gw: {kind: gateway, operations: {" + path + ": {calls: [o Place]}}}\n"
	}
	for _, c := range []struct{ name, journey, services, severity, cost string }{
		{"a user", "", after + two, "warning", ""},
		{"a job", "", job + two, "note", note},
		{"a job, an admin path, a consumer", "", job + message + admin + two, "note", note},
		{"a job before a user", "", job + after + two, "warning", ""},
		{"a job after a user", "", before + job + two, "warning", ""},
		{"a consumer before a user", "", message + after + two, "warning", ""},
		{"an admin path before a user", "", admin + after + two, "warning", ""},
		{"on a journey", "z POST /b", after + two, "error", raised},
		{"the first on a journey", "a POST /b", before + after + two, "error", raised},
		{"the last on a journey", "z POST /b", before + after + two, "error", raised},
		{"a job before a user on a journey", "z POST /b", job + after + two, "error", raised},
		{"a job for three hops", "", job + three, "warning", warning},
		{"a job, and users behind a gateway", "", job + gateway("POST /o") + three, "error", ""},
		{"a consumer, and users behind a gateway", "", message + gateway("POST /o") + three, "error", ""},
		{"a job, and users behind a gateway that leads into a ring beside the job", "", job + "  gw: {kind: gateway, operations: {POST /o: {calls: [r Back]}}}\n" +
			"  o: {operations: {Place: {calls: [r Back, p Charge]}}}\n  r: {operations: {Back: {calls: [o Place]}}}\n  p: {operations: {Charge: {calls: [l Post]}}}\n  l: {operations: {Post: {}}}\n", "error", ""},
		{"a job, and admins behind a gateway", "", job + gateway("POST /admin/o") + three, "warning", warning},
	} {
		t.Run(c.name, func(t *testing.T) {
			yaml, journey := "services:\n"+c.services, ""
			if c.journey != "" {
				yaml, journey = "journeys: {buy: {entry: ["+c.journey+"], tier: 1}}\n"+yaml, "buy"
			}
			f := only(t, yaml, "sync-chain")
			if f.Severity.String() != c.severity {
				t.Errorf("severity %s, want %s", f.Severity, c.severity)
			}
			if got := strings.Join(f.Cost, "\n"); got != c.cost {
				t.Errorf("cost %q, want %q", got, c.cost)
			}
			if got := strings.Join(f.Journeys, " "); got != journey {
				t.Errorf("on journeys %q, want %q", got, journey)
			}
		})
	}
}
