package manifest

import "github.com/distcheck/distcheck/analyzer/arch"

// ExportOptions says what an exported manifest holds.
type ExportOptions struct {
	Positions bool // `at` on every fact and every object; else the document that a person would write
}

// Export prints a system as a canonical manifest in YAML: sorted as [arch.System.Sort] sorts, the same bytes for the
// same system. Reading it back gives the same system, with positions if they are printed.
//
// What only other services or topics name, and nobody declares, is not printed: reading finds it again. Of topics
// that share a name, the first is printed; the others are found again in who publishes to them.
func Export(sys *arch.System, opt ExportOptions) []byte {
	return exported(sys, opt).yaml(nil, "")
}

// ExportJSON prints the document of [Export] as indented JSON.
func ExportJSON(sys *arch.System, opt ExportOptions) []byte {
	return append(exported(sys, opt).json(nil, ""), '\n')
}

func exported(sys *arch.System, opt ExportOptions) *tree {
	w := &writer{positions: opt.Positions}
	return documentOf(nil).write(w, sys)
}

// writer is what the table needs to know to print.
type writer struct {
	positions bool
	implied   map[string]arch.Pos // of the service being printed: operations that its consumes imply
	topics    map[string]bool     // printed
}

// told is a value with its origin, where that is to be printed and known.
func (w *writer) told(value *tree, pos arch.Pos) *tree {
	if !w.positions || !pos.Known() {
		return value
	}
	t := object1("value", value)
	w.addPlace(t, pos)
	return t
}

func (w *writer) addPlace(t *tree, pos arch.Pos) {
	t.add(atKey, word(placeText(pos)))
	if source := pos.Source(); source != arch.Manifest && source != "" {
		t.add(sourceKey, word(string(source)))
	}
}
