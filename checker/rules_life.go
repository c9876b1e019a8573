package checker

import (
	"fmt"
	"maps"
	"slices"
	"sort"

	"turnstile/checker/history"
)

// userLife is what one user did and got.
type userLife struct {
	user     string
	steps    []ruleStep // by place: steps[0] is at place 1
	texts    []got      // in the gateway's order, unclear ones too
	accepted int        // of texts
	born     bool       // nothing was before the first step
	rising   bool       // each step wrote a higher version than the one before
	open     []string
	unnamed  bool    // a text of a name that the book does not know reached the gateway
	byEvent  []int32 // of each of the user's publishes (publish.nth), the place of its first step
	latest   []int32 // of each, its latest text, from 1

	// What the rules have asked for so far.
	abouts   map[*rule][]*got
	full     map[*rule][]bool // by step
	pauses   map[pauseAfter][]pauses
	silences map[silence][]silent
}

// ruleStep is a write in the store's log.
type ruleStep struct {
	c           *history.Event
	p           *publish // nil: its event was not published in this run
	typ         string   // of its event; empty: none that the rules know
	read, wrote int64
	place       int  // among the user's
	first       bool // of its event
	readKnown   bool
}

// got is a text that reached the gateway.
type got struct {
	e       *history.Event
	p       *publish
	unclear bool  // it may not have been accepted
	earlier int32 // text of its event, from 1
	order   int   // among the user's texts
	lo, hi  int   // its places
}

// livesOfUsers gathers every user's life, by user.
func livesOfUsers(r *record, book *rulebook) []*userLife {
	b := &lifeBuilder{r: r, book: book, users: make(map[string]*userLife, len(r.published)), again: map[string]int{}}
	for i, c := range r.commits {
		b.addStep(c, r.committed[i])
	}
	for _, e := range r.sends {
		if p := r.publishes[e.Event]; p != nil { // else it is not an event of this run: the self-check's business
			b.addText(e, p)
		}
	}
	out := make([]*userLife, 0, len(b.users))
	for _, user := range slices.Sorted(maps.Keys(b.users)) {
		l := b.users[user]
		b.place(l)
		out = append(out, l)
	}
	return out
}

type lifeBuilder struct {
	r       *record
	book    *rulebook
	users   map[string]*userLife
	again   map[string]int            // of attempts whose write is not a first step: its place
	written map[string]*history.Event // by attempt: by what its worker knew it written; nil until asked for
}

func (b *lifeBuilder) of(user string) *userLife {
	l := b.users[user]
	if l == nil {
		n := len(b.r.published[user])
		l = &userLife{user: user, born: true, rising: true, byEvent: make([]int32, n), latest: make([]int32, n), steps: make([]ruleStep, 0, n)}
		b.users[user] = l
	}
	return l
}

func (b *lifeBuilder) addStep(c *history.Event, p *publish) {
	user := c.User
	if p != nil {
		user = p.user
	}
	l := b.of(user)
	s := ruleStep{c: c, p: p, place: len(l.steps) + 1, wrote: c.Version}
	if p != nil && b.book.knows(p.typ) {
		s.typ = p.typ
	}
	s.read, s.readKnown = claimed(c)
	if n := len(l.steps); n == 0 {
		l.born = s.readKnown && s.read == 0
		if !l.born {
			l.open = append(l.open, "what user "+user+" did and got before the first write on record")
		}
	} else {
		l.rising = l.rising && l.steps[n-1].wrote < s.wrote
	}
	if s.first = p == nil || p.commit == c; s.first && p != nil {
		l.byEvent[p.nth] = int32(s.place)
	} else if c.Attempt != "" {
		b.again[c.Attempt] = s.place
	}
	l.steps = append(l.steps, s)
}

func (b *lifeBuilder) addText(e *history.Event, p *publish) {
	if !fresh(e) && e.Outcome != history.OutcomeUnclear {
		return
	}
	l := b.of(p.user)
	if l.texts == nil {
		l.texts = make([]got, 0, len(b.r.published[p.user]))
	}
	l.texts = append(l.texts, got{e: e, p: p, unclear: e.Outcome == history.OutcomeUnclear, earlier: l.latest[p.nth], order: len(l.texts)})
	l.latest[p.nth] = int32(len(l.texts))
	if !b.book.names(e.Text) {
		l.unnamed = true
		l.open = append(l.open, fmt.Sprintf("what text %q of event %s is, which no rule knows", e.Text, e.Event))
	}
	if e.Outcome == history.OutcomeUnclear {
		l.open = append(l.open, fmt.Sprintf("whether the gateway accepted text %q of event %s", e.Text, e.Event))
	} else {
		l.accepted++
	}
}

