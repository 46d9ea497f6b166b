package report

import (
	"net/url"
	"strings"
)

// relative reports whether a path lies below the directory of the run, and is a file at all: what is read from
// standard input is called "<stdin>".
func relative(path string) bool {
	return path != "" && !rooted(path) && !pseudo(path) && path != ".." && !strings.HasPrefix(path, "../")
}

// rooted reports whether a path with slashes is absolute, on Windows too.
func rooted(path string) bool {
	return strings.HasPrefix(path, "/") || len(path) > 2 && path[1] == ':' && path[2] == '/'
}

// pseudo reports whether a path names no file.
func pseudo(path string) bool {
	return strings.HasPrefix(path, "<") && strings.HasSuffix(path, ">")
}

// fileURI is the path as a URI reference: an absolute URI for an absolute path.
func fileURI(path string) string {
	segments := strings.Split(path, "/")
	for i, s := range segments {
		segments[i] = url.PathEscape(s)
	}
	if strings.Contains(segments[0], ":") {
		segments[0] = strings.ReplaceAll(segments[0], ":", "%3A") // or it would read as a scheme
	}
	uri := strings.Join(segments, "/")
	switch {
	case strings.HasPrefix(path, "//"):
		return "file:" + uri // a share: its first segment is the host
	case strings.HasPrefix(path, "/"):
		return "file://" + uri
	case rooted(path):
		return "file:///" + path[:1] + ":/" + strings.Join(segments[1:], "/")
	}
	return uri
}
