package fault

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// This file has the links, the topic and the downstream's answers of a [world].

type worldLinks struct{ w *world }

func (l worldLinks) on(ctx context.Context, k Link, what string) error {
	return l.w.do(ctx, what+" "+k.String(), l.w.breaks(k.String(), what))
}
func (l worldLinks) Cut(ctx context.Context, k Link, _ Direction) error { return l.on(ctx, k, "cut") }
func (l worldLinks) Slow(ctx context.Context, k Link, _, _ time.Duration) error {
	return l.on(ctx, k, "slow")
}
func (l worldLinks) Narrow(ctx context.Context, k Link, _ int) error { return l.on(ctx, k, "narrow") }
func (l worldLinks) Reset(ctx context.Context, k Link) error         { return l.on(ctx, k, "reset") }
func (l worldLinks) Clear(ctx context.Context, k Link) error {
	return l.w.heal(ctx, "clear "+k.String(), k.String(), nil)
}
func (l worldLinks) Renew(ctx context.Context, k Link) error {
	return l.w.heal(ctx, "renew "+k.String(), k.String(), nil)
}
func (l worldLinks) Listed(ctx context.Context, k Link) (what string, err error) {
	err = l.w.do(ctx, "listed on "+k.String(), func() { what = l.w.broken[k.String()] })
	return what, err
}
func (l worldLinks) Probe(ctx context.Context, k Link, _ int, _ time.Duration) (time.Duration, bool, error) {
	what := ""
	err := l.w.do(ctx, "probe "+k.String(), func() { what = l.w.broken[k.String()] })
	if err == nil && what == "reset" {
		err = fmt.Errorf("reset by peer")
	}
	return time.Minute, what != "cut", err
}

// worldFrames are rules that have caught what they are on.
type worldFrames struct{ w *world }

func (f worldFrames) Rule(ctx context.Context, k Link, _ FrameRule) (string, error) {
	return "r1", f.w.do(ctx, "rule on "+k.String(), f.w.breaks("frames of "+k.String(), "ruled"))
}
func (f worldFrames) Watch(ctx context.Context, id string, _ time.Duration) (RuleState, error) {
	return RuleState{Caught: 1}, f.w.do(ctx, "watch "+id, nil)
}
func (f worldFrames) InHand(ctx context.Context, worker string) (map[string]int, error) {
	return map[string]int{"u1": 1}, f.w.do(ctx, "in hand at "+worker, nil)
}
func (f worldFrames) LetGo(ctx context.Context, k Link) error {
	return f.w.heal(ctx, "let go the frames of "+k.String(), "frames of "+k.String(), nil)
}

type worldTopic struct{ w *world }

// Statistics: each second look shows what a fault brings about.
func (t worldTopic) Statistics(ctx context.Context) (s Statistics, err error) {
	err = t.w.do(ctx, "statistics", func() {
		t.w.looks++
		if t.w.looks%2 == 0 {
			s.Backlog = 1000
		}
		for i, name := range t.w.alive {
			s.Consumers = append(s.Consumers, Consumer{Partition: fmt.Sprint("p", i), Name: name, Active: true, Unacked: len(t.w.alive) - i})
		}
	})
	return s, err
}
func (t worldTopic) Unload(ctx context.Context) error       { return t.w.do(ctx, "unload", nil) }
func (t worldTopic) UnloadBundle(ctx context.Context) error { return t.w.do(ctx, "unload", nil) }
func (t worldTopic) Partitions(ctx context.Context) (int, error) {
	return 4, t.w.do(ctx, "partitions", nil)
}
func (t worldTopic) RaisePartitions(ctx context.Context, _ int) error {
	return t.w.do(ctx, "raise the partitions", nil)
}
func (t worldTopic) Operate(ctx context.Context, what string, _ any) error {
	return t.w.do(ctx, what, func() { t.w.skips++ })
}
func (t worldTopic) MarkDelete(ctx context.Context) (at map[string]string, err error) {
	err = t.w.do(ctx, "mark-delete position", func() { at = map[string]string{"p0": fmt.Sprintf("5:%d", 100-t.w.skips)} })
	return at, err
}
func (t worldTopic) Received(ctx context.Context) (n int64, err error) {
	return n, t.w.do(ctx, "messages received", func() { n = int64(100 * len(t.w.calls)) })
}
func (t worldTopic) Unsubscribe(ctx context.Context) error {
	return t.w.do(ctx, "unsubscribe", t.w.breaks("subscription", "deleted"))
}
func (t worldTopic) Subscribe(ctx context.Context, _ bool) error {
	return t.w.heal(ctx, "make the subscription anew", "subscription", nil)
}
func (t worldTopic) Parked(ctx context.Context) (n int64, err error) {
	err = t.w.do(ctx, "parked", func() { t.w.looks++; n = int64(t.w.looks) })
	return n, err
}
func (t worldTopic) Burst(ctx context.Context, user string, _ int) ([]string, error) {
	return []string{user + "-refused"}, t.w.do(ctx, "burst of "+user, nil)
}

type worldAnswers struct{ w *world }

func (a worldAnswers) Slow(ctx context.Context, worker string, by time.Duration) error {
	if thing := "answers to " + worker; by == 0 {
		return a.w.heal(ctx, "quicken the "+thing, thing, nil)
	}
	return a.w.do(ctx, "slow the answers to "+worker, a.w.breaks("answers to "+worker, "slow"))
}
func (a worldAnswers) Slowed(ctx context.Context, _ string) (int, time.Duration, error) {
	return 1, time.Hour, a.w.do(ctx, "slowed", nil)
}
func (a worldAnswers) Refuse(ctx context.Context, user string, n int) error {
	if thing := "sends of " + user; n == 0 {
		return a.w.heal(ctx, "take the "+thing, thing, nil)
	}
	return a.w.do(ctx, "refuse the sends of "+user, a.w.breaks("sends of "+user, "refused"))
}
func (a worldAnswers) Refused(ctx context.Context, user string) (string, int, error) {
	return user + "-refused", 100, a.w.do(ctx, "refused", nil)
}

func (t worldTopic) Stall(ctx context.Context, name string, _ int) (StalledConsumer, error) {
	err := t.w.do(ctx, "start the stalled consumer "+name, func() {
		t.w.broken["stalled consumer "+name] = "holds messages"
		t.w.alive = append(t.w.alive, name)
	})
	if err != nil { // the harness closes what did not come about
		delete(t.w.broken, "stalled consumer "+name)
		return nil, err
	}
	return worldStalled{t.w, name}, nil
}

type worldStalled struct {
	w    *world
	name string
}

func (h worldStalled) Held() (int, []string) { return 100, []string{"u1"} }
func (h worldStalled) Leave(ctx context.Context) error {
	return h.w.heal(ctx, "close the stalled consumer "+h.name, "stalled consumer "+h.name, func() {
		h.w.alive = slices.DeleteFunc(h.w.alive, func(n string) bool { return n == h.name })
	})
}
