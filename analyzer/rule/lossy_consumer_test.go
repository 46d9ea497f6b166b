package rule_test

import "testing"

func TestLossyConsumer(t *testing.T) {
	consumer := func(facts string) string { return "services:\n  a: {consumes: [{topic: t" + facts + "}]}\n" }
	runCases(t, "lossy-consumer", []ruleCase{
		{"acknowledged first", consumer(", ack: before"), []string{"warning 3: a acknowledges messages of t before it has handled them"}},
		{"acknowledged last", consumer(", ack: after"), nil},
		{"not known", consumer(""), nil},
		{"no dead letters", consumer(", ack: after, dead-letter: false"), []string{"warning 3: a has nowhere to put messages of t that it cannot handle"}},
		{"both", consumer(", ack: before, dead-letter: false"),
			[]string{"warning 3: a acknowledges messages of t before it has handled them, and has nowhere to put those that it cannot handle"}},
		{"dead letters", consumer(", dead-letter: d"), nil},
		{"dead letters somewhere", consumer(", dead-letter: true"), nil},
		{"external", "services:\n  a: {kind: external, consumes: [{topic: t, ack: before}]}\n", nil},
		{"two groups", "services:\n  a: {consumes: [{topic: t, group: g, ack: before}, {topic: t, group: h, ack: before}]}\n",
			[]string{"warning 3: a acknowledges messages of t before it has handled them", "warning 3: a acknowledges messages of t before it has handled them"}},
	})
}
