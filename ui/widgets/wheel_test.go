package widgets

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
)

// A page scrolls while the pointer is over a line, a name field or code.
func TestWheelOverParts(t *testing.T) {
	long := strings.Repeat("word ", 200)
	line := NewInput("", nil)
	line.SetText(long)
	secret := NewSecret("", nil, nil)
	names := NewNameField("", nil, nil)
	few := NewLines("", 3, nil)
	code := NewCode(long, "Copy", nil)
	for name, part := range map[string]fyne.CanvasObject{
		"line": line, "secret": secret, "names": names, "lines that fit": few, "code": code,
	} {
		t.Run(name, func(t *testing.T) {
			page := container.NewVScroll(Stack(0, part, AtLeast(1, 2000, NewText("end"))))
			w := open(t, Over(page), 400, 300, false)
			at := fyne.CurrentApp().Driver().AbsolutePositionForObject(part).AddXY(60, 18)
			test.Scroll(w.Canvas(), at, 0, -10)
			equal(t, "offset", page.Offset.Y, 10)
			test.Scroll(w.Canvas(), at, 0, 10)
			equal(t, "offset back", page.Offset.Y, 0)
		})
	}
}

// Lines that do not fit scroll first, and the page when they are at their end.
func TestWheelOverLines(t *testing.T) {
	lines := NewLines("", 3, nil)
	lines.SetText(strings.Repeat("line\n", 8))
	page := container.NewVScroll(Stack(0, lines, AtLeast(1, 2000, NewText("end"))))
	w := open(t, Over(page), 400, 300, false)
	inner := test.WidgetRenderer(lines).(*inputRenderer).scroll()
	at := fyne.NewPos(60, 18)
	test.Scroll(w.Canvas(), at, 0, -40)
	equal(t, "offset of the page", page.Offset.Y, 0)
	equal(t, "offset of the lines", inner.Offset.Y, 40)
	test.Scroll(w.Canvas(), at, 0, -1000)
	equal(t, "offset of the page, lines not yet at their end", page.Offset.Y, 0)
	test.Scroll(w.Canvas(), at, 0, -30)
	equal(t, "offset of the page, lines at their end", page.Offset.Y, 30)
}

// A line that is in no page takes the wheel and nothing happens; sideways it
// moves its text.
func TestWheelWithoutPage(t *testing.T) {
	line := NewInput("", nil)
	line.SetText(strings.Repeat("word ", 200))
	w := open(t, line, 200, 40, false)
	inner := test.WidgetRenderer(line).(*inputRenderer).scroll()
	test.Scroll(w.Canvas(), fyne.NewPos(60, 18), 0, -40)
	equal(t, "offset", inner.Offset, fyne.NewPos(0, 0))
	test.Scroll(w.Canvas(), fyne.NewPos(60, 18), -40, 0)
	equal(t, "offset sideways", inner.Offset.X, 40)
	if !strings.Contains(line.Text, "word") || w.Canvas().Focused() != nil {
		t.Error("the wheel changed the line")
	}
}
