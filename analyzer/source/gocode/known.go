package gocode

import "github.com/distcheck/distcheck/analyzer/source/gocode/library"

// KnownLibrary is a library of which something is seen without its code: by the path of its module, "" for the standard
// library, with what is seen, and the versions of its modules that this was compared with.
type KnownLibrary struct {
	Path     string
	Does     []string
	Versions []string
}

// KnownLibraries lists the libraries that are known without their code, by their paths.
func KnownLibraries() []KnownLibrary {
	var out []KnownLibrary
	for _, s := range library.Supported() {
		out = append(out, KnownLibrary(s))
	}
	return out
}
