package golangci

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/distcheck/distcheck/analyzer"
	"github.com/distcheck/distcheck/analyzer/rule"
	"github.com/distcheck/distcheck/analyzer/spelling"
)

// settings are those below linters.settings.custom.distcheck.settings.
type settings struct {
	manifest      string
	notes         bool
	only, exclude []string
}

// read decodes settings. What it does not know is an error that says what it knows.
func read(raw any) (settings, error) {
	var s settings
	if raw == nil {
		return s, nil
	}
	given, ok := raw.(map[string]any)
	if !ok {
		return s, fmt.Errorf("settings are %s, not a mapping: %s", shown(raw), accepted)
	}
	fields := map[string]struct {
		to   any
		want string
	}{
		"manifest": {&s.manifest, "a path"},
		"notes":    {&s.notes, "true or false"},
		"only":     {&s.only, "a list of rules"},
		"exclude":  {&s.exclude, "a list of rules"},
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		field, ok := fields[name]
		if !ok {
			return s, fmt.Errorf("unknown setting %q%s: %s", name, meant(name, slices.Sorted(maps.Keys(fields))), accepted)
		}
		data, err := json.Marshal(given[name])
		if err == nil {
			err = json.Unmarshal(data, field.to)
		}
		if err != nil || bytes.Equal(data, []byte("null")) {
			return s, fmt.Errorf("%s is %s: wanted is %s", name, shown(given[name]), field.want)
		}
	}
	return s, s.check()
}

const accepted = "accepted are manifest (a path), notes (true or false), only and exclude (lists of rules)"

// check wants rules that there are, and that an analysis of one service after the other can run.
func (s settings) check() error {
	var names []string
	for _, r := range rule.All() {
		names = append(names, r.ID)
	}
	for _, name := range slices.Concat(s.only, s.exclude) {
		if !slices.Contains(names, name) {
			return fmt.Errorf("unknown rule %q%s; \"distcheck rules\" lists them", name, meant(name, names))
		}
	}
	for _, name := range s.only {
		if slices.Contains(rule.OfTheWhole(), name) {
			return fmt.Errorf("only %s: golangci-lint shows one service after the other, and the rule needs all of them; \"distcheck ./...\" runs it", name)
		}
	}
	if !slices.ContainsFunc(names, func(name string) bool {
		return (len(s.only) == 0 || slices.Contains(s.only, name)) && !slices.Contains(slices.Concat(s.exclude, rule.OfTheWhole()), name)
	}) {
		return fmt.Errorf("exclude leaves no rule to run: that would be a pass of nothing")
	}
	return nil
}

// config is what the settings say to the analyzer. A path is seen from the directory in which golangci-lint was started.
func (s settings) config(dir string) (analyzer.Config, error) {
	config := analyzer.Config{
		Notes:   s.notes,
		Only:    s.only,
		Exclude: s.exclude,
		Flat:    true, // golangci-lint makes an issue of each place that belongs to a diagnostic
	}
	if s.manifest != "" {
		config.ManifestPath = s.manifest
		if !filepath.IsAbs(s.manifest) {
			config.ManifestPath = filepath.Join(dir, s.manifest)
		}
		if info, err := os.Stat(config.ManifestPath); err != nil || info.IsDir() {
			return config, fmt.Errorf("manifest %s: there is no such file in %s, where golangci-lint was started", s.manifest, dir)
		}
	}
	return config, nil
}

// keyOf is a hash of what decides beside the code and the settings: the manifests, where they lie, and the day, on which
// debt comes due.
func keyOf(config analyzer.Config, dir string, getenv func(string) string, now time.Time) (string, error) {
	files := []string{config.ManifestPath}
	if config.ManifestPath == "" {
		var err error
		if files, err = analyzer.Manifests(dir, getenv); err != nil {
			return "", err
		}
	}
	hash := sha256.New()
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(hash, "%q %d\n%s", file, len(data), data)
	}
	fmt.Fprintf(hash, "on %s", now.Format(time.DateOnly))
	return fmt.Sprintf("%x", hash.Sum(nil)[:8]), nil
}

func meant(name string, names []string) string {
	if near := spelling.Nearest(name, names); near != "" {
		return fmt.Sprintf(" (did you mean %q?)", near)
	}
	return ""
}

// shown is a value as an error shows it.
func shown(value any) string {
	const most = 40
	data, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprintf("of type %T", value)
	}
	if text := []rune(string(data)); len(text) > most {
		return strings.TrimSpace(string(text[:most])) + "…"
	}
	return string(data)
}
