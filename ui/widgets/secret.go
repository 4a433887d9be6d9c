package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Secret is a line for a passphrase or password, hidden until the eye is
// pressed, with a line below it that says how strong it is.
type Secret struct {
	widget.BaseWidget
	input   *Input
	eye     *eye
	meter   *LifeBar
	words   *Text
	below   *fyne.Container
	content *fyne.Container
}

// NewSecret makes a line; changed is told the text at each change, submitted
// when Enter is pressed.
func NewSecret(placeholder string, changed, submitted func(string)) *Secret {
	s := &Secret{input: &Input{}}
	s.input.Password = true
	s.input.init(placeholder, changed)
	s.input.OnSubmitted = submitted
	s.eye = newEye(s.toggle)
	s.input.ActionItem = s.eye
	s.input.ExtendBaseWidget(s.input)
	s.meter = NewLifeBar(0, ToneBroken, "", "", "")
	s.words = NewText("").Small().Truncate()
	track := &fyne.Container{
		Layout:  &barLayout{s.meter},
		Objects: []fyne.CanvasObject{s.meter.track, s.meter.fill},
	}
	s.below = Row(8, &fyne.Container{Layout: &fixedLayout{120}, Objects: []fyne.CanvasObject{track}}, Grow(s.words))
	s.below.Hide()
	s.content = Stack(4, s.input, s.below)
	s.ExtendBaseWidget(s)
	return s
}

func (s *Secret) toggle() {
	s.input.Password = !s.input.Password
	s.eye.show(!s.input.Password)
	s.input.Refresh()
}

// Text is what was typed.
func (s *Secret) Text() string { return s.input.Text }

// SetText changes it.
func (s *Secret) SetText(text string) { s.input.SetText(text) }

// Input is the line itself: what takes the focus.
func (s *Secret) Input() *Input { return s.input }

// SetStrength shows how strong the secret is, from 0 to 1, in words and a
// tone; empty words take it away.
func (s *Secret) SetStrength(fraction float64, tone Tone, words string) {
	s.below.Hidden = words == ""
	s.meter.fraction = float32(min(1, max(0, fraction)))
	s.meter.fill.fill = tone.Color()
	s.words.text, s.words.color = words, tone.Color()
	s.Refresh()
}

// SetFault draws the line in the broken tone.
func (s *Secret) SetFault(fault bool) { s.input.SetFault(fault) }

func (s *Secret) setFault(fault bool) { s.input.SetFault(fault) }

// Disable and Enable are those of the line.
func (s *Secret) Disable() { s.input.Disable(); s.eye.enable(false) }

// Enable undoes Disable.
func (s *Secret) Enable() { s.input.Enable(); s.eye.enable(true) }

// CreateRenderer is for the toolkit.
func (s *Secret) CreateRenderer() fyne.WidgetRenderer { return newBody(s.content, nil) }
