package desk

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/pki/pkitest"
	"countersign/storage"
	"countersign/testclient"
)

// trialStand is a vault with the example, its server running, and what other
// clients need to ask it the same.
type trialStand struct {
	*Desk
	example Example
	url     string
	files   string // folder with alice-chain.pem, alice.key and the root
	bare    *tls.Config
}

func newTrialStand(b *testing.B) trialStand {
	b.Helper()
	d, err := Create(filepath.Join(b.TempDir(), "v", VaultFile), passphrase, Options{KDF: storage.LightKDF()})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { d.Close() })
	s := trialStand{Desk: d, files: b.TempDir()}
	if s.example, err = d.MakeExample(b.Context()); err != nil {
		b.Fatal(err)
	}
	server, err := d.Serve(Serve{CertificateID: s.example.Server.ID, Mode: testclient.ModeMTLS})
	if err != nil {
		b.Fatal(err)
	}
	s.url = server.URL() + "/hello"
	target, _ := TargetOf("curl")
	files, err := d.ExportFor(s.example.Client.ID, target, "")
	if err != nil {
		b.Fatal(err)
	}
	if err := WriteFiles(s.files, files, true); err != nil {
		b.Fatal(err)
	}
	f, err := d.ConfigFiles(s.example.Client.ID, target, s.files)
	if err != nil {
		b.Fatal(err)
	}
	pair, err := tls.LoadX509KeyPair(f.Chain, f.Key)
	if err != nil {
		b.Fatal(err)
	}
	s.bare = &tls.Config{Certificates: []tls.Certificate{pair}, RootCAs: x509.NewCertPool()}
	root, err := ReadFile(f.CA)
	if err != nil || !s.bare.RootCAs.AppendCertsFromPEM(root) {
		b.Fatal(err)
	}
	return s
}

func (s trialStand) try() Try {
	return Try{URL: s.url, CertificateID: s.example.Client.ID, TrustIDs: []ID{s.example.Authority.ID}, Timeout: time.Minute}
}

// ask is one request of a bare client on a connection of its own.
func (s trialStand) ask() error {
	transport := &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: s.bare.Clone()}
	defer transport.CloseIdleConnections()
	answer, err := (&http.Client{Transport: transport}).Get(s.url)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if body, err := io.ReadAll(answer.Body); err != nil || !strings.Contains(string(body), "Hello") {
		return fmt.Errorf("%q: %w", body, err)
	}
	return nil
}

// BenchmarkConnect is a try of the desk, key opened and all, beside curl, a
// process each time as a person starts it, and a bare Go client that has its key
// at hand: each on a connection of its own to the local server.
func BenchmarkConnect(b *testing.B) {
	s := newTrialStand(b)
	b.Run("countersign", func(b *testing.B) {
		for b.Loop() {
			if r, err := s.Connect(b.Context(), s.try(), nil); err != nil || !r.OK() {
				b.Fatalf("%v %+v", err, r.Diagnosis)
			}
		}
	})
	b.Run("curl", func(b *testing.B) {
		curl := pkitest.Need(b, "curl")
		for b.Loop() {
			cmd := exec.Command(curl, "-sS", "--cert", "alice-chain.pem", "--key", "alice.key", "--cacert", FileName(s.example.Authority.Name)+".pem", s.url)
			cmd.Dir = s.files
			if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "Hello") {
				b.Fatalf("%v %s", err, out)
			}
		}
	})
	b.Run("bare", func(b *testing.B) {
		for b.Loop() {
			if err := s.ask(); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkHundredTries runs a hundred saved tries at once, their results kept
// in the vault, beside a hundred requests of bare clients, all at once.
func BenchmarkHundredTries(b *testing.B) {
	const many = 100
	s := newTrialStand(b)
	var ids []ID
	for n := range many {
		saved, err := s.SaveTry(fmt.Sprintf("try %d", n), "", s.try())
		if err != nil {
			b.Fatal(err)
		}
		ids = append(ids, saved.ID)
	}
	b.Run("countersign", func(b *testing.B) {
		for b.Loop() {
			runs, err := s.RunTries(b.Context(), ids, nil)
			if err != nil {
				b.Fatal(err)
			}
			for _, r := range runs {
				if !r.Passed() {
					b.Fatalf("%v %+v", r.Err, r.Result.Diagnosis)
				}
			}
		}
	})
	b.Run("bare", func(b *testing.B) {
		for b.Loop() {
			var group sync.WaitGroup
			wrong := make(chan error, many)
			for range many {
				group.Go(func() {
					if err := s.ask(); err != nil {
						wrong <- err
					}
				})
			}
			group.Wait()
			select {
			case err := <-wrong:
				b.Fatal(err)
			default:
			}
		}
	})
}
