package harness

import (
	"context"
	"maps"
	"strconv"
	"strings"

	"turnstile/fixtures/engine"
	"turnstile/fixtures/images"
	"turnstile/fixtures/orchestrator/mode"
)

// place is the worker's among the others.
func (r *run) place(worker string) mode.Place {
	return mode.Place{Number: r.fleet.places.at(worker), Of: r.scenario.Workers}
}

// container is a container of the reference orchestrator.
func (r *run) container(ctx context.Context, w *worker) (engine.Spec, error) {
	env, err := r.workerEnvironment(ctx, w.name, w.life)
	return engine.Spec{Image: r.env.images.Programs, Cmd: []string{r.scenario.program()}, Env: env}, err
}

// workerEnvironment is what a worker of the run is told. It opens the worker's
// links, where there are some.
func (r *run) workerEnvironment(ctx context.Context, worker string, life int) (map[string]string, error) {
	points := make([]string, 0)
	for _, p := range r.scenario.asks().Points {
		points = append(points, string(p))
	}
	env := map[string]string{
		"TURNSTILE_WORKER":  worker,
		"TURNSTILE_LIFE":    strconv.Itoa(life),
		"PLACE":             strconv.Itoa(r.place(worker).Number),
		"PLACES":            strconv.Itoa(r.place(worker).Of),
		"MODE":              string(r.scenario.Mode),
		"GUARD":             string(r.scenario.Guard),
		"PULSAR_URL":        r.topic.broker.InternalURL(),
		"TOPIC":             r.topic.name,
		"SUBSCRIPTION":      r.topic.subscription,
		"DEAD_LETTER_TOPIC": r.topic.deadLetters,
		"RETRY_TOPIC":       r.topic.retries,
		"STATE_REDIS":       r.env.state.InternalAddr(),
		"LOCK_REDIS":        r.locks.addrs(),
		"KEY_PREFIX":        r.prefix(),
		"GATEWAY_URL":       r.gateway.url(),
		"KEEPALIVE":         workerKeepAlive.String(),
		"SHUTDOWN_TIMEOUT":  workerShutdown.String(),
		"SEND_TIMEOUT":      workerSendTimeout.String(),
		"REDIS_TIMEOUT":     workerRedisTimeout.String(),
		"MAX_ATTEMPTS":      strconv.Itoa(maxAttempts),
		"HISTORY_FILE":      images.HistoryFile,
		"POINTS":            strings.Join(points, ","),
	}
	maps.Copy(env, r.scenario.settable().Environment(ToFaults(r.scenario.Mode)))
	if err := r.links.open(ctx, worker, r.scenario.Mode, env); err != nil {
		return nil, err
	}
	if r.scenario.misconfigure(worker, env) {
		if err := r.recorder.record(r.scenario.acted()); err != nil {
			return nil, err
		}
	}
	return env, nil
}
