package ui

import (
	"strconv"

	"fyne.io/fyne/v2"

	"countersign/testclient"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// mendedStrip stands over the picture when a try was mended: the seven steps
// of the one before and of this one, each in a line.
type mendedStrip struct {
	w           *Window
	before, now *mendedLine
	root        *fyne.Container
}

// mendedLine is one try in a line.
type mendedLine struct {
	label  *widgets.Text
	badges [7]*widgets.Badge
	words  *widgets.Text
	root   *fyne.Container
}

func newMendedStrip(w *Window) *mendedStrip {
	wide := widgets.NewText(w.t.T("mended.before")).Small().Bold().MinSize().Width
	wide = max(wide, widgets.NewText(w.t.T("mended.now")).Small().Bold().MinSize().Width)
	m := &mendedStrip{w: w, before: newMendedLine(w.t.T("mended.before"), wide), now: newMendedLine(w.t.T("mended.now"), wide)}
	lines := widgets.Stack(6, m.before.root, m.now.root)
	m.root = widgets.NewPanel(theme.Surface, theme.Line, theme.Radius, widgets.Inset(10, 16, 10, 16, lines))
	m.root.Hide()
	return m
}

func newMendedLine(label string, wide float32) *mendedLine {
	l := &mendedLine{label: widgets.NewText(label).Small().Bold().Tone(widgets.ToneQuiet), words: widgets.NewText("").Small().Truncate()}
	parts := []fyne.CanvasObject{widgets.AtLeast(wide, 24, l.label)}
	for i := range l.badges {
		l.badges[i] = widgets.NewNumberBadge(widgets.ToneNone, strconv.Itoa(i+1))
		parts = append(parts, l.badges[i])
	}
	l.root = widgets.Row(6, append(parts, widgets.Grow(widgets.Inset(0, 0, 0, 6, l.words)))...)
	return l
}

// show shows both tries, or nothing when there was none before.
func (m *mendedStrip) show(o *outcome) {
	m.root.Hidden = o == nil || o.before == nil
	if m.root.Hidden {
		return
	}
	m.before.show(m.w, o.before.result)
	m.now.show(m.w, o.result)
	m.root.Refresh()
}

func (l *mendedLine) show(w *Window, r testclient.Result) {
	for i, s := range r.Steps {
		l.badges[i].Set(w.stepLine(s, r.Diagnosis, "").tone, strconv.Itoa(i+1))
	}
	tone, words := widgets.ToneGood, w.resultLine(r)
	if r.Diagnosis != nil {
		tone = widgets.ToneBroken
	}
	l.words.SetTone(tone)
	l.words.SetText(words)
}

// resultLine says in a line what became of a try.
func (w *Window) resultLine(r testclient.Result) string {
	if d := r.Diagnosis; d != nil {
		return w.t.FailedAt(d.Step, d.Code, d.Facts)
	}
	return w.t.Passed(r.StatusText)
}
