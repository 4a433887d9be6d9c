package ui

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"

	"countersign/ui/widgets"
)

// chart is the card that shows how many certificates end in each month. A
// click on a month leads to its list.
type chart struct {
	w     *Window
	bars  *widgets.Bars
	aside *widgets.Text
	shown []monthCount
	root  *fyne.Container
}

func newChart(w *Window) *chart {
	c := &chart{w: w, aside: widgets.NewText("").Small().Tone(widgets.ToneQuiet)}
	c.bars = widgets.NewBars(nil, c.tapped)
	title := widgets.NewText(w.t.T("overview.chart")).Bold().Truncate()
	c.root = widgets.NewCard(widgets.Stack(4, widgets.Row(12, widgets.Grow(title), c.aside), c.bars))
	return c
}

// show draws the months; later is how many end after them.
func (c *chart) show(months []monthCount, later int) {
	c.aside.SetText(c.words(months, later))
	if slices.Equal(months, c.shown) {
		c.bars.Refresh() // the theme may be another
		return
	}
	c.shown = months
	bars := make([]widgets.Bar, len(months))
	for i, m := range months {
		bars[i] = widgets.Bar{
			Label: c.label(i, m.start), Count: m.ends, Tone: m.tone(),
			Name: c.w.t.T("overview.chart.month", "Month", c.w.t.Month(m.start), "Count", m.ends),
		}
	}
	c.bars.Set(bars)
}

// label is the month below a column; the year stands where it changes, and at
// the last, whose month is that of the first.
func (c *chart) label(i int, start time.Time) string {
	if i > 0 && start.Month() == time.January || i == monthsShown-1 {
		return c.w.t.ShortMonthYear(start)
	}
	return c.w.t.ShortMonth(start)
}

// words say what the columns do not.
func (c *chart) words(months []monthCount, later int) string {
	t := c.w.t
	ends := 0
	for _, m := range months {
		ends += m.ends
	}
	switch {
	case later > 0:
		return t.T("overview.chart.later", "Count", later)
	case ends == 0:
		return t.T("overview.chart.none")
	}
	return ""
}

// tone is that of the worst in the month.
func (m monthCount) tone() widgets.Tone {
	switch {
	case m.expired > 0:
		return widgets.ToneBroken
	case m.expiring > 0:
		return widgets.ToneSoon
	}
	return widgets.ToneAccent
}

func (c *chart) tapped(i int) {
	if i < len(c.shown) {
		c.w.showCertificates(lens{month: c.shown[i].start})
	}
}
