package ui

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"countersign/ui/widgets"
)

// hand does with the window what a person does who reads a walkthrough: it
// looks for words that are to be seen, and clicks where they are.
//
// With COUNTERSIGN_WALKS=PROGRAM it does the same at the same time in a real
// window of that program, and takes the pictures of docs/pictures from it: see
// realWindow.
type hand struct {
	*bench
	real     *realWindow
	page     string // the walkthrough
	pictures string
	ports    *strings.Replacer // of the page, for free ones of the test
}

// menuHeight is what the toolkit's menu takes of the real window; the one of
// tests has none.
const menuHeight = 27

// withHand opens the window of a new vault, in the frame. Every word that is
// clicked must stand in the page of docs/walkthroughs, in italics.
func withHand(t *testing.T, page string) *hand {
	t.Helper()
	docs, err := filepath.Abs("../docs")
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(docs, "walkthroughs", page+".md"))
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("HOME", t.TempDir())
	t.Chdir(t.TempDir())
	h := &hand{bench: newBenchAt(t, t.TempDir()+"/vault.db", today), real: startReal(t), page: string(data),
		pictures: filepath.Join(docs, "pictures"), ports: freePorts(t)}
	for _, label := range []string{"Passphrase", "Passphrase, once more"} {
		h.fill(label, "violet anchors drift")
	}
	h.click("Create the vault")
	h.rest()
	h.click("Look around first")
	h.win.Resize(fyne.NewSize(firstWidth, firstHeight-menuHeight))
	if h.real != nil {
		h.real.shift = menuHeight
	}
	return h
}

// today is the clock of other programs too.
func today(o *Options) { o.Now, o.Desk.Now = time.Now, time.Now }

// sight is a place in the window.
type sight struct {
	text   string
	object fyne.CanvasObject
	at     fyne.Position
	size   fyne.Size
}

func (s sight) middle() fyne.Position {
	return s.at.AddXY(s.size.Width/2, s.size.Height/2)
}

// sights are all objects that are to be seen, in the order of drawing: of a menu
// or dialog alone, while there is one.
func (h *hand) sights() []sight {
	c := h.win.Canvas()
	root := c.Content()
	if top := c.Overlays().Top(); top != nil {
		root = top
	}
	var all []sight
	look(root, fyne.Position{}, sight{size: c.Size()}, func(s sight) { all = append(all, s) })
	return all
}

// look visits what is visible of an object and within it.
func look(o fyne.CanvasObject, from fyne.Position, clip sight, visit func(sight)) {
	if !o.Visible() {
		return
	}
	s := sight{object: o, at: from.Add(o.Position()), size: o.Size()}
	if within(s.middle(), clip) {
		if text, ok := o.(*canvas.Text); ok {
			s.text = text.Text
		}
		visit(s)
	}
	var parts []fyne.CanvasObject
	switch o := o.(type) {
	case *fyne.Container:
		parts = o.Objects
	case *container.Scroll:
		clip = cut(clip, s)
		parts = test.WidgetRenderer(o).Objects()
	case fyne.Widget:
		parts = test.WidgetRenderer(o).Objects()
	}
	for _, part := range parts {
		look(part, s.at, clip, visit)
	}
}

func within(p fyne.Position, s sight) bool {
	return p.X >= s.at.X && p.Y >= s.at.Y && p.X <= s.at.X+s.size.Width && p.Y <= s.at.Y+s.size.Height
}

func cut(a, b sight) sight {
	x, y := max(a.at.X, b.at.X), max(a.at.Y, b.at.Y)
	right, below := min(a.at.X+a.size.Width, b.at.X+b.size.Width), min(a.at.Y+a.size.Height, b.at.Y+b.size.Height)
	return sight{at: fyne.NewPos(x, y), size: fyne.NewSize(max(0, right-x), max(0, below-y))}
}

// find gives the place of words, the first of several; of "10 years" that of
// "10 years, until 22 Nov 2036" too.
func (h *hand) find(words string) sight {
	h.t.Helper()
	words = h.ports.Replace(words)
	var seen []string
	for _, s := range h.sights() {
		if s.text == words || strings.HasPrefix(s.text, words+",") {
			return s
		}
		if s.text != "" {
			seen = append(seen, s.text)
		}
	}
	h.picture("lost")
	h.t.Fatalf("the window does not show %q; it shows %q", words, seen)
	return sight{}
}

// sees tells whether words are to be seen, in whole lines or as a part of one.
func (h *hand) sees(words string) bool {
	words = h.ports.Replace(words)
	return slices.ContainsFunc(h.sights(), func(s sight) bool { return s.text != "" && strings.Contains(s.text, words) })
}

// mustSee fails when words are not to be seen.
func (h *hand) mustSee(words ...string) {
	h.t.Helper()
	for _, w := range words {
		if !h.sees(w) {
			h.find(w)
		}
	}
}

