package ui

import (
	"strings"

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
		lines = append(lines, t.Part(part.Code, part.Facts()))
	}
	return lines
}

// newPartsCard lists what of a vault is damaged.
func newPartsCard(t *i18n.Printer, parts []desk.Part) *widgets.Card {
	return widgets.NewCard(widgets.NewText("• " + strings.Join(partLines(t, parts), "\n• ")).Wrap())
}
