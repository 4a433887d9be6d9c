package desk

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"countersign/pki"
	"countersign/pki/pkitest"
	"countersign/storage"
)

// revokedMany is how many certificates the list of the benchmark names.
const revokedMany = 100_000

// BenchmarkCRL has a vault with 100,000 revoked certificates make, keep and
// write the next list, beside openssl ca -gencrl on an index.txt of the same.
// Both sign with P-256 and give PEM. MB is the most memory: ours what Go holds
// of the system with the whole vault's index in it, theirs what was resident.
func BenchmarkCRL(b *testing.B) {
	pkitest.Need(b, "openssl")
	d := newDesk(b)
	root := d.mustIssue(b, "", named(pki.Authority, "Root"))
	d.fillRevoked(b, root)
	config := d.opensslCA(b, root)
	var ours, theirs time.Duration
	b.Run("countersign", func(b *testing.B) {
		var most uint64
		began := time.Now()
		for b.Loop() {
			if _, err := d.MakeCRL(context.Background(), root.ID, 30); err != nil {
				b.Fatal(err)
			}
			file, err := d.CRLFile(root.ID, CRLPEM)
			if err != nil || len(file.Data) < revokedMany*32 {
				b.Fatalf("%d bytes, %v", len(file.Data), err)
			}
			most = max(most, held())
		}
		ours = time.Since(began) / time.Duration(b.N)
		b.ReportMetric(float64(most)/(1<<20), "MB")
	})
	b.Run("openssl", func(b *testing.B) {
		var most int64
		began := time.Now()
		for b.Loop() {
			cmd := exec.Command("openssl", "ca", "-config", config, "-gencrl", "-crldays", "30", "-out", os.DevNull)
			if out, err := cmd.CombinedOutput(); err != nil {
				b.Fatalf("openssl ca -gencrl: %v\n%s", err, out)
			}
			if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
				most = max(most, usage.Maxrss)
			}
		}
		theirs = time.Since(began) / time.Duration(b.N)
		b.ReportMetric(float64(most)/1024, "MB")
		if ours > 0 {
			b.ReportMetric(float64(ours)/float64(theirs), "ours/openssl")
		}
	})
}

// held is what Go holds of the system's memory.
func held() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Sys - m.HeapReleased
}

// fillRevoked puts records of revoked certificates into the vault. No list
// reads their DER, so they have none to speak of.
func (d *Desk) fillRevoked(b *testing.B, root Certificate) {
	b.Helper()
	const batch = 5000
	reasons := pki.Reasons()
	for done := 0; done < revokedMany; done += batch {
		err := d.vault.Update(func(tx *storage.Tx) error {
			for n := done; n < done+batch; n++ {
				serial := make([]byte, 16)
				if _, err := rand.Read(serial); err != nil {
					return err
				}
				serial[0] = serial[0]&0x7f | 0x40
				text := strings.ReplaceAll(fmt.Sprintf("% x", serial), " ", ":")
				e := storage.Entry{ID: tx.NewID(), Name: fmt.Sprint("client-", n), Kind: string(pki.Client), IssuerID: storage.ID(root.ID), Issuer: "Root",
					Serial: text, Fingerprint: text, NotBefore: fixed, NotAfter: fixed.AddDate(1, 0, 0), Made: fixed,
					State: stateRevoked, RevokedAt: fixed, Reason: string(reasons[n%5]), KeyKind: "p256", Origin: originMade}
				if err := tx.PutCertificate(storage.Certificate{Entry: e, DER: serial}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	d.forget()
}

// opensslCA lays the same out for openssl ca, and gives its configuration.
func (d *Desk) opensslCA(b *testing.B, root Certificate) (config string) {
	b.Helper()
	dir := b.TempDir()
	put := func(name string, data []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			b.Fatal(err)
		}
	}
	for name, format := range map[string]Format{"root.pem": PEM, "root.key": Key} {
		file, err := d.Export(root.ID, format, "")
		if err != nil {
			b.Fatal(err)
		}
		put(name, file.Data)
	}
	all, err := d.all()
	if err != nil {
		b.Fatal(err)
	}
	var index bytes.Buffer
	for _, c := range all {
		if c.Revoked {
			fmt.Fprintf(&index, "R\t271122120000Z\t%sZ,%s\t%s\tunknown\t/CN=%s\n", c.RevokedAt.UTC().Format("060102150405"), c.Reason,
				strings.ToUpper(strings.ReplaceAll(c.Serial, ":", "")), c.Name)
		}
	}
	put("index.txt", index.Bytes())
	put("crlnumber", []byte("10\n"))
	put("ca.cnf", []byte(strings.ReplaceAll(`[ca]
default_ca = here
[here]
dir = DIR
database = DIR/index.txt
crlnumber = DIR/crlnumber
certificate = DIR/root.pem
private_key = DIR/root.key
default_md = sha256
unique_subject = no
crl_extensions = crl
[crl]
authorityKeyIdentifier = keyid
`, "DIR", dir)))
	return filepath.Join(dir, "ca.cnf")
}
