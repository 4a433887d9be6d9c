package ui

import (
	"crypto/rand"
	"crypto/x509"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"countersign/pki"
	"countersign/pki/pkitest"
	"countersign/testclient"
	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/widgets"
)

func (b *bench) inspector() *inspector {
	b.t.Helper()
	i, ok := b.shown().(*inspector)
	if !ok {
		b.t.Fatalf("there is %T, not the inspector", b.shown())
	}
	return i
}

// texts are all words that an object shows.
func texts(o fyne.CanvasObject) string {
	var all []string
	var walk func(fyne.CanvasObject)
	walk = func(o fyne.CanvasObject) {
		if o == nil || !o.Visible() {
			return
		}
		if t, ok := o.(*widgets.Text); ok {
			all = append(all, t.Text())
			return
		}
		if c, ok := o.(*widgets.Code); ok {
			all = append(all, c.Text())
			return
		}
		switch o := o.(type) {
		case *fyne.Container:
			for _, child := range o.Objects {
				walk(child)
			}
		case fyne.Widget:
			for _, child := range test.WidgetRenderer(o).Objects() {
				walk(child)
			}
		}
	}
	walk(o)
	return strings.Join(all, "\n")
}

func (b *bench) shows(i *inspector, words ...string) {
	b.t.Helper()
	said := texts(i.detail)
	for _, w := range words {
		if !strings.Contains(said, w) {
			b.t.Errorf("it does not say %q but\n%s", w, said)
		}
	}
}

// tap presses the button of these words within an object.
func (b *bench) tap(o fyne.CanvasObject, words string) {
	b.t.Helper()
	var found *widgets.Button
	var walk func(fyne.CanvasObject)
	walk = func(o fyne.CanvasObject) {
		if o == nil || !o.Visible() || found != nil {
			return
		}
		switch o := o.(type) {
		case *widgets.Button:
			if o.Text() == words {
				found = o
			}
		case *fyne.Container:
			for _, child := range o.Objects {
				walk(child)
			}
		case fyne.Widget:
			for _, child := range test.WidgetRenderer(o).Objects() {
				walk(child)
			}
		}
	}
	walk(o)
	if found == nil {
		b.t.Fatalf("there is no button %q", words)
	}
	test.Tap(found)
	b.queue.drain()
}

func TestInspectABundle(t *testing.T) {
	b := unlocked(t)
	_, bundle := brought(t, b)
	b.openInspector(bundle)
	b.queue.drain()
	i := b.inspector()
	if !i.locked.Visible() {
		t.Fatal("no password is asked for")
	}
	i.password.SetText("wrong")
	i.ask(i.question)
	b.queue.drain()
	if i.locked.Fault() == "" {
		t.Error("a wrong password has no fault")
	}
	b.picture("inspect-locked")
	i.password.SetText("bundle-password")
	i.ask(i.question)
	b.queue.drain()
	if len(i.found.items) != 3 || i.locked.Visible() || i.password.Text() != "" || !i.left.Visible() {
		t.Fatalf("%d things, locked %v", len(i.found.items), i.locked.Visible())
	}
	for n, item := range i.found.items {
		i.choose(n)
		switch {
		case item.Key != nil:
			b.shows(i, "It belongs to alice, found beside it.", "the private key is here")
			b.picture("inspect-key")
		case item.Certificate.IsCA:
			b.shows(i, "It signed itself.", "sign certificates (keyCertSign)", "May it sign certificates?")
		default:
			b.shows(i, "Signed by Example Root.", "TLS client (clientAuth)", "subjectKeyIdentifier 2.5.29.14", "critical")
			b.picture("inspect-certificate")
			b.tap(i.detail, "Keep it in the vault")
			if c, err := b.desk.FindLeaf("alice"); err != nil || !c.HasKey {
				t.Errorf("kept: %+v, %v", c, err)
			}
			b.shows(i, "In this vault: alice, with its private key.")
			b.picture("inspect-mine")
		}
	}
}

