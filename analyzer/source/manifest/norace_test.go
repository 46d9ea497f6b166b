//go:build !race

package manifest_test

// raced says that the race detector is on. Code that is compiled for it allocates many times as much.
const raced = false
