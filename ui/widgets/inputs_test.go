package widgets

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"countersign/ui/theme"
)

func TestInput(t *testing.T) {
	bothVariants(t, func(t *testing.T, dark bool) {
		var told string
		i := NewInput("a name", func(s string) { told = s })
		w := open(t, Over(newPlate(theme.Ground, "", 0), Pad(10, Stack(0, i))), 200, 60, dark)
		equal(t, "height", i.MinSize().Height, buttonHeight)
		equal(t, "line", i.frame.StrokeColor, colorOf(theme.Line))
		w.Canvas().Focus(i)
		test.Type(i, "alice")
		equal(t, "told", told, "alice")
		equal(t, "line with the focus", i.frame.StrokeColor, colorOf(theme.Accent))
		i.SetFault(true)
		equal(t, "line with a fault", i.frame.StrokeColor, colorOf(theme.Broken))
		i.SetFault(false)
		i.Disable()
		equal(t, "ground when disabled", i.frame.FillColor, colorOf(theme.Ground))
	})
}

func TestInputClickFindsTheLetter(t *testing.T) {
	for name, i := range map[string]*Input{"plain": NewInput("", nil), "with a picture": NewSearch("", nil)} {
		t.Run(name, func(t *testing.T) {
			open(t, Stack(0, i), 300, 60, false)
			i.SetText("mmmmmmmmmm")
			letter := fyne.MeasureText("m", sizeBody, fyne.TextStyle{}).Width
			start := float32(12)
			if i.Icon != nil {
				start += 18 + 4
			}
			i.MouseDown(&desktop.MouseEvent{
				PointEvent: fyne.PointEvent{Position: fyne.NewPos(start+3*letter+1, 18)},
				Button:     desktop.MouseButtonPrimary,
			})
			equal(t, "column", i.CursorColumn, 3)
		})
	}
}

func TestInputHandsEscapeOn(t *testing.T) {
	i := NewInput("", nil)
	w := open(t, Stack(0, i), 200, 60, false)
	var got []fyne.KeyName
	w.Canvas().SetOnTypedKey(func(e *fyne.KeyEvent) { got = append(got, e.Name) })
	w.Canvas().Focus(i)
	key(i, fyne.KeyEscape, fyne.KeyF5, fyne.KeyLeft)
	equalLists(t, "keys", got, []fyne.KeyName{fyne.KeyEscape, fyne.KeyF5})
}

func TestLines(t *testing.T) {
	one, many := NewLines("", 1, nil), NewLines("", 6, nil)
	open(t, Stack(0, one, many), 200, 300, false)
	if many.MinSize().Height < one.MinSize().Height+80 {
		t.Errorf("six lines are %v high, one is %v", many.MinSize().Height, one.MinSize().Height)
	}
}

func TestField(t *testing.T) {
	bothVariants(t, func(t *testing.T, dark bool) {
		i := NewInput("", nil)
		f := NewField("Signed by", "The one that vouches.", i)
		w := open(t, Over(newPlate(theme.Ground, "", 0), Stack(0, f)), 300, 120, dark)
		equal(t, "hint", f.hint.shown[0].Text, "The one that vouches.")
		if has(w.Canvas().Capture(), theme.Broken) {
			t.Error("there is the broken tone without a fault")
		}
		f.SetFault("An authority that has expired signs nothing.")
		equal(t, "fault", f.Fault(), "An authority that has expired signs nothing.")
		equal(t, "tone", f.hint.shown[0].Color, colorOf(theme.Broken))
		if !has(w.Canvas().Capture(), theme.Broken) {
			t.Error("there is no broken line")
		}
		f.SetFault("")
		equal(t, "hint afterwards", f.hint.shown[0].Text, "The one that vouches.")
		f.SetHint("")
		equal(t, "an empty hint", f.hint.Visible(), false)
	})
}

// TestFieldNameInTwoLines: a name that is wider than its column is not cut,
// and does not run into the next one.
func TestFieldNameInTwoLines(t *testing.T) {
	f := NewField("Number of a person or device (serialNumber)", "", NewInput("", nil))
	open(t, Stack(0, Columns(12, f, NewField("Unit", "", NewInput("", nil)))), 420, 120, false)
	var shown []string
	for _, line := range f.label.shown {
		shown = append(shown, line.Text)
		if end := line.Position().X + line.Size().Width; end > f.Size().Width {
			t.Errorf("%q ends at %v of %v", line.Text, end, f.Size().Width)
		}
	}
	equal(t, "name", strings.Join(shown, "|"), "Number of a person or device|(serialNumber)")
}

