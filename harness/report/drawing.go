package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Measures of a drawing, in its own units; text is drawn 12 of them high.
const (
	drawWidth = 1120
	nameWidth = 130 // left of time
	edgeWidth = 20  // right of time
	headRow   = 40  // above the lanes: the overlap, and faults that hit all
	barHigh   = 22
	barGap    = 4
	laneHead  = 20 // above a lane's bars: the fault that hits its worker
	laneFoot  = 8
	sendRow   = 17
	sendRows  = 3
	axisHigh  = 30
	charWide  = 6.7 // of the labels' type, roughly
)

// drawing is a scene in true time, ready for the template: a lane for each
// worker and one for the gateway.
type drawing struct {
	Caption string
	Width   int
	Height  int
	Left    int // where time begins
	Right   int
	Top     int // of the lanes
	Bottom  int
	Axis    int // baseline of the axis' labels
	Ticks   []mark
	Lanes   []drawnLane
	Bands   []drawnBox
	Bars    []drawnBox
	Overlap *drawnBox
	Sends   []drawnSend
}

type mark struct {
	X, Y   float64
	Text   string
	Anchor string
}

type drawnLane struct {
	Name          string
	Y, High, Text int
}

// drawnBox is a bar, a fault or the overlap.
type drawnBox struct {
	X, W    float64
	Y, High int
	Label   *mark // nil: there is no room
	Inside  bool  // the label lies on the box
	Hint    string
	Kind    string
}

type drawnSend struct {
	X        float64
	Y, FromY int
	Label    *mark
	Hint     string
}

// draw lays out the part of the scene that lies in the window.
func (sc *scene) draw(window stretch, caption string) *drawing {
	length := max(window.to-window.from, 1)
	d := &drawing{Caption: caption, Width: drawWidth, Left: nameWidth, Right: drawWidth - edgeWidth, Top: headRow}
	scale := float64(d.Right-d.Left) / float64(length)
	p := &plot{d, sc, window, scale, map[string]int{}, map[string]int{}}
	y := p.lanes()
	d.Bottom = y
	d.Axis = y + 18
	d.Height = y + axisHigh
	p.bands()
	p.overlap()
	p.sends()
	p.ticks()
	return d
}

// plot is a drawing in the making.
type plot struct {
	*drawing
	sc     *scene
	window stretch
	scale  float64
	lane   map[string]int // y of each worker's lane
	high   map[string]int
}

func (p *plot) x(t int64) float64 {
	return float64(p.Left) + float64(t-p.window.from)*p.scale
}

// span is where a stretch lies in the window: at least a line wide.
func (p *plot) span(s stretch) (x, w float64, visible bool) {
	if s.to < p.window.from || s.from > p.window.to {
		return 0, 0, false
	}
	x = p.x(max(s.from, p.window.from))
	w = p.x(min(s.to, p.window.to)) - x
	return round(x), round(max(w, 2)), true
}

func round(f float64) float64 { return math.Round(f*10) / 10 }

// lanes draws each worker's bars, below each other where they overlap within
// one worker, and leaves room for the gateway. It returns where they end.
func (p *plot) lanes() int {
	y := p.Top
	for _, worker := range p.sc.workers {
		var ends []int64 // of each row of bars
		var mine []drawnBox
		for _, b := range p.sc.bars {
			if b.worker != worker {
				continue
			}
			row := slices.IndexFunc(ends, func(end int64) bool { return end <= b.from })
			if row < 0 {
				row, ends = len(ends), append(ends, 0)
			}
			ends[row] = b.to
			x, w, visible := p.span(b.stretch)
			if !visible {
				continue
			}
			kind := "other"
			if b.involved {
				kind = "involved"
			}
			mine = append(mine, drawnBox{
				X: x, W: w, Y: y + laneHead + row*(barHigh+barGap), High: barHigh, Kind: kind,
				Label: &mark{Text: p.clipped(b)},
				Hint: fmt.Sprintf("%s inside for %s with event %s, attempt %s: from %s ms to %s ms, bounded by %s",
					b.worker, millis(b.to-b.from), b.event, b.attempt, since(b.from), since(b.to), cmp.Or(b.endedBy, "its recorded exit")),
			})
		}
		p.place(mine)
		p.Bars = append(p.Bars, mine...)
		high := laneHead + max(1, len(ends))*(barHigh+barGap) + laneFoot
		p.Lanes = append(p.Lanes, drawnLane{Name: worker, Y: y, High: high, Text: y + laneHead + 16})
		p.lane[worker], p.high[worker] = y, high
		y += high
	}
	high := 10 + sendRow*sendRows
	p.Lanes = append(p.Lanes, drawnLane{Name: "gateway", Y: y, High: high, Text: y + 21})
	p.lane[""] = y
	return y + high
}

// clipped is a bar's label, with arrows where the bar goes on beyond the
// window.
func (p *plot) clipped(b bar) string {
	text := b.event + ", " + millis(b.to-b.from)
	if b.from < p.window.from {
		text = "◀ " + text
	}
	if b.to > p.window.to {
		text += " ▶"
	}
	return text
}

