package ui

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// overview is the first place: how many there are of what, what ends when,
// what needs attention, and what was done last.
type overview struct {
	w    *Window
	desk *desk.Desk

	figures  [4]*widgets.Number // as figureLenses
	due      *dueNotice
	broken   *brokenNotice
	chart    *chart
	urgent   *shelf
	renew    *widgets.Button // all that ends soon
	tries    *shelf
	deeds    *shelf
	create   *widgets.Button
	empty    *fyne.Container // the vault holds nothing
	damaged  bool            // the vault: what is here is not all of it
	scroll   *container.Scroll
	middle   *fyne.Container
	root     *fyne.Container
	seen     survey
	turn     int // of the last reading; what comes of earlier ones is dropped
	showMe   *widgets.Button
	makeRoot *widgets.Button
}

// figureLenses are what the four numbers stand for, in their order.
var figureLenses = [4]desk.Health{desk.Good, desk.Expiring, desk.Expired, desk.Revoked}

func newOverview(w *Window) *overview {
	o := &overview{w: w, desk: w.desk}
	t := w.t
	o.create = widgets.NewButton(t.T("certificates.new"), theme.IconPlus, widgets.Primary, func() { w.openIssue(pki.Server, "") })
	o.create.Hide()
	var figures []fyne.CanvasObject
	for i, health := range figureLenses {
		o.figures[i] = widgets.NewNumber(widgets.ToneNone, "", t.T("overview.figure."+string(health)), func() {
			w.showCertificates(lens{health: health})
		})
		figures = append(figures, o.figures[i])
	}
	o.due, o.broken = newDueNotice(w), newBrokenNotice(w)
	o.chart = newChart(w)
	wreck := newWreckCard(w)
	o.damaged = wreck.Visible()
	o.buildShelves()
	board := &fyne.Container{Layout: &boardLayout{}, Objects: []fyne.CanvasObject{o.urgent.root, o.tries.root, o.deeds.root}}
	body := widgets.Stack(12, wreck, o.broken.root, o.due.root, widgets.Columns(12, figures...), o.chart.root, board)
	o.scroll = container.NewVScroll(widgets.Inset(0, gutter, 0, 2, body))
	o.middle = &fyne.Container{Layout: &settleLayout{o.scroll}, Objects: []fyne.CanvasObject{o.scroll}}
	o.middle.Hide()
	o.empty = o.emptyState()
	o.empty.Hide()
	o.root = widgets.Stack(12,
		widgets.AtLeast(0, 36, widgets.Row(12, widgets.Grow(widgets.NewTitle(t.T("place.overview"))), o.create)),
		widgets.Grow(widgets.Over(o.middle, o.empty)))
	return o
}

func (o *overview) buildShelves() {
	t, w := o.w.t, o.w
	whole := widgets.NewStatus(widgets.ToneGood, t.T("overview.whole"))
	if o.damaged {
		whole = widgets.NewStatus(widgets.ToneQuiet, t.T("damage.overview.none"))
	}
	o.renew = widgets.NewButton(t.T("renew.all"), theme.IconRefresh, widgets.Quiet, w.openRenewExpiring)
	o.urgent = newShelf(t.T("overview.urgent"), o.renew, widgets.PadXY(8, 4, whole), attentionShown, o.showUrgent, o.reveal)
	try := widgets.NewButton(t.T("overview.try"), "", widgets.Quiet, func() { w.navigate("connections", "") })
	o.tries = newShelf(t.T("overview.tries"), try, widgets.PadXY(8, 4, widgets.NewQuiet(t.T("overview.tries.none"))),
		triesShown, func(i int) { w.tryAgain(o.seen.tries[i]) }, o.reveal)
	all := widgets.NewButton(t.T("overview.all"), "", widgets.Quiet, func() { w.navigate("activity", "") })
	o.deeds = newShelf(t.T("overview.deeds"), all, widgets.PadXY(8, 4, widgets.NewQuiet(t.T("overview.deeds.none"))),
		deedsShown, func(i int) { w.showSubject(o.seen.deeds[i].Subject) }, o.reveal)
}

