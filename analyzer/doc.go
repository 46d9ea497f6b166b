// Package analyzer is the house of distcheck, the linter that finds distributed monoliths. This page is its map.
//
// distcheck is a compiler in shape. Readers turn what a team has into one model, rules judge the model, printers show
// what they say. Data goes one way:
//
//	 source                 model           judgement               output
//	manifest (YAML) ─┬─►  arch.System  ──►  graph  ──►  rule  ──►  finding ──┬──► report  (text, json, sarif, …)
//	gocode  (./...) ─┘    (facts with       (chains,    (one file    │       └──► diagram (dot, svg, png, mmd)
//	                       positions)        rings)      each)       └── accepted debt
//
// The rooms:
//
//   - arch: the model. Services, operations, calls, messages, stores; every fact with its position and one of three
//     states, present, absent or unknown. Imports nothing of ours.
//   - source/manifest: services.yaml ⇄ arch, and its JSON Schema, all three from one table.
//   - source/gocode: Go packages → arch. load finds and loads modules, summary turns each package into a small program
//     without types, library is what is known of Go libraries (known.txt), trace runs the program of each service on
//     abstract values and links what they call.
//   - source/history: which services the commits of a working tree change → arch. Runs git, and only if asked to.
//   - graph: pure algorithms over arch: chains, rings, reach. Linear where it can be.
//   - finding: what a rule says, and what printers need to know of rules.
//   - rule: one file a rule; the registry is a list.
//   - report: one printer a format.
//   - diagram: the picture, through gographviz.
//   - visible: makes hostile names harmless; spelling: the nearest right name.
//   - cli: verbs, flags, exit codes; the only room that knows the terminal.
//   - golangci: a module of its own, with which golangci-lint runs the analyzer.
//
// This package itself is the analyzer for go vet and its like: [Analyzer], and [New] for drivers that give it a manifest. It
// is the second driver beside cli, and works package by package: a package's summary is a fact, with those of the own
// packages that it imports, since drivers hand over the facts of direct imports only; a main package links what it gets,
// and rules judge that one program, with what a manifest says of others. Facts depend on the code alone, byte by byte, and
// hold no absolute path. The standard library and dependencies are passed over at once. Cost: a package's SSA form, and in
// main packages a trace of the program.
//
// Limits: what is wrong is told by main packages, at the place of the call, so that a package which no main package
// imports is not judged; each of several services that share a call tells of it. Rules that only the whole system shows
// do not run ([rule.OfTheWhole]).
//
// Where things belong:
//
//   - a new rule: a file in rule, and its constructor in rule.All;
//   - a library that makes calls or registers handlers: a line in source/gocode/library/known.txt;
//   - a new source of facts: a package beside source/manifest that fills an arch.System;
//   - a new format: a file in report, and an entry in report.Printers;
//   - a new field of the manifest: arch, then one line in the tables of source/manifest.
//
// Imports go one way, which a test holds: cmd → cli → {source, rule, report, diagram} → graph → arch. Rules never
// know sources, sources never know rules, nobody but cli knows flags.
//
// The packages below this one may change until version 1.
package analyzer
