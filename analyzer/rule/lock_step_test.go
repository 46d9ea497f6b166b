package rule_test

import (
	"fmt"
	"strings"
	"testing"
)

func TestLockStep(t *testing.T) {
	released := func(facts ...string) string {
		var b strings.Builder
		b.WriteString("services:\n")
		for i, f := range facts {
			fmt.Fprintf(&b, "  s%d: {%s}\n", i, f)
		}
		return b.String()
	}
	const one, other, image = "deployment: {version: 1.4}", "deployment: {version: 1.5}", "deployment: {image: 'host:5000/x:1.4'}"
	runCases(t, "lock-step", []ruleCase{
		{"four of four", released(one, one, one, one), []string{"warning 3: 4 of the 4 services whose version is known are released as one, 1.4: s0, s1, s2, s3"}},
		{"by their images", released(image, one, image, one), []string{"warning 3: 4 of the 4 services whose version is known are released as one, 1.4: s0, s1, s2, s3"}},
		{"three", released(one, one, one), nil},
		{"more than half", released(one, other, one, one, one, other, "kind: bff"), []string{"warning 3: 4 of the 6 services whose version is known are released as one, 1.4: s0, s2, s3, s4"}},
		{"half", released(one, one, one, one, other, other, other, "deployment: {version: 2}"), nil},
		{"a version counts before an image", released("deployment: {version: 3, image: 'x:1.4'}", one, one, one), nil},
		{"one variable", released("deployment: {image: 'a:${TAG}'}", "deployment: {image: 'b:${TAG}'}", "deployment: {image: 'c:${TAG}'}", "deployment: {image: 'd:${TAG}'}"),
			[]string{"warning 3: 4 of the 4 services whose version is known are released as one, ${TAG}: s0, s1, s2, s3"}},
		{"latest, none, digests", released("deployment: {image: a}", "deployment: {image: 'a:latest'}", "deployment: {image: 'a@sha256:00'}", "deployment: {image: false}"), nil},
		{"jobs and others' services", released(one, one, one, "kind: job, "+one, "kind: external, "+one), nil},
		{"not known", released("", "", "", "", ""), nil},
		{"from two on", "rules: {lock-step: {services: 2}}\n" + released(one, one), []string{"warning 4: 2 of the 2 services whose version is known are released as one, 1.4: s0, s1"}},
	})
}
