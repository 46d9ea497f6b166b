package finding

// Request is what a user waits for: a journey, or an operation that requests enter at, with all that is certain to be
// behind it.
type Request struct {
	Journey   string   // "" for an operation
	Service   string   // where it enters
	Operation string   // "" for what a service does as a whole
	Waits     []string // the services that it waits for, at any depth, sorted
	Must      int      // how many of these must answer, or it fails
	Sure      int      // how many of them although each error of which nothing is known were swallowed
	Calls     int      // the places in code or manifests that make these calls
	Endless   int      // those of them that nothing ends the wait for
	Loops     int      // those that are made once for each element of some data
	Cut       bool     // the search was given up: there may be more of everything
}
