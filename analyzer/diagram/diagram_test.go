package diagram_test

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"image/png"
	"io"
	"math/rand"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/awalterschulze/gographviz"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/diagram"
	"github.com/distcheck/distcheck/analyzer/finding"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
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
		t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
	}
}

func render(t *testing.T, p *diagram.Picture, f diagram.Format) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := p.Render(context.Background(), f, &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestGolden(t *testing.T) {
	for name, system := range map[string]func() (*arch.System, []*finding.Finding){"payments": small, "shop": shop} {
		p := drawn(system())
		golden(t, name+".dot", string(render(t, p, diagram.DOT)))
		golden(t, name+".mmd", string(render(t, p, diagram.Mermaid)))
	}
}

// TestOrder: the order of the input shows nowhere.
func TestOrder(t *testing.T) {
	sys, findings := thirty()
	want := diagram.Select(sys, findings, diagram.Options{})
	for range 20 {
		rand.Shuffle(len(sys.Services), func(i, j int) { sys.Services[i], sys.Services[j] = sys.Services[j], sys.Services[i] })
		rand.Shuffle(len(sys.Topics), func(i, j int) { sys.Topics[i], sys.Topics[j] = sys.Topics[j], sys.Topics[i] })
		rand.Shuffle(len(findings), func(i, j int) { findings[i], findings[j] = findings[j], findings[i] })
		for _, s := range sys.Services {
			rand.Shuffle(len(s.Calls), func(i, j int) { s.Calls[i], s.Calls[j] = s.Calls[j], s.Calls[i] })
		}
		sys.Sort()
		got := diagram.Select(sys, findings, diagram.Options{})
		if got.DOT() != want.DOT() || got.Mermaid() != want.Mermaid() {
			t.Fatal("another order of the input makes another picture")
		}
	}
}

// What services lack by themselves marks none of them.
func TestGroupsMarkNothing(t *testing.T) {
	b := newSystem("s")
	b.call("a", "b", "X/Y")
	lack := &finding.Finding{Rule: "no-tracing", Severity: finding.Error, Service: "b", Pos: b.service("b").Pos}
	if text := diagram.Select(b.sys, []*finding.Finding{lack}, diagram.Options{}).Mermaid(); !strings.Contains(text, "style n2 ") {
		t.Errorf("an error of its own does not mark b:\n%s", text)
	}
	lack.Group = &finding.Group{What: "no tracing", Judged: 2}
	if text := diagram.Select(b.sys, []*finding.Finding{lack}, diagram.Options{}).Mermaid(); strings.Contains(text, "style n2 ") {
		t.Errorf("what b lacks marks it:\n%s", text)
	}
}

func TestFormatOf(t *testing.T) {
	for path, want := range map[string]diagram.Format{"a.dot": diagram.DOT, "b/c.GV": diagram.DOT, "x.svg": diagram.SVG, "x.png": diagram.PNG, "x.mmd": diagram.Mermaid} {
		if got, err := diagram.FormatOf(path); got != want || err != nil {
			t.Errorf("FormatOf(%q) = %q, %v, want %q", path, got, err, want)
		}
	}
	if _, err := diagram.FormatOf("x.jpg"); err == nil || !strings.Contains(err.Error(), ".svg") {
		t.Errorf("err = %v, want one that lists the extensions", err)
	}
}

// TestFindings: hops are numbered, possible ones say so, and a finding without hops marks its service.
func TestFindings(t *testing.T) {
	dot := drawn(thirty()).DOT()
	for _, want := range []string{">A4</b>", ">B3</b>", ">D3?</b>", "A sync-chain: web-bff &#8594; checkout &#8594; payment &#8594; fraud-detection &#8594; ledger (4 hops)",
		"(3 hops, possible)", "service with a finding: warning", "17 of 38 calls cross owners"} {
		if !strings.Contains(dot, want) {
			t.Errorf("the picture lacks %q", want)
		}
	}
}

// TestPartakers: calls that an error or a warning names beside its hops are coloured, thinner than hops; where a call is
// in several findings, the worst one counts, and its number keeps the colour of its own.
func TestPartakers(t *testing.T) {
	b := newSystem("s")
	write, later := b.call("a", "b", "Do"), b.call("a", "c", "Do")
	b.call("a", "d", "Do")
	noted := b.call("a", "e", "Do")
	hop := b.call("a", "f", "Do")
	calls := func(rule string, severity finding.Severity, calls ...*arch.Call) *finding.Finding {
		f := &finding.Finding{Rule: rule, Severity: severity, Service: "a", Message: rule}
		for _, call := range calls {
			f.Others = append(f.Others, finding.Ref{Role: finding.Related, Service: call.To, Operation: "Do", Pos: call.Pos})
		}
		return f
	}
	caller := &finding.Finding{Rule: "hub", Severity: finding.Warning, Service: "c", Message: "hub", Pos: b.pos(),
		Others: []finding.Ref{{Role: finding.Member, Service: "a", Pos: later.Pos}}}
	sys := b.done()
	ends := []*finding.Finding{calls("fails-after-write", finding.Error, write, hop), caller, calls("hard-dependencies", finding.Note, noted),
		chain("chatty-call", finding.Warning, "a", "f")}
	lines := strings.Split(drawn(sys, ends).DOT(), "\n")
	for _, want := range []struct{ arrow, ink, width string }{
		{"n1->n2", "#b8380a", "1.7"}, {"n1->n3", "#b07a00", "1.7"}, {"n1->n4", "#4a525a", "1.3"}, {"n1->n5", "#4a525a", "1.3"}, {"n1->n6", "#b8380a", "2.6"},
	} {
		i := slices.IndexFunc(lines, func(line string) bool { return strings.Contains(line, want.arrow) })
		if i < 0 || !strings.Contains(lines[i], ` color="`+want.ink+`", fontcolor`) || !strings.Contains(lines[i], "penwidth="+want.width) {
			t.Errorf("%s is not drawn in %s, %s wide:\n%s", want.arrow, want.ink, want.width, strings.Join(lines, "\n"))
		}
	}
	dot := strings.Join(lines, "\n")
	for _, want := range []string{`color="#b07a00"><b>1</b>`, "takes part: error", "takes part: warning", "hop: error"} {
		if !strings.Contains(dot, want) {
			t.Errorf("the picture lacks %q", want)
		}
	}
}

// TestWaysOfChain: the other heads of a chain and the ways to its further ends have its colour; calls of operations that
// have no part in it do not.
func TestWaysOfChain(t *testing.T) {
	b := newSystem("s")
	in := func(from, operation, to, callee string) {
		s := b.service(from)
		op := s.Operation(operation)
		if op == nil {
			op = &arch.Operation{Name: operation, Pos: b.pos()}
			s.Operations = append(s.Operations, op)
		}
		op.Calls = append(op.Calls, &arch.Call{To: to, Operation: arch.At(callee, b.pos()), Pos: b.pos(), CallFacts: new(arch.CallFacts)})
		b.service(to)
	}
	in("a", "Head", "b", "Do")
	in("a", "Head", "direct", "End") // one hop: no chain
	in("a", "Other", "c", "Do")
	in("app", "Head", "b", "Do")
	in("b", "Do", "c", "Do")
	in("b", "Do", "near", "End")
	in("b", "Do", "middle", "Do")
	in("b", "Else", "else", "End")
	in("middle", "Do", "far", "End")
	in("middle", "Do", "short", "Do")
	f := chain("sync-chain", finding.Error, "a", "b", "c")
	f.Operation, f.Hops[0].Operation, f.Hops[1].Operation = "Head", "Do", "Do"
	f.Others = []finding.Ref{{Role: finding.Head, Service: "app", Operation: "Head"}}
	for _, name := range []string{"near", "far", "else", "direct"} {
		f.Others = append(f.Others, finding.Ref{Role: finding.End, Service: name, Operation: "End"})
	}
	text := drawn(b.done(), []*finding.Finding{f}).Mermaid()
	names := make(map[string]string) // by id
	var arrows []string
	for _, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if id, rest, ok := strings.Cut(line, `("`); ok && !strings.Contains(id, " ") {
			name, _, _ := strings.Cut(rest, `"`)
			names[id] = name
		} else if fields := strings.Fields(line); strings.Contains(line, ">") && len(fields) > 2 && strings.HasPrefix(fields[0], "n") {
			arrows = append(arrows, names[fields[0]]+" "+names[fields[len(fields)-1]])
		}
	}
	var got []string
	for i, arrow := range arrows {
		if strings.Contains(text, fmt.Sprintf("linkStyle %d stroke:#b8380a", i)) {
			got = append(got, arrow)
		}
	}
	if want := []string{"a b", "app b", "b c", "b middle", "b near", "middle far"}; !slices.Equal(got, want) {
		t.Errorf("coloured are %q, want %q\n%s", got, want, text)
	}
}

