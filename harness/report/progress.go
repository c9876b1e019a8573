package report

import (
	"fmt"
	"io"
	"strings"

	"turnstile/checker"
)

// progressName is the width that most scenarios' names fit into, so that what
// follows them lines up.
const progressName = 62

// WriteProgress writes one line for a scenario that has ended, in one piece:
// others may be writing to the same terminal.
func WriteProgress(w io.Writer, s Outcome) {
	paint := painterFor(w)
	word, what := paint.good("ok  "), answers(s)
	if !s.Passed {
		word, what = paint.bad("FAIL"), told(differences(s))
	}
	fmt.Fprintf(Shown(w), "%s  %-*s  %s   %.1f s  seed %d\n", word, progressName, visible(s.Mode+" / "+s.Name), what, s.WallS, s.Seed)
}

// answers lists the properties by verdict: "refuted: exclusivity · holds:
// order, delivery, duplicates".
func answers(s Outcome) string {
	var parts []string
	for _, v := range []checker.Verdict{checker.Refuted, checker.Unknown, checker.Vacuous, checker.Holds} {
		var of []string
		for _, p := range checker.Properties() {
			if verdictOf(s, p).Verdict == v {
				of = append(of, string(p))
			}
		}
		switch {
		case len(of) == len(checker.Properties()) && v == checker.Holds:
			parts = append(parts, "all hold")
		case len(of) > 0:
			parts = append(parts, fmt.Sprintf("%s: %s", v, strings.Join(of, ", ")))
		}
	}
	return strings.Join(parts, " · ")
}

func told(ds []difference) string {
	var parts []string
	for _, d := range ds {
		// A verdict's reason is long and stands in the matrix's list of
		// failures; an error may be all that there is to go by.
		if strings.HasPrefix(d.Short, "the run failed") {
			d.Short += ": " + oneLine(d.Why, 120)
		}
		parts = append(parts, d.Short)
	}
	return strings.Join(parts, " · ")
}
