// Package graphviz lays out and draws DOT by running Graphviz as WebAssembly inside the process.
//
// graphviz.wasm is Graphviz 12.1.2 as github.com/goccy/go-graphviz v0.2.10 builds and ships it; README.md says how
// to renew it. The Go half of that module is not used, because importing it has effects that a linter must not have:
// its init compiles the module at the start of every run (0.45 s, or 0.02 s with its cache), the cache is native code
// that is read from a directory with a well-known name under the temporary directory (where another user of the
// machine may have put it first), there is one instance for the whole process, a layout that has begun cannot be
// stopped, and its PNG lacks curves and outlines. Here the module is compiled when a picture is asked for, nothing
// is written, the module sees no file, clock or environment, and its memory goes when the picture is done.
//
// A test draws the same graphs through both and compares them byte for byte.
package graphviz

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"strings"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
)

//go:embed graphviz.wasm
var module []byte

// memoryPages bounds what a layout may use: 1 GiB in pages of 64 KiB. Graphviz reports that it has no more, and ends.
const memoryPages = 1 << 14

// SVG lays out a graph in the DOT language with the engine "dot" and returns the picture.
// It returns when ctx is done, whatever Graphviz is doing; the error is then ctx's cause.
func SVG(ctx context.Context, dot string) ([]byte, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	config := wazero.NewRuntimeConfig().WithCloseOnContextDone(true).WithMemoryLimitPages(memoryPages)
	runtime := wazero.NewRuntimeWithConfig(ctx, config)
	defer runtime.Close(context.WithoutCancel(ctx))
	svg, err := draw(ctx, runtime, dot)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return svg, err
}

func draw(ctx context.Context, runtime wazero.Runtime, dot string) ([]byte, error) {
	compiled, err := runtime.CompileModule(ctx, module)
	if err != nil {
		return nil, fmt.Errorf("compiling Graphviz: %w", err)
	}
	if _, err := wasi_snapshot_preview1.Instantiate(ctx, runtime); err != nil {
		return nil, fmt.Errorf("starting Graphviz: %w", err)
	}
	if err := refuseCallbacks(ctx, runtime, compiled); err != nil {
		return nil, fmt.Errorf("starting Graphviz: %w", err)
	}
	said := new(head)
	instance, err := runtime.InstantiateModule(ctx, compiled, wazero.NewModuleConfig().WithName("graphviz").WithStderr(said))
	if err != nil {
		return nil, fmt.Errorf("starting Graphviz: %w", err)
	}
	g := &guest{ctx: ctx, module: instance, said: said}
	svg := g.render(dot)
	return svg, g.err
}

// refuseCallbacks provides the functions through which go-graphviz lets Go code take part in a layout.
// Nothing here registers such code, so none of them is ever called.
func refuseCallbacks(ctx context.Context, runtime wazero.Runtime, compiled wazero.CompiledModule) error {
	const host = "env"
	builder := runtime.NewHostModuleBuilder(host)
	for _, imported := range compiled.ImportedFunctions() {
		from, name, _ := imported.Import()
		if from != host {
			continue
		}
		refuse := api.GoModuleFunc(func(context.Context, api.Module, []uint64) {
			panic("graphviz calls " + name + ", which nobody provides")
		})
		builder.NewFunctionBuilder().WithGoModuleFunction(refuse, imported.ParamTypes(), imported.ResultTypes()).Export(name)
	}
	_, err := builder.Instantiate(ctx)
	return err
}

// guest is a running Graphviz. The first error sticks, and later steps do nothing.
type guest struct {
	ctx    context.Context
	module api.Module
	said   *head // on its standard error
	err    error
}

func (g *guest) render(dot string) []byte {
	plugins := g.symbols()
	const noDemandLoading = 0
	gvc := g.call("gvContextPlugins", plugins, noDemandLoading)
	graph := g.call("agmemread", g.text(dot))
	if g.err == nil && graph == 0 {
		g.fail("reading DOT")
	}
	if status := g.call("gvLayout", gvc, graph, g.text("dot")); status != 0 {
		g.fail("laying out")
	}
	// Two results come back through memory: where the picture is, and how long.
	results := g.call("malloc", 8)
	if status := g.call("gvRenderData", gvc, graph, g.text("svg"), results, results+4); int32(status) < 0 {
		g.fail("drawing")
	}
	return g.bytes(g.word(results), g.word(results+4))
}

// symbols is the list of the plug-ins that are linked into the module, with the terminator that it lacks there.
func (g *guest) symbols() uint64 {
	const entry, plugins = 8, 3 // a name and an address for each of dot, neato and core
	list := g.call("calloc", plugins+1, entry)
	global := g.module.ExportedGlobal("lt_preloaded_symbols")
	if g.err == nil && global == nil {
		g.err = errors.New("graphviz.wasm exports no list of plug-ins")
	}
	if g.err != nil {
		return 0
	}
	if !g.module.Memory().Write(uint32(list), g.bytes(global.Get(), plugins*entry)) {
		g.err = errors.New("Graphviz is out of memory")
	}
	return list
}

func (g *guest) call(name string, args ...uint64) uint64 {
	if g.err != nil {
		return 0
	}
	function := g.module.ExportedFunction(name)
	if function == nil {
		g.err = fmt.Errorf("graphviz.wasm exports no %s", name)
		return 0
	}
	results, err := function.Call(g.ctx, args...)
	if err != nil {
		g.err = fmt.Errorf("Graphviz, %s: %w", name, err)
		return 0
	}
	if len(results) == 0 {
		return 0
	}
	return results[0]
}

// text copies s into the guest, with the zero byte that ends a string there.
func (g *guest) text(s string) uint64 {
	address := g.call("malloc", uint64(len(s)+1))
	if g.err == nil && (address == 0 || !g.module.Memory().WriteString(uint32(address), s+"\x00")) {
		g.err = errors.New("Graphviz is out of memory")
	}
	return address
}

func (g *guest) word(address uint64) uint64 {
	if g.err != nil {
		return 0
	}
	value, ok := g.module.Memory().ReadUint32Le(uint32(address))
	if !ok {
		g.err = fmt.Errorf("Graphviz gave an address outside its memory")
	}
	return uint64(value)
}

// bytes copies out of the guest's memory, which goes away with it.
func (g *guest) bytes(address, length uint64) []byte {
	if g.err != nil {
		return nil
	}
	view, ok := g.module.Memory().Read(uint32(address), uint32(length))
	if !ok {
		g.err = fmt.Errorf("Graphviz gave an address outside its memory")
		return nil
	}
	return append([]byte(nil), view...)
}

// fail records what Graphviz itself says went wrong.
func (g *guest) fail(step string) {
	if g.err == nil {
		g.err = fmt.Errorf("Graphviz, %s: %s", step, strings.TrimSpace(string(g.said.text)))
	}
}

// head keeps the beginning of what is written to it.
type head struct{ text []byte }

func (h *head) Write(p []byte) (int, error) {
	const longest = 400
	h.text = append(h.text, p[:min(len(p), longest-len(h.text))]...)
	return len(p), nil
}
