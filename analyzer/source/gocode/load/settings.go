package load

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// Bounds of the configuration that is read beside a main package.
const (
	maxSettingFiles  = 64
	maxSettingBytes  = 256 << 10
	maxSettingDepth  = 12
	maxSettingList   = 64
	maxSettingLevels = 4 // directories above the package
)

// Settings are the files of configuration that lie beside a main package, in its directory or in one below it that is
// called after them, and so in the directories above it, as far up as its module and the run's root go: by file, seen from
// the package with slashes, what each key is set to. Keys are in lower case, with dots between levels; what is no scalar is
// "", and the scalars of a list stand under its key with [0] and so on behind it. Files that are no YAML, which JSON is, are left out.
func Settings(root, dir string) map[string]map[string]string {
	var out map[string]map[string]string
	for up := ""; ; up += "../" {
		here := filepath.Join(root, filepath.FromSlash(dir))
		for _, below := range []string{".", "etc", "conf", "config", "configs"} {
			entries, err := os.ReadDir(filepath.Join(here, below))
			if err != nil {
				continue
			}
			for _, entry := range entries {
				if len(out) == maxSettingFiles {
					return out
				}
				keys := settingsOf(filepath.Join(here, below, entry.Name()))
				if keys == nil {
					continue
				}
				if out == nil {
					out = make(map[string]map[string]string)
				}
				out[up+path.Join(below, entry.Name())] = keys
			}
		}
		_, err := os.Stat(filepath.Join(here, "go.mod"))
		if err == nil || path.Clean(dir) == "." || strings.Count(up, "/") == maxSettingLevels {
			return out
		}
		dir = path.Dir(path.Clean(dir))
	}
}

// settingsOf is what the keys of a file of configuration are set to, nil where it is none.
func settingsOf(path string) map[string]string {
	if !slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(path)) {
		return nil
	}
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() || info.Size() > maxSettingBytes {
		return nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	var root yaml.Node
	if yaml.Unmarshal(data, &root) != nil || len(root.Content) != 1 || root.Content[0].Kind != yaml.MappingNode {
		return nil
	}
	keys := make(map[string]string)
	flatten(keys, "", root.Content[0], 0)
	return keys
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
			if value.Kind == yaml.SequenceNode && len(value.Content) <= maxSettingList {
				for i, element := range value.Content {
					if element.Kind == yaml.ScalarNode && element.Tag != "!!null" {
						keys[key+"["+strconv.Itoa(i)+"]"] = element.Value
					}
				}
			}
		}
	}
}
