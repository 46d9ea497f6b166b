package cli_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/distcheck/distcheck/analyzer/cli"
)

// manifestOf writes a system of n services with 5 calls each in six tiers, as large companies have them: most calls
// name their operation, some do not, one in twenty has an unknown callee, a few close rings. More than half of the
// calls say what people and tracers say of a call; if short is set, none says more than whom it calls, which is the
// least that there is to decode for as much to judge.
func manifestOf(n int, short bool) []byte {
	rnd := rand.New(rand.NewSource(int64(n)))
	var b bytes.Buffer
	b.WriteString("version: 1\nsystem: large\nservices:\n")
	tier := func(i int) int { return i * 6 / n }
	callee := func(i int) int {
		if rnd.Intn(1000) == 0 {
			return rnd.Intn(n) // anywhere, upwards too: rings
		}
		first := (tier(i) + 1) * n / 6
		return first + rnd.Intn(max(n-first, 1))
	}
	for i := range n {
		fmt.Fprintf(&b, "  service-%06d:\n    owner: team-%d\n", i, i%(n/20+1))
		if tier(i) == 5 {
			b.WriteString("    operations:\n      pkg.Service/Op0: {}\n      pkg.Service/Op1: {}\n")
			continue
		}
		b.WriteString("    operations:\n")
		for op := range 2 {
			fmt.Fprintf(&b, "      pkg.Service/Op%d:\n        calls:\n", op)
			for range 3 {
				to, op := callee(i), rnd.Intn(2)
				switch kind := rnd.Intn(20); {
				case kind == 0:
					fmt.Fprintf(&b, "          - {to: \"?\", target: env ADDR_%d}\n", rnd.Intn(50))
				case kind == 1:
					fmt.Fprintf(&b, "          - service-%06d\n", to)
				case short || kind < 8:
					fmt.Fprintf(&b, "          - service-%06d pkg.Service/Op%d\n", to, op)
				case kind < 19:
					fmt.Fprintf(&b, "          - {to: service-%06d, operation: pkg.Service/Op%d, protocol: grpc, timeout: %dms, effect: read, error: returned, at: service-%06d/main.go:%d:3}\n", to, op, 100<<(3*(5-tier(i))), i, rnd.Intn(900)+1)
				default:
					fmt.Fprintf(&b, "          - {to: service-%06d, operation: pkg.Service/Op%d, protocol: grpc, timeout: %dms, retries: 1, effect: write, error: returned, at: service-%06d/main.go:%d:3}\n", to, op, 100<<(3*(5-tier(i))), i, rnd.Intn(900)+1)
				}
			}
		}
	}
	return b.Bytes()
}

func lint(tb testing.TB, file string, args ...string) int {
	command := &cli.Command{Stdout: io.Discard, Stderr: io.Discard}
	return command.Run(context.Background(), append([]string{"check", file}, args...))
}

func decode(tb testing.TB, file string) {
	data, err := os.ReadFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	var node yaml.Node
	if err := yaml.Unmarshal(data, &node); err != nil {
		tb.Fatal(err)
	}
}

// BenchmarkLint compares a whole lint with what yaml.v3 takes to decode the same file into nodes, and the peak memory
// of both as processes. The machine's noise is in both halves of each ratio, since they alternate.
func BenchmarkLint(b *testing.B) {
	for _, size := range []struct {
		services int
		short    bool
	}{{1_000, false}, {10_000, false}, {10_000, true}, {100_000, false}, {100_000, true}} {
		name := strconv.Itoa(size.services)
		if size.short {
			name += "-short"
		}
		b.Run(name, func(b *testing.B) {
			file := filepath.Join(b.TempDir(), "services.yaml")
			data := manifestOf(size.services, size.short)
			if err := os.WriteFile(file, data, 0o600); err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(data)))
			var decoding, linting time.Duration
			for b.Loop() {
				runtime.GC()
				start := time.Now()
				decode(b, file)
				middle := time.Now()
				runtime.GC()
				if code := lint(b, file); code != cli.ExitFindings {
					b.Fatalf("exit %d", code)
				}
				decoding += middle.Sub(start)
				linting += time.Since(middle)
			}
			b.ReportMetric(linting.Seconds()/float64(b.N), "s/lint")
			b.ReportMetric(decoding.Seconds()/float64(b.N), "s/decode")
			b.ReportMetric(linting.Seconds()/decoding.Seconds(), "×decode")
			lintPeak, decodePeak := peak(b, "lint", file), peak(b, "decode", file)
			b.ReportMetric(lintPeak, "MB/lint")
			b.ReportMetric(lintPeak/decodePeak, "×decode-MB")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// peak is the most memory that a process needed for one of the two, in MB.
func peak(b *testing.B, what, file string) float64 {
	child := exec.Command(os.Args[0], "-test.run=^TestPeak$")
	child.Env = append(os.Environ(), "DISTCHECK_PEAK="+what, "DISTCHECK_FILE="+file)
	out, err := child.CombinedOutput()
	if err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	_, rest, ok := strings.Cut(string(out), "peak ")
	if !ok {
		b.Skipf("peak memory is read from /proc: %s", out)
	}
	kb, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
	if err != nil {
		b.Fatal(err)
	}
	return kb / 1024
}

// TestPeak is the process that peak starts; it does nothing otherwise.
func TestPeak(t *testing.T) {
	file := os.Getenv("DISTCHECK_FILE")
	switch os.Getenv("DISTCHECK_PEAK") {
	case "lint":
		lint(t, file)
	case "decode":
		decode(t, file)
	default:
		t.Skip("only as a child of BenchmarkLint")
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			fmt.Printf("peak %s\n", strings.Fields(value)[0])
		}
	}
}
