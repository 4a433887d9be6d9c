package terminal

import (
	"net"
	"os/exec"
	"strings"
	"testing"

	"countersign/pki/pkitest"
)

// A server of the terminal publishes who is revoked, and refuses them, while
// the vault is free for other commands.
func TestServeChecksRevocation(t *testing.T) {
	w := quickstarted(t)
	run := func(args ...string) string {
		t.Helper()
		args = append(args, "--vault", w.path("vault.db"), "--passphrase-file", w.path("vault-passphrase.txt"))
		out, err := exec.Command("countersign", args...).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", args[0], err, out)
		}
		return string(out)
	}
	authority, name := subject(t, w.path("ca.pem")), subject(t, w.path("client.pem"))
	run("issue", "client", "mallory", "--ca", authority)
	run("export", "mallory", "--format", "pem", "--out", w.path("mallory.pem"))
	run("export", "mallory", "--format", "key", "--out", w.path("mallory.key"))
	run("revoke", "mallory", "--reason", "keyCompromise", "--yes")
	for _, signer := range []string{"delegate", "authority"} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		_, port, _ := net.SplitHostPort(l.Addr().String())
		l.Close()
		url := w.serve("--check-revocation", "--crl-ocsp-port", port, "--ocsp-signer", signer)
		get := func(cert, key string) (string, error) {
			return pkitest.Try(t, "curl", "--silent", "--show-error", "--cacert", w.path("ca.pem"), "--cert", w.path(cert), "--key", w.path(key), url+"/hello")
		}
		if out, err := get("client-chain.pem", "client.key"); err != nil || out != "Hello, world!\n" {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
		if out, err := get("mallory.pem", "mallory.key"); err == nil {
			t.Errorf("mallory is let in:\n%s", out)
		}
		pkitest.Run(t, "curl", "--silent", "--fail", "--output", w.path("list.crl"), "http://localhost:"+port+"/crl/"+strings.ReplaceAll(authority, " ", "-")+".crl")
		if out := pkitest.Run(t, "openssl", "crl", "-inform", "DER", "-in", w.path("list.crl"), "-noout", "-text"); !strings.Contains(out, "Key Compromise") {
			t.Errorf("list:\n%s", out)
		}
		out := pkitest.Run(t, "openssl", "ocsp", "-issuer", w.path("ca.pem"), "-CAfile", w.path("ca.pem"), "-url", "http://localhost:"+port+"/ocsp",
			"-cert", w.path("mallory.pem"), "-cert", w.path("client.pem"))
		for _, want := range []string{"Response verify OK", "mallory.pem: revoked", "client.pem: good"} {
			if !strings.Contains(out, want) {
				t.Errorf("signed by %s: no %q in\n%s", signer, want, out)
			}
		}
		run("list") // the vault is free
	}
}

// subject is the common name of a certificate, as OpenSSL reads it.
func subject(t *testing.T, file string) string {
	t.Helper()
	out := pkitest.Run(t, "openssl", "x509", "-noout", "-subject", "-nameopt", "multiline", "-in", file)
	_, name, found := strings.Cut(out, "commonName")
	if !found {
		t.Fatalf("no common name:\n%s", out)
	}
	name, _, _ = strings.Cut(strings.TrimLeft(name, " ="), "\n")
	return name
}
