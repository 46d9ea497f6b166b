package analyzer

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/distcheck/distcheck/analyzer/source/gocode"
)

// ManifestVariable is the environment variable that names the manifest, by an absolute path: drivers start an analysis
// in the directory of its package. "off" is none.
const ManifestVariable = "DISTCHECK_MANIFEST"

// ManifestName is what a manifest is called that is found by looking for it.
const ManifestName = "services.yaml"

// ManifestOf is the manifest of the package in a directory, "" where there is none: what [ManifestVariable] says, else
// the nearest [ManifestName] in the directory of the package's module or above it, no further than the repository.
func ManifestOf(dir string, getenv func(string) string) (string, error) {
	if file, said, err := manifestNamed(getenv); said {
		return file, err
	}
	for _, dir := range gocode.ManifestDirs(dir) {
		if file := filepath.Join(dir, ManifestName); exists(file) {
			return file, nil
		}
	}
	return "", nil
}

// Manifests are the manifests that packages may have which are built from a directory, sorted: what they hold decides
// what an analysis says, so that a build cache must know it.
func Manifests(dir string, getenv func(string) string) ([]string, error) {
	if file, said, err := manifestNamed(getenv); said {
		return slices.DeleteFunc([]string{file}, func(file string) bool { return file == "" }), err
	}
	var found []string
	for _, dir := range gocode.AllManifestDirs(dir) {
		if file := filepath.Join(dir, ManifestName); exists(file) {
			found = append(found, file)
		}
	}
	return found, nil
}

// manifestNamed is what the environment says, if it says something.
func manifestNamed(getenv func(string) string) (file string, said bool, err error) {
	const off = "off"
	switch named := getenv(ManifestVariable); {
	case named == "":
		return "", false, nil
	case named == off:
		return "", true, nil
	case !filepath.IsAbs(named):
		return "", true, fmt.Errorf("%s=%s: accepted are an absolute path, since an analysis is started in the directory of its package, and %s", ManifestVariable, named, off)
	case !exists(named):
		return "", true, fmt.Errorf("%s=%s: there is no such file", ManifestVariable, named)
	default:
		return named, true, nil
	}
}

func exists(file string) bool {
	info, err := os.Stat(file)
	return err == nil && !info.IsDir()
}
