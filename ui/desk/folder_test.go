package desk

import (
	"crypto/x509"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/pki"
	"countersign/storage"
)

// told is what Look found and Import made of it, in short.
type told struct {
	Folders  []string // "easy-rsa pki"
	Found    []string // "authority Easy Root, key", "client carol, revoked keyCompromise"
	Requests []string // "waiting, key", "bob, answered by bob"
	Locked   []string
	Loose    int
	After    []string // "Easy Root, key", "carol, revoked keyCompromise, under Easy Root"
	Number   uint64   // the authority's last CRL
	Nowhere  []string // revoked serials without a certificate: "10:04 unspecified"
}

func tell(t *testing.T, d *Desk, root string, found Found, authority string) told {
	t.Helper()
	var s told
	for _, f := range found.Folders {
		s.Folders = append(s.Folders, string(f.Kind)+" "+relative(t, root, f.Path))
	}
	for _, c := range found.Certificates {
		text := string(pki.KindOfCertificate(c.Certificate)) + " " + c.Name()
		if c.Key != nil {
			text += ", key"
		}
		if c.Revoked != nil {
			text += ", revoked " + c.Revoked.Reason
		}
		s.Found = append(s.Found, text)
	}
	slices.Sort(s.Found)
	for _, r := range found.Requests {
		text := r.Name()
		if r.Key != nil {
			text += ", key"
		}
		if r.Answered != "" {
			text += ", answered by " + r.Answered
		}
		s.Requests = append(s.Requests, text)
	}
	for _, l := range found.Locked {
		s.Locked = append(s.Locked, relative(t, root, l.Path))
	}
	s.Loose = len(found.Keys)
	all, err := d.all()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		text := c.Name
		if c.HasKey {
			text += ", key"
		}
		if c.Revoked {
			text += ", revoked " + c.Reason
		}
		if c.OnHold {
			text += ", on hold"
		}
		if c.IssuerID != c.ID && c.IssuerID != "" {
			text += ", under " + c.Issuer
		}
		s.After = append(s.After, text)
	}
	slices.SortFunc(s.After, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
	record := recordOf(t, d, authority)
	s.Number = record.CRLNumber
	for _, r := range record.Elsewhere {
		s.Nowhere = append(s.Nowhere, r.Serial+" "+r.Reason)
	}
	return s
}

func relative(t *testing.T, root, path string) string {
	t.Helper()
	rel, err := filepath.Rel(root, path)
	if err != nil {
		t.Fatal(err)
	}
	return filepath.ToSlash(rel)
}

