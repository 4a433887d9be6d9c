package ui

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// byHand is the target that is none: any format, chosen by its name.
const byHand = "hand"

// export writes a certificate to files, by where they go.
type export struct {
	w       *Window
	cert    desk.Certificate
	targets []desk.Target
	target  desk.Target

	tiles    *widgets.TileRow
	why      *widgets.Text
	format   *widgets.Select
	formatIn *widgets.Field
	roots    []desk.Certificate // that can be trusted by the certificate's side
	trust    *widgets.Select
	trustIn  *widgets.Field
	password *widgets.Input
	secretIn *widgets.Field
	folder   *widgets.Input
	folderIn *widgets.Field
	files    *widgets.Facts
	save     *widgets.Button
	cancel   *widgets.Button
	other    *widgets.Button
	done     *widgets.Button
	trouble  *fyne.Container // the question whether to replace
	form     *fyne.Container
	body     *fyne.Container // the form, then what was written
	root     fyne.CanvasObject
}

// openExport shows the export of a certificate.
func (w *Window) openExport(c desk.Certificate) { w.open(newExport(w, c)) }

func newExport(w *Window, c desk.Certificate) *export {
	e := &export{w: w, cert: c, targets: targetsFor(c)}
	t := w.t
	e.save = widgets.NewButton(t.T("export.save"), theme.IconExport, widgets.Primary, func() { e.write(false) })
	e.cancel = widgets.NewButton(t.T("cancel"), "", widgets.Plain, w.back)
	e.why = widgets.NewQuiet("")
	e.buildFields()
	e.trouble = widgets.Stack(0)
	e.trouble.Hide()
	e.form = widgets.Stack(16, e.doubts(), e.tileRow(), e.trouble, e.why, e.formatIn, e.trustIn, e.secretIn, e.folderIn,
		widgets.NewCard(widgets.Stack(8, widgets.NewLabel(t.T("export.files")), e.files)))
	e.body = widgets.Stack(0, e.form)
	e.other = widgets.NewButton(t.T("export.other"), theme.IconExport, widgets.Plain, e.again)
	e.done = widgets.NewButton(t.T("export.finish"), theme.IconCheck, widgets.Primary, w.back)
	e.isWritten(false)
	head := widgets.Row(8, widgets.Grow(widgets.NewTitle(t.T("export.title", "Name", nameOf(t, c))).Truncate()), e.cancel, e.save, e.other, e.done)
	e.root = widgets.Stack(16, head,
		widgets.Grow(container.NewVScroll(widgets.Inset(0, 12, 8, 0, e.body))))
	e.choose(0)
	return e
}

// doubts says why the certificate is of no use where it goes.
func (e *export) doubts() fyne.CanvasObject {
	box := widgets.Stack(8)
	t := e.w.t
	for _, doubt := range e.cert.ExportDoubts(desk.Target{}, e.w.now()) {
		box.Add(widgets.NewNotice(widgets.ToneBroken, t.T("export.doubt."+doubt, "Name", nameOf(t, e.cert), "Date", t.Date(e.cert.Relied().NotAfter)), ""))
	}
	box.Hidden = len(box.Objects) == 0
	return box
}

// targetsFor are the places for a certificate, and by hand. Without its key
// nothing is left but what holds none.
func targetsFor(c desk.Certificate) []desk.Target {
	var list []desk.Target
	for _, t := range desk.TargetsFor(c.Kind) {
		if c.HasKey || !needsKey(t.Formats) {
			list = append(list, t)
		}
	}
	return append(list, desk.Target{Code: byHand})
}

func needsKey(formats []desk.Format) bool {
	for _, f := range formats {
		if f.HasKey() {
			return true
		}
	}
	return false
}

func (e *export) tileRow() fyne.CanvasObject {
	var tiles []*widgets.Tile
	for _, target := range e.targets {
		tiles = append(tiles, widgets.NewTile(e.w.t.T("export.target."+target.Code), e.w.t.T("export.target."+target.Code+".text"), "", nil))
	}
	e.tiles = widgets.NewTileRow(0, e.choose, tiles...)
	return e.tiles
}

