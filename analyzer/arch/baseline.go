package arch

// Baseline is the findings that a system had when its team began to look, or is not told of any more: what it is
// compared with, so that only new ones matter.
type Baseline struct {
	Pos      Pos
	Inputs   []string // what was read when it was written
	Findings []KnownFinding
}

// KnownFinding is one finding of a baseline. It has nothing in it that moves when lines do.
type KnownFinding struct {
	Pos         Pos
	Rule        string
	About       string   // its service and operation
	Services    []string // all that take part, sorted
	Size        int      // how much it holds; one that holds more is not known
	Severity    string   // how bad it was; one that is worse is not known
	Fingerprint string
}
