package cli

// LibrariesMarkdown is what the README lists of the libraries that are known.
func LibrariesMarkdown() string { return librariesMarkdown() }
