package arch_test

import (
	"testing"

	"github.com/distcheck/distcheck/analyzer/arch"
)

func TestKnownTopic(t *testing.T) {
	for name, want := range map[string]bool{
		"orders": true, "orders/order.placed": true, "orders.{}.placed": true, "orders.*": true,
		"?": false, "? (ship)": false, "?/placed": false, "{}": false, "{TOPIC}": false, "{}.{PREFIX}.x": false,
	} {
		if arch.KnownTopic(name) != want {
			t.Errorf("%s: known is %v", name, !want)
		}
	}
}
