package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// partners is the place that lists the other companies, with how much of each
// connection is open.
type partners struct {
	w    *Window
	desk *desk.Desk
	turn int // of the last reading; what comes of earlier ones is dropped

	pages  []desk.PartnerPage
	items  []*widgets.Item
	add    *widgets.Button
	list   *fyne.Container
	scroll *container.Scroll
	empty  *fyne.Container
	root   *fyne.Container
}

func newPartners(w *Window) *partners {
	p := &partners{w: w, desk: w.desk, list: widgets.Stack(4)}
	t := w.t
	p.add = widgets.NewButton(t.T("partners.add"), theme.IconPlus, widgets.Primary, p.create)
	first := widgets.NewButton(t.T("partners.add"), theme.IconPlus, widgets.Primary, p.create)
	w.writes(p.add, first)
	p.empty = widgets.NewEmptyState(theme.IconPartner, t.T("partners.empty"), first)
	p.empty.Hide()
	p.scroll = container.NewVScroll(widgets.Inset(0, gutter, 2, 2, widgets.Stack(0, widgets.NewCard(p.list))))
	p.scroll.Hide()
	middle := &fyne.Container{Layout: &settleLayout{p.scroll}, Objects: []fyne.CanvasObject{p.scroll}}
	p.root = widgets.Stack(16,
		widgets.Row(12, widgets.NewTitle(t.T("place.partners")), widgets.Spacer(), p.add),
		widgets.Grow(widgets.Over(middle, p.empty)))
	return p
}

func (p *partners) content() fyne.CanvasObject { return p.root }
func (p *partners) create()                    { p.w.open(newPartnerForm(p.w, desk.Partner{}, "")) }

// selectID opens one partner.
func (p *partners) selectID(id desk.ID) { p.w.openPartner(id) }

// close forgets what was read of the vault.
func (p *partners) close() {
	p.turn++
	p.pages, p.items = nil, nil
	p.list.RemoveAll()
}

// refresh reads the partners again, off the window's goroutine.
func (p *partners) refresh() {
	reread(p.w, &p.turn, p.desk.PartnerPages, func(pages []desk.PartnerPage) {
		p.pages = pages
		p.show()
	})
}

func (p *partners) show() {
	p.list.RemoveAll()
	p.items = nil
	for _, page := range p.pages {
		id := page.ID
		item := widgets.NewItem(func() { p.w.openPartner(id) })
		tone, words := partnerState(p.w.t, page)
		item.Set(pki.Escape(page.Name), tone, words, directionWords(p.w.t, page))
		p.items = append(p.items, item)
		p.list.Add(item)
	}
	none := len(p.pages) == 0
	p.empty.Hidden, p.add.Hidden = !none, none || p.desk.ReadOnly()
	if none {
		p.scroll.Hide()
	} else {
		p.scroll.Show()
	}
	p.root.Refresh()
}

// directionWords says who calls whom.
func directionWords(t *i18n.Printer, page desk.PartnerPage) string {
	var words []string
	for _, r := range page.Routes {
		words = append(words, t.T("partners.direction."+string(r.Direction)))
	}
	return strings.Join(words, t.T("list.comma"))
}

// partnerState says how far the connection is.
func partnerState(t *i18n.Printer, page desk.PartnerPage) (widgets.Tone, string) {
	open, waiting := page.Count(desk.LineOpen), page.Count(desk.LineWaiting)
	for _, r := range page.Routes {
		if r.Last.Code != "" && !r.Last.PassedAt.IsZero() {
			return widgets.ToneBroken, t.T("partners.state.broke")
		}
	}
	var words []string
	tone := widgets.ToneGood
	if waiting > 0 {
		tone, words = widgets.ToneAccent, []string{t.T("partners.state.waiting", "Count", waiting)}
	}
	if open > 0 {
		tone, words = widgets.ToneSoon, append([]string{t.T("partners.state.open", "Count", open)}, words...)
	}
	if len(words) == 0 {
		return tone, t.T("partners.state.done")
	}
	return tone, sentence(strings.Join(words, t.T("list.comma")))
}

// openPartner shows the page of one partner.
func (w *Window) openPartner(id desk.ID) { w.open(newPartnerPage(w, id)) }
