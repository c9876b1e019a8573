package checker

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"turnstile/checker/history"
)

func TestThePictureShowsTheWitness(t *testing.T) {
	h := frozen().tell(t)
	var page bytes.Buffer
	if err := WritePicture(&page, h, Check(h).Of(Exclusivity).Witness); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"w1 enter e1 (w1-1)", "w2 exit e2 (w2-1)", "freeze-1", "inside, by w1", "inside: w1-1", "<html"} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("the picture does not show %q", want)
		}
	}
}

func TestThePictureIsTrimmedToTheWitness(t *testing.T) {
	s := newStory()
	for i := int64(1); i <= 200; i++ {
		e := fmt.Sprintf("e%d", i)
		s.publish(e, "u1", i, i, history.OutcomeOK)
		s.section("w1", "w1-"+e, e, "u1", 1000*i, 1000*i+500)
	}
	s.section("w2", "thief", "e9", "u1", 150_100, 150_200)
	h := s.tell(t)
	w := Check(h).Of(Exclusivity).Witness
	if got := len((&picture{r: newRecord(h)}).pictured(w)); got > maxPictured/2 || got < 20 {
		t.Errorf("%d sections are shown", got)
	}
	var page bytes.Buffer
	if err := WritePicture(&page, h, w); err != nil {
		t.Fatal(err)
	}
	for want, shown := range map[string]bool{"(thief)": true, "(w1-e150)": true, "(w1-e1)": false, "(w1-e200)": false} {
		if strings.Contains(page.String(), want) != shown {
			t.Errorf("%s shown: %t", want, !shown)
		}
	}
}

func TestThePictureOfEffectsShowsTheAttemptsOnTheState(t *testing.T) {
	h := tangled().tell(t)
	w := Check(h).Of(Effects).Witness
	var page bytes.Buffer
	if err := WritePicture(&page, h, w); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"w1 4 → 5 [campaign] (g)", "w2 4 → 5 [cart_reminder] (h)", "w2 read 1 (b)", "version 4", "inside, by w1", "<html"} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("the picture does not show %q", want)
		}
	}
	for _, op := range effectsByUser(newRecord(h))[0].operations() {
		if op.Return == unbounded && strings.Contains(page.String(), fmt.Sprint(op.Return)) {
			t.Error("the picture has a number that no page can hold")
		}
	}
}

func TestThePictureOfEffectsIsTrimmedToTheWitness(t *testing.T) {
	s := journeys().does(try{"w1", "old", "e1", 1, 2, 0, ""})
	for i := int64(1); i <= 200; i++ {
		id := fmt.Sprintf("x%d", i)
		s.publish(id, "u1", 100+i, i, history.OutcomeOK).does(try{"w1", id, id, 100 * i, 100*i + 50, i, ""})
	}
	s.does(try{"w2", "stale", "e2", 150, 90_000, 1, "receipt"})
	h := s.tell(t)
	w := Check(h).Of(Effects).Witness
	var page bytes.Buffer
	if err := WritePicture(&page, h, w); err != nil {
		t.Fatal(err)
	}
	for want, shown := range map[string]bool{"(stale)": true, "(x1)": true, "(x199)": false} {
		if strings.Contains(page.String(), want) != shown {
			t.Errorf("%s shown: %t, of the witness %s", want, !shown, w.Summary)
		}
	}
}

func TestWhatCannotBeDrawnIsAnError(t *testing.T) {
	h := frozen().tell(t)
	if err := WritePicture(&bytes.Buffer{}, h, nil); err == nil {
		t.Error("no witness was drawn")
	}
	if err := WritePicture(&bytes.Buffer{}, h, &Witness{User: "nobody"}); err == nil || !strings.Contains(err.Error(), `"nobody"`) {
		t.Errorf("a user without sections: %v", err)
	}
	if err := WritePicture(failing{}, h, Check(h).Of(Exclusivity).Witness); !errors.Is(err, errFull) {
		t.Errorf("a full disk: %v", err)
	}
}

var errFull = errors.New("no space left")

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errFull }

func TestNoTimeIsTooFarAwayForAPicture(t *testing.T) {
	for _, told := range []func() *story{takeTurns, frozen, tangled} {
		for i := range told().enter("w3", "x", "e1", "u1", 310).hold("x", 320).kill("w3", 330, 340).tell(t).Events {
			for _, far := range []int64{math.MinInt64, math.MaxInt64} {
				h := told().enter("w3", "x", "e1", "u1", 310).hold("x", 320).kill("w3", 330, 340).tell(t)
				e := &h.Events[i]
				e.T, e.From, e.Lo, e.Hi, e.Ordinal = far, 0, 0, 0, 0
				answersWell(t, h)
			}
		}
	}
}
