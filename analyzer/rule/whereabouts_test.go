package rule_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/graph"
	"github.com/distcheck/distcheck/analyzer/rule"
)

// TestWhereabouts: a comment that is no decision is that of the service on whose lines it stands, or whose code is above.
func TestWhereabouts(t *testing.T) {
	var files arch.Files
	at := func(path string, line int32) arch.Pos {
		return arch.Pos{File: files.Get(path, arch.Go), Line: line, Column: 1}
	}
	code := func(dir string) []arch.Code { return []arch.Code{{Dir: arch.At(dir, at("services.yaml", 1))}} }
	for path, want := range map[string]string{
		"main.go": "root", "lib/a.go": "root", "cart/a.go": "cart", "cart/db/a.go": "cart", "web/main.go": "web", "../a.go": "", "/a.go": "",
	} {
		sys := &arch.System{
			Services: []*arch.Service{
				{Name: "cart", Declared: true, Code: code("cart")},
				{Name: "root", Declared: true, Code: code(".")},
				{Name: "web", Declared: true, Code: code("site"), Operations: []*arch.Operation{{Name: "GET /", Pos: at("web/main.go", 7)}}},
			},
			Directives: []arch.Directive{{Pos: at(path, 6), Lines: arch.Lines{Path: path, From: 6, To: 8}, Text: "accept"}},
		}
		found := of(rule.Run(sys, graph.Build(sys), rule.All(), rule.Options{Today: today}).Findings, "invalid-acceptance")
		if len(found) != 1 || found[0].Service != want {
			t.Errorf("%s: %d findings, of %q, want %q", path, len(found), found[0].Service, want)
		}
	}
}

// TestManyWrongDirectives: what is wrong with many comments of a large system is told in a time that grows with them.
func TestManyWrongDirectives(t *testing.T) {
	const many = 20_000
	var files arch.Files
	sys := &arch.System{}
	for i := range many {
		at := arch.Pos{File: files.Get(fmt.Sprintf("s%d/main.go", i), arch.Go), Line: 7, Column: 1}
		sys.Services = append(sys.Services, &arch.Service{Name: fmt.Sprintf("s%d", i), Declared: true, Pos: at})
		sys.Directives = append(sys.Directives, arch.Directive{Pos: at, Lines: arch.Lines{Path: "elsewhere.go", From: 1, To: 1 << 30}, Text: "accept"})
	}
	sys.Sort()
	g := graph.Build(sys)
	start := time.Now()
	if found := of(rule.Run(sys, g, rule.All(), rule.Options{Today: today}).Findings, "invalid-acceptance"); len(found) != many {
		t.Errorf("%d findings", len(found))
	}
	if took := time.Since(start); took > 4*time.Second {
		t.Errorf("took %s", took)
	}
}
