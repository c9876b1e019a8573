// Package decide tells, for a team's own rates of events and faults, what harm each
// mode and remedy leaves in a day, and what it takes to run it. It measures nothing:
// all that it says follows from [Measured] and the rates.
//
// The definition.
//
//  1. A rate file gives E events and U users a day, W workers, the time h from when
//     a section begins to when it ends, and for each kind k of fault how often it
//     comes a day, f(k). Then λ = E / 86,400 s events come a second in the mean, and
//     by Little's law N = λ·h sections are open at a moment that is drawn.
//  2. At stake in one fault are A(k) of them: N/W where it strikes one worker, N
//     where it strikes the broker or the lock server. A deploy strikes each of the W
//     workers once. Where the mode deals all partitions anew whenever a consumer
//     comes or goes (FAILOVER), N are at stake whomever it strikes.
//  3. Each fault i that was measured found a(i) sections open at stake, on average over
//     the second before it. From its begin until the next one's, s(i) sections
//     began and x(i) harms of a sort were done, of which e(i) = max(0, x(i) - b·s(i))
//     are its own; b is 5's. So ρ(k) = Σe / Σa is the harm of that sort by one section
//     at stake.
//  4. Its interval is Wilson's for a share of Σe/m in n trials, times m. Faults are the
//     trials, because sections of one fault share its fate: n = (Σa)²/Σa². m is the
//     most harm by one section at stake that any fault did, where one that found fewer than
//     the mean at stake counts as if it had found the mean, but no less than 1; of what lies
//     between 0 and m the interval is rather too wide. With
//     no harm in n faults the upper end is that of 0 of n.
//  5. Without a fault, b = harms/sections of the calm before the first fault, with
//     Wilson's interval. Two events of one user must meet for it, which happens the
//     more often, the more of the time a user has a section open: u then, and N/U in
//     the rates. So b·(N/U)/u of each event is expected. The users that were measured
//     have their events at even distances, longer than a section: what became of two that meet was
//     not measured. Modes that keep them apart are judged for that by the suite's
//     scenarios; in one that does not (SHARED) the harm without a fault is unknown.
//  6. The harm of a sort in a day is E·b·(N/U)/u + Σ f(k)·A(k)·ρ(k), with A(k)·W for a
//     deploy. The interval of the sum is that of independent estimates with intervals
//     of their own: from x - √Σ(x(j) - lo(j))² to x + √Σ(hi(j) - x(j))² (Zou and Donner, Construction
//     of confidence limits about effect measures, 2008). It is of what is expected: one day
//     varies around it.
//  7. A freeze no longer than the patience of whoever might notice has the odds of
//     one that was not noticed; a longer one, those of one beyond it, however long.
//     Patience is the broker's, and where workers take locks a lock's lifetime if
//     that is less.
//  8. What was not measured is unknown, and so is each sum that it is part of, unless
//     there is no such fault.
//  9. Workers at a rate: as many as keep lanes, and as many as keep processors, busy for
//     [Busy] of the time: max(λ·h/lanes, λ·c) / Busy, where c is a worker's processor
//     time an event. Partitions: two a worker where the mode needs them; else
//     λ/(Busy·S), where S is the rate that one topic came to on the machine that
//     was measured. Processor: λ times the processor time an event of workers, broker and
//     Redis, each. All at the mean and at the peak, which is the mean times the peak factor.
//  10. Latency is what was measured at the share Busy of saturation, with a downstream
//     that answers at once; h comes on top of it.
package decide

// Busy is the share of the time that workers are planned to be busy at: a share at
// which latencies were measured.
const Busy = 0.6
