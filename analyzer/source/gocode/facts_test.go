package gocode_test

import (
	"bytes"
	"compress/flate"
	"context"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/distcheck/distcheck/analyzer/source/gocode"
	"github.com/distcheck/distcheck/analyzer/source/gocode/library"
	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

var facts = flag.String("facts", "", "look for lines of what is known of libraries that no program needs whose file has this in its name")

// TestFacts holds that each line of what is known of libraries is needed: without it, one of the programs in testdata is
// traced otherwise. A line that no program needs is listed, to be written a program for or to be taken out.
//
// Each program is loaded once; then it costs one trace for each line and each program that names one of its functions,
// until one tells.
func TestFacts(t *testing.T) {
	if *facts == "" {
		t.Skip("traces each program many times: -args -facts .")
	}
	samples := loadSamples(t, *facts)
	all := library.All()
	for _, file := range []struct {
		name    string
		table   library.Table
		without func(library.Table) library.Knowledge
	}{
		{"known.txt", all.Known, func(rest library.Table) library.Knowledge {
			return library.Knowledge{Known: rest, Shown: all.Shown, Stores: all.Stores}
		}},
		{"shown.txt", library.Table(all.Shown), func(rest library.Table) library.Knowledge {
			return library.Knowledge{Known: all.Known, Shown: library.Signs(rest), Stores: all.Stores}
		}},
		{"stores.txt", all.Stores, func(rest library.Table) library.Knowledge {
			return library.Knowledge{Known: all.Known, Shown: all.Shown, Stores: rest}
		}},
	} {
		lines := byLine(file.table)
		var mu sync.Mutex
		needless := make(map[int]bool)
		parallel(slices.Sorted(maps.Keys(lines)), func(line int) {
			know := file.without(withoutLine(file.table, line))
			for _, s := range samples {
				if s.names(lines[line]) && s.tell(know) != s.told {
					return
				}
			}
			mu.Lock()
			defer mu.Unlock()
			needless[line] = true
		})
		for _, line := range slices.Sorted(maps.Keys(needless)) {
			if *facts != "." && !slices.ContainsFunc(samples, func(s *sample) bool { return s.names(lines[line]) }) {
				continue
			}
			t.Errorf("%s:%d: no program needs %s %s", file.name, line, lines[line][0].Func, lines[line][0].Does)
		}
	}
}

// sample is a program of testdata, loaded.
type sample struct {
	file  string
	loads [][]*summary.Package
	texts []byte // all that its packages name
	told  string // with all that is known
}

func (s *sample) tell(know library.Knowledge) string {
	result := gocode.Trace(s.loads, know)
	return told(result, true) + concerns(result) + stores(result)
}

// names reports whether a program may name a function of some facts, or a package.
func (s *sample) names(facts []*library.Fact) bool {
	return slices.ContainsFunc(facts, func(f *library.Fact) bool {
		name := f.Func
		for _, end := range []string{"()", ".*", "/..."} {
			name = strings.TrimSuffix(name, end)
		}
		return bytes.Contains(s.texts, []byte(packageIn(name)))
	})
}

// packageIn is the package of a function's full name, or a package as it is.
func packageIn(name string) string {
	name = strings.TrimLeft(name, "(*")
	slash := strings.LastIndexByte(name, '/')
	if dot := strings.IndexByte(name[slash+1:], '.'); dot >= 0 {
		return name[:slash+1+dot]
	}
	return name
}

func loadSamples(t *testing.T, in string) []*sample {
	var files []string
	for _, pattern := range []string{"testdata/*.txtar", "testdata/concerns/*.txtar", "testdata/stores/*.txtar"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, slices.DeleteFunc(found, func(file string) bool { return !strings.Contains(file, in) })...)
	}
	samples := make([]*sample, len(files))
	var indices []int
	for i := range files {
		indices = append(indices, i)
	}
	parallel(indices, func(i int) {
		s := &sample{file: files[i]}
		samples[i] = s
		archive, err := txtar.ParseFile(files[i])
		if err != nil {
			t.Error(err)
			return
		}
		dir, err := filepath.EvalSymlinks(t.TempDir())
		if err != nil {
			t.Error(err)
			return
		}
		for _, f := range archive.Files {
			path := filepath.Join(dir, filepath.FromSlash(f.Name))
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Error(err)
			}
			if err := os.WriteFile(path, f.Data, 0o644); err != nil {
				t.Error(err)
			}
		}
		s.loads, err = gocode.Summaries(context.Background(), gocode.Options{Dir: dir, Patterns: []string{"./..."}, Env: os.Environ()})
		if err != nil {
			t.Error(fmt.Errorf("%s: %w", files[i], err))
			return
		}
		for _, sums := range s.loads {
			for _, sum := range sums {
				text, err := io.ReadAll(flate.NewReader(bytes.NewReader(sum.Append(nil))))
				if err != nil {
					t.Error(err)
				}
				s.texts = append(s.texts, text...)
			}
		}
		s.told = s.tell(library.All())
	})
	slices.SortStableFunc(samples, func(a, b *sample) int { return len(a.texts) - len(b.texts) })
	return samples
}

func byLine(table library.Table) map[int][]*library.Fact {
	lines := make(map[int][]*library.Fact)
	for _, fn := range slices.Sorted(maps.Keys(table)) {
		for _, f := range table[fn] {
			lines[f.Line] = append(lines[f.Line], f)
		}
	}
	return lines
}

func withoutLine(table library.Table, line int) library.Table {
	rest := make(library.Table, len(table))
	for fn, facts := range table {
		left := slices.DeleteFunc(slices.Clone(facts), func(f *library.Fact) bool { return f.Line == line })
		if len(left) > 0 {
			rest[fn] = left
		}
	}
	return rest
}

// parallel calls do for each of some numbers, as many at a time as there are processors.
func parallel(numbers []int, do func(int)) {
	queue := make(chan int)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for n := range queue {
				do(n)
			}
		})
	}
	for _, n := range numbers {
		queue <- n
	}
	close(queue)
	wg.Wait()
}
