package pki_test

import (
	"crypto/x509"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"software.sslmate.com/src/go-pkcs12"

	"countersign/pki"
	"countersign/pki/pkitest"
)

// Each preset with each kind of key goes through the programs of others.
func TestForeignPKCS12(t *testing.T) {
	for _, preset := range pki.Presets() {
		for _, kind := range pki.KeyKinds() {
			if testing.Short() && kind != pki.P256 && kind != pki.RSA2048 {
				continue
			}
			t.Run(string(preset)+" "+string(kind), func(t *testing.T) {
				b := newBundle(t, kind, "My Näme")
				path := pkitest.File(t, "b.p12", encode(t, b, preset))
				t.Run("openssl", func(t *testing.T) { opensslReads(t, path, b, preset) })
				t.Run("keytool", func(t *testing.T) { keytoolReads(t, path, b) })
				t.Run("certtool", func(t *testing.T) { certtoolReads(t, path) })
				t.Run("nss", func(t *testing.T) { nssReads(t, path, kind) })
				t.Run("go-pkcs12", func(t *testing.T) { goReads(t, path, b) })
			})
		}
	}
}

func opensslReads(t *testing.T, path string, b pki.Bundle, preset pki.Preset) {
	out := pkitest.Run(t, "openssl", "pkcs12", "-in", path, "-passin", "pass:"+password, "-nodes", "-info")
	items, err := pki.Decode([]byte(out), "")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"certificate PEM Super Client", "certificate PEM Test Intermediate", "certificate PEM Test Root",
		"key PEM " + pki.KeyLabel(b.Key.Public())}
	if diff := cmp.Diff(want, contents(items)); diff != "" {
		t.Error(diff)
	}
	for text, preset2 := range map[string]pki.Preset{
		"MAC: sha256, Iteration 2048":                      pki.PresetModern,
		"PBES2, PBKDF2, AES-256-CBC, Iteration 2048":       pki.PresetModern,
		"MAC: sha1, Iteration 1":                           pki.PresetCompatible,
		"pbeWithSHA1And3-KeyTripleDES-CBC, Iteration 2048": pki.PresetCompatible,
	} {
		if (preset == preset2) != strings.Contains(out, text) {
			t.Errorf("%s: %q in %s", preset, text, out)
		}
	}
	if out, err := pkitest.Try(t, "openssl", "pkcs12", "-in", path, "-passin", "pass:wrong", "-nodes"); err == nil {
		t.Errorf("openssl reads it with a wrong password: %s", out)
	}
}

func keytoolReads(t *testing.T, path string, b pki.Bundle) {
	out := pkitest.Run(t, "keytool", "-J-Xshare:auto", "-J-XX:TieredStopAtLevel=1", "-list", "-v", "-keystore", path, "-storepass", password)
	for _, text := range []string{"Alias name: my näme", "Entry type: PrivateKeyEntry", "Certificate chain length: 3",
		strings.ToUpper(pki.Fingerprint(b.Certificate))} {
		if !strings.Contains(out, text) {
			t.Errorf("keytool does not say %q: %s", text, out)
		}
	}
}

func certtoolReads(t *testing.T, path string) {
	out := pkitest.Run(t, "certtool", "--p12-info", "--inder", "--infile", path, "--password", password)
	if strings.Count(out, "BEGIN CERTIFICATE") != 3 || !strings.Contains(out, "Friendly name: My Näme") ||
		strings.Contains(out, "error") {
		t.Errorf("certtool: %s", out)
	}
}

// nssReads imports into a new database, where Firefox and Chromium would look
// for a nickname and the key beside its certificate. NSS knows no Ed25519 keys.
func nssReads(t *testing.T, path string, kind pki.KeyKind) {
	if kind == pki.Ed25519 {
		out, err := pkitest.Try(t, "pk12util", "-l", path, "-W", password)
		if err == nil && strings.Contains(out, "Ed25519") {
			t.Errorf("NSS reads Ed25519 now: %s", out)
		}
		return
	}
	out := pkitest.Run(t, "pk12util", "-l", path, "-W", password)
	if strings.Count(out, "Certificate:\n")+strings.Count(out, "Certificate(has private key):") != 3 {
		t.Errorf("pk12util: %s", out)
	}
	db := "sql:" + t.TempDir()
	pkitest.Run(t, "certutil", "-N", "-d", db, "--empty-password")
	pkitest.Run(t, "pk12util", "-i", path, "-W", password, "-d", db)
	list := pkitest.Run(t, "certutil", "-L", "-d", db)
	var found bool
	for _, line := range strings.Split(list, "\n") {
		fields := strings.Fields(line)
		found = found || len(fields) == 3 && fields[0] == "My" && fields[1] == "Näme" && fields[2] == "u,u,u"
	}
	if !found {
		t.Errorf("certutil: %s", list)
	}
}

func goReads(t *testing.T, path string, b pki.Bundle) {
	_, c, chain, err := pkcs12.DecodeChain(readFile(t, path), password)
	if err != nil || !c.Equal(b.Certificate) || len(chain) != 2 {
		t.Errorf("go-pkcs12: %v", err)
	}
}

// A foreignWriter writes a bundle to out.p12 in dir, where key.pem, leaf.pem
// and chain.pem are.
type foreignWriter struct {
	name, friendly string
	write          func(t *testing.T, dir string, b pki.Bundle)
}

