package ui

import (
	"countersign/ui/desk"
	"countersign/ui/widgets"
)

// tellOpened says, above the first place, what was found out about the vault's
// file when it was opened: that it cannot be written, and why, or that others
// had a right to it.
func (w *Window) tellOpened(d *desk.Desk) {
	title, body := exposedWords(w, d.Exposed())
	if why := d.WhyReadOnly(); why != nil && why.Path != "" {
		tr := explain(w.t, why)
		title, body = tr.title, sentences(tr.body(), body)
	}
	if title == "" {
		return
	}
	notice := widgets.NewNotice(widgets.ToneSoon, title, body,
		widgets.NewButton(w.t.T("close"), "", widgets.Quiet, w.dismissNotice))
	w.frame.middle.notice(widgets.Inset(0, 0, 12, 0, notice))
}

func exposedWords(w *Window, found []desk.Exposed) (title, body string) {
	for _, e := range found {
		if title == "" {
			title = w.t.T("exposed.title")
		}
		if e.Err != nil {
			title = w.t.T("exposed.title.still")
		}
		body = sentences(body, w.t.Exposed(e.Path, e.Mode, e.Err == nil))
	}
	return title, body
}
