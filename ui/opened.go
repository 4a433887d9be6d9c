package ui

import (
	"cmp"
	"context"
	"time"

	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/widgets"
)

// tellOpened says, above the first place, what was found out about the vault
// when it was opened: that it cannot be written, and why, that others had a
// right to its file, or that the clock is behind what was done in it.
func (w *Window) tellOpened(d *desk.Desk) {
	var last time.Time
	behind := false
	w.background("", func(context.Context) error {
		last, behind = d.ClockBehind()
		return nil
	}, func() {
		title, body := "", ""
		if behind {
			title = w.t.T("clock.behind", "Now", w.t.DateTime(w.now()), "Last", w.t.DateTime(last.In(w.now().Location())))
			body = w.t.T("clock.behind.next")
		}
		w.noticeOpened(d, title, body)
	})
}

// noticeOpened shows it in one notice; title and body are about the clock, ""
// where that is right.
func (w *Window) noticeOpened(d *desk.Desk, title, body string) {
	if exposed, more := exposedWords(w, d.Exposed()); exposed != "" {
		title, body = cmp.Or(title, exposed), i18n.Sentences(body, more)
	}
	if why := d.WhyReadOnly(); why != nil && why.Path != "" {
		tr := explain(w.t, why)
		title, body = tr.title, i18n.Sentences(tr.body(), body)
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
		body = i18n.Sentences(body, w.t.Exposed(e.Path, e.Mode, e.Err == nil))
	}
	return title, body
}

// writes hides buttons whose deeds a vault for reading refuses.
func (w *Window) writes(buttons ...*widgets.Button) {
	if !w.desk.ReadOnly() {
		return
	}
	for _, b := range buttons {
		b.Hide()
	}
}
