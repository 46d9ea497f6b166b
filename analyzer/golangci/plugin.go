// Package golangci makes distcheck a linter of golangci-lint, as a module plugin. How it is built and configured shows
// testdata/examples/golangci of this repository; with .custom-gcl.yml beside this file it is built from a checkout.
//
// It is a module of its own, so that who uses distcheck alone does not get golangci-lint's register with it. In this
// repository its go.mod replaces the module above by the directory above, which no importer sees: for them the version
// in its require line counts. A release is therefore one commit in which that line names the version to come, with two
// tags: v1.2.3, and analyzer/golangci/v1.2.3.
package golangci

import (
	"fmt"
	"os"
	"time"

	"github.com/golangci/plugin-module-register/register"
	"golang.org/x/tools/go/analysis"

	"github.com/distcheck/distcheck/analyzer"
)

// Name is what the linter is called in golangci-lint's configuration.
const Name = "distcheck"

func init() { register.Plugin(Name, New) } // the only way in that golangci-lint has

// New makes the plugin, with the settings that golangci-lint read.
func New(raw any) (register.LinterPlugin, error) {
	dir, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	s, err := read(raw)
	if err != nil {
		return nil, err
	}
	config, err := s.config(dir)
	if err != nil {
		return nil, err
	}
	key, err := keyOf(config, dir, os.Getenv, time.Now())
	if err != nil {
		return nil, err
	}
	return plugin{config, key}, nil
}

type plugin struct {
	config analyzer.Config
	key    string
}

// BuildAnalyzers makes the analyzer, and one that does nothing: golangci-lint keeps what it found under the names of a
// linter's analyzers and a hash of the Go code, its version and its configuration. That one's name is a hash of all else
// that decides, so that a changed manifest is seen at once.
func (p plugin) BuildAnalyzers() ([]*analysis.Analyzer, error) {
	return []*analysis.Analyzer{analyzer.New(p.config), {
		Name: fmt.Sprintf("%s_%s", Name, p.key),
		Doc:  "keep no findings of another manifest or day",
		Run:  func(*analysis.Pass) (any, error) { return nil, nil },
	}}, nil
}

// GetLoadMode is with types, for distcheck follows calls.
func (plugin) GetLoadMode() string { return register.LoadModeTypesInfo }
