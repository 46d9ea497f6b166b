package diagram_test

import "testing"

// BenchmarkLarge is Select and DOT of 10,000 services with 50,000 calls and 2,000 chains.
func BenchmarkLarge(b *testing.B) {
	sys, findings := large(10000, 50000, 2000)
	for b.Loop() {
		drawn(sys, findings).DOT()
	}
}
