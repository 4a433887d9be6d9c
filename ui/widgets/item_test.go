package widgets

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"countersign/ui/theme"
)

func TestItem(t *testing.T) {
	acts, focused := 0, 0
	l := NewItem(func() { acts++ })
	l.OnFocused = func() { focused++ }
	l.Set("alice", ToneBroken, "expired 4 days ago", "client")
	w := open(t, l, 240, 60, false)
	equal(t, "what it says", l.Text(), "alice, expired 4 days ago, client")
	equal(t, "the red dot and words", has(w.Canvas().Capture(), theme.Broken), true)
	equal(t, "a ring", has(w.Canvas().Capture(), theme.Accent), false)
	test.Tap(l)
	w.Canvas().Focus(l)
	equal(t, "a ring with the focus", has(w.Canvas().Capture(), theme.Accent), true)
	key(l, fyne.KeyReturn, fyne.KeySpace, fyne.KeyDown)
	equal(t, "acts", acts, 3)
	equal(t, "times of coming to it", focused, 1)
	l.Set("alice", ToneNone, "made", "")
	equal(t, "what it says", l.Text(), "alice, made")
	equal(t, "a red dot", has(w.Canvas().Capture(), theme.Broken), false)
}

func TestItemIsCut(t *testing.T) {
	l := NewItem(nil)
	l.Set("a name that is much longer than the card it stands in", ToneSoon, "words that are long as well, and more", "12:04")
	open(t, l, 160, 60, true)
	if need := l.MinSize().Width; need > 160 {
		t.Errorf("the item needs %v, want no more than 160", need)
	}
}
