package arch

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// State tells apart what is there, what somebody looked for and did not find, and what nobody said.
// Rules about something missing fire on Absent only, never on Unknown.
type State uint8

const (
	Unknown State = iota // no source speaks of it
	Present              // a source shows it
	Absent               // a source that would show it says that it is not there
)

// Fact is one thing that a source says, and where. The zero Fact is unknown.
// In a Fact[bool], Value is true exactly when State is Present.
type Fact[T any] struct {
	Value T
	State State // beside Value, which keeps small facts small: a system has hundreds of thousands
	Pos   Pos
}

// Is reports whether the fact is Present.
func (f Fact[T]) Is() bool { return f.State == Present }

// Not reports whether the fact is Absent: looked for, and not there.
func (f Fact[T]) Not() bool { return f.State == Absent }

// Known reports whether any source spoke of it.
func (f Fact[T]) Known() bool { return f.State != Unknown }

// Or is the value where it is present, else other.
func (f Fact[T]) Or(other T) T {
	if f.State == Present {
		return f.Value
	}
	return other
}

// At makes a present fact.
func At[T any](value T, pos Pos) Fact[T] { return Fact[T]{Value: value, Pos: pos, State: Present} }

// Percent is a share in percentage points: 99.95 for "99.95%". Percentage points, not a fraction,
// so that what was written prints as it was written.
type Percent float64

// Fraction is the share as a number from 0 to 1.
func (p Percent) Fraction() float64 { return float64(p) / 100 }

// String prints the shortest decimal that reads back as p, with its sign: "99.95%".
func (p Percent) String() string { return strconv.FormatFloat(float64(p), 'f', -1, 64) + "%" }

// ParsePercent reads "99.9%". The sign is required: 0.999 and 99.9 are too easily taken for each other.
func ParsePercent(text string) (Percent, error) {
	digits, ok := strings.CutSuffix(text, "%")
	if !ok {
		return 0, fmt.Errorf("%q has no percent sign", text)
	}
	if digits == "" || strings.Trim(digits, "0123456789.") != "" {
		return 0, fmt.Errorf("%q is no percentage", text)
	}
	value, err := strconv.ParseFloat(digits, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is no percentage", text)
	}
	if value > 100 {
		return 0, fmt.Errorf("%q is more than 100%%", text)
	}
	return Percent(value), nil
}

// ParseDuration reads what [time.ParseDuration] reads, and days ("d", 24 hours) and weeks ("w", 7 days)
// as units beside the others: "30d", "1w12h". Negative durations are errors: nothing in the model has one.
func ParseDuration(text string) (time.Duration, error) {
	bad := fmt.Errorf("%q is no duration", text)
	var total float64
	rest := text
	for first := true; first || rest != ""; first = false {
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789."))
		number, err := strconv.ParseFloat(rest[:digits], 64)
		if err != nil {
			return 0, bad
		}
		rest = rest[digits:]
		if rest == "" && number == 0 && first {
			return 0, nil // "0" needs no unit
		}
		letters := strings.IndexAny(rest, "0123456789.")
		if letters < 0 {
			letters = len(rest)
		}
		unit, ok := unitOf(rest[:letters])
		if !ok {
			return 0, bad
		}
		total += number * float64(unit)
		rest = rest[letters:]
	}
	if total > float64(1<<63-1) {
		return 0, fmt.Errorf("%q is longer than 292 years", text)
	}
	// Decimal fractions of a unit are not exact in binary; durations are whole nanoseconds.
	return time.Duration(total + 0.5), nil
}

func unitOf(name string) (time.Duration, bool) {
	switch name {
	case "ns":
		return time.Nanosecond, true
	case "us", "µs", "μs":
		return time.Microsecond, true
	case "ms":
		return time.Millisecond, true
	case "s":
		return time.Second, true
	case "m":
		return time.Minute, true
	case "h":
		return time.Hour, true
	case "d":
		return 24 * time.Hour, true
	case "w":
		return 7 * 24 * time.Hour, true
	}
	return 0, false
}

// FormatDuration prints a duration in the shortest way that [ParseDuration] reads back exactly:
// weeks or days where they are whole, else as Go prints it without trailing zero units.
func FormatDuration(d time.Duration) string {
	const day, week = 24 * time.Hour, 7 * 24 * time.Hour
	switch {
	case d == 0:
		return "0s"
	case d%week == 0:
		return strconv.FormatInt(int64(d/week), 10) + "w"
	case d%day == 0:
		return strconv.FormatInt(int64(d/day), 10) + "d"
	}
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// Limit bounds how long a caller waits.
type Limit struct {
	Kind   LimitKind
	Length time.Duration // of Exactly only
}

// LimitKind says how much is known of a [Limit].
type LimitKind uint8

const (
	Exactly       LimitKind = iota // Length is known
	UnknownLength                  // there is a limit; how long it is, is not known
	Incoming                       // the limit that came with the request, if one did
)

// String is the text that a manifest has for the limit: "2s", "unknown" or "incoming".
func (l Limit) String() string {
	switch l.Kind {
	case UnknownLength:
		return "unknown"
	case Incoming:
		return "incoming"
	}
	return FormatDuration(l.Length)
}

// ParseLimit reads a duration, "unknown" or "incoming".
func ParseLimit(text string) (Limit, error) {
	switch text {
	case "unknown":
		return Limit{Kind: UnknownLength}, nil
	case "incoming":
		return Limit{Kind: Incoming}, nil
	}
	length, err := ParseDuration(text)
	return Limit{Length: length}, err
}
