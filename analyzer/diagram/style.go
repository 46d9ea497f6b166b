package diagram

import (
	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
)

// Colours are of the Okabe–Ito set, darkened where they carry text: told apart with any colour vision. In grey the
// findings still stand out, by width.
const (
	inkText    = "#1b1f24"
	inkQuiet   = "#57606a"
	inkCall    = "#4a525a"
	inkLight   = "#9aa4ae"
	inkMessage = "#0067a3"
	inkStore   = "#7a6000"
	inkError   = "#b8380a"
	inkWarning = "#b07a00"
	inkNote    = "#0067a3"
	frame      = "#c4ccd4"
	paper      = "#ffffff"
)

// look is how a node is drawn.
type look struct {
	shape string // of Graphviz
	style string
	fill  string
	ink   string // its border
	twice bool   // a double border
	name  string // in the legend
}

func (n *node) look() look {
	switch n.part {
	case partUndeclared:
		return look{"box", "rounded,dotted", paper, inkQuiet, false, "not declared"}
	case partUnknown:
		return look{"box", "rounded,dotted", paper, inkQuiet, false, "? callee not known"}
	case partJourney:
		return look{"ellipse", "filled", "#e8f4ee", "#2a7f5f", false, "journey"}
	case partTopic:
		return look{"cds", "filled", "#e4f0f8", inkMessage, false, "topic"}
	case partStore:
		return look{"cylinder", "filled", "#fbf3d8", inkStore, false, "store"}
	case partFolded:
		return look{"folder", "dashed", paper, inkQuiet, false, "services left out"}
	}
	switch n.kind {
	case arch.UI:
		return look{"tab", "filled", "#dcebf7", inkCall, false, "ui"}
	case arch.Gateway:
		return look{"octagon", "filled", "#dcebf7", inkCall, false, "gateway"}
	case arch.BFF:
		return look{"box", "rounded,filled", "#dcebf7", inkCall, true, "bff"}
	case arch.Worker:
		return look{"component", "filled", "#f3eef6", inkCall, false, "worker"}
	case arch.Job:
		return look{"note", "filled", "#f3eef6", inkCall, false, "job"}
	case arch.External:
		return look{"box", "filled,dashed", "#ebedef", inkCall, false, "external"}
	case arch.Platform:
		return look{"parallelogram", "filled", "#ebedef", inkQuiet, false, "platform"}
	}
	return look{"box", "rounded,filled", "#f5f7f9", inkCall, false, "service"}
}

// line is how an edge is drawn.
type line struct {
	style string // solid, dashed or dotted
	ink   string
	width string
}

func (e *edge) line() line {
	if worst := e.worst(); worst != finding.Off {
		l := line{"solid", severityInk(worst), severityWidth(e.severity)}
		if !e.marked() {
			l.width = partWidth
		}
		if e.uncertain() {
			l.style = "dashed"
		}
		return l
	}
	switch {
	case e.relation == relEnter:
		return line{"solid", "#2a7f5f", "1.2"}
	case e.relation == relMessage:
		return line{"dashed", inkMessage, "1.2"}
	case e.relation == relStore && e.to.shared:
		return line{"solid", inkStore, "1.8"}
	case e.relation == relStore:
		return line{"solid", inkStore, "0.8"}
	case e.relation == relBackground:
		return line{"dotted", inkLight, "1"}
	case e.folded:
		return line{"solid", inkLight, "0.8"}
	case e.soft:
		return line{"solid", inkLight, "0.7"}
	}
	return line{"solid", inkCall, "1.3"}
}

func severityInk(s finding.Severity) string {
	switch s {
	case finding.Error:
		return inkError
	case finding.Warning:
		return inkWarning
	}
	return inkNote
}

// partWidth is that of a call that takes part in a finding and is no hop of one: the hops stand out from among them.
const partWidth = "1.7"

func severityWidth(s finding.Severity) string {
	switch s {
	case finding.Error:
		return "3.6"
	case finding.Warning:
		return "2.6"
	}
	return "2"
}
