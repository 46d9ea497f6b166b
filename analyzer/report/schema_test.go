package report

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
)

func reports() map[string]*finding.Report {
	return map[string]*finding.Report{
		"sample": sampleReport(), "many": manyReport(), "hostile": hostileReport(), "grouped": groupedReport(), "settled": settledReport(), "empty": {}, "odd": oddReport(),
	}
}

// oddReport has findings without a position, in no file, and outside of the run's directory.
func oddReport() *finding.Report {
	r := &finding.Report{Version: "devel"}
	for _, path := range []string{"<stdin>", "/etc/services.yaml", "C:/shop/services.yaml", "//host/share/s.yaml", "../up.yaml", "a b/ü%[1].yaml", "c:d.yaml"} {
		pos := at(path)
		r.Findings = append(r.Findings,
			&finding.Finding{Rule: "no-such-rule", Severity: finding.Note, Message: "m", Pos: pos(0, 0), Service: "s"},
			&finding.Finding{Rule: "no-such-rule", Severity: finding.Error, Message: "m", Pos: pos(3, 0), Hops: []finding.Hop{{Service: "t", Pos: pos(4, 0)}}})
	}
	r.Findings = append(r.Findings,
		&finding.Finding{Rule: "no-such-rule", Severity: finding.Error, Message: "no position", Service: "s", Operation: "op"},
		&finding.Finding{Rule: "no-such-rule", Severity: finding.Error, Message: "nothing", Pos: arch.Pos{}})
	return r
}

func compiled(t *testing.T, schema []byte) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("schema.json", document); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func validate(t *testing.T, name string, s *jsonschema.Schema, text string) {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if err := s.Validate(document); err != nil {
		t.Errorf("%s: %v", name, err)
	}
}

func TestJSONMatchesItsSchema(t *testing.T) {
	s := compiled(t, JSONSchema())
	for name, r := range reports() {
		validate(t, name, s, printed(t, "json", r, Options{}))
	}
}

// A schema that lets everything through would pass the test above.
func TestJSONSchemaIsStrict(t *testing.T) {
	s := compiled(t, JSONSchema())
	text := printed(t, "json", sampleReport(), Options{})
	for _, change := range [][2]string{
		{`"version": 1`, `"version": 2`},
		{`"severity": "error"`, `"severity": "fatal"`},
		{`"role": "head"`, `"role": "foot"`},
		{`"line": 8`, `"line": "8"`},
		{`"rule": "sync-chain",`, ``},
		{`"journeys": []`, `"journeys": null`},
		{`"summary": {`, `"summary": {"surprise": 1,`},
	} {
		broken := strings.Replace(text, change[0], change[1], 1)
		if broken == text {
			t.Errorf("%s is not in the output", change[0])
			continue
		}
		document, err := jsonschema.UnmarshalJSON(strings.NewReader(broken))
		if err != nil {
			t.Fatal(err)
		}
		if s.Validate(document) == nil {
			t.Errorf("the schema takes %s", change[1])
		}
	}
}

func TestSARIFMatchesTheStandard(t *testing.T) {
	schema, err := os.ReadFile("testdata/sarif-schema-2.1.0.json")
	if err != nil {
		t.Fatal(err)
	}
	s := compiled(t, schema)
	for name, r := range reports() {
		validate(t, name, s, printed(t, "sarif", r, Options{}))
		validate(t, name, s, printed(t, "sarif-all", r, Options{}))
	}
}

