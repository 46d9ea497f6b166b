package library

import (
	"regexp"
	"strings"
	"testing"
)

// TestVerbs: each verb is said of some function, and the heads of the files tell what it means.
func TestVerbs(t *testing.T) {
	said := make(map[string]bool)
	for _, table := range []Table{Known(), Shown().table, Stores()} {
		for _, facts := range table {
			for _, f := range facts {
				said[f.Does] = true
			}
		}
	}
	told := make(map[string]bool)
	for line := range strings.Lines(known + shown + stores) {
		if strings.HasPrefix(line, "#") {
			for _, word := range regexp.MustCompile(`[a-z]+`).FindAllString(line, -1) {
				told[word] = true
			}
		}
	}
	for _, verb := range verbs() {
		if !said[verb] || !told[verb] {
			t.Errorf("%s: said of a function: %t, told in a head: %t", verb, said[verb], told[verb])
		}
	}
}
