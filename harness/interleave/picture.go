package interleave

import (
	_ "embed"
	"fmt"
	"html/template"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"turnstile/checker"
)

//go:embed picture.html.tmpl
var pictureSource string

var pictureTemplate = template.Must(template.New("picture").Parse(pictureSource))

// A grid's measures, in pixels.
const (
	cell    = 34
	labels  = 190
	drawnAt = 3000 // paths at most: more cannot be told apart
)

// grid is a picture of merges: to the right the first worker's moves, downward the
// second's. Each path is a merge.
type grid struct {
	Title, Meaning, Counts string
	Verdicts               []string
	Width, Height          int
	Across, Down           []label
	Paths                  []path
	Lines                  []string // of the merge that refutes in the fewest lines
	Left                   int      // merges that are not drawn
}

type label struct {
	X, Y int
	Text string
}

type path struct {
	Points  string
	Refuted bool
	Strikes []label // where a fault is
}

// WritePicture writes one page with a grid for each result. A merge is red that
// refutes one of the properties asked for.
func WritePicture(file string, results []*Result, asked []checker.Property) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	var grids []grid
	for _, r := range results {
		grids = append(grids, r.grid(asked))
	}
	var b strings.Builder
	if err := pictureTemplate.Execute(&b, grids); err != nil {
		return err
	}
	return os.WriteFile(file, []byte(b.String()), 0o644)
}

func (r *Result) grid(asked []checker.Property) grid {
	g := grid{Title: r.title(), Meaning: r.Pair.Meaning,
		Counts: fmt.Sprintf("%v merges, equal to %d that were executed; of those that each makes alone %v of %v are excluded by the lock", r.Merges, r.Executed, r.Own.Excluded, r.Own.Possible)}
	for _, v := range r.Verdicts {
		if slices.Contains(asked, v.Property) {
			g.Verdicts = append(g.Verdicts, fmt.Sprintf("%s: %s, %s", v.Property, v.Verdict, v.Reason))
			if v.Witness != nil && g.Lines == nil {
				g.Lines = v.Witness.Lines()
			}
		}
	}
	longest := [2]int{}
	var red, other []path
	for _, t := range r.all {
		p, end := t.path(asked)
		longest[0], longest[1] = max(longest[0], end[0]), max(longest[1], end[1])
		if p.Refuted {
			red = append(red, p)
		} else {
			other = append(other, p)
		}
	}
	g.Paths = slices.Concat(other, red) // those that refute on top
	if len(g.Paths) > drawnAt {
		g.Left = len(g.Paths) - drawnAt
		g.Paths = g.Paths[g.Left:]
	}
	for i, v := range r.own[0] {
		g.Across = append(g.Across, label{labels + i*cell + cell/2, labels - 8, v.Step})
	}
	for i, v := range r.own[1] {
		g.Down = append(g.Down, label{labels - 8, labels + i*cell + cell/2 + 4, v.Step})
	}
	g.Width, g.Height = labels+(longest[0]+1)*cell, labels+(longest[1]+1)*cell
	return g
}

// path is the way of the merge through the grid, and where it ends.
func (t *Taken) path(asked []checker.Property) (p path, at [2]int) {
	for _, property := range asked {
		p.Refuted = p.Refuted || t.Check.Of(property).Verdict == checker.Refuted
	}
	xy := func() (int, int) { return labels + at[0]*cell, labels + at[1]*cell }
	x, y := xy()
	points := []string{fmt.Sprintf("%d,%d", x, y)}
	for _, v := range t.moves {
		switch v.Who {
		case "w1":
			at[0]++
		case "w2":
			at[1]++
		}
		x, y = xy()
		points = append(points, fmt.Sprintf("%d,%d", x, y))
		if v.What.fault() {
			p.Strikes = append(p.Strikes, label{x, y, string(v.What)})
		}
	}
	p.Points = strings.Join(points, " ")
	return p, at
}