// TestInputFilledIn: what is typed into a line that was filled in goes behind
// what is there; where the mouse was pressed, it goes there.
func TestInputFilledIn(t *testing.T) {
	i, other := NewInput("", nil), NewInput("", nil)
	w := open(t, Stack(0, other, i), 300, 120, false)
	i.SetText("api")
	w.Canvas().Focus(i)
	test.Type(i, ".acme")
	equal(t, "text", i.Text, "api.acme")
	w.Canvas().Focus(other)
	i.MouseDown(&desktop.MouseEvent{Button: desktop.MouseButtonPrimary})
	i.TypedRune('x')
	equal(t, "text", i.Text, "xapi.acme")
}

func TestFieldFaultOfEachInput(t *testing.T) {
	lineOf := map[string]struct {
		input fyne.CanvasObject
		line  func(fyne.CanvasObject) any
	}{
		"input":  {NewInput("", nil), func(o fyne.CanvasObject) any { return o.(*Input).frame.StrokeColor }},
		"secret": {NewSecret("", nil, nil), func(o fyne.CanvasObject) any { return o.(*Secret).input.frame.StrokeColor }},
		"select": {NewSelect("", []string{"a"}, 0, nil), func(o fyne.CanvasObject) any { return o.(*Select).back.rect.StrokeColor }},
		"names":  {NewNameField("", parse, nil), func(o fyne.CanvasObject) any { return o.(*NameField).back.rect.StrokeColor }},
	}
	for name, c := range lineOf {
		t.Run(name, func(t *testing.T) {
			f := NewField("", "", c.input)
			w := open(t, Stack(0, f), 300, 120, false)
			w.Canvas().FocusNext()
			f.SetFault("wrong")
			equal(t, "line", c.line(c.input), any(colorOf(theme.Broken)))
			equal(t, "line over it", f.edge.line, fyne.ThemeColorName(""))
			f.SetFault("")
			equal(t, "line afterwards", c.line(c.input), any(colorOf(theme.Accent)))
		})
	}
	f := NewField("", "", block(10, 10))
	open(t, Stack(0, f), 300, 120, false)
	f.SetFault("wrong")
	equal(t, "line over another input", f.edge.line, theme.Broken)
}

func TestSecret(t *testing.T) {
	var told, done string
	s := NewSecret("passphrase", func(x string) { told = x }, func(x string) { done = x })
	w := open(t, Stack(0, s), 300, 100, false)
	w.Canvas().Focus(s.Input())
	test.Type(s.Input(), "hunter2")
	key(s.Input(), fyne.KeyReturn)
	equal(t, "told", told, "hunter2")
	equal(t, "submitted", done, "hunter2")
	equal(t, "hidden", s.Input().Password, true)
	test.Tap(s.eye)
	equal(t, "hidden after the eye", s.Input().Password, false)
	low := s.MinSize().Height
	s.SetStrength(0.4, ToneSoon, "fair")
	if s.MinSize().Height <= low {
		t.Error("the words of strength take no room")
	}
	s.SetStrength(0, ToneNone, "")
	equal(t, "height afterwards", s.MinSize().Height, low)
	s.Disable()
	equal(t, "disabled", s.Input().Disabled(), true)
	s.Enable()
	equal(t, "disabled afterwards", s.Input().Disabled(), false)
}

// parse stands for the recogniser of names: all with a bang are faulty.
func parse(typed string) (shown, kind string, ok bool) {
	if strings.Contains(typed, "!") {
		return typed, "", false
	}
	if strings.HasPrefix(typed, "10.") {
		return typed, "IP", true
	}
	return strings.ToLower(typed), "DNS", true
}

func newNames(t *testing.T) (*NameField, *[][]string, fyne.Window) {
	told := &[][]string{}
	f := NewNameField("type or paste", parse, func(names []string) { *told = append(*told, names) })
	w := open(t, Stack(0, f), 400, 200, false)
	w.Canvas().Focus(f.Entry())
	return f, told, w
}

func TestNameFieldTyped(t *testing.T) {
	for name, c := range map[string]struct {
		typed string
		then  []fyne.KeyName
		want  []string
	}{
		"comma":           {"localhost,", nil, []string{"localhost"}},
		"space":           {"localhost 10.0.0.7 ", nil, []string{"localhost", "10.0.0.7"}},
		"enter":           {"localhost", []fyne.KeyName{fyne.KeyReturn}, []string{"localhost"}},
		"while typing":    {"a,localhost", nil, []string{"a", "localhost"}},
		"again the same":  {"a,A", nil, []string{"a"}},
		"not yet a name":  {"a,b!", nil, []string{"a"}},
		"only separators": {" ,; ", nil, []string{}},
		"duplicates":      {"a,A,a,b,", nil, []string{"a", "b"}},
		"faulty stays":    {"a!b,", nil, []string{"a!b"}},
		"backspace":       {"a,b,", []fyne.KeyName{fyne.KeyBackspace}, []string{"a"}},
		"backspace twice": {"a,b,", []fyne.KeyName{fyne.KeyBackspace, fyne.KeyBackspace, fyne.KeyBackspace}, []string{}},
		"backspace types": {"a,bc", []fyne.KeyName{fyne.KeyBackspace, fyne.KeyReturn}, []string{"a", "b"}},
	} {
		t.Run(name, func(t *testing.T) {
			f, _, _ := newNames(t)
			test.Type(f.entry, c.typed)
			key(f.entry, c.then...)
			equalLists(t, "names", f.Names(), c.want)
		})
	}
}

