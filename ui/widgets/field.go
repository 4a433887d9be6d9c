package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"countersign/ui/theme"
)

// Field is an input with its name above and a hint below. A fault takes the
// hint's place and draws the input's line in the broken tone.
type Field struct {
	widget.BaseWidget
	label   *Text
	hint    *Text
	words   string
	fault   string
	input   fyne.CanvasObject
	edge    *plate
	content *fyne.Container
}

// labelWidth is the room that a field's name takes before it goes on in a
// second line.
const labelWidth float32 = 150

// faulty is an input that draws its own line in the broken tone, so that it is
// not drawn over the ring of the focus.
type faulty interface{ setFault(bool) }

// NewField makes a field; hint may be empty.
func NewField(label, hint string, input fyne.CanvasObject) *Field {
	f := &Field{label: NewLabel(label).Wrap(), hint: NewQuiet(hint), words: hint, input: input}
	f.edge = newPlate("", "", radiusInput)
	f.content = Stack(4, AtLeast(min(f.label.measure(label, true), labelWidth), 0, f.label), Over(input, f.edge), f.hint)
	f.ExtendBaseWidget(f)
	f.restyle()
	return f
}

// Label is the name above.
func (f *Field) Label() string { return f.label.text }

// SetLabel changes the name above.
func (f *Field) SetLabel(text string) { f.label.SetText(text) }

// SetHint changes the words below.
func (f *Field) SetHint(text string) {
	f.words = text
	f.Refresh()
}

// SetFault says what is wrong with the input; the empty text that nothing is.
func (f *Field) SetFault(text string) {
	if f.fault != text {
		f.fault = text
		f.Refresh()
	}
}

// Fault is what SetFault said.
func (f *Field) Fault() string { return f.fault }

func (f *Field) restyle() {
	f.hint.text, f.hint.color = f.words, theme.Quiet
	edge := fyne.ThemeColorName("")
	if f.fault != "" {
		f.hint.text, f.hint.color = f.fault, theme.Broken
	}
	if own, ok := f.input.(faulty); ok {
		own.setFault(f.fault != "")
	} else if f.fault != "" {
		edge = theme.Broken
	}
	f.edge.style("", edge, lineWidth)
	f.hint.Hidden = f.hint.text == ""
}

// CreateRenderer is for the toolkit.
func (f *Field) CreateRenderer() fyne.WidgetRenderer { return newBody(f.content, f.restyle) }
