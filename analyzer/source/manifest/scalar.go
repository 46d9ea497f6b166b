package manifest

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/spelling"
	"github.com/distcheck/distcheck/analyzer/visible"
)

// scalar is a type of value that is one word or text: how it is read, printed, described to people and to editors.
type scalar[V any] struct {
	name     string // in the schema
	accepted string // for messages, without "false"
	parse    func(n *node) (value V, problem string)
	print    func(V) *tree
	schema   func() *tree
	hint     func(n *node) string // what to type instead; may be nil, may return ""
	noFalse  bool                 // false is not accepted as "absent"
}

func (s scalar[V]) suggest(n *node) string {
	if s.hint == nil || n.Kind != scalarNode {
		return ""
	}
	return s.hint(n)
}

func itoa(n int) string { return strconv.Itoa(n) }

func isTrue(n *node) bool  { return n.Tag == "!!bool" && strings.EqualFold(n.Value, "true") }
func isFalse(n *node) bool { return n.Tag == "!!bool" && strings.EqualFold(n.Value, "false") }

// isYes and isNo know the words that YAML 1.1 took for true and false, and YAML 1.2 takes for text.
func isYes(n *node) bool {
	return slices.Contains([]string{"yes", "on", "y"}, strings.ToLower(n.Value))
}
func isNo(n *node) bool { return slices.Contains([]string{"no", "off", "n"}, strings.ToLower(n.Value)) }

func truth() scalar[bool] {
	return scalar[bool]{
		name: "true", accepted: "true",
		parse: func(n *node) (bool, string) {
			if isTrue(n) {
				return true, ""
			}
			return false, "found " + describe(n)
		},
		print:  func(bool) *tree { return bare("true") },
		schema: func() *tree { return object1("const", bare("true")) },
		hint: func(n *node) string {
			switch {
			case isYes(n) || strings.EqualFold(n.Value, "true"):
				return "write true"
			case isNo(n) || strings.EqualFold(n.Value, "false"):
				return "write false"
			}
			return ""
		},
	}
}

func text() scalar[string] {
	return scalar[string]{
		name: "text", accepted: "text",
		parse: func(n *node) (string, string) {
			if text, ok := textOf(n); ok {
				return text, ""
			}
			return "", "found " + describe(n)
		},
		print:  word,
		schema: func() *tree { return object2("type", list1("string", "number"), "minLength", bare("1")) },
		hint: func(n *node) string {
			if n.Tag == "!!bool" {
				return "write " + quote(n.Value) + ", with the quotes, if the text is meant"
			}
			return ""
		},
	}
}

// orTrue accepts a bare true beside what s accepts: that there is one, and no more.
func orTrue(s scalar[string]) scalar[string] {
	inner := s
	s.name += "-or-true"
	s.accepted += ", or true"
	s.parse = func(n *node) (string, string) {
		if isTrue(n) {
			return "true", ""
		}
		return inner.parse(n)
	}
	s.print = func(text string) *tree {
		if text == "true" {
			return bare("true")
		}
		return inner.print(text)
	}
	s.schema = func() *tree { return anyOf(object1("const", bare("true")), inner.schema()) }
	s.hint = func(n *node) string {
		if n.Value == "yes" {
			return "write true"
		}
		return inner.suggest(n)
	}
	return s
}

// whole is a whole number from low to high.
func whole(name string, low, high int) scalar[int] {
	return scalar[int]{
		name: name, accepted: "a whole number from " + itoa(low) + " to " + itoa(high),
		parse: func(n *node) (int, string) {
			if n.Tag != "!!int" {
				return 0, "found " + describe(n)
			}
			value, ok := digits(n.Value)
			if !ok && len(n.Value) > 10 && n.Value[0] != '0' && strings.Trim(n.Value, "0123456789") == "" {
				return 0, quote(n.Value) + " is out of range"
			}
			if !ok {
				return 0, quote(n.Value) + " is no whole number in digits"
			}
			if value < low || value > high {
				return 0, quote(n.Value) + " is out of range"
			}
			return value, ""
		},
		print: func(v int) *tree { return bare(itoa(v)) },
		schema: func() *tree {
			return object3("type", word("integer"), "minimum", bare(itoa(low)), "maximum", bare(itoa(high)))
		},
		hint: func(n *node) string {
			if value, ok := digits(n.Value); ok && n.Tag == "!!str" && value >= low && value <= high {
				return "write " + n.Value + ", without quotes"
			}
			return ""
		},
	}
}

