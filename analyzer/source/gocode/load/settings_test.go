package load

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

func TestSettings(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"etc/shop.yaml":     "Name: shop\nStock:\n  Timeout: 500\n  Hosts: [a, b]\nEmpty:\nDevServer: {}\n",
		"config.json":       `{"Timeout": 0, "On": true}`,
		"etc/list.yaml":     "- a\n",
		"etc/broken.yaml":   "a: [",
		"deploy/other.yaml": "a: 1\n",
		"etc/notes.txt":     "a: 1\n",
		"etc/again.yml":     "a: &x {b: 1}\nc: *x\n",
		"cmd/x/conf/x.yaml": "a: 1\n",
		"mod/go.mod":        "module x\n",
		"mod/a.yaml":        "a: 1\n",
		"mod/cmd/b.yaml":    "b: 1\n",
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want := map[string]map[string]string{
		"etc/shop.yaml": {"name": "shop", "stock": "", "stock.timeout": "500", "stock.hosts": "", "stock.hosts[0]": "a", "stock.hosts[1]": "b", "empty": "", "devserver": ""},
		"config.json":   {"timeout": "0", "on": "true"},
		"etc/again.yml": {"a": "", "a.b": "1", "c": "", "c.b": "1"},
	}
	if got := Settings(dir, "."); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	if got := Settings(filepath.Join(dir, "nowhere"), "."); got != nil {
		t.Errorf("where nothing is, got %v", got)
	}
	if got := Settings(filepath.Join(dir, "cmd"), "x"); !reflect.DeepEqual(got, map[string]map[string]string{"conf/x.yaml": {"a": "1"}}) {
		t.Errorf("above the root of the run, got %v", got)
	}
	above := map[string]map[string]string{"conf/x.yaml": {"a": "1"}}
	for name, keys := range want {
		above["../../"+name] = keys
	}
	if got := Settings(dir, "cmd/x"); !reflect.DeepEqual(got, above) {
		t.Errorf("above the package: got  %v\nwant %v", got, above)
	}
	module := map[string]map[string]string{"../b.yaml": {"b": "1"}, "../../a.yaml": {"a": "1"}}
	if got := Settings(dir, "mod/cmd/server"); !reflect.DeepEqual(got, module) {
		t.Errorf("above the module: got  %v\nwant %v", got, module)
	}
}
