package graphviz_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	goccy "github.com/goccy/go-graphviz"

	"github.com/distcheck/distcheck/analyzer/diagram/internal/graphviz"
)

var graphs = map[string]string{
	"plain":    `digraph { rankdir=LR; a -> b [label="Charge", style=dashed]; b [shape=cylinder] }`,
	"html":     `digraph { a [shape=box, style="rounded,filled", fillcolor="#ddeeff", label=<<b>web</b><br/><font point-size="9">bff &lt;x&gt;</font>>] }`,
	"clusters": `digraph { subgraph cluster_1 { label="ö支"; a; b } subgraph cluster_2 { c } a -> c; b -> c; c -> a }`,
	"empty":    `digraph {}`,
}

// TestSameAsGoGraphviz holds the reason for this package to account: same module, same picture.
func TestSameAsGoGraphviz(t *testing.T) {
	ctx := context.Background()
	theirs, err := goccy.New(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for name, dot := range graphs {
		graph, err := goccy.ParseBytes([]byte(dot))
		if err != nil {
			t.Fatal(err)
		}
		var want bytes.Buffer
		if err := theirs.Render(ctx, graph, goccy.SVG, &want); err != nil {
			t.Fatal(err)
		}
		got, err := graphviz.SVG(ctx, dot)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if !bytes.Equal(got, want.Bytes()) {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, want.Bytes())
		}
	}
}

func TestModuleIsTheirs(t *testing.T) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/goccy/go-graphviz").Output()
	dir := strings.TrimSpace(string(out))
	if err != nil || dir == "" {
		t.Skip("the source of go-graphviz is not at hand")
	}
	theirs, err := os.ReadFile(filepath.Join(dir, "internal", "wasm", "graphviz.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	ours, err := os.ReadFile("graphviz.wasm")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(ours, theirs) {
		t.Error("graphviz.wasm is not the one of the go-graphviz in go.mod: see README.md")
	}
}

func TestBadDOT(t *testing.T) {
	_, err := graphviz.SVG(context.Background(), `digraph { a -> `)
	if err == nil || !strings.Contains(err.Error(), "syntax error") {
		t.Errorf("err = %v, want Graphviz's own words", err)
	}
}

// TestStops draws a graph that takes minutes: the call must return soon after its context is done.
func TestStops(t *testing.T) {
	var dot strings.Builder
	dot.WriteString("digraph {")
	for i := range 300 {
		for j := range 40 {
			fmt.Fprintf(&dot, "n%d -> n%d;", i, (i*7+j*j*13+1)%300)
		}
	}
	dot.WriteString("}")
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	start := time.Now()
	_, err := graphviz.SVG(ctx, dot.String())
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("err = %v, want the deadline", err)
	}
	// A busy machine takes its time to stop, too; drawing would take minutes.
	if took := time.Since(start); took > 40*time.Second {
		t.Errorf("returned after %v", took)
	}
}
