package ui

import (
	"strconv"

	"fyne.io/fyne/v2"

	"countersign/testclient"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// flow says which side of a step talks to the other.
type flow int

const (
	flowNone     flow = iota
	flowToServer      // the client sends
	flowToClient      // the server sends
)

// stepLine is one step in words, as the picture draws it.
type stepLine struct {
	number int
	client string // what the client does, at the left
	middle string // what was exchanged or found
	server string // what the server does, at the right
	flow   flow
	tone   widgets.Tone
	strong bool // the step that failed
	took   string

	left    bool   // it did not take place, and is left out
	instead string // of the first of those: what the connection is instead of mutual TLS

	seen   string // what our own server saw of the step; empty when it is another's
	denied bool   // there it refused, or was refused
}

// picture is the seven steps of a try between this client, at the left, and
// the server, at the right.
type picture struct {
	w    *Window
	host *widgets.Text
	name *widgets.Text // of the client
	rows [7]*stepRow
	line [7]fyne.CanvasObject // over each row
	cols *stepColumns
	root *fyne.Container
}

func newPicture(w *Window) *picture {
	p := &picture{w: w, cols: &stepColumns{}}
	p.host = widgets.NewText("").Small().Tone(widgets.ToneQuiet).Align(fyne.TextAlignTrailing).Truncate()
	p.name = widgets.NewText(w.t.T("picture.client")).Small().Tone(widgets.ToneQuiet).Truncate()
	head := &fyne.Container{Layout: &stepHeadLayout{p.cols}, Objects: []fyne.CanvasObject{p.name, p.host}}
	all := widgets.Stack(0, head)
	for i := range p.rows {
		p.rows[i] = newStepRow(p.cols)
		p.line[i] = widgets.Rule()
		all.Add(p.line[i])
		all.Add(p.rows[i].root)
	}
	p.root = widgets.NewPanel(theme.Surface, theme.Line, theme.Radius, widgets.Inset(8, 16, 4, 16, all))
	p.waiting("")
	return p
}

// waiting draws what is going to happen, all in grey.
func (p *picture) waiting(host string) {
	p.setHost(host)
	for i, name := range stepOrder {
		p.set(i, p.w.waitingLine(i+1, name))
	}
	p.root.Refresh()
}

// begin marks the first step as under way.
func (p *picture) begin(host string) {
	p.waiting(host)
	p.rows[0].badge.Set(widgets.ToneAccent, "1")
}

// step draws one step that has ended, and marks the next as under way.
func (p *picture) step(s testclient.Step) {
	if s.Number < 1 || s.Number > len(p.rows) {
		return
	}
	p.set(s.Number-1, p.w.stepLine(s, nil, ""))
	if s.Number < len(p.rows) && s.State != testclient.Failed {
		p.rows[s.Number].badge.Set(widgets.ToneAccent, strconv.Itoa(s.Number+1))
	}
	p.root.Refresh()
}

// result draws the whole try.
func (p *picture) result(r testclient.Result) {
	for i, s := range r.Steps {
		line := p.w.stepLine(s, r.Diagnosis, r.Try.Method)
		line.seen, line.denied = p.w.seenWords(r, i)
		p.set(i, line)
	}
	p.root.Refresh()
}

// set draws the row i. What did not take place is left out, and one line says
// what the connection is instead.
func (p *picture) set(i int, l stepLine) {
	hidden := l.left && l.instead == ""
	p.rows[i].root.Hidden = hidden
	if p.line[i].Show(); hidden {
		p.line[i].Hide()
	}
	p.rows[i].set(l)
}

// setClient says whose the client is, where it is not this one.
func (p *picture) setClient(name string) { p.name.SetText(name) }

func (p *picture) setHost(host string) {
	if host == "" {
		host = p.w.t.T("picture.server")
	}
	p.host.SetText(host)
}

// stepColumns knows how wide the columns of the picture are, alike in all rows.
type stepColumns struct{}

const (
	badgeColumn  float32 = 38
	timeColumn   float32 = 68
	stepGap      float32 = 16
	arrowAtLeast float32 = 48
	lineAtLeast  float32 = 40
)

// sides gives where the client's words, the middle and the server's words
// begin, and how wide each is.
func (c *stepColumns) sides(width float32) (client, middle, server, clientWide, middleWide, serverWide float32) {
	room := width - badgeColumn - timeColumn
	clientWide = clampWide(room*0.19, 104, 160)
	serverWide = clampWide(room*0.25, 152, 204)
	client = badgeColumn
	middle = client + clientWide + stepGap/2
	server = width - timeColumn - serverWide
	middleWide = server - middle - stepGap
	return client, middle, server, clientWide, max(0, middleWide), serverWide
}

func clampWide(v, low, high float32) float32 { return min(high, max(low, v)) }

// stepHeadLayout puts the names of the two sides over their columns.
type stepHeadLayout struct{ cols *stepColumns }

// Layout is for the toolkit.
func (l *stepHeadLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	client, middle, server, _, _, serverWide := l.cols.sides(size.Width)
	objects[0].Move(fyne.NewPos(client, 4))
	objects[0].Resize(fyne.NewSize(middle-client, 20))
	objects[1].Move(fyne.NewPos(middle, 4))
	objects[1].Resize(fyne.NewSize(server+serverWide-middle, 20))
}

// MinSize is for the toolkit.
func (l *stepHeadLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(480, 28) }

// stepRow is one row of the picture.
type stepRow struct {
	line   stepLine
	badge  *widgets.Badge
	client *widgets.Text
	middle *widgets.Text
	server *widgets.Text
	strong *widgets.Text // instead of server, where the step failed
	took   *widgets.Text
	seen   *widgets.Text // below the others
	arrow  *widgets.Arrow
	note   *widgets.Text // in place of all
	root   *fyne.Container
}

func newStepRow(cols *stepColumns) *stepRow {
	r := &stepRow{
		badge:  widgets.NewNumberBadge(widgets.ToneNone, ""),
		client: widgets.NewText("").Wrap(),
		middle: widgets.NewText("").Wrap(),
		server: widgets.NewText("").Wrap().Align(fyne.TextAlignTrailing),
		strong: widgets.NewText("").Bold().Wrap().Align(fyne.TextAlignTrailing).Tone(widgets.ToneBroken),
		took:   widgets.NewText("").Small().Tone(widgets.ToneQuiet).Align(fyne.TextAlignTrailing),
		seen:   widgets.NewText("").Small().Tone(widgets.ToneQuiet).Wrap().Align(fyne.TextAlignTrailing),
		arrow:  widgets.NewArrow(widgets.ToneQuiet, widgets.ToRight),
		note:   widgets.NewText("").Wrap(),
	}
	r.root = &fyne.Container{
		Layout:  &stepRowLayout{row: r, cols: cols},
		Objects: []fyne.CanvasObject{r.badge, r.client, r.middle, r.server, r.strong, r.took, r.arrow, r.seen, r.note},
	}
	return r
}

// set draws a line; the picture refreshes.
func (r *stepRow) set(l stepLine) {
	r.line = l
	r.note.SetText(l.instead)
	r.note.Hidden, r.badge.Hidden = l.instead == "", l.instead != ""
	for _, o := range []*widgets.Text{r.client, r.middle, r.took} {
		o.Hidden = l.left
	}
	r.badge.Set(l.tone, strconv.Itoa(l.number))
	side, words := widgets.ToneNone, widgets.ToneNone
	switch {
	case l.tone == widgets.ToneQuiet || l.tone == widgets.ToneNone:
		side, words = widgets.ToneQuiet, widgets.ToneQuiet
	case l.strong:
		side, words = widgets.ToneBroken, widgets.ToneBroken
	case l.flow == flowNone:
		words = widgets.ToneQuiet
	}
	if l.tone == widgets.ToneSoon {
		words = widgets.ToneSoon
	}
	for _, part := range []struct {
		text  *widgets.Text
		words string
		tone  widgets.Tone
	}{{r.client, l.client, side}, {r.middle, l.middle, words}, {r.server, l.server, side}, {r.took, l.took, widgets.ToneQuiet}} {
		part.text.SetText(part.words)
		part.text.SetTone(part.tone)
	}
	r.seen.SetText(l.seen)
	r.seen.SetTone(widgets.ToneQuiet)
	if l.denied {
		r.seen.SetTone(widgets.ToneBroken)
	}
	r.seen.Hidden = l.seen == "" || l.left && l.instead == ""
	r.strong.SetText(l.server)
	r.server.Hidden, r.strong.Hidden = l.strong || l.left, !l.strong
	direction := widgets.ToRight
	if l.flow == flowToClient {
		direction = widgets.ToLeft
	}
	r.arrow.Set(l.tone, direction)
	r.arrow.Hidden = l.flow == flowNone || l.left
}

// stepRowLayout lays a row out: the words of the side that talks are next to
// it, and the line with its head runs on to the other side.
type stepRowLayout struct {
	row   *stepRow
	cols  *stepColumns
	width float32
}

// Layout is for the toolkit.
func (l *stepRowLayout) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	l.width = size.Width
	r := l.row
	client, middle, server, clientWide, middleWide, serverWide := l.sides(size.Width)
	seenHigh := l.seenHigh(size.Width)
	put := func(o fyne.CanvasObject, x, wide float32) {
		height := heightFor(o, wide)
		o.Move(fyne.NewPos(x, (size.Height-seenHigh-height)/2))
		o.Resize(fyne.NewSize(wide, height))
	}
	put(r.note, client, size.Width-client)
	r.seen.Move(fyne.NewPos(client, size.Height-seenHigh-seenBelow))
	r.seen.Resize(fyne.NewSize(size.Width-timeColumn-client, seenHigh))
	put(r.badge, 0, 24)
	put(r.client, client, clientWide)
	put(r.server, server, serverWide)
	put(r.strong, server, serverWide)
	put(r.took, size.Width-timeColumn, timeColumn)
	words := l.middleWords(middleWide)
	x, lineX := middle, middle+words+8
	if words == 0 {
		lineX = middle
	}
	if r.line.flow == flowToClient {
		x, lineX = middle+middleWide-words, middle
	}
	put(r.middle, x, words)
	line := middleWide - words
	if words > 0 {
		line -= 8
	}
	put(r.arrow, lineX, max(0, line))
}

