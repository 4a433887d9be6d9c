package testclient

import (
	"strings"
	"testing"
	"time"

	"countersign/pki"
	"countersign/pki/pkitest"
)

// enforce makes the trials against a server of others.
func (f foreign) enforce(t *testing.T, address string, revoked bool) Enforcement {
	t.Helper()
	forgery := Forgery{Right: &f.client, Issuer: f.root, Now: time.Now()}
	if revoked {
		forgery.Revoked = &f.revoked
	}
	trials, err := forgery.Trials()
	if err != nil {
		t.Fatal(err)
	}
	return Enforce(t.Context(), Try{URL: "https://" + address, Roots: pkitest.Pool(f.root.Certificate)}, trials, nil)
}

// expect is a server of others and what is to be found.
type expect struct {
	name    string
	args    string // of openssl s_server, or lines for nginx
	revoked bool   // try with a revoked certificate
	want    string
}

func (x expect) check(t *testing.T, f foreign, address string) {
	t.Helper()
	for range 3 {
		e := f.enforce(t, address, x.revoked)
		if got := found(e); got != x.want {
			report(t, e)
			t.Fatalf("found %s\nwant  %s", got, x.want)
		}
	}
}

func TestEnforceOpenSSL(t *testing.T) {
	f := newForeign(t)
	const lists = " -CRL crl.pem -crl_check"
	for _, x := range []expect{
		{"required", "-Verify 3 -verify_return_error", false, "insists:"},
		{"required, with a list", "-Verify 3 -verify_return_error" + lists, true, "insists:"},
		{"required, TLS 1.2", "-Verify 3 -verify_return_error -tls1_2", false, "insists:"},
		{"no list", "-Verify 3 -verify_return_error", true, "lets-in:, lets-in revoked"},
		{"asked for", "-verify 3 -verify_return_error", false, "no-certificate:, lets-in none"},
		// What openssl's manual says that -Verify alone does: it goes on.
		{"verified, and ignored", "-Verify 3", false,
			"any-certificate:, lets-in stranger, lets-in self-signed, lets-in namesake, lets-in expired, lets-in not-yet-valid, lets-in server, lets-in sha1" + laxGo},
		{"old versions", "-Verify 3 -verify_return_error -min_protocol TLSv1 -cipher DEFAULT@SECLEVEL=0", false,
			"lets-in:, lets-in sha1, lets-in tls10, lets-in tls11, lax rsa1024"},
	} {
		t.Run(x.name, func(t *testing.T) {
			args := strings.Fields(strings.ReplaceAll(x.args, "crl.pem", f.path("crl.pem")))
			x.check(t, f, f.sServer(t, args...))
		})
	}
}

func TestEnforceNginx(t *testing.T) {
	f := newForeign(t)
	other := pkitest.Root(t, "Other Root")
	f.write(t, "other.pem", pki.EncodeCertificates(other.Certificate))
	const on = "ssl_client_certificate root.pem; ssl_verify_client on;"
	for _, x := range []expect{
		{"required", on, false, "insists:"},
		{"required, with a list", on + " ssl_crl crl.pem;", true, "insists:"},
		{"no list", on, true, "lets-in:, lets-in revoked"},
		{"optional", "ssl_client_certificate root.pem; ssl_verify_client optional;", false, "no-certificate:, lets-in none"},
		{"optional, and refused in the place", "ssl_client_certificate root.pem; ssl_verify_client optional; if ($ssl_client_verify != SUCCESS) { return 403; }", false, "insists:"},
		{"any authority", "ssl_client_certificate root.pem; ssl_verify_client optional_no_ca;", false,
			"any-certificate:, lets-in none, lets-in stranger, lets-in self-signed"},
		{"wrong authority", "ssl_client_certificate other.pem; ssl_verify_client on;", false, "shuts-out:, shuts-out right"},
		{"not asked", "", false, "not-asked:, lets-in none, " +
			"lets-in stranger, lets-in self-signed, lets-in namesake, lets-in other-key, lets-in expired, lets-in not-yet-valid, lets-in server, lets-in sha1" + laxGo},
		{"old versions", on + " ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; ssl_ciphers DEFAULT@SECLEVEL=0;", false,
			"lets-in:, lets-in sha1, lets-in tls10, lets-in tls11, lax rsa1024"},
	} {
		t.Run(x.name, func(t *testing.T) {
			lines := x.args
			for _, name := range []string{"root.pem", "other.pem", "crl.pem"} {
				lines = strings.ReplaceAll(lines, name, f.path(name))
			}
			x.check(t, f, f.nginxWith(t, lines))
		})
	}
}
