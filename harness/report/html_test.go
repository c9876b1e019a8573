package report

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"turnstile/checker"
	"turnstile/checker/history"
)

func htmlOf(t *testing.T, s *Summary, details map[string]*checker.Result) string {
	t.Helper()
	var b strings.Builder
	if err := WriteHTML(&b, s, details); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// drawingsIn cuts the timelines out of a page.
func drawingsIn(page string) []string {
	var out []string
	for {
		_, after, found := strings.Cut(page, `<svg class="time"`)
		if !found {
			return out
		}
		svg, rest, _ := strings.Cut(after, "</svg>")
		out, page = append(out, `<svg class="time"`+svg+"</svg>"), rest
	}
}

func TestEachWorkerHasALaneAndTheOverlapIsMarked(t *testing.T) {
	s, details := sample()
	drawings := drawingsIn(htmlOf(t, s, details))
	if len(drawings) != 2 {
		t.Fatalf("%d drawings, want the whole and, for an overlap so short, its surroundings", len(drawings))
	}
	for _, d := range drawings {
		for _, lane := range []string{"r3-w2", "r3-w4", "gateway"} {
			if n := strings.Count(d, ">"+lane+"</text>"); n != 1 {
				t.Errorf("%d lanes for %s, want 1", n, lane)
			}
		}
		if n := strings.Count(d, `class="hit"`); n != 1 {
			t.Errorf("the overlap is marked %d times, want once", n)
		}
		if n := strings.Count(d, `class="bar involved"`); n != 2 {
			t.Errorf("%d sections are drawn, want 2", n)
		}
		mustHave(t, d, "both inside: 28.4 ms", "fault freeze-1, 6000.0 ms", "receipt (u1-31)")
		dec := xml.NewDecoder(strings.NewReader(d))
		for {
			_, err := dec.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("the drawing is not well-formed: %v", err)
			}
		}
	}
}

func TestHowTheOrchestratorCameBackIsTold(t *testing.T) {
	s, details := sample()
	mustHave(t, htmlOf(t, s, details), "The next event took effect 12.0 ms after its end, all that had waited had taken effect 1400.0 ms after its end.")
}

func TestTimeIsTrueToScale(t *testing.T) {
	_, r := frozen()
	sc := newScene(r.Of(checker.Exclusivity).Witness, r.Faults)
	d := sc.draw(stretch{0, 10_000 * ms}, "")
	if len(d.Bars) != 2 || len(d.Bands) != 1 || d.Overlap == nil {
		t.Fatalf("%d bars, %d bands, overlap %v", len(d.Bars), len(d.Bands), d.Overlap)
	}
	perSecond := float64(d.Right-d.Left) / 10
	for _, tt := range []struct {
		name      string
		got, want float64
	}{
		{"the first section begins at the left", d.Bars[0].X, float64(d.Left)},
		{"its width is its length", d.Bars[0].W, 6.0712 * perSecond},
		{"the second begins in its time", d.Bars[1].X, float64(d.Left) + 1.9315*perSecond},
		{"the fault begins in its time", d.Bands[0].X, float64(d.Left) + 0.04*perSecond},
		{"the overlap is where the second section is", d.Overlap.X, d.Bars[1].X},
	} {
		if diff := tt.got - tt.want; diff > 0.1 || diff < -0.1 {
			t.Errorf("%s: %.2f, want %.2f", tt.name, tt.got, tt.want)
		}
	}
	if d.Bands[0].Y != d.Lanes[0].Y || d.Bands[0].High != d.Lanes[0].High {
		t.Error("a fault of one worker is not drawn on its lane")
	}
}

func TestAFaultOfTheBrokerIsDrawnOverAllLanes(t *testing.T) {
	_, r := frozen()
	w := r.Of(checker.Exclusivity).Witness
	w.Faults[0].Fault = "broker-pause-1"
	d := newScene(w, r.Faults).draw(stretch{0, 10_000 * ms}, "")
	if d.Bands[0].Y != d.Top || d.Bands[0].Y+d.Bands[0].High != d.Bottom {
		t.Errorf("it reaches from %d to %d, want from %d to %d", d.Bands[0].Y, d.Bands[0].Y+d.Bands[0].High, d.Top, d.Bottom)
	}
}

func TestOverlappingSectionsOfOneWorkerLieBelowEachOther(t *testing.T) {
	_, r := frozen()
	w := r.Of(checker.Exclusivity).Witness
	w.Attempts[1].Worker = w.Attempts[0].Worker
	w.Timeline = []history.Event{}
	d := newScene(w, r.Faults).draw(stretch{0, 10_000 * ms}, "")
	if len(d.Bars) != 2 || d.Bars[0].Y == d.Bars[1].Y {
		t.Errorf("the bars hide each other: %+v", d.Bars)
	}
}

func TestThePageEscapesWhatItShows(t *testing.T) {
	s, details := sample()
	const evil = `<script>alert("x")</script>`
	w := details[s.Scenarios[0].Folder].Of(checker.Exclusivity).Witness
	w.Attempts[1].Worker, w.Attempts[1].Event = evil, evil
	s.Scenarios[0].Name = evil
	s.Scenarios[3].Error = evil
	s.Scenarios[1].Folder = "javascript:alert(1)"
	details["javascript:alert(1)"] = &checker.Result{}
	out := htmlOf(t, s, details)
	if strings.Contains(out, evil) || strings.Count(out, "<script") != 1 {
		t.Error("a name became part of the page's code")
	}
	mustHave(t, out, "&lt;script&gt;")
	if strings.Contains(out, `href="javascript:`) {
		t.Error("a folder's name became a script")
	}
}

func TestThePageNeedsNothingButItself(t *testing.T) {
	s, details := sample()
	out := htmlOf(t, s, details)
	for _, bad := range []string{"http://", "https://", "<link", "<img", "@import", "<script src", "fetch(", "import "} {
		if strings.Contains(out, bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
}

func TestVerdictsAreWordsAndShapesNotColoursAlone(t *testing.T) {
	s, details := sample()
	out := htmlOf(t, s, details)
	mustHave(t, out, `<b aria-hidden="true">✕</b>refuted`, `<b aria-hidden="true">✓</b>holds`, `<b aria-hidden="true">○</b>vacuous`,
		"≠ holds</span>", ">MISSED</span>", ">FAIL</span>", ">pass</span>")
}

func TestThePageLinksToTheRunFolder(t *testing.T) {
	s, details := sample()
	out := htmlOf(t, s, details)
	for _, file := range []string{"history.jsonl.gz", "violation.md", "porcupine.html", "verdict.json", "run.json"} {
		mustHave(t, out, `href="./`+s.Scenarios[0].Folder+"/"+file+`"`)
	}
	if strings.Contains(out, s.Scenarios[2].Folder+"/porcupine.html") {
		t.Error("a run without a witness links to a picture")
	}
}

func TestAFailureIsOpenAndSaysWhy(t *testing.T) {
	s, details := sample()
	out := htmlOf(t, s, details)
	if n := strings.Count(out, `<details class="run fail" open `); n != 3 {
		t.Errorf("%d runs are open, want the 3 that failed", n)
	}
	mustHave(t, out, "context deadline exceeded", "user u3: event u3-7 took effect before event u3-6", "missing: the broker dropped the frozen worker: not seen")
}

func TestAPageOfNothingIsAPage(t *testing.T) {
	mustHave(t, htmlOf(t, &Summary{}, nil), "no scenario was run", "</html>")
}
