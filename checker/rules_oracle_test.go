package checker

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// What a user got of events one after the other, judged as a person would who
// goes through the list of events and keeps a list of texts: slowly, and with
// nothing of what the checker makes of it.
func wrongByHand(life []happening) bool {
	type sent struct {
		at   int64
		text string
	}
	var out []sent
	var stopped bool
	var purchases []int64
	for _, h := range life {
		at := noon + h.after.Milliseconds()
		was := stopped
		switch h.typ {
		case typeStop:
			stopped = true
		case typeStart:
			stopped = false
		}
		owed := map[string]string{typeSubscribed: textWelcome, typePurchased: textReceipt, typeCart: textCart, typeCampaign: textCampaign, typeStop: textStopped}[h.typ]
		minute := ((at/60_000+h.zone)%1440 + 1440) % 1440
		night := minute >= 21*60 || minute < 9*60
		late, near, welcomed := false, 0, false
		for _, s := range out {
			welcomed = welcomed || s.text == textWelcome
			if s.text != textCart && s.text != textCampaign {
				continue
			}
			late = late || at < s.at-day.Milliseconds()
			if s.at > at-day.Milliseconds() && s.at < at+day.Milliseconds() {
				near++
			}
		}
		bought := slices.ContainsFunc(purchases, func(p int64) bool { return at < p+7*day.Milliseconds() })
		marketing := owed == textCart || owed == textCampaign
		held := was || owed == textWelcome && welcomed || marketing && (night || late || near >= 3) || owed == textCart && bought
		if owed != "" && !held && h.text == "" {
			return true
		}
		if h.typ == typePurchased {
			purchases = append(purchases, at)
		}
		if h.text == "" {
			continue
		}
		if was || h.text == textWelcome && welcomed || marketing && night || h.text == textCart && bought {
			return true
		}
		out = append(out, sent{at, h.text})
	}
	var times []int64
	for _, s := range out {
		if s.text == textCart || s.text == textCampaign {
			times = append(times, s.at)
		}
	}
	for _, from := range times {
		within := 0
		for _, t := range times {
			if t >= from && t < from+day.Milliseconds() {
				within++
			}
		}
		if within > 3 {
			return true
		}
	}
	return false
}

func TestRulesAgreeWithWhatIsFoundByHand(t *testing.T) {
	answers := map[Verdict]int{}
	rapid.Check(t, func(t *rapid.T) {
		types := []string{typeSubscribed, typePurchased, typeCart, typeCampaign, typeCampaign, typeStop, typeStart}
		life := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) happening {
			return happening{
				typ:   rapid.SampledFrom(types).Draw(t, "type"),
				after: time.Duration(rapid.IntRange(0, 40).Draw(t, "hours")) * time.Hour,
				zone:  rapid.SampledFrom([]int64{-480, 0, 330}).Draw(t, "zone"),
			}
		}), 1, 12).Draw(t, "life")
		// As it should be, but for what is drawn to be wrong.
		wrong := rapid.IntRange(-1, len(life)-1).Draw(t, "wrong")
		for i := range life {
			h := &life[i]
			if wrongByHand(life[:i+1]) {
				h.text = journeyRules.answers[h.typ]
			}
			if text := journeyRules.answers[h.typ]; i == wrong && h.text == "" {
				h.text = text
			} else if i == wrong {
				h.text = ""
			}
			if wrongByHand(life[:i+1]) {
				life = life[:i+1]
				break
			}
		}
		want := Holds
		if wrongByHand(life) {
			want = Refuted
		}
		s := newStory().lives("u1", 1000, fullLife()...).lives("u2", 5000, life...).require(leastForRules)
		v := Check(s.history()).Of(Rules)
		if v.Verdict != want {
			t.Fatalf("%s, and by hand it is %s: %s\n%s", v.Verdict, want, v.Reason, fmt.Sprintf("%+v", life))
		}
		answers[v.Verdict]++
	})
	t.Logf("answers: %v", answers)
}
