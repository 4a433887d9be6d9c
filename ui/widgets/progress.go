package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"countersign/ui/theme"
)

// Progress is a thin line that moves, what is being done, and a way to stop it.
type Progress struct {
	widget.BaseWidget
	words   *Text
	cancel  *Button
	turn    *widget.Activity
	bar     *LifeBar
	content *fyne.Container
}

// NewProgress shows that text is being done; cancel with an empty label has no
// button.
func NewProgress(text, cancelLabel string, cancel func()) *Progress {
	p := &Progress{words: NewText(text).Tone(ToneQuiet).Truncate(), turn: widget.NewActivity()}
	p.words.size = sizeLabel
	p.cancel = NewButton(cancelLabel, "", Quiet, cancel)
	p.cancel.low = true
	p.cancel.Hidden = cancelLabel == ""
	p.bar = NewLifeBar(0, ToneAccent, "", "", "")
	track := &fyne.Container{Layout: &barLayout{p.bar}, Objects: []fyne.CanvasObject{p.bar.track, p.bar.fill}}
	p.bar.content = track
	p.content = Stack(4, track, Row(8, AtLeast(16, 16, p.turn), Grow(p.words), p.cancel))
	track.Hide()
	p.ExtendBaseWidget(p)
	return p
}

// Start and Stop turn the sign of activity.
func (p *Progress) Start() { p.turn.Start() }

// Stop ends it.
func (p *Progress) Stop() { p.turn.Stop() }

// SetText changes what is being done.
func (p *Progress) SetText(text string) { p.words.SetText(text) }

// SetFraction shows how much is done, from 0 to 1; a negative one hides it.
func (p *Progress) SetFraction(fraction float64) {
	p.bar.content.Hidden = fraction < 0
	p.bar.fraction = float32(min(1, max(0, fraction)))
	p.Refresh()
}

// CreateRenderer is for the toolkit.
func (p *Progress) CreateRenderer() fyne.WidgetRenderer { return newBody(p.content, nil) }

// NewEmptyState is what a list shows when there is nothing in it: a picture, a
// sentence, and a button (nil: none).
func NewEmptyState(picture theme.IconName, sentence string, button fyne.CanvasObject) *fyne.Container {
	words := NewText(sentence).Tone(ToneQuiet).Wrap().Align(fyne.TextAlignCenter)
	parts := []fyne.CanvasObject{}
	if picture != "" {
		parts = append(parts, Row(0, Spacer(), newIcon(picture, theme.Quiet, 40), Spacer()))
	}
	parts = append(parts, words)
	if button != nil {
		parts = append(parts, Row(0, Spacer(), button, Spacer()))
	}
	return Pad(24, Middle(360, Stack(16, parts...)))
}