// sides are those of the columns; where the server says nothing, what was
// found has its room too.
func (l *stepRowLayout) sides(width float32) (client, middle, server, clientWide, middleWide, serverWide float32) {
	client, middle, server, clientWide, middleWide, serverWide = l.cols.sides(width)
	if l.row.line.flow == flowNone && l.row.line.server == "" {
		middleWide = server + serverWide - middle
	}
	return client, middle, server, clientWide, middleWide, serverWide
}

// seenBelow is the room under what the server saw.
const seenBelow float32 = 6

// seenHigh is how high the words of what the server saw are; they end where the
// server's column does.
func (l *stepRowLayout) seenHigh(width float32) float32 {
	if l.row.line.seen == "" {
		return 0
	}
	return heightFor(l.row.seen, width-timeColumn-badgeColumn)
}

// middleWords is how wide the words of the middle are: as they need, but they
// leave room for the line.
func (l *stepRowLayout) middleWords(room float32) float32 {
	if l.row.line.middle == "" {
		return 0
	}
	if l.row.line.flow == flowNone {
		return room
	}
	need := fyne.MeasureText(l.row.line.middle, theme.SizeBody, fyne.TextStyle{}).Width + 1
	return min(need, max(0, room-arrowAtLeast))
}

// MinSize is for the toolkit.
func (l *stepRowLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	r := l.row
	height, seen := float32(24), float32(0)
	if r.line.instead != "" && l.width > 0 {
		height, seen = max(height, heightFor(r.note, l.width-badgeColumn)), l.seenHigh(l.width)
	} else if l.width > 0 {
		seen = l.seenHigh(l.width)
		_, _, _, clientWide, middleWide, serverWide := l.sides(l.width)
		server := r.server
		if r.line.strong {
			server = r.strong
		}
		height = max(height, heightFor(r.client, clientWide), heightFor(server, serverWide),
			heightFor(r.middle, l.middleWords(middleWide)))
	}
	return fyne.NewSize(480, max(lineAtLeast, height+16)+seen)
}
