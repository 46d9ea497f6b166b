package manifest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/distcheck/distcheck/analyzer/source/manifest"
)

// Each comment says itself which line it speaks of; what only looks like one says "nothing".
const directed = `version: 1
# distcheck:accept 3
services: # distcheck:accept 3
  # distcheck:accept 7
  # prose
  #distcheck:accept 7
  web: {owner: "a # distcheck:accept nothing", kind: bff} # distcheck:accept 7
  # distcheck: a sentence
  a:
    owner: 'it''s # distcheck:accept nothing' # distcheck:accept 10
    reliability:
      runbook: |
        first

        # distcheck:accept nothing
      # distcheck:accept 17
      on-call: >-
        folded
          # distcheck:accept nothing
    # distcheck:accept 21
    deployment:
      pipeline: |2
          first
        # distcheck:accept nothing
      image: "first
        # distcheck:accept nothing
        \" # distcheck:accept nothing" # distcheck:accept 27
      version: a#distcheck:accept nothing
`

func TestDirectives(t *testing.T) {
	for name, text := range map[string]string{"lines": directed, "windows": strings.ReplaceAll(directed, "\n", "\r\n")} {
		t.Run(name, func(t *testing.T) {
			sys, errs := manifest.Read(newFiles(), []manifest.Input{{Path: "services.yaml", Data: []byte(text)}}, vocabulary(), manifest.DefaultLimits())
			if errs != nil {
				t.Fatal(errs[0].Text())
			}
			for _, d := range sys.Directives {
				if want := "services.yaml:" + strings.TrimPrefix(d.Text, "accept "); d.Lines.String() != want {
					t.Errorf("line %d speaks of %s, want %s", d.Pos.Line, d.Lines, want)
				}
			}
			if want := strings.Count(text, "distcheck:accept") - strings.Count(text, "nothing"); len(sys.Directives) != want {
				t.Errorf("%d found, want %d: %v", len(sys.Directives), want, sys.Directives)
			}
		})
	}
}

// TestManyDirectives reads files that are full of comments and of texts that look like some, in a time that grows with
// their size.
func TestManyDirectives(t *testing.T) {
	const many = 40_000
	for name, text := range map[string]string{
		"comments": "version: 1\n" + strings.Repeat("#distcheck:accept x\n", 3*many) + "services: {a: {}}\n",
		"blocks":   "version: 1\nservices:\n" + repeated(many, "  s%d:\n    owner: |\n      # distcheck:accept x\n"),
		"one line": "version: 1\nservices: {a: {hosts: [" + repeated(many, `"h%d # distcheck:accept x",`) + "]}}\n",
		"quoted":   "version: 1\nservices:\n" + repeated(many, "  s%d: {owner: \"a # distcheck:accept x\"} # distcheck:accept x\n"),
	} {
		t.Run(name, func(t *testing.T) {
			lean(t, 1000, func() {
				if _, errs := manifest.Read(newFiles(), []manifest.Input{{Path: "services.yaml", Data: []byte(text)}}, vocabulary(), manifest.DefaultLimits()); errs != nil {
					t.Fatal(errs[0].Text())
				}
			})
		})
	}
}

func repeated(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}
