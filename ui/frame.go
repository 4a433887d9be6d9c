package ui

import (
	"fyne.io/fyne/v2"

	"countersign/ui/desk"
	"countersign/ui/theme"
)

// Sizes of the frame, in the toolkit's device-independent pixels.
const (
	railWidth   float32 = 196
	detailWidth float32 = 332
	narrowUnder float32 = 1040 // a window narrower than this shows middle or detail, not both
)

// frame is the window of an unlocked vault: rail, middle, detail.
type frame struct {
	w       *Window
	spots   []spot
	made    map[string]place
	forms   []place // open forms, the topmost last
	under   desk.ID // whose detail was open when the first of them was
	current string  // the place of the rail that is shown, or under the forms

	rail   *rail
	banner *banner
	middle *middle
	detail *detail
	foot   *foot
	shield *shield
	root   *fyne.Container
}

// spot is one place of the rail.
type spot struct {
	name string // also the key of its word: "place.NAME"
	icon theme.IconName
	make func(*Window) place
}

func newFrame(w *Window) *frame {
	f := &frame{w: w, spots: spots(), made: map[string]place{}, current: "overview"}
	f.rail = newRail(w, f.spots)
	f.banner = newBanner(w)
	f.middle = newMiddle(w)
	f.detail = newDetailColumn(w)
	f.foot = newFoot(w)
	f.shield = newShield(w)
	f.root = &fyne.Container{Layout: &frameLayout{f}, Objects: []fyne.CanvasObject{
		f.rail.root, f.middle.root, f.detail, newGround(theme.Line), f.foot.root, f.shield, f.banner.root}}
	return f
}

// at gives the place of that name, made on first use; nil for no such place.
func (f *frame) at(name string) place {
	if p := f.made[name]; p != nil {
		return p
	}
	for _, s := range append(spots(), settingsSpot()) {
		if s.name == name {
			f.made[name] = s.make(f.w)
			return f.made[name]
		}
	}
	return nil
}

func (f *frame) leaveForms() {
	for _, p := range f.forms {
		closePlace(p)
	}
	f.forms = nil
}

// refresh reads again what is shown.
func (f *frame) refresh() {
	if p := f.w.shown(); p != nil {
		p.refresh()
	}
	if r, ok := f.detail.inner.(refresher); ok && f.detail.Visible() {
		r.refresh()
	}
}

// drop lets go of every place and of what is shown of the vault.
func (f *frame) drop() {
	f.leaveForms()
	f.shield.lower()
	for _, p := range f.made {
		closePlace(p)
	}
	f.made = map[string]place{}
	f.foot.clear()
	f.middle.clear()
	f.detail.clear()
}

// frameLayout lays rail, middle and detail side by side, the banner above the
// last two, a line at the rail's
// edge, and what floats over the middle, or over the detail in its place. It
// takes no notice of the detail's own least width, which is fixed.
type frameLayout struct{ f *frame }

func (l *frameLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	rail, mid, det, line, foot := objects[0], objects[1], objects[2], objects[3], objects[4]
	rail.Move(fyne.NewPos(0, 0))
	rail.Resize(fyne.NewSize(railWidth, size.Height))
	line.Move(fyne.NewPos(railWidth-1, 0))
	line.Resize(fyne.NewSize(1, size.Height))
	left, wide := railWidth, size.Width-railWidth
	top := l.f.banner.height(wide)
	l.f.banner.root.Move(fyne.NewPos(left, 0))
	l.f.banner.root.Resize(fyne.NewSize(wide, top))
	low := size.Height - top
	open, narrow := det.Visible(), size.Width < narrowUnder
	l.f.detail.narrow(narrow)
	l.f.shield.Move(fyne.NewPos(left, 0))
	l.f.shield.Resize(fyne.NewSize(wide, size.Height))
	foot.Move(fyne.NewPos(left, 0))
	foot.Resize(fyne.NewSize(wide, size.Height))
	switch {
	case open && narrow:
		mid.Hide()
		det.Move(fyne.NewPos(left, top))
		det.Resize(fyne.NewSize(wide, low))
		return
	case open:
		wide -= detailWidth
		foot.Resize(fyne.NewSize(wide, size.Height))
		det.Move(fyne.NewPos(left+wide, top))
		det.Resize(fyne.NewSize(detailWidth, low))
	}
	mid.Show()
	mid.Move(fyne.NewPos(left, top))
	mid.Resize(fyne.NewSize(wide, low))
}

func (l *frameLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	rail, mid := objects[0].MinSize(), objects[1].MinSize()
	return fyne.NewSize(railWidth+mid.Width, max(rail.Height, mid.Height+l.f.banner.root.MinSize().Height))
}
