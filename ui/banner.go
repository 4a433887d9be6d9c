package ui

import (
	"fyne.io/fyne/v2"

	"countersign/ui/desk"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// banner stands above every place of a vault that was opened though it is
// damaged: what one sees is not all of it, and where it can be mended.
type banner struct {
	parts  []desk.Part
	repair *widgets.Button
	said   *widgets.Notice
	root   *fyne.Container
}

func newBanner(w *Window) *banner {
	b := &banner{root: widgets.Stack(0)}
	b.root.Hide()
	parts, is, err := w.desk.Wreck()
	if !is {
		return b
	}
	b.parts = parts
	title, text := w.t.T("damage.banner", "Count", countParts(parts)), ""
	if len(parts) == 0 || err != nil {
		title = w.t.T("damage.banner.file")
	}
	damage := b.damage()
	if damage == nil {
		damage = &desk.DamageError{}
	}
	b.repair = w.repairButton(damage)
	b.said = widgets.NewNotice(widgets.ToneBroken, title, text, b.repair)
	b.root.Objects = []fyne.CanvasObject{widgets.Over(newGround(theme.Ground), widgets.Inset(12, 20, 0, 20, b.said))}
	b.root.Show()
	return b
}

// damage is what the banner is about, as an error; nil where nothing is known of it.
func (b *banner) damage() error { return desk.Checked{Damage: b.parts}.Err() }

// height is how much the banner takes at a width; 0 where there is none.
func (b *banner) height(width float32) float32 {
	if !b.root.Visible() {
		return 0
	}
	return heightFor(b.root, width)
}
