package ui

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"fyne.io/fyne/v2"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// trouble is an error as a person reads it.
type trouble struct {
	title string // what happened, a sentence
	cause string // why; "" when the title says it
	next  string // what to do; "" when there is nothing to do
	raw   string // as developers see it; "" when it would tell nothing more
}

// explain words an error. What it does not know reads as "did not work", with
// the raw text for whoever looks into it.
func explain(t *i18n.Printer, err error) trouble {
	e := desk.Explain(withPath(err))
	if len(e.Faults) > 0 {
		return trouble{title: t.T("error."+e.Code, e.Facts...), next: faultLines(t, e.Faults)}
	}
	code := e.Code
	if !t.Has("error." + code) {
		code = "unknown"
	}
	if len(e.Parts) > 0 {
		e.Facts = append(e.Facts, "Where", t.Part(e.Parts[0].Code, e.Parts[0].Facts()))
	}
	made := trouble{title: t.T("error."+code, e.Facts...), raw: err.Error()}
	if key := "error." + code + ".cause"; t.Has(key) {
		made.cause = t.T(key, e.Facts...)
	}
	if key := "error." + code + ".next"; t.Has(key) {
		made.next = t.T(key, e.Facts...)
	}
	return made
}

// withPath says of an error of the file system on which file it is, when the
// desk did not: then it has words.
func withPath(err error) error {
	var ours *desk.PathError
	var system *fs.PathError
	if desk.Explain(err).Code != "unknown" || errors.As(err, &ours) || !errors.As(err, &system) {
		return err
	}
	return fmt.Errorf("%w (%w)", err, &desk.PathError{Deed: system.Op, Path: system.Path, Err: system.Err})
}

// body is cause and next step, a paragraph.
func (t trouble) body() string {
	return i18n.Sentences(t.cause, t.next)
}

// faultLines words several faults, one after another.
func faultLines(t *i18n.Printer, faults pki.Faults) string {
	said := make([]string, len(faults))
	for i, f := range faults {
		said[i] = faultText(t, f)
	}
	return i18n.Sentences(said...)
}

// faultText words one fault of a request, for its field.
func faultText(t *i18n.Printer, f pki.Fault) string {
	return t.T("fault."+f.Code, "Value", pki.Escape(t.Value(f.Value)))
}

// warningText words one warning of a request.
func warningText(t *i18n.Printer, warning pki.Warning) string {
	return t.Warning(warning.Code, pki.Escape(warning.Value), warning.Client)
}

// warningLines words the warnings of a certificate that is there, each a
// sentence.
func warningLines(t *i18n.Printer, warnings []pki.Warning) []string {
	lines := make([]string, len(warnings))
	for n, w := range warnings {
		lines[n] = warningText(t, w)
	}
	return lines
}

// fieldFaults words the faults of an error by field, for a form that shows
// them where they are; ok is false when the error is of another kind.
func fieldFaults(t *i18n.Printer, err error) (said map[pki.Field]string, ok bool) {
	var faults pki.Faults
	if !errors.As(err, &faults) {
		return nil, false
	}
	said = map[pki.Field]string{}
	for _, f := range faults {
		said[f.Field] = i18n.Sentences(said[f.Field], faultText(t, f))
	}
	return said, true
}

// fail shows an error above the place: what happened, why, what to do next,
// and the raw text folded away. It is no dialog: nothing else is blocked.
func (w *Window) fail(err error) {
	if err == nil || w.frame == nil {
		return
	}
	notice := w.troubleNotice(explain(w.t, err), w.frame.middle.dismiss)
	if damaged(err) {
		notice = w.newDamageNotice(err)
	}
	w.frame.middle.notice(notice)
	w.frame.shield.raise()
}

// failUnlessCancelled shows an error that the person did not ask for.
func (w *Window) failUnlessCancelled(err error) {
	if !errors.Is(err, context.Canceled) {
		w.fail(err)
	}
}

// dismissNotice takes away what fail showed.
func (w *Window) dismissNotice() {
	if w.frame != nil {
		w.frame.middle.dismiss()
	}
}

// troubleNotice draws a trouble; dismiss (nil: none) closes it.
func (w *Window) troubleNotice(tr trouble, dismiss func()) fyne.CanvasObject {
	raw := widgets.NewCard(widgets.NewText(tr.raw).Small().Wrap())
	raw.Hide()
	notice := widgets.NewNotice(widgets.ToneBroken, tr.title, tr.body())
	var buttons []fyne.CanvasObject
	if tr.raw != "" {
		buttons = append(buttons, widgets.NewButton(w.t.T("details.show"), "", widgets.Plain, func() {
			raw.Show()
			notice.SetButtons(w.troubleButtons(tr, dismiss)...)
			if w.frame != nil {
				w.frame.middle.root.Refresh()
			}
		}))
	}
	if dismiss != nil {
		buttons = append(buttons, widgets.NewButton(w.t.T("close"), "", widgets.Quiet, dismiss))
	}
	notice.SetButtons(buttons...)
	return widgets.Inset(0, 0, 12, 0, widgets.Stack(8, notice, raw))
}

// troubleButtons are those of a notice whose details are shown.
func (w *Window) troubleButtons(tr trouble, dismiss func()) []fyne.CanvasObject {
	buttons := []fyne.CanvasObject{
		widgets.NewButton(w.t.T("details.copy"), theme.IconCopy, widgets.Plain, func() {
			w.copy(tr.raw)
		}),
	}
	if dismiss != nil {
		buttons = append(buttons, widgets.NewButton(w.t.T("close"), "", widgets.Quiet, dismiss))
	}
	return buttons
}
