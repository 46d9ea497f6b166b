package finding

// Summary says what a run saw, what it did not see, and what it found.
type Summary struct {
	System     string
	Inputs     []string // the files and patterns that were read, as given
	Services   int      // declared ones; neither external nor platform
	External   int
	Platform   int
	Operations int
	Calls      int      // synchronous call sites
	Resolved   int      // those whose callee is known
	Named      []string // callees of which only the name is known: code calls them, and nothing that was read answers; sorted
	Possible   int      // those that name no operation of their callee
	Messages   int      // publishes and consumes
	Topics     int
	Stores     int
	Errors     int
	Warnings   int
	Notes      int
	Accepted   int      // findings that an entry of accepted covers, or a comment
	Baseline   int      // findings that the baseline has
	Refuted    int      // triples of services that a service-level graph would chain, and no request can take
	Triples    int      // triples of services A→B→C with calls from A to B and from B to C
	Unseen     []string // what could not be judged, and why: one line each
	Unread     []string // packages and modules that were named and could not be analysed, and why: one line each
}

// Report is everything that a printer prints.
type Report struct {
	Version  string // of distcheck
	Findings []*Finding
	Settled  []Settled  // what is found and not open, sorted; for printers that show it
	Baseline string     // the file that findings were compared with, "" where none was
	Requests []Request  // what users wait for, worst first
	Profiles []Profile  // what services have, lack, or do not say, sorted by name; for printers that show it
	Rules    []RuleInfo // every rule that ran, and housekeeping; sorted by ID
	Summary  Summary
	Mermaid  string // a diagram of what matters, for printers that can show one; "" if there is none
	All      bool   // print everything, not just the worst
}
