package visible_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/distcheck/distcheck/analyzer/visible"
)

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"checkout":                     "checkout",
		"zahlung-übersicht 支払い":        "zahlung-übersicht 支払い",
		"a\nerror: forged":             `a\nerror: forged`,
		"\x1b[31mred":                  `\x1b[31mred`,
		"tab\tcr\r":                    `tab\tcr\r`,
		"safe\u202egnp.exe":            `safe\u202egnp.exe`,
		"zero\u200bwidth":              `zero\u200bwidth`,
		"line\u2028separator":          `line\u2028separator`,
		"bad\xffutf8":                  `bad\xffutf8`,
		"c1\u009b31m":                  `c1\u009b31m`,
		"private\ue000":                `private\ue000`,
		"<b>&amp; stays for printers ": "<b>&amp; stays for printers ",
	} {
		if got := visible.Text(in); got != want {
			t.Errorf("Text(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestShort(t *testing.T) {
	if got := visible.Short("übermäßig", 5); got != "über…" {
		t.Errorf("Short = %q", got)
	}
	if got := visible.Short("kurz", 4); got != "kurz" {
		t.Errorf("Short = %q", got)
	}
}

func FuzzText(f *testing.F) {
	f.Add("a\x1b[0m\u202e")
	f.Fuzz(func(t *testing.T, s string) {
		got := visible.Text(s)
		if !utf8.ValidString(got) || strings.ContainsAny(got, "\n\r\x1b\u202e") {
			t.Errorf("Text(%q) = %q", s, got)
		}
		if again := visible.Text(got); again != got {
			t.Errorf("Text is not idempotent: %q, then %q", got, again)
		}
	})
}
