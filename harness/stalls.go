package harness

import (
	"fmt"
	"strings"

	"turnstile/checker/history"
	"turnstile/fixtures/pulsar"
)

// stalls is what an engineer on call would look for in the broker's statistics
// when a subscription does not come to rest: who has what in hand, who is given
// nothing more and by what count, and where there is nobody to be given it.
func stalls(v pulsar.View) map[string]string {
	out := map[string]string{history.DetailBacklog: fmt.Sprint(v.Backlog)}
	active := map[string]string{}
	connected := map[string][]string{}
	for _, c := range v.Consumers {
		connected[c.Partition] = append(connected[c.Partition], c.Name)
		if c.Active {
			active[c.Partition] = c.Name
		}
		var says []string
		if c.Unacked > 0 {
			says = append(says, fmt.Sprintf("unacked %d", c.Unacked))
		}
		if c.Active && c.Permits <= 0 {
			says = append(says, fmt.Sprintf("permits %d: it asks for nothing more", c.Permits))
		}
		if c.Blocked {
			says = append(says, "blocked: the broker gives it nothing more before it acknowledges")
		}
		if c.Draining > 0 {
			says = append(says, fmt.Sprintf("draining %d: others wait for what it has of these hashes of keys", c.Draining))
		}
		if len(says) > 0 {
			out[c.Name+" "+short(c.Partition)] = strings.Join(says, ", ")
		}
	}
	for partition, backlog := range v.Backlogs {
		switch {
		case backlog == 0:
		case len(connected[partition]) == 0:
			out[short(partition)] = fmt.Sprintf("backlog %d, and no consumer", backlog)
		case active[partition] == "":
			out[short(partition)] = fmt.Sprintf("backlog %d, and none of its consumers (%s) is active", backlog, strings.Join(connected[partition], ", "))
		default:
			out[short(partition)] = fmt.Sprintf("backlog %d of %s", backlog, strings.Join(connected[partition], ", "))
		}
	}
	return out
}

// short is a topic's or partition's name without its namespace.
func short(topic string) string { return topic[strings.LastIndex(topic, "/")+1:] }
