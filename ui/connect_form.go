package ui

import (
	"crypto/tls"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

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
	more       *fyne.Container
	moreParts
	root *fyne.Container
}

// moreParts are the fields that most tries leave alone.
type moreParts struct {
	method, lowest, highest      *widgets.Select
	serverName, address, timeout *widgets.Input
	headers, body                *widgets.Input
	timeoutField, headersField   *widgets.Field
}

// trusted is one choice of whom to trust.
type trusted struct {
	ids      []desk.ID // none: the system's, unless insecure
	insecure bool
}

var tryMethods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

// tryVersions are the versions that Go's client still speaks; 0 is its default.
var tryVersions = []uint16{0, tls.VersionTLS10, tls.VersionTLS11, tls.VersionTLS12, tls.VersionTLS13}

func newTryForm(w *Window, try func()) *tryForm {
	f := &tryForm{w: w}
	f.url = widgets.NewInput(w.t.T("connect.url.placeholder"), nil)
	f.url.OnSubmitted = func(string) { try() }
	f.cert = widgets.NewSelect(w.t.T("connect.as.nobody"), nil, -1, func(int) { f.relayout() })
	f.trust = widgets.NewSelect(w.t.T("connect.trust.system"), nil, -1, func(int) { f.relayout() })
	f.button = widgets.NewButton(w.t.T("connect.try"), theme.IconPlay, widgets.Primary, try)
	f.moreButton = widgets.NewButton(w.t.T("connect.more"), theme.IconDown, widgets.Quiet, f.toggleMore)
	f.unverified = widgets.NewStatus(widgets.ToneBroken, w.t.T("connect.unverified"))
	f.more = f.buildMore()
	f.more.Hide()
	head := &fyne.Container{Layout: &tryHeadLayout{form: f}, Objects: []fyne.CanvasObject{
		widgets.NewTitle(w.t.T("place.connections")), f.url, f.cert, f.trust, f.moreButton, f.button,
	}}
	f.root = widgets.Stack(8, head, f.unverified)
	f.setBook(book{})
	return f
}

func (f *tryForm) buildMore() *fyne.Container {
	t := f.w.t
	versions := make([]string, len(tryVersions))
	for i, v := range tryVersions {
		versions[i] = t.T("connect.version.any")
		if v != 0 {
			versions[i] = tls.VersionName(v)
		}
	}
	f.method = widgets.NewSelect("", tryMethods, 0, nil)
	f.lowest = widgets.NewSelect("", versions, 0, nil)
	f.highest = widgets.NewSelect("", versions, 0, nil)
	f.serverName = widgets.NewInput(t.T("connect.server-name.placeholder"), nil)
	f.address = widgets.NewInput(t.T("connect.address.placeholder"), nil)
	f.timeout = widgets.NewInput("10", nil)
	f.headers = widgets.NewLines("Accept: application/json", 2, nil)
	f.body = widgets.NewLines("", 2, nil)
	f.timeoutField = widgets.NewField(t.T("connect.timeout"), "", f.timeout)
	f.headersField = widgets.NewField(t.T("connect.headers"), "", f.headers)
	small := widgets.Grid(188, 12,
		widgets.NewField(t.T("connect.method"), "", f.method),
		widgets.NewField(t.T("connect.lowest"), "", f.lowest),
		widgets.NewField(t.T("connect.highest"), "", f.highest),
		f.timeoutField,
		widgets.NewField(t.T("connect.server-name"), t.T("connect.server-name.hint"), f.serverName),
		widgets.NewField(t.T("connect.address"), t.T("connect.address.hint"), f.address),
	)
	large := widgets.Grid(280, 12, f.headersField, widgets.NewField(t.T("connect.body"), "", f.body))
	return widgets.NewCard(widgets.Stack(12, small, large))
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
	f.root.Refresh()
	if c := f.w.connections(); c != nil {
		c.layoutAgain()
	}
}

// setBook takes what the vault holds now; what was chosen stays chosen.
func (f *tryForm) setBook(b book) {
	cert, trust := f.chosenCert(), f.chosenTrust()
	first := f.trusts == nil
	f.book = b
	f.certIDs = append([]desk.ID{""}, b.presentable(cert)...)
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
	c := f.book.byID[id]
	args := []any{"Name", c.Name, "Issuer", c.Issuer}
	switch h := c.Health(f.w.now()); {
	case h == desk.Expired || h == desk.NotYetValid || h == desk.Revoked:
		return f.w.t.T("connect.as."+string(h), args...)
	case f.book.names[c.Name] > 1:
		return f.w.t.T("connect.as.of", args...)
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
		add(t.T("connect.trust", "Name", a.Name), trusted{ids: []desk.ID{a.ID}})
	}
	if len(all) > 1 {
		add(t.T("connect.trust.all"), trusted{ids: all})
	}
	add(t.T("connect.trust.system"), trusted{})
	add(t.T("connect.trust.nobody"), trusted{insecure: true})
	f.trust.SetOptions(words, 0)
}

