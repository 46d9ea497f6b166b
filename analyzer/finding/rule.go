package finding

// RuleInfo is what printers need to know of a rule: they see neither its code nor its package.
type RuleInfo struct {
	ID        string
	Concern   string // coupling, reliability, deployment, observability or housekeeping
	Title     string // a short noun phrase
	Fires     string // when it fires, in one sentence, thresholds included
	Rationale string // why it matters: prose, paragraphs apart by a blank line
	Source    string // where the rationale and the thresholds come from
	Wrong     string // a manifest in which it fires
	Right     string // a manifest in which it does not
	Remedy    string // what to do, in the order of least effort
	Default   string // the default severities, as text: "warning from 2 hops, error from 3"
	Severity  Severity
	Params    []Param
}

// Param is one threshold of a rule.
type Param struct {
	Name    string
	Doc     string
	Default float64
}
