package ui

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// requestTake takes in what others send, as a file or pasted: a request to be
// signed, or the certificate that one of ours waits for.
type requestTake struct {
	w     *Window
	back  desk.ID // the request of ours whose certificate came; "" for a request
	path  *widgets.Input
	paste *widgets.Input
	field *widgets.Field
	keep  *widgets.Button
	root  *fyne.Container
}

// openTake asks for a request, or with one of ours for its certificate.
func (w *Window) openTake(back desk.ID) { w.open(newRequestTake(w, back)) }

func newRequestTake(w *Window, back desk.ID) *requestTake {
	f := &requestTake{w: w, back: back}
	t := w.t
	title, hint, keep := "requests.take.title", "requests.take.file.hint", "requests.take.keep"
	placeholder := "-----BEGIN CERTIFICATE REQUEST-----"
	if back != "" {
		title, hint, keep = "requests.back.title", "requests.back.file.hint", "requests.back.keep"
		placeholder = "-----BEGIN CERTIFICATE-----"
	}
	typed := func(string) { f.field.SetFault("") }
	f.path = widgets.NewInput("", typed)
	f.path.OnSubmitted = func(string) { f.take() }
	browse := widgets.NewButton(t.T("requests.take.browse"), theme.IconFile, widgets.Plain, f.browse)
	f.field = widgets.NewField(t.T("requests.take.file"), t.T(hint), f.path)
	f.paste = widgets.NewLines(placeholder, 10, typed)
	f.keep = widgets.NewButton(t.T(keep), theme.IconImport, widgets.Primary, f.take)
	cancel := widgets.NewButton(t.T("cancel"), "", widgets.Plain, w.back)
	f.root = widgets.Stack(16,
		widgets.Row(8, widgets.Grow(widgets.NewTitle(t.T(title))), cancel, f.keep),
		widgets.Grow(container.NewVScroll(widgets.Inset(0, gutter, 2, 2, widgets.AtMost(720, widgets.Stack(16,
			f.field, leading(browse), widgets.NewField(t.T("requests.take.paste"), "", f.paste)))))))
	return f
}

func (f *requestTake) content() fyne.CanvasObject { return f.root }
func (f *requestTake) refresh()                   {}
func (f *requestTake) firstFocus() fyne.Focusable { return f.path }

func (f *requestTake) browse() {
	dialog.ShowFileOpen(func(file fyne.URIReadCloser, err error) {
		if err != nil || file == nil {
			return
		}
		path := file.URI().Path()
		_ = file.Close() // only its path was wanted
		f.path.SetText(path)
		f.take()
	}, f.w.win)
}

// take reads what was given and keeps it. What was pasted comes before a path.
func (f *requestTake) take() {
	if f.keep.Busy() {
		return
	}
	pasted, path := strings.TrimSpace(f.paste.Text), strings.Trim(strings.TrimSpace(f.path.Text), `"'`)
	if pasted == "" && path == "" {
		f.field.SetFault(f.w.t.T("requests.take.empty"))
		f.root.Refresh()
		return
	}
	f.w.dismissNotice()
	f.keep.SetBusy(true)
	from, data := f.w.desk, []byte(pasted)
	var taken []desk.Request
	var married []desk.Certificate
	f.w.spawn(f.w.t.T("requests.take.reading"), func(ctx context.Context) error {
		var err error
		if pasted == "" {
			if data, err = desk.ReadFile(strings.TrimPrefix(path, "file://")); err != nil {
				return err
			}
		}
		if f.back != "" {
			married, err = from.CompleteRequest(ctx, data)
			return err
		}
		taken, err = from.TakeRequests(ctx, data)
		return err
	}, func(err error) {
		f.keep.SetBusy(false)
		switch {
		case err != nil:
			f.w.fail(err)
		case len(married) > 0:
			first := married[0]
			f.w.changed()
			f.w.navigate(placeOf(first), first.ID)
			f.w.notify(f.w.t.T("requests.back.done", "Name", pki.Escape(first.Name)))
		case len(taken) > 0:
			f.w.navigate("requests", taken[0].ID)
			f.w.notify(f.w.t.T("requests.take.done", "Count", len(taken)))
		}
	})
}
