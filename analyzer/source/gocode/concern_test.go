package gocode_test

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/distcheck/distcheck/analyzer/source/gocode"
)

// TestConcerns traces each program in testdata/concerns, and compares what its services have and lack with what its
// file wants. What nobody knows has no line.
func TestConcerns(t *testing.T) {
	programs(t, "testdata/concerns/*.txtar", func(t *testing.T, file string) (got, want string, archive *txtar.Archive) {
		result, want, archive := trace(t, file)
		return concerns(result), want, archive
	})
}

func concerns(result gocode.Result) string {
	var b strings.Builder
	for _, s := range result.System.Services {
		fmt.Fprintln(&b, s.Name)
		for _, c := range s.Concerns {
			value := c.Fact.Value
			if c.Fact.Not() {
				value = strings.TrimSpace("false " + c.Fact.Value)
			}
			fmt.Fprintf(&b, "  %s: %s :%d\n", c.Key, value, c.Fact.Pos.Line)
		}
		for _, i := range s.Imports {
			fmt.Fprintf(&b, "  imports %s of %s :%d\n", i.Package, i.Of, i.Pos.Line)
		}
	}
	return b.String()
}
