package ui

import (
	"cmp"

	"fyne.io/fyne/v2"

	"countersign/ui/desk"
	"countersign/ui/widgets"
)

// place is what a screen is to the frame.
type place interface {
	content() fyne.CanvasObject // made once
	refresh()                   // called when it is shown, and when the vault changed
}

// What a place may also be.
type (
	// selector shows one certificate as selected, and its detail.
	selector interface{ selectID(id desk.ID) }
	// keeper shows again, when it is read next and still has it, what was
	// selected before a form was opened over it; "" for nothing.
	keeper interface{ keep(id desk.ID) }
	// searcher has a search field; Ctrl+F goes there.
	searcher interface{ focusSearch() }
	// lister has a list whose selection shows a detail.
	lister interface{ focusList() }
	// exporter exports what is selected, or says itself what to select; false when
	// it did neither. Ctrl+E.
	exporter interface{ exportSelected() bool }
	// trier tries what is selected, or what its form says; Ctrl+T.
	trier interface{ try() }
	// creator makes what its list holds; Ctrl+N. Elsewhere Ctrl+N makes a certificate.
	creator interface{ create() }
	// closer lets go of what it holds when the vault is locked or left.
	closer interface{ close() }
	// refresher, for a detail: read again after the vault changed.
	refresher interface{ refresh() }
	// starter, for a form: what has the focus when it opens.
	starter interface{ firstFocus() fyne.Focusable }
)

// navigate shows a place of the rail, and there the certificate id when it is
// not "". Forms that were open are left.
func (w *Window) navigate(name string, id desk.ID) {
	if w.frame == nil {
		return
	}
	w.stir()
	w.closeDetail()
	p := w.frame.at(name)
	if p == nil {
		return
	}
	w.frame.leaveForms()
	w.frame.current = name
	w.frame.rail.mark(name)
	w.showInMiddle(p)
	p.refresh()
	if s, ok := p.(selector); ok && id != "" {
		s.selectID(id)
	}
}

// open shows a form in the middle, over the place it came from. Esc, or
// back(), leaves it.
func (w *Window) open(p place) {
	if w.frame == nil {
		return
	}
	w.stir()
	if len(w.frame.forms) == 0 {
		w.frame.under = w.openID()
	}
	w.closeDetail()
	w.frame.forms = append(w.frame.forms, p)
	w.showInMiddle(p)
	p.refresh()
	if s, ok := p.(starter); ok {
		if f := s.firstFocus(); f != nil {
			w.win.Canvas().Focus(f)
		}
	}
}

// back leaves the form that is open, for the form or the place under it.
func (w *Window) back() {
	if w.frame == nil || len(w.frame.forms) == 0 {
		return
	}
	w.stir()
	w.closeDetail()
	last := len(w.frame.forms) - 1
	closePlace(w.frame.forms[last])
	w.frame.forms = w.frame.forms[:last]
	p := w.shown()
	w.showInMiddle(p)
	if k, ok := p.(keeper); ok && last == 0 {
		k.keep(w.frame.under)
	}
	p.refresh()
}

// openID is the certificate or request whose detail is open, "" for none.
func (w *Window) openID() desk.ID { return cmp.Or(w.detailID(), w.requestDetailID()) }

// showInMiddle shows a form or a place. A line of the last one that has the
// focus loses it; see fill.
func (w *Window) showInMiddle(p place) {
	if _, typing := w.win.Canvas().Focused().(*widgets.Input); typing {
		w.win.Canvas().Unfocus()
	}
	w.frame.middle.show(p)
	w.frame.shield.raise()
}

// shown is the form or place in the middle.
func (w *Window) shown() place {
	if n := len(w.frame.forms); n > 0 {
		return w.frame.forms[n-1]
	}
	return w.frame.at(w.frame.current)
}

// setDetail shows o in the column at the right; a narrow window shows it in
// the middle's place, with a way back.
func (w *Window) setDetail(o fyne.CanvasObject) {
	if w.frame == nil {
		return
	}
	w.stir()
	w.frame.detail.set(o)
	w.frame.root.Refresh()
}

// closeDetail closes the column at the right.
func (w *Window) closeDetail() {
	if w.frame == nil || !w.frame.detail.Visible() {
		return
	}
	w.stir()
	w.frame.detail.clear()
	w.frame.root.Refresh()
}

// leaveDetail closes the column as a person does: the keyboard goes back to
// the list that the detail belongs to.
func (w *Window) leaveDetail() {
	w.closeDetail()
	if w.frame == nil {
		return
	}
	if l, ok := w.shown().(lister); ok {
		l.focusList()
	}
}

func closePlace(p place) {
	if c, ok := p.(closer); ok {
		c.close()
	}
}
