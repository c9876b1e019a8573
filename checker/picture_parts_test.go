package checker

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/anishathalye/porcupine"

	"turnstile/checker/history"
)

// many sections or effects of u1, numbered from 0.
func inARow(n int) *story {
	s := newStory()
	for i := range int64(n) {
		id := fmt.Sprint(i)
		s.publish(id, "u1", i+1, i, history.OutcomeOK).does(try{"w1", id, id, 1000 + 100*i, 1050 + 100*i, i, ""})
	}
	return s
}

func TestAPictureShowsWhatIsAroundItsWitness(t *testing.T) {
	for _, c := range []struct {
		name    string
		all     int
		witness []int
		want    string // the first and last that are shown in a row
	}{
		{"all of those that fit", 30, []int{0}, "0-29"},
		{"one fewer than fit, where one is too many", 31, []int{0}, "0-28"},
		{"those around one in the middle", 200, []int{100}, "85-113"},
		{"the first ones around the first", 200, []int{0}, "0-28"},
		{"the first ones as long as half of them lie before", 200, []int{15}, "0-28"},
		{"from the second on after that", 200, []int{16}, "1-29"},
		{"the last ones around the last", 200, []int{199}, "170-199"},
		{"the last ones as long as half of them lie behind", 200, []int{185}, "170-198"},
		{"those around the last of two, and the other", 200, []int{3, 100}, "3-3 85-112"},
		{"the first ones where no attempt is named", 200, nil, "0-29"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRecord(inARow(c.all).tell(t))
			w := &Witness{User: "u1"}
			for _, i := range c.witness {
				w.Attempts = append(w.Attempts, WitnessAttempt{Attempt: fmt.Sprint(i)})
			}
			var sections, effects []string
			for _, iv := range (&picture{r: r}).pictured(w) {
				sections = append(sections, iv.s.attempt)
			}
			for _, e := range effectsByUser(r)[0].pictured(w) {
				effects = append(effects, e.attempt)
			}
			for what, got := range map[string][]string{"sections": sections, "effects": effects} {
				if rows := inRows(got); rows != c.want {
					t.Errorf("the %s %s are shown, want %s", what, rows, c.want)
				}
			}
		})
	}
}

// inRows writes numbers as the rows that they make.
func inRows(numbers []string) string {
	var rows []string
	first, last := -1, -1
	for _, n := range append(numbers, "end") {
		var i int
		if _, err := fmt.Sscan(n, &i); err == nil && i == last+1 && first >= 0 {
			last = i
			continue
		}
		if first >= 0 {
			rows = append(rows, fmt.Sprintf("%d-%d", first, last))
		}
		first, last = i, i
	}
	return strings.Join(rows, " ")
}

func TestEffectsThatBeginAtOnceArePicturedInTheLogsOrder(t *testing.T) {
	s := journeys().does(try{"w1", "second", "e2", 10, 50, 1, ""}).does(try{"w1", "third", "e8", 10, 60, 2, ""})
	s.skips(try{"w1", "reader", "e8", 10, 70, 2, ""}).does(try{"w1", "first", "e1", 5, 90, 3, ""})
	var got []string
	for _, e := range effectsByUser(newRecord(s.tell(t)))[0].pictured(&Witness{}) {
		got = append(got, e.attempt)
	}
	if want := "[first reader second third]"; fmt.Sprint(got) != want {
		t.Errorf("they are shown as %v, want %s", got, want)
	}
}

