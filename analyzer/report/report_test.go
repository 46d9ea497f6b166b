package report

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
)

// The order of the input shows nowhere, and the input stays as it was.
func TestOrderOfInput(t *testing.T) {
	for name, r := range reports() {
		// Twins: everything that finding.Compare looks at is the same.
		if len(r.Findings) > 0 {
			twin := *r.Findings[0]
			twin.Cost = []string{"another"}
			r.Findings = append(r.Findings, &twin)
		}
		for _, p := range Printers() {
			want := printed(t, p.Name, r, Options{})
			for seed := range uint64(3) {
				shuffled := *r
				shuffled.Findings = slices.Clone(r.Findings)
				random := rand.New(rand.NewPCG(seed, 1))
				random.Shuffle(len(shuffled.Findings), func(i, j int) {
					shuffled.Findings[i], shuffled.Findings[j] = shuffled.Findings[j], shuffled.Findings[i]
				})
				before := slices.Clone(shuffled.Findings)
				if got := printed(t, p.Name, &shuffled, Options{}); got != want {
					t.Errorf("%s of %s depends on the order of the findings", p.Name, name)
				}
				if !slices.Equal(before, shuffled.Findings) {
					t.Errorf("%s of %s has changed its input", p.Name, name)
				}
			}
		}
	}
	r := sampleReport()
	for _, p := range Printers() {
		printed(t, p.Name, r, Options{Color: true, Width: 60})
	}
	if want := sampleReport(); !reflect.DeepEqual(values(r), values(want)) {
		t.Error("printing has changed a finding")
	}
}

func values(r *finding.Report) (all []finding.Finding) {
	for _, f := range r.Findings {
		all = append(all, *f)
	}
	return all
}

func TestManyFindingsFitAScreen(t *testing.T) {
	text := printed(t, "text", manyReport(), Options{Width: 120})
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if len(lines) > screenLines {
		t.Errorf("%d lines, want at most %d:\n%s", len(lines), screenLines, text)
	}
	for _, line := range lines {
		if columns(line) > 120 {
			t.Errorf("%d columns: %s", columns(line), line)
		}
	}
	for _, want := range []string{"195 more: ", "notes (-all): orphan-topic 50 · ", "distcheck -all platform/services.yaml ./... shows", "distcheck explain "} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	r := manyReport()
	r.All = true
	if text := printed(t, "text", r, Options{}); strings.Count(text, "\n    12 ") != 400 || strings.Contains(text, "more hop") {
		t.Error("-all leaves something out")
	}
}

func TestWorst(t *testing.T) {
	of := func(rules ...string) (all []statement) {
		pos := at("services.yaml")
		for i, rule := range rules {
			name, severity := strings.TrimSuffix(rule, "!"), finding.Warning
			if name != rule {
				severity = finding.Error
			}
			f := &finding.Finding{Rule: name, Severity: severity, Pos: pos(int32(i+1), 1)}
			all = append(all, statement{f, []*finding.Finding{f}})
		}
		return all
	}
	for _, c := range []struct{ in, want string }{
		{"a! a! a! a! a! a! b c d", "a! a! a! a! a!"},   // a warning is not as bad as an error
		{"a! a! a! a! a! a! b! c", "a! a! a! a! b!"},    // one rule gives way to another
		{"a! a! a! b! b! b! c! d! d", "a! a! b! b! c!"}, // nobody gets a third
		{"a! b a a a a a b b c", "a! b a b c"},          // what a rule has of worse ones counts
		{"a a a", "a a a"},
	} {
		picked, rest := worst(of(strings.Fields(c.in)...))
		var got []string
		for _, f := range picked {
			got = append(got, f.Rule+map[bool]string{true: "!"}[f.Severity == finding.Error])
		}
		if text := strings.Join(got, " "); text != c.want {
			t.Errorf("worst of %s: %s, want %s", c.in, text, c.want)
		}
		if len(picked)+len(rest) != len(strings.Fields(c.in)) {
			t.Errorf("worst of %s loses some", c.in)
		}
	}
}

