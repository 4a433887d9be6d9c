package desk

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"countersign/pki"
	"countersign/pki/pkitest"
)

// packed is an archive made by hand: what a kit of ours never is.
func packed(t *testing.T, entries ...func(*zip.Writer) error) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, add := range entries {
		if err := add(w); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "kit.zip")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func entry(name string, data []byte) func(*zip.Writer) error {
	return func(w *zip.Writer) error {
		to, err := w.Create(name)
		if err == nil {
			_, err = to.Write(data)
		}
		return err
	}
}

func headed(h zip.FileHeader, mode os.FileMode, data string) func(*zip.Writer) error {
	return func(w *zip.Writer) error {
		h.SetMode(mode)
		to, err := w.CreateHeader(&h)
		if err == nil {
			_, err = to.Write([]byte(data))
		}
		return err
	}
}

func TestArchivesThatAreRefused(t *testing.T) {
	d, _, globex := acme(t, WeCall)
	many := []func(*zip.Writer) error{}
	for n := range maxKitFiles + 1 {
		many = append(many, entry(strings.Repeat("a", n+1), nil))
	}
	large := bytes.Repeat([]byte{0}, pki.MaxInput)
	bombs := []func(*zip.Writer) error{}
	for n := range maxKitBytes/pki.MaxInput + 1 {
		bombs = append(bombs, entry(string(rune('a'+n)), large))
	}
	damaged := packed(t, entry("a.pem", []byte(strings.Repeat("certificate", 100))))
	data, err := os.ReadFile(damaged)
	if err != nil {
		t.Fatal(err)
	}
	data[len("PK\x03\x04")+40] ^= 0xff
	if err := os.WriteFile(damaged, data, 0o600); err != nil {
		t.Fatal(err)
	}
	short := filepath.Join(t.TempDir(), "short.zip")
	if err := os.WriteFile(short, []byte("PK\x03\x04 and nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct{ name, path, code string }{
		{"a way out", packed(t, entry("../ca.pem", nil)), KitPath},
		{"a way out, within", packed(t, entry("a/../../ca.pem", nil)), KitPath},
		{"a way out as Windows has it", packed(t, entry(`..\ca.pem`, nil)), KitPath},
		{"from the root", packed(t, entry("/etc/ca.pem", nil)), KitPath},
		{"from a drive", packed(t, entry(`C:\ca.pem`, nil)), KitPath},
		{"a link", packed(t, headed(zip.FileHeader{Name: "ca.pem"}, os.ModeSymlink|0o777, "/etc/passwd")), KitLink},
		{"a device", packed(t, headed(zip.FileHeader{Name: "ca.pem"}, os.ModeDevice|0o600, "")), KitLink},
		{"too many files", packed(t, many...), KitTooMany},
		{"one file far too large", packed(t, entry("a", append(large, 1))), KitBomb},
		{"too much in all", packed(t, bombs...), KitBomb},
		{"a password", packed(t, headed(zip.FileHeader{Name: "ca.pem", Flags: 1}, 0o600, "x")), KitEncrypted},
		{"damaged", damaged, KitDamaged},
		{"cut short", short, KitDamaged},
	} {
		t.Run(x.name, func(t *testing.T) {
			_, err := d.ReadKit(context.Background(), globex.ID, []string{x.path}, Passwords{})
			var refused *KitError
			if !errors.As(err, &refused) || refused.Code != x.code {
				t.Errorf("error %v, want %s", err, x.code)
			}
			if said := Explain(err); said.Code != "kit-"+x.code {
				t.Errorf("explained as %+v", said)
			}
		})
	}
	var path *PathError
	if _, err := d.ReadKit(context.Background(), globex.ID, []string{filepath.Join(t.TempDir(), "none")}, Passwords{}); !errors.As(err, &path) {
		t.Errorf("a file that is not there: %v", err)
	}
}

// TestWhatIsPassedOver: a link in a folder, an archive in an archive, and what
// systems leave behind do not keep the rest from being read.
func TestWhatIsPassedOver(t *testing.T) {
	d, _, globex := acme(t, WeCall)
	root := pkitest.Root(t, "Globex Root")
	ca := pki.EncodeCertificates(root.Certificate)
	folder := t.TempDir()
	if err := errors.Join(os.WriteFile(filepath.Join(folder, "ca.pem"), ca, 0o600), os.WriteFile(filepath.Join(folder, ".DS_Store"), ca, 0o600),
		os.Symlink("/etc/passwd", filepath.Join(folder, "link.pem"))); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct{ name, path, code string }{
		{"a folder with a link", folder, KitLink},
		{"an archive with an archive", packed(t, entry("ca.pem", ca), entry("more.zip", []byte("PK\x03\x04")), entry("__MACOSX/ca.pem", ca)), KitNested},
	} {
		t.Run(x.name, func(t *testing.T) {
			in := d.mustRead(t, globex.ID, x.path)
			var refused *KitError
			if len(in.Authorities) != 1 || len(in.Unread) != 1 || !errors.As(in.Unread[0].Err, &refused) || refused.Code != x.code {
				t.Errorf("found was %+v", in)
			}
		})
	}
}

// TestKeysThatTheySent: they are told of, and not kept; that of an authority
// never is.
func TestKeysThatTheySent(t *testing.T) {
	d, _, globex := acme(t, WeCall)
	their := newDesk(t)
	root := their.mustIssue(t, "", named(pki.Authority, "Globex Root"))
	forUs := their.mustIssue(t, root.ID, named(pki.Client, "acme-at-globex"))
	folder := t.TempDir()
	for _, x := range []struct {
		id     ID
		format Format
	}{{root.ID, PEM}, {root.ID, Key}, {forUs.ID, PEM}, {forUs.ID, Key}} {
		f, err := their.Export(x.id, x.format, "")
		if err == nil {
			err = WriteFile(filepath.Join(folder, f.Name), f, false)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	in := d.mustRead(t, globex.ID, folder)
	if len(in.Keys) != 2 || !slices.ContainsFunc(in.Keys, func(k KitInKey) bool { return k.Authority && !k.Ours && k.Of == "Globex Root" }) ||
		!slices.ContainsFunc(in.Keys, func(k KitInKey) bool { return k.Ours && !k.Authority && k.Of == "acme-at-globex" }) {
		t.Fatalf("the keys are %+v", in.Keys)
	}
	done := d.trustKit(t, globex.ID, folder)
	if done.Keys != 0 || len(done.Authorities) != 1 || done.Authorities[0].HasKey {
		t.Errorf("taken was %+v", done)
	}
	if _, err := d.FindLeaf("acme-at-globex"); err == nil {
		t.Error("the certificate came in with its key")
	}
	done, err := d.TakeKit(context.Background(), globex.ID, in, KitChoice{KeepKeys: true})
	if err != nil || done.Keys != 1 {
		t.Fatalf("taken was %+v, %v", done, err)
	}
	kept, err := d.FindLeaf("acme-at-globex")
	authority, caErr := d.FindAuthority("Globex Root")
	if err != nil || caErr != nil || !kept.HasKey || authority.HasKey {
		t.Errorf("kept are %+v and %+v, %v, %v", kept, authority, err, caErr)
	}
	if r := done.Partner.WeCall; r.OurID != kept.ID || r.OurSigner != Them {
		t.Errorf("noted is %+v", r)
	}
	d.mustBe(t, globex.ID, WeCall, LineAnswer, LineDone)
}

func TestAuthoritiesThatAreNotTrusted(t *testing.T) {
	d, root, globex := acme(t, WeCall)
	namesake := pkitest.Root(t, "Acme Root")
	path := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(path, pki.EncodeCertificates(namesake.Certificate), 0o600); err != nil {
		t.Fatal(err)
	}
	in := d.mustRead(t, globex.ID, path, d.caFile(t, root.ID))
	if len(in.Authorities) != 2 || !in.Authorities[0].Namesake || in.Authorities[0].Ours || !in.Authorities[1].Ours {
		t.Fatalf("found were %+v", in.Authorities)
	}
	ctx := context.Background()
	if _, err := d.TakeKit(ctx, globex.ID, in, KitChoice{Trust: []string{"00:11"}}); !errors.Is(err, ErrNotInKit) {
		t.Errorf("another fingerprint: %v", err)
	}
	if _, err := d.TakeKit(ctx, globex.ID, in, KitChoice{Trust: []string{in.Authorities[1].Fingerprint}}); !errors.Is(err, ErrKitOurs) {
		t.Errorf("our own: %v", err)
	}
	done, err := d.TakeKit(ctx, globex.ID, in, KitChoice{})
	if err != nil || len(done.Authorities) != 0 || len(done.Partner.TheirIDs) != 0 {
		t.Errorf("none compared: %+v, %v", done, err)
	}
	if last, err := d.Activities(1); err != nil || last[0].Verb == "partner-take" {
		t.Errorf("nothing was taken in, and the history says %+v, %v", last, err)
	}
	if list, err := d.Authorities(); err != nil || len(list) != 1 {
		t.Errorf("authorities are %+v, %v", list, err)
	}
	done = d.trustKit(t, globex.ID, path)
	if last, err := d.Activities(1); err != nil || last[0].Verb != "partner-take" {
		t.Errorf("it was taken in, and the history says %+v, %v", last, err)
	}
	if again := d.trustKit(t, globex.ID, path); len(again.Partner.TheirIDs) != 1 || again.Partner.TheirIDs[0] != done.Partner.TheirIDs[0] {
		t.Errorf("taken twice it is %+v", again.Partner.TheirIDs)
	}
	p, err := d.Distrust(globex.ID, done.Partner.TheirIDs[0])
	if err != nil || len(p.TheirIDs) != 0 {
		t.Errorf("distrusted: %+v, %v", p, err)
	}
}
