package desk

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/testclient"
)

func TestSavedTryIsWhole(t *testing.T) {
	d := newDesk(t)
	want := Try{
		URL: "https://u:MARKED@a.test/x?token=MARKED", CertificateID: "0123456789abcdef0123456789abcdef", TrustIDs: []ID{"1123456789abcdef0123456789abcdef"},
		Insecure: true, Method: "PUT", Header: http.Header{"Authorization": {"MARKED"}}, Body: []byte("MARKED"), ServerName: "b.test", Address: ":1",
		MinVersion: 0x0303, MaxVersion: 0x0304, ALPN: []string{"h2"}, Timeout: time.Second,
		CertFiles: []string{"a.p12"}, Password: "MARKED", SendChain: true, TrustFiles: []string{"b.pem"}, BodyFile: "c", Proxy: "http://u:MARKED@proxy", Redirects: 3, Stage: time.Second,
		KeyLog: "keys.log",
	}
	for n := range reflect.TypeFor[Try]().NumField() {
		if reflect.ValueOf(want).Field(n).IsZero() {
			t.Errorf("this test leaves out %s", reflect.TypeFor[Try]().Field(n).Name)
		}
	}
	saved, err := d.SaveTry(" one ", " group ", want)
	if err != nil {
		t.Fatal(err)
	}
	if saved.Name != "one" || saved.Group != "group" || saved.URL != "https://a.test/x" || saved.Passed() || saved.Broke() {
		t.Errorf("%+v", saved)
	}
	want.KeyLog = "" // is not kept
	got, err := d.TryOf(saved.ID)
	if err != nil || !cmp.Equal(got, want) {
		t.Errorf("%v %s", err, cmp.Diff(want, got))
	}
	if found, err := d.FindTry("one"); err != nil || found != saved {
		t.Errorf("%v %+v", err, found)
	}
	data, err := os.ReadFile(d.Path())
	if err != nil || strings.Contains(string(data), "MARKED") {
		t.Errorf("%v, or secrets of a try are in the vault's file as they are", err)
	}
	if err := d.DeleteTry(saved.ID); err != nil {
		t.Fatal(err)
	}
	var none *NotFoundError
	_, of := d.TryOf(saved.ID)
	_, find := d.FindTry("one")
	_, run := d.RunTry(t.Context(), saved.ID, nil)
	for _, err := range []error{of, find, run, d.DeleteTry(saved.ID)} {
		if !errors.As(err, &none) || none.What != "try" {
			t.Errorf("deleted: %v", err)
		}
	}
	if _, err := d.SaveTry(" ", "", want); !errors.Is(err, ErrTryName) {
		t.Errorf("error %v", err)
	}
}

// TestTriesTell: results are kept, one that used to pass and fails now is
// flagged, and one that cannot begin has a reason.
func TestTriesTell(t *testing.T) {
	s := newSnippetStand(t)
	good := Try{URL: s.server.URL() + "/hello", CertificateID: s.example.Client.ID, TrustIDs: []ID{s.example.Authority.ID}}
	bad := good
	bad.CertificateID = ""
	gone := good
	gone.CertificateID = "0123456789abcdef0123456789abcdef"
	var ids []ID
	for name, try := range map[string]Try{"a good": good, "b bad": bad, "c gone": gone} {
		if _, err := s.SaveTry(name, "", try); err != nil {
			t.Fatal(err)
		}
	}
	all, err := s.Tries()
	if err != nil || len(all) != 3 {
		t.Fatal(err)
	}
	for _, x := range all {
		ids = append(ids, x.ID)
	}
	told := 0
	runs, err := s.RunTries(t.Context(), ids, func(TryRun) { told++ })
	if err != nil || len(runs) != 3 || told != 3 {
		t.Fatalf("%v, %d runs, %d told", err, len(runs), told)
	}
	mustBeTries(t, s.Desk, "a good: passed 200", "b bad: client-certificate-missing 0", "c gone: certificate-not-found 0")
	mustHaveDone(t, s.Desk, "tries", "issue", "issue", "issue", "create")

	if _, err := s.SaveTry("a good", "", good); err != nil { // the same again
		t.Fatal(err)
	}
	if err := s.StopServer(s.server); err != nil {
		t.Fatal(err)
	}
	run, err := s.RunTry(t.Context(), ids[0], nil)
	if err != nil || !run.BrokeNow || run.Passed() {
		t.Fatalf("%v %+v", err, run.Saved)
	}
	broken, err := s.BrokenTries()
	if err != nil || len(broken) != 1 || broken[0].Name != "a good" || broken[0].Code != testclient.Refused {
		t.Errorf("%v %+v", err, broken)
	}
	good.Method = "PUT" // another try under the name
	if saved, err := s.SaveTry("a good", "", good); err != nil || saved.Broke() || saved.ID != ids[0] {
		t.Errorf("%v %+v", err, saved)
	}
}

func mustBeTries(t *testing.T, d *Desk, want ...string) {
	t.Helper()
	all, err := d.Tries()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, x := range all {
		result := x.Code
		if x.Passed() {
			result = "passed"
		}
		got = append(got, fmt.Sprintf("%s: %s %d", x.Name, result, x.Status))
	}
	if !cmp.Equal(got, want) {
		t.Error(cmp.Diff(want, got))
	}
}

// TestTriesAtOnce: a hundred at once, and a stop that is no result.
func TestTriesAtOnce(t *testing.T) {
	s := newSnippetStand(t)
	var ids []ID
	for n := range 100 {
		x, err := s.SaveTry(fmt.Sprintf("try %03d", n), "many",
			Try{URL: s.server.URL() + "/hello", CertificateID: s.example.Client.ID, TrustIDs: []ID{s.example.Authority.ID}})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, x.ID)
	}
	begun := time.Now()
	runs, err := s.RunTries(t.Context(), ids, nil)
	if err != nil || len(runs) != 100 {
		t.Fatalf("%v, %d runs", err, len(runs))
	}
	t.Logf("100 saved tries against the local server: %v", time.Since(begun))
	for n, r := range runs {
		if !r.Passed() || r.Saved.ID != ids[n] {
			t.Errorf("%s: %+v %v", r.Saved.Name, r.Result.Diagnosis, r.Err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := 0
	runs, err = s.RunTries(ctx, ids, func(TryRun) {
		if ended++; ended == 10 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || len(runs) < 10 || len(runs) == 100 {
		t.Errorf("%v, %d runs", err, len(runs))
	}
	broken, err := s.BrokenTries()
	if err != nil || len(broken) != 0 {
		t.Errorf("%v, stopped ones count as broken: %d", err, len(broken))
	}
}