func TestInspectOneOfTheVault(t *testing.T) {
	b := unlocked(t)
	made, err := b.desk.MakeExample(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b.openInspectorOf(made.Server)
	b.queue.drain()
	i := b.inspector()
	b.shows(i, "localhost", "Signed by Example Root of this vault.", "Fingerprints")
	if i.left.Visible() || i.targetIn.Fault() != "" {
		t.Error("one thing has a list")
	}
	before := texts(i.detail)
	b.tap(i.detail, "MD5 too, for old lists")
	if got := texts(i.detail); !strings.Contains(got, "MD5\n") || strings.Contains(before, "MD5\n") {
		t.Error("no MD5")
	}
}

// openTree shows the ASN.1 of the chosen thing, and nothing else.
func (b *bench) openTree(i *inspector) {
	b.t.Helper()
	holder := widgets.Stack(8)
	i.fillTree(holder, i.found.items[i.chosen].DER())
	i.detail.Objects = []fyne.CanvasObject{holder}
	i.layoutAgain()
}

func TestInspectTree(t *testing.T) {
	b := unlocked(t)
	made, err := b.desk.MakeExample(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b.openInspectorOf(made.Server)
	b.queue.drain()
	i := b.inspector()
	b.openTree(i)
	b.picture("inspect-tree")
	b.tap(i.detail, "Copy as text")
	if said := texts(i.detail); strings.Contains(said, "more elements") {
		t.Error("not all of a small certificate is shown")
	}
	if text := b.app.Clipboard().Content(); !strings.HasPrefix(text, "     0 SEQUENCE\n") || !strings.Contains(text, "[2]  localhost") {
		t.Errorf("copied %q", text)
	}
}

func TestInspectAServer(t *testing.T) {
	b := unlocked(t)
	made, err := b.desk.MakeExample(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	server, err := b.desk.Serve(desk.Serve{CertificateID: made.Server.ID, ClientCAs: []desk.ID{made.Authority.ID}, Mode: testclient.ModeMTLS})
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(server.URL(), "https://"))
	b.openInspector()
	b.queue.drain()
	i := b.inspector()
	b.picture("inspect-empty")
	test.Tap(i.look)
	if i.targetIn.Fault() == "" {
		t.Error("nothing to look at, and no fault")
	}
	i.target.SetText("localhost:" + port)
	test.Tap(i.look)
	b.queue.drain()
	b.shows(i, "localhost sends 1 certificate", "right: it is for localhost", "right: under Example Root of this vault",
		"asked for, of Example Root", "In this vault: localhost", "The server wants a client certificate")
	b.picture("inspect-server")
	b.win.Resize(fyne.NewSize(900, 600))
	b.picture("inspect-server-narrow")
	i.client.Select(slices.Index(i.clients, made.Client.ID))
	i.ask(i.question)
	b.queue.drain()
	if i.found.seen == nil || i.found.seen.Diagnosis != nil || !i.found.seen.ClientSent {
		t.Errorf("with a client certificate: %+v", i.found.seen)
	}
	b.picture("inspect-server-let-in")
}

func TestInspectANothing(t *testing.T) {
	b := unlocked(t)
	b.openInspector()
	b.queue.drain()
	i := b.inspector()
	b.app.Clipboard().SetContent(" ")
	i.paste()
	if i.targetIn.Fault() == "" {
		t.Error("nothing was pasted, and no fault")
	}
	for text, words := range map[string]string{
		"/nowhere/at/all":         "There is nothing at /nowhere/at/all.",
		"127.0.0.1:1":             "Nothing listens",
		"-----BEGIN X-----\nAAAA": "",
		strings.Repeat("x", 2000): "",
		`"` + t.TempDir() + `"`:   "",
	} {
		i.target.SetText(text)
		i.lookOrStop()
		b.queue.drain()
		if said := texts(i.detail); said == "" || !strings.Contains(said, words) || i.left.Visible() {
			t.Errorf("%.40q: %s", text, said)
		}
	}
	b.picture("inspect-nothing")
}

func TestMeant(t *testing.T) {
	there := filepath.Join(t.TempDir(), "a:443")
	if err := os.WriteFile(there, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]looked{
		there:               {paths: []string{there}},
		"file://" + there:   {paths: []string{there}},
		"api.example":       {text: "api.example", server: true},
		"api.example:8443":  {text: "api.example:8443", server: true},
		"https://a.example": {text: "https://a.example", server: true},
		"cert.pem":          {paths: []string{"cert.pem"}},
		"some/where":        {paths: []string{"some/where"}},
		"-----BEGIN X":      {text: "-----BEGIN X"},
	} {
		if got := meant(text); got.text != want.text || got.server != want.server || !slices.Equal(got.paths, want.paths) {
			t.Errorf("%q means %+v", text, got)
		}
	}
}

// longList is a CRL of many entries.
func longList(t *testing.T, entries int) []byte {
	t.Helper()
	root := pkitest.Root(t, "Acme Root")
	list := make([]x509.RevocationListEntry, entries)
	for n := range list {
		list[n] = x509.RevocationListEntry{SerialNumber: big.NewInt(int64(n + 1)), RevocationTime: testDay, ReasonCode: n % 6}
	}
	der, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{Number: big.NewInt(7), ThisUpdate: testDay.Add(-time.Hour),
		NextUpdate: testDay.AddDate(0, 0, 7), RevokedCertificateEntries: list}, root.Certificate, root.Key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func TestInspectALongList(t *testing.T) {
	b := unlocked(t)
	path := filepath.Join(t.TempDir(), "long.crl")
	if err := os.WriteFile(path, longList(t, 100_000), 0o600); err != nil {
		t.Fatal(err)
	}
	b.openInspector(path)
	b.queue.drain()
	i := b.inspector()
	b.shows(i, "It revokes 100,000 certificates.", "Number of this list")
	i.detail.Objects = i.detail.Objects[len(i.detail.Objects)-3:]
	i.layoutAgain()
	b.picture("inspect-crl")
	b.openTree(i)
	b.shows(i, "Only the first 2,000 elements are listed.")
}

// What a hostile certificate says is shown escaped, and not all of it.
func TestInspectHostile(t *testing.T) {
	b := unlocked(t)
	c, _ := pkitest.Leaf(t, pkitest.Root(t, "Ro\u202eot"), func(c *x509.Certificate) {
		c.Subject.CommonName = "ev\x00il\u200b"
		c.DNSNames = nil
		for n := range 3000 {
			c.DNSNames = append(c.DNSNames, strings.Repeat("a", n%60+1)+".example")
		}
	})
	path := filepath.Join(t.TempDir(), "c.der")
	if err := os.WriteFile(path, c.Raw, 0o600); err != nil {
		t.Fatal(err)
	}
	b.openInspector(path)
	b.queue.drain()
	i := b.inspector()
	b.shows(i, `ev\u{0000}il\u{200B}`, `Signed by Ro\u{202E}ot.`, "and 1,960 more")
	if said := texts(i.detail); pki.Escape(strings.ReplaceAll(said, "\n", "")) != strings.ReplaceAll(said, "\n", "") {
		t.Error("something is shown as it stands")
	}
	b.picture("inspect-hostile")
}

func TestImporterLooksCloser(t *testing.T) {
	b := unlocked(t)
	folder, _ := brought(t, b)
	b.openImport(folder)
	b.queue.drain()
	b.tap(b.shown().content(), "Show every field")
	if i := b.inspector(); len(i.found.items) != 2 || len(i.found.failures) != 0 {
		t.Errorf("found %d, %v", len(i.found.items), i.found.failures)
	}
}

// Every field and value that pki tells of has words in every language, and the
// inspector fits them.
func TestFactsHaveWords(t *testing.T) {
	for _, lang := range i18n.Languages() {
		p := i18n.New(lang)
		for _, field := range pki.FactFields() {
			if !p.Has("inspect.field." + field) {
				t.Errorf("%s: no word for the field %s", lang, field)
			}
		}
		for _, code := range pki.FactCodes() {
			if !p.Has("inspect.value." + code) {
				t.Errorf("%s: no word for the value %s", lang, code)
			}
		}
	}
	for _, p := range testclient.Protocols() {
		if !i18n.New("en").Has("inspect.starttls." + string(p)) {
			t.Errorf("no word for %s", p)
		}
	}
}

func TestInspectorInOtherLanguages(t *testing.T) {
	for _, lang := range []string{"zh-TW", "ja"} {
		for _, dark := range []bool{false, true} {
			b := unlocked(t, func(o *Options) { o.Printer = i18n.New(lang); o.Dark = &dark })
			made, err := b.desk.MakeExample(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			b.win.Resize(fyne.NewSize(900, 600))
			b.openInspectorOf(made.Authority)
			b.queue.drain()
			name := "inspect-" + lang
			if dark {
				name += "-dark"
				i := b.inspector()
				i.scroll.Offset = fyne.NewPos(0, 500)
				i.scroll.Refresh()
			}
			b.picture(name)
		}
	}
}
