package report

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"turnstile/checker"
	"turnstile/checker/history"
	"turnstile/fixtures/orchestrator/mode"
)

// meanings say what each property promises, to somebody who meets it for the
// first time.
var meanings = map[checker.Property]string{
	checker.Exclusivity: "One user's events are handled one at a time. The critical section of an attempt lasts from before it reads the user's state to after its last effect; while one attempt is inside for a user, no other may be.",
	checker.Effects:     "Each attempt on a user's event takes effect as a whole or not at all: it decides on the state that the attempt before it wrote, and what it sends and what it writes belong together. No order of attempts explains two that decided on the same state, or a text that went out without its state.",
	checker.Order:       "One user's events first take effect in the order in which they were published.",
	checker.Delivery:    "Every event whose publish the broker acknowledged takes effect, at the latest when every fault is healed and the broker has nothing left to deliver.",
	checker.Duplicates:  "Each text of an event reaches the downstream gateway at most once.",
	checker.Progress:    "Work goes on. While a fault lasts, the users whom it does not touch are served; once it is healed, what has waited takes effect; and no consumer keeps hold of messages that it does nothing with.",
	checker.Rules:       "Each user gets the texts that the journey's rules owe, and none that they forbid: no more marketing than the cap allows, none in quiet hours where the user is, no cart reminder soon after a purchase, nothing after STOP, one welcome.",
}

// compareModes and compareGuards put what there is not last.
func compareModes(a, b string) int {
	return cmp.Or(cmp.Compare(mode.Mode(a).Rank(), mode.Mode(b).Rank()), cmp.Compare(a, b))
}

func compareGuards(a, b string) int {
	return cmp.Or(cmp.Compare(mode.Guard(a).Rank(), mode.Guard(b).Rank()), cmp.Compare(a, b))
}

// millis writes nanoseconds in milliseconds, as finely as tells something.
func millis(ns int64) string {
	ms := float64(ns) / 1e6
	if -10 < ms && ms < 10 {
		return fmt.Sprintf("%.3f ms", ms)
	}
	return fmt.Sprintf("%.1f ms", ms)
}

// since writes a time relative to the origin of a timeline.
func since(ns int64) string {
	if ns == 0 {
		return "0"
	}
	if -100_000 < ns && ns < 100_000 {
		return fmt.Sprintf("%+.3f", float64(ns)/1e6)
	}
	return fmt.Sprintf("%+.1f", float64(ns)/1e6)
}

// wall writes seconds of wall time for a summary line.
func wall(s float64) string {
	if s < 60 {
		return fmt.Sprintf("%.1f s", s)
	}
	return time.Duration(s * float64(time.Second)).Round(time.Second).String()
}

// count writes a number with its noun.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// title makes a sentence or heading begin with a capital.
func title(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// visible is a name on its line: it cannot make another one.
func visible(s string) string { return history.Visible(s) }

// oneLine folds white space, and cuts what is longer than limit.
func oneLine(s string, limit int) string {
	r := []rune(strings.Join(strings.Fields(s), " "))
	if len(r) > limit {
		return string(r[:limit-1]) + "…"
	}
	return string(r)
}

// wrap breaks a text into lines of at most width characters, where it has
// white space.
func wrap(s string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		switch {
		case line == "":
			line = word
		case len([]rune(line))+1+len([]rune(word)) <= width:
			line += " " + word
		default:
			lines = append(lines, line)
			line = word
		}
	}
	return append(lines, line)
}
