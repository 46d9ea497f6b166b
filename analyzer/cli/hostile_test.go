package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/distcheck/distcheck/analyzer/cli"
)

// hostile are names that somebody might give a service to forge a line, drive a terminal, start a workflow command, or
// break out of a format.
func hostile() []string {
	return []string{
		"a\nservices.yaml:1:1: error: forged (sync-chain)",
		"\x1b[2J\x1b]0;owned\x07",
		"\u202egnp.exe",
		"zero\u200bwidth\u2028line",
		`"quoted" \"back\\slash\`,
		"<script>alert(1)</script>&amp;",
		"<b><img src=x onerror=alert(1)>",
		"]] > -->",
		"x\" URL=\"javascript:alert(1)",
		"n1 -> n2; subgraph { }",
		"end\nclick n1 call alert()",
		"::error file=x::forged",
		"%0A::set-output name=x::y",
		"| table | cell |",
		"`code` ```fence``` [link](javascript:alert(1)) @everyone #1",
		"$(rm -rf) ; & |",
		"\r\rcarriage",
		"\u0085\u00a0\ufeffspaces",
		strings.Repeat("long", 200),
		"{0} {{1}} %s %d %!",
		"null", "~", "yes", "1.10", "0x10", "<<", "- a", "? b", "#c", "*alias", "&anchor", "!tag",
	}
}

// hostileManifest puts every name everywhere a name can stand: in a chain, a ring, stores, topics, owners, targets,
// and comments that accept something.
func hostileManifest(t *testing.T) string {
	quote := strconv.QuoteToASCII // YAML knows all of Go's escapes
	var b strings.Builder
	names := hostile()
	b.WriteString(`{"version": 1, "system": ` + quote(names[0]) + `, "services": {`)
	for i, name := range names {
		next := names[(i+1)%len(names)]
		if i > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(&b, `%s: {"owner": %s, "operations": {%s: {"calls": [
			{"to": %s, "operation": %s, "effect": "write", "error": "returned", "loop": true, "retries": 2},
			{"to": "?", "target": %s}], "publishes": [%s], "stores": [{"name": %s, "server": "s", "database": %s, "access": "write"}]}}}`,
			quote(name), quote(name), quote("op "+name), quote(next), quote("op "+next), quote(name), quote("topic "+name), quote(name), quote(names[i/2]))
	}
	b.WriteString(`}, "directives": [`)
	for i, name := range names {
		if i > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(&b, `{"lines": %s, "text": %s}`, quote(name+":1"), quote("accept sync-chain,"+name+" owner="+name))
	}
	b.WriteString(`], "journeys": {` + quote(names[1]) + `: {"entry": [` + quote(names[2]) + `], "slo": "99.9%"}}}`)
	file := filepath.Join(t.TempDir(), "services.yaml")
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func output(t *testing.T, args ...string) (stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code := (&cli.Command{Stdout: &out, Stderr: &errs}).Run(context.Background(), args)
	if code > cli.ExitFindings {
		t.Fatalf("%q: exit %d\n%s", args, code, &errs)
	}
	return out.String(), errs.String()
}

func TestHostileNames(t *testing.T) {
	file := hostileManifest(t)
	for _, format := range []string{"text", "github", "markdown"} {
		stdout, stderr := output(t, "-all", "-format", format, file)
		harmless(t, format, stdout)
		harmless(t, "summary", stderr)
		if strings.Count(stderr, "\n") != 1 {
			t.Errorf("the summary has more than one line:\n%s", stderr)
		}
		for line := range strings.Lines(stdout) {
			switch {
			case strings.HasPrefix(line, "services.yaml:1:1: error: forged"):
				t.Errorf("%s: a forged line", format)
			case format != "github" && strings.HasPrefix(strings.TrimSpace(line), "::"):
				t.Errorf("%s: a workflow command: %s", format, line)
			case format == "github" && !slices.ContainsFunc([]string{"::error ", "::warning ", "::notice "}, func(p string) bool { return strings.HasPrefix(line, p) }):
				t.Errorf("a line that is no annotation: %s", line)
			case format == "markdown" && (strings.Contains(line, "<script") || strings.Contains(line, "<img")) && !strings.Contains(line, "`"):
				t.Errorf("HTML in markdown: %s", line)
			}
		}
	}
	for _, format := range []string{"json", "sarif"} {
		stdout, _ := output(t, "-format", format, file)
		harmless(t, format, stdout)
		var read struct{ Findings []struct{ Service string } }
		if err := json.Unmarshal([]byte(stdout), &read); err != nil {
			t.Errorf("%s: %v", format, err)
		}
		for _, name := range hostile() {
			if format == "json" && !slices.ContainsFunc(read.Findings, func(f struct{ Service string }) bool { return f.Service == name }) {
				t.Errorf("json does not hold %q", name)
			}
		}
	}
	dir := t.TempDir()
	for _, ext := range []string{".svg", ".dot", ".mmd", ".png"} {
		picture := filepath.Join(dir, "system"+ext)
		output(t, "graph", "-q", "-o", picture, file)
		data, err := os.ReadFile(picture)
		if err != nil {
			t.Fatal(err)
		}
		switch ext {
		case ".svg":
			wellFormed(t, data)
		case ".dot", ".mmd":
			harmless(t, ext, strings.ReplaceAll(string(data), "\t", " "))
		}
	}
	known := filepath.Join(dir, "known.yaml")
	output(t, "-write-baseline", known, file)
	data, err := os.ReadFile(known)
	if err != nil {
		t.Fatal(err)
	}
	harmless(t, "baseline", string(data))
	if stdout, _ := output(t, "-fail-on", "note", "-only", "sync-chain,sync-cycle,unresolved-call", "-baseline", known, file); stdout != "" {
		t.Errorf("not known from the baseline: %s", stdout)
	}
	exported, _ := output(t, "export", file)
	harmless(t, "export", exported)
	again := filepath.Join(dir, "again.yaml")
	if err := os.WriteFile(again, []byte(exported), 0o600); err != nil {
		t.Fatal(err)
	}
	if twice, _ := output(t, "export", again); twice != exported {
		t.Error("what export prints does not read back as the same system")
	}
}

