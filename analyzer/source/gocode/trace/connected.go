package trace

import (
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// connect tells what is known of the connection that a call goes over, and of the context that it is given.
func (c *collector) connect(facts *arch.CallFacts, e *event, in around) {
	over := e.call.over
	if over.maker != "" {
		facts.Client = arch.At(over.maker, c.l.pos(over.at))
	}
	facts.Address = c.written(e.call)
	if facts.Address.Is() {
		facts.Address.Pos = c.spelled(facts.Address.Value, e)
	}
	switch encrypted := c.encrypted(e.call); encrypted {
	case arch.Unknown:
	default:
		facts.Encrypted = arch.Fact[bool]{Value: encrypted == arch.Present, State: encrypted}
	}
	if over.traced == arch.Present || over.traced == arch.Absent && !c.unit.injects {
		facts.Traced = arch.Fact[bool]{Value: over.traced == arch.Present, State: over.traced}
	}
	switch {
	case e.breaker:
		facts.CircuitBreaker = arch.At(true, nowhere)
	case over.followed && !e.opaque:
		facts.CircuitBreaker.State = arch.Absent
	}
	if hasContext(c.operation.protocol) && e.call.protocol != "rpc" && !in.detached { // net/rpc takes none
		switch e.call.whose {
		case ofRequest:
			facts.Context = arch.At(arch.ContextPassed, nowhere)
		case ofNobody:
			facts.Context = arch.At(arch.ContextNew, c.l.pos(e.cut))
		}
	}
}

// hasContext reports whether what answers a request of a protocol is given a context.
func hasContext(protocol string) bool {
	switch protocol {
	case "http", "grpc", "connect", "twirp", "graphql", "kitex", "thrift", "triple":
		return true
	}
	return false
}

// written is the host that a request is sent to, where the code itself holds it; absent where all of it comes from
// outside. A text that configuration may replace is neither.
func (c *collector) written(r *request) arch.Fact[string] {
	found, outside := "", 0
	targets := r.targets()
	for _, t := range targets {
		scheme, host, rest := cutURL(t)
		if len(r.urls) == 0 && host.text == "" && scheme.text == "dns://" { // of gRPC: dns:///HOST
			host = rest
			host.text = strings.TrimPrefix(host.text, "/")
		}
		switch {
		case len(host.holes) > 0 && host.holes[0].name != "":
			outside++
		case len(r.urls) == 0 && !strings.ContainsAny(t.text, ":."): // of gRPC: a name that a registry knows
			return arch.Fact[string]{}
		case host.text == "" || strings.Contains(host.text, "{}") || c.preset(host.text) || found != "" && found != host.text:
			return arch.Fact[string]{}
		default:
			found = host.text
		}
	}
	switch {
	case outside > 0 && outside == len(targets):
		return arch.Fact[string]{State: arch.Absent}
	case outside > 0 || found == "":
		return arch.Fact[string]{}
	}
	return arch.At(found, nowhere)
}

// spelled is where a host stands in the code that a call is made by: in the package of the call, or else in those on the
// way there, and at last in any that the service is made of. Nowhere, where it stands in more places than one.
func (c *collector) spelled(host string, e *event) arch.Pos {
	near := []*summary.Package{e.made.pkg}
	way := slices.Clone(near)
	for s := e.path; s != nil; s = s.next {
		way = append(way, s.at.pkg)
	}
	way = append(way, e.call.over.at.pkg)
	for _, pkgs := range [][]*summary.Package{near, way, c.unit.packages()} {
		var found []place
		for i, pkg := range pkgs {
			if pkg != nil && !slices.Contains(pkgs[:i], pkg) {
				found = append(found, spelledIn(pkg, host)...)
			}
		}
		if len(found) == 1 {
			return c.l.pos(found[0])
		}
		if len(found) > 1 {
			break
		}
	}
	return nowhere
}

func spelledIn(pkg *summary.Package, host string) []place {
	var found []place
	for _, literal := range pkg.Literals {
		_, at, rest := cutURL(target{text: literal.Text})
		if at.text == "" { // dns:///HOST
			at.text = strings.TrimPrefix(rest.text, "/")
		}
		if at.text == host {
			found = append(found, place{pkg, literal.Pos})
		}
	}
	return found
}

// packages are those with summaries that a unit is made of.
func (u *unit) packages() []*summary.Package {
	pkgs := []*summary.Package{u.main}
	seen := map[*summary.Package]bool{u.main: true}
	for i := 0; i < len(pkgs); i++ {
		for _, imported := range pkgs[i].Imports {
			if pkg := u.prog.pkgs[imported.Path]; pkg != nil && !seen[pkg] {
				seen[pkg] = true
				pkgs = append(pkgs, pkg)
			}
		}
	}
	return pkgs
}

// targets are what a request's address may be.
func (r *request) targets() []target {
	if len(r.urls) > 0 {
		return r.urls
	}
	return r.address
}

// preset reports whether some of a host may have been replaced by configuration.
func (c *collector) preset(host string) bool {
	for text := range c.unit.presets {
		if strings.Contains(text, host) || strings.Contains(host, text) {
			return true
		}
	}
	return false
}

// encrypted is what the connection says, or else the scheme of the URL.
func (c *collector) encrypted(r *request) arch.State {
	if r.over.encrypted != arch.Unknown || len(r.urls) == 0 {
		return r.over.encrypted
	}
	var found arch.State
	for _, t := range r.urls {
		state := arch.Unknown
		switch {
		case strings.HasPrefix(t.text, "http://"):
			state = arch.Absent
		case strings.HasPrefix(t.text, "https://"):
			state = arch.Present
		}
		if state == arch.Unknown || found != arch.Unknown && found != state {
			return arch.Unknown
		}
		found = state
	}
	return found
}
