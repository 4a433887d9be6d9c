package ui

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"

	"countersign/ui/desk"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// bulkPage makes many certificates of a table: the table is read and checked
// whole, then made, then its bundles are saved. Each of these is a step with
// its own parts; the page shows one at a time.
type bulkPage struct {
	w    *Window
	desk *desk.Desk

	issuerID    desk.ID
	authorities []desk.Certificate // with a key
	path        string             // of the table's file; "" when it was typed or pasted
	table       desk.BulkTable
	check       desk.BulkCheck
	made        []desk.BulkMade // those of before with them, when rows were left out
	fresh       int             // of them, how many were made now
	turn        int             // of the last reading or check; what comes of earlier ones is dropped
	left        bool
	saveOnly    bool // of certificates that are there already
	without     int  // of them, those that have no key here

	title   *widgets.Text
	head    *fyne.Container // title and buttons
	body    *fyne.Container // the step
	root    *fyne.Container
	start   bulkStart
	preview bulkPreview
	common  bulkCommon
	making  *widgets.Progress
	stop    context.CancelFunc
	save    bulkSave
}

// bulkStart is the first step: where the table comes from.
type bulkStart struct {
	path, text     *widgets.Input
	pathIn, textIn *widgets.Field
	encoding       *widgets.Select // of the file
	look           *widgets.Button
	root           fyne.CanvasObject
}

// openBulk opens the page that makes many certificates, signed by issuer ("" to
// choose there).
func (w *Window) openBulk(issuer desk.ID) {
	b := newBulkPage(w, issuer)
	w.open(b)
	w.win.Canvas().Focus(b.firstFocus())
}

// openBulkFile opens it with a file.
func (w *Window) openBulkFile(path string) {
	b := newBulkPage(w, "")
	w.open(b)
	b.readFile(path)
}

func newBulkPage(w *Window, issuer desk.ID) *bulkPage {
	b := &bulkPage{w: w, desk: w.desk, issuerID: issuer}
	b.title = widgets.NewTitle(w.t.T("bulk.title")).Truncate()
	b.head, b.body = widgets.Stack(0), widgets.Stack(0)
	b.root = widgets.Stack(16, b.head, widgets.Grow(b.body))
	b.buildStart()
	b.buildPreview()
	b.buildCommon()
	b.buildSave()
	b.showStart()
	return b
}

func (b *bulkPage) content() fyne.CanvasObject { return b.root }

func (b *bulkPage) firstFocus() fyne.Focusable {
	if b.saveOnly {
		return b.save.write
	}
	return b.start.text
}

// refresh reads the authorities again.
func (b *bulkPage) refresh() {
	var list []desk.Certificate
	b.w.spawn("", func(context.Context) error {
		var err error
		list, err = b.desk.Authorities()
		return err
	}, func(err error) {
		if err != nil {
			b.w.fail(err)
			return
		}
		b.setAuthorities(list)
	})
}

// close forgets the passwords of the table. What is being made goes on: its
// line at the window's foot stops it.
func (b *bulkPage) close() {
	b.left = true
	b.table, b.check, b.made = desk.BulkTable{}, desk.BulkCheck{}, nil
	b.start.text.SetText("")
	b.save.one.SetText("")
}

// step shows one step under a head with its buttons.
func (b *bulkPage) step(body fyne.CanvasObject, buttons ...fyne.CanvasObject) {
	row := append([]fyne.CanvasObject{widgets.Grow(b.title)}, buttons...)
	b.head.Objects = []fyne.CanvasObject{widgets.Row(8, row...)}
	b.body.Objects = []fyne.CanvasObject{widgets.Grow(body)}
	b.root.Refresh()
}

func (b *bulkPage) buildStart() {
	t, s := b.w.t, &b.start
	s.path = widgets.NewInput(t.T("bulk.path.placeholder"), func(string) { s.pathIn.SetFault("") })
	s.path.OnSubmitted = func(string) { b.look() }
	choose := widgets.NewButton(t.T("bulk.file"), theme.IconFile, widgets.Plain, b.browse)
	s.pathIn = widgets.NewField(t.T("bulk.path"), "", widgets.Row(8, widgets.Grow(s.path), choose))
	s.encoding = b.encodings(nil)
	s.text = widgets.NewLines(t.T("bulk.placeholder"), 8, b.typed)
	paste := widgets.NewButton(t.T("bulk.paste"), theme.IconCopy, widgets.Plain, b.paste)
	s.textIn = widgets.NewField(t.T("bulk.table"), b.columnWords(),
		widgets.RowTop(8, widgets.Grow(s.text), paste))
	s.look = widgets.NewButton(t.T("bulk.look"), "", widgets.Primary, b.look)
	example := widgets.NewButton(t.T("bulk.example"), theme.IconExport, widgets.Plain, b.saveExample)
	s.root = scrolled(widgets.NewQuiet(t.T("bulk.table.hint")), s.pathIn,
		widgets.NewField(t.T("bulk.encoding"), "", widgets.AtMost(220, s.encoding)), s.textIn, leading(example))
}

// scrolled puts the parts of a step under each other, scrolling where the
// window is low.
func scrolled(parts ...fyne.CanvasObject) fyne.CanvasObject {
	scroll := container.NewVScroll(widgets.Inset(0, gutter, 2, 2, widgets.Stack(16, parts...)))
	return &fyne.Container{Layout: &settleLayout{scroll}, Objects: []fyne.CanvasObject{scroll}}
}

