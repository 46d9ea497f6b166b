package manifest_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/source/manifest"
)

// describe is the model as text: two systems are equal if and only if their texts are. Positions go by path and source,
// since files of two runs are never the same pointers.
func describe(sys *arch.System, positions bool) string {
	var b strings.Builder
	var walk func(v reflect.Value, path string)
	walk = func(v reflect.Value, path string) {
		switch v.Kind() {
		case reflect.Pointer:
			if !v.IsNil() {
				walk(v.Elem(), path)
			}
		case reflect.Slice:
			for i := range v.Len() {
				walk(v.Index(i), fmt.Sprintf("%s[%d]", path, i))
			}
		case reflect.Struct:
			switch x := v.Interface().(type) {
			case arch.Pos:
				if positions {
					fmt.Fprintf(&b, "%s = %q %d %d %s\n", path, x.Path(), x.Line, x.Column, x.Source())
				}
				return
			case time.Time:
				fmt.Fprintf(&b, "%s = %s\n", path, x)
				return
			}
			for i := range v.NumField() {
				walk(v.Field(i), path+"."+v.Type().Field(i).Name)
			}
		default:
			fmt.Fprintf(&b, "%s = %#v\n", path, v.Interface())
		}
	}
	walk(reflect.ValueOf(sys), "")
	return b.String()
}

func sameText(t testing.TB, what, got, want string) {
	t.Helper()
	if got == want {
		return
	}
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range g {
		if i >= len(w) || g[i] != w[i] {
			t.Errorf("%s: line %d: got %s, want %s", what, i+1, g[i], strings.Join(w[i:min(i+1, len(w))], ""))
			return
		}
	}
	t.Errorf("%s: got %d lines, want %d", what, len(g), len(w))
}

// roundTrip exports in all ways and reads back.
func roundTrip(t testing.TB, sys *arch.System) {
	t.Helper()
	for _, positions := range []bool{false, true} {
		opt := manifest.ExportOptions{Positions: positions}
		asYAML, asJSON := manifest.Export(sys, opt), manifest.ExportJSON(sys, opt)
		if !json.Valid(asJSON) {
			t.Fatalf("no JSON:\n%s", asJSON)
		}
		for form, text := range map[string][]byte{"YAML": asYAML, "JSON": asJSON} {
			what := fmt.Sprintf("%s, positions %v", form, positions)
			again, errs := manifest.Read(newFiles(), []manifest.Input{{Path: "exported", Data: text}}, vocabulary(), manifest.DefaultLimits())
			if errs != nil {
				t.Fatalf("%s: %s\nin:\n%s", what, errs[0].Text(), text)
			}
			sameText(t, what, describe(again, positions), describe(sys, positions))
			sameText(t, what+", exported again", string(manifest.Export(again, opt)), string(asYAML))
		}
	}
}

func TestExportReadsBack(t *testing.T) {
	for name, text := range testdata(t, "manifest/*") {
		t.Run(name, func(t *testing.T) { roundTrip(t, good(t, text)) })
	}
}

func TestExportOfSeveralFilesReadsBack(t *testing.T) {
	files := testdata(t, "manifest/two-*.yaml")
	sys, errs := manifest.Read(newFiles(), []manifest.Input{
		{Path: "a.yaml", Data: []byte(files["two-a.yaml"])}, {Path: "b.yaml", Data: []byte(files["two-b.yaml"])},
	}, vocabulary(), manifest.DefaultLimits())
	if errs != nil {
		t.Fatal(errs)
	}
	roundTrip(t, sys)
}

// TestExportIsWhatAPersonWrites holds the clean form: short where nothing is lost, `at` nowhere.
func TestExportIsWhatAPersonWrites(t *testing.T) {
	sys := good(t, `{version: 1, system: shop, services: {web: {calls: [{to: payment}, {to: payment, operation: Charge}, {to: payment, retries: 2}],
		publishes: [{topic: t}, {topic: u, outbox: true}], stores: [{name: s}], code: {dir: cmd/web}}, payment: {}, versions: {deployment: {version: "1.10"}, tier: false}},
		topics: {t: {}}, journeys: {buy: {entry: [{service: web, operation: GET /}]}}, rules: {missing-runbook: {severity: off}}}`)
	const want = `version: 1
system: shop
journeys: {buy: {entry: web GET /}}
services:
  payment: {}
  versions: {tier: false, deployment: {version: "1.10"}}
  web:
    code: cmd/web
    calls: [payment, {to: payment, retries: 2}, payment Charge]
    publishes: [t, {topic: u, outbox: true}]
    stores: [s]
topics: {t: {}}
rules: {missing-runbook: "off"}
`
	sameText(t, "clean export", string(manifest.Export(sys, manifest.ExportOptions{})), want)
}

