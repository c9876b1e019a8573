package fault

import "time"

// outlivesLock lets the worker ask for its lock where the answer takes longer than
// the lock lives, and keeps it from going on with the answer until the lock is
// seen to be gone and another has the user. Then it comes into the section, which
// stays open for another to meet it, for so long at the most.
func outlivesLock(linger time.Duration) step {
	var granted, inside *target
	// Others want the lock too, so it may take the worker several events of the
	// user until it is given it.
	last, all := &granted, steps{
		catchAgain(&granted, PointLocked), do(letGo),
		comes("late, the worker was given the user's lock", &granted),
		lockPassedOn(), takenFrom(&granted),
	}
	if linger > 0 {
		last, all = &inside, append(all,
			catchAgain(&inside, PointSend), lettingGo(&granted),
			comes("with a lock that was gone the worker came into the user's section", &inside), lingeringFor(&inside, linger))
	}
	return ofAimed("lock", group(append(all, lettingGo(last))...))
}