// went reports whether a text went out for an event, and whether one may have, or
// one that held it back: what has a name that nobody knows may be either.
func (l *userLife) went(p *publish, text string) (went, unclear bool) {
	unclear = l.unnamed
	for i := l.latest[p.nth]; i > 0; i = l.texts[i-1].earlier {
		if t := &l.texts[i-1]; t.e.Text == text {
			went, unclear = went || !t.unclear, unclear || t.unclear
		}
	}
	return went, unclear
}

// decidedAfter is the least place after which a step can have been decided, by
// the version that it read.
func (l *userLife) decidedAfter(s *ruleStep) int {
	before := l.steps[:s.place-1]
	switch {
	case !s.readKnown || len(before) == 0:
		return 0
	case l.rising && before[len(before)-1].wrote == s.read:
		return len(before)
	case l.rising:
		if i := sort.Search(len(before), func(i int) bool { return before[i].wrote >= s.read }); i < len(before) && before[i].wrote == s.read {
			return i + 1
		}
		return 0
	}
	return 1 + slices.IndexFunc(before, func(w ruleStep) bool { return w.wrote == s.read })
}

// own is the place of the write of a text's attempt; 0 if that wrote nothing.
func (b *lifeBuilder) own(l *userLife, t *got) int {
	if t.e.Attempt == "" {
		return 0
	}
	if i := l.byEvent[t.p.nth]; i > 0 && l.steps[i-1].c.Attempt == t.e.Attempt {
		return int(i)
	}
	return b.again[t.e.Attempt]
}

// place finds the places of a life's texts.
func (b *lifeBuilder) place(l *userLife) {
	var vague []*got
	for i := range l.texts {
		t := &l.texts[i]
		t.hi = len(l.steps)
		if own := b.own(l, t); own > 0 && own <= len(l.steps) {
			t.lo, t.hi = l.decidedAfter(&l.steps[own-1]), own-1
		}
		if t.lo < t.hi {
			vague = append(vague, t)
		}
	}
	if len(vague) == 0 {
		return
	}
	// By the clock of who received them: of what was stamped by that nothing is lost.
	var known, begun []int64
	for i, t := range vague {
		if i == 0 || t.e.Domain != vague[i-1].e.Domain {
			known, begun = b.times(l, t.e.Domain)
		}
		lo := max(t.lo, sort.Search(len(known), func(i int) bool { return known[i] >= t.e.T }))
		hi := min(t.hi, sort.Search(len(begun), func(i int) bool { return begun[i] > t.e.T }))
		if lo > hi {
			l.open = append(l.open, fmt.Sprintf("when text %q of event %s went out: its attempt, the store's log and the clocks leave no place for it", t.e.Text, t.e.Event))
			lo, hi = 0, len(l.steps)
		}
		t.lo, t.hi = lo, hi
	}
}

// times says of each step, on a domain's clock, by when it or a later one was
// surely written, and since when it or an earlier one surely was under way. Both go
// up.
func (b *lifeBuilder) times(l *userLife, domain string) (known, begun []int64) {
	if b.written == nil {
		b.written = map[string]*history.Event{}
		for i := range b.r.h.Events {
			if e := &b.r.h.Events[i]; e.Kind == history.KindStateWrite && e.FromWorker() && e.Outcome == history.OutcomeOK {
				b.written[e.Attempt] = e
			}
		}
	}
	known, begun = make([]int64, len(l.steps)), make([]int64, len(l.steps))
	for i := range l.steps {
		known[i], begun[i] = unbounded, -unbounded
		c := l.steps[i].c
		s := b.r.byAttempt[c.Attempt]
		if s == nil {
			continue
		}
		if at, ok := b.r.clocks.on(domain, s.domain, s.enter); ok {
			begun[i] = at.lo
		}
		e := b.written[c.Attempt]
		if c.By != "" {
			e = b.r.knownMade(c)
		}
		if e != nil {
			if at, ok := b.r.clocks.on(domain, e.Domain, e.T); ok {
				known[i] = at.hi
			}
		}
	}
	for i := len(known) - 2; i >= 0; i-- {
		known[i] = min(known[i], known[i+1])
	}
	for i := 1; i < len(begun); i++ {
		begun[i] = max(begun[i], begun[i-1])
	}
	return known, begun
}