func foreignWriters() []foreignWriter {
	export := func(args ...string) func(*testing.T, string, pki.Bundle) {
		return func(t *testing.T, dir string, _ pki.Bundle) { opensslExports(t, dir, args...) }
	}
	library := func(e *pkcs12.Encoder) func(*testing.T, string, pki.Bundle) {
		return func(t *testing.T, dir string, b pki.Bundle) {
			data, err := e.Encode(b.Key, b.Certificate, []*x509.Certificate{b.Chain[1], b.Chain[0]}, password)
			if err != nil {
				t.Fatal(err)
			}
			write(t, dir+"/out.p12", data)
		}
	}
	return []foreignWriter{
		{"openssl", "Näme", export()},
		{"openssl, legacy", "Näme", export("-legacy")},
		{"openssl, 3DES", "Näme", export("-legacy", "-certpbe", "PBE-SHA1-3DES", "-keypbe", "PBE-SHA1-3DES")},
		{"openssl, SHA-512", "Näme", export("-macalg", "sha512")},
		{"openssl, SHA-384", "Näme", export("-macalg", "sha384")},
		{"openssl, SHA-224", "Näme", export("-macalg", "sha224")},
		{"openssl, no MAC", "Näme", export("-nomac")},
		{"openssl, certificates in clear", "Näme", export("-certpbe", "NONE")},
		{"openssl, key in clear", "Näme", export("-keypbe", "NONE")},
		{"openssl, key in clear, no MAC", "Näme", export("-keypbe", "NONE", "-certpbe", "NONE", "-nomac")},
		{"go, RC2", "", library(pkcs12.LegacyRC2)},
		{"go, PBMAC1", "", library(pkcs12.Modern2026)},
		{"keytool", "my alias", keytoolExports},
		{"certtool", "NÃ¤me", certtoolExports}, // GnuTLS takes the octets of UTF-8 for characters
		{"NSS in BER", "Näme", nssExports},
	}
}

func opensslExports(t *testing.T, dir string, args ...string) {
	pkitest.Run(t, "openssl", append([]string{"pkcs12", "-export", "-inkey", dir + "/key.pem", "-in", dir + "/leaf.pem",
		"-certfile", dir + "/chain.pem", "-out", dir + "/out.p12", "-passout", "pass:" + password, "-name", "Näme"}, args...)...)
}

func keytoolExports(t *testing.T, dir string, _ pki.Bundle) {
	opensslExports(t, dir)
	pkitest.Run(t, "keytool", "-importkeystore", "-srckeystore", dir+"/out.p12", "-srcstorepass", password, "-srcalias", "näme",
		"-destkeystore", dir+"/java.p12", "-deststoretype", "PKCS12", "-deststorepass", password, "-destalias", "my alias")
	move(t, dir+"/java.p12", dir+"/out.p12")
}

func certtoolExports(t *testing.T, dir string, _ pki.Bundle) {
	pkitest.Run(t, "certtool", "--to-p12", "--load-privkey", dir+"/key.pem", "--load-certificate", dir+"/leaf.pem",
		"--load-ca-certificate", dir+"/chain.pem", "--p12-name", "Näme", "--password", password, "--outder", "--outfile", dir+"/out.p12")
}

func nssExports(t *testing.T, dir string, _ pki.Bundle) {
	opensslExports(t, dir)
	db := "sql:" + t.TempDir()
	pkitest.Run(t, "certutil", "-N", "-d", db, "--empty-password")
	pkitest.Run(t, "pk12util", "-i", dir+"/out.p12", "-W", password, "-d", db)
	pkitest.Run(t, "pk12util", "-o", dir+"/out.p12", "-n", "Näme", "-W", password, "-d", db)
	if data := readFile(t, dir+"/out.p12"); data[1] != 0x80 {
		t.Error("not of open length: the test shows nothing")
	}
}

// Files of other programs, with the certificates in an order of their own.
func TestDecodeForeignPKCS12(t *testing.T) {
	b := newBundle(t, pki.P256, "")
	dir := t.TempDir()
	key, err := pki.EncodeKey(b.Key)
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir+"/key.pem", key)
	write(t, dir+"/leaf.pem", pki.EncodeCertificates(b.Certificate))
	write(t, dir+"/chain.pem", pki.EncodeCertificates(b.Chain...))
	for _, test := range foreignWriters() {
		t.Run(test.name, func(t *testing.T) {
			test.write(t, dir, b)
			data := readFile(t, dir+"/out.p12")
			got, err := pki.DecodePKCS12(data, password)
			if err != nil {
				t.Fatal(err)
			}
			if !pki.SamePublicKey(got.Key.Public(), b.Key.Public()) || !got.Certificate.Equal(b.Certificate) || got.Name != test.friendly {
				t.Errorf("another bundle: %s, %q", got.Certificate.Subject, got.Name)
			}
			if diff := cmp.Diff(commonNames(b.Chain), commonNames(got.Chain)); diff != "" && !strings.Contains(test.name, "certtool") {
				t.Error(diff)
			}
			items, err := pki.Decode(data, password)
			if err != nil || len(items) < 3 {
				t.Errorf("Decode: %v, %v", contents(items), err)
			}
			if strings.Contains(test.name, "in clear, no MAC") {
				return
			}
			if _, err := pki.DecodePKCS12(data, "wrong"); !errors.Is(err, pki.ErrWrongPassword) {
				t.Errorf("wrong password: %v", err)
			}
			if _, err := pki.DecodePKCS12(data, ""); !errors.Is(err, pki.ErrPasswordNeeded) {
				t.Errorf("no password: %v", err)
			}
		})
	}
}
