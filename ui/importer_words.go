package ui

import (
	"path/filepath"

	"fyne.io/fyne/v2"

	"countersign/pki"
	"countersign/ui/widgets"
)

// shownFound is how many certificates the importer lists one by one.
const shownFound = 50

// parts are what was found, in words.
func (i *importer) parts() []fyne.CanvasObject {
	t := i.w.t
	var parts []fyne.CanvasObject
	for _, unread := range i.found.Unread {
		tr := explain(t, unread.Err)
		parts = append(parts, widgets.NewNotice(widgets.ToneSoon, pki.Escape(filepath.Base(unread.Path)), tr.title+" "+tr.cause))
	}
	if i.found.LooseKeys > 0 {
		parts = append(parts, widgets.NewNotice(widgets.ToneSoon, t.T("import.loose", "Count", i.found.LooseKeys), t.T("import.loose.text")))
	}
	if i.found.Truncated {
		parts = append(parts, widgets.NewNotice(widgets.ToneSoon, t.T("import.truncated"), t.T("import.truncated.text")))
	}
	rows := i.rows()
	if len(rows) > 0 {
		parts = append(parts, widgets.NewCard(widgets.Stack(8, rows...)))
	} else if len(i.found.Locked) == 0 && len(i.found.Unread) == 0 {
		parts = append(parts, widgets.NewNotice(widgets.ToneQuiet, t.T("import.nothing"), t.T("import.nothing.text")))
	}
	return parts
}

// rows tell each certificate in a line: whose it is, whether its key came
// along, and whether the vault has it already.
func (i *importer) rows() []fyne.CanvasObject {
	t := i.w.t
	var rows []fyne.CanvasObject
	for n, c := range i.found.Certificates {
		if n == shownFound {
			rows = append(rows, widgets.NewQuiet(t.T("import.more", "Count", len(i.found.Certificates)-n)))
			break
		}
		if n > 0 {
			rows = append(rows, widgets.Rule())
		}
		kind := "import.kind.other"
		if k := pki.KindOfCertificate(c.Certificate); k != "" {
			kind = "import.kind." + string(k)
		}
		tone, state := widgets.ToneGood, t.T("import.with-key")
		switch {
		case !c.New():
			tone, state = widgets.ToneQuiet, t.T("import.known")
		case c.Key == nil:
			tone, state = widgets.ToneSoon, t.T("import.without-key")
		}
		rows = append(rows, widgets.Row(12,
			widgets.Grow(widgets.Stack(2,
				widgets.NewText(pki.Escape(c.Name())).Bold().Truncate(),
				widgets.NewText(t.T(kind)+" · "+pki.Escape(filepath.Base(c.Path))).Small().Tone(widgets.ToneQuiet).Truncate())),
			widgets.NewStatus(tone, state)))
	}
	return rows
}
