package checker

import "testing"

func TestASilenceIsBrokenByEveryEventButTheOneThatBeganIt(t *testing.T) {
	stop1, stop2, other := &publish{event: "s1"}, &publish{event: "s2"}, &publish{event: "e"}
	of := func(types ...ruleStep) *userLife {
		l := &userLife{born: true}
		for i, s := range types {
			s.place = i + 1
			l.steps = append(l.steps, s)
		}
		return l
	}
	first, second := ruleStep{typ: typeStop, first: true, p: stop1}, ruleStep{typ: typeStop, first: true, p: stop2}
	again := ruleStep{typ: typeStop, p: stop1}
	start := ruleStep{typ: typeStart, first: true, p: other}
	startAgain := ruleStep{typ: typeStart, p: other}
	for _, c := range []struct {
		name  string
		l     *userLife
		p     *publish
		place int
		want  int // the step against which it is
	}{
		{"a STOP's own confirmation is against nothing", of(first), stop1, 1, 0},
		{"another text is against it", of(first), other, 1, 1},
		{"its confirmation after the next STOP is against that one", of(first, second), stop1, 2, 2},
		{"the next one's is against the first", of(first, second), stop2, 2, 1},
		{"before the first STOP there is no silence", of(first, second), other, 0, 0},
		{"a START ends all of them", of(first, second, start), stop1, 3, 0},
		{"so does one that is handled again", of(first, second, startAgain), other, 3, 0},
		{"a STOP that is handled again begins none", of(first, start, again), other, 3, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := silence{from: typeStop, until: typeStart}
			if got := q.at(c.l)[c.place].against(c.l, c.p); got != c.want {
				t.Errorf("it is against step %d, want %d", got, c.want)
			}
		})
	}
}
