package pkitest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"testing"
)

// TestMarksFindAKey: in each form that it may be let slip in, and nowhere else.
func TestMarksFindAKey(t *testing.T) {
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	two, rsaErr := rsa.GenerateKey(rand.Reader, 2048)
	_, ed, edErr := ed25519.GenerateKey(rand.Reader)
	if err := errors.Join(err, rsaErr, edErr); err != nil {
		t.Fatal(err)
	}
	sec1, err := x509.MarshalECPrivateKey(ec)
	secret, secretErr := ec.Bytes()
	if err := errors.Join(err, secretErr); err != nil {
		t.Fatal(err)
	}
	forms := map[string][]byte{
		"ec sec1":     sec1,
		"ec pem":      pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: sec1}),
		"ec decimal":  fmt.Appendf(nil, "{%v}", new(big.Int).SetBytes(secret)),
		"rsa pkcs1":   pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(two)}),
		"rsa decimal": fmt.Appendf(nil, "%v", two),
	}
	marks := Marks{}
	for name, key := range map[string]crypto.Signer{"ec": ec, "rsa": two, "ed": ed} {
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		if err := marks.AddKey(name, der); err != nil {
			t.Fatal(err)
		}
		forms[name+" der"] = der
		forms[name+" hex"] = fmt.Appendf(nil, "%X", der)
		forms[name+" colons"] = fmt.Appendf(nil, "% x", der)
		forms[name+" base64"] = base64.StdEncoding.AppendEncode([]byte("x"), der)
		forms[name+" pem"] = pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
		public, err := x509.MarshalPKIXPublicKey(key.Public())
		if err != nil {
			t.Fatal(err)
		}
		if found := marks.In(append(public, hex.EncodeToString(public)...)); len(found) > 0 {
			t.Errorf("the public key is taken for %v", found)
		}
	}
	for form, text := range forms {
		want := form[:2]
		if found := marks.In(text); len(found) != 1 || found[0][:2] != want {
			t.Errorf("%s: found %v", form, found)
		}
	}
}