const many = 1_000_000_000 // the highest of whole numbers without a bound of their own

// digits reads a number in plain decimal digits: none of YAML's 0x10, 0o7 and 1_000 means what people think it does.
func digits(text string) (int, bool) {
	if text == "" || len(text) > 10 || strings.Trim(text, "0123456789") != "" || len(text) > 1 && text[0] == '0' {
		return 0, false
	}
	value, err := strconv.Atoi(text)
	return value, err == nil
}

// times is a count of repetitions: true where it is not known, which the model has as 0.
func times() scalar[int] {
	s := whole("times", 1, many)
	inner := s
	s.accepted = "true where the number is not known, or " + s.accepted
	s.parse = func(n *node) (int, string) {
		if isTrue(n) {
			return 0, ""
		}
		return inner.parse(n)
	}
	s.print = func(v int) *tree {
		if v == 0 {
			return bare("true")
		}
		return inner.print(v)
	}
	s.schema = func() *tree { return anyOf(object1("const", bare("true")), inner.schema()) }
	return s
}

// written makes a type of what package arch can read from text.
func written[V any](name, accepted, pattern string, parse func(string) (V, error), print func(V) string, hint func(n *node) string) scalar[V] {
	return scalar[V]{
		name: name, accepted: accepted, hint: hint,
		parse: func(n *node) (V, string) {
			var none V
			if n.Tag != "!!str" {
				return none, "found " + describe(n)
			}
			value, err := parse(n.Value)
			if err != nil {
				return none, clip(err.Error())
			}
			return value, ""
		},
		print:  func(v V) *tree { return word(print(v)) },
		schema: func() *tree { return object2("type", word("string"), "pattern", word(pattern)) },
	}
}

const durationPattern = `(0+\.?0*|\.0+|(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h|d|w))+)`

func duration() scalar[time.Duration] {
	return written("duration", "a duration with its unit, as in 100ms, 1m30s, 12h, 30d, 2w", "^"+durationPattern+"$",
		parseDuration, arch.FormatDuration, durationHint)
}

// parseDuration refuses what is too long by less than a float64 shows.
func parseDuration(text string) (time.Duration, error) {
	d, err := arch.ParseDuration(text)
	if err == nil && (d < 0 || d == math.MaxInt64) {
		return 0, fmt.Errorf("%q is longer than 292 years", text)
	}
	return d, err
}

func limit() scalar[arch.Limit] {
	return written("limit", "a duration with its unit, as in 800ms; unknown: there is one, its length is not known; incoming: the one that came with the request",
		"^(unknown|incoming|"+durationPattern+")$", func(text string) (arch.Limit, error) {
			l, err := arch.ParseLimit(text)
			if err == nil && l.Kind == arch.Exactly {
				l.Length, err = parseDuration(text)
			}
			return l, err
		}, arch.Limit.String, durationHint)
}

func durationHint(n *node) string {
	if n.Tag == "!!int" || n.Tag == "!!float" {
		if _, err := arch.ParseDuration(n.Value + "s"); err == nil {
			return "write " + n.Value + "s if seconds are meant, " + n.Value + "ms if milliseconds are"
		}
	}
	return ""
}

// durationText is a duration that the model keeps as it was written.
func durationText() scalar[string] {
	return written("duration-text", "a duration with its unit, as in 20s or 1d", "^"+durationPattern+"$",
		func(text string) (string, error) {
			_, err := parseDuration(text)
			return text, err
		}, func(text string) string { return text }, durationHint)
}

func percent() scalar[arch.Percent] {
	return written("percent", "a percentage with its sign, as in 99.9%", `^0*(100(\.0*)?|[0-9]{1,2}(\.[0-9]*)?|\.[0-9]+)%$`,
		arch.ParsePercent, arch.Percent.String, percentHint)
}

