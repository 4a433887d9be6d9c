package widgets

import (
	"slices"
	"strings"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"countersign/ui/theme"
)

// ParseName recognises one typed name: how it is shown, the word for its kind,
// and whether it can be used.
type ParseName func(typed string) (shown, kind string, ok bool)

// NameField is a line of chips, one a name, and a place to type more. Comma,
// semicolon, space, Enter and leaving the field make what was typed a chip; a
// list that is typed or pasted makes many; Backspace in the empty place takes
// the last one away.
type NameField struct {
	widget.BaseWidget

	// OnSubmitted is told of Enter when nothing is left to make a chip of.
	OnSubmitted func()
	// Whole tells of a text that is one name up to Enter or leaving the field,
	// whatever is in it; nil for none.
	Whole func(text string) bool

	parse   ParseName
	changed func([]string)
	faults  map[string]bool
	fault   bool
	told    []string // the names that changed was told last
	taking  bool     // what was typed becomes chips: nobody is told of each step
	chips   []*nameChip
	entry   *nameEntry
	back    *plate
	flow    *nameLayout
	content *fyne.Container
}

// NewNameField makes an empty field; changed is told all names, as typed, when
// a person changes them, also while one is typed.
func NewNameField(placeholder string, parse ParseName, changed func([]string)) *NameField {
	f := &NameField{parse: parse, changed: changed, back: newPlate("", "", radiusInput)}
	f.entry = &nameEntry{owner: f}
	f.entry.bare = true
	f.entry.init(placeholder, f.typed)
	f.entry.ExtendBaseWidget(f.entry)
	f.flow = &nameLayout{field: f}
	f.content = &fyne.Container{Layout: f.flow}
	f.ExtendBaseWidget(f)
	f.rebuild()
	return f
}

// Names are the names as typed, faulty ones too. What is not yet a chip is
// among them once it is a name: what is counted, and what a form foresees, does
// not wait for Enter.
func (f *NameField) Names() []string {
	names := make([]string, len(f.chips), len(f.chips)+1)
	for i, c := range f.chips {
		names[i] = c.typed
	}
	if typed := strings.TrimSpace(f.entry.Text); typed != "" {
		if shown, kind, ok := f.read(typed); ok && !f.has(typed, shown, kind, ok) {
			names = append(names, typed)
		}
	}
	return names
}

// read recognises a typed name.
func (f *NameField) read(typed string) (shown, kind string, ok bool) {
	if f.parse == nil {
		return typed, "", true
	}
	return f.parse(typed)
}

// has tells whether a name is a chip already.
func (f *NameField) has(typed, shown, kind string, ok bool) bool {
	for _, c := range f.chips {
		if c.typed == typed || (ok && c.ok && c.shown == shown && c.kind == kind) {
			return true
		}
	}
	return false
}

// SetNames changes the names and calls nothing.
func (f *NameField) SetNames(names ...string) {
	f.chips = nil
	for _, name := range names {
		f.add(name)
	}
	f.told = f.Names()
	f.rebuild()
}

// SetFaults marks these names, as typed, in the broken tone, and no others but
// those that are not recognised.
func (f *NameField) SetFaults(names ...string) {
	f.faults = make(map[string]bool, len(names))
	for _, name := range names {
		f.faults[name] = true
	}
	for _, c := range f.chips {
		c.Refresh()
	}
}

// Commit makes what is typed a chip: call it before the form is read.
func (f *NameField) Commit() { f.take(f.entry.Text) }

// Entry is what takes the focus.
func (f *NameField) Entry() fyne.Focusable { return f.entry }

// Tapped puts the keyboard into the field.
func (f *NameField) Tapped(*fyne.PointEvent) { focusOn(f.entry) }

// Cursor is that of text.
func (f *NameField) Cursor() desktop.Cursor { return desktop.TextCursor }

func separates(r rune) bool {
	return r == ',' || r == ';' || r == '、' || r == '，' || unicode.IsSpace(r)
}

