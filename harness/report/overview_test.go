package report

import (
	"regexp"
	"strings"
	"testing"

	"turnstile/checker"
)

// cellsOf are the cells of the sample's overview, by mode, guard and fault.
func cellsOf(s *Summary) map[[3]string]overviewCell {
	ids := runIDs{}
	var gs []htmlGroup
	for _, g := range groups(s) {
		hg := htmlGroup{Mode: g.Mode}
		for _, r := range g.Rows {
			hr := htmlRow{row: r}
			for _, sc := range r.Runs {
				run := newHTMLRun(sc, nil, checker.Properties())
				run.ID = ids.of(sc)
				hr.HTMLRuns = append(hr.HTMLRuns, run)
			}
			hg.Rows = append(hg.Rows, hr)
		}
		gs = append(gs, hg)
	}
	out := map[[3]string]overviewCell{}
	o := newOverview(gs)
	for _, g := range o.Groups {
		for _, r := range g.Rows {
			for i, c := range r.Cells {
				out[[3]string{g.Mode, r.Guard, o.Faults[i]}] = c
			}
		}
	}
	return out
}

func TestACellIsTheWorstOfItsRuns(t *testing.T) {
	s, _ := sample()
	two := []Outcome{
		scenario("keyshared", "broker-pause", "one", expect(checker.Holds, checker.Holds, checker.Holds, checker.Holds)),
		scenario("keyshared", "broker-pause", "two", expect(checker.Holds, checker.Refuted, checker.Holds, checker.Holds)),
	}
	two[0].Properties[checker.Delivery] = Property{Expected: checker.Holds, Verdict: checker.Vacuous}
	for _, tt := range []struct {
		name  string
		of    []Outcome
		cell  [3]string
		worst checker.Verdict
		order checker.Verdict
		runs  int
	}{
		{"of runs that hold and are refuted: refuted", two, [3]string{"keyshared", "none", "broker-pause"}, checker.Refuted, checker.Refuted, 2},
		{"of runs that hold and are vacuous: vacuous", two[:1], [3]string{"keyshared", "none", "broker-pause"}, checker.Vacuous, checker.Holds, 1},
		{"a run that gave no verdict is unknown", s.Scenarios[3:4], [3]string{"shared", "none", "kill"}, checker.Unknown, checker.Unknown, 1},
		{"all hold", s.Scenarios[6:7], [3]string{"failover", "none", "none"}, checker.Holds, checker.Holds, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := cellsOf(&Summary{Scenarios: tt.of})[tt.cell]
			if c.Worst != tt.worst || c.Runs != tt.runs {
				t.Errorf("the cell is %s of %d runs, want %s of %d", c.Worst, c.Runs, tt.worst, tt.runs)
			}
			for _, e := range c.Each {
				if e.Property == checker.Order && e.Verdict != tt.order {
					t.Errorf("its order is %s, want %s", e.Verdict, tt.order)
				}
			}
		})
	}
}

func TestACellIsEmptyWhereNoScenarioIs(t *testing.T) {
	s, _ := sample()
	if c := cellsOf(s)[[3]string{"failover", "none", "kill"}]; c.Has() {
		t.Errorf("nothing was run there: %+v", c)
	}
}

func TestACellTellsOfARunThatIsNotAsClaimed(t *testing.T) {
	s, _ := sample()
	c := cellsOf(s)[[3]string{"lock", "none", "none"}]
	if !c.Failed || !strings.Contains(c.Hint, "FAIL") {
		t.Errorf("its run failed, and it says %q", c.Hint)
	}
}

func TestEachLinkOfTheOverviewLeadsToARun(t *testing.T) {
	s, details := sample()
	out := htmlOf(t, s, details)
	links := regexp.MustCompile(`data-link="([^"]+)"`).FindAllStringSubmatch(out, -1)
	if len(links) == 0 {
		t.Fatal("there are none")
	}
	for _, l := range links {
		if strings.Count(out, `id="`+l[1]+`"`) != 1 {
			t.Errorf("%s is not the id of one run", l[1])
		}
	}
}

func TestARunIsKnownByItsFolderAndNoTwoByTheSame(t *testing.T) {
	ids := runIDs{}
	for _, tt := range []struct{ folder, name, id string }{
		{"keyshared-no-fault-42", "no fault", "keyshared-no-fault-42"},
		{"keyshared-no-fault-42", "no fault", "keyshared-no-fault-42-2"},
		{"", `a "name"`, "shared-a--name-"},
	} {
		if id := ids.of(Outcome{Folder: tt.folder, Mode: "shared", Name: tt.name}); id != tt.id {
			t.Errorf("the folder %q makes the id %q, want %q", tt.folder, id, tt.id)
		}
	}
}