func (f *tryForm) chosenCert() desk.ID {
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
	if t.insecure != other.insecure || len(t.ids) != len(other.ids) {
		return false
	}
	for i := range t.ids {
		if t.ids[i] != other.ids[i] {
			return false
		}
	}
	return true
}

// fill puts a try into the form, and leaves the fields under More as new.
func (f *tryForm) fill(t desk.Try) {
	f.url.SetText(t.URL)
	f.chooseCert(t.CertificateID)
	f.chooseTrust(trusted{ids: t.TrustIDs, insecure: t.Insecure})
}

// fillAll puts a whole try into the form, and opens More when it has more.
func (f *tryForm) fillAll(t desk.Try) {
	f.fill(t)
	if len(t.TrustIDs) > 0 && !f.chosenTrust().same(trusted{ids: t.TrustIDs}) {
		f.addTrust(t.TrustIDs)
	}
	f.method.Select(max(0, slices.Index(tryMethods, t.Method)))
	f.lowest.Select(max(0, slices.Index(tryVersions, t.MinVersion)))
	f.highest.Select(max(0, slices.Index(tryVersions, t.MaxVersion)))
	f.serverName.SetText(t.ServerName)
	f.address.SetText(t.Address)
	f.timeout.SetText("10")
	if t.Timeout > 0 {
		f.timeout.SetText(strconv.FormatFloat(t.Timeout.Seconds(), 'f', -1, 64))
	}
	var lines []string
	for name, values := range t.Header {
		for _, v := range values {
			lines = append(lines, name+": "+v)
		}
	}
	slices.Sort(lines)
	f.headers.SetText(strings.Join(lines, "\n"))
	f.body.SetText(string(t.Body))
	if len(t.Header) > 0 || len(t.Body) > 0 || t.ServerName != "" || t.Address != "" {
		f.openMore(true)
	}
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

// read gives the try that the form says; false when a field cannot be read,
// which the field then says.
func (f *tryForm) read() (desk.Try, bool) {
	trust := f.chosenTrust()
	t := desk.Try{
		URL: strings.TrimSpace(f.url.Text), CertificateID: f.chosenCert(),
		TrustIDs: trust.ids, Insecure: trust.insecure,
		Method:     tryMethods[max(0, f.method.Selected())],
		ServerName: strings.TrimSpace(f.serverName.Text), Address: strings.TrimSpace(f.address.Text),
		MinVersion: tryVersions[max(0, f.lowest.Selected())], MaxVersion: tryVersions[max(0, f.highest.Selected())],
		Body: []byte(f.body.Text),
	}
	var good bool
	t.Timeout, good = readSeconds(f.timeout.Text)
	f.timeoutField.SetFault(f.faultWords(good, "connect.timeout.fault"))
	header, headersGood := readHeaders(f.headers.Text)
	t.Header = header
	f.headersField.SetFault(f.faultWords(headersGood, "connect.headers.fault"))
	if !good || !headersGood {
		f.openMore(true)
	}
	return t, good && headersGood
}

func (f *tryForm) faultWords(good bool, key string) string {
	if good {
		return ""
	}
	return f.w.t.T(key)
}

// readSeconds reads a time in seconds, "" as none; up to an hour.
func readSeconds(text string) (time.Duration, bool) {
	text = strings.TrimSpace(text)
	if text == "" {
		return 0, true
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || n < 0.001 || n > 3600 {
		return 0, false
	}
	return time.Duration(n * float64(time.Second)), true
}

// readHeaders reads lines of "Name: value".
func readHeaders(text string) (http.Header, bool) {
	header := http.Header{}
	for line := range strings.SplitSeq(text, "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		name, value, found := strings.Cut(line, ":")
		if !found || strings.TrimSpace(name) == "" {
			return nil, false
		}
		header.Add(strings.TrimSpace(name), strings.TrimSpace(value))
	}
	if len(header) == 0 {
		return nil, true
	}
	return header, true
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