// TestLetters: chains come before single calls, however severe, and findings over the same hops share a letter.
func TestLetters(t *testing.T) {
	b := newSystem("s")
	var findings []*finding.Finding
	for _, to := range []string{"b", "c", "d", "e", "f", "g", "h"} {
		b.call("a", to, "Do")
		findings = append(findings, chain("deadline-inversion", finding.Error, "a", to))
	}
	b.call("b", "z", "Do")
	findings = append(findings,
		chain("sync-chain", finding.Warning, "a", "b", "z"),
		chain("retry-amplification", finding.Error, "a", "b", "z"),
		chain("chatty-call", finding.Warning, "a", "b"))
	p := diagram.Select(b.done(), findings, diagram.Options{})
	text := p.Mermaid()
	for _, want := range []string{
		"A retry-amplification, sync-chain#58; a → b → z (2 hops)", "B deadline-inversion, chatty-call#58; a → b (1 hop)",
		"F deadline-inversion#58; a → f (1 hop)", `|"A1 B1<br/>Do"|`, `|"A2<br/>Do"|`, "hop numbers of 2 further findings",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the picture lacks %q", want)
		}
	}
	if t.Failed() {
		t.Log(text)
	}
}

// TestTitle counts services as the summary of a report does.
func TestTitle(t *testing.T) {
	b := newSystem("s")
	b.kind(arch.External, "psp")
	b.kind(arch.Platform, "jaeger")
	b.call("a", "psp", "Pay")
	b.call("a", "b", "Do")
	b.call("b", "lost", "Do")
	b.service("lost").Declared = false
	if text := drawn(b.done(), nil).DOT(); !strings.Contains(text, ">2 services, 1 external, 1 platform, 1 not declared, 3 calls<") {
		t.Errorf("the title counts otherwise: %s", text)
	}
}

