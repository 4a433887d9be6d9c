package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"countersign/ui/theme"
)

// Notice says what happened and what to do: a dot and a title in a tone, a
// paragraph, and buttons at the right (below, where there is little room).
type Notice struct {
	widget.BaseWidget
	tone    Tone
	back    *plate
	dot     *plate
	title   *Text
	text    *Text
	buttons *fyne.Container
	content *fyne.Container
}

// NewNotice makes a notice; body may be empty, **words** in it are bold.
func NewNotice(tone Tone, title, text string, buttons ...fyne.CanvasObject) *Notice {
	n := &Notice{back: newPlate("", "", radiusCard), title: NewText(title).Bold().Wrap(), text: NewBody(text)}
	var dot *fyne.Container
	n.dot, dot = newDot(tone)
	n.buttons = Stack(8, buttons...)
	head := RowTop(8, Inset(7, 0, 0, 0, dot), Grow(n.title))
	words := Stack(4, head, n.text)
	n.content = Over(n.back, PadXY(16, 12, &fyne.Container{
		Layout:  &noticeLayout{},
		Objects: []fyne.CanvasObject{words, n.buttons},
	}))
	n.ExtendBaseWidget(n)
	n.Set(tone, title, text)
	return n
}

// Set changes tone and words.
func (n *Notice) Set(tone Tone, title, text string) {
	n.tone = tone
	n.dot.fill = tone.Color()
	n.title.text, n.title.color = title, tone.Color()
	n.text.text, n.text.Hidden = text, text == ""
	line := fyne.ThemeColorName("")
	switch tone {
	case ToneBroken:
		line = theme.Broken
	case ToneNone, ToneQuiet:
		line = theme.Line
	}
	n.back.style(tone.Tint(), line, lineWidth)
	n.Refresh()
}

// SetButtons changes the buttons.
func (n *Notice) SetButtons(buttons ...fyne.CanvasObject) {
	n.buttons.Objects = buttons
	n.Refresh()
}

// Title is the notice's first line.
func (n *Notice) Title() string { return n.title.text }

// Body is the notice's paragraph.
func (n *Notice) Body() string { return n.text.text }

// CreateRenderer is for the toolkit.
func (n *Notice) CreateRenderer() fyne.WidgetRenderer { return newBody(n.content, nil) }

// noticeLayout has words at the left and buttons at the right, or below them
// where the words would get less than 280.
type noticeLayout struct{ width float32 }

func (l *noticeLayout) beside(buttons fyne.CanvasObject, width float32) (float32, bool) {
	need := buttons.MinSize().Width
	return need, width-need-24 >= 280
}

// Layout is for the toolkit.
func (l *noticeLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	l.width = size.Width
	words, buttons := objects[0], objects[1]
	words.Move(fyne.Position{})
	if buttons.MinSize().Height == 0 {
		words.Resize(fyne.NewSize(size.Width, heightAt(words, size.Width)))
		buttons.Resize(fyne.Size{})
		return
	}
	need, beside := l.beside(buttons, size.Width)
	if beside {
		width := size.Width - need - 24
		height := heightAt(words, width)
		words.Resize(fyne.NewSize(width, height))
		words.Move(fyne.NewPos(0, max(0, (size.Height-height)/2)))
		buttons.Move(fyne.NewPos(size.Width-need, max(0, (size.Height-buttons.MinSize().Height)/2)))
		buttons.Resize(fyne.NewSize(need, buttons.MinSize().Height))
		return
	}
	height := heightAt(words, size.Width)
	words.Resize(fyne.NewSize(size.Width, height))
	buttons.Move(fyne.NewPos(0, height+12))
	buttons.Resize(fyne.NewSize(min(need, size.Width), buttons.MinSize().Height))
}

// MinSize is for the toolkit.
func (l *noticeLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	words, buttons := objects[0].MinSize(), objects[1].MinSize()
	if buttons.Height == 0 {
		return words
	}
	if _, beside := l.beside(objects[1], l.width); beside {
		return fyne.NewSize(max(words.Width, buttons.Width), max(words.Height, buttons.Height))
	}
	return fyne.NewSize(max(words.Width, min(buttons.Width, 240)), words.Height+12+buttons.Height)
}
