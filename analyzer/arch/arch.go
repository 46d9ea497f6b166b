// Package arch is the model of a distributed system: services, their operations, the synchronous calls and the
// messages between them, their stores, and what each service has, lacks, or does not say.
//
// Every reader (manifest, Go code, …) fills this model; every rule and every picture sees nothing else. Each fact
// carries its position and one of three states: present, absent, unknown ([Fact]). The package imports nothing of
// distcheck's and does no input or output.
//
// Order is part of the model only where it means something: the calls of an operation stand in the order in which
// they are made. Everything else is sorted by [System.Sort], so that the order of the input never shows in a result.
//
// This package may change until version 1.
package arch

import (
	"iter"
	"strings"
	"time"
)

// System is all services that are linted together.
type System struct {
	Name     Fact[string]
	Services []*Service // sorted by name; each name once
	Topics   []*Topic   // sorted by name and broker
	Journeys []*Journey // sorted by name
	Rules    []RuleConfig
	Accepted []Acceptance

	Directives []Directive // sorted by position

	Commits []Commit // newest first; of the time that was read, those that change the code of services

	Libraries []Library // what is known of libraries that no reader knows; sorted by function
}

// Commit is a change that somebody made at once.
type Commit struct {
	Pos      Pos
	Services []string // whose code it changes, sorted
}

// Kind says what part a service plays.
type Kind string

const (
	UI       Kind = "ui"
	Gateway  Kind = "gateway"
	BFF      Kind = "bff"
	Plain    Kind = "service"
	Worker   Kind = "worker"
	Job      Kind = "job"
	External Kind = "external"
	Platform Kind = "platform"
)

// Kinds lists every [Kind].
func Kinds() []Kind { return []Kind{UI, Gateway, BFF, Plain, Worker, Job, External, Platform} }

// Service is one deployable.
type Service struct {
	Name         string
	Pos          Pos        // where the service is declared, or first named
	Declared     bool       // false: only somebody's callee, or an entry of a journey
	Inferred     Fact[bool] // named after what is known of it, until another source names it
	Kind         Fact[Kind]
	Owner        Fact[string]
	Tier         Fact[int] // 1 is critical
	Language     Fact[string]
	Code         []Code
	Hosts        []Fact[string] // names that others reach it by, besides its own
	Availability Fact[Percent]  // its own, given that its dependencies are up
	SLO          Fact[Percent]  // what it promises, end to end
	Operations   []*Operation   // sorted by name
	AllCalls     Fact[bool]     // its manifest lists all its calls: see [Join]
	Body                        // calls that any of its operations may make, and what it publishes and opens
	Consumes     []Consume
	Messages     Fact[MessageState] // where nobody has looked for them, or there are none: see [Service.MessagesRead]
	Background   Body               // start-up, own loops, detached goroutines: nobody's request waits for these
	Imports      []Import           // hand-written code of other services that its own is built with; sorted by package
	Concerns     []Concern
	Data         []Data
}

// MessageState says what is known of a service's messages beside those that its parts list. Absent: there are none.
type MessageState string

// MessagesUnknown says that nobody has looked for messages.
const MessagesUnknown MessageState = "unknown"

// KindOf is the service's kind, or [Plain] where nobody says.
func (s *Service) KindOf() Kind { return s.Kind.Or(Plain) }

// IsPlatform reports whether the service is infrastructure, which no chain, hub or fan-out counts.
func (s *Service) IsPlatform() bool { return s.KindOf() == Platform }

// IsOwn reports whether the team can change the service: it is declared, and neither external nor platform.
func (s *Service) IsOwn() bool {
	return s.Declared && s.KindOf() != External && s.KindOf() != Platform
}

// MessagesRead reports whether the service publishes and consumes what its parts list, and nothing else. That is so
// where nobody says that it is not known, as readers of code do, which do not look for messages; but what somebody has
// listed since is taken for all there is.
func (s *Service) MessagesRead() bool {
	if s.Messages.Or("") != MessagesUnknown || len(s.Consumes) > 0 {
		return true
	}
	for body := range s.Bodies() {
		if len(body.Publishes) > 0 {
			return true
		}
	}
	return false
}

// Concern returns what is known of a concern, say "deployment", "strategy". The value is the manifest's text.
func (s *Service) Concern(block, key string) Fact[string] {
	for _, c := range s.Concerns {
		if c.Block == block && c.Key == key {
			return c.Fact
		}
	}
	return Fact[string]{}
}

// Operation returns the operation of that name, or nil.
func (s *Service) Operation(name string) *Operation {
	for _, op := range s.Operations {
		if op.Name == name {
			return op
		}
	}
	return nil
}

// Code says where a service's source is.
type Code struct {
	Dir  Fact[string] // the main package, relative to the file that says so
	Unit Fact[string] // where one binary holds several services
}

// Body is what some piece of a service does.
type Body struct {
	Calls     []*Call // in the order in which they are made
	Publishes []*Publish
	Stores    []*StoreUse
}

