package report

import (
	"html/template"
	"io"
	"slices"
	"strings"

	"turnstile/checker"
	"turnstile/fault"
	"turnstile/harness/interval"
)

// Measures of the plot, in its own units.
const (
	plotLeft  = 60
	plotHigh  = 120 // of the scale from 0 to 100 %
	plotHead  = 34  // above the scale: what it is of
	plotFoot  = 36  // below: the points
	plotStep  = 104 // from a point to the next
	plotInset = 40
)

// plotColours tell properties apart, also for those who see few colours (Okabe
// and Ito, Color Universal Design, 2008).
var plotColours = []string{"#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"}

type plotPanel struct {
	Title  string
	Top    int
	Points []mark
	Dots   []plotDot
}

// plotDot is a share with its interval.
type plotDot struct {
	X, Y, Low, High float64
	Colour          string
	Title           string
}

// DrawDanger draws, for each mode and fault, the share of runs that refuted a
// property over the points at which the fault struck, as an SVG picture.
func DrawDanger(w io.Writer, rows []DangerRow) error {
	const panel = plotHead + plotHigh + plotFoot
	columns := harmed(rows)
	var panels []plotPanel
	for i, r := range rows {
		if i == 0 || rows[i-1].Mode != r.Mode || rows[i-1].Fault != r.Fault {
			panels = append(panels, plotPanel{Title: r.Mode + ", " + r.Fault, Top: 30 + len(panels)*panel})
		}
		p := &panels[len(panels)-1]
		x := float64(plotLeft + plotInset + plotStep*slices.Index(fault.Points(), fault.Point(r.Point)))
		p.Points = append(p.Points, mark{X: x, Y: float64(plotHead + plotHigh + 16), Text: r.Point})
		for k, property := range columns {
			if r.Runs == 0 || !slices.Contains(dangers(r.Mode), property) {
				continue
			}
			lo, hi := interval.Wilson(float64(r.Refuted[property]), float64(r.Runs))
			y := func(share float64) float64 { return float64(plotHead) + plotHigh*(1-share) }
			p.Dots = append(p.Dots, plotDot{
				X: x + 9*(float64(k)-float64(len(columns)-1)/2), Y: y(float64(r.Refuted[property]) / float64(r.Runs)), Low: y(lo), High: y(hi),
				Colour: plotColours[k%len(plotColours)], Title: strings.Join([]string{string(property), "at", r.Point + ":", r.share(property)}, " "),
			})
		}
	}
	return dangerPlot.Execute(Shown(w), map[string]any{
		"Panels": panels, "Legend": dangerLegend(columns), "Scale": []mark{{X: plotLeft - 8, Y: plotHead, Text: "100 %"}, {X: plotLeft - 8, Y: plotHead + plotHigh/2, Text: "50 %"}, {X: plotLeft - 8, Y: plotHead + plotHigh, Text: "0 %"}},
		"Left": plotLeft, "Right": plotLeft + 2*plotInset + plotStep*(len(fault.Points())-1), "Width": plotLeft + 2*plotInset + plotStep*(len(fault.Points())-1) + 20, "Height": 40 + panel*len(panels),
	})
}

func dangerLegend(columns []checker.Property) (all []plotDot) {
	for k, p := range columns {
		all = append(all, plotDot{X: float64(plotLeft + 130*k), Colour: plotColours[k%len(plotColours)], Title: string(p)})
	}
	return all
}

var dangerPlot = template.Must(template.New("danger").Parse(`<svg xmlns="http://www.w3.org/2000/svg" width="{{.Width}}" height="{{.Height}}" viewBox="0 0 {{.Width}} {{.Height}}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="white"/>
{{range .Legend}}<circle cx="{{.X}}" cy="16" r="4" fill="{{.Colour}}"/><text x="{{.X}}" dx="8" y="20">{{.Title}}</text>
{{end}}{{range .Panels}}<g transform="translate(0 {{.Top}})">
<text x="{{$.Left}}" y="20" font-weight="bold">{{.Title}}</text>
{{range $.Scale}}<text x="{{.X}}" y="{{.Y}}" dy="4" text-anchor="end" fill="#555">{{.Text}}</text><line x1="{{$.Left}}" x2="{{$.Right}}" y1="{{.Y}}" y2="{{.Y}}" stroke="#ddd"/>
{{end}}{{range .Points}}<text x="{{.X}}" y="{{.Y}}" text-anchor="middle">{{.Text}}</text>
{{end}}{{range .Dots}}<g><title>{{.Title}}</title><line x1="{{.X}}" x2="{{.X}}" y1="{{.High}}" y2="{{.Low}}" stroke="{{.Colour}}" stroke-width="2" opacity="0.5"/><circle cx="{{.X}}" cy="{{.Y}}" r="4" fill="{{.Colour}}"/></g>
{{end}}</g>
{{end}}</svg>
`))
