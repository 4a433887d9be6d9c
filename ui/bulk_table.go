package ui

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/widgets"
)

// bulkPreview is the second step: the table with what is wrong with it.
type bulkPreview struct {
	issuer, kind, valid, key *widgets.Select
	source                   *widgets.Text
	encoding                 *widgets.Select // of the file, where it may be another; nil before
	again                    *widgets.Button
	trouble                  *fyne.Container
	chips                    *widgets.FilterChips
	list                     *widgets.DataList
	said                     *fyne.Container // all that there is to say of the chosen row
	create                   *widgets.Button
	anyway                   *widgets.Button // to leave out the rows with faults
	asked                    bool            // whether to leave them out
	goOn                     *widgets.Check  // leave out the rows that are there
	page                     *container.Scroll
	root                     fyne.CanvasObject

	spans []span // what can be chosen
	rows  []int  // of the items that the filter shows
}

// The filters of the table.
const (
	bulkAll = iota
	bulkBad
	bulkWarned
)

// bulkKinds are what rows can be made as.
var bulkKinds = []pki.Kind{pki.Client, pki.Server, pki.Both}

// bulkSpans are how long the certificates are valid where a row does not say.
var bulkSpans = []span{{days: 397, months: 13, standard: true}, {days: 30}, {days: 90}, {years: 1}, {years: 2}, {years: 5}}

func (b *bulkPage) buildPreview() {
	t, p := b.w.t, &b.preview
	changed := func(int) { b.recheck() }
	p.issuer = widgets.NewSelect(t.T("issue.issuer.none"), nil, -1, changed)
	var kinds, keys, spans []string
	for _, k := range bulkKinds {
		kinds = append(kinds, t.T("issue.kind."+string(k)))
	}
	for _, k := range pki.KeyKinds() {
		keys = append(keys, k.Label())
	}
	p.spans = bulkSpans
	for _, s := range p.spans {
		spans = append(spans, lengthWords(b.w, s))
	}
	p.kind = widgets.NewSelect("", kinds, 0, func(int) { b.kindChanged() })
	p.valid = widgets.NewSelect("", spans, 0, changed)
	p.key = widgets.NewSelect("", keys, 0, func(int) {
		b.setUsual()
		b.recheck()
	})
	p.goOn = widgets.NewCheck(t.T("bulk.there.go-on"), true, func(bool) { b.showTable() })
	p.source = widgets.NewText("").Bold()
	other := widgets.NewButton(t.T("bulk.other"), "", widgets.Quiet, func() {
		b.start.encoding.Select(0)
		b.start.path.SetText("")
		b.showStart()
	})
	p.again = widgets.NewButton(t.T("bulk.again"), "", widgets.Quiet, func() { b.readFile(b.path) })
	p.trouble, p.said = widgets.Stack(8), widgets.Stack(8)
	p.chips = widgets.NewFilterChips(b.filters(), bulkAll, func(int) { b.showRows() })
	p.list = widgets.NewDataList(
		widgets.Column{Title: t.T("bulk.head.line"), Min: 48, Align: fyne.TextAlignTrailing},
		widgets.Column{Title: t.T("bulk.head.name"), Weight: 3, Min: 120},
		widgets.Column{Title: t.T("bulk.head.kind"), Weight: 1, Min: 84, Priority: 2},
		widgets.Column{Title: t.T("bulk.head.until"), Weight: 1, Min: 112, Priority: 1},
		widgets.Column{Title: t.T("bulk.head.status"), Weight: 5, Min: 180})
	p.list.OnSelected = b.rowChosen
	p.create = widgets.NewButton("", "", widgets.Primary, b.createAsked)
	p.page = container.NewVScroll(widgets.Inset(0, gutter, 2, 2, widgets.Stack(12,
		widgets.Grid(150, 12,
			widgets.NewField(t.T("issue.issuer"), "", p.issuer), widgets.NewField(t.T("bulk.kind"), "", p.kind),
			widgets.NewField(t.T("issue.valid"), "", p.valid), widgets.NewField(t.T("issue.key"), "", p.key)),
		p.trouble,
		widgets.Row(8, widgets.Grow(p.chips), p.source, p.again, other),
		widgets.Grow(widgets.AtLeast(0, leastTable, p.list)), p.said)))
	p.root = &fyne.Container{Layout: &settleLayout{p.page}, Objects: []fyne.CanvasObject{p.page}}
}

// leastTable is the least height of the table, in device-independent pixels: in
// a low window the page scrolls, so that nothing that is said above or below
// is cut.
const leastTable float32 = 184

// lengthWords says how long a span is.
func lengthWords(w *Window, s span) string {
	switch {
	case s.months > 0:
		return w.t.T("issue.valid.months", "Count", s.months)
	case s.years > 0:
		return w.t.T("issue.valid.years", "Count", s.years)
	case s.hours > 0:
		return w.t.T("profiles.hours", "Count", s.hours)
	}
	return w.t.T("issue.valid.days", "Count", s.days)
}

