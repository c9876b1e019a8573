package fault

// Harm is what a fault does to the workers, their locks and their messages, in
// the terms in which modes keep or break their promises.
type Harm string

// The harms.
const (
	Death  Harm = "a worker dies inside a section"
	CutOff Harm = "a worker that lives on is cut off from the broker for longer than its patience"
	// Replaced: another comes in the place of a worker that lives on.
	Replaced Harm = "a worker that lives on is replaced"
	Late     Harm = "a section goes on for longer than a lock may live"
	NoLock   Harm = "a lock is gone under its holder"
	Moved    Harm = "users move between healthy workers"
	Lost     Harm = "messages are taken from the subscription unhandled"
	Books    Harm = "the broker counts as given out what nobody has"
	Doubt    Harm = "a request may or may not have been done"
)

// Harms lists what a fault may do. Of a fault that nobody has described it is
// everything.
func Harms(f Fault) []Harm {
	if s, ok := f.(Schedule); ok {
		var all []Harm
		for _, st := range s {
			all = union(all, Harms(st.Fault))
		}
		return all
	}
	sp := f.Spec()
	if d, ok := descriptors[sp.kind]; ok {
		if sp.harms != nil {
			return sp.harms
		}
		return d.Harms
	}
	return []Harm{Death, CutOff, Replaced, Late, NoLock, Moved, Lost, Books, Doubt}
}
