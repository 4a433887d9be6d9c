package desk

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"countersign/pki"
	"countersign/pki/pkitest"
)

// TestLoading are the rows 22 to 24 of the table of symptoms: what goes wrong
// before any server is asked, and so whatever the server and the version. The
// same answer every time: $COUNTERSIGN_RUNS says how often it is asked for.
func TestLoading(t *testing.T) {
	runs, err := strconv.Atoi(os.Getenv("COUNTERSIGN_RUNS"))
	if err != nil {
		runs = 2
	}
	s := newSnippetStand(t)
	root := s.example.Authority.ID
	issuing := s.mustIssue(t, root, named(pki.Authority, "Issuing"))
	carol := s.mustIssue(t, issuing.ID, named(pki.Client, "carol"))
	write := func(id ID, f Format) string {
		file, err := s.Export(id, f, "secret")
		if err != nil {
			t.Fatal(err)
		}
		return pkitest.File(t, string(f), file.Data)
	}
	leaf, middle, key, ca := write(carol.ID, PEM), write(issuing.ID, PEM), write(carol.ID, Key), write(root, PEM)
	turned := pkitest.File(t, "turned.pem", append(mustRead(t, middle), mustRead(t, leaf)...))
	locked := filepath.Join(t.TempDir(), "locked.key")
	pkitest.Run(t, "openssl", "pkcs8", "-topk8", "-in", key, "-out", locked, "-passout", "pass:secret")
	for _, c := range []struct {
		name     string
		files    []string
		password string
		want     error
		code     string
	}{
		{"22 another's key", []string{leaf, write(s.example.Client.ID, Key)}, "", pki.ErrKeyMismatch, "key-mismatch"},
		{"22 the chain in the wrong order is put right", []string{turned, key}, "", nil, ""},
		{"23 the key is encrypted", []string{leaf, locked}, "", pki.ErrPasswordNeeded, "password-needed"},
		{"24 wrong password", []string{write(carol.ID, P12)}, "wrong", pki.ErrWrongPassword, "password-wrong"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, version := range []uint16{0x0303, 0x0304} {
				for range runs {
					r, err := s.Connect(t.Context(), Try{URL: s.server.URL() + "/hello", CertFiles: c.files, Password: c.password,
						TrustFiles: []string{ca}, MinVersion: version, MaxVersion: version}, nil)
					switch {
					case !errors.Is(err, c.want):
						t.Fatalf("error %v, want %v", err, c.want)
					case err != nil && Explain(err).Code != c.code:
						t.Fatalf("explained as %q", Explain(err).Code)
					case err == nil && (!r.OK() || len(r.ClientChain) != 2):
						t.Fatalf("%+v, chain of %d", r.Diagnosis, len(r.ClientChain))
					}
				}
			}
		})
	}
}
