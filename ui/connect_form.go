package ui

import (
	"crypto/tls"

	"fyne.io/fyne/v2"

	"countersign/ui/desk"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// tryForm is what a person says of a try: where to, as whom, trusting whom,
// and more where it is needed.
type tryForm struct {
	w    *Window
	book book

	url        *widgets.Input
	cert       *widgets.Select
	certIDs    []desk.ID // of the choices of cert; "" is no certificate
	trust      *widgets.Select
	trusts     []trusted // of the choices of trust
	button     *widgets.Button
	moreButton *widgets.Button
	unverified *widgets.Status
	logged     *widgets.Status
	more       *fyne.Container
	moreParts
	root *fyne.Container
}

// trusted is one choice of whom to trust.
type trusted struct {
	ids      []desk.ID // none: the system's, unless insecure
	insecure bool
	files    bool // those of the field under More
}

var tryMethods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

// tryVersions are the versions that Go's client still speaks; 0 is its default.
var tryVersions = []uint16{0, tls.VersionTLS10, tls.VersionTLS11, tls.VersionTLS12, tls.VersionTLS13}

func newTryForm(w *Window, try func()) *tryForm {
	f := &tryForm{w: w}
	f.url = widgets.NewInput(w.t.T("connect.url.placeholder"), nil)
	f.url.OnSubmitted = func(string) { try() }
	f.cert = widgets.NewSelect(w.t.T("connect.as.nobody"), nil, -1, func(int) { f.filesChosen() })
	f.trust = widgets.NewSelect(w.t.T("connect.trust.system"), nil, -1, func(int) { f.filesChosen() })
	f.button = widgets.NewButton(w.t.T("connect.try"), theme.IconPlay, widgets.Primary, try)
	f.moreButton = widgets.NewButton(w.t.T("connect.more"), theme.IconDown, widgets.Quiet, f.toggleMore)
	f.unverified = widgets.NewStatus(widgets.ToneBroken, w.t.T("connect.unverified"))
	f.logged = widgets.NewStatus(widgets.ToneBroken, w.t.T("try.key-log.red"))
	f.more = f.buildMore()
	f.more.Hide()
	head := &fyne.Container{Layout: &tryHeadLayout{form: f}, Objects: []fyne.CanvasObject{
		widgets.NewTitle(w.t.T("place.connections")), f.url, f.cert, f.trust, f.moreButton, f.button,
	}}
	f.root = widgets.Stack(8, head, f.unverified, f.logged)
	f.setBook(book{})
	return f
}

func (f *tryForm) toggleMore() { f.openMore(!f.more.Visible()) }

func (f *tryForm) openMore(open bool) {
	icon := theme.IconDown
	f.more.Hidden = !open
	if open {
		icon = theme.IconUp
	}
	f.moreButton.SetIcon(icon)
	f.relayout()
	if c := f.w.connections(); c != nil && open {
		c.scrollTo(f.more)
	}
}

// relayout follows a choice: its words may be wider, and not to verify is said
// in red.
func (f *tryForm) relayout() {
	f.unverified.Hidden = !f.chosenTrust().insecure
	f.showMoreParts()
	f.root.Refresh()
	if c := f.w.connections(); c != nil {
		c.layoutAgain()
	}
}

// setBook takes what the vault holds now; what was chosen stays chosen.
func (f *tryForm) setBook(b book) {
	cert, trust := f.chosenEntry(), f.chosenTrust()
	first := f.trusts == nil
	f.book = b
	f.certIDs = append(append([]desk.ID{""}, b.presentable(cert)...), fromFiles)
	words := []string{f.w.t.T("connect.as.nobody")}
	for _, id := range f.certIDs[1:] {
		words = append(words, f.certWords(id))
	}
	f.cert.SetOptions(words, 0)
	f.chooseCert(cert)
	f.setTrusts()
	if first {
		trust = trusted{}
	}
	f.chooseTrust(trust)
	f.relayout()
}

func (f *tryForm) certWords(id desk.ID) string {
	if id == fromFiles {
		return f.w.t.T("try.as.files")
	}
	c := f.book.byID[id]
	args := []any{"Name", nameOf(f.w.t, c)}
	switch h := c.Health(f.w.now()); {
	case c.OnHold:
		return f.w.t.T("connect.as.hold", args...)
	case h == desk.Expired || h == desk.NotYetValid || h == desk.Revoked:
		return f.w.t.T("connect.as."+string(h), args...)
	}
	return f.w.t.T("connect.as", args...)
}

func (f *tryForm) setTrusts() {
	t := f.w.t
	f.trusts = nil
	var words []string
	add := func(word string, choice trusted) {
		words = append(words, word)
		f.trusts = append(f.trusts, choice)
	}
	var all []desk.ID
	for _, a := range f.book.authorities {
		all = append(all, a.ID)
		add(t.T("connect.trust", "Name", nameOf(t, a)), trusted{ids: []desk.ID{a.ID}})
	}
	if len(all) > 1 {
		add(t.T("connect.trust.all"), trusted{ids: all})
	}
	add(t.T("connect.trust.system"), trusted{})
	add(t.T("try.trust.files"), trusted{files: true})
	add(t.T("connect.trust.nobody"), trusted{insecure: true})
	f.trust.SetOptions(words, 0)
}

// fromFiles stands among the certificates for the files under More.
const fromFiles desk.ID = "files"

// chosenCert is the certificate of the vault that is chosen; "" for none.
func (f *tryForm) chosenCert() desk.ID {
	if id := f.chosenEntry(); id != fromFiles {
		return id
	}
	return ""
}

func (f *tryForm) chosenEntry() desk.ID {
	if i := f.cert.Selected(); i > 0 && i < len(f.certIDs) {
		return f.certIDs[i]
	}
	return ""
}

// chooseCert chooses a certificate; one that is not there chooses nobody.
func (f *tryForm) chooseCert(id desk.ID) {
	for i, known := range f.certIDs {
		if known == id {
			f.cert.Select(i)
			f.relayout()
			return
		}
	}
	if c, ok := f.book.byID[id]; ok && c.HasKey {
		f.certIDs = append(f.certIDs, id)
		f.cert.SetOptions(append(f.cert.Options(), f.certWords(id)), len(f.certIDs)-1)
		f.relayout()
		return
	}
	f.cert.Select(0)
}

func (f *tryForm) chosenTrust() trusted {
	if i := f.trust.Selected(); i >= 0 && i < len(f.trusts) {
		return f.trusts[i]
	}
	return trusted{}
}

// chooseTrust chooses whom to trust; the system's authorities when that choice
// is gone.
func (f *tryForm) chooseTrust(wanted trusted) {
	system := 0
	for i, known := range f.trusts {
		if known.same(wanted) {
			f.trust.Select(i)
			f.relayout()
			return
		}
		if known.same(trusted{}) {
			system = i
		}
	}
	f.trust.Select(system)
	f.relayout()
}

func (t trusted) same(other trusted) bool {
	if t.insecure != other.insecure || t.files != other.files || len(t.ids) != len(other.ids) {
		return false
	}
	for i := range t.ids {
		if t.ids[i] != other.ids[i] {
			return false
		}
	}
	return true
}

// addTrust offers, and chooses, several authorities that were saved together.
func (f *tryForm) addTrust(ids []desk.ID) {
	var names []string
	for _, id := range ids {
		if c, ok := f.book.byID[id]; ok {
			names = append(names, c.Name)
		}
	}
	if len(names) < len(ids) {
		return // one of them is gone
	}
	f.trusts = append(f.trusts, trusted{ids: ids})
	f.trust.SetOptions(append(f.trust.Options(), f.w.t.T("connect.trust", "Name", f.w.t.List(names))), len(f.trusts)-1)
	f.relayout()
}

// tryHeadLayout puts title, address, the two choices and the buttons in one
// line, or the choices in a second one where there is too little room.
type tryHeadLayout struct {
	form *tryForm
	two  bool
}

const (
	oneLineFrom float32 = 860
	headHeight  float32 = 36
	headGap     float32 = 8
)

// Layout is for the toolkit.
func (l *tryHeadLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	title, url, cert, trust, more, try := objects[0], objects[1], objects[2], objects[3], objects[4], objects[5]
	l.two = size.Width < oneLineFrom
	put := func(o fyne.CanvasObject, x, y, wide float32) float32 {
		o.Move(fyne.NewPos(x, y))
		o.Resize(fyne.NewSize(wide, headHeight))
		return x + wide
	}
	titleWide := fyne.MeasureText(l.form.w.t.T("place.connections"), theme.SizeTitle, fyne.TextStyle{Bold: true}).Width + 1
	tryWide, moreWide := try.MinSize().Width, more.MinSize().Width
	left := put(title, 0, 0, titleWide) + headGap + 4
	put(try, size.Width-tryWide, 0, tryWide)
	right := size.Width - tryWide - headGap
	if l.two {
		put(url, left, 0, max(0, right-left))
		y := headHeight + headGap
		room := size.Width - moreWide - 2*headGap
		wide := min(room/2, 260)
		x := put(cert, 0, y, wide) + headGap
		put(trust, x, y, wide)
		put(more, size.Width-moreWide, y, moreWide)
		return
	}
	put(more, right-moreWide, 0, moreWide)
	right -= moreWide + headGap
	trustWide := l.choiceWidth(l.form.trust, 230)
	put(trust, right-trustWide, 0, trustWide)
	right -= trustWide + headGap
	certWide := l.choiceWidth(l.form.cert, 180)
	put(cert, right-certWide, 0, certWide)
	right -= certWide + headGap
	put(url, left, 0, max(0, right-left))
}

// choiceWidth is what the chosen words need.
func (l *tryHeadLayout) choiceWidth(s *widgets.Select, most float32) float32 {
	return min(most, max(112, fyne.MeasureText(s.Value(), theme.SizeBody, fyne.TextStyle{}).Width+52))
}

// MinSize is for the toolkit.
func (l *tryHeadLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	if l.two {
		return fyne.NewSize(520, 2*headHeight+headGap)
	}
	return fyne.NewSize(520, headHeight)
}
