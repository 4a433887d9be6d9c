package ui

import (
	"context"
	"crypto/x509"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/widgets"
)

// verifier says why a certificate is, or is not, trusted.
type verifier struct {
	w     *Window
	desk  *desk.Desk
	about desk.VerifyRequest           // the certificate, of the vault, of a file, or pasted or sent
	cert  desk.Certificate             // of the vault; the zero value for a file
	turn  int                          // of the last question
	last  *desk.Verified               // the last answer
	mine  map[desk.ID]desk.Certificate // of the vault, that it speaks of

	authorities []desk.Certificate
	files       []string // that were chosen as trusted

	purpose   *widgets.Select
	name      *widgets.Input
	at        *widgets.Input
	atField   *widgets.Field
	trust     *widgets.Select
	nameField *widgets.Field
	verdict   *widgets.Notice
	chain     *fyne.Container
	body      *fyne.Container
	root      *fyne.Container
}

// openVerify shows why a certificate of the vault is or is not trusted.
func (w *Window) openVerify(c desk.Certificate) {
	w.open(newVerifier(w, desk.VerifyRequest{ID: c.ID}, c, nameOf(w.t, c)))
}

// openVerifyFound does so for a certificate that was found: in a file, sent by
// a server, or pasted. What was found beside it may stand above it. path is its
// file, "" for none.
func (w *Window) openVerifyFound(name, path string, c *x509.Certificate, beside []*x509.Certificate) {
	w.open(newVerifier(w, desk.VerifyRequest{Path: path, Certificates: append([]*x509.Certificate{c}, beside...)}, desk.Certificate{}, name))
}