// Operation is what a service answers: "pkg.Service/Method", "METHOD /route/{id}" or "consume TOPIC".
type Operation struct {
	Name    string
	Pos     Pos
	SLO     Fact[Percent]
	Latency Fact[time.Duration] // what it promises
	Body
}

// ShortNames are the names by which people call a procedure "shop.v1.Checkout/Place" where no other has them:
// "Checkout/Place" and "Place".
func ShortNames(operation string) []string {
	service, method, ok := strings.Cut(operation, "/")
	if !ok || service == "" || method == "" || strings.ContainsAny(operation, " {") {
		return nil
	}
	if dot := strings.LastIndexByte(service, '.'); dot >= 0 {
		return []string{service[dot+1:] + "/" + method, method}
	}
	return []string{method}
}

// Call is a synchronous request: its caller waits for the reply.
//
// Most of the calls of a large system are no more than a callee and its operation, so everything else stands apart.
// [System.Sort] sees to it that CallFacts is never nil; calls of which no more is known share one that nobody may
// change. Who fills a call uses [Call.Facts].
type Call struct {
	Pos       Pos
	To        string       // the callee's name; "?" where it is not known
	Operation Fact[string] // the callee's operation
	*CallFacts
}

// CallFacts is what else may be known of a call.
type CallFacts struct {
	Via            Fact[string] // the subject or queue of a request–reply over a broker
	Target         Fact[string] // what is known of the address of an unknown callee
	Protocol       Fact[string]
	Timeout        Fact[Limit] // for one attempt
	Deadline       Fact[Limit] // for all attempts
	Retries        Fact[int]   // attempts after the first
	Backoff        Fact[time.Duration]
	CircuitBreaker Fact[bool]
	Effect         Fact[Effect]
	Reply          Fact[Reply]
	Error          Fact[ErrorUse] // at the place that settles it, where that is not the call's
	Undo           Fact[bool]     // the error path of what follows undoes it
	IdempotencyKey Fact[bool]
	Loop           Fact[int]    // how often, once per element of some data; 0 where present but not known
	Concurrent     Fact[bool]   // made beside its siblings
	Branch         Fact[string] // the branches that it is on: see [Call.Excludes]
	Detached       Fact[bool]   // background only: a goroutine that nobody waits for
	From           Fact[string] // background only: the operation that starts it
	Context        Fact[ContextUse]
	Client         Fact[string] // the function that makes the connection or client, where that stands
	Address        Fact[string] // the host that stands in the code itself; absent where it comes from outside
	Encrypted      Fact[bool]
	Traced         Fact[bool]   // it continues the trace
	Through        Fact[string] // where others get to the call's place too: the function by which it is made, and the place that calls it
	Declared       Fact[bool]   // found in code or a trace, and a manifest has it too; at the manifest's place
}

// Facts is what else is known of the call, ready to be filled: it makes place for it where there is none yet. Only
// readers that still fill the system may write to it.
func (c *Call) Facts() *CallFacts {
	if c.CallFacts == nil {
		c.CallFacts = new(CallFacts)
	}
	return c.CallFacts
}

// Place is where the caller's own code makes the call: where several get to one place, by way of a client that they
// share, say, it is where this one's way parts from those of the others.
func (c *Call) Place() Pos {
	if c.CallFacts != nil && c.Through.Is() && c.Through.Pos.Known() && c.Through.Pos.Source() != Manifest {
		return c.Through.Pos
	}
	return c.Pos
}

// Bare reports whether nothing is known of the call but its callee and operation.
func (c *Call) Bare() bool { return c.CallFacts == nil || *c.CallFacts == CallFacts{} }

// Unresolved is the callee of a call whose callee nobody knows.
const Unresolved = "?"

// Effect says whether a call changes the callee's state.
type Effect string

const (
	Read  Effect = "read"
	Write Effect = "write"
)

// Reply says whether the caller looks at what it got.
type Reply string

const (
	ReplyUsed   Reply = "used"
	ReplyUnused Reply = "unused"
)

// ErrorUse says what becomes of a failed call.
type ErrorUse string

const (
	ErrorReturned  ErrorUse = "returned"
	ErrorSwallowed ErrorUse = "swallowed" // logged, or replaced by a default
	ErrorDiscarded ErrorUse = "discarded"
)

// ContextUse says which context a call is given by code that answers a request.
type ContextUse string

const (
	ContextPassed ContextUse = "passed" // the request's, or one made of it
	ContextNew    ContextUse = "new"    // another: its deadline, its cancellation and its trace are lost
)

// Unused reports whether the call is made for its effect alone: neither its reply nor its error changes the result.
func (c *Call) Unused() bool {
	return c.Reply.Or(ReplyUsed) == ReplyUnused && !c.Hard()
}

