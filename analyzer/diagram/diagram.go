package diagram

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"
)

// Options says how much to draw. The zero value is what most callers want.
type Options struct {
	Limit int           // services drawn at most; 0 stands for 60
	Time  time.Duration // what [Picture.Render] may take for SVG and PNG; 0 stands for 30 seconds
}

const (
	defaultLimit = 60
	defaultTime  = 30 * time.Second

	// wholeUpTo is the size up to which a system is drawn whole: more boxes than this nobody reads.
	wholeUpTo = 60

	// besideUpTo is the number of services up to which a system that is not drawn whole is filled with others than
	// those on hops and on journeys.
	besideUpTo = 30

	// privateStoresUpTo is the number of services up to which stores are drawn that only one service opens.
	privateStoresUpTo = 40

	// edgesPerNode bounds the edges. Graphviz lays out three edges a node in seconds, and hairballs in hours.
	edgesPerNode = 3

	// foldedEdges is the number of arrows to boxes that stand for services left out.
	foldedEdges = 16

	// namesUpTo is the number of edges up to which all of them are labelled, later only hops of findings.
	namesUpTo = 70

	// listedFindings is the number of findings whose hops are numbered and that the picture lists.
	listedFindings = 6

	// foldedGroups is the number of boxes that stand for services left out.
	foldedGroups = 8

	// drawnJourneys is the number of journeys drawn with a box of their own.
	drawnJourneys = 8
)

func (o Options) limit() int {
	if o.Limit > 0 {
		return o.Limit
	}
	return defaultLimit
}

func (o Options) time() time.Duration {
	if o.Time > 0 {
		return o.Time
	}
	return defaultTime
}

// Format is a kind of file that holds a picture.
type Format string

const (
	DOT     Format = "dot" // the language of Graphviz
	SVG     Format = "svg"
	PNG     Format = "png"
	Mermaid Format = "mmd" // a Mermaid flowchart
)

// Formats lists every [Format].
func Formats() []Format { return []Format{DOT, SVG, PNG, Mermaid} }

// FormatOf tells the format from a file's extension: .dot or .gv, .svg, .png, .mmd.
func FormatOf(path string) (Format, error) {
	extension := strings.ToLower(filepath.Ext(path))
	if extension == ".gv" {
		return DOT, nil
	}
	for _, format := range Formats() {
		if extension == "."+string(format) {
			return format, nil
		}
	}
	return "", fmt.Errorf("%q is no picture that distcheck draws: its name must end in .dot, .gv, .svg, .png or .mmd", path)
}
