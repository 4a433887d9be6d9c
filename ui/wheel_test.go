package ui

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"countersign/pki"
	"countersign/ui/widgets"
)

// fieldsOf are the lines to type in that an object shows.
func fieldsOf(o fyne.CanvasObject) []fyne.Focusable {
	var all []fyne.Focusable
	var walk func(fyne.CanvasObject)
	walk = func(o fyne.CanvasObject) {
		if o == nil || !o.Visible() {
			return
		}
		switch o := o.(type) {
		case *widgets.Input:
			all = append(all, o)
		case *widgets.NameField:
			all = append(all, o.Entry())
		case *fyne.Container:
			for _, child := range o.Objects {
				walk(child)
			}
		case fyne.Widget:
			for _, child := range test.WidgetRenderer(o).Objects() {
				walk(child)
			}
		}
	}
	walk(o)
	return all
}

// scrolls are the pages that scroll within an object.
func scrolls(o fyne.CanvasObject) []*container.Scroll {
	var all []*container.Scroll
	switch o := o.(type) {
	case *fyne.Container:
		for _, child := range o.Objects {
			all = append(all, scrolls(child)...)
		}
	case *container.Scroll:
		all = append(all, o)
	case widgets.Holder:
		return scrolls(o.Held())
	}
	return all
}

// The mouse wheel scrolls a form while the pointer is over one of its fields.
func TestWheelOverFields(t *testing.T) {
	b := unlocked(t)
	made, err := b.desk.MakeExample(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b.win.Resize(fyne.NewSize(900, 320))
	for name, open := range map[string]func(){
		"issue":    func() { b.openIssue(pki.Server, "") },
		"renew":    func() { b.openReissue(made.Server) },
		"verify":   func() { b.openVerify(made.Server) },
		"request":  func() { b.openRequestNew() },
		"bulk":     func() { b.openBulk(made.Authority.ID) },
		"settings": func() { b.openSettings() },
	} {
		t.Run(name, func(t *testing.T) {
			open()
			b.queue.drain()
			tried := 0
			for _, page := range scrolls(b.shown().content()) {
				tried += wheelOver(t, b, page)
			}
			if tried == 0 {
				t.Error("no field was tried")
			}
		})
	}
}

// wheelOver turns the wheel over each field of a page that has more than it
// shows, and counts them.
func wheelOver(t *testing.T, b *bench, page *container.Scroll) int {
	t.Helper()
	over := page.Content.MinSize().Height - page.Size().Height
	if over < 8 {
		return 0
	}
	tried := 0
	for _, in := range fieldsOf(page.Content) {
		o := in.(fyne.CanvasObject)
		place := func() fyne.Position {
			return b.app.Driver().AbsolutePositionForObject(o).AddXY(o.Size().Width/2, o.Size().Height/2)
		}
		page.ScrollToTop()
		top := b.app.Driver().AbsolutePositionForObject(page).Y
		page.ScrollToOffset(fyne.NewPos(0, min(over-4, max(0, place().Y-top-page.Size().Height/2))))
		before := page.Offset.Y
		test.Scroll(b.win.Canvas(), place(), 0, -4)
		if page.Offset.Y != before+4 {
			t.Errorf("over the field at %v the page moved by %v", place(), page.Offset.Y-before)
		}
		tried++
	}
	return tried
}
