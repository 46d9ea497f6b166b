package library

import (
	"regexp"
	"strings"
	"testing"
)

// TestVerbs: each verb is said of some function, and the heads of the files tell what it means.
func TestVerbs(t *testing.T) {
	said := make(map[string]bool)
	for _, table := range []Table{Known(), Table(Shown()), Stores()} {
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

// TestSupported: libraries are told by their modules, with all that is seen of them.
func TestSupported(t *testing.T) {
	does := make(map[string]string)
	for _, s := range Supported() {
		if _, ok := does[s.Path]; ok {
			t.Errorf("%s is listed twice", s.Path)
		}
		does[s.Path] = strings.Join(s.Does, ", ")
	}
	for path, want := range map[string]string{
		"":                           "calls, answers, stores, time limits",
		"github.com/cloudwego/kitex": "calls, answers, time limits, retries, middleware",
		"google.golang.org/grpc":     "calls, answers",
		"go.uber.org/fx":             "wiring",
		"gopkg.in/yaml.v3":           "decoding",
		"github.com/nats-io/nats.go": "messages",
		"github.com/go-chi/chi":      "answers, time limits, middleware",
	} {
		if got := does[path]; !strings.HasPrefix(got, want) {
			t.Errorf("%q: %q, want %q", path, got, want)
		}
	}
}
