package desk

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/pki"
	"countersign/pki/pkitest"
)

func (d *Desk) mustRequest(t testing.TB, r pki.Request) Request {
	t.Helper()
	made, err := d.MakeRequest(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// pem is a request as it is sent to who signs.
func (d *Desk) pem(t testing.TB, id ID) []byte {
	t.Helper()
	f, err := d.RequestFile(id, false)
	if err != nil {
		t.Fatal(err)
	}
	return f.Data
}

func (d *Desk) mustTake(t testing.TB, data []byte) Request {
	t.Helper()
	taken, err := d.TakeRequests(context.Background(), data)
	if err != nil || len(taken) != 1 {
		t.Fatalf("took %+v, %v", taken, err)
	}
	return taken[0]
}

// sign has an authority grant what a request asks for.
func (d *Desk) sign(t testing.TB, issuer, request ID) (Certificate, error) {
	t.Helper()
	whole, err := d.Request(request)
	if err != nil {
		t.Fatal(err)
	}
	return d.SignRequest(context.Background(), Signing{RequestID: request, IssuerID: issuer, Grant: whole.Asked.Grant(whole.Asked.Request.Kind)})
}

func server(name string) pki.Request {
	r := named(pki.Server, name)
	r.Names = []pki.Name{{Kind: pki.NameDNS, Value: name, Shown: name}}
	return r
}

// Two vaults: one makes key and request, the other signs; only request and
// certificate change hands.
func TestRequestGoesToAnotherAndComesBack(t *testing.T) {
	ours, theirs := newDesk(t), newDesk(t)
	root := theirs.mustIssue(t, "", named(pki.Authority, "Their Root"))
	asked := ours.mustRequest(t, server("api.acme.test"))
	if asked.State != RequestWaiting || !asked.HasKey || asked.Origin != "made" || asked.Kind != pki.Server || !asked.Open() {
		t.Errorf("it was made as %+v", asked)
	}
	came := theirs.mustTake(t, ours.pem(t, asked.ID))
	if came.State != RequestCame || came.HasKey || came.Origin != "imported" || came.Name != "api.acme.test" || !slices.Equal(came.Names, []string{"api.acme.test"}) {
		t.Errorf("it came as %+v", came)
	}
	if again := theirs.mustTake(t, ours.pem(t, asked.ID)); again.ID != came.ID {
		t.Error("it was kept twice")
	}
	signed, err := theirs.sign(t, root.ID, came.ID)
	if err != nil {
		t.Fatal(err)
	}
	if signed.HasKey || signed.IssuerID != root.ID || signed.Kind != pki.Server {
		t.Errorf("it was signed as %+v", signed)
	}
	if r, err := theirs.Request(came.ID); err != nil || r.State != RequestSigned || r.CertificateID != signed.ID || len(r.SameKey) != 1 {
		t.Errorf("there it is %+v, %v", r.Request, err)
	}
	back, err := theirs.Export(signed.ID, PEM, "")
	if err != nil {
		t.Fatal(err)
	}
	authority, err := theirs.Export(signed.ID, CA, "")
	if err != nil {
		t.Fatal(err)
	}
	married, err := ours.CompleteRequest(context.Background(), append(back.Data, authority.Data...))
	if err != nil || len(married) != 1 || !married[0].HasKey || married[0].Issuer != "Their Root" || married[0].IssuerID == "" {
		t.Fatalf("it came back as %+v, %v", married, err)
	}
	if r, err := ours.Request(asked.ID); err != nil || r.State != RequestDone || r.CertificateID != married[0].ID || r.Open() {
		t.Errorf("here it is %+v, %v", r.Request, err)
	}
	if files, err := ours.Export(married[0].ID, P12, "password"); err != nil || len(files.Data) == 0 {
		t.Errorf("it cannot be exported with its key: %v", err)
	}
	var here *HereAlreadyError
	if _, err := ours.CompleteRequest(context.Background(), back.Data); !errors.As(err, &here) || here.Serial != married[0].Serial {
		t.Errorf("the same once more: %v", err)
	}
	if _, err := ours.CompleteRequest(context.Background(), authority.Data); !errors.Is(err, ErrNotAwaited) {
		t.Errorf("only the authority: %v", err)
	}
	mustHaveDone(t, ours, "export", "import", "import", "request-make", "create")
	mustHaveDone(t, theirs, "request-sign", "request-import", "issue", "create")
}

// A request that was deleted comes back with its key, and is married then.
func TestDeletedRequestComesBack(t *testing.T) {
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	asked := d.mustRequest(t, named(pki.Client, "alice"))
	before, err := d.Request(asked.ID)
	if err != nil {
		t.Fatal(err)
	}
	d.mustDelete(t, false, d.mustIssue(t, root.ID, named(pki.Client, "bob")).ID)
	if err := d.DeleteRequest(asked.ID); err != nil {
		t.Fatal(err)
	}
	gone, err := d.Deleted()
	if err != nil || len(gone) != 2 || gone[0].Names[0] != "alice" || gone[1].Names[0] != "bob" {
		t.Fatalf("deleted are %+v, %v", gone, err)
	}
	back, err := d.Undelete(gone[0].ID)
	if err != nil || len(back.Requests) != 1 || len(back.Certificates) != 0 {
		t.Fatalf("back are %+v, %v", back, err)
	}
	if diff := cmp.Diff(before.Request, back.Requests[0]); diff != "" {
		t.Errorf("it came back changed:\n%s", diff)
	}
	if gone, err = d.Deleted(); err != nil || len(gone) != 1 {
		t.Errorf("still deleted are %+v, %v", gone, err)
	}
	signed, err := d.SignRequest(context.Background(), Signing{RequestID: asked.ID, IssuerID: root.ID, Grant: before.Asked.Grant(pki.Client)})
	if err != nil {
		t.Fatal(err)
	}
	d.mustUsable(t, signed.ID)
	mustHaveDone(t, d, "request-sign", "undelete", "request-delete", "delete", "issue", "request-make", "issue", "create")
}

func TestDeletingARequestDeletesItsKey(t *testing.T) {
	d := newDesk(t)
	asked := d.mustRequest(t, named(pki.Client, "alice"))
	if err := d.DeleteRequest(asked.ID); err != nil {
		t.Fatal(err)
	}
	if err := d.emptyTrash(); err != nil || d.hasKey(t, asked.ID) {
		t.Errorf("its key is there still, %v", err)
	}
	var missing *NotFoundError
	if err := d.DeleteRequest(asked.ID); !errors.As(err, &missing) || missing.What != "request" {
		t.Errorf("once more: %v", err)
	}
	if list, err := d.Requests(); err != nil || len(list) != 0 {
		t.Errorf("there are %+v, %v", list, err)
	}
}

func TestRequestsInTheirOrder(t *testing.T) {
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	done := d.mustRequest(t, named(pki.Client, "alice"))
	if _, err := d.sign(t, root.ID, done.ID); err != nil {
		t.Fatal(err)
	}
	open := d.mustRequest(t, named(pki.Client, "alice"))
	list, err := d.Requests()
	if err != nil || len(list) != 2 || list[0].ID != open.ID || list[1].ID != done.ID {
		t.Errorf("listed are %+v, %v", list, err)
	}
	for _, text := range []string{"alice", string(open.ID)} {
		if r, err := d.FindRequest(text); err != nil || r.ID != open.ID {
			t.Errorf("%s is %+v, %v", text, r, err)
		}
	}
	var missing *NotFoundError
	if _, err := d.FindRequest("bob"); !errors.As(err, &missing) {
		t.Errorf("bob: %v", err)
	}
}

func TestRequestsThatAreNotTaken(t *testing.T) {
	d := newDesk(t)
	good, err := pki.MakeCSR(named(pki.Client, "alice"), pkitest.Key(t, pki.P256), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	changed := bytes.Replace(good.Raw, []byte("alice"), []byte("alive"), 1)
	weak := filepath.Join(t.TempDir(), "weak")
	pkitest.Run(t, "openssl", "req", "-new", "-nodes", "-newkey", "rsa:1024", "-keyout", weak+".key", "-subj", "/CN=a", "-out", weak)
	weakPEM, err := os.ReadFile(weak)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		data []byte
		code string
	}{
		{"nothing", nil, "not-recognised"},
		{"a certificate", pki.EncodeCertificates(pkitest.Root(t, "Root").Certificate), "no-request"},
		{"a changed one", changed, "request-signature"},
		{"a good one and a changed one", append(slices.Clone(good.Raw), changed...), "request-bad-signature"},
		{"a weak key", weakPEM, "faults"},
		{"a good one and a weak key", append(pki.EncodeRequest(good), weakPEM...), "request-bad"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := d.TakeRequests(context.Background(), c.data); err == nil || Explain(err).Code != c.code {
				t.Errorf("got %v, want %s", err, c.code)
			}
			if list, err := d.Requests(); err != nil || len(list) != 0 {
				t.Errorf("kept are %+v, %v", list, err)
			}
		})
	}
}

// What a challenge password says is in the request that is kept, and nowhere
// else: not in the activities.
func TestChallengePasswordIsNotInTheActivities(t *testing.T) {
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	config := pkitest.File(t, "c", []byte("[req]\nprompt=no\ndistinguished_name=d\nattributes=a\n[d]\nCN=a\n[a]\nchallengePassword=hidden-word\n"))
	file := filepath.Join(t.TempDir(), "a")
	pkitest.Run(t, "openssl", "req", "-new", "-nodes", "-newkey", "ed25519", "-config", config, "-keyout", file+".key", "-out", file)
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	came := d.mustTake(t, data)
	c, err := d.sign(t, root.ID, came.ID)
	if err != nil {
		t.Fatal(err)
	}
	list, err := d.Activities(0)
	if err != nil || len(list) != 4 {
		t.Fatalf("there are %d activities, %v", len(list), err)
	}
	detail, err := d.Detail(c.ID)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(fmt.Sprintf("%+v", list), "hidden-word") || bytes.Contains(detail.X509.Raw, []byte("hidden-word")) {
		t.Error("the challenge password is somewhere")
	}
}

func TestRequestFile(t *testing.T) {
	d := newDesk(t)
	asked := d.mustRequest(t, named(pki.Client, "a/../b"))
	for _, der := range []bool{false, true} {
		f, err := d.RequestFile(asked.ID, der)
		if err != nil || f.Secret || strings.ContainsAny(f.Name, "/\\") {
			t.Fatalf("the file is %q, %v", f.Name, err)
		}
		if _, err := x509.ParseCertificateRequest(f.Data); (err == nil) != der {
			t.Errorf("as DER %v: %v", der, err)
		}
	}
}
