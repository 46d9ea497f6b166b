package rule_test

import "testing"

func TestPersonalData(t *testing.T) {
	keeps := func(facts string) string { return "services:\n  a: {data: [{name: email, " + facts + "}]}\n" }
	runCases(t, "personal-data-unbounded", []ruleCase{
		{"no retention", keeps("class: personal, retention: false"), []string{"warning 3: a keeps email without end: it is personal, and has no retention"}},
		{"by another name", keeps("class: PII, retention: false"), []string{"warning 3: a keeps email without end: it is personal, and has no retention"}},
		{"retention", keeps("class: personal, retention: 30d"), nil},
		{"not known", keeps("class: personal"), nil},
		{"not personal", keeps("class: public, retention: false"), nil},
		{"class not known", keeps("retention: false"), nil},
		{"external", "services:\n  a: {kind: external, data: [{name: email, class: personal, retention: false}]}\n", nil},
	})
	runCases(t, "personal-data-no-erasure", []ruleCase{
		{"no event", keeps("class: personal, erasure: false"), []string{"warning 3: nothing makes a forget email, which is personal: there is no event that asks for it"}},
		{"an event for others", keeps("class: personal, erasure: false") + "  b: {data: [{name: x, erasure: forget}]}\n  c: {data: [{name: x, erasure: forget}, {name: y, erasure: erase}]}\n",
			[]string{"warning 3: a does not hear of erase, forget and never forgets email, which is personal"}},
		{"an event", keeps("class: personal, erasure: forget"), nil},
		{"not said, and an event for others", keeps("class: personal") + "  b: {data: [{name: x, erasure: forget}]}\n",
			[]string{"possible warning 3: a keeps email, which is personal, and does not hear of forget"}},
		{"not said, and what it consumes is not known", "services:\n  a: {messages: unknown, data: [{name: email, class: personal}]}\n  b: {data: [{name: x, erasure: forget}]}\n", nil},
		{"not said, but it hears of it", "services:\n  a: {consumes: [forget], data: [{name: email, class: personal}]}\n  b: {data: [{name: x, erasure: forget}]}\n", nil},
		{"not said, but it hears of something, nobody knows what", "services:\n  a: {consumes: [\"?\"], data: [{name: email, class: personal}]}\n  b: {data: [{name: x, erasure: forget}]}\n", nil},
		{"not said, but it hears of all such", "services:\n  a: {consumes: [\"users.*\"], data: [{name: email, class: personal}]}\n  b: {data: [{name: x, erasure: users.forget}]}\n", nil},
		{"not said, and it hears of something else", "services:\n  a: {consumes: [\"orders.*\"], data: [{name: email, class: personal}]}\n  b: {data: [{name: x, erasure: users.forget}]}\n",
			[]string{"possible warning 3: a keeps email, which is personal, and does not hear of users.forget"}},
		{"not said, but it tells of it", "services:\n  a: {operations: {DELETE /user: {publishes: [forget]}}, data: [{name: email, class: personal}]}\n  b: {data: [{name: x, erasure: forget}]}\n", nil},
		{"not said, and nothing is known of such an event", keeps("class: personal"), nil},
		{"not personal", keeps("class: public, erasure: false"), nil},
		{"nothing personal", keeps("class: public") + "  b: {data: [{name: x, erasure: forget}]}\n", nil},
	})
	leak := func(facts, external string) string {
		return "services:\n  a: {data: [{name: email, class: personal}, {name: price, class: public}], " + facts + "}\n  b: {kind: external" + external + "}\n"
	}
	const says = "possible note 3: a keeps email, which is personal, and calls b, a third party that does not say what it keeps"
	runCases(t, "personal-data-leaves", []ruleCase{
		{"a third party", leak("calls: [b]", ""), []string{says}},
		{"by several calls", leak("calls: [b], operations: {GET /: {calls: [b X, b Y]}}", ""), []string{says}},
		{"in the background", leak("background: {calls: [b]}", ""), []string{says}},
		{"one that says what it keeps", leak("calls: [b]", ", data: [{name: email, class: personal}]"), nil},
		{"not called", leak("owner: us", ""), nil},
		{"one's own", "services:\n  a: {data: [{name: email, class: personal}], calls: [b]}\n  b: {}\n", nil},
		{"nothing personal", "services:\n  a: {data: [{name: price, class: public}], calls: [b]}\n  b: {kind: external}\n", nil},
	})
}
