package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// This is the only file that knows yaml.v3: it turns text into nodes, and its errors into ours.

type node = yaml.Node

const (
	mappingNode  = yaml.MappingNode
	sequenceNode = yaml.SequenceNode
	scalarNode   = yaml.ScalarNode
	aliasNode    = yaml.AliasNode
)

func isTagged(n *node) bool { return n.Style&yaml.TaggedStyle != 0 }

func isQuoted(n *node) bool {
	return n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0
}

// isBlock reports whether text stands on lines of its own, below | or >.
func isBlock(n *node) bool { return n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 }

func isNull(n *node) bool { return n.Kind == scalarNode && n.Tag == "!!null" }

// deref follows an alias to what it stands for. An alias never names an alias.
func deref(n *node) *node {
	if n != nil && n.Kind == aliasNode {
		return n.Alias
	}
	return n
}

// isText reports whether YAML takes the unquoted word for text, and not for a number, a date, true or nothing.
func isText(word string) bool {
	n := yaml.Node{Kind: yaml.ScalarNode, Value: word}
	return n.ShortTag() == "!!str"
}

// A syntaxError is text that is no YAML. Line and column are 0 where they are not known.
type syntaxError struct {
	line, column int
	width        int // in runes; 0: the rest of the line
	message      string
	accepted     string
	tooDeep      bool // what is accepted is for the reader to say, who knows the limit
}

// decode returns the root of the one document in data, nil where there is none.
func decode(data []byte) (root *node, second *node, failure *syntaxError) {
	root, second, err := parse(data)
	if err == nil {
		return root, second, nil
	}
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 1
	if rest, ok := strings.CutPrefix(message, "line "); ok {
		if number, text, ok := strings.Cut(rest, ": "); ok {
			if n, err := strconv.Atoi(number); err == nil {
				line, message = n, text
			}
		}
	}
	if len(data) <= searchBytes {
		line = badLine(data, err)
	}
	return nil, nil, explain(data, line, message)
}

// searchBytes is the size up to which the line of a syntax error is searched for: about twenty times the work of
// reading the text once.
const searchBytes = 1 << 20

// badLine finds the first line after which the text can no longer be right: yaml.v3 names the line in which what it
// was reading began, sometimes the one above, or none. The first lines of the text up to and including the bad one
// fail in the same way as the whole text; fewer lines do not.
func badLine(data []byte, err error) int {
	starts := lineStarts(data)
	low, high := 1, len(starts) // the bad line is in [low, high]
	for low < high {
		middle := (low + high) / 2
		if _, _, again := parse(data[:starts[middle]]); again != nil && again.Error() == err.Error() {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return low
}

// parse reads the first document, and the second if there is one with something in it. It is the one place that
// recovers: yaml.v3 is known to panic on some input, and a panic there says nothing about this program's state.
func parse(data []byte) (root, second *node, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the YAML library fails on this text: %v", r)
		}
	}()
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var documents [2]yaml.Node
	for i := range documents {
		if err := decoder.Decode(&documents[i]); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, nil, err
		}
	}
	if len(documents[0].Content) > 0 {
		root = documents[0].Content[0]
	}
	if content := documents[1].Content; len(content) > 0 && !(isNull(content[0]) && content[0].Value == "") {
		second = content[0]
	}
	return root, second, nil
}

// explain says in a user's words what is wrong with a line.
func explain(data []byte, line int, message string) *syntaxError {
	failure := &syntaxError{line: line, message: "this is no YAML: " + message}
	text := lineAt(data, line)
	blank := len(text) - len(strings.TrimLeft(text, " \t"))
	failure.column = blank + 1
	switch {
	case strings.Contains(message, "control characters"):
		if at := bytes.IndexFunc(data, isControl); at >= 0 {
			return badByte(data, at, "this is no YAML: "+message, `text; in double quotes \x1b stands for the character 1b`)
		}
	case strings.Contains(text[:blank], "\t") && strings.Contains(message, "cannot start any token"):
		failure.column, failure.width = strings.IndexByte(text, '\t')+1, 1
		failure.message, failure.accepted = "a tab indents this line", "spaces; YAML does not allow tabs here"
	case strings.Contains(message, "cannot start any token"):
		failure.accepted = `text that begins with one of @ % and the backquote in quotes: "@name"`
	case strings.Contains(message, "mapping values are not allowed"):
		failure.accepted = `one "key: value" a line; text with ": " in it in quotes`
	case strings.Contains(message, "did not find expected key"):
		failure.accepted = "keys of one mapping in the same column, items of one list too"
	case strings.Contains(message, "expected ',' or"):
		failure.accepted = "a comma between the parts of [ ] and { }, and the closing bracket"
	case strings.Contains(message, "could not find expected ':'"):
		failure.accepted = `"key: value", with a colon and a space; keys of at most 1,024 characters`
	case strings.Contains(message, "incompatible YAML document"):
		failure.accepted = `no line that begins with %YAML: leave it out`
	case strings.Contains(message, "unexpected end of stream"):
		failure.accepted = "a closing quote"
	case strings.Contains(message, "exceeded max depth"):
		failure.message, failure.tooDeep = "this is nested more than 10,000 levels deep", true
	case strings.Contains(message, "unknown anchor"):
		if _, rest, ok := strings.Cut(message, "'"); ok {
			name, _, _ := strings.Cut(rest, "'")
			failure.message = "no anchor is called " + quote(name)
			if at := strings.Index(text, "*"+name); at >= 0 {
				failure.column, failure.width = utf8.RuneCountInString(text[:at])+1, utf8.RuneCountInString(name)+1
			}
		}
		failure.accepted = "an alias, as in *name, of what stands above it with &name"
	}
	if failure.accepted == "" {
		failure.accepted = "YAML or JSON; a line that means something else than it says is often mended by quotes"
	}
	return failure
}

// isControl reports whether YAML refuses the character.
func isControl(r rune) bool {
	return r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r >= 0x7f && r < 0xa0 && r != 0x85 || r == 0xfffe || r == 0xffff
}