// Code scanning that does not know suppressions gets none; where they are written, each result says whether it has some,
// as the standard wants, and what is open is the same in both.
func TestSARIFOfWhatIsSettled(t *testing.T) {
	results := func(format string) (all []sarifResult) {
		text := printed(t, format, settledReport(), Options{})
		var log sarifLog
		if err := json.Unmarshal([]byte(text), &log); err != nil {
			t.Fatal(err)
		}
		return log.Runs[0].Results
	}
	open, all := results("sarif"), results("sarif-all")
	if len(open) != 2 || len(all) != 5 {
		t.Fatalf("%d open and %d in all, want 2 and 5", len(open), len(all))
	}
	for i, r := range open {
		if r.Suppressions != nil || r.BaselineState != "new" {
			t.Errorf("open: %+v", r)
		}
		if all[i].Suppressions == nil || len(all[i].Suppressions) > 0 || all[i].PartialFingerprints["distcheck/v1"] != r.PartialFingerprints["distcheck/v1"] {
			t.Errorf("the same, among all: %+v", all[i])
		}
	}
	day := "2027-03-31"
	want := map[string]sarifSuppression{
		"sync-chain":   {"inSource", "accepted", "the ledger moves in", nil, &sarifDecision{"team-orders", day, ""}},
		"sync-cycle":   {"external", "accepted", "in the baseline ci/known findings.yaml", nil, nil},
		"shared-store": {"external", "accepted", "billing [goes](away), {0}", nil, &sarifDecision{"team-billing", day, "docs/adr/7.md"}},
	}
	places := map[string]string{"sync-chain": "services.yaml", "sync-cycle": "ci/known%20findings.yaml", "shared-store": "services.yaml"}
	for _, r := range all[2:] {
		if len(r.Suppressions) != 1 {
			t.Fatalf("%+v", r)
		}
		got := r.Suppressions[0]
		if got.Location == nil || got.Location.Physical.Artifact.URI != places[r.RuleID] {
			t.Errorf("%s is decided at %+v", r.RuleID, got.Location)
		}
		if got.Location = nil; !reflect.DeepEqual(got, want[r.RuleID]) {
			t.Errorf("%s: %+v, want %+v", r.RuleID, got, want[r.RuleID])
		}
		if state := map[bool]string{true: "unchanged", false: "new"}[r.RuleID == "sync-cycle"]; r.BaselineState != state {
			t.Errorf("%s is %s, want %s", r.RuleID, r.BaselineState, state)
		}
	}
}

// What the schema cannot say, and code scanning needs.
func TestSARIF(t *testing.T) {
	var empty map[string]any
	if err := json.Unmarshal([]byte(printed(t, "sarif", &finding.Report{}, Options{})), &empty); err != nil {
		t.Fatal(err)
	}
	run := empty["runs"].([]any)[0].(map[string]any)
	if results, ok := run["results"].([]any); !ok || len(results) != 0 {
		t.Errorf("results of a clean run are %v, want []", run["results"])
	}

	var log sarifLog
	if err := json.Unmarshal([]byte(printed(t, "sarif", oddReport(), Options{})), &log); err != nil {
		t.Fatal(err)
	}
	if v := log.Runs[0].Tool.Driver.SemanticVersion; v != "" {
		t.Errorf("semantic version of a development build is %q", v)
	}
	uris := make(map[string]string)
	for _, result := range log.Runs[0].Results {
		for _, location := range result.Locations {
			if p := location.Physical; p != nil {
				uris[p.Artifact.URI] = p.Artifact.URIBaseID
			}
		}
	}
	for uri, base := range map[string]string{
		"file:///etc/services.yaml": "", "file:///C:/shop/services.yaml": "", "file://host/share/s.yaml": "",
		"../up.yaml": srcRoot, "a%20b/%C3%BC%25%5B1%5D.yaml": srcRoot, "c%3Ad.yaml": srcRoot,
	} {
		if got, ok := uris[uri]; !ok || got != base {
			t.Errorf("no location %q with base %q in %v", uri, base, uris)
		}
	}
	if len(uris) != 6 {
		t.Errorf("standard input has become a file: %v", uris)
	}
}

func TestSARIFMessage(t *testing.T) {
	for in, want := range map[string]string{
		"web calls a[0]":      "web calls a[0]",
		`[a](1) \ b`:          `\[a\](1) \\ b`,
		"GET /orders/{id}":    "GET /orders/{id}",
		"GET /orders/{0}/{1}": "GET /orders/{{0}}/{{1}}",
	} {
		if got := sarifMessage(in); got != want {
			t.Errorf("sarifMessage(%q) = %q, want %q", in, got, want)
		}
	}
}
