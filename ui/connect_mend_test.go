package ui

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"

	"countersign/pki"
	"countersign/testclient"
	"countersign/ui/desk"
	"countersign/ui/widgets"
)

func TestRefusedWithoutCertificate(t *testing.T) {
	l, made := example(t)
	l.serve(testclient.ModeMTLS, made.Server.ID, made.Authority.ID)
	l.c.form.chooseCert("")
	l.try()
	l.wantTitle("The server wants a client certificate, and none was sent")
	l.wantTones([7]widgets.Tone{good, good, good, good, broken, grey, grey})
	row := l.c.picture.rows[4].line
	if row.server != "insists on one" || !strings.Contains(row.middle, "certificate required") {
		t.Errorf("step 5 says %q, %q", row.middle, row.server)
	}
	if !strings.Contains(l.c.verdict.raw.Text(), "certificate required") || !l.c.verdict.fold.Visible() || l.c.verdict.fold.Open() {
		t.Errorf("the error itself is not folded away: %q", l.c.verdict.raw.Text())
	}
	l.queue.until("the refusal is in the log", func() bool { return !l.c.local.visits.empty() })
	seen := l.c.local.visits.words(l.c.local.visits.list[0].Connection)
	if seen.end != "refused" || seen.who != "no certificate" {
		t.Errorf("the server saw %+v", seen)
	}
	test.Tap(l.button("Use alice"))
	l.queue.drain()
	l.wantTitle("The server let alice in")
	l.wantTones(allGood)
}

func TestRefusedForItsAuthority(t *testing.T) {
	l, made := example(t)
	partner := l.authority("Partner Root")
	bob := l.leaf(pki.Client, partner.ID, "bob", "")
	carol := l.leaf(pki.Client, partner.ID, "carol", "")
	l.serve(testclient.ModeMTLS, made.Server.ID, partner.ID)
	l.c.form.chooseCert(made.Client.ID)
	l.try()
	l.wantTitle("The server refused alice: it does not trust the authority")
	l.wantTones([7]widgets.Tone{good, good, good, good, broken, grey, grey})
	if body := l.c.verdict.notice.Body(); !strings.Contains(body, "It trusts only Partner Root, and alice is signed by Example Root.") {
		t.Errorf("the verdict says %q", body)
	}
	l.button("Use a certificate it accepts (2)")
	items := l.c.certificateItems(l.c.last)
	if len(items) != 2 || items[0].Label != "as bob, signed by Partner Root" || items[1].Label != "as carol, signed by Partner Root" {
		t.Fatalf("the menu has %v", items)
	}
	items[1].Action()
	l.queue.drain()
	l.wantTitle("The server let carol in")
	if l.c.form.chosenCert() != carol.ID || carol.ID == bob.ID {
		t.Error("carol is not chosen in the form")
	}
}

// TestNoneThatItAccepts: to whom says whom it accepts nothing else is offered.
func TestNoneThatItAccepts(t *testing.T) {
	l, made := example(t)
	partner := l.authority("Partner Root")
	l.leaf(pki.Client, made.Authority.ID, "dora", "")
	l.serve(testclient.ModeMTLS, made.Server.ID, partner.ID)
	l.c.form.chooseCert(made.Client.ID)
	l.try()
	l.wantTitle("The server refused alice: it does not trust the authority")
	if len(l.c.last.remedies.Others) == 0 {
		t.Fatal("there is no other certificate that could be offered")
	}
	for _, b := range l.c.verdict.buttons {
		if b.Text() == "Use another certificate" {
			t.Error("offers certificates that the server does not accept")
		}
	}
	if body := l.c.verdict.notice.Body(); !strings.Contains(body, "ask whoever runs the server for one") {
		t.Errorf("the verdict says %q", body)
	}
}

// TestSentElsewhere: an answer that sends on says where to, and one of a server
// that does not reach what is behind it says so.
func TestSentElsewhere(t *testing.T) {
	l, _ := example(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/down" {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		http.Redirect(w, r, "/login", http.StatusFound)
	}))
	t.Cleanup(server.Close)
	l.c.form.url.SetText(server.URL + "/")
	l.try()
	l.wantTitle("The server answered")
	if body := l.c.verdict.notice.Body(); !strings.Contains(body, "It sends you on to /login: this try did not follow.") {
		t.Errorf("the verdict says %q", body)
	}
	l.picture("h-redirect")
	l.c.form.url.SetText(server.URL + "/down")
	l.try()
	l.wantTitle("Connected, but the server answered 502 Bad Gateway")
	if body := l.c.verdict.notice.Body(); !strings.Contains(body, "The server was reached, but it could not reach the application behind it") {
		t.Errorf("the verdict says %q", body)
	}
	l.picture("h-502")
}