func (p *bulkPreview) issuerID(from []desk.Certificate) desk.ID {
	if i := p.issuer.Selected(); i >= 0 && i < len(from) {
		return from[i].ID
	}
	return ""
}

// defaults are what the choices above the table say.
func (b *bulkPage) defaults() desk.BulkDefaults {
	p := &b.preview
	base := pki.NewRequest(bulkKinds[max(0, p.kind.Selected())])
	base.Key = pki.KeyKinds()[max(0, p.key.Selected())]
	b.askCommon(&base)
	if s := p.spans[max(0, p.valid.Selected())]; !s.standard {
		begin := base.NotBefore
		if begin.IsZero() {
			begin = b.w.now()
		}
		base.NotAfter = s.end(begin)
	}
	defaults := desk.BulkDefaults{IssuerID: p.issuerID(b.authorities), Base: base}
	if chosen := b.profile(); chosen != nil {
		defaults.Profile = chosen.Name
	}
	return defaults
}

// recheck checks the table under the choices above it, and shows it.
func (b *bulkPage) recheck() {
	if len(b.table.Rows) == 0 {
		return
	}
	defaults, table := b.defaults(), b.table
	if defaults.IssuerID == "" {
		b.w.fail(pki.Faults{{Field: pki.FieldIssuer, Code: pki.CodeIssuerMissing}})
		return
	}
	b.turn++
	turn := b.turn
	doing := ""
	if len(table.Rows) > 5000 {
		doing = b.w.t.T("bulk.looking")
	}
	var check desk.BulkCheck
	b.w.spawn(doing, func(ctx context.Context) error {
		var err error
		check, err = b.desk.CheckBulk(ctx, table, defaults)
		return err
	}, func(err error) {
		switch {
		case turn != b.turn || b.left || errors.Is(err, context.Canceled):
		case err != nil:
			b.w.fail(err)
		default:
			b.check = check
			b.showTable()
		}
	})
}

func (b *bulkPage) filters() []widgets.Filter {
	t, c := b.w.t, b.check
	return []widgets.Filter{
		{Label: t.T("bulk.filter.all"), Count: len(c.Items)},
		{Label: t.T("bulk.filter.bad"), Count: c.Bad},
		{Label: t.T("bulk.filter.warned"), Count: c.Warned},
	}
}

// showTable shows the table as it was checked.
func (b *bulkPage) showTable() {
	t, p, c := b.w.t, &b.preview, b.check
	p.asked = false
	p.source.SetText(t.T("bulk.pasted"))
	if b.path != "" {
		p.source.SetText(brief(pki.Escape(filepath.Base(b.path)), 24))
	}
	p.again.Hidden = b.path == ""
	p.chips.Set(b.filters())
	p.trouble.Objects = b.troubles()
	p.trouble.Hidden = len(p.trouble.Objects) == 0
	b.sayCreate()
	if p.chips.Selected() == bulkBad && c.Bad == 0 || p.chips.Selected() == bulkWarned && c.Warned == 0 {
		p.chips.Select(bulkAll)
	}
	b.showRows()
	b.step(p.root, widgets.NewButton(t.T("cancel"), "", widgets.Plain, b.w.back), b.common.open, p.create)
}

// toMake are the rows that will be made.
func (b *bulkPage) toMake() []desk.BulkItem {
	if b.check.There > 0 && !b.preview.goOn.Checked() {
		return b.check.GoodItems()
	}
	return b.check.Remaining()
}

// sayCreate says on the button what it will do.
func (b *bulkPage) sayCreate() {
	t, create := b.w.t, b.preview.create
	n := len(b.toMake())
	there := b.check.There > 0 && b.preview.goOn.Checked() && len(b.check.Issuer) == 0
	key := "bulk.create"
	switch {
	case there && n == 0:
		key = "bulk.create.none"
	case there:
		key = "bulk.create.rest"
	case b.check.Bad > 0 && n > 0:
		key = "bulk.create.good"
	}
	create.SetText(t.T(key, "Count", n))
	create.Enable()
	if n == 0 && !there {
		create.Disable()
	}
}

// troubles are what keeps the table, or a part of it, from being made.
func (b *bulkPage) troubles() []fyne.CanvasObject {
	t, c := b.w.t, b.check
	var list []fyne.CanvasObject
	if notice := b.readAs(); notice != nil {
		list = append(list, notice)
	}
	if len(c.Issuer) > 0 {
		title := "bulk.issuer.bad"
		if len(c.Issuer.Of(pki.FieldIssuer)) == 0 {
			title = "bulk.common.bad"
		}
		list = append(list, widgets.NewNotice(widgets.ToneBroken, t.T(title), faultLines(t, c.Issuer)))
	}
	if c.There > 0 && len(c.Issuer) == 0 {
		list = append(list, widgets.NewNotice(widgets.ToneNone, t.T("bulk.there.title", "Count", c.There), t.T("bulk.there.text")), b.preview.goOn)
	}
	if c.Bad > 0 {
		list = append(list, b.badNotice())
	}
	if n := len(b.table.Unknown); n > 0 {
		list = append(list, widgets.NewNotice(widgets.ToneNone,
			t.T("bulk.unknown", "Count", n, "Names", pki.Escape(brief(strings.Join(b.table.Unknown, t.T("list.comma")), 120))), ""))
	}
	for _, w := range c.Doubts {
		list = append(list, widgets.NewNotice(widgets.ToneSoon, warningText(t, w), ""))
	}
	return list
}