func percentHint(n *node) string {
	if n.Tag != "!!int" && n.Tag != "!!float" {
		return ""
	}
	if _, err := arch.ParsePercent(n.Value + "%"); err != nil {
		return ""
	}
	if value, err := strconv.ParseFloat(n.Value, 64); err == nil && value > 0 && value < 1 {
		// Who writes 0.999 of an availability hardly means that it is down all day. Fifteen digits are what a float64
		// keeps of a decimal number.
		share := strconv.FormatFloat(value*100, 'g', 15, 64)
		if _, err := arch.ParsePercent(share + "%"); err == nil {
			return "write " + share + "% if a share of 1 is meant, " + n.Value + "% if percent are"
		}
	}
	return "write " + n.Value + "% if percent are meant"
}

// oneOf is one of a few words.
func oneOf[V ~string](name string, values ...V) scalar[V] {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = string(v)
	}
	return scalar[V]{
		name: name, accepted: strings.Join(words, ", "),
		parse: func(n *node) (V, string) {
			if n.Tag == "!!str" {
				for _, v := range values {
					if n.Value == string(v) {
						return v, ""
					}
				}
				if n.Value != "" {
					return "", quote(n.Value) + " is not accepted here"
				}
			}
			return "", "found " + describe(n)
		},
		print:  func(v V) *tree { return word(string(v)) },
		schema: func() *tree { return object1("enum", list1(words...)) },
		hint: func(n *node) string {
			if lower := strings.ToLower(n.Value); slices.Contains(words, lower) {
				return didYouMean(lower)
			}
			return didYouMean(spelling.Nearest(n.Value, words))
		},
	}
}

func sourceType() scalar[arch.Source] { return oneOf("source", arch.Sources()...) }

// number is a parameter of a rule.
func number(p arch.ParamSpec) scalar[float64] {
	accepted := "a number"
	if p.Whole {
		accepted = "a whole number"
	}
	accepted += " from " + floatText(p.Min)
	if p.Max != 0 {
		accepted += " to " + floatText(p.Max)
	}
	return scalar[float64]{
		accepted: accepted, noFalse: true,
		parse: func(n *node) (float64, string) {
			if n.Tag != "!!int" && n.Tag != "!!float" {
				return 0, "found " + describe(n)
			}
			value, err := strconv.ParseFloat(n.Value, 64)
			if err != nil || strings.Trim(n.Value, "0123456789.eE+-") != "" {
				return 0, quote(n.Value) + " is no number in digits"
			}
			if p.Whole && value != math.Trunc(value) {
				return 0, quote(n.Value) + " is no whole number"
			}
			if value < p.Min || p.Max != 0 && value > p.Max {
				return 0, quote(n.Value) + " is out of range"
			}
			return value, ""
		},
		print: func(v float64) *tree { return bare(floatText(v)) },
		schema: func() *tree {
			kind := "number"
			if p.Whole {
				kind = "integer"
			}
			s := object2("type", word(kind), "minimum", bare(floatText(p.Min)))
			if p.Max != 0 {
				s.add("maximum", bare(floatText(p.Max)))
			}
			return s
		},
	}
}

func floatText(v float64) string {
	if math.Abs(v) < 1e15 {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return strconv.FormatFloat(v, 'e', -1, 64)
}

// day is a date without time.
func day() scalar[time.Time] {
	return scalar[time.Time]{
		name: "date", accepted: "a date, as in 2027-03-31", noFalse: true,
		parse: func(n *node) (time.Time, string) {
			if n.Tag != "!!str" && n.Tag != "!!timestamp" {
				return time.Time{}, "found " + describe(n)
			}
			date, err := time.Parse(time.DateOnly, n.Value)
			if err != nil || date.IsZero() {
				return time.Time{}, quote(n.Value) + " is no date"
			}
			return date, ""
		},
		print: func(v time.Time) *tree { return plainWord(v.Format(time.DateOnly)) },
		schema: func() *tree {
			return object3("type", word("string"), "format", word("date"), "pattern", word(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`))
		},
	}
}

// clip keeps a message short whose text comes from outside.
func clip(message string) string {
	return visible.Short(message, 160)
}
