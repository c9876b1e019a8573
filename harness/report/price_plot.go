package report

import (
	"fmt"
	"html/template"
	"io"
)

// Measures of the picture of prices, in its own units.
const (
	priceName  = 210 // room for the arms' names
	priceWide  = 300 // of a scale
	priceGap   = 70
	priceRowH  = 22
	priceAbove = 46
)

// priceBar is a value with its spread.
type priceBar struct {
	X, Y, Wide, Low, High float64
	Text                  string
}

type priceScale struct {
	Title string
	X     int
	Bars  []priceBar
}

// DrawPrices draws the rate of each arm and its p99 at the middle share, with the
// least and the most of the repetitions, as an SVG picture.
func DrawPrices(w io.Writer, rows []PriceRow) error {
	rate := priceScaleOf(rows, "events a second, with a backlog", priceName, "%.0f", func(r PriceRow) Spread { return r.Saturated })
	scales := []priceScale{rate}
	if len(rows) > 0 && len(rows[0].P99) > 0 {
		mid := len(rows[0].P99) / 2
		scales = append(scales, priceScaleOf(rows, "p99 from publish to effect in ms, at "+fmt.Sprintf("%.0f %%", 100*rows[0].Shares[mid])+" of that rate", priceName+priceWide+priceGap, "%.1f", func(r PriceRow) Spread { return r.P99[mid] }))
	}
	var names []mark
	for i, r := range rows {
		names = append(names, mark{X: priceName - 8, Y: float64(priceAbove + i*priceRowH + 14), Text: r.Arm})
	}
	return pricePlot.Execute(Shown(w), map[string]any{
		"Scales": scales, "Names": names, "Width": priceName + 2*(priceWide+priceGap), "Height": priceAbove + len(rows)*priceRowH + 16, "Colour": plotColours[1],
	})
}

func priceScaleOf(rows []PriceRow, title string, x int, format string, value func(PriceRow) Spread) priceScale {
	most := 0.0
	for _, r := range rows {
		most = max(most, value(r).Most)
	}
	s := priceScale{Title: title, X: x}
	for i, r := range rows {
		v := value(r)
		wide := func(of float64) float64 {
			if most == 0 {
				return 0
			}
			return priceWide * of / most
		}
		s.Bars = append(s.Bars, priceBar{
			X: float64(x), Y: float64(priceAbove + i*priceRowH), Wide: wide(v.Median),
			Low: float64(x) + wide(v.Least), High: float64(x) + wide(v.Most), Text: fmt.Sprintf(format, v.Median),
		})
	}
	return s
}

var pricePlot = template.Must(template.New("prices").Parse(`<svg xmlns="http://www.w3.org/2000/svg" width="{{.Width}}" height="{{.Height}}" viewBox="0 0 {{.Width}} {{.Height}}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="white"/>
{{range .Names}}<text x="{{.X}}" y="{{.Y}}" text-anchor="end">{{.Text}}</text>
{{end}}{{range .Scales}}<text x="{{.X}}" y="26" font-weight="bold">{{.Title}}</text>
{{range .Bars}}<g transform="translate(0 {{.Y}})"><rect x="{{.X}}" y="3" width="{{.Wide}}" height="14" fill="{{$.Colour}}" opacity="0.6"/><line x1="{{.Low}}" x2="{{.High}}" y1="10" y2="10" stroke="black"/><text x="{{.High}}" dx="6" y="14">{{.Text}}</text></g>
{{end}}{{end}}</svg>
`))
