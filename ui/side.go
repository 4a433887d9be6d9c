package ui

import "fyne.io/fyne/v2"

// newSide puts a form and its card beside each other, or the card under the
// form where the form would get too little room.
func newSide(form, card fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: &sideLayout{}, Objects: []fyne.CanvasObject{form, card}}
}

const (
	sideWidth float32 = 304 // of the card
	sideGap   float32 = 20
	sideForm  float32 = 460 // the least that a form gets beside its card
)

type sideLayout struct{ width float32 }

// widths gives the widths of form and card, and whether they are beside each
// other.
func (l *sideLayout) widths(width float32) (form, card float32, beside bool) {
	if form = width - sideWidth - sideGap; form >= sideForm {
		return form, sideWidth, true
	}
	return width, width, false
}

// heightFor gives an object its width, then asks for its height.
func heightFor(o fyne.CanvasObject, width float32) float32 {
	if o.Size().Width != width {
		o.Resize(fyne.NewSize(width, o.Size().Height))
	}
	return o.MinSize().Height
}

// Layout is for the toolkit.
func (l *sideLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	l.width = size.Width
	form, card := objects[0], objects[1]
	formWidth, cardWidth, beside := l.widths(size.Width)
	formHeight, cardHeight := heightFor(form, formWidth), heightFor(card, cardWidth)
	form.Move(fyne.Position{})
	form.Resize(fyne.NewSize(formWidth, formHeight))
	card.Resize(fyne.NewSize(cardWidth, cardHeight))
	if beside {
		card.Move(fyne.NewPos(formWidth+sideGap, 0))
		return
	}
	card.Move(fyne.NewPos(0, formHeight+sideGap))
}

// MinSize is for the toolkit.
func (l *sideLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	form, card := objects[0].MinSize(), objects[1].MinSize()
	if _, _, beside := l.widths(l.width); beside {
		return fyne.NewSize(form.Width, max(form.Height, card.Height))
	}
	return fyne.NewSize(max(form.Width, card.Width), form.Height+sideGap+card.Height)
}