// From three on, findings of one group are one statement, at the place of the worst. None is lost, and those that are
// only possible stay apart.
func TestGroups(t *testing.T) {
	a, b := &finding.Group{What: "no a", Judged: 9}, &finding.Group{What: "no b", Judged: 9}
	pos := at("services.yaml")
	var sorted []*finding.Finding
	add := func(group *finding.Group, severity finding.Severity, possible bool) {
		n := len(sorted)
		sorted = append(sorted, &finding.Finding{Service: fmt.Sprint("s", n), Pos: pos(int32(n+1), 1), Severity: severity, Possible: possible, Group: group, Message: fmt.Sprint("message ", n)})
	}
	add(a, finding.Error, false)
	add(nil, finding.Error, false)
	add(b, finding.Warning, false)
	add(a, finding.Warning, false)
	add(a, finding.Warning, true)
	add(b, finding.Warning, false)
	add(a, finding.Note, false)
	var got []string
	for _, s := range statements(sorted) {
		got = append(got, fmt.Sprintf("%s %s %d", s.Severity, s.Message, len(s.of)))
	}
	want := []string{"error no a: 3 of 9 services (s0, s3, s6) 3", "error message 1 1", "warning message 2 1", "warning message 4 1", "warning message 5 1"}
	if !slices.Equal(got, want) {
		t.Errorf("statements\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if n := len(flat(statements(sorted))); n != len(sorted) {
		t.Errorf("%d findings of %d are left", n, len(sorted))
	}
}

// Behind a path, a place in the finding's own file has its path too.
func TestPlacesOfSeveralFiles(t *testing.T) {
	here, there := at("main.go"), at("other.go")
	member := func(pos arch.Pos) finding.Ref { return finding.Ref{Role: finding.Member, Service: "s", Pos: pos} }
	r := &finding.Report{Findings: []*finding.Finding{{Severity: finding.Warning, Message: "m", Pos: here(1, 1),
		Others: []finding.Ref{member(here(2, 1)), member(there(3, 1)), member(here(4, 1))}}}}
	if text, want := printed(t, "text", r, Options{}), "\n    where: s :2:1, s other.go:3:1, s main.go:4:1\n"; !strings.Contains(text, want) {
		t.Errorf("no %q in\n%s", want, text)
	}
}

// Services of one binary stand at one place: the places that show what they lack are apart.
func TestGroupOfOneBinary(t *testing.T) {
	group, pos := &finding.Group{What: "no a", Judged: 3}, at("main.go")
	r := &finding.Report{}
	for i := range int32(3) {
		r.Findings = append(r.Findings, &finding.Finding{Severity: finding.Warning, Service: fmt.Sprint("s", i), Pos: pos(1, 6), Group: group,
			Others: []finding.Ref{{Role: finding.Related, Service: fmt.Sprint("s", i), Pos: at(fmt.Sprintf("s%d.go", i))(7, 2)}}})
	}
	if text, want := printed(t, "text", r, Options{}), "\n    where: s0 s0.go:7:2, s1 s1.go:7:2, s2 s2.go:7:2\n"; !strings.Contains(text, want) {
		t.Errorf("no %q in\n%s", want, text)
	}
}

// Groups that do not stand in full are named below, apart from what is counted by rule.
func TestGroupsBelow(t *testing.T) {
	r := manyReport()
	for _, f := range groupedReport().Findings {
		f.Severity, f.Rank = min(f.Severity, finding.Warning), 9
		r.Findings = append(r.Findings, f)
	}
	text := printed(t, "text", r, Options{})
	for _, want := range []string{"\n197 more: ", "\ngrouped (-all): no graceful shutdown: 5 of 5 services\n", "no-metrics 3"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// What programs read has each finding, whether or not people read several as one.
func TestProgramsGetEachFinding(t *testing.T) {
	for _, p := range Printers() {
		r := groupedReport()
		grouped := printed(t, p.Name, r, Options{})
		for _, f := range r.Findings {
			f.Group = nil
		}
		if same := printed(t, p.Name, r, Options{}) == grouped; same == (p.Name == "text" || p.Name == "markdown") {
			t.Errorf("%s: groups change nothing: %v", p.Name, same)
		}
	}
}

func TestFingerprintsAreDistinct(t *testing.T) {
	f := sampleReport().Findings[0]
	prints := fingerprints([]*finding.Finding{f, sampleReport().Findings[1], f, f})
	want := []string{f.Fingerprint(), sampleReport().Findings[1].Fingerprint(), f.Fingerprint() + "-2", f.Fingerprint() + "-3"}
	if !slices.Equal(prints, want) {
		t.Errorf("fingerprints %v, want %v", prints, want)
	}
}

func TestHopsAreElided(t *testing.T) {
	for n, want := range map[int]string{8: "", 9: "", 10: "… 2 more hops …", 30: "… 22 more hops …"} {
		f := &finding.Finding{Hops: make([]finding.Hop, n)}
		rows := rowsOf(f, fullDetail())
		got := ""
		for _, r := range rows {
			if r.elided > 0 {
				got = r.sentence()
			}
		}
		if got != want || rows[len(rows)-1].number != n {
			t.Errorf("%d hops: %q, want %q; last row %d", n, got, want, rows[len(rows)-1].number)
		}
	}
}

func TestGitHubShowsTenOfAKind(t *testing.T) {
	text := printed(t, "github", manyReport(), Options{})
	for command, want := range map[string]int{"::error ": 10, "::warning ": 10, "::notice ": 10} {
		if n := strings.Count("\n"+text, "\n"+command); n != want {
			t.Errorf("%d times %s, want %d", n, command, want)
		}
	}
	last := text[strings.LastIndex(strings.TrimSuffix(text, "\n"), "\n")+1:]
	want := "::notice title=distcheck::100 errors, 100 warnings, 200 notes. GitHub shows at most 10 of a kind; 371 are left out here, distcheck -all platform/services.yaml ./... prints them\n"
	if last != want {
		t.Errorf("last line %q, want %q", last, want)
	}
}

// Where something was not analysed, that takes the place of one warning, which is counted.
func TestGitHubCountsWhatItDrops(t *testing.T) {
	r := &finding.Report{Summary: finding.Summary{Unread: []string{"./cart: it does not compile"}}}
	for i := range 10 {
		r.Findings = append(r.Findings, &finding.Finding{Rule: "hub", Severity: finding.Warning, Message: fmt.Sprint(i)})
	}
	text := printed(t, "github", r, Options{})
	if n := strings.Count("\n"+text, "\n::warning "); n != 10 {
		t.Errorf("%d warnings, want 10", n)
	}
	if !strings.Contains(text, "; 1 are left out here") {
		t.Errorf("nothing says that one is left out:\n%s", text)
	}
}

func TestMarkdownFitsAComment(t *testing.T) {
	r := manyReport()
	r.All = true
	r.Mermaid = strings.Repeat("  a --> b\n", 5000)
	name := strings.Repeat("名", 100_000)
	r.Findings = append(r.Findings, &finding.Finding{Rule: name, Severity: finding.Error, Message: name, Service: name, Cost: []string{name},
		Hops: []finding.Hop{{Service: name, Operation: name, Note: name}}})
	r.Summary.Unseen = []string{name}
	for _, all := range []bool{true, false} {
		r.All = all
		text := printed(t, "markdown", r, Options{})
		if len(text) > markdownBytes {
			t.Errorf("all=%v: %d bytes", all, len(text))
		}
		if !strings.Contains(text, "The diagram is left out") {
			t.Error("nothing says that the diagram is left out")
		}
		if all && !strings.Contains(text, "findings are left out: GitHub takes no longer comment") {
			t.Error("nothing says that findings are left out")
		}
		bare(t, text)
	}
}

// In a comment people read the same advice once.
func TestMarkdownAdvisesOnce(t *testing.T) {
	text := printed(t, "markdown", manyReport(), Options{})
	for _, advice := range []string{"publish an event", "keep a copy of the data", "keep the services together"} {
		// Five findings of five rules stand in full.
		if n := strings.Count(text, advice); n != 5 {
			t.Errorf("%q stands there %d times", advice, n)
		}
	}
	r := sampleReport()
	for _, f := range r.Findings {
		f.Rule, f.Severity, f.Remedy = "sync-chain", finding.Error, []string{"publish an event", "keep a copy"}
	}
	text = printed(t, "markdown", r, Options{})
	for _, advice := range []string{"publish an event", "keep a copy"} {
		if n := strings.Count(text, advice); n != 1 {
			t.Errorf("of one rule %q stands there %d times", advice, n)
		}
	}
}

func TestSummaryLine(t *testing.T) {
	for want, s := range map[string]finding.Summary{
		"0 services, 0 operations, 0 calls: nothing found": {},
		"1 service (and 2 external, 1 platform), 1 operation, 3 calls (2 of 3 resolved, 66%; 1 names no operation): 1 error; 2 accepted": {
			Services: 1, External: 2, Platform: 1, Operations: 1, Calls: 3, Resolved: 2, Possible: 1, Errors: 1, Accepted: 2},
		"3 services, 0 operations, 0 calls: 1 note": {Services: 3, Notes: 1, Triples: 6},
		"3 services, 0 operations, 0 calls: 1 note. Operations refute 1 of 6 service triples A→B→C that a graph of services would chain": {
			Services: 3, Notes: 1, Triples: 6, Refuted: 1},
		"1 service, 0 operations, 0 calls: nothing found in what was read. Not judged: a; b; c; and 2 more (-all)": {
			Services: 1, Unseen: []string{"a.", "b", "c", "d", "e"}},
		"1 service, 0 operations, 0 calls: nothing found in what was read. Not judged: messages; 2 packages (x, y) without calls": {
			Services: 1, Unseen: []string{"messages (not read from code)", "2 packages (x, y) without calls"}},
	} {
		if got := SummaryLine(&finding.Report{Summary: s}); got != want {
			t.Errorf("SummaryLine = %q, want %q", got, want)
		}
	}
}

func TestHints(t *testing.T) {
	goFile := arch.Pos{File: &arch.File{Path: "web/main.go", Source: arch.Go}, Line: 3}
	house := finding.RuleInfo{ID: "overdue-debt", Concern: "housekeeping"}
	overdue := &finding.Finding{Rule: "overdue-debt", Severity: finding.Error, Pos: goFile}
	chain := &finding.Finding{Rule: "sync-chain", Severity: finding.Warning, Pos: goFile}
	for name, c := range map[string]struct {
		r    finding.Report
		want []string
	}{
		"nothing":                  {finding.Report{}, nil},
		"a note need not be":       {finding.Report{Findings: []*finding.Finding{{Rule: "hub", Severity: finding.Note}}}, nil},
		"debt is accepted no more": {finding.Report{Findings: []*finding.Finding{overdue}, Rules: []finding.RuleInfo{house}}, nil},
		"in code": {finding.Report{Findings: []*finding.Finding{overdue, chain}, Rules: []finding.RuleInfo{house}}, []string{
			"to accept a finding as debt, above its line: //distcheck:accept sync-chain until=DAY owner=WHO why; more in distcheck explain sync-chain"}},
		"names": {finding.Report{Summary: finding.Summary{Inputs: []string{"./..."}, Named: []string{"a", "b", "c", "d", "e", "f"}}}, []string{
			"known by name only: a, b, c, d and 2 more; distcheck -all -only unresolved-call ./... tells how to say who answers"}},
	} {
		if got := Hints(&c.r); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// What was advised about one finding of a rule is not said again of the next.
func TestAdviceIsGivenOnce(t *testing.T) {
	r := &finding.Report{}
	for i, ways := range [][]string{{"batch a", "or copy a"}, {"batch a", "or copy a"}, {"batch b", "or copy b"}} {
		r.Findings = append(r.Findings, &finding.Finding{Rule: "chatty-call", Severity: finding.Warning, Service: strconv.Itoa(i), Remedy: ways})
	}
	for all, want := range map[bool]string{
		false: "do: batch a|or copy a|do: batch b",
		true:  "do: batch a|or copy a|do: batch b|or copy b",
	} {
		r.All = all
		var said []string
		for line := range strings.Lines(printed(t, "text", r, Options{})) {
			if strings.Contains(line, "batch") || strings.Contains(line, "copy") {
				said = append(said, strings.TrimSpace(line))
			}
		}
		if got := strings.Join(said, "|"); got != want {
			t.Errorf("all %v: %s, want %s", all, got, want)
		}
	}
}

// Few findings of many lines are cut to a screen, too.
func TestFewFindingsFitAScreen(t *testing.T) {
	r := &finding.Report{}
	for i := range 9 {
		f := &finding.Finding{Rule: "rule-" + strconv.Itoa(i), Severity: finding.Warning, Service: "web", Remedy: []string{strings.Repeat("mend it ", 20), "or not", "or leave it"}}
		for range 4 {
			f.Cost = append(f.Cost, strings.Repeat("it is dear ", 12))
		}
		r.Findings = append(r.Findings, f)
	}
	text := printed(t, "text", r, Options{})
	p := textPrinter{}
	if n := p.height(strings.Split(strings.TrimSuffix(text, "\n"), "\n")); n > screenLines {
		t.Errorf("%d lines:\n%s", n, text)
	}
	if !strings.Contains(text, "\n4 more warnings: ") {
		t.Errorf("the rest is not counted:\n%s", text)
	}
}

func TestTextOfNothingIsNothing(t *testing.T) {
	if got := printed(t, "text", &finding.Report{All: true}, Options{}); got != "" {
		t.Errorf("printed %q", got)
	}
}

func TestExplainIsNarrow(t *testing.T) {
	for _, width := range []int{0, 60, 300} {
		var b bytes.Buffer
		if err := Explain(&b, sampleRules()[3], Options{Width: width}); err != nil {
			t.Fatal(err)
		}
		limit := explainWidth
		if width == 60 {
			limit = 60
		}
		for line := range strings.Lines(b.String()) {
			if n := columns(strings.TrimRight(line, "\n")); n > limit && !strings.Contains(line, "calls:") && !strings.Contains(line, "consumes:") && !strings.Contains(line, "publishes:") && !strings.Contains(line, "distcheck:accept") {
				t.Errorf("width %d: %d columns: %s", width, n, line)
			}
		}
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestErrorsOfWritingAreReturned(t *testing.T) {
	for _, p := range Printers() {
		if p.Print(brokenWriter{}, sampleReport(), Options{}) == nil {
			t.Errorf("%s hides that nothing was written", p.Name)
		}
	}
	for name, err := range map[string]error{
		"Explain":   Explain(brokenWriter{}, sampleRules()[0], Options{}),
		"RuleTable": RuleTable(brokenWriter{}, sampleRules()),
	} {
		if err == nil {
			t.Errorf("%s hides that nothing was written", name)
		}
	}
}

func ExampleLookup() {
	for _, p := range Printers() {
		found, ok := Lookup(p.Name)
		fmt.Println(found.Name, ok)
	}
	_, ok := Lookup("xml")
	fmt.Println("xml", ok)
	// Output:
	// text true
	// json true
	// sarif true
	// sarif-all true
	// github true
	// gitlab true
	// markdown true
	// xml false
}
