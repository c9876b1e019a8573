package attack

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"turnstile/checker"
	"turnstile/checker/history"
	"turnstile/checker/levels"
)

// asLinked is how the simulated orchestrator uses what its links show.
func (w *world) asLinked() levels.Mapping {
	return levels.Mapping{
		State: []string{"state:{user}"}, Commands: []levels.Command{{Names: "set", Access: levels.Writes, Done: "OK"}},
		ReadsFirst: true, NamesEvent: !w.intended, OneAtATime: !w.bugs.lanesMixed && w.rare(1),
	}
}

// decided is how often a level answered, and what.
type decided map[checker.Property]map[levels.Level]map[checker.Verdict]int

func (d decided) add(r *levels.Result) {
	for _, a := range r.Levels {
		for _, v := range a.Verdicts {
			if d[v.Property] == nil {
				d[v.Property] = map[levels.Level]map[checker.Verdict]int{}
			}
			if d[v.Property][a.Level] == nil {
				d[v.Property][a.Level] = map[checker.Verdict]int{}
			}
			d[v.Property][a.Level][v.Verdict]++
		}
	}
}

func (d decided) say(worlds int) {
	for _, p := range checker.Properties() {
		line := ""
		for l := levels.Downstream; l <= levels.Marks; l++ {
			of := d[p][l]
			line += fmt.Sprintf("  level %d: holds %5.1f %%, refuted %5.1f %%", l, 100*float64(of[checker.Holds])/float64(worlds), 100*float64(of[checker.Refuted])/float64(worlds))
		}
		say("  %-12s%s", p, line)
	}
}

// against are what of a level's answers another one, or the truth, contradicts.
func (w *world) against(a levels.AtLevel, own *checker.Result) (wrong []string) {
	for _, v := range a.Verdicts {
		is, o := w.truth(v.Property), own.Of(v.Property)
		bad := func(by string) {
			wrong = append(wrong, fmt.Sprintf("%s is %s at %s, and %s: %s", v.Property, v.Verdict, a.Level, by, v.Reason))
		}
		unseen := v.Property == checker.Exclusivity && a.Level < levels.Marks && w.bugs.acksFirst
		if unseen { // of attempts that did nothing after they had acknowledged, marks alone tell
			is.shown = w.overlapsOf(func(a *attempt) bool { return a.read != nil || len(a.sends) > 0 }).shown
		}
		good := v.Verdict == checker.Holds || v.Verdict == checker.Vacuous
		switch {
		case v.Verdict == checker.Refuted && !is.violated:
			bad("it was not violated in truth")
		case good && is.shown:
			bad("it was violated in truth")
		case v.Verdict == checker.Refuted && o.Verdict == checker.Holds:
			bad("by the workers' own records it holds")
		case good && o.Verdict == checker.Refuted && !unseen:
			bad("by the workers' own records it is refuted")
		}
	}
	return wrong
}

// anonymous are records in which the gateway does not say who called.
func anonymous(h *history.History) *history.History {
	out := slices.Clone(h.Events)
	for i := range out {
		if out[i].Src == history.SrcGateway {
			out[i].Worker = ""
		}
	}
	return &history.History{Events: out}
}

// without are records without one observer's.
func without(h *history.History, src string) *history.History {
	return &history.History{Events: slices.DeleteFunc(slices.Clone(h.Events), func(e history.Event) bool { return e.Src == src })}
}

// TestNoLevelContradictsWhatWasTrulySo holds what levels say by the links, the
// gateway and the harness of drawn worlds against the truth and against what the
// checker says by the workers' own records. Whoever sees less must not say more.
func TestNoLevelContradictsWhatWasTrulySo(t *testing.T) {
	worlds, given := 0, decided{}
	rapid.Check(t, func(rt *rapid.T) {
		w := drawLinkedWorld(dice{rt})
		h, m := w.watched(), w.asLinked()
		if w.rare(2) {
			h = anonymous(h)
		}
		own := checker.Check(w.history())
		r := levels.Check(h, m, levels.Marks)
		worlds++
		given.add(r)
		for _, a := range r.Levels {
			for _, wrong := range w.against(a, own) {
				rt.Errorf("%s\n%s", wrong, keep(t, "levels", written(t, h), wrong+"\n"+w.String()))
			}
		}
		for _, v := range r.Verdicts {
			if strings.Contains(v.Reason, "CONTRADICT") {
				rt.Errorf("levels contradict each other on %s: %s", v.Property, v.Reason)
			}
		}
		for _, f := range r.Findings {
			if slices.Contains([]string{"lines-missing", "stamps-run-back", "left-over", "publish-ambiguous", "link-unfinished", "clocks-incomparable"}, f.Name) {
				rt.Errorf("found on an honest record: %s: %s", f.Name, f.Detail)
			}
		}
		if w.rare(2) {
			src := pick(w.dice, sourcesOf(h)...)
			less := levels.Check(without(h, src), m, levels.Marks)
			for l, a := range less.Levels {
				for _, v := range a.Verdicts {
					if before := r.Levels[l].Of(v.Property); v.Decided() && v.Level == a.Level && v.Verdict != before.Verdict {
						rt.Errorf("without %s, %s is %s at %s (%s), and was %s (%s)\n%s", src, v.Property, v.Verdict, a.Level, v.Reason, before.Verdict, before.Reason,
							keep(t, "levels", written(t, h), src+"\n"+w.String()))
					}
				}
			}
		}
	})
	say("%d linked worlds (seed %d): what levels decide", worlds, *seed)
	given.say(worlds)
}

func sourcesOf(h *history.History) (all []string) {
	for i := range h.Events {
		if src := h.Events[i].Src; !slices.Contains(all, src) {
			all = append(all, src)
		}
	}
	return all
}
