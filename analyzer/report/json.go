package report

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/visible"
)

// jsonVersion changes when a field goes away or changes its meaning, not when one is added.
const jsonVersion = 1

// Embedding needs a package variable. Nothing assigns it, and callers get copies.
//
//go:embed report.schema.json
var jsonSchema []byte

// JSONSchema returns the JSON Schema (2020-12) of what the json printer writes.
func JSONSchema() []byte { return slices.Clone(jsonSchema) }

type jsonReport struct {
	Version   int           `json:"version"`
	Distcheck string        `json:"distcheck"`
	Findings  []jsonFinding `json:"findings"`
	Services  []jsonProfile `json:"services"`
	Summary   jsonSummary   `json:"summary"`
}

type jsonFinding struct {
	Rule      string `json:"rule"`
	Severity  string `json:"severity"`
	Possible  bool   `json:"possible"`
	Message   string `json:"message"`
	jsonPlace        // of the finding, and whose it is
	Subject   string `json:"subject"`

	Hops        []jsonHop `json:"hops"`
	Others      []jsonRef `json:"others"`
	Unlisted    int       `json:"unlisted"`
	Omitted     bool      `json:"omitted"`
	Doubt       []string  `json:"doubt"`
	Cost        []string  `json:"cost"`
	Remedy      string    `json:"remedy"`
	Journeys    []string  `json:"journeys"`
	Owner       string    `json:"owner"`
	Size        int       `json:"size"`
	Crossing    int       `json:"crossing"`
	Fingerprint string    `json:"fingerprint"`
}

// jsonPlace is where something stands, and the service and operation that it names.
type jsonPlace struct {
	File      string `json:"file"`
	Line      int32  `json:"line"`
	Column    int32  `json:"column"`
	Service   string `json:"service"`
	Operation string `json:"operation"`
}

type jsonHop struct {
	jsonPlace
	Possible bool   `json:"possible"`
	Free     bool   `json:"free"`
	Through  string `json:"through"`
	Note     string `json:"note"`
}

type jsonRef struct {
	Role string `json:"role"`
	jsonPlace
	Hops int `json:"hops"`
}

type jsonSummary struct {
	System     string   `json:"system"`
	Inputs     []string `json:"inputs"`
	Services   int      `json:"services"`
	External   int      `json:"external"`
	Platform   int      `json:"platform"`
	Operations int      `json:"operations"`
	Calls      int      `json:"calls"`
	Resolved   int      `json:"resolved"`
	Named      []string `json:"named"`
	Possible   int      `json:"possible"`
	Messages   int      `json:"messages"`
	Topics     int      `json:"topics"`
	Stores     int      `json:"stores"`
	Errors     int      `json:"errors"`
	Warnings   int      `json:"warnings"`
	Notes      int      `json:"notes"`
	Accepted   int      `json:"accepted"`
	Baseline   int      `json:"baseline"`
	Refuted    int      `json:"refuted"`
	Triples    int      `json:"triples"`
	Unseen     []string `json:"unseen"`
	Unread     []string `json:"unread"`
}

// printJSON prints every finding, notes too, whether or not the report asks for all.
func printJSON(w io.Writer, r *finding.Report, _ Options) error {
	sorted := worstFirst(r)
	prints := fingerprints(sorted)
	findings := make([]jsonFinding, len(sorted))
	for i, f := range sorted {
		findings[i] = jsonFindingOf(f, prints[i])
	}
	s := r.Summary
	return writeJSON(w, jsonReport{
		Version:   jsonVersion,
		Distcheck: r.Version,
		Findings:  findings,
		Services:  jsonProfiles(r.Profiles),
		Summary: jsonSummary{
			System: s.System, Inputs: list(s.Inputs),
			Services: s.Services, External: s.External, Platform: s.Platform, Operations: s.Operations,
			Calls: s.Calls, Resolved: s.Resolved, Named: list(s.Named), Possible: s.Possible,
			Messages: s.Messages, Topics: s.Topics, Stores: s.Stores,
			Errors: s.Errors, Warnings: s.Warnings, Notes: s.Notes, Accepted: s.Accepted, Baseline: s.Baseline,
			Refuted: s.Refuted, Triples: s.Triples, Unseen: list(s.Unseen), Unread: list(s.Unread),
		},
	})
}

func jsonFindingOf(f *finding.Finding, fingerprint string) jsonFinding {
	hops := make([]jsonHop, len(f.Hops))
	for i, h := range f.Hops {
		hops[i] = jsonHop{placeOf(h.Pos, h.Service, h.Operation), h.Possible, h.Free, "", h.Note}
		if h.Through.Known() {
			hops[i].Through = h.Through.String()
		}
	}
	others := make([]jsonRef, len(f.Others))
	for i, o := range f.Others {
		others[i] = jsonRef{string(o.Role), placeOf(o.Pos, o.Service, o.Operation), o.Hops}
	}
	return jsonFinding{
		Rule: f.Rule, Severity: f.Severity.String(), Possible: f.Possible, Message: f.Message,
		jsonPlace: placeOf(f.Pos, f.Service, f.Operation), Subject: f.Subject,
		Hops: hops, Others: others, Unlisted: f.Unlisted, Omitted: f.Omitted,
		Doubt: list(f.Doubt), Cost: list(f.Cost), Remedy: strings.Join(f.Remedy, "\n"), Journeys: list(f.Journeys), Owner: f.Owner,
		Size: f.Size, Crossing: f.Crossing, Fingerprint: fingerprint,
	}
}

func placeOf(p arch.Pos, service, operation string) jsonPlace {
	return jsonPlace{p.Path(), p.Line, p.Column, service, operation}
}

// list is never null: consumers should not have to tell "none" from "null".
func list(texts []string) []string { return append([]string{}, texts...) }

// encode is a value as JSON. The values here hold nothing that JSON cannot.
func encode(value any) []byte {
	data, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		panic(err) // a type of this package that encoding/json refuses: a bug here
	}
	return data
}

func writeJSON(w io.Writer, value any) error {
	_, err := w.Write(append(harmlessJSON(encode(value)), '\n'))
	return err
}

// harmlessJSON spells out with \u what a reader of the raw file could not see, or a terminal would obey:
// encoding/json leaves C1 control characters, bidirectional overrides and zero-width characters as they are. It does
// the same to "##[", which the runner of GitHub Actions takes for a command. The document means the same:
// outside of strings JSON has none of these.
func harmlessJSON(data []byte) []byte {
	var b bytes.Buffer
	b.Grow(len(data))
	for len(data) > 0 {
		next := bytes.IndexFunc(data, func(r rune) bool { return r == '#' || r >= utf8.RuneSelf })
		if next < 0 {
			next = len(data)
		}
		b.Write(data[:next])
		if data = data[next:]; len(data) == 0 {
			break
		}
		r, size := utf8.DecodeRune(data)
		switch {
		case bytes.HasPrefix(data, []byte("##[")):
			b.WriteString(`##\u005b`)
			size = len("##[")
		case r == '#' || visible.Text(string(r)) == string(r):
			b.Write(data[:size])
		default:
			for _, unit := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&b, `\u%04x`, unit)
			}
		}
		data = data[size:]
	}
	return b.Bytes()
}
