package attack

// believed are the damages and tamperings, by name, that the checker is known
// to believe now and then, with what is missing. One that comes right leaves the
// list.
var believed = map[string]string{
	"a line removed, renumbered":                 "an ack that is missing is taken for a stalled consumer",
	"a kind of one observer removed, renumbered": "acks that are missing are taken for a stalled consumer",
	"a part lost in the middle, renumbered":      "an exit is not held against the steps that must stand before it",
	"a commit told twice, the log counted anew":  "one write of a worker and two commits",
	"two ordinals of a user exchanged":           "calls that overlap are not held against their ordinals",
	"ordinals told in the order of effects":      "calls that overlap are not held against their ordinals",
	"two users told as one by everybody":         "ordinals that collide touch order alone",
}