// showRows fills the list with what the filter lets through.
func (b *bulkPage) showRows() {
	p := &b.preview
	p.rows = p.rows[:0]
	for i, item := range b.check.Items {
		switch p.chips.Selected() {
		case bulkBad:
			if item.Good() {
				continue
			}
		case bulkWarned:
			if !item.Good() || len(item.Warnings) == 0 {
				continue
			}
		}
		p.rows = append(p.rows, i)
	}
	p.said.Objects = nil
	p.said.Hide()
	p.list.SetRows(len(p.rows), func(row int) widgets.ListRow { return b.row(b.check.Items[p.rows[row]]) })
	b.root.Refresh()
}

// row is one row as the list shows it.
func (b *bulkPage) row(i desk.BulkItem) widgets.ListRow {
	t := b.w.t
	name := widgets.Cell{Text: pki.Escape(brief(i.Title(), 80))}
	if name.Text == "" {
		name = widgets.Cell{Text: t.T("bulk.unnamed"), Tone: widgets.ToneQuiet}
	}
	var names []string
	for n, other := range i.Request.Names {
		if n == 4 {
			names = append(names, "…")
			break
		}
		names = append(names, other.Shown)
	}
	name.Second = strings.Join(names, t.T("list.comma"))
	until := ""
	if end := b.endOf(i.Request); !end.IsZero() && len(i.Faults.Of(pki.FieldValidity)) == 0 {
		until = t.Date(end)
	}
	kind := widgets.Cell{Text: profileNamed(t, i.Profile)}
	if len(i.Faults.Of(pki.FieldKind)) == 0 {
		kind = widgets.Cell{Text: t.T("issue.kind." + string(i.Request.Kind)), Second: kind.Text}
	}
	return widgets.ListRow{Cells: []widgets.Cell{
		{Text: t.Number(i.Line), Tone: widgets.ToneQuiet}, name, kind, {Text: until}, b.status(i),
	}}
}

// endOf is when a row's certificate ends.
func (b *bulkPage) endOf(r pki.Request) time.Time {
	end := r.NotAfter
	if end.IsZero() {
		end = pki.DefaultNotAfter(r.Kind, nil, b.w.now())
	}
	for _, a := range b.authorities {
		if a.ID == b.check.Defaults.IssuerID && end.After(a.NotAfter) {
			end = a.NotAfter
		}
	}
	return end
}

func (b *bulkPage) status(i desk.BulkItem) widgets.Cell {
	if i.IsThere() && b.preview.goOn.Checked() {
		return widgets.Cell{Text: b.w.t.T("bulk.there.status"), Tone: widgets.ToneQuiet, Dot: true}
	}
	lines, tone := b.says(i)
	cell := widgets.Cell{Text: b.w.t.T("bulk.status.good"), Tone: tone, Dot: true, Wrap: true}
	if len(lines) > 0 {
		cell.Text = lines[0]
	}
	if len(lines) > 1 {
		cell.Second = lines[1]
	}
	return cell
}

// says is all that there is to say of a row, the worst first.
func (b *bulkPage) says(i desk.BulkItem) ([]string, widgets.Tone) {
	var lines []string
	for _, f := range i.Faults {
		lines = append(lines, faultText(b.w.t, f))
	}
	tone := widgets.ToneGood
	if len(lines) > 0 {
		return lines, widgets.ToneBroken
	}
	for _, w := range i.Warnings {
		lines, tone = append(lines, warningText(b.w.t, w)), widgets.ToneSoon
	}
	return lines, tone
}

// rowChosen says all of a row that has not room in its line.
func (b *bulkPage) rowChosen(rows []int) {
	p := &b.preview
	p.said.Objects = nil
	if len(rows) == 1 && rows[0] < len(p.rows) {
		item := b.check.Items[p.rows[rows[0]]]
		lines, tone := b.says(item)
		lines = append(lines[:min(len(lines), 4)], b.ownLines(item)...)
		if len(lines) > 0 {
			title := b.w.t.T("bulk.row", "Line", b.w.t.Number(item.Line), "Name", pki.Escape(brief(item.Title(), 60)))
			p.said.Objects = []fyne.CanvasObject{widgets.NewNotice(tone, title, strings.Join(lines, "\n"))}
		}
	}
	p.said.Hidden = len(p.said.Objects) == 0
	b.root.Refresh()
	if !p.said.Hidden {
		p.page.ScrollToBottom() // there it is, when the window is low
	}
}

// brief is the beginning of a long text.
func brief(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
