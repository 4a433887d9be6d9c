package desk

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"countersign/pki"
	"countersign/pki/pkitest"
	"countersign/storage"
)

// caFile writes an authority's certificate to a file, as a partner would send it.
func (d *Desk) caFile(t testing.TB, id ID) string {
	t.Helper()
	f, err := d.Export(id, PEM, "")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), f.Name)
	if err := WriteFile(path, f, false); err != nil {
		t.Fatal(err)
	}
	return path
}

// mustRead reads what a partner sent.
func (d *Desk) mustRead(t testing.TB, id ID, paths ...string) KitIn {
	t.Helper()
	in, err := d.ReadKit(context.Background(), id, paths, Passwords{})
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// trustKit takes in what a partner sent, with all its authorities compared.
func (d *Desk) trustKit(t testing.TB, id ID, paths ...string) KitTaken {
	t.Helper()
	in := d.mustRead(t, id, paths...)
	var c KitChoice
	for _, a := range in.Authorities {
		if a.Top && !a.Ours {
			c.Trust = append(c.Trust, strings.ToUpper(a.Fingerprint))
		}
	}
	done, err := d.TakeKit(context.Background(), id, in, c)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// writeKit writes the kit for a partner and gives it back.
func (d *Desk) writeKit(t testing.TB, id ID, path string, o KitOptions) Kit {
	t.Helper()
	kit, err := d.Kit(id, o)
	if err == nil {
		err = d.WriteKit(path, kit, o, "read me", false)
	}
	if err != nil {
		t.Fatal(err)
	}
	return kit
}

// secrets are the marks of every private key of a vault.
func (d *Desk) secrets(t testing.TB) pkitest.Marks {
	t.Helper()
	marks := pkitest.Marks{}
	err := d.vault.View(func(tx *storage.Tx) error {
		ids := map[storage.ID]bool{}
		entries, err := tx.Entries()
		requests, requestsErr := tx.Requests()
		for _, e := range entries {
			ids[e.KeyID] = true
		}
		for _, r := range requests {
			ids[r.KeyID] = true
		}
		delete(ids, "")
		for id := range ids {
			key, keyErr := tx.Key(id)
			if keyErr == nil {
				keyErr = marks.AddKey(string(id), key.PKCS8)
			}
			err = errors.Join(err, keyErr)
		}
		return errors.Join(err, requestsErr)
	})
	if err != nil || len(marks) == 0 {
		t.Fatalf("%d marks, %v", len(marks), err)
	}
	return marks
}

// holdsNoKey looks for private keys in every file of a folder, and in what its
// archives hold.
func holdsNoKey(t testing.TB, marks pkitest.Marks, folder string) {
	t.Helper()
	files := 0
	check := func(name string, data []byte) {
		files++
		if found := marks.In(data); len(found) > 0 || bytes.Contains(data, []byte("PRIVATE KEY")) {
			t.Errorf("%s holds a private key: %v", name, found)
		}
	}
	err := filepath.WalkDir(folder, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		check(path, data)
		if isZip(data) {
			var r kitReader
			err = errors.Join(err, r.unzip(data))
			for _, part := range r.parts {
				check(path+"/"+part.path, part.data)
			}
		}
		return err
	})
	if err != nil || files == 0 {
		t.Fatalf("%d files, %v", files, err)
	}
}

// TestKitIsReadByOpenSSLAndJava: a kit of a root with an issuing authority below
// it, where both directions and their certificate are in.
func TestKitIsReadByOpenSSLAndJava(t *testing.T) {
	pkitest.Need(t, "openssl")
	d, root, _ := acme(t, WeCall)
	issuing := d.mustIssue(t, root.ID, named(pki.Authority, "Acme Issuing"))
	globex := d.mustPartner(t, "Globex 2", issuing.ID, Directions()...)
	ctx := context.Background()
	d.mustChange(t, globex.ID, func(p *Partner) { p.TheyCall.URL = "https://api.acme.test/" })
	for _, dir := range Directions() {
		r, err := d.SuggestOurs(globex.ID, dir)
		if err == nil {
			_, err = d.MakeOurs(ctx, globex.ID, dir, r)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	their := newDesk(t)
	asked := their.mustRequest(t, named(pki.Client, "globex-client"))
	path := filepath.Join(t.TempDir(), "ask.csr")
	if err := os.WriteFile(path, their.pem(t, asked.ID), 0o600); err != nil {
		t.Fatal(err)
	}
	d.trustKit(t, globex.ID, path)
	if _, err := d.SignTheirs(ctx, globex.ID, TheyCall); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), "kit")
	kit := d.writeKit(t, globex.ID, folder, KitOptions{})
	file := func(name string) string { return filepath.Join(folder, name) }
	for _, x := range []struct{ purpose, leaf, between string }{
		{"sslclient", "client-for-globex-2.pem", "Acme-Issuing-between.pem"}, {"sslserver", "api.acme.test.pem", "Acme-Issuing-between.pem"},
		{"sslclient", "globex-client.pem", "globex-client-chain.pem"},
	} {
		said := pkitest.Run(t, "openssl", "verify", "-x509_strict", "-attime", strconv.FormatInt(fixed.Unix(), 10), "-purpose", x.purpose, "-CAfile", file("Acme-Root-ca.pem"), "-untrusted", file(x.between), file(x.leaf))
		if !strings.Contains(said, "OK") {
			t.Errorf("openssl says %s", said)
		}
	}
	printed := pkitest.Run(t, "openssl", "x509", "-in", file("Acme-Root-ca.der"), "-inform", "DER", "-noout", "-fingerprint", "-sha256")
	if !strings.Contains(strings.ToLower(printed), kit.Files[0].Facts["sha256"]) {
		t.Errorf("openssl prints %s, the kit says %s", printed, kit.Files[0].Facts["sha256"])
	}
	store := filepath.Join(t.TempDir(), "trust.p12")
	for n, name := range []string{"Acme-Root-ca.pem", "Acme-Root-ca.der"} {
		pkitest.Run(t, "keytool", "-importcert", "-noprompt", "-alias", string(rune('a'+n)), "-file", file(name), "-keystore", store, "-storetype", "PKCS12", "-storepass", "changeit")
	}
	holdsNoKey(t, d.secrets(t), folder)
	holdsNoKey(t, their.secrets(t), folder)
}

func TestKitsThatAreNotMade(t *testing.T) {
	d, _, globex := acme(t, WeCall)
	ctx := context.Background()
	if _, err := d.Kit(globex.ID, KitOptions{Secret: true, Password: "x"}); !errors.Is(err, ErrKitNoKey) {
		t.Errorf("a key that was not made: %v", err)
	}
	d.mustChange(t, globex.ID, func(p *Partner) { p.AuthorityID = "" })
	if _, err := d.Kit(globex.ID, KitOptions{}); !errors.Is(err, ErrKitEmpty) {
		t.Errorf("nothing to send: %v", err)
	}
	leaky := Kit{Files: []KitFile{{File: File{Name: "a.pem", Data: []byte("nothing")}}}}
	if err := leaky.mustBePublic(); !errors.Is(err, pki.ErrNotRecognised) {
		t.Errorf("a file of something else: %v", err)
	}
	root, err := d.FindAuthority("Acme Root")
	if err != nil {
		t.Fatal(err)
	}
	key, err := d.Export(root.ID, Key, "")
	if err != nil {
		t.Fatal(err)
	}
	leaky.Files[0].File = key
	if err := leaky.mustBePublic(); !errors.Is(err, ErrKitSecret) {
		t.Errorf("a private key: %v", err)
	}
	d.mustChange(t, globex.ID, func(p *Partner) { p.AuthorityID, p.WeCall.TheirSigner = root.ID, Us })
	r, err := d.SuggestTheirs(globex.ID, WeCall)
	if err != nil {
		t.Fatal(err)
	}
	r.Names = standInNames("")
	if _, err := d.MakeTheirs(ctx, globex.ID, WeCall, r); err != nil {
		t.Fatal(err)
	}
	o := KitOptions{Secret: true, Password: "a-password-of-it"}
	kit, err := d.Kit(globex.ID, o)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "kit.zip")
	if err := d.WriteKit(path, kit, o, "it is a-password-of-it", false); !errors.Is(err, ErrKitSecret) {
		t.Errorf("the password in the text: %v", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("it was written all the same: %v", err)
	}
	if _, err := d.Kit(globex.ID, KitOptions{Secret: true}); !errors.Is(err, ErrEmptyPassword) {
		t.Errorf("without a password: %v", err)
	}
	if err := d.WriteKit(path, kit, o, "read me", false); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("a kit with a key is %v, %v", info.Mode(), err)
	}
	if err := d.WriteKit(path, kit, o, "read me", false); !errors.Is(err, ErrFileExists) {
		t.Errorf("written over another: %v", err)
	}
}