func TestServerNotTrusted(t *testing.T) {
	l, made := example(t)
	other := l.authority("Acme Root")
	l.serve(testclient.ModeMTLS, made.Server.ID, made.Authority.ID)
	l.c.form.chooseTrust(trusted{ids: []desk.ID{other.ID}})
	l.try()
	l.wantTitle("You do not trust the authority of this server")
	l.wantTones([7]widgets.Tone{good, good, broken, grey, grey, grey, grey})
	test.Tap(l.button("Trust Example Root"))
	l.queue.drain()
	l.wantTitle("The server let alice in")
	if got := l.c.form.trust.Value(); got != "trust Example Root" {
		t.Errorf("the form says %q", got)
	}
}

func TestNotVerified(t *testing.T) {
	l, made := example(t)
	l.serve(testclient.ModeTLS, made.Server.ID, "")
	l.c.form.chooseTrust(trusted{insecure: true})
	if !l.c.form.unverified.Visible() {
		t.Error("nothing warns that the server is not verified")
	}
	l.c.form.url.SetText(strings.Replace(l.c.form.url.Text, "localhost", "localhost.localdomain", 1))
	l.c.form.address.SetText(l.c.local.running.Addr())
	l.try()
	l.wantTitle("The server answered")
	l.wantTones([7]widgets.Tone{good, good, widgets.ToneSoon, grey, grey, good, good})
	if l.c.picture.rows[3].line.middle != "not asked for" {
		t.Errorf("step 4 says %q", l.c.picture.rows[3].line.middle)
	}
	l.c.form.chooseTrust(trusted{ids: []desk.ID{made.Authority.ID}})
	if l.c.form.unverified.Visible() {
		t.Error("the warning stays")
	}
	l.try()
	l.wantTitle("The server's certificate is not for localhost.localdomain")
	test.Tap(l.button("Connect to localhost"))
	l.queue.drain()
	l.wantTitle("The server answered")
}

func TestWrongScheme(t *testing.T) {
	l, made := example(t)
	l.serve(testclient.ModePlain, "", "")
	l.c.form.url.SetText(strings.Replace(l.c.form.url.Text, "http:", "https:", 1))
	l.try()
	l.wantTitle("The server speaks plain HTTP here")
	test.Tap(l.button("Use http://"))
	l.queue.drain()
	l.wantTitle("The server answered")
	l.wantTones([7]widgets.Tone{good, grey, grey, grey, grey, good, good})

	l.serve(testclient.ModeTLS, made.Server.ID, "")
	l.c.form.url.SetText(strings.Replace(l.c.form.url.Text, "https:", "http:", 1))
	l.try()
	l.wantTitle("The server wants TLS here")
	test.Tap(l.button("Use https://"))
	l.queue.drain()
	l.wantTitle("The server answered")
}

func TestNobodyListens(t *testing.T) {
	l, _ := example(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	l.c.form.url.SetText("https://" + address)
	l.try()
	l.wantTitle("Nothing listens on " + address)
	l.wantTones([7]widgets.Tone{broken, grey, grey, grey, grey, grey, grey})
	test.Tap(l.button("Start the local server"))
	l.queue.drain()
	if s := l.c.local.running; s == nil || s.Addr() != address || !l.c.local.root.Visible() {
		t.Fatalf("no server at that port: %q", l.c.local.portField.Fault())
	}
	l.try()
	l.wantTitle("The server let alice in")
}

func TestBackToTheLocalServer(t *testing.T) {
	l, made := example(t)
	l.serve(testclient.ModeMTLS, made.Server.ID, made.Authority.ID)
	l.c.form.url.SetText("https://nowhere.invalid/")
	l.try()
	l.wantTitle("There is no computer named nowhere.invalid")
	test.Tap(l.button("Try the local server"))
	l.queue.drain()
	l.wantTitle("The server let alice in")
}

func TestReissueForTheLocalServer(t *testing.T) {
	l, made := example(t)
	wrong := l.leaf(pki.Server, made.Authority.ID, "api.acme.test", "api.acme.test 10.0.0.7")
	l.serve(testclient.ModeMTLS, wrong.ID, made.Authority.ID)
	port := l.c.local.running.Port()
	l.try()
	l.wantTitle("The server's certificate is not for localhost")
	test.Tap(l.button("Reissue with the name localhost"))
	l.queue.drain()
	l.wantTitle("The server let alice in")
	id := l.c.local.config.CertificateID
	if l.c.local.running.Port() != port || id == wrong.ID {
		t.Errorf("port %d of the certificate %q", l.c.local.running.Port(), id)
	}
	again, err := l.desk.Get(id)
	if err != nil || strings.Join(again.Names, " ") != "api.acme.test localhost 10.0.0.7" || again.Name != "api.acme.test" {
		t.Errorf("made %+v, %v", again, err)
	}
}
