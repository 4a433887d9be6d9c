package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"

	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// chooser asks which vault to open. The toolkit's dialog has no field for a
// path, so there is one here beside it.
type chooser struct {
	w     *Window
	path  *widgets.Input
	field *widgets.Field
	root  fyne.CanvasObject
}

func newChooser(w *Window) *chooser {
	c := &chooser{w: w}
	before := w.opt.Vault
	c.path = widgets.NewInput("", func(string) { c.field.SetFault("") })
	c.path.OnSubmitted = func(string) { c.open() }
	browse := widgets.NewButton(w.t.T("file.browse"), theme.IconFolder, widgets.Plain, c.browse)
	c.field = widgets.NewField(w.t.T("file.path"), w.t.T("file.hint"),
		widgets.Row(8, widgets.Grow(c.path), browse))
	c.path.SetText(before)
	c.root = newSheet(560,
		widgets.NewTitle(w.t.T("file.title")),
		c.field,
		leading(widgets.NewButton(w.t.T("file.open"), "", widgets.Primary, c.open),
			widgets.NewButton(w.t.T("cancel"), "", widgets.Plain, func() { w.openVault(before) })))
	return c
}

func (c *chooser) content() fyne.CanvasObject { return c.root }
func (c *chooser) focus() fyne.Focusable      { return c.path }

func (c *chooser) open() {
	path := strings.TrimSpace(c.path.Text)
	if path == "" {
		c.field.SetFault(c.w.t.T("file.empty"))
		return
	}
	c.w.openVault(path)
}

func (c *chooser) browse() {
	dialog.ShowFileOpen(func(file fyne.URIReadCloser, err error) {
		if err != nil || file == nil {
			return
		}
		path := file.URI().Path()
		_ = file.Close() // only its path was wanted
		c.path.SetText(path)
	}, c.w.win)
}
