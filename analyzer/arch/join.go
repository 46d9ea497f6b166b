package arch

// Join unites what a manifest says with what another source found. Services match by the directory and unit of their
// code, then by name, then by hosts; the manifest's name stays.
func Join(manifest, found *System) *System {
	if len(manifest.Services) == 0 {
		found.Rules, found.Accepted, found.Journeys = manifest.Rules, manifest.Accepted, manifest.Journeys
		return found
	}
	if len(found.Services) == 0 {
		return manifest
	}
	united, _ := Merge(manifest, found)
	united.Sort()
	return united
}
