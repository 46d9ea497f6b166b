package diagram

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/fogleman/gg"
	"github.com/golang/freetype/truetype"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
)

const (
	pngWidth  = 1600     // a picture is enlarged to at least this many pixels
	pngScale  = 2.0      // but no more than this
	pngPixels = 40 << 20 // and holds no more of them
	// goFontSize makes the Go fonts as wide as Helvetica, for which Graphviz measures.
	goFontSize = 0.99
)

// rasterize draws an SVG of Graphviz's as a PNG. It knows the elements that Graphviz writes, and no others: paths of
// cubic curves, polygons, polylines, ellipses and text, under one translation.
func rasterize(svg []byte) ([]byte, error) {
	r := &raster{faces: make(map[faceKey]font.Face)}
	decoder := xml.NewDecoder(bytes.NewReader(svg))
	for {
		token, err := decoder.Token()
		if token == nil {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("reading Graphviz's SVG: %w", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			if err := r.start(token); err != nil {
				return nil, err
			}
		case xml.CharData:
			r.text = append(r.text, token...)
		case xml.EndElement:
			if token.Name.Local == "text" {
				r.drawText()
			}
		}
	}
	if r.dc == nil {
		return nil, errors.New("reading Graphviz's SVG: it holds no picture")
	}
	var out bytes.Buffer
	err := r.dc.EncodePNG(&out)
	return out.Bytes(), err
}

type raster struct {
	dc      *gg.Context
	scale   float64
	dx, dy  float64
	element element // the text that is open
	text    []byte
	regular *truetype.Font
	bold    *truetype.Font
	faces   map[faceKey]font.Face
}

type faceKey struct {
	bold bool
	size float64
}

// element is an SVG element's attributes.
type element map[string]string

func (e element) number(name string, otherwise float64) float64 {
	value, err := strconv.ParseFloat(strings.TrimSuffix(e[name], "pt"), 64)
	if err != nil {
		return otherwise
	}
	return value
}

func (r *raster) start(token xml.StartElement) error {
	e := make(element, len(token.Attr))
	for _, attr := range token.Attr {
		e[attr.Name.Local] = attr.Value
	}
	if token.Name.Local == "svg" {
		return r.open(e)
	}
	if r.dc == nil {
		return nil
	}
	switch token.Name.Local {
	case "g":
		if at := strings.Index(e["transform"], "translate("); at >= 0 {
			numbers := numbersOf(e["transform"][at:])
			if len(numbers) == 2 {
				r.dx, r.dy = numbers[0], numbers[1]
			}
		}
	case "polygon", "polyline":
		points := numbersOf(e["points"])
		for i := 0; i+1 < len(points); i += 2 {
			r.dc.LineTo(r.x(points[i]), r.y(points[i+1]))
		}
		if token.Name.Local == "polygon" {
			r.dc.ClosePath()
		}
		r.paint(e)
	case "path":
		r.path(e["d"])
		r.paint(e)
	case "ellipse":
		r.dc.DrawEllipse(r.x(e.number("cx", 0)), r.y(e.number("cy", 0)), e.number("rx", 0)*r.scale, e.number("ry", 0)*r.scale)
		r.paint(e)
	case "text":
		r.element, r.text = e, nil
	}
	return nil
}

func (r *raster) open(e element) error {
	width, height := e.number("width", 0), e.number("height", 0)
	if width <= 0 || height <= 0 {
		return errors.New("reading Graphviz's SVG: it has no size")
	}
	r.scale = max(1, min(pngScale, pngWidth/width))
	if pixels := width * height * r.scale * r.scale; pixels > pngPixels {
		r.scale *= math.Sqrt(pngPixels / pixels)
	}
	var err error
	if r.regular, err = truetype.Parse(goregular.TTF); err != nil {
		return err
	}
	if r.bold, err = truetype.Parse(gobold.TTF); err != nil {
		return err
	}
	r.dc = gg.NewContext(max(1, int(math.Ceil(width*r.scale))), max(1, int(math.Ceil(height*r.scale))))
	r.dc.SetHexColor(paper)
	r.dc.Clear()
	return nil
}

func (r *raster) x(x float64) float64 { return (x + r.dx) * r.scale }
func (r *raster) y(y float64) float64 { return (y + r.dy) * r.scale }

// path adds "M x,y C x,y x,y x,y …": Graphviz writes nothing else.
func (r *raster) path(d string) {
	points := numbersOf(d)
	if len(points) < 2 {
		return
	}
	r.dc.MoveTo(r.x(points[0]), r.y(points[1]))
	for i := 2; i+5 < len(points); i += 6 {
		r.dc.CubicTo(r.x(points[i]), r.y(points[i+1]), r.x(points[i+2]), r.y(points[i+3]), r.x(points[i+4]), r.y(points[i+5]))
	}
}

// paint fills and strokes the path, and forgets it.
func (r *raster) paint(e element) {
	if drawn(e["fill"]) {
		r.color(e["fill"])
		r.dc.FillPreserve()
	}
	if drawn(e["stroke"]) {
		r.color(e["stroke"])
		r.dc.SetLineWidth(e.number("stroke-width", 1) * r.scale)
		dashes := numbersOf(e["stroke-dasharray"])
		for i := range dashes {
			dashes[i] *= r.scale
		}
		r.dc.SetDash(dashes...)
		r.dc.SetLineCap(gg.LineCapButt) // as in SVG: round ends fill the gaps of a wide dashed line
		r.dc.StrokePreserve()
	}
	r.dc.ClearPath()
}

func drawn(paint string) bool { return paint != "" && paint != "none" && paint != "transparent" }

func (r *raster) color(value string) {
	switch value {
	case "white":
		value = paper
	case "black":
		value = "#000000"
	}
	if strings.HasPrefix(value, "#") {
		r.dc.SetHexColor(value)
	}
}

func (r *raster) drawText() {
	if r.dc == nil || r.element == nil {
		return
	}
	e := r.element
	key := faceKey{e["font-weight"] == "bold", e.number("font-size", 14) * r.scale * goFontSize}
	face := r.faces[key]
	if face == nil {
		ttf := r.regular
		if key.bold {
			ttf = r.bold
		}
		face = truetype.NewFace(ttf, &truetype.Options{Size: key.size})
		r.faces[key] = face
	}
	r.dc.SetFontFace(face)
	r.dc.SetHexColor("#000000")
	r.color(e["fill"])
	anchor := map[string]float64{"middle": 0.5, "end": 1}[e["text-anchor"]]
	r.dc.DrawStringAnchored(string(r.text), r.x(e.number("x", 0)), r.y(e.number("y", 0)), anchor, 0)
	r.element = nil
}

// numbersOf reads the numbers of a list such as "M1,2C3,-4 5,6".
func numbersOf(list string) []float64 {
	fields := strings.FieldsFunc(list, func(c rune) bool { return !strings.ContainsRune("0123456789.-+eE", c) || c == 'E' })
	var numbers []float64
	for _, field := range fields {
		if number, err := strconv.ParseFloat(field, 64); err == nil {
			numbers = append(numbers, number)
		}
	}
	return numbers
}