// Hard reports whether the caller needs the callee: its failure is the caller's. That is so unless somebody says that
// the error is swallowed or discarded.
func (c *Call) Hard() bool { return c.Error.Or(ErrorReturned) == ErrorReturned }

// Bounded reports whether something is known to end the wait for the call.
// A limit that comes with the request, if one comes, bounds nothing for certain.
func (c *Call) Bounded() bool {
	bounds := func(f Fact[Limit]) bool { return f.Is() && f.Value.Kind != Incoming }
	return bounds(c.Timeout) || bounds(c.Deadline)
}

// CanHang reports whether the caller may wait for ever, although the callee's failure does it no harm: that nothing
// bounds the wait has to be said, not just left out.
func (c *Call) CanHang() bool {
	return !c.Hard() && !c.Bounded() && (c.Timeout.Not() || c.Deadline.Not())
}

// Publish is a message that is handed to a topic.
type Publish struct {
	Topic  string
	Pos    Pos
	Broker Fact[string]
	Outbox Fact[bool] // written in the same transaction as the data that it tells of
}

// Consume is a subscription. Its handler is the operation "consume TOPIC".
type Consume struct {
	Topic      string
	Pos        Pos
	Broker     Fact[string]
	Group      Fact[string]
	DeadLetter Fact[string] // where messages go that cannot be handled; "true" where only that there is one is known
	Ack        Fact[string] // before or after the message is handled
	Idempotent Fact[bool]
}

// Import is code of another service that a service is built with.
type Import struct {
	Package string
	Of      string // the service whose code it is
	Pos     Pos
}

// ConsumeOperation is the name of the operation that handles the messages of a topic.
func ConsumeOperation(topic string) string { return "consume " + topic }

// StoreUse is a database, cache or bucket that a service opens.
type StoreUse struct {
	Name     string
	Pos      Pos
	Kind     Fact[string]
	Server   Fact[string]
	Database Fact[string]
	Target   Fact[string] // what the address comes from: of an unknown server, or of one that a file of configuration says
	Access   Fact[Effect]
	Durable  Fact[bool]
	Backup   Fact[string] // how often, as a duration; "true" where only that there is one is known
}

// Configured reports whether it is a file of configuration that says where the store is: where the service runs, another
// one may say something else.
func (s *StoreUse) Configured() bool { return s.Target.Is() && s.Server.Is() }

// Concern is something that a service has, lacks, or does not say. [ConcernKeys] lists those there are.
type Concern struct {
	Block, Key string
	Fact       Fact[string] // the manifest's text; "true" for a bare yes; where it is absent, what there is in its place
}

// Data is what a service keeps about people or the business.
type Data struct {
	Name      string
	Pos       Pos
	Class     Fact[string]
	Retention Fact[time.Duration]
	Erasure   Fact[string] // the topic whose messages make the service forget
	Store     Fact[string]
}

// Topic is a queue, subject, topic or stream.
type Topic struct {
	Name     string
	Pos      Pos
	Declared bool // false: only somebody's publish or consume
	Broker   Fact[string]
	Kind     Fact[string] // event, command or stream
}

// Journey is what a user does, and must be able to do.
type Journey struct {
	Name    string
	Pos     Pos
	Entries []Entry
	Tier    Fact[int]
	SLO     Fact[Percent]
	Latency Fact[time.Duration]
}

// Entry is where a journey enters the system.
type Entry struct {
	Service   string
	Operation string // "" where only the service is named
	Pos       Pos
}

// RuleConfig sets one rule's severity and parameters.
type RuleConfig struct {
	ID       string
	Pos      Pos
	Severity Fact[string] // off, note, warning or error
	Params   []ParamValue // in the order of the rule's own list
}

// ParamValue sets one parameter of a rule.
type ParamValue struct {
	Name  string
	Value Fact[float64]
}

// RuleSpec is what a reader must know of a rule to read its configuration; readers never see the rules themselves.
type RuleSpec struct {
	ID     string
	Title  string
	Params []ParamSpec
}

// ParamSpec describes one parameter of a rule.
type ParamSpec struct {
	Name    string
	Doc     string
	Default float64
	Min     float64
	Max     float64 // 0: no upper bound
	Whole   bool    // whole numbers only
}

// Acceptance is debt taken on as a decision: findings of a rule that somebody answers for, until a day.
type Acceptance struct {
	Pos        Pos
	Rule       string
	Services   []string // all of these take part in the finding
	Operations []string // all of these, if any are given
	Hops       Fact[int]
	Reason     string
	Owner      string
	Until      time.Time // the last day on which it holds, at midnight UTC
	ADR        Fact[string]
}

// Bodies yields what the service does: its own body, then those of its operations, then its background.
func (s *Service) Bodies() iter.Seq[*Body] {
	return func(yield func(*Body) bool) {
		if !yield(&s.Body) {
			return
		}
		for _, op := range s.Operations {
			if !yield(&op.Body) {
				return
			}
		}
		yield(&s.Background)
	}
}
