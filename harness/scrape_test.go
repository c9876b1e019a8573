package harness

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"turnstile/checker/history"
	"turnstile/harness/alerting"
)

func TestAScrapeThatIsNotAnsweredInTimeIsASample(t *testing.T) {
	hang := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/metrics":
			_, _ = w.Write([]byte("# TYPE deliveries_total counter\ndeliveries_total 3\n"))
		case "/garbled":
			_, _ = w.Write([]byte("deliveries_total three\n"))
		case "/hangs":
			<-hang
		default:
			http.Error(w, "not here", http.StatusNotFound)
		}
	}))
	defer server.Close()
	defer close(hang)
	domain, err := history.Domain()
	if err != nil {
		t.Fatal(err)
	}
	s := &scraper{client: server.Client(), record: alerting.NewRecord(domain, history.Now(), time.Now(), scrapeEvery)}
	for path, answered := range map[string]bool{"/metrics": true, "/garbled": false, "/hangs": false, "/nowhere": false} {
		began := time.Now()
		at := history.Now()
		err := s.ask(t.Context(), server.URL+path, strings.Trim(path, "/"), at)
		if (err == nil) != answered {
			t.Errorf("%s: %v", path, err)
		}
		if err != nil {
			s.record.Silent(strings.Trim(path, "/"), at)
		}
		if took := time.Since(began); took > 20*scrapeLimit {
			t.Errorf("%s: it was waited for %v", path, took)
		}
	}
	longAgo := history.Now() - int64(scrapeLimit+2*scrapeEvery)
	if err := s.ask(t.Context(), server.URL+"/nowhere", "w1", longAgo); !errors.Is(err, errHeldUp) {
		t.Errorf("of a scrape that came too late itself it says %v", err)
	}
	folder := t.TempDir()
	if err := s.save(folder); err != nil {
		t.Fatal(err)
	}
	samples, err := alerting.ReadFile(filepath.Join(folder, alerting.File))
	if err != nil {
		t.Fatal(err)
	}
	rules, err := alerting.ParseRules([]byte("groups:\n- name: x\n  rules:\n  - {alert: Silent, expr: 'up == 0', labels: {tells: cause}, annotations: {summary: s, description: d}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if fired, err := alerting.Evaluate(samples, rules); err != nil || len(fired) != 3 {
		t.Errorf("silent are %v, %v", fired, err)
	}
	var none *scraper // of a scenario that is not scraped
	none.follow(context.Background())
	if err := none.save(folder); err != nil {
		t.Error(err)
	}
}
