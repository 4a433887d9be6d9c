package ui

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"testing"

	"countersign/pki"
	"countersign/testclient"
	"countersign/ui/desk"
	"countersign/ui/i18n"
)

func TestExplain(t *testing.T) {
	path := func(err error) error { return &desk.PathError{Deed: "write", Path: "/x/alice.pem", Err: err} }
	for _, c := range []struct {
		err  error
		want string
	}{
		{desk.ErrExists, "There is a file at that place already."},
		{desk.ErrNotFound, "There is no vault at that place."},
		{desk.ErrNotVault, "This file is not a vault."},
		{desk.ErrEmptyFile, "This vault's file is empty."},
		{desk.ErrInUse, "Another window or command has this vault open."},
		{desk.ErrTruncated, "A part of this vault's file is missing."},
		{desk.ErrWrongPassphrase, "This is not the passphrase."},
		{desk.ErrWeakPassphrase, "The passphrase is too short."},
		{desk.ErrLocked, "The vault is locked."},
		{desk.ErrReadOnly, "Nothing can be written to this vault."},
		{desk.ErrNoSpace, "The disk that holds the vault is full."},
		{desk.ErrSlotRemains, "It was changed, but the old key's page could not be wiped."},
		{desk.ErrNoKey, "The private key of this certificate is not in the vault."},
		{desk.ErrNotAuthority, "This certificate is not an authority."},
		{desk.ErrFormat, "There is no such format."},
		{desk.ErrEmptyPassword, "A bundle for this target needs a password."},
		{&desk.VersionError{Found: 9, Known: 1}, "A newer Countersign made this vault."},
		{&desk.DamageError{}, "This vault is not as it was written."},
		{&desk.NotFoundError{What: "certificate", Name: "alice"}, "There is no certificate named alice."},
		{&desk.NotFoundError{What: "authority", Name: "Acme"}, "There is no authority named Acme."},
		{&desk.NotFoundError{What: "request", Name: "alice"}, "There is no request named alice."},
		{desk.ErrNoRequest, "There is no certificate request in this."},
		{desk.ErrNotAwaited, "No request here waits for this certificate."},
		{pki.ErrRequestSignature, "This request is damaged, or was changed on its way."},
		{&testclient.PortError{Port: 8443, Err: syscall.EADDRINUSE}, "Port 8443 is taken by another program."},
		{path(desk.ErrFileExists), "There is a file at /x/alice.pem already."},
		{path(fs.ErrNotExist), "There is nothing at /x/alice.pem."},
		{path(os.ErrPermission), "Countersign may not use /x/alice.pem."},
		{path(syscall.ENOSPC), "The disk is full."},
		{path(errors.New("something")), "Reading or writing /x/alice.pem failed."},
		{&fs.PathError{Op: "mkdir", Path: "/x", Err: os.ErrPermission}, "Countersign may not use /x."},
		{pki.ErrPasswordNeeded, "This file needs its password."},
		{context.DeadlineExceeded, "This took too long."},
		{errors.New("something"), "This did not work."},
	} {
		t.Run(c.want, func(t *testing.T) {
			wrapped := fmt.Errorf("do something: %w", c.err)
			got := explain(i18n.New("en"), wrapped)
			if got.title != c.want {
				t.Errorf("it says %q, want %q", got.title, c.want)
			}
			if got.raw != wrapped.Error() {
				t.Errorf("the raw text is %q", got.raw)
			}
			for _, said := range []string{got.title, got.cause, got.next} {
				if strings.Contains(said, "{{") || strings.Contains(said, "<no value>") || strings.HasPrefix(said, "error.") {
					t.Errorf("it says %q", said)
				}
			}
		})
	}
}

func TestEveryFileErrorIsWorded(t *testing.T) {
	p := i18n.New("en")
	said := map[string]string{}
	check := func(err error) {
		t.Helper()
		e := desk.Explain(err)
		tr := explain(p, err)
		text := tr.title + tr.cause + tr.next
		if !p.Has("error."+e.Code) || strings.Contains(text, "{{") || strings.Contains(text, "<no value>") || strings.Contains(text, "%!") {
			t.Errorf("%s: %q", e.Code, text)
		}
		said[e.Code] = text
	}
	for _, code := range pki.FoundCodes() {
		check(&pki.FormatError{Code: code, Found: "x", Detail: "y", Convert: "z"})
	}
	if len(said) != len(pki.FoundCodes()) {
		t.Errorf("%d answers for %d formats", len(said), len(pki.FoundCodes()))
	}
	for _, what := range []string{"certificate", "request", "revocation list", "private key", "PKCS #12", "PEM block X", "encryption parameters",
		"index.txt, line 3", "file, cut off", "something"} {
		check(&pki.DamageError{What: what, Err: errors.New("why")})
	}
	for _, code := range desk.BrokenCodes() {
		if said[code] == "" {
			t.Errorf("nothing is told of %s", code)
		}
	}
}

func TestEveryFaultAndWarningIsWorded(t *testing.T) {
	p := i18n.New("en")
	for _, code := range append(pki.FaultCodes(), desk.FaultNameTaken) {
		if !p.Has("fault." + code) {
			t.Errorf("no words for the fault %q", code)
		}
		if said := faultText(p, pki.Fault{Code: code, Value: "x"}); strings.Contains(said, "<no value>") {
			t.Errorf("%s: %q", code, said)
		}
	}
	for _, code := range pki.WarningCodes() {
		if !p.Has("warning." + code) {
			t.Errorf("no words for the warning %q", code)
		}
	}
}

func TestFaultsGoToTheirFields(t *testing.T) {
	p := i18n.New("en")
	err := fmt.Errorf("issue: %w", pki.Faults{
		{Field: pki.FieldName, Code: pki.CodeNameMissing},
		{Field: pki.FieldIssuer, Code: pki.CodeIssuerExpired, Value: "2026-11-08T09:00:00Z"},
		{Field: pki.FieldIssuer, Code: pki.CodeIssuerKeyUsage},
	})
	said, ok := fieldFaults(p, err)
	if !ok {
		t.Fatal("these are faults")
	}
	if got, want := said[pki.FieldName], "Give it a name."; got != want {
		t.Errorf("name: %q, want %q", got, want)
	}
	if got, want := said[pki.FieldIssuer], "The chosen authority ended on 8 Nov 2026. Renew it, or choose another. "+
		"The chosen authority's certificate does not allow it to sign certificates."; got != want {
		t.Errorf("issuer: %q, want %q", got, want)
	}
	if got := explain(p, err); got.title != "Some things need mending first." || !strings.Contains(got.next, "Give it a name.") {
		t.Errorf("as a notice: %+v", got)
	}
	if _, ok := fieldFaults(p, desk.ErrLocked); ok {
		t.Error("a locked vault is no fault of a field")
	}
}

func TestSentences(t *testing.T) {
	for _, test := range []struct {
		list []string
		want string
	}{
		{nil, ""},
		{[]string{"", "One.", "", "Two. "}, "One. Two."},
		{[]string{"一。", "二。", ""}, "一。二。"},
		{[]string{"一。", "Two.", "三。"}, "一。Two. 三。"},
	} {
		if got := i18n.Sentences(test.list...); got != test.want {
			t.Errorf("%q: %q, want %q", test.list, got, test.want)
		}
	}
}