// TestLegendOfLittle: it explains what occurs, and nothing else.
func TestLegendOfLittle(t *testing.T) {
	b := newSystem("s")
	b.call("a", "b", "Do")
	dot := drawn(b.done(), nil).DOT()
	for _, absent := range []string{"finding", "hop", "writes", "loop", "deadline", "store", "topic", "journey", "declared", "owner", "Not drawn", "A1"} {
		if strings.Contains(dot, absent) {
			t.Errorf("a picture of two services and a call speaks of %q", absent)
		}
	}
	dot = drawn(b.done(), []*finding.Finding{chain("chatty-call", finding.Warning, "a", "b")}).DOT()
	if !strings.Contains(dot, "hop of the finding") || strings.Contains(dot, "possible") {
		t.Errorf("the legend of a single hop: %s", dot)
	}
}

// TestSharedDatabase: a database that services know by names of their own is one box, named for what it is.
func TestSharedDatabase(t *testing.T) {
	b := newSystem("s")
	open := func(service, alias, database string) {
		use := &arch.StoreUse{Name: alias, Server: arch.At("pg-main", b.pos()), Database: arch.At(database, b.pos()), Pos: b.pos()}
		b.service(service).Stores = append(b.service(service).Stores, use)
	}
	open("reports", "mirror", "orders")
	open("checkout", "primary", "orders")
	open("mail", "outbox", "mails")
	text := drawn(b.done(), nil).Mermaid()
	if !strings.Contains(text, `"orders on pg-main<br/>shared by 2"`) || strings.Contains(text, "mirror") || strings.Contains(text, "primary") {
		t.Errorf("the shared database has another name: %s", text)
	}
	if !strings.Contains(text, `"outbox"`) {
		t.Errorf("the database of one service has another name: %s", text)
	}
}

// TestCountedHops: the picture tells and numbers the hops that count, which are neither those out of a ui nor those
// inside of a ring.
func TestCountedHops(t *testing.T) {
	b := newSystem("s")
	way := []string{"app", "web", "a", "b", "c"}
	for i, to := range way[1:] {
		b.call(way[i], to, "Do")
	}
	f := chain("sync-chain", finding.Error, way...)
	f.Hops[0].Free, f.Hops[2].Free, f.Size = true, true, 2
	for _, marked := range []bool{true, false} {
		text := drawn(b.done(), []*finding.Finding{f}).Mermaid()
		if !strings.Contains(text, "app → web → a → b → c (2 hops)") {
			t.Errorf("hops inside of a ring marked: %v\n%s", marked, text)
		}
		if marked && (strings.Count(text, `|"Do"|`) != 2 || !strings.Contains(text, `|"1<br/>Do"|`) || !strings.Contains(text, `|"2<br/>Do"|`)) {
			t.Errorf("hops that count nothing have numbers, or others have none\n%s", text)
		}
		f.Hops[2].Free = false // a rule may tell Size alone
	}
}

