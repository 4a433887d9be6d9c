package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"countersign/ui/theme"
)

// Text sizes. Labels of fields are between small and body text.
const (
	sizeSmall float32 = 12
	sizeLabel float32 = 13
	sizeBody  float32 = 14
	sizeHead  float32 = 16
	sizeTitle float32 = 20
)

// Text is one piece of text: a line, a line cut with an ellipsis, or a
// paragraph. The zero width of a paragraph is that of one line: give it room
// with Stack, Grow or Columns.
type Text struct {
	widget.BaseWidget
	text   string
	size   float32
	style  fyne.TextStyle
	color  fyne.ThemeColorName
	align  fyne.TextAlign
	wraps  bool
	cuts   bool
	markup bool

	made  []*canvas.Text // that there are
	shown []*canvas.Text // of them, in use
	lines int
}

// NewText is a line of body text.
func NewText(text string) *Text {
	t := &Text{text: text, size: sizeBody, color: theme.Text, lines: 1}
	t.ExtendBaseWidget(t)
	return t
}

// NewTitle is the title of a screen or a detail: 20, bold, cut with an ellipsis.
func NewTitle(text string) *Text {
	t := NewText(text).Bold().Truncate()
	t.size = sizeTitle
	return t
}

// NewHeading is the heading of a section or card: 16, bold, cut with an ellipsis.
func NewHeading(text string) *Text {
	t := NewText(text).Bold().Truncate()
	t.size = sizeHead
	return t
}

// NewLabel is the name above a field: 13, bold.
func NewLabel(text string) *Text {
	t := NewText(text).Bold()
	t.size = sizeLabel
	return t
}

// NewBody is a paragraph; **words** in it are bold.
func NewBody(text string) *Text {
	t := NewText(text).Wrap()
	t.markup = true
	return t
}

// NewQuiet is a small quiet paragraph: hints, dates, second lines.
func NewQuiet(text string) *Text {
	return NewText(text).Small().Wrap().Tone(ToneQuiet)
}

// NewMono is a line of monospaced text: serials, fingerprints, code.
func NewMono(text string) *Text {
	t := NewText(text)
	t.size = sizeLabel
	t.style.Monospace = true
	return t
}

// Small makes it 12. This and those below return the text, to be chained when made.
func (t *Text) Small() *Text { t.size = sizeSmall; return t }

// Bold makes it bold.
func (t *Text) Bold() *Text { t.style.Bold = true; return t }

// Truncate cuts it with an ellipsis where it has too little room.
func (t *Text) Truncate() *Text { t.cuts, t.wraps = true, false; return t }

// Wrap makes it a paragraph.
func (t *Text) Wrap() *Text { t.wraps, t.cuts = true, false; return t }

// Align puts it at the start, middle or end of its room.
func (t *Text) Align(a fyne.TextAlign) *Text { t.align = a; return t }

// Tone colours it.
func (t *Text) Tone(tone Tone) *Text { t.color = tone.Color(); return t }

// SetTone colours it when it is already shown.
func (t *Text) SetTone(tone Tone) { t.setColor(tone.Color()) }

func (t *Text) setColor(name fyne.ThemeColorName) {
	if t.color != name {
		t.color = name
		t.Refresh()
	}
}

// SetText changes the words.
func (t *Text) SetText(text string) {
	if t.text != text {
		t.text = text
		t.Refresh()
	}
}

// Text is the whole text, as given.
func (t *Text) Text() string { return t.text }

// AccessibilityLabel is the text.
func (t *Text) AccessibilityLabel() string { return t.text }

// AccessibilityRole is that of text.
func (t *Text) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// lineHeight is the height of one line, a multiple of four.
func lineHeight(size float32) float32 {
	switch {
	case size <= sizeSmall:
		return 16
	case size <= sizeBody:
		return 20
	case size <= sizeHead:
		return 24
	default:
		return 28
	}
}

func (t *Text) measure(s string, bold bool) float32 {
	style := t.style
	style.Bold = style.Bold || bold
	return fyne.MeasureText(s, t.size, style).Width
}