func (e *export) buildFields() {
	t := e.w.t
	var names []string
	for _, f := range e.formats() {
		names = append(names, t.T("export.format."+string(f)))
	}
	e.format = widgets.NewSelect("", names, 0, func(int) { e.chosen() })
	e.formatIn = widgets.NewField(t.T("export.format"), "", e.format)
	e.buildTrust()
	e.password = widgets.NewInput("", func(string) { e.secretIn.SetFault("") })
	e.password.OnSubmitted = func(string) { e.write(false) }
	again := widgets.NewButton(t.T("export.password.again"), theme.IconRefresh, widgets.Plain, e.newPassword)
	copied := widgets.NewButton(t.T("export.password.copy"), theme.IconCopy, widgets.Plain, func() { e.w.copySecret(e.password.Text) })
	e.secretIn = widgets.NewField(t.T("export.password"), t.T("export.password.hint"),
		widgets.Row(8, widgets.Grow(e.password), copied, again))
	e.folder = widgets.NewInput("", func(string) { e.folderIn.SetFault("") })
	e.folder.OnSubmitted = func(string) { e.write(false) }
	browse := widgets.NewButton(t.T("file.browse"), theme.IconFolder, widgets.Plain, e.browse)
	e.folderIn = widgets.NewField(t.T("export.folder"), "", widgets.Row(8, widgets.Grow(e.folder), browse))
	e.folder.SetText(exportFolder(e.w.opt.Folder))
	e.files = widgets.NewFacts(t.T("copy"), e.w.copy)
	e.newPassword()
}

// buildTrust makes the choice of whose certificates the other side has: the
// clients of a server, the servers of a client. The certificate's own authority
// stands first, and the choice is shown only where there is another.
func (e *export) buildTrust() {
	t := e.w.t
	label, names := t.T("export.trust.clients"), []string{t.T("export.trust.own")}
	if e.cert.Kind == pki.Client {
		label = t.T("export.trust.servers")
	}
	all, err := e.w.desk.Authorities()
	if err != nil {
		e.w.fail(err)
	}
	for _, a := range all {
		if a.IsRoot() {
			e.roots = append(e.roots, a)
			names = append(names, pki.Escape(a.Name))
		}
	}
	e.trust = widgets.NewSelect("", names, 0, func(int) { e.chosen() })
	e.trustIn = widgets.NewField(label, "", e.trust)
}

// trusts tells whether the target takes another authority's certificate.
func (e *export) trusts() bool {
	return len(e.roots) > 1 && !e.cert.IsAuthority() && e.target.Code != byHand && slices.Contains(e.target.Formats, desk.CA)
}

// formats are those that can be chosen by hand.
func (e *export) formats() []desk.Format {
	var list []desk.Format
	for _, f := range desk.Formats() {
		if e.cert.HasKey || !f.HasKey() {
			list = append(list, f)
		}
	}
	return list
}

