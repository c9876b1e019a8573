package attack

import "strings"

// believed are the damages and tamperings, by name, that the checker is known
// to believe now and then, with what is missing. One that comes right leaves the
// list.
var believed = map[string]string{
	"a line doubled, renumbered":                "a call at the gateway that no worker began",
	"a text told twice":                         "a call at the gateway that no worker began",
	"a value replaced by another of its field":  "a commit's text and version are held against nothing",
	"a commit's text told as another":           "a commit's text is held against nothing",
	"a commit told twice, the log counted anew": "one write of a worker and two commits",
	"a delivery told twice":                     "one attempt, delivered twice",
	"two ordinals of a user exchanged":          "calls that overlap are not held against their ordinals",
	"ordinals told in the order of effects":     "calls that overlap are not held against their ordinals",
	"two users told as one by everybody":        "ordinals that collide touch order alone",
}

// knownWrong are the wrong answers on true worlds, by how their kind begins,
// that are known.
var knownWrong = []string{}

func stillWrong(kind string) bool {
	for _, k := range knownWrong {
		if strings.HasPrefix(kind, k) {
			return true
		}
	}
	return false
}
