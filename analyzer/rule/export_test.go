package rule

// Loopback is loopback, for tests.
func Loopback(server string) bool { return loopback(server) }

// Nearest is what a speller that knows some names finds.
func Nearest(name string, known ...string) string {
	s := newSpeller()
	for _, k := range known {
		s.add(k, k)
	}
	return s.nearest(name, "")
}

// NearestOf asks one speller for several names.
func NearestOf(names, known []string) []string {
	s := newSpeller()
	for _, k := range known {
		s.add(k, k)
	}
	found := make([]string, len(names))
	for i, name := range names {
		found[i] = s.nearest(name, "")
	}
	return found
}
