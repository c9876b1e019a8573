package fault

import (
	"slices"
	"strings"
)

// aim says at whom a fault is aimed, and where in its handling that worker is.
// The zero aim is at the send of the first aimed user, whoever handles it.
type aim struct {
	at     Point
	all    bool      // at a worker for every aimed user, and not for the first alone
	claims belonging // what of the first target's worker the fault has to itself
	ends   bool      // it ends that worker
	leaver string    // whose targets come first; "": nobody's
	nobody bool      // it waits for no worker
	// recorded is what the history says that it is aimed at, in place of a worker;
	// "{user}" stands for the user.
	recorded string
}

// at is an aim at a worker that is at the point for the first aimed user.
func at(p Point) aim { return aim{at: p} }

// atAll is an aim at workers that are at the point, one for each aimed user.
func atAll(p Point) aim { return aim{at: p, all: true} }

// atThe is an aim at something that is no worker.
func atThe(what string) aim { return aim{recorded: what, nobody: true} }

func (a aim) claiming(what belonging) aim { a.claims = what; return a }

// ending is an aim at a worker that the fault ends, and so has to itself.
func (a aim) ending() aim { a.claims, a.ends = itself, true; return a }

func (a aim) users(s *Scene) []string {
	if a.all || len(s.Users) == 0 {
		return s.Users
	}
	return s.Users[:1]
}

// recordedFor is what the history says of a fault that is aimed at no worker.
func (a aim) recordedFor(users []string) string {
	return strings.ReplaceAll(a.recorded, "{user}", strings.Join(users[:min(1, len(users))], ""))
}

// order puts a target of the leaver first; if that has none, one that is not
// aimed.
func (a aim) order(s *Scene, targets []*target) []*target {
	if a.leaver == "" {
		return targets
	}
	n := slices.IndexFunc(targets, func(t *target) bool { return t.Worker == a.leaver })
	if n < 0 {
		return slices.Insert(slices.Clone(targets), 0, &target{Send: Send{Worker: a.leaver}, scene: s})
	}
	first := targets[n]
	return slices.Insert(slices.Delete(slices.Clone(targets), n, n+1), 0, first)
}