// control is what a person types into or chooses in, below a label.
func (h *hand) control(label string) sight {
	h.t.Helper()
	above := h.find(label)
	best, distance := sight{}, float32(200)
	for _, s := range h.sights() {
		if _, ok := s.object.(fyne.Focusable); !ok || s.at.Y < above.at.Y+above.size.Height/2 || s.at.X > above.at.X+60 {
			continue
		}
		if d := s.at.Y - above.at.Y + max(above.at.X-s.at.X, s.at.X-above.at.X); d < distance {
			best, distance = s, d
		}
	}
	if best.object == nil {
		h.t.Fatalf("nothing to type into or choose in below %q", label)
	}
	return best
}

// click presses words, which the page must name.
func (h *hand) click(words string) {
	h.t.Helper()
	h.named(words)
	h.tap(h.find(words).middle())
}

// clickAt presses words that are no name of a button: a certificate's in a list.
func (h *hand) clickAt(words string) { h.t.Helper(); h.tap(h.find(words).middle()) }

// back presses the words at the top that lead back.
func (h *hand) back(words string) {
	h.t.Helper()
	top := h.find(words)
	for _, s := range h.sights() {
		if s.text == words && s.at.Y < top.at.Y {
			top = s
		}
	}
	h.tap(top.middle())
}

// frameSettles waits until a new page takes presses.
func (h *hand) frameSettles() {
	if h.frame != nil {
		h.frame.shield.lower()
	}
}

func (h *hand) tap(at fyne.Position) {
	h.t.Helper()
	c := h.win.Canvas()
	var pressed fyne.Focusable
	for _, s := range h.sights() {
		if f, ok := s.object.(fyne.Focusable); ok && within(at, s) {
			pressed = f
		}
	}
	h.frameSettles()
	test.TapCanvas(c, at)
	if pressed != nil && c.Overlays().Top() == nil {
		c.Focus(pressed) // as the press of a mouse does
	}
	h.real.click(at)
	h.settle()
}

// choose takes an option of the choice below a label.
func (h *hand) choose(label, option string) {
	h.t.Helper()
	h.named(label)
	h.tap(h.control(label).middle())
	h.clickAt(option)
}

// pick takes an option of the choice that says so now.
func (h *hand) pick(now, option string) {
	h.t.Helper()
	for _, s := range h.sights() {
		if choice, ok := s.object.(*widgets.Select); ok && choice.Value() == now {
			h.tap(s.middle())
			h.click(option)
			return
		}
	}
	h.t.Fatalf("no choice says %q", now)
}

// fill writes into the field below a label, in the place of what is there.
func (h *hand) fill(label, text string) {
	h.t.Helper()
	h.named(label)
	h.tap(h.control(label).middle())
	h.write(text)
}

// mustHave fails when the real window lacks files by now: it has lost a click, and its
// pictures would be of something else.
func (h *hand) mustHave(names ...string) {
	h.t.Helper()
	if h.real == nil {
		return
	}
	for _, name := range names {
		if _, err := os.Stat(filepath.Join(h.real.work, name)); err != nil {
			h.t.Fatal(err)
		}
	}
}

// replace writes into the field in which something stands.
func (h *hand) replace(now, text string) {
	h.t.Helper()
	h.clickAt(now)
	h.write(text)
}

// write types in the place of what stands in the field that has the focus.
func (h *hand) write(text string) {
	h.t.Helper()
	focused := h.win.Canvas().Focused()
	if focused == nil {
		h.t.Fatalf("nothing has the focus to write %q into", text)
	}
	if f, ok := focused.(fyne.Shortcutable); ok {
		f.TypedShortcut(&fyne.ShortcutSelectAll{})
	}
	for _, r := range h.ports.Replace(text) {
		focused.TypedRune(r)
	}
	h.real.write(text)
	h.settle()
}

// key presses a key.
func (h *hand) key(name fyne.KeyName) {
	h.t.Helper()
	e := &fyne.KeyEvent{Name: name}
	if f := h.win.Canvas().Focused(); name == fyne.KeyTab {
		h.win.Canvas().FocusNext()
	} else if f != nil {
		f.TypedKey(e)
	} else if on := h.win.Canvas().OnTypedKey(); on != nil {
		on(e)
	}
	h.real.key(string(name))
	h.settle()
}

// below scrolls the page at words to its end.
func (h *hand) below(words string) {
	h.t.Helper()
	at := h.find(words).middle()
	test.Scroll(h.win.Canvas(), at, 0, -10000)
	h.real.wheel(at)
	h.settle()
}

// above scrolls the page at words to its beginning.
func (h *hand) above(words string) {
	h.t.Helper()
	at := h.find(words).middle()
	test.Scroll(h.win.Canvas(), at, 0, 10000)
	h.real.wheelUp(at)
	h.settle()
}

func (h *hand) settle() {
	h.t.Helper()
	h.queue.drain()
	h.queue.pass(500 * time.Millisecond)
	h.queue.drain()
}

// rest gives the real window a moment for work that takes one.
func (h *hand) rest() {
	h.real.rest()
	h.queue.pass(1500 * time.Millisecond)
}