func TestAPictureHasTheTrueExtentOfSectionsAndFaults(t *testing.T) {
	note := func(tag string, start, end int64, description string) porcupine.Annotation {
		return porcupine.Annotation{Tag: tag, Start: start, End: end, Description: description}
	}
	for _, c := range []struct {
		name    string
		story   *story
		ref     string
		origin  int64
		details string
		notes   []porcupine.Annotation
	}{
		{"on one clock", frozen(), "d", 100, "inside for 800 ns; ended by its recorded exit", []porcupine.Annotation{
			note("inside, by w1", 100, 900, "e1 (w1-1)"), note("inside, by w2", 300, 400, "e2 (w2-1)"), note("inside, by w2", 950, 960, "e3 (w2-2)"), note("fault", 150, 850, "freeze-1"),
		}},
		{"a fault that was first and never ended", frozen().fault("early", "w1", "", 50, 60).without(func(e history.Event) bool { return e.Fault == "early" && e.Kind == history.KindFaultEnd }), "d", 50, "",
			[]porcupine.Annotation{
				note("inside, by w1", 100, 900, "e1 (w1-1)"), note("inside, by w2", 300, 400, "e2 (w2-1)"), note("inside, by w2", 950, 960, "e3 (w2-2)"),
				note("fault", 50, 50, "early"), note("fault", 150, 850, "freeze-1"),
			}},
		{"a worker and the harness on other clocks", func() *story {
			s := frozen().fault("lost", "w1", "u1", 120, 130).offset("d", "far", 1000, 1030).offset("d", "host", 5000, 5010)
			s.section("w2", "w2-3", "e3", "u1", 1200, 1220) // shorter than the bound
			s.section("w3", "w3-1", "e3", "u1", 1, 2)       // on a clock that nobody compared
			s.restamp = func(e *history.Event) {
				switch {
				case e.Kind == history.KindClockOffset:
				case e.Src == history.WorkerSrc("w2"):
					e.Domain = "far"
				case e.Src == history.WorkerSrc("w3"):
					e.Domain = "alone"
				case e.Fault == "lost":
					e.Domain = "alone"
				case e.Fault != "":
					e.Domain = "host"
				}
			}
			return s
		}(), "d", -5010 + 150, "", []porcupine.Annotation{
			note("inside, by w2", -700, -630, "e2 (w2-1)"), note("inside, by w2", -50, -50, "e3 (w2-2)"), note("inside, by w1", 100, 900, "e1 (w1-1)"), note("inside, by w2", 200, 200, "e3 (w2-3)"),
			note("fault", -4860, -4150, "freeze-1"),
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRecord(c.story.tell(t))
			w := &Witness{User: "u1", Attempts: []WitnessAttempt{{Attempt: "w1-1", Domain: "d"}}}
			for _, f := range r.faults {
				w.Faults = append(w.Faults, WitnessFault{Fault: f.Fault, Domain: f.Domain, Begin: f.Begin, End: f.End})
			}
			p := &picture{r: r, ref: r.reference(), origin: math.MaxInt64}
			p.mutex(w)
			p.faults(w)
			if got := p.notes[0].Details; c.details != "" && got != c.details {
				t.Errorf("the first has the details %q, want %q", got, c.details)
			}
			for i := range p.notes {
				n := &p.notes[i]
				n.Details, n.BackgroundColor, n.TextColor = "", "", ""
			}
			if p.ref != c.ref || p.origin != c.origin || !reflect.DeepEqual(p.notes, c.notes) {
				t.Errorf("on clock %s, from %d on:\n%+v\nwant\n%+v", p.ref, p.origin, p.notes, c.notes)
			}
		})
	}
}

func TestThePictureIsOnTheClockOfItsFirstAttempt(t *testing.T) {
	r := newRecord(frozen().offset("d", "far", 1000, 1000).tell(t))
	for domain, want := range map[string]string{"far": "far", "": "d"} {
		p := &picture{r: r, ref: r.reference()}
		p.mutex(&Witness{User: "u1", Attempts: []WitnessAttempt{{Attempt: "w1-1", Domain: domain}, {Attempt: "w2-1", Domain: "other"}}})
		if p.ref != want {
			t.Errorf("with an attempt on clock %q the picture is on %q", domain, p.ref)
		}
	}
}

func TestTimesThatAreNotKnownAreNextToThoseThatAre(t *testing.T) {
	for _, c := range []struct {
		name   string
		ops    [][2]int64
		notes  [][2]int64
		want   [][2]int64
		origin int64
	}{
		{"neither end", [][2]int64{{10, 20}, {math.MinInt64, unbounded}}, nil, [][2]int64{{10, 20}, {10, 21}}, 10},
		{"a section reaches further than the operations", [][2]int64{{10, 20}, {math.MinInt64, unbounded}}, [][2]int64{{5, 90}}, [][2]int64{{10, 20}, {5, 91}}, 5},
		{"nothing is known", [][2]int64{{math.MinInt64, unbounded}}, nil, [][2]int64{{0, 1}}, 0},
		{"one instant is known", [][2]int64{{7, unbounded}}, nil, [][2]int64{{7, 8}}, 7},
		{"a return before its call", [][2]int64{{10, 5}}, nil, [][2]int64{{10, 10}}, 5},
		{"all is known", [][2]int64{{10, 20}, {15, 40}}, nil, [][2]int64{{10, 20}, {15, 40}}, 10},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := &picture{origin: math.MaxInt64}
			for _, o := range c.ops {
				p.ops = append(p.ops, porcupine.Operation{Call: o[0], Return: o[1]})
			}
			for _, n := range c.notes {
				p.notes = append(p.notes, porcupine.Annotation{Start: n[0], End: n[1]})
			}
			p.bound()
			var got [][2]int64
			for _, o := range p.ops {
				got = append(got, [2]int64{o.Call, o.Return})
			}
			if !reflect.DeepEqual(got, c.want) || p.origin != c.origin {
				t.Errorf("got %v from %d on, want %v from %d on", got, p.origin, c.want, c.origin)
			}
		})
	}
}

func TestAStateIsWrittenInWords(t *testing.T) {
	for want, s := range map[string]userState{
		"not read yet":                     {version: math.MinInt64},
		"version 0":                        {},
		"version 3, after STOP":            {version: 3, stopped: true},
		"welcomed":                         {version: math.MinInt64, welcomed: true},
		"version -1, after STOP, welcomed": {version: -1, stopped: true, welcomed: true},
	} {
		if got := s.String(); got != want {
			t.Errorf("%+v is %q, want %q", s, got, want)
		}
	}
}