func (o *overview) emptyState() *fyne.Container {
	t := o.w.t
	o.showMe = widgets.NewButton(t.T("overview.show"), theme.IconPlay, widgets.Primary, o.w.openShowMe)
	o.makeRoot = widgets.NewButton(t.T("overview.authority"), theme.IconAuthority, widgets.Plain, func() { o.w.openIssue(pki.Authority, "") })
	return widgets.NewEmptyState(theme.IconCertificate, t.T("overview.empty"), widgets.Row(8, o.showMe, o.makeRoot))
}

func (o *overview) content() fyne.CanvasObject { return o.root }

// close forgets what was read of the vault.
func (o *overview) close() {
	o.turn++
	o.seen = survey{}
}

// refresh reads everything again, off the window's goroutine.
func (o *overview) refresh() {
	reread(o.w, &o.turn, func() (survey, error) { return readSurvey(o.desk) }, o.take)
}

// take shows what was read.
func (o *overview) take(g survey) {
	o.seen = g
	nothing := g.empty() && !o.damaged
	o.create.Hidden = g.empty() || o.desk.ReadOnly()
	o.middle.Hidden, o.empty.Hidden = nothing, !nothing
	counts := [4]int{g.counts.Good, g.counts.Expiring, g.counts.Expired, g.counts.Revoked}
	for i, n := range counts {
		tone := widgets.ToneQuiet
		if n > 0 {
			tone = healthTone(figureLenses[i])
		}
		if o.damaged && tone == widgets.ToneGood {
			tone = widgets.ToneQuiet
		}
		o.figures[i].Set(tone, o.w.t.Number(n))
	}
	o.due.show(g.due)
	o.broken.take(g.broken)
	o.chart.root.Hidden = g.counts.All == 0
	o.chart.show(g.months, g.later)
	o.showShelves()
	o.root.Refresh()
}

func (o *overview) showShelves() {
	g, t, now := o.seen, o.w.t, o.w.now()
	urgent := o.urgents()
	o.urgent.show(len(urgent), len(g.attention) == 0, func(i int, item *widgets.Item) {
		c := urgent[i]
		item.Set(nameOf(t, c), healthTone(c.Health(now)), expiryWords(t, c, now), t.T("kind.short."+string(c.Kind)))
	})
	o.urgent.title.SetText(t.T("overview.urgent"))
	if len(g.attention) == 0 && len(g.next) > 0 {
		o.urgent.title.SetText(t.T("overview.next"))
	}
	o.renew.Hidden = len(g.attention) == 0 || o.desk.ReadOnly()
	o.urgent.say("")
	if more := g.counts.Attention - len(g.attention); more > 0 {
		o.urgent.say(t.T("overview.more", "Count", more))
	}
	o.tries.show(len(g.tries), len(g.tries) == 0, func(i int, item *widgets.Item) {
		tone, words := outcomeWords(t, g.tries[i])
		item.Set(pki.Escape(g.tries[i].Name), tone, words, o.w.whenWords(g.tries[i].At))
	})
	o.deeds.show(len(g.deeds), len(g.deeds) == 0, func(i int, item *widgets.Item) {
		a := g.deeds[i]
		item.Set(deedTitle(t, a), widgets.ToneNone, deedWords(t, a), o.w.whenWords(a.At))
	})
}

// urgents are the certificates in the card of what needs attention.
func (o *overview) urgents() []desk.Certificate { return slices.Concat(o.seen.attention, o.seen.next) }

func (o *overview) showUrgent(i int) {
	if list := o.urgents(); i < len(list) {
		o.w.navigate(placeOf(list[i]), list[i].ID)
	}
}

// reveal scrolls what the keyboard came to into view.
func (o *overview) reveal(item fyne.CanvasObject) {
	driver := o.w.app.Driver()
	top := driver.AbsolutePositionForObject(item).Y - driver.AbsolutePositionForObject(o.scroll).Y
	bottom := top + item.Size().Height - o.scroll.Size().Height
	switch {
	case top < 0:
		o.scroll.Offset.Y += top
	case bottom > 0:
		o.scroll.Offset.Y += bottom
	default:
		return
	}
	o.scroll.Refresh()
}