func TestPlatformIsLeftOut(t *testing.T) {
	b := newSystem("s")
	b.kind(arch.Platform, "jaeger")
	b.call("a", "jaeger", "Export")
	p := diagram.Select(b.done(), nil, diagram.Options{})
	if strings.Contains(p.DOT(), "jaeger") || len(p.LeftOut()) != 1 || !strings.Contains(p.LeftOut()[0], "1 platform service") {
		t.Errorf("left out: %q", p.LeftOut())
	}
}

// TestLarge: time is bounded, chains are whole, and what is missing is said.
func TestLarge(t *testing.T) {
	sys, findings := large(10000, 50000, 2000)
	start := time.Now()
	p := diagram.Select(sys, findings, diagram.Options{})
	dot := p.DOT()
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("Select and DOT took %v", took)
	}
	if n := strings.Count(dot, "height="); n > 80 {
		t.Errorf("%d boxes", n)
	}
	said := strings.Join(p.LeftOut(), "\n")
	if !strings.Contains(said, " of 10000 services, grouped by owner") || !strings.Contains(said, "part of ") {
		t.Errorf("left out: %s", said)
	}
	for _, name := range []string{"A4", "F4"} {
		if !strings.Contains(dot, name+"</b>") {
			t.Errorf("hop %s is not drawn", name)
		}
	}
}

func TestTimeLimit(t *testing.T) {
	sys, findings := large(2000, 20000, 500)
	p := diagram.Select(sys, findings, diagram.Options{Limit: 2000, Time: 50 * time.Millisecond})
	var b bytes.Buffer
	start := time.Now()
	err := p.Render(context.Background(), diagram.SVG, &b)
	if err == nil || !strings.Contains(err.Error(), "50ms") || b.Len() > 0 {
		t.Errorf("err = %v, want one that names the limit", err)
	}
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("returned after %v", took)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := p.Render(ctx, diagram.SVG, &b); !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v, want the context's", err)
	}
}

func TestPNG(t *testing.T) {
	image, err := png.Decode(bytes.NewReader(render(t, drawn(small()), diagram.PNG)))
	if err != nil {
		t.Fatal(err)
	}
	inks := map[[3]uint32]int{}
	for y := range image.Bounds().Dy() {
		for x := range image.Bounds().Dx() {
			r, g, b, _ := image.At(x, y).RGBA()
			inks[[3]uint32{r >> 8, g >> 8, b >> 8}]++
		}
	}
	if inks[[3]uint32{0xb8, 0x38, 0x0a}] < 1000 {
		t.Error("the hops of the error are not drawn")
	}
	if inks[[3]uint32{0x1b, 0x1f, 0x24}] < 500 {
		t.Error("there is no text")
	}
}

// TestDashedPNG: a possible hop looks possible in PNG too: its dashes are apart.
func TestDashedPNG(t *testing.T) {
	strokes := func(possible bool) int {
		b := newSystem("s")
		b.call("a", "b", "ThatTakesSoMuchRoomThatTheArrowIsLonger ThanTheLegend")
		f := chain("r", finding.Error, "a", "b")
		f.Possible, f.Hops[0].Possible = possible, possible
		picture, err := png.Decode(bytes.NewReader(render(t, drawn(b.done(), []*finding.Finding{f}), diagram.PNG)))
		if err != nil {
			t.Fatal(err)
		}
		most, of := 0, 0 // the row with the most of its colour is the arrow's
		for y := range picture.Bounds().Dy() {
			dots, strokes, inked := 0, 0, false
			for x := range picture.Bounds().Dx() {
				r, _, b, _ := picture.At(x, y).RGBA()
				is := r>>8 > b>>8+80
				if is {
					dots++
				}
				if is && !inked {
					strokes++
				}
				inked = is
			}
			if dots > most {
				most, of = dots, strokes
			}
		}
		return of
	}
	if solid, dashed := strokes(false), strokes(true); solid > 2 || dashed < 10 {
		t.Errorf("a certain hop has %d strokes, a possible one %d", solid, dashed)
	}
}

