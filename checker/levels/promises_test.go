package levels

import "testing"

func TestWhatARecordShowsOfPromises(t *testing.T) {
	for _, c := range []struct {
		name  string
		story *story
		want  Kept
	}{
		{"both are kept", twoApart(), Kept{Writes: 2}},
		{"a write names no event", twoApart().reads("w1", 500).redis("w1", "set state:u1 yes", "state:u1", "write", 510), Kept{Writes: 3, Unnamed: 1, Words: "set state:u1 yes"}},
		{"a write without a read", twoApart().writes("w1", "e1", 500), Kept{Writes: 3, Copies: true}},
		{"two writes in one transaction", newStory("w1").publishes(0, 1, "e1").bought("w1", "e1", 100, "*", "[OK OK]", "set state:u1 yes", "set state:u1 e1"), Kept{Writes: 2}},
		{"nothing is written", newStory("w1"), Kept{}},
	} {
		if got := Promised(c.story.history(), Mapping{State: storyMapping.State, Others: storyMapping.Others}); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}
