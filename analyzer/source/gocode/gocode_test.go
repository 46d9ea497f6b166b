package gocode_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/source/gocode"
)

var update = flag.Bool("update", false, "rewrite what is expected of the programs in testdata")

// TestPrograms traces each program in testdata and compares with what its file wants: a line for each operation, and
// below it the calls that answering it makes. What is not seen is there too, and says so. A program with a file named
// connections is also about what calls go over.
func TestPrograms(t *testing.T) {
	programs(t, "testdata/*.txtar", traced)
}

// programs traces the programs of a pattern, and compares what is told of each with what its file wants.
func programs(t *testing.T, pattern string, traced func(*testing.T, string) (got, want string, archive *txtar.Archive)) {
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no programs: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			got, want, archive := traced(t, file)
			if got == want {
				return
			}
			if *update {
				at := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == "want" })
				if at < 0 {
					t.Fatal("the program has no file want")
				}
				archive.Files[at].Data = []byte(got)
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			t.Errorf("got:\n%s\nwant:\n%s", got, want)
		})
	}
}

// TestWanted holds that the programs in testdata/wanted are not traced as they should be yet: whoever mends one moves
// it to the others.
func TestWanted(t *testing.T) {
	files, err := filepath.Glob("testdata/wanted/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			if got, want, _ := traced(t, file); got == want {
				t.Errorf("%s is traced as it should be: move it to testdata", file)
			}
		})
	}
}

// traced is what is told of a program, and what its file wants.
func traced(t *testing.T, file string) (got, want string, archive *txtar.Archive) {
	result, want, archive := trace(t, file)
	connections := slices.ContainsFunc(archive.Files, func(f txtar.File) bool { return f.Name == "connections" })
	return told(result, connections), want, archive
}

func trace(t *testing.T, file string) (result gocode.Result, want string, archive *txtar.Archive) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, f := range archive.Files {
		if f.Name == "want" {
			want = string(f.Data)
			continue
		}
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	result, err = gocode.Read(context.Background(), new(arch.Files), gocode.Options{Dir: dir, Patterns: []string{"./..."}, Env: os.Environ()})
	if err != nil {
		t.Fatal(err)
	}
	return result, want, archive
}

// told is what was read, for people: services, operations, calls with what is known of them.
func told(result gocode.Result, connections bool) string {
	var b strings.Builder
	for _, p := range result.Problems {
		fmt.Fprintf(&b, "not analysed: %s: %s\n", p.What, p.Reason)
	}
	for _, note := range result.Notes {
		fmt.Fprintf(&b, "note: %s\n", note)
	}
	for _, s := range result.System.Services {
		fmt.Fprintf(&b, "%s", s.Name)
		if s.Kind.Is() {
			fmt.Fprintf(&b, " (%s)", s.Kind.Value)
		}
		if s.Inferred.Is() {
			fmt.Fprint(&b, " (inferred)")
		}
		fmt.Fprintln(&b)
		for _, c := range s.Consumes {
			fmt.Fprintf(&b, "  from %s", c.Topic)
			for _, fact := range []struct {
				key string
				of  arch.Fact[string]
			}{{"", c.Broker}, {"group=", c.Group}, {"ack=", c.Ack}} {
				if fact.of.Is() {
					fmt.Fprint(&b, " "+fact.key+fact.of.Value)
				}
			}
			fmt.Fprintf(&b, " :%d\n", c.Pos.Line)
		}
		for _, op := range s.Operations {
			fmt.Fprintf(&b, "  %s\n", op.Name)
			tellCalls(&b, op.Calls, connections)
			tellPublishes(&b, op.Publishes)
		}
		if len(s.Background.Calls)+len(s.Background.Publishes) > 0 {
			fmt.Fprintln(&b, "  background")
			tellCalls(&b, s.Background.Calls, connections)
			tellPublishes(&b, s.Background.Publishes)
		}
	}
	return b.String()
}

