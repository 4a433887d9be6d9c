package ui

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"countersign/testclient"
	"countersign/ui/desk"
	"countersign/ui/i18n"
)

// TestTryFromFiles: a certificate and an authority that are files.
func TestTryFromFiles(t *testing.T) {
	l, made := example(t)
	l.serve(testclient.ModeMTLS, made.Server.ID, made.Authority.ID)
	write := func(id desk.ID, f desk.Format) string {
		file, err := l.desk.Export(id, f, "secret")
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), file.Name)
		if err := desk.WriteFile(path, file, false); err != nil {
			t.Fatal(err)
		}
		return path
	}
	form := l.c.form
	form.cert.Choose(len(form.certIDs) - 1)
	form.chooseTrust(trusted{files: true})
	if !form.more.Visible() || !form.certPart.Visible() || !form.trustPart.Visible() {
		t.Error("More does not show the fields of files")
	}
	l.try()
	if form.certFilesField.Fault() == "" || form.trustFilesField.Fault() == "" || l.c.last != nil {
		t.Error("no files, and no fault")
	}
	form.certFiles.SetText(write(made.Client.ID, desk.P12))
	form.password.SetText("secret")
	form.trustFiles.SetText(write(made.Authority.ID, desk.PEM))
	form.keyLog.SetText(filepath.Join(t.TempDir(), "keys.log"))
	if !form.logged.Visible() {
		t.Error("that secrets are written is not said")
	}
	log := form.keyLog.Text
	l.try()
	if l.c.last == nil || !l.c.last.result.OK() || !l.c.last.result.ClientSent {
		t.Fatalf("%+v", l.c.last)
	}
	if data, err := os.ReadFile(log); err != nil || !strings.Contains(string(data), "TRAFFIC_SECRET") {
		t.Errorf("%v, key log %q", err, data)
	}
	if form.keyLog.Text != "" || form.logged.Visible() {
		t.Error("the next try would write secrets too")
	}
	l.c.refresh()
	l.queue.drain()
	if form.chosenEntry() != fromFiles || !form.chosenTrust().files {
		t.Error("the choice of files is lost when the vault is read again")
	}
}

// TestMoreFillsAndReads: what is saved comes back as it was.
func TestMoreFillsAndReads(t *testing.T) {
	l, made := example(t)
	want := desk.Try{
		URL: "https://a.test/", CertFiles: []string{"/a.pem", "/a.key"}, Password: "p", SendChain: true, TrustFiles: []string{"/b.pem"}, Method: "PUT",
		Header: http.Header{"X-A": {"1", "2"}}, Body: []byte("body"), BodyFile: "/c", ServerName: "s", Address: ":1", MinVersion: 0x0303, MaxVersion: 0x0304,
		Proxy: "http://p:1", Redirects: testclient.MaxRedirects, Timeout: 5e9, Stage: 1.5e9,
	}
	l.c.form.fillAll(want)
	if got, good := l.c.form.read(); !good || !got.Same(want) {
		t.Errorf("%v\n%+v\n%+v", good, got, want)
	}
	plain := desk.Try{URL: "https://a.test/", CertificateID: made.Client.ID, TrustIDs: []desk.ID{made.Authority.ID}, Method: "GET", Timeout: 10e9}
	l.c.form.fillAll(plain)
	if got, good := l.c.form.read(); !good || !got.Same(plain) {
		t.Errorf("%v\n%+v\n%+v", good, got, plain)
	}
}

// TestRedirectsAreListed: each on a line of its own.
func TestRedirectsAreListed(t *testing.T) {
	l, _ := example(t)
	mux := http.NewServeMux()
	mux.Handle("/one", http.RedirectHandler("/two", http.StatusFound))
	mux.Handle("/two", http.RedirectHandler("/three?token=1", http.StatusTemporaryRedirect))
	mux.HandleFunc("/three", func(http.ResponseWriter, *http.Request) {})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	l.c.form.url.SetText(server.URL + "/one")
	l.c.form.redirects.Select(1)
	l.try()
	body := l.c.verdict.notice.Body()
	if !l.c.last.result.OK() || !strings.Contains(body, "302 from "+server.URL+"/one to /two\n307 from "+server.URL+"/two to /three") {
		t.Errorf("the verdict says %q", body)
	}
	l.picture("connections-redirects")
}

// TestMoreIsWhole: all its fields, in each language and size.
func TestMoreIsWhole(t *testing.T) {
	for _, look := range looks {
		for _, language := range []string{"en", "zh-TW", "ja"} {
			l, _ := example(t, func(o *Options) { o.Dark, o.Printer = &look.dark, i18n.New(language) })
			l.win.Resize(look.size)
			l.c.form.openMore(true)
			l.c.form.chooseCert(fromFiles)
			l.c.form.chooseTrust(trusted{files: true})
			l.c.form.keyLog.SetText("/tmp/keys.log")
			l.c.layoutAgain()
			l.wantWhole("fields-" + language + "-" + look.name)
			l.win.Resize(fyne.NewSize(look.size.Width, 1200))
			l.picture("connections-fields-tall-" + language + "-" + look.name)
		}
	}
}
