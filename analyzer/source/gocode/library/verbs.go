package library

// verbs are what a fact may say that a function does. The heads of known.txt, shown.txt and stores.txt tell what each
// means.
func verbs() []string {
	return []string{
		// Calls, and what makes them.
		"call", "request", "same", "remote", "client", "connects", "dials", "expires", "base", "ends", "retries", "factory",
		"guards", "over", "plain", "encrypts", "traces", "names", "named", "asks", "reaches", "sets",
		"varies", "holds", "intercepts",

		// Routes, and what answers them.
		"route", "prefix", "nest", "mount", "methods", "use", "rpc", "service", "receiver", "processor", "serve", "pattern", "schema",
		"proxy", "pass", "path", "carries", "renews", "came", "bounds", "lasts", "registers", "table", "below", "around",
		"surrounds", "forwards", "invoked",

		// Messages.
		"publish", "consume", "receives", "acks", "topic", "message", "binds", "declares", "tells",

		// Texts and numbers.
		"format", "join", "concat", "url", "last", "replace", "refer", "parse", "writes", "built", "number",

		// Configuration.
		"env", "flag", "flagvar", "args", "setting", "default", "loads", "fills", "configured", "commands",

		// Contexts.
		"context", "none", "deadline", "limited", "puts", "gets",

		// Functions that are given to others.
		"spawns", "gathers", "waits", "signals", "calls", "each", "keeps", "tries",

		// Values that are made, and what makes services of them.
		"reads", "either", "makes", "cases", "container", "options", "provides", "supplies", "decorates", "invokes",
		"populates", "annotates", "stands", "itself", "hooks", "tags", "parameters", "results", "offers",
		"finds", "dispatches", "typed",

		// What calls show of the service that makes them.
		"shows", "page", "hears", "stops", "drains", "blocks", "exact", "perhaps", "nothing",

		// Stores.
		"opens", "locates", "selects", "changes", "looks",
	}
}
