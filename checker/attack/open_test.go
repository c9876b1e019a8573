package attack

// believed are the damages and tamperings, by name, that the checker is known
// to believe now and then, with what is missing. One that comes right leaves the
// list.
var believed = map[string]string{
	"a line removed, renumbered":                 "an ack that is missing is taken for a stalled consumer",
	"a kind of one observer removed, renumbered": "acks that are missing are taken for a stalled consumer",
	"a part lost in the middle, renumbered":      "an attempt whose exit is lost as well looks like one that was cut off where its record ends",
}