// exportFolder is where files go when nobody says otherwise.
func exportFolder(given string) string {
	if given != "" {
		return given
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	downloads := filepath.Join(home, "Downloads")
	if info, err := os.Stat(downloads); err == nil && info.IsDir() {
		return downloads
	}
	return home
}

func (e *export) content() fyne.CanvasObject { return e.root }
func (e *export) refresh()                   {}
func (e *export) firstFocus() fyne.Focusable { return nil }

// close leaves no password on a screen that nobody sees.
func (e *export) close() {
	e.password.SetText("")
	e.body.RemoveAll()
}

func (e *export) newPassword() {
	made, err := e.w.desk.NewPassword()
	if err != nil {
		e.w.fail(err)
		return
	}
	e.password.SetText(made)
}

func (e *export) browse() {
	dialog.ShowFolderOpen(func(folder fyne.ListableURI, err error) {
		if err == nil && folder != nil {
			e.folder.SetText(folder.Path())
		}
	}, e.w.win)
}

func (e *export) choose(index int) {
	e.target = e.targets[index]
	e.chosen()
}

// chosen shows what the target takes.
func (e *export) chosen() {
	if e.target.Code == byHand {
		e.target.Formats = []desk.Format{e.formats()[e.format.Selected()]}
	}
	t := e.w.t
	e.formatIn.Hidden = e.target.Code != byHand
	e.secretIn.Hidden = !e.target.NeedsPassword()
	e.why.SetText(e.reason())
	e.why.Hidden = e.why.Text() == ""
	e.trustIn.Hidden = !e.trusts()
	e.target.Trust = ""
	if n := e.trust.Selected(); n > 0 && e.trusts() {
		e.target.Trust = e.roots[n-1].ID
	}
	files, err := e.w.desk.TargetFiles(e.cert.ID, e.target)
	if err != nil {
		e.w.fail(err)
		return
	}
	var facts []widgets.Fact
	for _, f := range files {
		facts = append(facts, widgets.Fact{Label: f.Name, Value: t.T("export.holds." + string(f.Format))})
	}
	e.files.SetLabelWidth(240)
	e.files.Set(facts...)
	e.ask(nil)
}

// reason says why a target gets what it gets, where that needs saying.
func (e *export) reason() string {
	if key := "export.why." + e.target.Code; e.w.t.Has(key) {
		return e.w.t.T(key)
	}
	for _, f := range e.target.Formats {
		if key := "export.why." + string(f); e.w.t.Has(key) {
			return e.w.t.T(key)
		}
	}
	return ""
}

// ask shows a question above the form, or takes it away.
func (e *export) ask(question fyne.CanvasObject) {
	e.trouble.RemoveAll()
	e.trouble.Hidden = question == nil
	if question != nil {
		e.trouble.Add(question)
	}
	if e.root != nil {
		e.root.Refresh()
	}
}

// write makes the files and writes them, none of them when one is there
// already and nobody said that it may be replaced.
func (e *export) write(replace bool) {
	folder := strings.TrimSpace(e.folder.Text)
	if e.target.NeedsPassword() && e.password.Text == "" {
		e.secretIn.SetFault(e.w.t.T("export.password.empty"))
		e.root.Refresh()
		return
	}
	if folder == "" {
		e.folderIn.SetFault(e.w.t.T("export.folder.empty"))
		e.root.Refresh()
		return
	}
	d, id, target, password := e.w.desk, e.cert.ID, e.target, e.password.Text
	var files []desk.File
	e.save.SetBusy(true)
	e.w.spawn(e.w.t.T("export.saving"), func(context.Context) error {
		var err error
		if files, err = d.ExportFor(id, target, password); err != nil {
			return err
		}
		return desk.WriteFiles(folder, files, replace)
	}, func(err error) {
		e.save.SetBusy(false)
		e.wrote(folder, files, err)
	})
}

func (e *export) wrote(folder string, files []desk.File, err error) {
	var taken *desk.PathError
	switch {
	case errors.As(err, &taken) && errors.Is(err, desk.ErrFileExists):
		t := e.w.t
		e.ask(widgets.NewNotice(widgets.ToneSoon, t.T("export.exists", "Name", filepath.Base(taken.Path)), t.T("export.exists.text"),
			widgets.NewButton(t.T("export.replace"), "", widgets.Danger, func() { e.write(true) })))
	case err != nil:
		e.w.fail(err)
	default:
		e.w.dismissNotice()
		e.showWritten(folder, files)
	}
}

// copySecret puts a secret on the clipboard and takes it away after half a
// minute, unless something else is there by then.
func (w *Window) copySecret(secret string) {
	w.app.Clipboard().SetContent(secret)
	w.notify(w.t.T("export.password.copied"))
	w.run.After(30*time.Second, func() {
		if w.app.Clipboard().Content() == secret {
			w.app.Clipboard().SetContent("")
		}
	})
}