func tellPublishes(b *strings.Builder, publishes []*arch.Publish) {
	for _, p := range publishes {
		fmt.Fprintf(b, "    to %s %s", p.Topic, p.Broker.Value)
		if p.Outbox.Is() {
			fmt.Fprint(b, " outbox")
		}
		fmt.Fprintf(b, " :%d\n", p.Pos.Line)
	}
}

func tellCalls(b *strings.Builder, calls []*arch.Call, connections bool) {
	for _, c := range calls {
		fmt.Fprintf(b, "    %s %s", c.To, c.Operation.Value)
		f := c.Facts()
		if f.Target.Is() {
			fmt.Fprintf(b, " [%s]", f.Target.Value)
		}
		if f.Via.Is() {
			fmt.Fprintf(b, " via %s", f.Via.Value)
		}
		if f.Loop.Is() {
			fmt.Fprint(b, " loop")
		}
		if f.Concurrent.Is() {
			fmt.Fprint(b, " concurrent")
		}
		if f.Branch.Is() {
			fmt.Fprintf(b, " branch=%s", strings.ReplaceAll(f.Branch.Value, " ", ","))
		}
		if f.Retries.Is() {
			fmt.Fprintf(b, " retries=%d", f.Retries.Value)
		}
		if f.CircuitBreaker.Is() {
			fmt.Fprint(b, " breaker")
		}
		if f.Detached.Is() {
			fmt.Fprint(b, " detached")
		}
		switch {
		case f.Timeout.Is():
			fmt.Fprintf(b, " timeout=%s", f.Timeout.Value)
		case f.Timeout.Not():
			fmt.Fprint(b, " timeout=none")
		}
		if f.Reply.Is() {
			fmt.Fprintf(b, " reply=%s", f.Reply.Value)
		}
		if f.Error.Is() && f.Error.Value != arch.ErrorReturned { // what is not said is taken for returned
			fmt.Fprintf(b, " error=%s", f.Error.Value)
		}
		if connections {
			tellConnection(b, f)
		}
		fmt.Fprintf(b, " :%d\n", c.Pos.Line)
	}
}

// tellConnection is what is known of what a call goes over, and of the context that it is given. What is not said is
// not known.
func tellConnection(b *strings.Builder, f *arch.CallFacts) {
	if f.Client.Is() {
		fmt.Fprintf(b, " over=%s", f.Client.Value)
		if f.Client.Pos.Known() {
			fmt.Fprintf(b, ":%d", f.Client.Pos.Line)
		}
	}
	if f.Timeout.Pos.Known() {
		fmt.Fprintf(b, " wasted:%d", f.Timeout.Pos.Line)
	}
	if f.Context.Is() {
		fmt.Fprintf(b, " context=%s", f.Context.Value)
		if f.Context.Pos.Known() {
			fmt.Fprintf(b, ":%d", f.Context.Pos.Line)
		}
	}
	if f.Address.Is() {
		fmt.Fprintf(b, " written=%s", f.Address.Value)
		if f.Address.Pos.Known() {
			fmt.Fprintf(b, " at:%d", f.Address.Pos.Line)
		}
	}
	if f.Error.Pos.Known() {
		fmt.Fprintf(b, " dropped:%d", f.Error.Pos.Line)
	}
	if f.Error.Is() && f.Error.Value == arch.ErrorReturned {
		fmt.Fprint(b, " error=returned")
	}
	for _, of := range []struct {
		state       arch.State
		yes, absent string
	}{
		{f.Address.State, "", "configured"},
		{f.Encrypted.State, "encrypted", "plain"},
		{f.Traced.State, "traced", "untraced"},
		{f.CircuitBreaker.State, "", "unbroken"},
		{f.Backoff.State, "", "hasty"},
	} {
		switch {
		case of.state == arch.Present && of.yes != "":
			fmt.Fprint(b, " "+of.yes)
		case of.state == arch.Absent:
			fmt.Fprint(b, " "+of.absent)
		}
	}
}
