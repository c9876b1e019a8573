package fault

import (
	"errors"
	"fmt"
	"maps"
	"strings"

	"turnstile/checker/history"
)

// seen notes evidence that was looked for and found.
func (i *injection) seen(name, observer, what string) {
	i.evidence = append(i.evidence, history.Evidence{Name: name, Observer: observer, T: stamp(), Seen: true, Detail: what})
}

// unseen notes evidence that was looked for and not seen.
func (i *injection) unseen(name, observer, why string) {
	i.evidence = append(i.evidence, history.Evidence{Name: name, Observer: observer, T: stamp(), Detail: why})
}

// end records the fault's end. An error for which it was not carried through
// says that it did not bite, whatever was seen of it before; one of healing is
// on record as such. It returns both.
func (i *injection) end(err, healErr error) error {
	if err != nil {
		i.unseen("the fault was carried through", "harness", err.Error())
	}
	e := history.Event{
		Kind: history.KindFaultEnd, Fault: i.id, Outcome: history.OutcomeHealed,
		Evidence: i.evidence, Detail: i.detail,
	}
	if healErr != nil {
		e.Outcome = history.OutcomeHealFailed
		e.Detail = maps.Clone(i.detail)
		e.Detail["heal"] = healErr.Error()
		healErr = fmt.Errorf("healing the fault %s: %w", i.id, healErr)
	}
	return errors.Join(err, healErr, i.scene.Record(e))
}

// KindOf is the kind of an injected fault by its id: "freeze" of "freeze-1".
func KindOf(id string) string {
	kind := strings.TrimRight(id, "0123456789")
	if len(kind) < len(id) && len(kind) > 1 && strings.HasSuffix(kind, "-") {
		return kind[:len(kind)-1]
	}
	return id
}

// stamp is the present moment, for intervals that a fault reports.
func stamp() int64 { return history.Now() }
