package report

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/distcheck/distcheck/analyzer/finding"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// printed is what a printer writes.
func printed(t *testing.T, format string, r *finding.Report, opt Options) string {
	t.Helper()
	p, ok := Lookup(format)
	if !ok {
		t.Fatalf("no printer %q", format)
	}
	var b bytes.Buffer
	if err := p.Print(&b, r, opt); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not what is printed (-update rewrites it); printed:\n%s", path, got)
	}
}

func TestGolden(t *testing.T) {
	all := sampleReport()
	all.All = true
	clean := &finding.Report{Version: "v0.3.0", Rules: sampleRules(), Summary: finding.Summary{Inputs: []string{"services.yaml"}, Services: 2, Operations: 1, Calls: 1, Resolved: 1}}
	for _, p := range Printers() {
		if p.Name == "sarif-all" {
			continue // a golden file of its own
		}
		golden(t, "sample."+p.Name, printed(t, p.Name, sampleReport(), Options{}))
		golden(t, "clean."+p.Name, printed(t, p.Name, clean, Options{}))
		golden(t, "hostile."+p.Name, printed(t, p.Name, hostileReport(), Options{}))
	}
	golden(t, "settled.sarif-all", printed(t, "sarif-all", settledReport(), Options{}))
	for _, format := range []string{"text", "markdown", "github"} {
		golden(t, "grouped."+format, printed(t, format, groupedReport(), Options{}))
	}
	grouped := groupedReport()
	grouped.All = true
	golden(t, "grouped-all.text", printed(t, "text", grouped, Options{}))
	golden(t, "sample-all.text", printed(t, "text", all, Options{}))
	golden(t, "sample-color.text", printed(t, "text", all, Options{Color: true, Width: 80}))
	golden(t, "many.text", printed(t, "text", manyReport(), Options{Width: 120}))
	golden(t, "many.github", printed(t, "github", manyReport(), Options{}))
	golden(t, "many.markdown", printed(t, "markdown", manyReport(), Options{}))
	golden(t, "sample-links.markdown", printed(t, "markdown", all, Options{Links: "https://git.example.com/shop/-/blob/main/"}))
	golden(t, "summary", SummaryLine(sampleReport())+"\n"+SummaryLine(clean)+"\n"+SummaryLine(manyReport())+"\n"+SummaryLine(hostileReport())+"\n")
}

func TestGoldenRules(t *testing.T) {
	var explain, table bytes.Buffer
	for _, rule := range sampleRules() {
		if err := Explain(&explain, rule, Options{}); err != nil {
			t.Fatal(err)
		}
	}
	if err := RuleTable(&table, sampleRules()); err != nil {
		t.Fatal(err)
	}
	golden(t, "explain", explain.String())
	golden(t, "rules", table.String())
	golden(t, "rules.markdown", RuleTableMarkdown(sampleRules()))
}