// columnWords names the columns in their order, as a table without headings
// has them.
func (b *bulkPage) columnWords() string {
	var names []string
	for _, c := range desk.BulkColumns() {
		names = append(names, b.w.t.T("bulk.column."+string(c)))
	}
	return b.w.t.T("bulk.columns", "Names", strings.Join(names, b.w.t.T("list.comma")))
}

func (b *bulkPage) showStart() {
	cancel := widgets.NewButton(b.w.t.T("cancel"), "", widgets.Plain, b.w.back)
	b.step(b.start.root, cancel, b.start.look)
}

// pastedAt is how much text is taken as a paste and not left in the field,
// which gets slow with it.
const pastedAt = 16 << 10

func (b *bulkPage) typed(text string) {
	b.start.textIn.SetFault("")
	if len(text) > pastedAt {
		b.start.text.SetText("")
		b.readText(text)
	}
}

func (b *bulkPage) paste() {
	text := b.w.app.Clipboard().Content()
	if strings.TrimSpace(text) == "" {
		b.fault(b.start.textIn, b.w.t.T("bulk.paste.empty"))
		return
	}
	b.readText(text)
}

func (b *bulkPage) fault(field *widgets.Field, text string) {
	field.SetFault(text)
	b.root.Refresh()
}

func (b *bulkPage) browse() {
	dialog.ShowFileOpen(func(file fyne.URIReadCloser, err error) {
		if err != nil || file == nil {
			return
		}
		path := file.URI().Path()
		_ = file.Close() // only its path was wanted
		b.readFile(path)
	}, b.w.win)
}

// look reads what was typed.
func (b *bulkPage) look() {
	path, text := strings.Trim(strings.TrimSpace(b.start.path.Text), `"'`), b.start.text.Text
	switch {
	case path != "":
		b.readFile(strings.TrimPrefix(path, "file://"))
	case strings.TrimSpace(text) != "":
		b.readText(text)
	default:
		b.fault(b.start.textIn, b.w.t.T("bulk.nothing"))
	}
}

func (b *bulkPage) readFile(path string) {
	b.path = path
	b.start.path.SetText(path) // to be read again as something else, when it is not text
	hint := b.hint()
	b.read(func() (desk.BulkTable, error) { return desk.ReadBulkFile(path, hint) })
}

func (b *bulkPage) readText(text string) {
	b.path = ""
	b.read(func() (desk.BulkTable, error) { return desk.ReadBulk([]byte(text), desk.BulkHint{}) })
}

// drop takes a file that is dropped on the window while the table is chosen.
func (b *bulkPage) drop(paths []string) bool {
	if b.stop != nil || len(b.made) > 0 || len(paths) != 1 {
		return false
	}
	b.readFile(paths[0])
	return true
}

// isTable tells whether files dropped on the window are a table, by the name.
func isTable(paths []string) bool {
	if len(paths) != 1 {
		return false
	}
	end := strings.ToLower(filepath.Ext(paths[0]))
	return end == ".csv" || end == ".tsv"
}

// read reads a table and checks it, off the window's goroutine.
func (b *bulkPage) read(table func() (desk.BulkTable, error)) {
	b.turn++
	turn := b.turn
	var found desk.BulkTable
	var list []desk.Certificate
	b.w.dismissNotice()
	b.w.spawn(b.w.t.T("bulk.looking"), func(context.Context) error {
		var err error
		if found, err = table(); err != nil {
			return err
		}
		list, err = b.desk.Authorities()
		return err
	}, func(err error) {
		switch {
		case turn != b.turn || b.left:
		case err != nil:
			b.w.fail(err)
		default:
			b.table, b.check = found, desk.BulkCheck{}
			b.setAuthorities(list)
			b.recheck()
		}
	})
}

// setAuthorities offers who can sign. What was chosen stays chosen, else what
// was asked for, else the newest that is good.
func (b *bulkPage) setAuthorities(list []desk.Certificate) {
	if chosen := b.preview.issuerID(b.authorities); chosen != "" {
		b.issuerID = chosen
	}
	now := b.w.now()
	b.authorities = slices.DeleteFunc(slices.Clone(list), func(c desk.Certificate) bool {
		return !c.HasKey || c.ID != c.CurrentID || c.Health(now) == desk.Expired || c.Health(now) == desk.Revoked
	})
	at := slices.IndexFunc(b.authorities, func(c desk.Certificate) bool { return c.ID == b.issuerID })
	if at < 0 {
		newest := time.Time{}
		for i, c := range b.authorities {
			if !c.Made.Before(newest) {
				at, newest = i, c.Made
			}
		}
	}
	var names []string
	for _, c := range b.authorities {
		names = append(names, nameOf(b.w.t, c))
	}
	b.preview.issuer.SetOptions(names, at)
}

// saveExample leaves a table to begin with where files go.
func (b *bulkPage) saveExample() {
	folder := exportFolder(b.w.opt.Folder)
	var path string
	b.w.background("", func(context.Context) error {
		var err error
		path, err = desk.SaveBulkExample(folder)
		return err
	}, func() { b.w.notify(b.w.t.T("bulk.example.saved", "Path", path)) })
}
