package cli

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// Where formats with links may link to: what stands before the path of a file, and "#L12" behind it, is a page about that
// line.

// checkLinks refuses what is no beginning of such a page.
func checkLinks(text string) error {
	at, err := url.Parse(text)
	if err != nil || at.Scheme != "https" && at.Scheme != "http" || at.Host == "" || strings.ContainsAny(text, "()<>[]\"'`\\ \t\r\n?#") {
		return usagef("-links %q: a URL that the path of a file can stand behind is wanted, as https://github.com/org/repo/blob/main/", text)
	}
	return nil
}

// links is that of the commit that a job of GitHub Actions or GitLab CI runs for; "" elsewhere.
func (c *Command) links() string {
	base := ""
	switch {
	case c.env("GITHUB_ACTIONS") == "true" && c.env("GITHUB_REPOSITORY") != "" && c.env("GITHUB_SHA") != "":
		base = c.env("GITHUB_SERVER_URL") + "/" + c.env("GITHUB_REPOSITORY") + "/blob/" + c.env("GITHUB_SHA") + "/"
	case c.env("GITLAB_CI") == "true" && c.env("CI_COMMIT_SHA") != "":
		base = c.env("CI_PROJECT_URL") + "/-/blob/" + c.env("CI_COMMIT_SHA") + "/"
	}
	below, ok := c.belowCheckout()
	if base == "" || !ok || checkLinks(base) != nil {
		return ""
	}
	return base + below
}

// belowCheckout is the way from the top of the working tree to the directory of the run, "" or ending in a slash. It
// reports false where that is no working tree.
func (c *Command) belowCheckout() (string, bool) {
	here, err := filepath.Abs(c.path("."))
	if err != nil {
		return "", false
	}
	for top := here; ; top = filepath.Dir(top) {
		if _, err := os.Stat(filepath.Join(top, ".git")); err == nil {
			below, err := filepath.Rel(top, here)
			if err != nil || below == "." {
				return "", err == nil
			}
			return (&url.URL{Path: filepath.ToSlash(below) + "/"}).EscapedPath(), true
		}
		if top == filepath.Dir(top) {
			return "", false
		}
	}
}
