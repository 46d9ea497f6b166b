package diagram_test

import (
	"encoding/xml"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/distcheck/distcheck/analyzer/diagram"
)

// box is a rectangle of the picture, y downwards.
type box struct {
	x0, y0, x1, y1 float64
	text           string
	group          string // the node or edge that it belongs to
}

func (a box) meets(b box) bool {
	const slack = 1.5
	return a.x0+slack < b.x1 && b.x0+slack < a.x1 && a.y0+slack < b.y1 && b.y0+slack < a.y1
}

type svgGroup struct {
	ID    string `xml:"id,attr"`
	Class string `xml:"class,attr"`
	Texts []struct {
		X      float64 `xml:"x,attr"`
		Y      float64 `xml:"y,attr"`
		Size   float64 `xml:"font-size,attr"`
		Anchor string  `xml:"text-anchor,attr"`
		Text   string  `xml:",chardata"`
	} `xml:"text"`
	Polygons []struct {
		Points string `xml:"points,attr"`
	} `xml:"polygon"`
	Paths []struct {
		D string `xml:"d,attr"`
	} `xml:"path"`
	Groups []svgGroup `xml:"g"`
}

func bounds(list string) (b box, ok bool) {
	numbers := strings.FieldsFunc(list, func(r rune) bool { return !strings.ContainsRune("0123456789.-", r) })
	for i := 0; i+1 < len(numbers); i += 2 {
		x, _ := strconv.ParseFloat(numbers[i], 64)
		y, _ := strconv.ParseFloat(numbers[i+1], 64)
		if i == 0 {
			b = box{x0: x, y0: y, x1: x, y1: y}
		}
		b.x0, b.x1, b.y0, b.y1 = min(b.x0, x), max(b.x1, x), min(b.y0, y), max(b.y1, y)
	}
	return b, len(numbers) > 1
}

// TestLegible holds a picture of thirty services to what a reader needs: text of nine points or more when the picture
// is shown 1,600 pixels wide, no label over another, and none over a box that is not its own.
func TestLegible(t *testing.T) {
	systems := map[string]*diagram.Picture{"shop": drawn(shop()), "thirty": drawn(thirty()), "three hundred": drawn(large(300, 800, 12))}
	for name, p := range systems {
		var picture struct {
			Width string   `xml:"width,attr"`
			Root  svgGroup `xml:"g"`
		}
		if err := xml.Unmarshal(render(t, p, diagram.SVG), &picture); err != nil {
			t.Fatal(err)
		}
		width, err := strconv.ParseFloat(strings.TrimSuffix(picture.Width, "pt"), 64)
		if err != nil {
			t.Fatal(err)
		}
		scale := 1600 / width
		var texts, nodes []box
		smallest := 100.0
		for _, g := range append(picture.Root.Groups, picture.Root) {
			for _, text := range g.Texts {
				if strings.Trim(text.Text, " \u00a0") == "" {
					continue
				}
				smallest = min(smallest, text.Size*scale)
				const meanWidth = 0.5 // of a letter, in font sizes
				w := meanWidth * text.Size * float64(utf8.RuneCountInString(strings.TrimRight(text.Text, "\u00a0")))
				x := text.X
				if text.Anchor == "middle" {
					x -= w / 2
				}
				texts = append(texts, box{x, text.Y - 0.75*text.Size, x + w, text.Y + 0.2*text.Size, text.Text, g.ID})
			}
			if g.Class == "node" {
				var outlines []string
				for _, polygon := range g.Polygons {
					outlines = append(outlines, polygon.Points)
				}
				for _, path := range g.Paths {
					outlines = append(outlines, path.D)
				}
				if b, ok := bounds(strings.Join(outlines, " ")); ok {
					b.group = g.ID
					nodes = append(nodes, b)
				}
			}
		}
		if smallest < 9 {
			t.Errorf("%s: text of %.1f points at 1,600 pixels", name, smallest)
		}
		if len(texts) < 30 || len(nodes) < 10 {
			t.Fatalf("%s: read %d texts and %d nodes", name, len(texts), len(nodes))
		}
		for i, a := range texts {
			for _, b := range texts[i+1:] {
				if a.meets(b) && (a.group != b.group || !strings.HasPrefix(a.group, "node") && !strings.HasPrefix(a.group, "edge")) {
					t.Errorf("%s: %q stands over %q", name, a.text, b.text)
				}
			}
			for _, n := range nodes {
				if a.group != n.group && a.meets(n) {
					t.Errorf("%s: %q stands over %s", name, a.text, n.group)
				}
			}
		}
	}
}
