// Package alerting tells which alerts a recorded run would have raised. The
// harness scrapes workers as Prometheus would ([Record]), writes what they said into the run
// folder, and the rules of fixtures/orchestrator/alerts are evaluated on it by Prometheus'
// own engine: what is pasted into a Prometheus and what was tried is the same text.
//
// Runs are short and scraped often, so time in the rules is divided: [Usual] is the
// interval of scrapes that the rules are written for, and of windows, offsets and
// durations each run has as many scrapes as there. Nothing else of a rule is changed; what it
// compares with are settings that workers show, not figures.
//
// Nothing is said of a run that has no samples, has a hole in them or lacks a
// metric that a rule names: that is unknown, and not a run in which nothing fired.
package alerting
