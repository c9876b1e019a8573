package attack

// believed are the damages and tamperings, by name, that the checker is known
// to believe now and then, with the reason why nobody can tell. One that comes
// right leaves the list.
var believed = map[string]string{
	"a line removed, renumbered":                 "of an event that two workers were given, the one whose ack is not on record may be stalled with it",
	"a kind of one observer removed, renumbered": "of an event that two workers were given, the one whose ack is not on record may be stalled with it",
	"a part lost in the middle, renumbered":      "an attempt whose exit is lost as well looks like one that was cut off where its record ends",
	"cut short, renumbered":                      "a write that its worker did not know to have succeeded leaves, without its commit, the record of one that failed",
	"the log's last commits removed":             "a write that its worker did not know to have succeeded leaves, without its commit, the record of one that failed",
	"an accepted text told as recognized":        "of a text that was accepted before, the gateway alone knows whether it went out again",
}