func TestEmpty(t *testing.T) {
	p := diagram.Select(&arch.System{}, nil, diagram.Options{})
	render(t, p, diagram.SVG)
	if !strings.HasPrefix(p.Mermaid(), "flowchart LR\n") {
		t.Error(p.Mermaid())
	}
}

var hostile = []string{
	`a"b`, `<script>alert(1)</script>`, "new\nline", `back\slash \N \G \l`, "esc\x1b[31m", "\u202egnp.exe", `] | # ; { }`, `%%{init: {}}%%`, "end",
	"click n1 href", ":::danger", "", "-->", `"]`, "&amp;&#x3c;", `<b>bold</b>`, "`tick`", "1. list", "- item", "名前 サービス", "bad\xffutf8", "?x",
	`" href="javascript:alert(1)`, `</text><a xlink:href="x">`, "]]>", "/* c */ // d", strings.Repeat("long", 200), " ", "\t", "\u00a0",
}

func hostileSystem() (*arch.System, []*finding.Finding) {
	b := newSystem(`sys"<tem>`)
	var names []string
	for i, name := range hostile {
		b.call("hub", name, name)
		b.owner(hostile[(i+1)%len(hostile)], name)
		b.publish(name+" topic", name, "hub")
		b.store(name+"<db>", name, "", name)
		names = append(names, name)
	}
	b.call("hub", arch.Unresolved, "x", target(`<img src=x onerror="y">`))
	b.journey(`<j">`, "hub", `GET /"<x>`)
	return b.done(), []*finding.Finding{chain(`rule<"`, finding.Error, "hub", names[0]), chain("sync-chain", finding.Error, "hub", names[1])}
}

func TestHostileDOT(t *testing.T) {
	dot := drawn(hostileSystem()).DOT()
	graph, err := gographviz.Read([]byte(dot))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range graph.Nodes.Nodes {
		if strings.Trim(n.Name, "n0123456789") != "" {
			t.Errorf("a name became a node's id: %q", n.Name)
		}
	}
	if strings.Contains(dot, "\x1b") || strings.Contains(dot, "\u202e") || strings.Contains(dot, "URL") {
		t.Error("a control character or an address got through")
	}
}

func TestHostileSVG(t *testing.T) {
	svg := render(t, drawn(hostileSystem()), diagram.SVG)
	elements := map[string]bool{"svg": true, "g": true, "title": true, "text": true, "path": true, "polygon": true, "polyline": true, "ellipse": true}
	decoder := xml.NewDecoder(bytes.NewReader(svg))
	var text strings.Builder
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			if !elements[token.Name.Local] {
				t.Errorf("element %q", token.Name.Local)
			}
			for _, attr := range token.Attr {
				if name := strings.ToLower(attr.Name.Local); name == "href" || strings.HasPrefix(name, "on") || strings.Contains(attr.Value, "script") {
					t.Errorf("attribute %s=%q", name, attr.Value)
				}
			}
		case xml.CharData:
			text.Write(token)
			text.WriteByte('\n')
		}
	}
	for _, want := range []string{`a"b`, `<script>alert(1)`, `new\nline`, `slash \N`, `\u202egnp.exe`, `] | # ; { }`, `<b>bold</b>`, `&amp;&#x3c;`} {
		if !strings.Contains(strings.ReplaceAll(text.String(), "\u00a0", " "), want) {
			t.Errorf("the picture does not show %s", want)
		}
	}
}

// TestHostileMermaid: between the quotes of a label stand only letters, entity codes, our own line breaks and
// characters that mean nothing to Mermaid there.
func TestHostileMermaid(t *testing.T) {
	for _, line := range strings.Split(drawn(hostileSystem()).Mermaid(), "\n") {
		parts := strings.Split(line, `"`)
		if len(parts) != 1 && len(parts) != 3 {
			t.Errorf("a label ends early: %s", line)
			continue
		}
		if len(parts) == 3 {
			label := strings.ReplaceAll(parts[1], "<br/>", "")
			if strings.ContainsAny(label, "<>[]{}|`%:\\&\x1b\u202e") {
				t.Errorf("a character of Mermaid's syntax in %q", label)
			}
			for _, after := range strings.Split(label, "#")[1:] {
				if code, _, ok := strings.Cut(after, ";"); !ok || strings.Trim(code, "0123456789quotlgamp") != "" {
					t.Errorf("a raw # in %q", label)
				}
			}
		}
	}
}
