package checker

import (
	"cmp"
	"slices"
	"sort"
	"strconv"

	"turnstile/checker/history"
)

// ledger is what the observers say of one attempt, for the self-check to hold
// one against the other.
type ledger struct {
	s       *section       // nil: nobody recorded its enter
	commit  *history.Event // its last in the store's log
	commits int            // in the store's log, that it made itself
	read    int64          // the version that its write was decided on, by the log
	says    bool           // the log tells that
	reads   bool           // its worker recorded a read
	agrees  bool           // and one of that version

	wrote    *history.Event // its last write, as its worker saw it
	writes   int            // those of its writes that are not known to have failed
	done     bool           // one of them is known to have succeeded
	past     bool           // it came to a point behind its last effect
	exit     *history.Event // its last
	ended    bool           // its worker told that it had done with its message
	held     int            // answers of the gateway that are being withheld
	released *history.Event // the last end of a hold after which it was answered
	sends    []sending
}

// sending is one text of an attempt, as the gateway and its worker tell of it.
type sending struct {
	of        *history.Event // the first record of it, which names it
	arrived   *history.Event // the first call at the gateway
	announced *history.Event // the first call of its worker
	answered  *history.Event // the first answer that its worker took for ok

	calls, accepted, refused         int32 // at the gateway
	returns, ok, returnedRefused     int32 // at the gateway
	gone                             int32 // answers of the gateway to callers that had gone; to one that it refuses it says so
	announcements, answers, refusals int32 // of its worker; refusals: answers that it was not sent
}

// of is the sending of a record's event and text.
func (l *ledger) of(e *history.Event) *sending {
	for i := range l.sends {
		if s := &l.sends[i]; s.of.Text == e.Text && s.of.Event == e.Event {
			return s
		}
	}
	if l.sends == nil {
		l.sends = make([]sending, 0, 1)
	}
	l.sends = append(l.sends, sending{of: e})
	return &l.sends[len(l.sends)-1]
}

// ledgers has a ledger for each attempt.
type ledgers struct {
	r          *record
	ofSections []ledger           // by section.nth
	others     map[string]*ledger // of attempts without a section
	names      []string           // of others, in order of appearance
}

func newLedgers(r *record) *ledgers {
	l := &ledgers{r: r, ofSections: make([]ledger, len(r.sections)), others: map[string]*ledger{}}
	for i, s := range r.sections {
		l.ofSections[i].s = s
	}
	return l
}

func (l *ledgers) of(attempt string) *ledger {
	if s := l.r.byAttempt[attempt]; s != nil {
		return &l.ofSections[s.nth]
	}
	o := l.others[attempt]
	if o == nil {
		o = &ledger{}
		l.others[attempt] = o
		l.names = append(l.names, attempt)
	}
	return o
}

// each calls f with every attempt and its ledger.
func (l *ledgers) each(f func(attempt string, of *ledger)) {
	for i := range l.ofSections {
		f(l.ofSections[i].s.attempt, &l.ofSections[i])
	}
	for _, name := range l.names {
		f(name, l.others[name])
	}
}

// written is a version that the store's log says was written.
type written struct {
	version int64
	by      *ledger
}

// versions is what the store's log says of one user's state.
type versions struct {
	first   int64 // the version that the first write was decided on
	known   bool
	written []written // in the log's order; sorted by version once they are asked for out of turn
	astray  bool      // they do not count up one by one from the first
	sorted  bool
}

// add takes in the next write of the log.
func (v *versions) add(w written) {
	v.written = append(v.written, w)
	v.astray = v.astray || !v.known || w.version != v.first+int64(len(v.written))
}

// of finds the writes of a version. Versions mostly count up one by one from
// the first, so that it is known where it is.
func (v *versions) of(version int64) []written {
	if !v.astray {
		if at := version - v.first - 1; at >= 0 && at < int64(len(v.written)) {
			return v.written[at : at+1]
		}
		return nil
	}
	if !v.sorted {
		sort.SliceStable(v.written, func(i, j int) bool { return v.written[i].version < v.written[j].version })
		v.sorted = true
	}
	from, _ := slices.BinarySearchFunc(v.written, version, func(w written, n int64) int { return cmp.Compare(w.version, n) })
	to, _ := slices.BinarySearchFunc(v.written, version+1, func(w written, n int64) int { return cmp.Compare(w.version, n) })
	return v.written[from:to]
}

// has reports whether a version is the first or was written.
func (v *versions) has(version int64) bool {
	return !v.known || version == v.first || len(v.of(version)) > 0
}

// claimed is the version that a commit says it was decided on.
func claimed(c *history.Event) (version int64, ok bool) {
	said := c.Detail["read_version"]
	if said == "" { // the error would cost more than all the rest
		return 0, false
	}
	version, err := strconv.ParseInt(said, 10, 64)
	return version, err == nil
}
