package widgets

import (
	"fyne.io/fyne/v2"
)

// Fact is one row of Facts.
type Fact struct {
	Label string
	Value string
	Mono  bool   // shown in monospace on one line, cut with an ellipsis
	Tone  Tone   // of the value
	Copy  string // what the copy button copies; no button when empty
}

// Facts are rows of a quiet label and a value, with a copy button where asked.
type Facts struct {
	group
	copyLabel  string
	labelWidth float32
	copied     func(text string)
	facts      []Fact
	buttons    []*Button
}

// NewFacts makes the rows. copyLabel is what the copy buttons say ("copy"),
// copied is told what to put on the clipboard.
func NewFacts(copyLabel string, copied func(text string), facts ...Fact) *Facts {
	f := &Facts{copyLabel: copyLabel, copied: copied, labelWidth: 96}
	f.content = Stack(6)
	f.ExtendBaseWidget(f)
	f.Set(facts...)
	return f
}

// SetLabelWidth changes the width of the labels' column, 96 at first.
func (f *Facts) SetLabelWidth(width float32) {
	f.labelWidth = width
	f.Set(f.facts...)
}

// Set changes the rows.
func (f *Facts) Set(facts ...Fact) {
	f.facts = facts
	f.buttons = f.buttons[:0]
	f.content.Objects = make([]fyne.CanvasObject, 0, len(facts))
	for _, fact := range facts {
		f.content.Add(f.row(fact))
	}
	f.Refresh()
}

// Values are the rows' values, as given.
func (f *Facts) Values() []Fact { return f.facts }

func (f *Facts) row(fact Fact) fyne.CanvasObject {
	label := NewText(fact.Label).Tone(ToneQuiet).Wrap()
	label.size = sizeLabel
	value := NewText(fact.Value).Tone(fact.Tone).Wrap()
	value.size = sizeLabel
	if fact.Mono {
		value = NewMono(fact.Value).Tone(fact.Tone).Truncate()
		value.size = sizeSmall
	}
	held := Grow(AtLeast(0, 20, value))
	left := &fyne.Container{Layout: &fixedLayout{f.labelWidth}, Objects: []fyne.CanvasObject{label}}
	if fact.Copy == "" {
		return RowTop(4, left, held)
	}
	link := newLink(f.copyLabel, func() {
		if f.copied != nil {
			f.copied(fact.Copy)
		}
	})
	f.buttons = append(f.buttons, link)
	return RowTop(4, left, held, link)
}

// newLink is a button of words only, as high as a line of text.
func newLink(text string, tapped func()) *Button {
	b := NewButton(text, "", Quiet, tapped)
	b.low = true
	b.words.size = sizeSmall
	return b
}

// fixedLayout has one width whatever is in it.
type fixedLayout struct{ width float32 }

// Layout is for the toolkit.
func (l *fixedLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	overLayout{}.Layout(objects, size)
}

// MinSize is for the toolkit.
func (l *fixedLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(l.width, overLayout{}.MinSize(objects).Height)
}
