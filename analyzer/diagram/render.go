package diagram

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/distcheck/distcheck/analyzer/diagram/internal/graphviz"
)

// errSlow ends a layout.
var errSlow = errors.New("the layout takes too long")

// Render writes the picture in the given format. SVG and PNG are laid out by Graphviz, which is stopped when ctx is
// done or Options.Time has passed; nothing is written then. Each costs about 0.4 s for making Graphviz ready.
func (p *Picture) Render(ctx context.Context, f Format, w io.Writer) error {
	var out []byte
	switch f {
	case DOT:
		out = []byte(p.DOT())
	case Mermaid:
		out = []byte(p.Mermaid())
	case SVG, PNG:
		svg, err := p.layout(ctx)
		if err != nil {
			return err
		}
		out = svg
		if f == PNG {
			if out, err = rasterize(svg); err != nil {
				return err
			}
		}
	default:
		return fmt.Errorf("no picture format %q: there are %v", string(f), Formats())
	}
	_, err := w.Write(out)
	return err
}

func (p *Picture) layout(ctx context.Context) ([]byte, error) {
	limit := p.options.time()
	ctx, cancel := context.WithTimeoutCause(ctx, limit, errSlow)
	defer cancel()
	svg, err := graphviz.SVG(ctx, p.DOT())
	if errors.Is(err, errSlow) {
		return nil, fmt.Errorf("drawing %s and %s takes more than the limit of %v: draw fewer services, draw one journey, or write .dot or .mmd and lay it out elsewhere",
			plural(len(p.nodes), "node"), plural(len(p.edges), "arrow"), limit)
	}
	return svg, err
}
