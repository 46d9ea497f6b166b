// Package nogo makes distcheck an analyzer of nogo, which Bazel runs while it compiles: there the manifest is compiled in,
// since an action sees declared inputs only.
package nogo

import (
	_ "embed" // the manifest

	"github.com/distcheck/distcheck/analyzer"
)

//go:embed services.yaml
var manifest []byte

// Analyzer is what nogo looks for.
var Analyzer = analyzer.New(analyzer.Config{Manifest: manifest, ManifestPath: "services.yaml", Flat: true})
