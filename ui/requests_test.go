package ui

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"

	"countersign/pki"
	"countersign/pki/pkitest"
	"countersign/ui/desk"
)

// csr is somebody else's request as PEM.
func csr(t *testing.T, kind pki.Kind, name, names string) []byte {
	t.Helper()
	c, err := pki.MakeCSR(request(t, kind, "", name, names).Request, pkitest.Key(t, pki.P256), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return pki.EncodeRequest(c)
}

// cameIn keeps somebody else's request in the bench's vault.
func (b *bench) cameIn(data []byte) desk.Request {
	b.t.Helper()
	taken, err := b.desk.TakeRequests(b.t.Context(), data)
	if err != nil {
		b.t.Fatal(err)
	}
	return taken[0]
}

func inRequests(b *bench) *requests {
	b.t.Helper()
	b.navigate("requests", "")
	b.queue.drain()
	return b.shown().(*requests)
}

func (b *bench) requestDetail() *requestDetail {
	b.t.Helper()
	d, ok := b.frame.detail.inner.(*requestDetail)
	if !ok || !b.frame.detail.Visible() {
		b.t.Fatalf("there is no detail of a request, but %T", b.frame.detail.inner)
	}
	return d
}

// press taps the button of a detail that says text.
func (d *requestDetail) press(t *testing.T, text string) {
	t.Helper()
	for _, x := range d.buttons {
		if x.Text() == text {
			test.Tap(x)
			return
		}
	}
	t.Fatalf("there is no button %q", text)
}

func TestNoRequestsYet(t *testing.T) {
	b := unlocked(t)
	r := inRequests(b)
	if !r.empty.Visible() || r.make.Visible() || r.chips.Visible() {
		t.Error("the empty state is not shown alone")
	}
	b.picture("requests-empty")
}

func TestRequestIsMadeAndItsCertificateComesBack(t *testing.T) {
	b := unlocked(t)
	inRequests(b).create()
	b.queue.drain()
	f := b.shown().(*requestForm)
	b.picture("requests-new")
	test.Type(f.names.Entry(), "api.acme.test, 10.0.0.7 ")
	f.parts[pki.FieldOrganization].SetText("Acme")
	f.key.Choose(1)
	test.Tap(f.create)
	b.queue.drain()
	d := b.requestDetail()
	if d.request.Name != "api.acme.test" || d.request.State != desk.RequestWaiting || d.request.Key != pki.P384 || b.frame.current != "requests" {
		t.Fatalf("it was made as %+v", d.request)
	}
	b.picture("requests-made")
	d.press(t, "Copy PEM")
	b.queue.drain()
	sent := b.app.Clipboard().Content()
	if !strings.Contains(sent, "BEGIN CERTIFICATE REQUEST") {
		t.Fatalf("on the clipboard is %q", sent)
	}
	answer := partnerSigns(t, sent)
	d.press(t, "The certificate came back…")
	b.queue.drain()
	take := b.shown().(*requestTake)
	test.Tap(take.keep)
	if take.field.Fault() == "" {
		t.Error("nothing is given, and there is no fault")
	}
	b.picture("requests-back")
	take.paste.SetText(answer)
	test.Tap(take.keep)
	b.queue.drain()
	made := b.found("api.acme.test")
	if !made.HasKey || made.Issuer != "Partner Root" || b.detailID() != made.ID {
		t.Errorf("it came back as %+v", made.Certificate)
	}
	r := inRequests(b)
	if len(r.rows) != 1 || r.rows[0].State != desk.RequestDone {
		t.Errorf("the request is %+v", r.rows)
	}
	r.chosen([]int{0})
	b.queue.drain()
	b.requestDetail().press(t, "Show the certificate")
	b.queue.drain()
	if b.detailID() != made.ID {
		t.Error("it does not lead to its certificate")
	}
}

// partnerSigns is what comes back for a request: the certificate and its root.
func partnerSigns(t *testing.T, sent string) string {
	t.Helper()
	asked, err := desk.DecodeRequests([]byte(sent))
	if err != nil {
		t.Fatal(err)
	}
	whole, err := pki.ReadCSR(asked[0])
	if err != nil || whole.Request.Subject.Organization != "Acme" {
		t.Fatalf("it asks for %+v, %v", whole, err)
	}
	root := pkitest.Root(t, "Partner Root")
	leaf, err := pki.Issue(root, whole.Grant(pki.Server), asked[0].PublicKey, root.Certificate.NotBefore.AddDate(0, 0, 1), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return string(pki.EncodeCertificates(leaf, root.Certificate))
}

func TestRequestFormFaults(t *testing.T) {
	b := unlocked(t)
	b.openRequestNew()
	b.queue.drain()
	f := b.shown().(*requestForm)
	tests := []struct {
		name  string
		kind  int
		fill  func()
		field pki.Field
		want  string
	}{
		{"a server without names", 0, func() {}, pki.FieldNames, "at least one name"},
		{"a name that is none", 0, func() { f.names.SetNames("a_b!c") }, pki.FieldNames, "is not a host name"},
		{"a client without a name", 1, func() {}, pki.FieldName, "Give it a name"},
		{"a country of three letters", 1, func() { f.name.SetText("bob"); f.parts[pki.FieldCountry].SetText("TWN") }, pki.FieldCountry, "two letters"},
		{"an authority without a name", 3, func() { f.name.SetText("") }, pki.FieldName, "Give it a name"},
	}
	for _, x := range tests {
		t.Run(x.name, func(t *testing.T) {
			f.tiles.Select(x.kind)
			f.setKind(issueKinds[x.kind])
			x.fill()
			test.Tap(f.create)
			b.queue.drain()
			if got := f.fields[x.field].Fault(); !strings.Contains(got, x.want) {
				t.Errorf("it says %q, want %q", got, x.want)
			}
			f.clear()
		})
	}
	if list, err := b.desk.Requests(); err != nil || len(list) != 0 {
		t.Errorf("made were %+v, %v", list, err)
	}
}

func TestChipsOfRequests(t *testing.T) {
	b := unlocked(t)
	for _, name := range []string{"a", "b"} {
		b.cameIn(csr(t, pki.Client, name, ""))
	}
	if _, err := b.desk.MakeRequest(t.Context(), request(t, pki.Client, "", "c", "").Request); err != nil {
		t.Fatal(err)
	}
	r := inRequests(b)
	if got := strings.Join(r.chips.Labels(), ", "); got != "All 3, Came in 2, Ours, waiting 1, Signed 0" {
		t.Errorf("the chips say %q", got)
	}
	b.picture("requests-list")
	for chip, want := range []int{3, 2, 1, 0} {
		r.chipChosen(chip)
		if got := r.list.Len(); got != want {
			t.Errorf("chip %d lets %d through, want %d", chip, got, want)
		}
	}
	if !r.none.Visible() {
		t.Error("it does not say that there is none")
	}
	b.lock()
	b.queue.drain()
	if len(r.all)+len(r.rows) != 0 || r.list.Len() != 0 {
		t.Error("a locked vault leaves requests in the list")
	}
}

func TestRequestIsDeletedAfterAsking(t *testing.T) {
	b := unlocked(t)
	made, err := b.desk.MakeRequest(t.Context(), request(t, pki.Client, "", "alice", "").Request)
	if err != nil {
		t.Fatal(err)
	}
	b.navigate("requests", made.ID)
	b.queue.drain()
	d := b.requestDetail()
	d.press(t, "Delete…")
	if len(d.notices) != 1 || !strings.Contains(d.notices[0].Body(), "private key goes with it") {
		t.Fatal("it does not say what will stop working")
	}
	b.picture("requests-delete")
	d.askDelete(false)
	if len(d.notices) != 0 {
		t.Error("it still asks")
	}
	d.delete()
	b.queue.drain()
	if list, err := b.desk.Requests(); err != nil || len(list) != 0 || b.requestDetailID() != "" {
		t.Errorf("there are %+v, %v", list, err)
	}
	a := b.activity()
	b.picture("requests-deleted")
	if a.trash.Hidden || a.trash.Title() != "alice was deleted" {
		t.Errorf("Activity says %q", a.trash.Title())
	}
	b.tap(a.trash, "Bring back")
	if list, err := b.desk.Requests(); err != nil || len(list) != 1 || !list[0].HasKey || !a.trash.Hidden {
		t.Errorf("there are %+v, %v", list, err)
	}
}

func TestRequestIsSaved(t *testing.T) {
	b := unlocked(t)
	made, err := b.desk.MakeRequest(t.Context(), request(t, pki.Client, "", "alice", "").Request)
	if err != nil {
		t.Fatal(err)
	}
	b.navigate("requests", made.ID)
	b.queue.drain()
	b.requestDetail().press(t, "Save as…")
	f := b.shown().(*requestFile)
	b.picture("requests-save")
	f.path.SetText("alice.csr")
	b.submitBy(f.path)
	if !strings.Contains(f.field.Fault(), "whole path") {
		t.Errorf("it says %q", f.field.Fault())
	}
	path := filepath.Join(t.TempDir(), "alice.der")
	for range 2 {
		f.path.SetText(path)
		b.submitBy(f.path)
	}
	data, err := os.ReadFile(path)
	if err != nil || data[0] != 0x30 {
		t.Errorf("the file holds %q, %v", data, err)
	}
	if !strings.Contains(f.field.Fault(), "already") {
		t.Errorf("over a file it says %q", f.field.Fault())
	}
}

func TestDroppedRequestLeadsToRequests(t *testing.T) {
	b := unlocked(t)
	path := filepath.Join(t.TempDir(), "partner.csr")
	if err := os.WriteFile(path, csr(t, pki.Client, "partner", ""), 0o600); err != nil {
		t.Fatal(err)
	}
	b.openImport(path)
	b.queue.drain()
	i := b.shown().(*importer)
	test.Tap(i.keep)
	b.queue.drain()
	r, ok := b.shown().(*requests)
	if !ok || len(r.rows) != 1 || r.rows[0].State != desk.RequestCame {
		t.Fatalf("it leads to %T", b.shown())
	}
}

func TestActivityLeadsToTheRequest(t *testing.T) {
	b := unlocked(t)
	came := b.cameIn(csr(t, pki.Client, "partner", ""))
	b.showSubject(came.ID)
	b.queue.drain()
	if b.frame.current != "requests" || b.requestDetailID() != came.ID {
		t.Errorf("it shows %s", b.frame.current)
	}
}