// place puts each bar's label on it, or beside it where there is room.
func (p *plot) place(bars []drawnBox) {
	for i := range bars {
		b := &bars[i]
		wide := charWide * float64(width(b.Label.Text))
		b.Label.Y, b.Label.Anchor = float64(b.Y+15), "start"
		left, right := float64(p.Left), float64(p.Right)
		for j, o := range bars {
			if j == i || o.Y != b.Y {
				continue
			}
			if o.X >= b.X {
				right = min(right, o.X)
			} else {
				left = max(left, o.X+o.W)
			}
		}
		switch {
		case wide+12 <= b.W:
			b.Label.X, b.Inside = round(b.X+6), true
		case b.X+b.W+6+wide <= right:
			b.Label.X = round(b.X + b.W + 6)
		case b.X-6-wide >= left:
			b.Label.X, b.Label.Anchor = round(b.X-6), "end"
		default:
			b.Label = nil
		}
	}
}

func (p *plot) bands() {
	for _, b := range p.sc.bands {
		reach := b.stretch
		lasted := millis(b.to - b.from)
		if !b.ended {
			reach.to, lasted = p.window.to, "never ended"
		}
		x, w, visible := p.span(reach)
		if !visible {
			continue
		}
		box := drawnBox{X: x, W: w, Y: p.Top, High: p.Bottom - p.Top, Hint: fmt.Sprintf("fault %s: from %s ms, %s", b.fault, since(b.from), lasted)}
		text := float64(p.Top - 6)
		if y, ok := p.lane[b.worker]; ok && b.worker != "" {
			box.Y, box.High = y, p.high[b.worker]
			text = float64(y + 14)
		}
		box.Label = p.within(x+5, text, "fault "+b.fault+", "+lasted)
		p.Bands = append(p.Bands, box)
	}
}

func (p *plot) overlap() {
	o := p.sc.overlap
	if o == nil {
		return
	}
	x, w, visible := p.span(*o)
	if !visible {
		return
	}
	text := "both inside: " + millis(o.to-o.from)
	p.Overlap = &drawnBox{
		X: x, W: w, Y: p.Top, High: p.lane[""] - p.Top, Hint: text,
		Label: p.within(x+w/2-charWide*float64(width(text))/2, float64(p.Top-22), text),
	}
}

// within makes a label that begins at x, or further left where it would run
// out of the drawing.
func (p *plot) within(x, y float64, text string) *mark {
	x = max(float64(p.Left), min(x, float64(p.Right)-charWide*float64(width(text))))
	return &mark{X: round(x), Y: y, Text: text, Anchor: "start"}
}

func (p *plot) sends() {
	var ends [sendRows]float64 // of the labels in each row
	for _, e := range p.sc.sends() {
		if e.T < p.window.from || e.T > p.window.to {
			continue
		}
		s := drawnSend{X: round(p.x(e.T)), Hint: fmt.Sprintf("at %s ms text “%s” of event %s from %s", since(e.T), e.Text, e.Event, e.Worker)}
		text := fmt.Sprintf("%s (%s)", e.Text, e.Event)
		wide := charWide * float64(width(text))
		row := slices.IndexFunc(ends[:], func(end float64) bool { return end+8 <= s.X })
		s.Y = p.lane[""] + 16 + max(row, 0)*sendRow
		switch {
		case row < 0:
		case s.X+9+wide <= float64(p.Right):
			s.Label, ends[row] = &mark{X: s.X + 9, Y: float64(s.Y + 4), Text: text, Anchor: "start"}, s.X+9+wide
		case s.X-9-wide >= ends[row]:
			s.Label, ends[row] = &mark{X: s.X - 9, Y: float64(s.Y + 4), Text: text, Anchor: "end"}, s.X
		}
		s.FromY = s.Y
		if y, ok := p.lane[e.Worker]; ok && e.Worker != "" {
			s.FromY = y + laneHead + barHigh
		}
		p.Sends = append(p.Sends, s)
	}
}

// ticks marks round times on the axis, about eight of them.
func (p *plot) ticks() {
	length := float64(max(p.window.to-p.window.from, 1))
	step := math.Pow(10, math.Floor(math.Log10(length/8)))
	for _, f := range []float64{1, 2, 5, 10} {
		if length/(step*f) <= 10 {
			step *= f
			break
		}
	}
	for t := math.Ceil(float64(p.window.from)/step) * step; t <= float64(p.window.to); t += step {
		text := fmt.Sprintf("%g ms", round(t/1e6))
		switch {
		case step >= 1e9:
			text = fmt.Sprintf("%g s", round(t/1e9))
		case step < 1e5:
			text = fmt.Sprintf("%.3f ms", t/1e6)
		}
		if math.Abs(t) < step/2 {
			text = "0"
		}
		p.Ticks = append(p.Ticks, mark{X: round(p.x(int64(t))), Y: float64(p.Axis), Text: text, Anchor: "middle"})
	}
}

// drawings are the whole scene and, where the overlap would be too thin to be
// seen, its surroundings.
func (sc *scene) drawings() []*drawing {
	if len(sc.bars) == 0 {
		return nil
	}
	all := sc.extent()
	margin := max((all.to-all.from)/25, 1)
	window := stretch{all.from - margin, all.to + margin}
	out := []*drawing{sc.draw(window, "True time, from the moment at which the first of them entered")}
	if o := sc.overlap; o != nil {
		const thin = 12 // times in the window
		if around := 2 * (o.to - o.from); (window.to-window.from)/(o.to-o.from) >= thin {
			out = append(out, sc.draw(stretch{o.from - around, o.to + around}, "The same, close to the overlap"))
		}
	}
	return out
}
