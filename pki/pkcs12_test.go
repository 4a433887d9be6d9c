package pki_test

import (
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"software.sslmate.com/src/go-pkcs12"

	"countersign/pki"
	"countersign/pki/pkitest"
)

const password = "correct horse"

// newBundle makes a client below an intermediate below a root.
func newBundle(t testing.TB, kind pki.KeyKind, name string) pki.Bundle {
	t.Helper()
	root := pkitest.Root(t, "Test Root")
	middle := pkitest.Intermediate(t, root, "Test Intermediate")
	key := pkitest.Key(t, kind)
	c := pkitest.Sign(t, middle, key, func(c *x509.Certificate) { c.Subject.CommonName = "Super Client" })
	return pki.Bundle{Key: key, Certificate: c, Chain: []*x509.Certificate{middle.Certificate, root.Certificate}, Name: name}
}

func encode(t testing.TB, b pki.Bundle, preset pki.Preset) []byte {
	t.Helper()
	data, err := pki.EncodePKCS12(b, preset, password, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestEncodePKCS12(t *testing.T) {
	good := newBundle(t, pki.P256, "")
	other := pkitest.Key(t, pki.P256)
	tests := []struct {
		name     string
		bundle   pki.Bundle
		preset   pki.Preset
		password string
		want     error
	}{
		{"no password", good, pki.PresetModern, "", pki.ErrEmptyPassword},
		{"emoji", good, pki.PresetModern, "pass\U0001f600", pki.ErrPasswordNotEncodable},
		{"not UTF-8", good, pki.PresetModern, "pass\xff", pki.ErrPasswordNotEncodable},
		{"NUL", good, pki.PresetModern, "pass\x00", pki.ErrPasswordNotEncodable},
		{"another key", pki.Bundle{Key: other, Certificate: good.Certificate}, pki.PresetModern, password, pki.ErrKeyMismatch},
		{"no key", pki.Bundle{Certificate: good.Certificate}, pki.PresetModern, password, pki.ErrKeyMismatch},
		{"no certificate", pki.Bundle{Key: other}, pki.PresetModern, password, pki.ErrKeyMismatch},
		{"umlaut", good, pki.PresetModern, "pässword", nil},
		{"umlaut, compatible", good, pki.PresetCompatible, "pässword", nil},
		{"one character", good, pki.PresetModern, "a", nil},
		{"70 characters", good, pki.PresetCompatible, strings.Repeat("é", 70), nil},
	}
	for _, test := range tests {
		data, err := pki.EncodePKCS12(test.bundle, test.preset, test.password, rand.Reader)
		if !errors.Is(err, test.want) || (err == nil) != (data != nil) {
			t.Errorf("%s: %v, want %v", test.name, err, test.want)
		}
		if err == nil {
			if _, err := pki.DecodePKCS12(data, test.password); err != nil {
				t.Errorf("%s: read: %v", test.name, err)
			}
		}
	}
	if _, err := pki.EncodePKCS12(good, "rc2", password, rand.Reader); err == nil {
		t.Error("an unknown preset")
	}
	if _, err := pki.EncodePKCS12(good, pki.PresetModern, password, failing{}); err == nil {
		t.Error("written without randomness")
	}
}

func TestPKCS12RoundTrip(t *testing.T) {
	for _, preset := range pki.Presets() {
		for _, name := range []string{"", "Super Client", "例え \U0001f600", strings.Repeat("long ", 60)} {
			b := newBundle(t, pki.P256, name)
			got, err := pki.DecodePKCS12(encode(t, b, preset), password)
			if err != nil {
				t.Fatal(err)
			}
			if !pki.SamePublicKey(got.Key.Public(), b.Key.Public()) || !got.Certificate.Equal(b.Certificate) || got.Name != name {
				t.Errorf("%s, %q: another bundle %q", preset, name, got.Name)
			}
			if diff := cmp.Diff(commonNames(b.Chain), commonNames(got.Chain)); diff != "" {
				t.Error(diff)
			}
		}
	}
	b := newBundle(t, pki.P256, "a\u202eb") // kept in the file, escaped where it is read
	if got, err := pki.DecodePKCS12(encode(t, b, pki.PresetModern), password); err != nil || got.Name != `a\u{202E}b` {
		t.Errorf("%q, %v", got.Name, err)
	}
}

func write(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func move(t testing.TB, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

func TestDecodePKCS12WithoutPassword(t *testing.T) {
	b := newBundle(t, pki.P256, "")
	data, err := pkcs12.Passwordless.Encode(b.Key, b.Certificate, b.Chain, "")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := pki.DecodePKCS12(data, ""); err != nil || !got.Certificate.Equal(b.Certificate) {
		t.Errorf("without any encryption: %v", err)
	}
	for _, e := range []*pkcs12.Encoder{pkcs12.Modern2023, pkcs12.LegacyRC2} {
		data, err = e.Encode(b.Key, b.Certificate, b.Chain, "")
		if err != nil {
			t.Fatal(err)
		}
		if got, err := pki.DecodePKCS12(data, ""); err != nil || !got.Certificate.Equal(b.Certificate) {
			t.Errorf("with an empty password: %v", err)
		}
	}
}

func TestDecodePKCS12Mismatch(t *testing.T) {
	b := newBundle(t, pki.P256, "")
	data, err := pkcs12.Modern2023.Encode(pkitest.Key(t, pki.P256), b.Certificate, b.Chain, password)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pki.DecodePKCS12(data, password); !errors.Is(err, pki.ErrKeyMismatch) {
		t.Errorf("a key of nobody: %v", err)
	}
	data, err = pkcs12.Modern2023.EncodeTrustStore(b.Chain, password)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pki.DecodePKCS12(data, password); !errors.Is(err, pki.ErrKeyMismatch) {
		t.Errorf("no key: %v", err)
	}
	items, err := pki.Decode(data, password)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"certificate PKCS#12 Test Intermediate as CN=Test Intermediate", "certificate PKCS#12 Test Root as CN=Test Root"}
	if diff := cmp.Diff(want, contents(items)); diff != "" {
		t.Error(diff)
	}
	// The first certificate is the intermediate's: the leaf is found by its key.
	data, err = pkcs12.Modern2023.Encode(b.Key, b.Chain[0], []*x509.Certificate{b.Chain[1], b.Certificate}, password)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := pki.DecodePKCS12(data, password); err != nil || !got.Certificate.Equal(b.Certificate) {
		t.Errorf("the leaf comes last: %v", err)
	}
}

func TestDecodePKCS12Bounds(t *testing.T) {
	tests := []struct {
		name string
		data []byte
		want error
	}{
		{"too large", make([]byte, pki.MaxInput+1), pki.ErrTooLarge},
		{"a certificate", newBundle(t, pki.P256, "").Certificate.Raw, pki.ErrNotRecognised},
		{"nothing", nil, pki.ErrNotRecognised},
	}
	for _, test := range tests {
		if _, err := pki.DecodePKCS12(test.data, password); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", test.name, err, test.want)
		}
	}
	dear := dearPKCS12(t)
	if _, err := pki.DecodePKCS12(dear, password); !errors.Is(err, pki.ErrTooManyIterations) {
		t.Errorf("1000 million iterations: %v", err)
	}
	if _, err := pki.Decode(dear, password); !errors.Is(err, pki.ErrTooManyIterations) {
		t.Errorf("1000 million iterations: %v", err)
	}
}

// dearPKCS12 returns a file whose MAC asks for 1000 million iterations: the
// last element is changed from 02 02 08 00, and the lengths around it grow.
func dearPKCS12(t testing.TB) []byte {
	t.Helper()
	data := encode(t, newBundle(t, pki.P256, ""), pki.PresetModern)
	if !bytes.HasSuffix(data, []byte{2, 2, 8, 0}) {
		t.Fatal("the MAC's iterations do not come last")
	}
	data = append(data[:len(data)-4], 2, 4, 0x3b, 0x9a, 0xca, 0)
	size := int(data[2])<<8 + int(data[3]) + 2 // 30 82 xx xx
	data[2], data[3] = byte(size>>8), byte(size)
	sha256 := []byte{6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1}
	mac := bytes.LastIndex(data, sha256) - 6 // behind the heads of MacData, DigestInfo and AlgorithmIdentifier
	if mac < 0 || data[mac] != 0x30 {
		t.Fatal("no MacData")
	}
	data[mac+1] += 2
	return data
}

// Whatever is cut off or changed is an error and never a panic.
func TestDecodePKCS12Damage(t *testing.T) {
	data := encode(t, newBundle(t, pki.P256, "x"), pki.PresetModern)
	for n := 0; n < len(data); n += 7 {
		if _, err := pki.DecodePKCS12(data[:n], password); err == nil {
			t.Fatalf("cut off at %d it is read", n)
		}
		changed := bytes.Clone(data)
		changed[n] ^= 0xff
		if b, err := pki.DecodePKCS12(changed, password); err == nil && n > 4 && n < len(data)-100 {
			t.Errorf("changed at %d it is read as %s", n, b.Certificate.Subject)
		}
	}
	if _, err := pki.DecodePKCS12(append(bytes.Clone(data), "junk"...), password); err == nil {
		t.Error("read with junk behind it")
	}
}
