package alerting

import (
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"

	"turnstile/fixtures/orchestrator/alerts"
)

// Usual is how often a Prometheus scrapes that loads the rules as they are: a window
// of a minute has eight scrapes. Half as many would do for the rules; but a machine
// that is busy with a run may miss some.
const Usual = 7500 * time.Millisecond

// Rule is an alert of fixtures/orchestrator/alerts.
type Rule struct {
	Name    string
	Expr    string
	For     time.Duration
	Tells   string // Harm or Cause
	Summary string // what has happened
	Remedy  string // what to do
}

// What an alert tells of.
const (
	Harm  = "harm"
	Cause = "cause"
)

// Rules are all there are, in the order of the file.
func Rules() ([]Rule, error) { return ParseRules(alerts.File) }

// ParseRules reads a file of Prometheus' rules.
func ParseRules(b []byte) (all []Rule, err error) {
	groups, errs := rulefmt.Parse(b, false)
	if len(errs) > 0 {
		return nil, fmt.Errorf("the rules of alerts: %w", errors.Join(errs...))
	}
	for _, g := range groups.Groups {
		for _, r := range g.Rules {
			rule := Rule{r.Alert, r.Expr, time.Duration(r.For), r.Labels["tells"], r.Annotations["summary"], r.Annotations["description"]}
			if rule.Tells != Harm && rule.Tells != Cause {
				return nil, fmt.Errorf("the alert %s tells of %q: label it tells: %s or %s", r.Alert, rule.Tells, Harm, Cause)
			}
			if rule.Summary == "" || rule.Remedy == "" {
				return nil, fmt.Errorf("the alert %s has no summary or no description: say what has happened, and what to do", r.Alert)
			}
			all = append(all, rule)
		}
	}
	if len(all) == 0 {
		return nil, errors.New("there are no rules of alerts")
	}
	return all, nil
}

// asks are the metrics that a rule names.
func (r Rule) asks() (names []string, err error) {
	expr, err := parser.ParseExpr(r.Expr)
	if err != nil {
		return nil, fmt.Errorf("the alert %s: %w", r.Name, err)
	}
	parser.Inspect(expr, func(n parser.Node, _ []parser.Node) error {
		if v, ok := n.(*parser.VectorSelector); ok {
			names = append(names, v.Name)
		}
		return nil
	})
	return names, nil
}

// at is the rule for scrapes that are so far apart.
func (r Rule) at(every time.Duration) (Rule, error) {
	expr, err := parser.ParseExpr(r.Expr)
	if err != nil {
		return r, fmt.Errorf("the alert %s: %w", r.Name, err)
	}
	shorter := func(d time.Duration) time.Duration {
		return time.Duration(float64(d) * float64(every) / float64(Usual)).Round(time.Millisecond)
	}
	parser.Inspect(expr, func(n parser.Node, _ []parser.Node) error {
		switch n := n.(type) {
		case *parser.MatrixSelector:
			n.Range = shorter(n.Range)
		case *parser.SubqueryExpr:
			n.Range, n.Step, n.OriginalOffset = shorter(n.Range), shorter(n.Step), shorter(n.OriginalOffset)
		case *parser.VectorSelector:
			n.OriginalOffset = shorter(n.OriginalOffset)
		}
		return nil
	})
	r.Expr, r.For = expr.String(), shorter(r.For)
	return r, nil
}
