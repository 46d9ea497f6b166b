package manifest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/distcheck/distcheck/analyzer/source/manifest"
)

// large is a manifest as people write it: each service with an owner and an operation, calls short and long.
func large(services, callsEach int) []byte {
	var b strings.Builder
	b.WriteString("version: 1\nsystem: large\nservices:\n")
	for i := range services {
		fmt.Fprintf(&b, "  service-%d:\n    owner: team-%d\n    tier: %d\n    operations:\n      pkg.Service%d/Do:\n        slo: 99.9%%\n        calls:\n", i, i%50, i%3+1, i)
		for j := range callsEach {
			callee := (i*7 + j*13 + 1) % services
			if j%2 == 0 {
				fmt.Fprintf(&b, "          - service-%d pkg.Service%d/Do\n", callee, callee)
			} else {
				fmt.Fprintf(&b, "          - {to: service-%d, operation: pkg.Service%d/Do, protocol: grpc, timeout: 2s, retries: 2}\n", callee, callee)
			}
		}
	}
	return []byte(b.String())
}

// BenchmarkRead reads 10,000 services with 50,000 calls. The metric read/decode is what reading costs beside the
// decoding into nodes that it begins with.
func BenchmarkRead(b *testing.B) {
	data := large(10_000, 5)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	var decoding, reading time.Duration
	for b.Loop() {
		start := time.Now()
		var n yaml.Node
		if err := yaml.Unmarshal(data, &n); err != nil {
			b.Fatal(err)
		}
		decoded := time.Now()
		if _, errs := manifest.Read(newFiles(), []manifest.Input{{Path: "large.yaml", Data: data}}, vocabulary(), manifest.DefaultLimits()); errs != nil {
			b.Fatal(errs)
		}
		decoding += decoded.Sub(start)
		reading += time.Since(decoded)
	}
	b.ReportMetric(float64(decoding.Milliseconds())/float64(b.N), "decode-ms/op")
	b.ReportMetric(float64(reading.Milliseconds())/float64(b.N), "read-ms/op")
	b.ReportMetric(float64(reading)/float64(decoding)-1, "beyond/decode")
}
