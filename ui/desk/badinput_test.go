package desk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/pki"
)

// A badInput is something malformed, hostile or foreign that a person may hand
// to the program, and the answer that it gives: the code of an error with what
// it says, or what was read. The user interface has a sentence for each code.
type badInput struct {
	name     string
	data     func(t testing.TB) []byte
	password string
	want     string
}

// badInputs are all those that come as a file's contents; paths are apart.
func badInputs(t testing.TB) []badInput {
	var all []badInput
	for _, list := range [][]badInput{
		badCertificates(), badExtensions(), badKeys(), badRequests(), badCRLs(), badBundles(), badPasswords(), badNames(), badText(t), foreignFiles(t),
		badIndexes(),
	} {
		all = append(all, list...)
	}
	return all
}

// patience is how long the answer to one input may take.
const patience = 2 * time.Second

// watched runs work and tells whether it ended in time. The machine that runs
// the tests may be busy with others, so that who is late gets a second try.
func watched(work func()) bool {
	for range 2 {
		done := make(chan struct{})
		go func() {
			defer close(done)
			work()
		}()
		select {
		case <-done:
			return true
		case <-time.After(patience):
		}
	}
	return false
}

func TestBadInput(t *testing.T) {
	inputs := badInputs(t)
	if len(inputs) < 150 {
		t.Errorf("only %d inputs", len(inputs))
	}
	seen := map[string]bool{}
	dir := t.TempDir()
	for n, in := range inputs {
		if seen[in.name] {
			t.Errorf("two inputs are named %q", in.name)
		}
		seen[in.name] = true
		t.Run(in.name, func(t *testing.T) {
			data := in.data(t)
			path := filepath.Join(dir, fmt.Sprint(n))
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
			var got, looked string
			if !watched(func() { got = answered(data, in.password) }) {
				t.Fatalf("looking at it took over %v", patience)
			}
			if got != in.want {
				t.Errorf("the answer is\n%s\nwant\n%s", got, in.want)
			}
			if !watched(func() { looked = brought(path, in.password) }) {
				t.Fatalf("importing it took over %v", patience)
			}
			if looked != "" {
				t.Errorf("importing: %s", looked)
			}
		})
	}
}

// answered is the answer of Inspect.
func answered(data []byte, password string) string {
	items, err := Inspect(data, password)
	if err != nil {
		return toldError(err)
	}
	var parts []string
	for _, item := range items {
		parts = append(parts, toldItem(item.Item))
	}
	if len(parts) > 4 {
		parts = append(parts[:1], fmt.Sprintf("%d in all", len(parts)))
	}
	return strings.Join(parts, "; ")
}

// toldError is an error's code, with the facts that name the thing.
func toldError(err error) string {
	e := Explain(err)
	text := e.Code
	for n := 0; n+1 < len(e.Facts); n += 2 {
		if value := fmt.Sprint(e.Facts[n+1]); value != "" && (e.Facts[n] == "Detail" || e.Facts[n] == "Why") {
			text += ", " + brief(value)
		}
	}
	return text
}

// brief is a text's beginning, for the table.
func brief(text string) string {
	if runes := []rune(text); len(runes) > 60 {
		return string(runes[:30]) + fmt.Sprintf("… of %d", len(runes))
	}
	return text
}

func toldItem(item pki.Item) string {
	switch {
	case item.Certificate != nil:
		text := "certificate " + brief(nameOf(item.Certificate))
		codes := map[string]bool{}
		for _, w := range pki.Lint(item.Certificate, fixed) {
			if !codes[w.Code] {
				text += ", " + w.Code
			}
			codes[w.Code] = true
		}
		return text
	case item.Key != nil:
		return "key " + pki.KeyLabel(item.Key.Public())
	case item.Request != nil:
		text := "request " + brief(requestName(item.Request))
		if _, err := pki.ReadCSR(item.Request); err != nil {
			e := Explain(err)
			text += ", " + e.Code
			for _, f := range e.Faults {
				text += " " + f.Code
			}
		}
		return text
	case item.CRL != nil:
		return fmt.Sprintf("crl of %d", len(item.CRL.RevokedCertificateEntries))
	}
	if item.Err == nil {
		return string(item.Kind)
	}
	return "unread (" + toldError(item.Err) + ")"
}

// brought imports a file into a new vault, and looks at everything that came
// in as the window does. It returns what went wrong, "" for nothing: a file
// that cannot be read goes wrong only when nothing says so.
func brought(path, password string) string {
	dir, err := os.MkdirTemp("", "bad-input")
	if err != nil {
		return err.Error()
	}
	defer os.RemoveAll(dir)
	d, err := Create(filepath.Join(dir, VaultFile), nil, testOptions())
	if err != nil {
		return err.Error()
	}
	defer d.Close()
	found, err := d.Look(context.Background(), []string{path}, Passwords{Any: []string{password}})
	if err != nil {
		return err.Error()
	}
	some := len(found.Certificates) + len(found.Requests) + len(found.Keys) + len(found.Lists)
	if some+len(found.Locked)+len(found.Unread) == 0 {
		return "nothing is said"
	}
	if _, err := d.Import(context.Background(), found); err != nil {
		return err.Error()
	}
	all, err := d.All()
	if err != nil {
		return err.Error()
	}
	for n, c := range all {
		if n == 20 {
			break
		}
		if text := viewed(d, c); text != "" {
			return text
		}
	}
	return ""
}

// viewed reads all of a certificate, and tells of a name that would deceive and
// of a file name that is none.
func viewed(d *Desk, c Certificate) string {
	detail, err := d.Detail(c.ID)
	if err != nil {
		return err.Error()
	}
	c.Health(fixed)
	pki.Lint(detail.X509, fixed)
	pki.CertificateSections(detail.X509)
	if _, err := pki.ASN1Tree(detail.X509.Raw); err != nil && !errors.Is(err, pki.ErrTooLarge) {
		return err.Error()
	}
	for _, format := range []Format{PEM, DER} {
		f, err := d.Export(c.ID, format, "")
		if err != nil {
			return err.Error()
		}
		if filepath.Base(f.Name) != f.Name || strings.ContainsAny(f.Name, "/\\:\x00\n") || len(f.Name) > 255 || pki.Escape(f.Name) != f.Name {
			return fmt.Sprintf("the file's name is %q", f.Name)
		}
	}
	return ""
}

func raw(data ...[]byte) func(testing.TB) []byte {
	return func(testing.TB) []byte { return bytes.Join(data, nil) }
}

func plain(s string) func(testing.TB) []byte { return raw([]byte(s)) }

// kept is a file of testdata/bad.
func kept(name string) func(testing.TB) []byte {
	return func(t testing.TB) []byte {
		t.Helper()
		data, err := os.ReadFile(filepath.Join("testdata", "bad", name))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
}
