package manifest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/distcheck/distcheck/analyzer/source/manifest"
)

// TestErrorsAreAllFound reads a file with one error of nearly every kind: all are told, in the order of the text.
func TestErrorsAreAllFound(t *testing.T) {
	_, errs := read(t, `version: 2
systm: shop
journeys: {buy: {entry: [wbe]}}
services:
  checkout:
    tier: 9
    tier: 1
    slo: 99
    kind: Gateway
    calls: [{to: payment, timeout: 5}, {operation: x}]
    data: [{name: mail, store: vault}]
    hosts: [payment]
    owner: !team x
  payment: {owner: {value: x, at: here}}
rules: {synk-chain: off, sync-chain: {error: 0}}
accepted: [{rule: sync-chain, services: [web], reason: r, until: soon}]
`)
	want := []string{
		`1:10 version "2" is not known`,
		`2:1 "systm" is no key of the manifest`,
		`3:26 no service is called "wbe"`,
		`6:11 "9" is out of range`,
		`7:5 "tier" stands twice in one mapping; the first is at services.yaml:6:5`,
		`8:10 found the number "99"`,
		`9:11 "Gateway" is not accepted here`,
		`10:36 found the number "5"`,
		`10:40 this call has no "to"`,
		`11:32 service "checkout" has no store "vault"`,
		`12:13 the host "payment" is the name of another service`,
		`13:12 found the tag "!team"`,
		`14:35 "here" is no place`,
		`15:9 "synk-chain" is no rule`,
		`15:46 "0" is out of range`,
		`16:12 this acceptance has no "owner"`,
		`16:42 no service is called "web"`,
		`16:66 "soon" is no date`,
	}
	sameErrors(t, errs, want)
	complete(t, errs, "services.yaml")
}

func sameErrors(t *testing.T, errs manifest.Errors, want []string) {
	t.Helper()
	var got []string
	for _, err := range errs {
		got = append(got, fmt.Sprintf("%d:%d %s", err.Pos.Line, err.Pos.Column, err.Message))
	}
	if !slices.Equal(got, want) {
		t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestErrorsSayAll asks each error of every broken file for message, place, frame, and what is accepted.
func TestErrorsSayAll(t *testing.T) {
	for name, text := range testdata(t, "broken/*.yaml") {
		_, errs := read(t, text)
		complete(t, errs, "services.yaml")
		if t.Failed() {
			t.Fatalf("in %s", name)
		}
	}
}

// TestColumnsCountRunes has characters of several bytes, and of two columns of a terminal, before the error. The mark
// stands under the place: its line has as many columns as the text before it.
func TestColumnsCountRunes(t *testing.T) {
	for text, want := range map[string]struct {
		column int32
		frame  string
	}{
		"version: 1\nservices: {größe: {ownr: x}}":                            {20, "2 | services: {größe: {ownr: x}}\n  |                    ^~~~\n"},
		"version: 1\nservices: {支払い: {ownr: x}}":                              {18, "2 | services: {支払い: {ownr: x}}\n  |                     ^~~~\n"},
		"version: 1\nservices: {😀: {ownr: x}}":                                {16, "2 | services: {😀: {ownr: x}}\n  |                 ^~~~\n"},
		"\ufeffversion: 2":                                                    {10, "1 | version: 2\n  |          ^\n"},
		"\ufeff{\"version\": 1, \"systm\": 1}":                                {16, "1 | {\"version\": 1, \"systm\": 1}\n  |                ^~~~~~~\n"},
		"version: 1\r\nservices:\r\n  a: {ownr: x}\r\n":                       {7, "3 | …"},
		"version: 1\rservices:\r  a: {ownr: x}\r":                             {7, "3 | …"},
		"version: 1\u2028services:\u0085  a: {ownr: x}":                       {7, "3 | …"},
		`{"version": 1, "services": {"a\/\ud83d\ude00b": {"ownr": 1}}}`:       {50, "1 | …"},
		"version: 1\nservices: {a: {owner: 'größe', tier: \"支払い\", ownr: x}}": {45, "2 | …"},
	} {
		_, errs := read(t, text)
		err := errs[len(errs)-1]
		if err.Pos.Column != want.column {
			t.Errorf("%q: column %d, want %d: %s", text, err.Pos.Column, want.column, err.Text())
		}
		if strings.HasSuffix(want.frame, "…") {
			if !strings.HasPrefix(err.Frame, strings.TrimSuffix(want.frame, "…")) {
				t.Errorf("%q: frame:\n%s", text, err.Frame)
			}
		} else if err.Frame != want.frame {
			t.Errorf("%q: frame:\n%s\nwant:\n%s", text, err.Frame, want.frame)
		}
	}
}

// TestErrorsAreNoTerminal holds that no error obeys what a manifest holds.
func TestErrorsAreNoTerminal(t *testing.T) {
	_, errs := read(t, "version: 1\nservices: {\"\\e[31m\\nfake: error\": {\"\\u202e\\r\": 1, tier: \"\\x07\"}}\n")
	if len(errs) != 2 {
		t.Fatalf("%d errors", len(errs))
	}
	for _, err := range errs {
		if strings.ContainsAny(err.Text(), "\x1b\x07\r\u202e") || strings.Contains(err.Text(), "\nfake") {
			t.Errorf("%q", err.Text())
		}
	}
}

// TestErrorLongText keeps messages and frames short, whatever they are about.
func TestErrorLongText(t *testing.T) {
	long := strings.Repeat("支", 5000)
	for _, text := range []string{
		"{version: 1, services: {a: {tier: " + long + ", slo: " + long + ", calls: [{to: x, timeout: " + long + ", effect: " + long + "}]}}}",
		"{version: 1, accepted: [{rule: " + long + ", until: " + long + "}]}",
	} {
		_, errs := read(t, text)
		if len(errs) < 2 {
			t.Fatalf("%d errors", len(errs))
		}
		for _, err := range errs {
			if n := len([]rune(err.Text())); n > 1000 || len(err.Message) < 20 {
				t.Errorf("%d runes: %s", n, err.Text())
			}
		}
	}
}
