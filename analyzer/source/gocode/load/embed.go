package load

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// embedded is an overlay with a file for each go:embed pattern that matches none, and a note a package.
func embedded(root string, pkgs []*packages.Package) (overlay map[string][]byte, notes []string) {
	for _, pkg := range pkgs {
		if len(pkg.Errors) == 0 || !strings.HasPrefix(pkg.Errors[0].Msg, "pattern ") || len(pkg.GoFiles) == 0 {
			continue
		}
		dir := filepath.Dir(pkg.GoFiles[0])
		var missing []string
		for _, pattern := range pkg.EmbedPatterns {
			pattern = filepath.ToSlash(strings.TrimPrefix(pattern, dir+string(filepath.Separator))) // go/packages makes it a path
			glob, all := strings.CutPrefix(pattern, "all:")
			found, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(glob)))
			if err != nil || slices.ContainsFunc(found, func(path string) bool { return embeddable(path, all) }) {
				continue
			}
			missing = append(missing, pattern)
			path := filepath.Join(dir, filepath.FromSlash(strings.NewReplacer("*", "x", "?", "x").Replace(glob)))
			if overlay == nil {
				overlay = make(map[string][]byte)
			}
			if len(found) > 0 || filepath.Ext(path) == "" {
				path = filepath.Join(path, "x") // a directory, as far as its name tells
			}
			overlay[path] = []byte("\n")
		}
		if len(missing) > 0 {
			notes = append(notes, fmt.Sprintf("%s: there are no files to embed for %s; analysed as if there were", rel(root, dir), strings.Join(missing, " ")))
		}
	}
	return overlay, notes
}

// embeddable reports whether a path is a file, or a directory with one that go:embed takes: hidden ones only with all.
func embeddable(path string, all bool) bool {
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() {
		return err == nil
	}
	some := false
	filepath.WalkDir(path, func(below string, entry fs.DirEntry, err error) error {
		hidden := below != path && !all && (strings.HasPrefix(entry.Name(), ".") || strings.HasPrefix(entry.Name(), "_"))
		switch {
		case err != nil:
		case entry.IsDir() && hidden:
			return fs.SkipDir
		case entry.Type().IsRegular() && !hidden:
			some = true
			return fs.SkipAll
		}
		return nil
	})
	return some
}