// typed looks for the end of a name in what is typed or pasted.
func (f *NameField) typed(text string) {
	switch {
	case f.taking:
	case !f.whole(text) && strings.IndexFunc(text, separates) >= 0:
		f.take(text)
	default:
		f.tell()
	}
}

func (f *NameField) whole(text string) bool { return f.Whole != nil && f.Whole(text) }

// take makes chips of all names in text and empties the entry.
func (f *NameField) take(text string) {
	f.taking = true
	defer func() { f.taking = false }()
	before := len(f.chips)
	names := strings.FieldsFunc(text, separates)
	if f.whole(text) {
		names = []string{strings.TrimSpace(text)}
	}
	for _, name := range names {
		f.add(name)
	}
	if f.entry.Text != "" {
		f.entry.SetText("")
	}
	if len(f.chips) != before {
		f.rebuild()
		f.tell()
	}
}

// add appends a name unless it is there.
func (f *NameField) add(typed string) {
	shown, kind, ok := f.read(typed)
	if f.has(typed, shown, kind, ok) {
		return
	}
	f.chips = append(f.chips, newNameChip(f, typed, shown, kind, ok))
}

func (f *NameField) remove(chip *nameChip) {
	for i, c := range f.chips {
		if c == chip {
			f.chips = append(f.chips[:i:i], f.chips[i+1:]...)
			f.rebuild()
			f.tell()
			focusOn(f.entry)
			return
		}
	}
}

func (f *NameField) tell() {
	names := f.Names()
	if f.changed != nil && !slices.Equal(names, f.told) {
		f.told = names
		f.changed(slices.Clone(names))
	}
}

func (f *NameField) rebuild() {
	objects := make([]fyne.CanvasObject, 0, len(f.chips)+1)
	for _, c := range f.chips {
		objects = append(objects, c)
	}
	f.content.Objects = append(objects, f.entry)
	f.Refresh()
}

func (f *NameField) setFault(fault bool) {
	if f.fault != fault {
		f.fault = fault
		f.Refresh()
	}
}

func (f *NameField) restyle() {
	line, stroke := theme.Line, lineWidth
	if f.entry.focused {
		line, stroke = theme.Accent, ringWidth
	}
	if f.fault {
		line = theme.Broken
	}
	f.back.style(theme.Surface, line, stroke)
}

// CreateRenderer is for the toolkit.
func (f *NameField) CreateRenderer() fyne.WidgetRenderer {
	return newBody(Over(f.back, AtLeast(160, buttonHeight, f.content)), f.restyle)
}

// nameEntry is the place to type, without a line of its own.
type nameEntry struct {
	Input
	owner *NameField
}

// FocusGained shows the field's ring.
func (e *nameEntry) FocusGained() {
	e.Input.FocusGained()
	e.owner.Refresh()
}

// FocusLost makes what was typed a chip.
func (e *nameEntry) FocusLost() {
	e.Input.FocusLost()
	e.owner.Commit()
	e.owner.Refresh()
}

// TypedKey takes Enter and, in the empty place, Backspace.
func (e *nameEntry) TypedKey(k *fyne.KeyEvent) {
	switch {
	case k.Name == fyne.KeyBackspace && e.Text == "" && len(e.owner.chips) > 0:
		e.owner.remove(e.owner.chips[len(e.owner.chips)-1])
	case (k.Name == fyne.KeyReturn || k.Name == fyne.KeyEnter) && e.Text != "":
		e.owner.Commit()
	case (k.Name == fyne.KeyReturn || k.Name == fyne.KeyEnter) && e.owner.OnSubmitted != nil:
		e.owner.OnSubmitted()
	default:
		e.Input.TypedKey(k)
	}
}

// TypedShortcut pastes lists whole: the entry itself would join their lines.
func (e *nameEntry) TypedShortcut(s fyne.Shortcut) {
	if paste, ok := s.(*fyne.ShortcutPaste); ok && !e.owner.whole(e.Text+paste.Clipboard.Content()) &&
		strings.IndexFunc(paste.Clipboard.Content(), separates) >= 0 {
		e.owner.take(e.Text + paste.Clipboard.Content())
		return
	}
	e.Input.TypedShortcut(s)
}

