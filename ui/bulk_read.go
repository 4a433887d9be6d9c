package ui

import (
	"slices"

	"fyne.io/fyne/v2"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/widgets"
)

// bulkEncodings are what a table can be read as; "" is to be found out.
var bulkEncodings = append([]desk.BulkEncoding{""}, desk.BulkEncodings()...)

// encodings is a choice of what the table's file is written in.
func (b *bulkPage) encodings(changed func(int)) *widgets.Select {
	words := []string{b.w.t.T("bulk.encoding.auto")}
	for _, e := range bulkEncodings[1:] {
		words = append(words, e.Label())
	}
	return widgets.NewSelect("", words, 0, changed)
}

// hint is what is known of the table's file.
func (b *bulkPage) hint() desk.BulkHint {
	return desk.BulkHint{Encoding: bulkEncodings[max(0, b.start.encoding.Selected())], Language: b.w.t.Language()}
}

// readAs says what the file was read as, where that may be wrong, with a way to
// change it; nil where it is sure.
func (b *bulkPage) readAs() fyne.CanvasObject {
	e := b.table.Encoding
	if b.path == "" || !e.Legacy() && b.hint().Encoding == "" {
		return nil
	}
	t := b.w.t
	choice := b.encodings(func(i int) {
		b.start.encoding.Select(i)
		b.readFile(b.path)
	})
	choice.Select(slices.Index(bulkEncodings, e))
	b.preview.encoding = choice
	return widgets.NewNotice(widgets.ToneNone, t.T("bulk.encoding.read", "Encoding", e.Label()), t.T("bulk.encoding.change"),
		widgets.AtMost(160, choice))
}

// ownLines are the profile and the addresses that a row names itself.
func (b *bulkPage) ownLines(i desk.BulkItem) []string {
	var lines []string
	for _, c := range []desk.BulkColumn{desk.ColumnProfile, desk.ColumnCRL, desk.ColumnOCSP, desk.ColumnIssuers} {
		value := pki.Escape(brief(i.Cell(c), 160))
		if value == "" {
			continue
		}
		if c == desk.ColumnProfile && len(i.Faults.Of(pki.FieldProfile)) == 0 {
			value = profileNamed(b.w.t, i.Profile)
		}
		lines = append(lines, b.w.t.T("bulk.own", "Column", b.w.t.T("bulk.column."+string(c)), "Value", value))
	}
	return lines
}

// profileNamed is what people call the profile of a name; "" for none.
func profileNamed(t *i18n.Printer, name string) string {
	builtIn := slices.ContainsFunc(pki.BuiltInProfiles(), func(p pki.Profile) bool { return p.Name == name })
	return profileTitle(t, desk.Profile{BuiltIn: builtIn, Profile: pki.Profile{Name: name}})
}
