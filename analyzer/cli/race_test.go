//go:build race

package cli_test

// raced says that the race detector is on, under which some things take ten times as long and are one goroutine: the
// program as a vet tool, which the go command starts for each package, and what draws.
const raced = true