// recordOf is what the vault knows of an authority beside its certificate.
func recordOf(t *testing.T, d *Desk, name string) storage.Authority {
	t.Helper()
	c, err := d.FindAuthority(name)
	if err != nil {
		t.Fatal(err)
	}
	id := c.KeyID
	if id == "" {
		id = c.ID
	}
	var record storage.Authority
	err = d.vault.View(func(tx *storage.Tx) error {
		list, err := tx.Authorities()
		for _, a := range list {
			if a.ID == storage.ID(id) {
				record = a
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return record
}

// The folders of testdata were left by the programs themselves: see its README.
func TestFoldersOfOtherTools(t *testing.T) {
	for _, test := range []struct {
		folder, authority string
		passwords         []string
		want              told
	}{
		{"certstrap", "Strap Root", []string{"root-pass", "alice-pass"}, told{
			Folders:  []string{"certstrap out"},
			Found:    []string{"authority Strap Root, key", "both alice, key, revoked unspecified", "both server, key"},
			Requests: []string{"alice, key, answered by alice", "server, key, answered by server", "waiting, key"},
			After:    []string{"alice, key, revoked unspecified, under Strap Root", "server, key, under Strap Root", "Strap Root, key"},
		}},
		{"easy-rsa", "Easy Root", []string{"easy-root", "bob-pass"}, told{
			Folders: []string{"easy-rsa pki"},
			Found: []string{"authority Easy Root, key", "client bob, key", "client carol, key", "client carol, key, revoked keyCompromise",
				"client dave, key, revoked superseded", "server vpn.easy.test, key"},
			Requests: []string{"bob, key, answered by bob", "carol, key, answered by carol", "vpn.easy.test, key, answered by vpn.easy.test",
				"waiting, key", "carol, key, answered by carol", "dave, key, answered by dave"},
			After: []string{"bob, key, under Easy Root", "carol, key, revoked keyCompromise, under Easy Root", "carol, key, under Easy Root",
				"dave, key, revoked superseded, under Easy Root", "Easy Root, key", "vpn.easy.test, key, under Easy Root"},
		}},
		{"mkcert", "mkcert root@vm", nil, told{
			Folders: []string{"mkcert ."},
			Found:   []string{"authority mkcert root@vm, key", "server mk.test, key"},
			After:   []string{"mk.test, key, under mkcert root@vm", "mkcert root@vm, key"},
		}},
		{"minica", "minica root ca 0b2dd5", nil, told{
			Folders: []string{"minica ."},
			Found:   []string{"authority minica root ca 0b2dd5, key", "both mini.test, key", "both other.mini.test, key"},
			After: []string{"mini.test, key, under minica root ca 0b2dd5", "minica root ca 0b2dd5, key",
				"other.mini.test, key, under minica root ca 0b2dd5"},
		}},
		{"cfssl", "Cfssl Root", nil, told{
			Folders:  []string{"cfssl ."},
			Found:    []string{"authority Cfssl Root, key", "client erin, key", "server web.cfssl.test, key"},
			Requests: []string{"Cfssl Root, key, answered by Cfssl Root", "erin, key, answered by erin", "web.cfssl.test, key, answered by web.cfssl.test"},
			After:    []string{"Cfssl Root, key", "erin, key, under Cfssl Root", "web.cfssl.test, key, under Cfssl Root"},
		}},
		{"openssl-ca", "Open Root", []string{"open-root"}, told{
			Folders: []string{"openssl ca demoCA"},
			Found: []string{"authority Open Root, key", "client frank, key", "client grace, key, revoked keyCompromise",
				"client heidi, key, revoked certificateHold", "client ivan, revoked keyCompromise"},
			After: []string{"frank, key, under Open Root", "grace, key, revoked keyCompromise, under Open Root",
				"heidi, key, revoked certificateHold, on hold, under Open Root", "ivan, revoked keyCompromise, under Open Root", "Open Root, key"},
			Number: 7, Nowhere: []string{"10:04 unspecified"},
		}},
	} {
		t.Run(test.folder, func(t *testing.T) {
			d := newDesk(t)
			root := filepath.Join("testdata", test.folder)
			found, err := d.Look(t.Context(), []string{root}, Passwords{Any: test.passwords})
			if err != nil {
				t.Fatal(err)
			}
			if len(found.Unread) != 0 || found.Truncated {
				t.Errorf("unread %v, truncated %v", found.Unread, found.Truncated)
			}
			if _, err := d.Import(t.Context(), found); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, tell(t, d, root, found, test.authority)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			again, err := d.Look(t.Context(), []string{root}, Passwords{Any: test.passwords})
			if err != nil || again.New() {
				t.Errorf("a second time something is new: %+v, %v", again, err)
			}
		})
	}
}

func TestImportedAuthorityIssues(t *testing.T) {
	d := newDesk(t)
	found, err := d.Look(t.Context(), []string{"testdata/easy-rsa"}, Passwords{Any: []string{"easy-root"}})
	if err != nil {
		t.Fatal(err)
	}
	if len(found.Locked) != 1 || filepath.Base(found.Locked[0].Path) != "bob.key" || !found.Locked[0].Wrong {
		t.Errorf("locked %+v, want bob.key", found.Locked)
	}
	if _, err := d.Import(t.Context(), found); err != nil {
		t.Fatal(err)
	}
	root, err := d.FindAuthority("Easy Root")
	if err != nil {
		t.Fatal(err)
	}
	c := d.mustIssue(t, root.ID, named(pki.Client, "new"))
	chain, err := d.chain(c.ID)
	if err != nil || len(chain) != 2 || !pki.IsSignedBy(chain[0], chain[1]) {
		t.Errorf("chain of %d, %v", len(chain), err)
	}

	// what stayed locked comes later
	found, err = d.Look(t.Context(), []string{"testdata/easy-rsa/pki/private/bob.key"}, Passwords{ByPath: map[string]string{
		"testdata/easy-rsa/pki/private/bob.key": "bob-pass"}})
	if err != nil || len(found.Certificates) != 1 || len(found.Keys) != 0 || !found.New() {
		t.Fatalf("bob's key alone: %+v, %v", found, err)
	}
	done, err := d.Import(t.Context(), found)
	if err != nil || len(done.Certificates) != 1 || !done.Certificates[0].HasKey {
		t.Errorf("bob's key: %+v, %v", done, err)
	}
}

func TestPartnersAuthority(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"cacert.pem", "index.txt", "crlnumber"} {
		copyFile(t, filepath.Join("testdata/openssl-ca/demoCA", name), filepath.Join(dir, name))
	}
	d := newDesk(t)
	bring := func(passwords Passwords, paths ...string) Imported {
		t.Helper()
		found, err := d.Look(t.Context(), paths, passwords)
		if err != nil {
			t.Fatal(err)
		}
		done, err := d.Import(t.Context(), found)
		if err != nil {
			t.Fatal(err)
		}
		return done
	}
	if done := bring(Passwords{}, dir); len(done.Certificates) != 1 || done.Elsewhere != 4 {
		t.Errorf("without its key: %+v", done)
	}
	root, err := d.FindAuthority("Open Root")
	if err != nil || root.HasKey {
		t.Fatalf("%+v, %v", root, err)
	}
	if _, err := d.Issue(t.Context(), IssueRequest{IssuerID: root.ID, Request: named(pki.Client, "x")}); err == nil || Explain(err).Code != "no-key" {
		t.Errorf("it signs: %v", err)
	}
	// a certificate that comes later is revoked at once
	if done := bring(Passwords{}, "testdata/openssl-ca/grace.crt"); len(done.Certificates) != 1 || done.Revoked != 1 || !done.Certificates[0].Revoked {
		t.Errorf("grace: %+v", done)
	}
	// and so is the key, with the record of what was revoked
	if done := bring(Passwords{Any: []string{"open-root"}}, "testdata/openssl-ca/demoCA/private/cakey.pem"); len(done.Certificates) != 1 || !done.Certificates[0].HasKey {
		t.Errorf("the key: %+v", done)
	}
	record := recordOf(t, d, "Open Root")
	if record.CRLNumber != 7 || len(record.Elsewhere) != 3 {
		t.Errorf("the record: %+v", record)
	}
	d.mustIssue(t, root.ID, named(pki.Client, "x"))
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestIndexKnowsBetterThanTheCRL(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	a := &x509.Certificate{RawSubject: []byte("a"), RawSubjectPublicKeyInfo: []byte("k")}
	r := func(serials ...string) (list []FoundRevocation) {
		for _, s := range serials {
			list = append(list, FoundRevocation{Serial: s, At: at})
		}
		return list
	}
	got := verdictsOf([]FoundList{
		{Kind: ListCRL, Authority: a, Revoked: r("01", "02", "03")},
		{Kind: ListCRL, Authority: a, Revoked: r("05"), Outdated: true},
		{Kind: ListCRL, Revoked: r("06")},
		{Kind: ListIndex, Authority: a, Revoked: r("02", "04"), valid: map[string]bool{"01": true}},
	})
	var serials []string
	for _, v := range got[0].revoked {
		serials = append(serials, v.Serial)
	}
	if len(got) != 1 || strings.Join(serials, " ") != "02 04 03" {
		t.Errorf("%d authorities, revoked %v", len(got), serials)
	}
}
