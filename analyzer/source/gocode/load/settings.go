package load

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Bounds of the configuration that is read beside a main package.
const (
	maxSettingFiles = 64
	maxSettingBytes = 256 << 10
	maxSettingDepth = 12
)

// Settings are the files of configuration that lie beside a main package, in its directory or in one below it that is
// called after them: by file, seen from there with slashes, what each key is set to. Keys are in lower case, with dots
// between levels; what is no scalar is "". Files that are no YAML, which JSON is, are left out.
func Settings(dir string) map[string]map[string]string {
	var out map[string]map[string]string
	for _, below := range []string{".", "etc", "conf", "config", "configs"} {
		entries, err := os.ReadDir(filepath.Join(dir, below))
		if err != nil {
			continue
		}
		for _, entry := range entries {
			if !slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(entry.Name())) || len(out) == maxSettingFiles {
				continue
			}
			path := filepath.Join(dir, below, entry.Name())
			if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() || info.Size() > maxSettingBytes {
				continue
			}
			data, err := os.ReadFile(path)
			if err != nil {
				continue
			}
			var root yaml.Node
			if yaml.Unmarshal(data, &root) != nil || len(root.Content) != 1 || root.Content[0].Kind != yaml.MappingNode {
				continue
			}
			keys := make(map[string]string)
			flatten(keys, "", root.Content[0], 0)
			if out == nil {
				out = make(map[string]map[string]string)
			}
			out[filepath.ToSlash(filepath.Join(below, entry.Name()))] = keys
		}
	}
	return out
}

// flatten adds the keys of a mapping to those of its file.
func flatten(keys map[string]string, above string, mapping *yaml.Node, depth int) {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		key, value := above+strings.ToLower(mapping.Content[i].Value), mapping.Content[i+1]
		if value.Kind == yaml.AliasNode && value.Alias != nil {
			value = value.Alias
		}
		switch {
		case value.Kind == yaml.ScalarNode && value.Tag != "!!null":
			keys[key] = value.Value
		case value.Kind == yaml.MappingNode && depth < maxSettingDepth:
			keys[key] = ""
			flatten(keys, key+".", value, depth+1)
		default:
			keys[key] = ""
		}
	}
}
