package arch

// ConcernType is the shape of a concern's value.
type ConcernType uint8

const (
	YesNo           ConcernType = iota // true or false
	TextOrNo                           // text, or false
	TextOrYesNo                        // text, true or false
	CountOf                            // a whole number
	DurationOrYesNo                    // a duration, true or false
	OneOf                              // one of Values, or false
	OneOfOrYesNo                       // one of Values, true or false
)

// OnlyInterrupt is the value of a graceful-shutdown that is absent because the service asks for os.Interrupt alone.
const OnlyInterrupt = "interrupt"

// NotAwaited is the value of a graceful-shutdown that is absent because the service begins one, and ends before that is
// done.
const NotAwaited = "not awaited"

// BehindServer is its value where what would end the server in an orderly way stands behind that server in the code, and
// runs when it has ended.
const BehindServer = "behind"

// ConcernKey describes one concern that a service may declare.
type ConcernKey struct {
	Block, Key string
	Type       ConcernType
	Values     []string // of OneOf and OneOfOrYesNo
	Doc        string
}

// ConcernBlocks lists the blocks in the order in which a manifest is printed.
func ConcernBlocks() []string { return []string{"reliability", "deployment", "observability"} }

// ConcernKeys lists every concern in the order in which a manifest is printed. Readers, schema and documentation
// are made from this one list.
func ConcernKeys() []ConcernKey {
	const r, d, o = "reliability", "deployment", "observability"
	return []ConcernKey{
		{r, "replicas", CountOf, nil, "How many copies run."},
		{r, "health", TextOrYesNo, nil, "The liveness endpoint: a path, a gRPC health service, or true."},
		{r, "readiness", TextOrYesNo, nil, "The readiness endpoint: a path, a gRPC health service, or true."},
		{r, "graceful-shutdown", DurationOrYesNo, nil, "On SIGTERM, finishes what it has begun: how long it may take, or true."},
		{r, "disruption-budget", YesNo, nil, "A limit on how many copies maintenance may take down at once."},
		{r, "spread", YesNo, nil, "Copies are spread over nodes or zones."},
		{r, "server-timeouts", YesNo, nil, "Its HTTP servers end requests that are never fully sent."},
		{r, "runbook", TextOrNo, nil, "Where it says what to do when it fails."},
		{r, "on-call", TextOrNo, nil, "Who is called."},
		{d, "strategy", OneOf, []string{"rolling", "recreate", "blue-green", "canary", "feature-flag", "shadow"}, "How new versions reach users."},
		{d, "analysis", YesNo, nil, "Progressive delivery is judged by metrics before it goes on."},
		{d, "image", TextOrNo, nil, "The container image with its tag or digest."},
		{d, "version", TextOrNo, nil, "The version that runs."},
		{d, "rollback", OneOfOrYesNo, []string{"automatic", "manual"}, "How a bad version is taken back."},
		{d, "pipeline", TextOrNo, nil, "What deploys it."},
		{d, "migrates-at-start", YesNo, nil, "It changes the schema of its database when it starts."},
		{o, "tracing", YesNo, nil, "Takes part in distributed traces."},
		{o, "trace-export", YesNo, nil, "Finished spans are sent to something that keeps them."},
		{o, "trace-propagation", YesNo, nil, "Requests carry the trace with them in a form that is understood outside."},
		{o, "metrics", YesNo, nil, "Exports metrics."},
		{o, "logs", OneOfOrYesNo, []string{"structured", "text"}, "How it logs."},
		{o, "alerts", YesNo, nil, "Somebody is alerted when it misses its objective."},
		{o, "dashboard", TextOrYesNo, nil, "Where its metrics are shown."},
	}
}