// harmless wants no character that drives a terminal or hides text, except line ends.
func harmless(t *testing.T, what, text string) {
	t.Helper()
	for i, r := range text {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029') {
			t.Errorf("%s: %U near %q", what, r, text[max(0, i-40):min(len(text), i+40)])
			return
		}
	}
}

// wellFormed wants an SVG of drawing elements only.
func wellFormed(t *testing.T, data []byte) {
	t.Helper()
	decoder := xml.NewDecoder(bytes.NewReader(data))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("the SVG is no XML: %v", err)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if !slices.Contains([]string{"svg", "g", "title", "path", "polygon", "polyline", "ellipse", "text", "defs", "linearGradient", "stop", "style", "rect"}, start.Name.Local) {
			t.Errorf("the SVG has a <%s>", start.Name.Local)
		}
		for _, attr := range start.Attr {
			if strings.HasPrefix(attr.Name.Local, "on") || strings.Contains(attr.Value, "javascript") {
				t.Errorf("the SVG has %s=%q", attr.Name.Local, attr.Value)
			}
		}
	}
}

// TestShuffledInput writes the services of a system in other orders: the same findings, apart from lines.
func TestShuffledInput(t *testing.T) {
	manifest := func(order ...string) string {
		services := map[string]string{
			"web":   "  web: {operations: {GET /: {calls: [{to: shop, operation: GET /offers, at: 'web.go:10'}]}}}\n",
			"app":   "  app: {operations: {GET /: {calls: [{to: shop, operation: GET /offers, at: 'app.go:12'}]}}}\n",
			"shop":  "  shop: {operations: {GET /offers: {calls: [{to: stock, operation: GET /, at: 'shop.go:3'}, {to: price, at: 'shop.go:4'}]}}}\n",
			"stock": "  stock: {operations: {GET /: {calls: [{to: shop, operation: GET /offers, at: 'stock.go:5'}]}}}\n",
			"price": "  price: {calls: [{to: tax, at: 'price.go:6'}]}\n",
			"tax":   "  tax: {calls: [{to: '?', target: env TAX, at: 'tax.go:7'}]}\n",
		}
		text := "version: 1\nservices:\n"
		for _, name := range order {
			text += services[name]
		}
		file := filepath.Join(t.TempDir(), "services.yaml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		stdout, _ := output(t, "-all", file)
		return stdout
	}
	want := manifest("web", "app", "shop", "stock", "price", "tax")
	if !strings.Contains(want, "sync-chain") || !strings.Contains(want, "sync-cycle") {
		t.Fatalf("not tangled enough:\n%s", want)
	}
	for _, order := range [][]string{
		{"tax", "price", "stock", "shop", "app", "web"},
		{"shop", "tax", "web", "price", "app", "stock"},
		{"app", "web", "tax", "shop", "stock", "price"},
	} {
		if got := manifest(order...); got != want {
			t.Errorf("%q:\n%s\nwant\n%s", order, got, want)
		}
	}
}