func TestNameFieldPaste(t *testing.T) {
	f, told, _ := newNames(t)
	clip := test.NewClipboard()
	clip.SetContent("api.acme.test\nlocalhost; 10.0.0.7\t*.acme.test")
	f.entry.TypedShortcut(&fyne.ShortcutPaste{Clipboard: clip})
	want := []string{"api.acme.test", "localhost", "10.0.0.7", "*.acme.test"}
	equalLists(t, "names", f.Names(), want)
	equal(t, "times told", len(*told), 1)
	clip.SetContent("more")
	f.entry.TypedShortcut(&fyne.ShortcutPaste{Clipboard: clip})
	equal(t, "a single name waits", f.entry.Text, "more")
}

func TestNameFieldLeaving(t *testing.T) {
	f, told, w := newNames(t)
	test.Type(f.entry, "localhost")
	w.Canvas().Unfocus()
	equalLists(t, "names", f.Names(), []string{"localhost"})
	times := len("localhost") // at each letter, and not once more for the chip
	equal(t, "times told", len(*told), times)
	equalLists(t, "told last", (*told)[times-1], []string{"localhost"})
	f.SetNames("a", "b")
	equal(t, "times told after SetNames", len(*told), times)
	test.Type(f.entry, "c")
	f.Commit()
	equalLists(t, "names", f.Names(), []string{"a", "b", "c"})
}

func TestNameFieldChips(t *testing.T) {
	f, told, w := newNames(t)
	f.SetNames("a", "b", "c")
	chip := f.chips[1]
	test.TapAt(chip, fyne.NewPos(4, 12))
	equal(t, "focus", w.Canvas().Focused(), fyne.Focusable(chip))
	equal(t, "number of names", len(f.Names()), 3)
	test.TapAt(chip, fyne.NewPos(chip.Size().Width-8, 12))
	equalLists(t, "names", f.Names(), []string{"a", "c"})
	equal(t, "focus afterwards", w.Canvas().Focused(), fyne.Focusable(f.entry))
	key(f.chips[0], fyne.KeyDelete)
	equalLists(t, "names", f.Names(), []string{"c"})
	equal(t, "times told", len(*told), 2)
}

func TestNameFieldFaults(t *testing.T) {
	f, _, _ := newNames(t)
	f.SetNames("good.test", "bad!", "later.test")
	equal(t, "recognised", f.chips[0].words.shown[0].Color, colorOf(theme.Text))
	equal(t, "not recognised", f.chips[1].words.shown[0].Color, colorOf(theme.Broken))
	f.SetFaults("later.test")
	equal(t, "faulty", f.chips[2].words.shown[0].Color, colorOf(theme.Broken))
	f.SetFaults()
	equal(t, "no longer faulty", f.chips[2].words.shown[0].Color, colorOf(theme.Text))
}

func TestNameFieldWraps(t *testing.T) {
	f, _, _ := newNames(t)
	one := f.MinSize().Height
	equal(t, "one line", one, buttonHeight)
	f.SetNames("aaaaaaaaaaaaaaaa.test", "bbbbbbbbbbbbbbbbbbb.test", "cccccccccccccc.test", "ddddddddddd.test")
	if f.MinSize().Height < one+30 {
		t.Errorf("height is %v, want more than one line", f.MinSize().Height)
	}
	long := strings.Repeat("very-long-", 20) + ".test"
	f.SetNames(long)
	if end := f.chips[0].Position().X + f.chips[0].Size().Width; end > f.Size().Width {
		t.Errorf("the chip ends at %v, the field at %v", end, f.Size().Width)
	}
}

// The Tab key goes past the eye: who types a passphrase twice presses Tab
// between, and a space on a focused eye would show it.
func TestTabPassesTheEye(t *testing.T) {
	first, second := NewSecret("", nil, nil), NewSecret("", nil, nil)
	w := open(t, Stack(0, first, second), 300, 120, false)
	w.Canvas().Focus(first.Input())
	w.Canvas().FocusNext()
	equal(t, "focus", w.Canvas().Focused(), fyne.Focusable(second.Input()))
}
