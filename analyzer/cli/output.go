package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/distcheck/distcheck/analyzer/report"
	"github.com/distcheck/distcheck/analyzer/visible"
)

// writeFile writes a file that appears whole or not at all: it is written beside its place and then put there.
// Permissions of a file that is replaced are kept. What is no plain file, such as /dev/stdout or a pipe, is written to
// directly.
func (c *Command) writeFile(name string, write func(io.Writer) error) (err error) {
	path := c.path(name)
	mode := os.FileMode(0o644)
	if info, statErr := os.Stat(path); statErr == nil {
		if info.IsDir() {
			return usagef("%s is a directory: name a file", visible.Text(name))
		}
		if !info.Mode().IsRegular() {
			return c.writeThrough(path, name, write)
		}
		mode = info.Mode().Perm()
		if path, err = filepath.EvalSymlinks(path); err != nil {
			return unwritten(name, err)
		}
	}
	if _, statErr := os.Stat(filepath.Dir(path)); errors.Is(statErr, fs.ErrNotExist) {
		return fmt.Errorf("writing %s: the directory %s does not exist", name, filepath.Dir(name))
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".distcheck-*")
	if err != nil {
		return unwritten(name, err)
	}
	defer func() {
		if err != nil {
			file.Close()
			os.Remove(file.Name())
		}
	}()
	if err := write(file); err != nil {
		return unwritten(name, err)
	}
	if err := file.Chmod(mode); err != nil {
		return unwritten(name, err)
	}
	if err := file.Close(); err != nil {
		return unwritten(name, err)
	}
	if err := os.Rename(file.Name(), path); err != nil {
		return unwritten(name, err)
	}
	return nil
}

func (c *Command) writeThrough(path, name string, write func(io.Writer) error) error {
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return unwritten(name, err)
	}
	defer file.Close()
	if err := write(file); err != nil {
		return unwritten(name, err)
	}
	return file.Close()
}

// unwritten says that a file could not be written, by the name that the user gave: that of the file beside it, which the
// system's errors tell, is no help.
func unwritten(name string, err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		err = path.Err
	case errors.As(err, &link):
		err = link.Err
	}
	return fmt.Errorf("writing %s: %w", name, err)
}

// terminal says what standard output is: colour only on a terminal that wants it.
func (c *Command) terminal() report.Options {
	return report.Options{Color: c.env("NO_COLOR") == "" && c.isTerminal(c.Stdout)}
}

// isTerminal reports whether what is written there is seen at once, by somebody whose terminal does more than print.
func (c *Command) isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok || c.env("TERM") == "dumb" {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