func baseName(path string) string { return path[strings.LastIndexAny(path, `/\`)+1:] }

// verifyPurposes are the choices of purpose.
var verifyPurposes = []pki.Kind{pki.Server, pki.Client, pki.Both, pki.Authority, ""}

func newVerifier(w *Window, about desk.VerifyRequest, c desk.Certificate, title string) *verifier {
	v := &verifier{w: w, desk: w.desk, about: about, cert: c}
	t := w.t
	v.verdict = widgets.NewNotice(widgets.ToneQuiet, t.T("verify.looking"), "")
	v.chain = widgets.Stack(0)
	v.buildChoices()
	choices := widgets.Grid(150, 12, widgets.NewField(t.T("verify.purpose"), "", v.purpose), v.nameField, v.atField,
		widgets.NewField(t.T("verify.trust"), "", v.trust))
	v.body = widgets.Stack(16, choices, v.verdict, v.chain)
	scroll := container.NewVScroll(widgets.Inset(0, gutter, 2, 2, v.body))
	middle := &fyne.Container{Layout: &settleLayout{scroll}, Objects: []fyne.CanvasObject{scroll}}
	back := widgets.NewButton(t.T("back"), "", widgets.Plain, w.back)
	head := widgets.Inset(0, 0, 12, 0, widgets.Row(12, widgets.Grow(widgets.NewTitle(t.T("verify.title", "Name", title)).Truncate()), back))
	v.root = container.NewBorder(head, nil, nil, nil, middle)
	return v
}

func (v *verifier) buildChoices() {
	t := v.w.t
	var purposes []string
	chosen := len(verifyPurposes) - 1
	for i, kind := range verifyPurposes {
		key := string(kind)
		if kind == "" {
			key = "any"
		}
		purposes = append(purposes, t.T("verify.purpose."+key))
		if kind == v.cert.Kind && v.about.ID != "" {
			chosen = i
		}
	}
	if v.about.ID == "" {
		purposes = append([]string{t.T("verify.purpose.own")}, purposes...)
		chosen = 0
	}
	v.purpose = widgets.NewSelect("", purposes, chosen, func(int) { v.ask() })
	v.name = widgets.NewInput(t.T("verify.name.placeholder"), func(string) { v.askSoon() })
	v.nameField = widgets.NewField(t.T("verify.name"), "", v.name)
	v.at = widgets.NewInput(v.w.now().Format(time.DateOnly), func(string) { v.askSoon() })
	v.atField = widgets.NewField(t.T("verify.at"), "", v.at)
	v.trust = widgets.NewSelect("", v.trusts(), 0, v.trusted)
}

// trusts are the choices of what is trusted: the vault, this computer, each
// authority, the files that were chosen, and a file.
func (v *verifier) trusts() []string {
	t := v.w.t
	list := []string{t.T("verify.trust.vault"), t.T("verify.trust.system")}
	for _, a := range v.authorities {
		list = append(list, t.T("verify.trust.only", "Name", nameOf(t, a)))
	}
	for _, path := range v.files {
		list = append(list, t.T("verify.trust.only", "Name", pki.Escape(baseName(path))))
	}
	return append(list, t.T("verify.trust.file"))
}

// trusted takes a choice; the last asks for a file.
func (v *verifier) trusted(index int) {
	if index < len(v.trust.Options())-1 {
		v.ask()
		return
	}
	v.trust.Select(0)
	dialog.ShowFileOpen(func(file fyne.URIReadCloser, err error) {
		if err != nil || file == nil {
			return
		}
		path := file.URI().Path()
		file.Close()
		v.trustFile(path)
	}, v.w.win)
}

// trustFile trusts what is in a file, and asks again.
func (v *verifier) trustFile(path string) {
	v.files = append(v.files, path)
	options := v.trusts()
	v.trust.SetOptions(options, len(options)-2)
	v.ask()
}

func (v *verifier) content() fyne.CanvasObject { return v.root }

// refresh reads the authorities, and asks.
func (v *verifier) refresh() {
	from := v.desk
	var authorities []desk.Certificate
	v.w.spawn("", func(context.Context) error {
		var err error
		authorities, err = from.Authorities()
		return err
	}, func(err error) {
		if err != nil {
			v.w.fail(err)
			return
		}
		chosen := v.trust.Value()
		v.authorities = authorities
		options := v.trusts()
		at := 0
		for i, text := range options[:len(options)-1] {
			if text == chosen {
				at = i
			}
		}
		v.trust.SetOptions(options, at)
		v.ask()
	})
}

// request is what the choices ask; ok is false when the date is none.
func (v *verifier) request() (r desk.VerifyRequest, ok bool) {
	r = v.about
	index := v.purpose.Selected()
	if v.about.ID == "" {
		index--
	}
	if index >= 0 {
		r.Purpose = &verifyPurposes[index]
	}
	r.Name = strings.TrimSpace(v.name.Text)
	switch i := v.trust.Selected() - 2; {
	case i == -1:
		r.Trust.System = true
	case i >= 0 && i < len(v.authorities):
		r.Trust.IDs = []desk.ID{v.authorities[i].ID}
	case i >= len(v.authorities):
		r.Trust.Files = []string{v.files[i-len(v.authorities)]}
	}
	text := strings.TrimSpace(v.at.Text)
	if text == "" {
		return r, true
	}
	at, err := time.ParseInLocation(time.DateOnly, text, v.w.now().Location())
	r.At = at.Add(12 * time.Hour)
	return r, err == nil
}

// typingPause is how long a person stops typing before the answer changes.
const typingPause = 300 * time.Millisecond

func (v *verifier) askSoon() {
	v.turn++
	turn := v.turn
	v.w.run.After(typingPause, func() {
		if turn == v.turn {
			v.ask()
		}
	})
}

// ask asks the desk and shows the answer.
func (v *verifier) ask() {
	v.turn++ // what was asked before says nothing any more
	from, ctx := v.desk, v.w.session
	r, ok := v.request()
	v.atField.SetFault("")
	if !ok {
		v.atField.SetFault(v.w.t.T("verify.at.bad"))
		v.root.Refresh()
		return
	}
	var mine map[desk.ID]desk.Certificate
	reread(v.w, &v.turn, func() (desk.Verified, error) {
		answer, err := from.Verify(ctx, r)
		mine = readMine(from, answer)
		return answer, err
	}, func(answer desk.Verified) {
		v.w.dismissNotice()
		v.mine = mine
		v.show(answer)
	})
}