// arrange makes the texts that are shown in a room, and reports whether they
// are others than before. It keeps those that it has: the toolkit takes a new
// object for a reason to lay out and draw again, and so would never rest.
func (t *Text) arrange(room fyne.Size) (changed bool) {
	lines := t.breakUp(room.Width)
	t.lines = max(1, len(lines))
	height := lineHeight(t.size)
	top := (room.Height - float32(t.lines)*height) / 2
	if t.wraps || top < 0 {
		top = 0
	}
	before := len(t.shown)
	t.shown = t.shown[:0]
	for i, line := range lines {
		if t.arrangeLine(line, top+float32(i)*height, room.Width, height) {
			changed = true
		}
	}
	return changed || before != len(t.shown)
}

// breakUp gives the pieces of each line in a width.
func (t *Text) breakUp(width float32) [][]piece {
	switch {
	case t.wraps && width > 0:
		return breakLines(splitWords(t.text, t.style.Bold, t.markup), width, t.measure)
	case t.cuts && width > 0:
		cut := ellipsis(t.text, width, func(s string) float32 { return t.measure(s, false) })
		return [][]piece{{{cut, t.style.Bold}}}
	}
	return [][]piece{{{t.text, t.style.Bold}}}
}

func (t *Text) arrangeLine(line []piece, y, width, height float32) (changed bool) {
	var used float32
	widths := make([]float32, len(line))
	for i, p := range line {
		widths[i] = t.measure(p.text, p.bold)
		used += widths[i]
	}
	x := float32(0)
	switch t.align {
	case fyne.TextAlignTrailing:
		x = width - used
	case fyne.TextAlignCenter:
		x = (width - used) / 2
	}
	for i, p := range line {
		style := t.style
		style.Bold = p.bold
		if t.put(p.text, style, fyne.NewPos(max(0, x), y), fyne.NewSize(widths[i], height)) {
			changed = true
		}
		x += widths[i]
	}
	return changed
}

// put shows one more piece, in an object of before when there is one.
func (t *Text) put(text string, style fyne.TextStyle, at fyne.Position, size fyne.Size) (changed bool) {
	n := len(t.shown)
	if n == len(t.made) {
		t.made = append(t.made, canvas.NewText("", nil))
	}
	c := t.made[n]
	t.shown = t.made[:n+1]
	paint := colorOf(t.color)
	if c.Text != text || c.Color != paint || c.TextSize != t.size || c.TextStyle != style {
		c.Text, c.Color, c.TextSize, c.TextStyle = text, paint, t.size, style
		changed = true
	}
	if c.Position() != at || c.Size() != size {
		c.Move(at)
		c.Resize(size)
		changed = true
	}
	return changed
}

// naturalWidth is that of the whole text on one line.
func (t *Text) naturalWidth() float32 {
	if t.wraps {
		return 0
	}
	return t.measure(t.text, false) + 1
}

// CreateRenderer is for the toolkit.
func (t *Text) CreateRenderer() fyne.WidgetRenderer {
	t.arrange(t.Size())
	return &textRenderer{t}
}

type textRenderer struct{ t *Text }

func (r *textRenderer) Destroy() {}

func (r *textRenderer) Layout(size fyne.Size) {
	if r.t.arrange(size) {
		canvas.Refresh(r.t)
	}
}

func (r *textRenderer) MinSize() fyne.Size {
	height := lineHeight(r.t.size)
	width := r.t.measure(r.t.text, r.t.style.Bold)
	switch {
	case r.t.wraps:
		return fyne.NewSize(min(width, 48), float32(r.t.lines)*height)
	case r.t.cuts:
		return fyne.NewSize(min(width, 32), height)
	}
	return fyne.NewSize(width, height)
}

func (r *textRenderer) Objects() []fyne.CanvasObject {
	objects := make([]fyne.CanvasObject, len(r.t.shown))
	for i, c := range r.t.shown {
		objects[i] = c
	}
	return objects
}

func (r *textRenderer) Refresh() { r.Layout(r.t.Size()) }
