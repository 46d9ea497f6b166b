package history

import (
	"path"
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
)

// owners says whose code a directory is.
type owners struct {
	of map[string]string // by directory; "" where several services are made of one
}

// ownersOf lists the directories of services. The directory of the run is nobody's: beside one service there, all that
// lies above the others would be its code.
func ownersOf(services []*arch.Service) owners {
	o := owners{make(map[string]string)}
	for _, s := range services {
		if !s.IsOwn() {
			continue
		}
		for _, code := range s.Code {
			dir := path.Clean(code.Path())
			if !code.Dir.Is() || dir == "." || dir == ".." || strings.HasPrefix(dir, "../") || path.IsAbs(dir) {
				continue
			}
			if other, known := o.of[dir]; known && other != s.Name {
				o.of[dir] = ""
			} else {
				o.of[dir] = s.Name
			}
		}
	}
	return o
}

// owner is the service whose directory is the nearest above a file, "" where there is none or there are several.
func (o owners) owner(file string) string {
	for dir := path.Dir(file); dir != "." && dir != "/"; dir = path.Dir(dir) {
		if service, known := o.of[dir]; known {
			return service
		}
	}
	return ""
}

// isSource reports whether a file is a source that people write and that is released: no test, no contract of which each
// side may have a copy, nothing that was copied here or that a generator names so.
func isSource(file string) bool {
	sources := []string{".go", ".js", ".jsx", ".mjs", ".ts", ".tsx", ".py", ".java", ".kt", ".scala", ".cs", ".fs", ".rb", ".php", ".rs",
		".c", ".cc", ".cpp", ".h", ".hpp", ".ex", ".exs", ".erl", ".clj", ".swift", ".sql"}
	name := path.Base(file)
	if !slices.Contains(sources, path.Ext(name)) {
		return false
	}
	for _, dir := range strings.Split(path.Dir(file), "/") {
		switch dir {
		case "vendor", "node_modules", "third_party", "testdata", "test", "tests", "__tests__", "mocks", "genproto", "generated":
			return false
		}
	}
	stem := strings.TrimSuffix(name, path.Ext(name))
	for _, end := range []string{"_test", ".test", ".spec", ".pb", ".pb.gw", "_grpc", "_pb2", "_pb", "_gen", ".gen", ".min", "_mock", "_string"} {
		if strings.HasSuffix(stem, end) {
			return false
		}
	}
	for _, start := range []string{"test_", "mock_", "zz_generated"} {
		if strings.HasPrefix(stem, start) {
			return false
		}
	}
	return true
}
