package pki_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"math/big"
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
)

// crlEntries is how many revoked certificates the list of the benchmark has.
const crlEntries = 100_000

// BenchmarkMakeCRL sets a list of 100,000 entries beside that of openssl ca
// -gencrl, which reads as many from its index.txt. Both sign with P-256 and
// write PEM. Memory is the highest that each had resident, ours with what Go's
// collector had not given back.
func BenchmarkMakeCRL(b *testing.B) {
	pkitest.Need(b, "openssl")
	root := pkitest.Root(b, "Benchmark Root")
	at := time.Now().Add(-time.Hour)
	list := make([]pki.Revocation, crlEntries)
	reasons := pki.Reasons()
	for i := range list {
		serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 126))
		if err != nil {
			b.Fatal(err)
		}
		list[i] = pki.Revocation{Serial: serial, At: at, Reason: reasons[i%5]}
	}
	config := opensslCA(b, root, list)

	var ours, theirs time.Duration
	b.Run("countersign", func(b *testing.B) {
		before := time.Now()
		var most uint64
		for b.Loop() {
			made, err := pki.MakeCRL(root, list, big.NewInt(1), time.Now(), time.Now().AddDate(0, 0, 30), rand.Reader)
			if err != nil {
				b.Fatal(err)
			}
			if len(pki.EncodeCRL(made)) == 0 {
				b.Fatal("no PEM")
			}
			most = max(most, heapInUse())
		}
		ours = time.Since(before) / time.Duration(b.N)
		b.ReportMetric(float64(most)/(1<<20), "MB")
	})
	b.Run("openssl", func(b *testing.B) {
		before := time.Now()
		var most int64
		for b.Loop() {
			cmd := exec.Command("openssl", "ca", "-config", config, "-gencrl", "-crldays", "30", "-out", os.DevNull)
			if out, err := cmd.CombinedOutput(); err != nil {
				b.Fatalf("openssl ca -gencrl: %v\n%s", err, out)
			}
			if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
				most = max(most, usage.Maxrss)
			}
		}
		theirs = time.Since(before) / time.Duration(b.N)
		b.ReportMetric(float64(most)/1024, "MB")
		if ours > 0 {
			b.ReportMetric(float64(ours)/float64(theirs), "ours/openssl")
		}
	})
}

// opensslCA lays out a folder for openssl ca and returns its configuration.
func opensslCA(b *testing.B, root pki.Issuer, list []pki.Revocation) (config string) {
	b.Helper()
	dir := b.TempDir()
	put := func(name string, data []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			b.Fatal(err)
		}
	}
	key, err := pki.EncodeKey(root.Key)
	if err != nil {
		b.Fatal(err)
	}
	put("root.pem", pki.EncodeCertificates(root.Certificate))
	put("root.key", key)
	put("crlnumber", []byte("01\n"))
	var index bytes.Buffer
	for i, r := range list {
		serial := r.Serial.Text(16)
		if len(serial)%2 == 1 {
			serial = "0" + serial
		}
		fmt.Fprintf(&index, "R\t361231235959Z\t%sZ,%s\t%s\tunknown\t/CN=client-%d\n",
			r.At.UTC().Format("060102150405"), r.Reason, strings.ToUpper(serial), i)
	}
	put("index.txt", index.Bytes())
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

func heapInUse() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapSys - m.HeapReleased
}
