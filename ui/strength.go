package ui

import (
	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/widgets"
)

// strengthWords says how well a passphrase would hold against somebody who
// has the vault's file, and draws it as a fraction of the best.
func strengthWords(t *i18n.Printer, passphrase []byte) (tone widgets.Tone, words string, fraction float64) {
	e := desk.Strength(passphrase)
	if e.TooShort {
		return widgets.ToneQuiet, t.T("strength.short", "Count", e.Missing), 0
	}
	tone = widgets.ToneGood
	switch {
	case e.Score < 2:
		tone = widgets.ToneBroken
	case e.Weak():
		tone = widgets.ToneSoon
	}
	return tone, t.Strength(e.Score, e.Holds), max(0.08, float64(e.Score)/4)
}