// nameChip is one name.
type nameChip struct {
	press
	owner              *NameField
	typed, shown, kind string
	ok                 bool
	back               *plate
	words, tag         *Text
	cross              *icon
}

func newNameChip(owner *NameField, typed, shown, kind string, ok bool) *nameChip {
	c := &nameChip{owner: owner, typed: typed, shown: shown, kind: kind, ok: ok}
	c.back = newPlate("", "", radiusChip)
	c.words = NewText(shown).Truncate()
	c.words.size = sizeLabel
	c.tag = NewText(kind).Small()
	c.tag.Hidden = kind == ""
	c.cross = newIcon(theme.IconClose, theme.Quiet, 14)
	c.act = func() { owner.remove(c) }
	c.label = func() string { return shown + " " + kind }
	c.ExtendBaseWidget(c)
	return c
}

// Tapped removes the name when the cross is tapped, else focuses the chip.
func (c *nameChip) Tapped(e *fyne.PointEvent) {
	if e.Position.X >= c.Size().Width-24 {
		c.fire()
		return
	}
	focusOn(c)
}

// TypedKey removes the name with Delete and Backspace too.
func (c *nameChip) TypedKey(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeyDelete, fyne.KeyBackspace:
		c.fire()
	default:
		c.press.TypedKey(k)
	}
}

func (c *nameChip) restyle() {
	fill, line, color, quiet := theme.AccentTint, fyne.ThemeColorName(""), theme.Text, theme.Quiet
	if !c.ok || c.owner.faults[c.typed] {
		fill, line, color, quiet = theme.BrokenTint, theme.Broken, theme.Broken, theme.Broken
	}
	c.words.color, c.tag.color, c.cross.color = color, quiet, quiet
	if c.hovered {
		c.cross.color = color
	}
	stroke := lineWidth
	if c.focused {
		line, stroke = theme.Accent, ringWidth
	}
	c.back.style(fill, line, stroke)
}

// CreateRenderer is for the toolkit.
func (c *nameChip) CreateRenderer() fyne.WidgetRenderer {
	room := &wholeLayout{text: c.words, most: 320}
	inside := Row(4, Grow(c.words), c.tag, c.cross)
	box := AtLeast(0, 24, Inset(0, 6, 0, 8, inside))
	return newBody(Over(c.back, &fyne.Container{Layout: room, Objects: []fyne.CanvasObject{box}}), c.restyle)
}

// nameLayout flows the chips and gives the entry what is left of the last line.
type nameLayout struct {
	field *NameField
	width float32
}

const (
	nameRoom  float32 = 6
	nameGap   float32 = 6
	nameLine  float32 = 24
	entryRoom float32 = 140
)

func (l *nameLayout) place(objects []fyne.CanvasObject, width float32, move bool) float32 {
	x, y, right := nameRoom, nameRoom, max(width, 160)-nameRoom
	for i, o := range objects {
		w := o.MinSize().Width
		last := i == len(objects)-1
		if last {
			w = min(entryRoom, right-nameRoom)
		}
		w = min(w, right-nameRoom)
		if x > nameRoom && x+w > right {
			x, y = nameRoom, y+nameLine+nameGap
		}
		if move && last {
			height := o.MinSize().Height
			o.Move(fyne.NewPos(x-4, y+(nameLine-height)/2))
			o.Resize(fyne.NewSize(right-x+4, height))
		} else if move {
			o.Move(fyne.NewPos(x, y))
			o.Resize(fyne.NewSize(w, nameLine))
		}
		x += w + nameGap
	}
	return y + nameLine + nameRoom
}

// Layout is for the toolkit.
func (l *nameLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	l.width = size.Width
	l.place(objects, size.Width, true)
}

// MinSize is for the toolkit.
func (l *nameLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	width := l.width
	if width == 0 {
		width = 480
	}
	return fyne.NewSize(160, l.place(objects, width, false))
}
