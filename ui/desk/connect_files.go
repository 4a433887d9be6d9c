package desk

import (
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"countersign/pki"
	"countersign/testclient"
)

// ofFiles is a try with what it names of files; known are authorities to learn
// from, which are not trusted for that. Errors: *PathError, *LacksError, those
// of pki.Decode.
func (t Try) ofFiles(known []*x509.Certificate, now func() time.Time) (testclient.Try, error) {
	try := t.plain()
	try.Now, try.Known = now, known
	if len(t.CertFiles) > 0 {
		pair, err := pairOfFiles(t.CertFiles, t.Password)
		if err != nil {
			return try, err
		}
		try.Certificate = pair
		if t.SendChain {
			pair.Certificate = append(pair.Certificate, intermediatesOver(pair.Certificate, known)...)
		}
	}
	if t.BodyFile != "" {
		var err error
		if try.OpenBody, try.BodySize, err = bodyOfFile(t.BodyFile); err != nil {
			return try, err
		}
	}
	files, err := authoritiesOfFiles(t.TrustFiles)
	for _, c := range files {
		trust(&try, c)
	}
	return try, err
}

// pairOfFiles reads what to present from files: a certificate with its chain
// and the private key, in any order and format (see pki.Decode), or a bundle of
// all. The leaf is the certificate of the key. Errors: *PathError, those of
// pki.Decode, *LacksError, pki.ErrKeyMismatch.
func pairOfFiles(paths []string, password string) (*tls.Certificate, error) {
	var certs []*x509.Certificate
	var key crypto.Signer
	for _, path := range paths {
		items, err := decodeFile(path, password)
		if err != nil {
			return nil, err
		}
		for _, i := range items {
			switch i.Kind {
			case pki.ItemCertificate:
				certs = append(certs, i.Certificate)
			case pki.ItemKey:
				if key == nil {
					key = i.Key
				}
			}
		}
	}
	shown := strings.Join(paths, ", ")
	if len(certs) == 0 {
		return nil, &LacksError{Path: shown, What: "certificate"}
	}
	if key == nil {
		return nil, &LacksError{Path: shown, What: "key"}
	}
	chain := chainFor(key, certs)
	if chain == nil {
		return nil, fmt.Errorf("present %s: %w", shown, pki.ErrKeyMismatch)
	}
	pair := &tls.Certificate{PrivateKey: key, Leaf: chain[0]}
	for _, c := range chain {
		pair.Certificate = append(pair.Certificate, c.Raw)
	}
	return pair, nil
}

func decodeFile(path, password string) ([]pki.Item, error) {
	data, err := ReadFile(path)
	if err != nil {
		return nil, err
	}
	defer clear(data)
	items, err := pki.Decode(data, password)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return items, nil
}

// chainFor is the key's certificate and what stands above it, without the root;
// nil when the key has none among them.
func chainFor(key crypto.Signer, certs []*x509.Certificate) []*x509.Certificate {
	var chain []*x509.Certificate
	public := publicKey(key.Public())
	for _, c := range certs {
		if publicKey(c.PublicKey) == public {
			chain = append(chain, c)
			break
		}
	}
	for n := 0; n < len(chain); n++ { // it grows
		for _, c := range certs {
			if string(c.RawSubject) == string(chain[n].RawIssuer) && !pki.IsSelfSigned(c) && !slices.ContainsFunc(chain, c.Equal) {
				chain = append(chain, c)
				break
			}
		}
	}
	return chain
}

// intermediatesOver are those of the authorities known that lead on from the
// end of a chain, without the root.
func intermediatesOver(chain [][]byte, known []*x509.Certificate) [][]byte {
	top, err := x509.ParseCertificate(chain[len(chain)-1])
	var over [][]byte
	for range 8 { // no path in use is longer
		if err != nil || pki.IsSelfSigned(top) {
			break
		}
		i := slices.IndexFunc(known, func(c *x509.Certificate) bool {
			return string(c.RawSubject) == string(top.RawIssuer) && top.CheckSignatureFrom(c) == nil
		})
		if i < 0 || pki.IsSelfSigned(known[i]) {
			break
		}
		top = known[i]
		over = append(over, top.Raw)
	}
	return over
}

// authoritiesOfFiles reads whom to trust from files. Errors: *PathError, those
// of pki.Decode, *LacksError.
func authoritiesOfFiles(paths []string) ([]*x509.Certificate, error) {
	var list []*x509.Certificate
	for _, path := range paths {
		items, err := decodeFile(path, "")
		if err != nil {
			return nil, err
		}
		found := false
		for _, i := range items {
			if i.Kind == pki.ItemCertificate {
				list, found = append(list, i.Certificate), true
			}
		}
		if !found {
			return nil, &LacksError{Path: path, What: "certificate"}
		}
	}
	return list, nil
}

// bodyOfFile says how to read a body from a file, however large, and its
// length. Error: *PathError.
func bodyOfFile(path string) (func() (io.ReadCloser, error), int64, error) {
	f, size, err := openInput(path) // it can be read
	if err != nil {
		return nil, 0, err
	}
	f.Close()
	return func() (io.ReadCloser, error) { return os.Open(path) }, size, nil
}

// openKeyLog opens a key log to write on (0600, made when it is missing), as
// the other programs that write such logs do. Error: *PathError.
func openKeyLog(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err == nil {
		var info fs.FileInfo
		if info, err = f.Stat(); err == nil && !info.Mode().IsRegular() {
			err = ErrNotFile
		}
		if err == nil {
			err = f.Chmod(0o600)
		}
		if err != nil {
			f.Close()
		}
	}
	if err != nil {
		return nil, aboutFile("write", path, &fs.PathError{Op: "open", Path: path, Err: bare(err)})
	}
	return f, nil
}

func bare(err error) error {
	var inner *fs.PathError
	if errors.As(err, &inner) {
		return inner.Err
	}
	return err
}
