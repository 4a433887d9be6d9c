package ui

import (
	"strings"

	"fyne.io/fyne/v2"

	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/widgets"
)

// partsShown is how many damaged parts of a vault a list names.
const partsShown = 8

// partLines words the damaged parts of a vault, a line each, and counts those
// beyond partsShown.
func partLines(t *i18n.Printer, parts []desk.Part) []string {
	var lines []string
	for _, part := range parts {
		if len(lines) == partsShown && len(parts) > partsShown+1 {
			return append(lines, t.T("part.more", "Count", len(parts)-partsShown))
		}
		part.Serial = desk.ShortSerial(part.Serial)
		lines = append(lines, t.Part(part.Code, part.Facts()))
	}
	return lines
}

// newPartLines lists what of a vault is damaged.
func newPartLines(t *i18n.Printer, parts []desk.Part) fyne.CanvasObject {
	return widgets.NewText("• " + strings.Join(partLines(t, parts), "\n• ")).Wrap()
}

// newDamageNotice says that the vault is damaged, and what of it, with the way to the
// repair.
func (w *Window) newDamageNotice(err error) fyne.CanvasObject {
	tr := explain(w.t, err)
	shut := widgets.NewButton(w.t.T("close"), "", widgets.Quiet, w.frame.middle.dismiss)
	return widgets.Inset(0, 0, 12, 0, widgets.NewNotice(widgets.ToneBroken, tr.title, tr.body(), w.repairButton(err), shut))
}

// repair closes the damaged vault and shows what can be done about it.
func (w *Window) repair(damage error) {
	w.leaveVault()
	w.show(newRepairPage(w, damage))
}

// repairButton leads to the repair of a vault that is open.
func (w *Window) repairButton(damage error) *widgets.Button {
	return widgets.NewButton(w.t.T("damage.repair"), "", widgets.Plain, func() { w.repair(damage) })
}
