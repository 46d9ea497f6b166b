package diagram_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/diagram"
	"github.com/distcheck/distcheck/analyzer/finding"
)

func TestLook(t *testing.T) {
	out := os.Getenv("LOOK")
	if out == "" {
		t.Skip()
	}
	l300 := func() (*arch.System, []*finding.Finding) { return large(300, 800, 12) }
	l10k := func() (*arch.System, []*finding.Finding) { return large(10000, 50000, 2000) }
	for name, f := range map[string]func() (*arch.System, []*finding.Finding){"small": small, "shop": shop, "thirty": thirty, "l300": l300, "l10k": l10k} {
		sys, findings := f()
		start := time.Now()
		p := diagram.Select(sys, findings, diagram.Options{})
		dot := p.DOT()
		sel := time.Since(start)
		os.WriteFile(out+"/"+name+".dot", []byte(dot), 0o644)
		os.WriteFile(out+"/"+name+".mmd", []byte(p.Mermaid()), 0o644)
		for _, format := range []diagram.Format{diagram.SVG, diagram.PNG} {
			w, _ := os.Create(out + "/" + name + "." + string(format))
			start := time.Now()
			if err := p.Render(context.Background(), format, w); err != nil {
				t.Error(name, err)
			}
			t.Log(name, format, "select+dot", sel, "render", time.Since(start))
			w.Close()
		}
		t.Log(p.LeftOut())
	}
}
