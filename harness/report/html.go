package report

import (
	"cmp"
	"embed"
	"fmt"
	"html/template"
	"io"
	"maps"
	"net/url"
	"slices"
	"strings"

	"turnstile/checker"
	"turnstile/checker/levels"
	"turnstile/fault"
	"turnstile/fixtures/orchestrator/mode"
)

//go:embed report.html.tmpl overview.html.tmpl
var htmlSources embed.FS

//go:embed report.js
var htmlScript string

var htmlTemplate = template.Must(template.New("report.html.tmpl").Funcs(template.FuncMap{
	"symbol":       symbol,
	"title":        title,
	"wall":         wall,
	"millis":       millis,
	"count":        count,
	"meaning":      func(p checker.Property) string { return p.Describe().Promise },
	"faultMeaning": fault.Meaning,
	"columns":      func(p htmlPage) int { return len(p.Properties) + 5 },
}).ParseFS(htmlSources, "*.tmpl"))

// symbol repeats a verdict by shape, for those who do not see its colour.
func symbol(v checker.Verdict) string {
	switch v {
	case checker.Holds:
		return "✓"
	case checker.Refuted:
		return "✕"
	case checker.Vacuous:
		return "○"
	}
	return "?"
}

// WriteHTML writes the report to look at: one page that needs nothing but
// itself, and links to the run folders beside it. Details holds each
// scenario's result by its folder; one that has none is shown by its summary
// alone.
func WriteHTML(w io.Writer, s *Summary, details map[string]*checker.Result) error {
	gs := groups(s)
	t := total(gs)
	p := htmlPage{
		Line: t.String(), Failed: t.Failed > 0, Repeated: t.Runs > t.Scenarios, Properties: s.properties(), Outside: s.OnlyOutside(),
		Verdicts: []checker.Verdict{checker.Holds, checker.Refuted, checker.Vacuous, checker.Unknown},
		Script:   template.JS(htmlScript), //nolint:gosec // ours, embedded: nothing of a run is in it
		Started:  s.Started.UTC().Format("2006-01-02 15:04:05 UTC"), Wall: wall(s.WallS), Seed: s.Seed,
	}
	if p.Outside {
		p.Line, p.Failed = outsideLine(s)
		p.Levels = levels.Describe()
	}
	for _, k := range slices.Sorted(maps.Keys(s.Versions)) {
		p.Versions = append(p.Versions, [2]string{k, s.Versions[k]})
	}
	ids := runIDs{}
	for _, g := range gs {
		hg := htmlGroup{Mode: g.Mode, Meaning: mode.Mode(g.Mode).Meaning()}
		for _, r := range g.Rows {
			hr := htmlRow{row: r, Name: r.Runs[0].Name, Fault: label(r.Runs[0], false), Least: r.least(), Mean: r.meanWall()}
			for _, of := range p.Properties {
				hr.Verdicts = append(hr.Verdicts, r.verdicts(of))
			}
			for i, sc := range r.Runs {
				run := newHTMLRun(sc, details[sc.Folder], p.Properties)
				run.ID = ids.of(sc)
				run.Number, run.Of = i+1, len(r.Runs)
				hr.HTMLRuns = append(hr.HTMLRuns, run)
			}
			hg.Rows = append(hg.Rows, hr)
		}
		p.Groups = append(p.Groups, hg)
	}
	p.Overview = newOverview(p.Groups)
	if err := htmlTemplate.Execute(Shown(w), p); err != nil {
		return fmt.Errorf("writing the HTML report: %w", err)
	}
	return nil
}

// htmlPage is what the template is filled with.
type htmlPage struct {
	Line       string
	Failed     bool
	Repeated   bool // some scenario ran more than once
	Outside    bool // see [Summary.OnlyOutside]
	Levels     []levels.Description
	Started    string
	Wall       string
	Seed       uint64
	Versions   [][2]string
	Properties []checker.Property
	Verdicts   []checker.Verdict
	Overview   overview
	Groups     []htmlGroup
	Script     template.JS
}

type htmlGroup struct {
	Mode, Meaning string
	Rows          []htmlRow
}

type htmlRow struct {
	row
	Name     string
	Fault    string
	Verdicts [][]verdictCount
	Least    checker.Opportunity
	Mean     float64
	HTMLRuns []htmlRun
}

// The template calls these.

func (r htmlRow) Answers() string       { return verdictsOf(r.HTMLRuns...) }
func (r htmlRow) Kind() string          { return kindOf(r.Runs[0]) }
func (r htmlRun) Kind() string          { return kindOf(r.Outcome) }
func (r htmlRun) Verdicts() string      { return verdictsOf(r) }
func (r htmlRow) Passed() int           { return r.passed() }
func (r htmlRow) AllPassed() bool       { return r.passed() == len(r.Runs) }
func (r htmlRow) Missed() int           { return r.missed() }
func (r htmlRow) Faulty() bool          { return slices.ContainsFunc(r.Runs, hasFault) }
func (v verdictCount) Unexpected() bool { return v.unexpected() }
func (v verdictCount) Unclaimed() bool  { return v.Expected == Open }

// runIDs names runs on the page, and in its address: by their folders, which
// the same seed gives the same run again.
type runIDs map[string]bool

func (ids runIDs) of(s Outcome) string {
	id := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '.', r == '_':
			return r
		}
		return '-'
	}, cmp.Or(s.Folder, s.Mode+"-"+s.Name))
	for n, base := 2, id; ids[id]; n++ {
		id = fmt.Sprintf("%s-%d", base, n)
	}
	ids[id] = true
	return id
}

