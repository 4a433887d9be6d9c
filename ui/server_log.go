package ui

import (
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"countersign/testclient"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// visits is the live log of the local server, the newest first: each
// connection as the server saw it.
type visits struct {
	w     *Window
	list  []*visit // newest first
	again func()   // follows a row that opened
	rows  *fyne.Container
	none  *widgets.Text
	clean *widgets.Button
	copy  *widgets.Button
	root  *fyne.Container
}

// visit is a connection with its row. Its details are made when they are opened.
type visit struct {
	testclient.Connection
	row     fyne.CanvasObject
	details *widgets.Disclosure
	inside  *fyne.Container
	text    *widgets.Code // nil until then
}

// visitsAtMost is how many connections the log shows.
const visitsAtMost = 50

func newVisits(w *Window, again func()) *visits {
	v := &visits{w: w, again: again, rows: widgets.Stack(0), none: widgets.NewQuiet(w.t.T("server.log.none"))}
	v.clean = widgets.NewButton(w.t.T("server.log.clear"), "", widgets.Quiet, v.clear)
	v.copy = widgets.NewButton(w.t.T("server.log.copy"), theme.IconCopy, widgets.Quiet, func() { w.copy(v.asText()) })
	head := widgets.Row(8, widgets.NewLabel(w.t.T("server.log")), widgets.Spacer(), v.copy, v.clean)
	v.root = widgets.Stack(4, widgets.Rule(), head, v.none, v.rows)
	v.draw()
	return v
}

func (v *visits) empty() bool { return len(v.list) == 0 }

func (v *visits) clear() {
	v.list = nil
	v.draw()
	v.again()
}

func (v *visits) add(c testclient.Connection) {
	made := &visit{Connection: c}
	made.row = v.row(made)
	v.list = append([]*visit{made}, v.list[:min(len(v.list), visitsAtMost-1)]...)
	v.draw()
}

// asText is the log as the terminal prints it, oldest first.
func (v *visits) asText() string {
	var b strings.Builder
	for _, c := range slices.Backward(v.list) {
		b.WriteString(c.Connection.String())
	}
	return b.String()
}

func (v *visits) draw() {
	rows := make([]fyne.CanvasObject, 0, 2*len(v.list))
	for i, c := range v.list {
		if i > 0 {
			rows = append(rows, widgets.Rule())
		}
		rows = append(rows, c.row)
	}
	v.rows.Objects = rows
	v.none.Hidden = len(v.list) > 0
	v.clean.Hidden, v.copy.Hidden = len(v.list) == 0, len(v.list) == 0
	v.root.Refresh()
}

// visitWords is a connection in words.
type visitWords struct {
	time, who, what, end, tls string
	tone                      widgets.Tone
}

func (v *visits) words(c testclient.Connection) visitWords {
	t := v.w.t
	words := visitWords{time: c.At.Local().Format("15:04:05"), who: c.ClientName, tone: widgets.ToneGood}
	if words.who == "" {
		words.who = t.T("server.log.nobody")
	}
	words.what = strings.TrimSpace(c.Method + " " + c.Path)
	if words.what == "" {
		words.what = t.T("server.log.silent")
	}
	if c.Status > 0 {
		words.end = strconv.Itoa(c.Status)
	}
	facts := []string{}
	for _, fact := range []string{c.Version, c.CipherSuite, c.ALPN} {
		if fact != "" {
			facts = append(facts, fact)
		}
	}
	if len(facts) == 0 && c.RefusalCode == "" {
		facts = append(facts, t.T("server.log.plain"))
	}
	words.tls = strings.Join(facts, t.T("list.comma"))
	switch {
	case c.RefusalCode != "":
		words.tone, words.end = widgets.ToneBroken, t.T("server.log.refused")
		words.what = t.TurnedAway(c.RefusalCode, c.Facts())
		words.tls = c.Refusal
	case c.Status >= 400:
		words.tone = widgets.ToneSoon
	case c.Status == 0:
		words.tone = widgets.ToneQuiet
	}
	return words
}

func (v *visits) row(c *visit) fyne.CanvasObject {
	words := v.words(c.Connection)
	what := widgets.NewText(words.what).Wrap()
	if words.tone == widgets.ToneBroken {
		what.Tone(widgets.ToneBroken)
	}
	end := widgets.NewStatus(words.tone, words.end)
	if words.end == "" {
		end.Hide()
	}
	line := &fyne.Container{Layout: &visitLayout{}, Objects: []fyne.CanvasObject{
		widgets.NewText(words.time).Small().Tone(widgets.ToneQuiet),
		widgets.NewText(words.who).Bold().Truncate(),
		what,
		end,
		widgets.NewText(words.tls).Small().Tone(widgets.ToneQuiet).Wrap(),
	}}
	if c.Text() == "" {
		return line
	}
	c.inside = widgets.Stack(0)
	c.details = widgets.NewDisclosure(v.w.t.T("server.log.details"), c.inside, func(bool) { v.opened(c) })
	return widgets.Stack(0, line, widgets.Inset(0, 0, 4, visitTime-4, c.details))
}

// opened makes the details of a row that is open.
func (v *visits) opened(c *visit) {
	if c.text == nil && c.details.Open() {
		whole := c.Connection.String()
		c.text = widgets.NewCode(wrapAt(strings.TrimSuffix(c.Text(), "\n"), 110), v.w.t.T("copy"), func(string) { v.w.copy(whole) })
		c.inside.Add(c.text)
	}
	v.again()
}

// visitLayout has time, who, what and how it ended on a line, and what was
// agreed on, or why it was refused, below what.
type visitLayout struct{ width float32 }

const (
	visitTime float32 = 64
	visitEnd  float32 = 88
)

func (l *visitLayout) columns(width float32) (who, what float32) {
	who = clampWide((width-visitTime-visitEnd)*0.25, 100, 200)
	return who, max(60, width-visitTime-who-visitEnd-2*theme.Gap*3)
}

// Layout is for the toolkit.
func (l *visitLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	l.width = size.Width
	who, what := l.columns(size.Width)
	x := visitTime + who + 12
	whatHigh, tlsHigh := heightFor(objects[2], what), heightFor(objects[4], what)
	place := func(o fyne.CanvasObject, x, y, wide, high float32) {
		o.Move(fyne.NewPos(x, y))
		o.Resize(fyne.NewSize(wide, high))
	}
	place(objects[0], 0, 8, visitTime, 20)
	place(objects[1], visitTime, 8, who, 20)
	place(objects[2], x, 8, what, whatHigh)
	place(objects[3], size.Width-visitEnd, 8, visitEnd, 20)
	place(objects[4], x, 8+whatHigh, what, tlsHigh)
}

// MinSize is for the toolkit.
func (l *visitLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	if l.width == 0 {
		return fyne.NewSize(400, 52)
	}
	_, what := l.columns(l.width)
	return fyne.NewSize(400, 16+heightFor(objects[2], what)+heightFor(objects[4], what))
}
