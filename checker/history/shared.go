package history

import (
	"hash/maphash"
	"strings"
)

// shared keeps what was seen lately, so that events which name the same user,
// attempt, worker, … hold the same string: a history says everything a dozen
// times, and a decoded string would keep its whole line in memory.
//
// It forgets: whatever falls on the same place takes it. So its own memory is
// bounded, and what is far apart in a history may be held twice.
type shared struct {
	seed    maphash.Seed
	last    [12]string // of each field
	strings [1 << 14]string
	details [1 << 6]map[string]string
}

func newShared() *shared { return &shared{seed: maphash.MakeSeed()} }

func (k *shared) share(e *Event) {
	k.field(0, (*string)(&e.Kind))
	for i, f := range []*string{&e.Domain, &e.Src, &e.User, &e.Event, &e.Attempt, &e.Worker, &e.Text, &e.Type, &e.Fault, &e.Outcome, &e.Peer} {
		k.field(i+1, f)
	}
	if len(e.Detail) == 1 {
		e.Detail = k.detail(e.Detail)
	}
}

// field shares the i-th field, which often is what it was in the event before.
func (k *shared) field(i int, f *string) {
	if *f == "" {
		return
	}
	if *f != k.last[i] {
		k.last[i] = k.string(*f)
	}
	*f = k.last[i]
}

func (k *shared) string(s string) string {
	if s == "" {
		return ""
	}
	at := &k.strings[maphash.String(k.seed, s)%uint64(len(k.strings))]
	if *at != s {
		*at = strings.Clone(s)
	}
	return *at
}

// detail shares a map of one entry: a map is large beside what it says.
func (k *shared) detail(m map[string]string) map[string]string {
	for name, value := range m {
		at := &k.details[(maphash.String(k.seed, name)^maphash.String(k.seed, value)<<1)%uint64(len(k.details))]
		if same, ok := (*at)[name]; !ok || same != value {
			*at = map[string]string{k.string(name): k.string(value)}
		}
		return *at
	}
	return m
}
