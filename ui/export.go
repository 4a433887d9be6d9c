package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// export writes a certificate to files: where it goes is chosen first, and
// that sets the formats.
type export struct {
	w    *Window
	desk *desk.Desk
	cert desk.Certificate

	targets []desk.Target // of the tiles; the last is by hand
	chosen  int           // -1 at first
	turn    int           // of the last look for names
	saved   bool

	tiles    *widgets.TileRow
	first    fyne.Focusable
	checks   []*widgets.Check // of formats, in their order
	formats  []desk.Format
	hand     *widgets.Field
	password *exportPassword
	folder   *widgets.Input
	folderIn *widgets.Field
	why      *widgets.Text
	files    *fyne.Container
	notice   *widgets.Notice
	lower    *fyne.Container
	result   *exportResult
	cancel   *widgets.Button
	save     *widgets.Button
	scroll   *container.Scroll
	body     *fyne.Container
	root     *fyne.Container
}

// handTarget is the code of the tile whose formats a person chooses.
const handTarget = "hand"

// openExport opens the export of a certificate.
func (w *Window) openExport(c desk.Certificate) { w.open(newExport(w, c)) }

func newExport(w *Window, c desk.Certificate) *export {
	e := &export{w: w, desk: w.desk, cert: c, chosen: -1}
	t := w.t
	e.targets = append(exportTargets(c), desk.Target{Code: handTarget})
	var tiles []*widgets.Tile
	for _, target := range e.targets {
		key := "export.target." + target.Code
		tiles = append(tiles, widgets.NewTile(t.T(key), t.T(key+".text"), "", nil))
	}
	e.first = tiles[0]
	e.tiles = widgets.NewTileRow(-1, e.choose, tiles...)
	e.buildFields()
	e.save = widgets.NewButton(t.T("export.save"), theme.IconExport, widgets.Primary, func() { e.submit(false) })
	e.save.Disable()
	e.cancel = widgets.NewButton(t.T("cancel"), "", widgets.Plain, w.back)
	e.result = newExportResult(e)
	e.body = widgets.Stack(16, widgets.NewLabel(t.T("export.where")), e.tiles, e.notice, e.lower, e.result.root)
	e.scroll = container.NewVScroll(widgets.Inset(0, gutter, 2, 2, e.body))
	middle := &fyne.Container{Layout: &settleLayout{e.scroll}, Objects: []fyne.CanvasObject{e.scroll}}
	title := widgets.NewTitle(t.T("export.title", "Name", pki.Escape(c.Name)))
	head := widgets.Inset(0, 0, 12, 0, widgets.Row(12, widgets.Grow(title), e.cancel, e.save))
	e.root = container.NewBorder(head, nil, nil, nil, middle)
	if len(e.targets) == 2 { // one place and by hand: that place it is
		e.tiles.Select(0)
		e.choose(0)
	}
	return e
}

// exportTargets are the targets that a certificate can go to: without its key
// in the vault, those that need none.
func exportTargets(c desk.Certificate) []desk.Target {
	var list []desk.Target
	for _, target := range desk.TargetsFor(c.Kind) {
		if c.HasKey || !needsKey(target.Formats) {
			list = append(list, target)
		}
	}
	return list
}

func needsKey(formats []desk.Format) bool {
	for _, f := range formats {
		if f.HasKey() {
			return true
		}
	}
	return false
}

func (e *export) buildFields() {
	t := e.w.t
	var checks []fyne.CanvasObject
	for _, f := range desk.Formats() {
		if f.HasKey() && !e.cert.HasKey {
			continue
		}
		check := widgets.NewCheck(t.T("export.format."+string(f)), f == desk.PEM, func(bool) { e.formatsChanged() })
		e.formats = append(e.formats, f)
		e.checks = append(e.checks, check)
		checks = append(checks, check)
	}
	e.hand = widgets.NewField(t.T("export.formats"), "", widgets.Grid(220, 12, checks...))
	e.password = newExportPassword(e)
	e.folder = widgets.NewInput("", func(string) { e.changed() })
	e.folder.OnSubmitted = func(string) { e.submit(false) }
	e.folder.SetText(e.w.exportFolder())
	browse := widgets.NewButton(t.T("export.folder.browse"), theme.IconFolder, widgets.Plain, e.browse)
	e.folderIn = widgets.NewField(t.T("export.folder"), "", widgets.Row(8, widgets.Grow(e.folder), browse))
	e.why = widgets.NewQuiet("")
	e.files = widgets.Stack(12)
	e.notice = widgets.NewNotice(widgets.ToneSoon, "", "")
	e.notice.Hide()
	card := widgets.NewCard(widgets.Stack(16, widgets.NewHeading(t.T("export.files")), e.files, e.why))
	e.lower = newSide(widgets.Stack(16, e.hand, e.password.field, e.folderIn), card)
	e.lower.Hide()
}

func (e *export) content() fyne.CanvasObject    { return e.root }
func (e *export) refresh()                      {}
func (e *export) firstFocus() fyne.Focusable    { return e.first }
func (e *export) close()                        { e.turn++; e.password.forget() }
func (e *export) changed()                      { e.folderIn.SetFault(""); e.hideNotice() }
func (e *export) target() desk.Target           { return e.targets[e.chosen] }
func (e *export) byHand() bool                  { return e.target().Code == handTarget }

// choose takes a target; what was saved for another one stays where it is.
func (e *export) choose(i int) {
	e.chosen = i
	e.unsave()
	e.hand.Hidden = !e.byHand()
	e.lower.Show()
	e.save.Enable()
	e.formatsChanged()
}

// unsave goes back from what was saved to what can be.
func (e *export) unsave() {
	e.saved = false
	e.result.root.Hide()
	e.lower.Show()
	e.cancel.Show()
	e.save.SetText(e.w.t.T("export.save"))
	e.save.SetIcon(theme.IconExport)
	e.hideNotice()
}

// wanted is the target with its formats; those of by hand are ticked.
func (e *export) wanted() desk.Target {
	target := e.target()
	if e.byHand() {
		for i, f := range e.formats {
			if e.checks[i].Checked() {
				target.Formats = append(target.Formats, f)
			}
		}
	}
	return target
}

func (e *export) formatsChanged() {
	target := e.wanted()
	e.hand.SetFault("")
	e.password.field.Hidden = !target.NeedsPassword()
	e.why.SetText(e.whyText(target))
	e.why.Hidden = e.why.Text() == ""
	e.showFiles(target)
}

// whyText tells what is worth knowing of the formats.
func (e *export) whyText(target desk.Target) string {
	if key := "export.why." + target.Code; e.w.t.Has(key) {
		return e.w.t.T(key)
	}
	for _, f := range target.Formats {
		if f == desk.Key {
			return e.w.t.T("export.why.key")
		}
	}
	return ""
}

func (e *export) layoutAgain() {
	e.body.Refresh()
	e.root.Refresh()
}

func (e *export) hideNotice() {
	if e.notice.Visible() {
		e.notice.Hide()
		e.layoutAgain()
	}
}
