package history

import (
	"strings"
	"testing"
)

// A message that came without its key does not tell whose it is, and a worker
// records what it does with it all the same.
func TestAMessageWithoutItsKeyIsRead(t *testing.T) {
	head := string(headerLine()) + `{"t":1,"domain":"d","src":"worker/w1","seq":1,"kind":"worker_start"}` + "\n"
	for _, line := range []string{
		`"kind":"deliver","event":"e1","attempt":"a1"`,
		`"kind":"ack","event":"e1","attempt":"a1","outcome":"ok"`,
		`"kind":"nack","event":"e1","attempt":"a1"`,
		`"kind":"dead_letter","event":"e1","attempt":"a1"`,
	} {
		events, torn, err := ReadPart(strings.NewReader(head + `{"t":2,"domain":"d","src":"worker/w1","seq":2,` + line + "}\n"))
		if err != nil || torn || len(events) != 2 || events[1].User != "" {
			t.Errorf("%s: %d events, torn %v: %v", line, len(events), torn, err)
		}
	}
	_, _, err := ReadPart(strings.NewReader(head + `{"t":2,"domain":"d","src":"worker/w1","seq":2,"kind":"enter","event":"e1","attempt":"a1"}` + "\n"))
	if err == nil || !strings.Contains(err.Error(), `without "user"`) {
		t.Errorf("a section of nobody is read: %v", err)
	}
}