// verdictsOf lists what runs came to, for the page's filters, as in
// "exclusivity:refuted effects:holds".
func verdictsOf(runs ...htmlRun) string {
	var out []string
	for _, r := range runs {
		for _, a := range r.Answers {
			if one := string(a.Property) + ":" + string(a.Verdict); !slices.Contains(out, one) {
				out = append(out, one)
			}
		}
	}
	return strings.Join(out, " ")
}

// htmlRun is one run with all that is known of it.
type htmlRun struct {
	Outcome
	ID          string
	Number, Of  int
	Differences []difference
	Answers     []htmlAnswer
	Counts      []htmlCount
	Faults      []htmlFault
	Findings    []checker.Finding
	Overlap     *checker.Witness
	Drawings    []*drawing
	Harm        []string
	Foreign     int
	Links       []htmlLink
}

type htmlAnswer struct {
	verdictCount
	Property checker.Property
	Meaning  string
	Reason   string
	Counts   string
}

type htmlCount struct {
	Name, Meaning string
	N             int
}

type htmlFault struct {
	checker.FaultEvidence
	Meaning   string
	Lasted    string
	Recovered string
	Evidence  []htmlEvidence
}

type htmlEvidence struct {
	Name, Observer, Detail, After string
	Seen                          bool
}

type htmlLink struct{ Name, URL, What string }

func newHTMLRun(s Outcome, r *checker.Result, properties []checker.Property) htmlRun {
	run := htmlRun{Outcome: s, Differences: differences(s), Findings: s.Evidence.Findings, Counts: opportunity(s.Evidence.Opportunity)}
	for _, p := range properties {
		v := verdictOf(s, p)
		a := htmlAnswer{verdictCount{v.Verdict, v.Expected, v.level(), 1}, p, p.Describe().Promise, v.Reason, ""}
		if r != nil {
			a.Counts = counted(r.Of(p).Counts)
		}
		run.Answers = append(run.Answers, a)
	}
	faults := s.Evidence.Faults
	if r != nil {
		faults = r.Faults
		if w := pictured(s, r); w != nil {
			sc := newScene(w, r.Faults)
			run.Overlap, run.Drawings, run.Harm, run.Foreign = w, sc.drawings(), sc.harm(), sc.foreign
		}
	}
	for _, f := range faults {
		run.Faults = append(run.Faults, newHTMLFault(f))
	}
	run.Links = links(s, r)
	return run
}

func newHTMLFault(f checker.FaultEvidence) htmlFault {
	out := htmlFault{FaultEvidence: f, Meaning: fault.Meaning(fault.KindOf(f.Fault)), Lasted: "never ended", Recovered: recovered(f.Recovery)}
	if f.End != 0 {
		out.Lasted = "for " + millis(f.End-f.Begin)
	}
	for _, e := range f.Evidence {
		he := htmlEvidence{Name: e.Name, Observer: e.Observer, Detail: e.Detail, Seen: e.Seen}
		if e.T != 0 {
			he.After = since(e.T-f.Begin) + " ms"
		}
		out.Evidence = append(out.Evidence, he)
	}
	return out
}

// counted writes a verdict's counts, by name.
func counted(counts map[string]int64) string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%s %d", strings.ReplaceAll(k, "_", " "), counts[k]))
	}
	return strings.Join(parts, " · ")
}

func opportunity(o checker.Opportunity) []htmlCount {
	all := []htmlCount{
		{"attempts", "critical sections entered", o.Attempts},
		{"users", "with at least one section", o.Users},
		{"workers", "that entered at least one", o.Workers},
		{"contended", "sections during which the user's next event was waiting", o.Contended},
		{"handovers", "from one worker to another between a user's sections", o.Handovers},
		{"redeliveries", "events delivered more than once", o.Redeliveries},
		{"sends", "texts that the gateway accepted", o.Sends},
	}
	if o.LockContended > 0 {
		all = append(all, htmlCount{"lock contended", "times a worker found a lock taken", o.LockContended})
	}
	return all
}

// linkTo is the address of a file in a run's folder. The leading dot keeps a folder's
// name from being taken for more than a name.
func linkTo(folder, name string) string { return "./" + url.PathEscape(folder) + "/" + name }

// links lists the files that a run's folder holds.
func links(s Outcome, r *checker.Result) []htmlLink {
	if s.Folder == "" {
		return nil
	}
	to := func(name string) string { return linkTo(s.Folder, name) }
	out := []htmlLink{{"run.json", to("run.json"), "scenario, seed, versions"}}
	if r != nil {
		out = append(out, htmlLink{HistoryFile, to(HistoryFile), "all that was observed"}, htmlLink{"verdict.json", to("verdict.json"), "what the checker found"})
		refuted := slices.ContainsFunc(r.Verdicts, func(v checker.PropertyVerdict) bool { return v.Verdict == checker.Refuted })
		if refuted {
			out = append(out, htmlLink{"violation.md", to("violation.md"), "for a bug report"})
		}
		for _, p := range Pictures() {
			if r.Of(p.Property).Witness != nil && !s.Outside { // what is drawn there are the workers' own records
				out = append(out, htmlLink{p.File, to(p.File), p.What})
			}
		}
	}
	return append(out, htmlLink{cmp.Or(s.Folder, "."), to(""), "the folder, with logs"})
}
