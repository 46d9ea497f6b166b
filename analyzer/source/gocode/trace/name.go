package trace

import (
	"cmp"
	"path"
	"slices"
	"strings"
)

// Names of services: after their directories, or after what their binary chooses between.

// nameUnits names services after their directories: without the words that say nothing, and with as many segments as
// make them differ. Units of one binary have names already.
func nameUnits(units []*unit) []string {
	words := map[string]bool{"cmd": true, "app": true, "server": true, "main": true, "service": true, "services": true,
		"internal": true, "src": true, "pkg": true, "apps": true, "": true, ".": true}
	names := make([]string, len(units))
	parts := make([][]string, len(units))
	all := make([][]string, len(units))
	for i, u := range units {
		segments := strings.Split(u.main.Dir, "/")
		if u.main.Dir == "." || u.main.Dir == "" {
			segments = []string{lastSegment(u.main.Path)}
		}
		all[i] = segments
		for _, s := range segments {
			if !words[strings.ToLower(s)] {
				parts[i] = append(parts[i], s)
			}
		}
		if len(parts[i]) == 0 { // cmd, say, at the top of a module
			parts[i] = segments[len(segments)-1:]
			above := strings.Split(u.main.Path, "/")
			for k, s := range slices.Backward(above) {
				if k == len(above)-2 && above[k+1] == "app" && !words[strings.ToLower(s)] && besides(units, u) {
					break // it is the app, beside a db, say
				}
				if !words[strings.ToLower(s)] {
					parts[i] = []string{lastSegment(strings.Join(above[:k+1], "/"))}
					break
				}
			}
		}
		if u.choice.kind != "" {
			parts[i] = append(parts[i], cmp.Or(u.choice.value, "default"))
		}
	}
	dropKinds(units, parts)
	for i := range units {
		n := 1
		if last := parts[i][len(parts[i])-1]; saysKind(last) && len(parts[i]) > 1 {
			n = 2
		}
		for ; n <= len(parts[i]); n++ {
			names[i] = tailName(parts[i], n)
			unique := true
			for k := range units {
				if k != i && tailName(parts[k], n) == names[i] {
					unique = false
				}
			}
			if unique {
				break
			}
		}
	}
	// Two that are still the same differ in words that say nothing.
	for i := range units {
		for k := range i {
			if names[i] == names[k] {
				names[i] = strings.Join(all[i], "-")
				names[k] = strings.Join(all[k], "-")
			}
		}
	}
	return names
}

// saysKind reports whether a word only says how a service is reached, which version it is, or that it is a binary.
func saysKind(word string) bool {
	switch word = strings.ToLower(word); word {
	case "api", "bin", "grpc", "http", "rest", "rpc":
		return true
	}
	return isVersion(word)
}

// isVersion reports whether a word is v and a number.
func isVersion(word string) bool {
	return len(word) > 1 && word[0] == 'v' && strings.Trim(word[1:], "0123456789") == ""
}

// dropKinds drops last words that tell nothing apart: those that only say how something is reached or which version it
// is, or that several have, as bin in orders/bin and users/bin. They stay where the word before is not one unit's own,
// as with orders/api and orders/worker.
func dropKinds(units []*unit, parts [][]string) {
	ending := make(map[string][]int)
	having := make(map[string]int)
	for i := range parts {
		if units[i].choice.kind == "" {
			ending[parts[i][len(parts[i])-1]] = append(ending[parts[i][len(parts[i])-1]], i)
		}
		for _, word := range parts[i] {
			having[word]++
		}
	}
	for word, which := range ending {
		drop := saysKind(word) || len(which) > 1
		for _, i := range which {
			drop = drop && len(parts[i]) > 1 && having[parts[i][len(parts[i])-2]] == 1
		}
		for _, i := range which {
			if drop {
				parts[i] = parts[i][:len(parts[i])-1]
			}
		}
	}
}

// besides reports whether other services stand in the same directory.
func besides(units []*unit, u *unit) bool {
	return slices.ContainsFunc(units, func(o *unit) bool {
		return o.main != u.main && path.Dir(o.main.Path) == path.Dir(u.main.Path)
	})
}

func tailName(parts []string, n int) string {
	return strings.Join(parts[max(len(parts)-n, 0):], "-")
}

func lastSegment(path string) string {
	parts := strings.Split(path, "/")
	last := parts[len(parts)-1]
	if isVersion(last) && len(parts) > 1 {
		last = parts[len(parts)-2]
	}
	return last
}