// TestExportHostileNames puts text that YAML or a terminal might take for something else into every place for text.
func TestExportHostileNames(t *testing.T) {
	names := []string{"1.10", "off", "~", "null", "0x10", "0o7", "1_000", "<<", "=", "a\nb", "\n", " ", " a", "a ", "a  b", "\t", "\x00", "\x1b[0m", "\x7f", "\u0085", "\u00a0", "\u00ad",
		"\ufeff", "\u2028", "\u2029", "\u202e", "\u200b", "\ue000", "\U0001F600", "\U000E0001", "\U0010FFFF", "\uffff", "\ufffd", "'", `"`, `\`, `\n`, "- a", "-", "--- ", "...", "# c", "a #c",
		"a: b", "a:", ":", "?", "? a", "{", "}", "[", "]", ",", "a,b", "{}", "[]", "&a", "*a", "!a", "!!int 3", "%YAML", "@a", "`a", "|", ">", "true", "True", "yes", "y", ".inf", ".nan", "1e3",
		"+1", "-1", "12:30", "2027-03-31", "2001-12-14t21:59:43Z", "value", "at", "a/b", `\/`, strings.Repeat("x", 900), "a b c", "支払い", "größe", "é́", "\r\n", "a\rb"}
	sys := &arch.System{}
	file := newFiles()
	for i, name := range names {
		pos := func(line int) arch.Pos {
			return arch.Pos{File: file.Get("dir/ü "+name+":3", arch.Go), Line: int32(line), Column: int32(i + 1)}
		}
		sys.Services = append(sys.Services, &arch.Service{
			Name: name, Pos: pos(1), Declared: true, Owner: arch.At(name, pos(2)), Hosts: []arch.Fact[string]{arch.At("host-"+name, pos(3))},
			Code:       []arch.Code{{Dir: arch.At(name, pos(3)), Unit: arch.At(name, pos(3))}},
			Operations: []*arch.Operation{{Name: name, Pos: pos(4)}},
			Body: arch.Body{
				Calls:     []*arch.Call{{To: name, Pos: pos(5)}, {To: name, Pos: pos(6), Operation: arch.At(name, pos(6))}},
				Publishes: []*arch.Publish{{Topic: name, Pos: pos(7)}},
				Stores:    []*arch.StoreUse{{Name: name, Pos: pos(8)}},
			},
			Concerns: []arch.Concern{{Block: "reliability", Key: "health", Fact: arch.At(name, pos(9))}},
			Data:     []arch.Data{{Name: name, Pos: pos(10), Store: arch.At(name, pos(10))}},
		})
		sys.Topics = append(sys.Topics, &arch.Topic{Name: name, Pos: pos(11), Declared: true})
		sys.Journeys = append(sys.Journeys, &arch.Journey{Name: name, Pos: pos(12), Entries: []arch.Entry{{Service: name, Operation: name, Pos: pos(13)}}})
		sys.Accepted = append(sys.Accepted, arch.Acceptance{Pos: pos(14), Rule: "sync-chain", Services: []string{name}, Operations: []string{name},
			Reason: name, Owner: name, Until: time.Date(2027, 3, 31, 0, 0, 0, 0, time.UTC)})
	}
	sys.Sort()
	roundTrip(t, sys)
	for _, text := range [][]byte{manifest.Export(sys, manifest.ExportOptions{}), manifest.ExportJSON(sys, manifest.ExportOptions{Positions: true})} {
		for _, r := range string(text) {
			if r != '\n' && (r < 0x20 || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x202e || r == 0xfeff) {
				t.Errorf("an export holds %q", r)
			}
		}
	}
}

// TestExportOrderIsSorted reads one system written in two orders.
func TestExportOrderIsSorted(t *testing.T) {
	a := good(t, "{version: 1, services: {b: {calls: [d, c], hosts: [y, x]}, a: {operations: {z: {}, q: {}}}}, topics: {t: {}, s: {}}}")
	b := good(t, "{topics: {s: {}, t: {}}, services: {a: {operations: {q: {}, z: {}}}, b: {hosts: [x, y], calls: [c, d]}}, version: 1}")
	sameText(t, "order", string(manifest.Export(a, manifest.ExportOptions{})), string(manifest.Export(b, manifest.ExportOptions{})))
}
