package history

import (
	"hash/maphash"
)

// shared keeps what was seen lately, so that events which name the same user,
// attempt, worker, … hold the same string: a history says everything a dozen
// times.
//
// It forgets: whatever falls on the same place takes it. So its own memory is
// bounded, and what is far apart in a history may be held twice.
type shared struct {
	seed    maphash.Seed
	last    [keyScenario + 1]lastText // of each of an event's keys
	kind    *kindRow                  // of the last event
	strings [1 << 14]string
	details [1 << 6]map[string]string
}

// lastText is what a key said in the last event that had it. It is plain if it
// stood in its line as it is.
type lastText struct {
	text  string
	plain bool
}

func newShared() *shared { return &shared{seed: maphash.MakeSeed()} }

// string is the string that says the same.
func (k *shared) string(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	at := &k.strings[maphash.Bytes(k.seed, b)%uint64(len(k.strings))]
	if *at != string(b) {
		*at = string(b)
	}
	return *at
}

// detail shares a map of one entry: a map is large beside what it says.
func (k *shared) detail(name, value []byte) map[string]string {
	at := &k.details[(maphash.Bytes(k.seed, name)^maphash.Bytes(k.seed, value)<<1)%uint64(len(k.details))]
	if same, ok := (*at)[string(name)]; !ok || same != string(value) {
		*at = map[string]string{k.string(name): k.string(value)}
	}
	return *at
}

// row is a kind's row; nil if there is none.
func (k *shared) row(kind Kind) *kindRow {
	if k.kind == nil || k.kind.kind != kind {
		k.kind = rowOfKind[kind]
	}
	return k.kind
}
