package gocode_test

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/source/gocode"
)

// TestStores traces each program in testdata/stores, and compares the stores that its services open with what its file
// wants: each with its place, and below its service those that an operation changes. None of them tells a secret.
func TestStores(t *testing.T) {
	programs(t, "testdata/stores/*.txtar", func(t *testing.T, file string) (got, want string, archive *txtar.Archive) {
		result, want, archive := trace(t, file)
		got = stores(result)
		if strings.Contains(strings.ToLower(got), "secret") {
			t.Errorf("a password is told:\n%s", got)
		}
		return got, want, archive
	})
}

func stores(result gocode.Result) string {
	var b strings.Builder
	tell := func(indent string, all []*arch.StoreUse) {
		for _, s := range all {
			fmt.Fprintf(&b, "%s%s: %s", indent, s.Name, s.Kind.Or("?"))
			if s.Database.Is() {
				fmt.Fprintf(&b, " %s", s.Database.Value)
			}
			if s.Server.Is() {
				fmt.Fprintf(&b, " on %s", s.Server.Value)
			}
			if s.Target.Is() {
				fmt.Fprintf(&b, " [%s]", s.Target.Value)
			}
			if s.Access.Is() {
				fmt.Fprintf(&b, " %s", s.Access.Value)
			}
			fmt.Fprintf(&b, " :%d\n", s.Pos.Line)
		}
	}
	for _, s := range result.System.Services {
		fmt.Fprintln(&b, s.Name)
		tell("  ", s.Stores)
		for _, op := range s.Operations {
			if len(op.Stores) > 0 {
				fmt.Fprintf(&b, "  %s\n", op.Name)
				tell("    ", op.Stores)
			}
		}
	}
	return b.String()
}
