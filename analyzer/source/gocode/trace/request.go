package trace

// request is one remote call as far as the caller's code tells, before anyone knows who answers it.
type request struct {
	id        int
	protocol  string
	procedure string   // pkg.Service/Method, of gRPC and the like; "" where unknown
	method    string   // of HTTP; "" where unknown
	urls      []target // of HTTP: what the address may be; empty: unknown
	address   []target // of gRPC: what the connection was made with
	names     []target // of what is found in a registry: what it is registered as
	fields    []string // of GraphQL: those of the schema's roots that it asks for: Query.orders
	bounded   bool
	incoming  bool
	length    string // of a bound, as a Go duration in nanoseconds; "" where unknown
	none      bool   // nothing bounds it
	whose     string // whose context it has: see [ofRequest]
	over      connection
	proxy     bool     // passes the request on: any method, the path below
	came      bool     // with the path that it came with
	open      bool     // any path below the addresses
	stream    bool     // it stays open
	underWay  bool     // stands for whichever request goes through a transport
	msg       *message // it is handed to a topic
}
