package desk

import (
	"cmp"
	"crypto/x509"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strings"

	"countersign/pki"
	"countersign/storage"
)

// plainChunk is how many certificates are held parsed at a time.
const plainChunk = 1000

// authority writes the folder of one: what openssl ca keeps (openssl-ca(1)), and
// beside it what it issued, by name.
func (p *leaving) authority(c Certificate, folder string, issued []Certificate) error {
	p.done.Authorities++
	state, err := p.authorityFiles(c, folder)
	if err != nil {
		return err
	}
	if err := p.index(c, state, folder, issued); err != nil {
		return err
	}
	serial := make([]byte, 16)
	if _, err := io.ReadFull(p.d.opt.Random, serial); err != nil {
		return fmt.Errorf("random: %w", err)
	}
	serial[0] = serial[0]&0x3f | 0x20 // positive, and as long as all
	days := cmp.Or(state.CRLDays, DefaultCRLDays)
	for name, text := range map[string]string{
		"index.txt.attr": "unique_subject = no\n",
		"serial":         fmt.Sprintf("%X\n", serial),
		"crlnumber":      pki.IndexSerial(new(big.Int).SetUint64(state.CRLNumber+1)) + "\n",
		"openssl.cnf":    strings.ReplaceAll(plainConfig, "CRLDAYS", fmt.Sprint(days)),
	} {
		if err := p.file(folder+"/"+name, []byte(text)); err != nil {
			return err
		}
	}
	taken := names{}
	taken.give("ca")
	p.leaves(folder, issued, taken)
	return nil
}

// authorityFiles writes the authority's own certificates, key and newest list.
func (p *leaving) authorityFiles(c Certificate, folder string) (storage.Authority, error) {
	var state storage.Authority
	chain, err := p.d.chain(c.ID)
	if err != nil {
		return state, err
	}
	if err := p.file(folder+"/ca.crt", pki.EncodeCertificates(chain[0])); err != nil {
		return state, err
	}
	if len(chain) > 1 {
		if err := p.file(folder+"/ca-chain.crt", pki.EncodeCertificates(chain...)); err != nil {
			return state, err
		}
	}
	taken := names{}
	for _, older := range p.all {
		if older.CurrentID != c.ID || older.ID == c.ID {
			continue
		}
		certs, err := p.d.certificates([]Certificate{*older})
		if err != nil {
			return state, err
		}
		name := folder + "/older/" + taken.give(plainSerial(*older)) + ".crt"
		if err := p.file(name, pki.EncodeCertificates(certs...)); err != nil {
			return state, err
		}
	}
	if c.HasKey {
		p.done.Keys++
		key, err := p.d.key(c)
		if err == nil {
			err = p.key(folder+"/private/ca.key", key)
		}
		if err != nil {
			return state, err
		}
	}
	err = p.d.vault.View(func(tx *storage.Tx) error {
		state, err = authorityState(tx, storage.ID(cmp.Or(c.KeyID, c.ID)))
		return err
	})
	if err != nil || len(state.CRL) == 0 {
		return state, err
	}
	list, err := x509.ParseRevocationList(state.CRL)
	if err != nil {
		return state, fmt.Errorf("read list of the revoked: %w", err)
	}
	return state, p.file(folder+"/crl.pem", pki.EncodeCRL(list))
}

// index writes index.txt, with what was revoked elsewhere, and newcerts. Of
// certificates of one serial number, which are a mistake, the first counts:
// OpenSSL takes no index with two.
func (p *leaving) index(c Certificate, state storage.Authority, folder string, issued []Certificate) error {
	var text []byte
	seen := map[string]bool{}
	for chunk := range slices.Chunk(issued, plainChunk) {
		certs, err := p.d.certificates(chunk)
		if err != nil {
			return err
		}
		for n, cert := range certs {
			serial := pki.IndexSerial(cert.SerialNumber)
			if seen[serial] {
				continue
			}
			seen[serial] = true
			text = pki.AppendIndex(text, p.d.Now(), pki.IndexEntry{
				Revoked: chunk[n].Revoked, At: chunk[n].RevokedAt, Reason: chunk[n].Reason,
				NotAfter: cert.NotAfter, Serial: cert.SerialNumber, Subject: pki.IndexSubject(cert),
			})
			if err := p.file(folder+"/newcerts/"+serial+".pem", pki.EncodeCertificates(cert)); err != nil {
				return err
			}
		}
	}
	for _, r := range state.Elsewhere {
		n, ok := new(big.Int).SetString(strings.ReplaceAll(r.Serial, ":", ""), 16)
		if !ok || seen[pki.IndexSerial(n)] {
			continue
		}
		seen[pki.IndexSerial(n)] = true
		text = pki.AppendIndex(text, p.d.Now(), pki.IndexEntry{
			Revoked: true, At: r.At, Reason: r.Reason, NotAfter: c.NotAfter, Serial: n, Subject: "/",
		})
	}
	return p.file(folder+"/index.txt", text)
}

func plainSerial(c Certificate) string { return strings.ToUpper(strings.ReplaceAll(c.Serial, ":", "")) }

// plainConfig is a configuration of openssl ca, to be used within the folder. It
// issues what our own profiles do: critical basic constraints and key usage, the
// names of the request, random serial numbers.
const plainConfig = `# Use it in this folder:
#   openssl ca -config openssl.cnf -extensions client -in NAME.csr -out NAME.crt -notext
#   openssl ca -config openssl.cnf -revoke NAME.crt -crl_reason superseded
#   openssl ca -config openssl.cnf -gencrl -out crl.pem
[ca]
default_ca = this
[this]
dir = .
certificate = $dir/ca.crt
private_key = $dir/private/ca.key
database = $dir/index.txt
new_certs_dir = $dir/newcerts
serial = $dir/serial
rand_serial = yes
crlnumber = $dir/crlnumber
default_md = default
default_days = 397
default_crl_days = CRLDAYS
unique_subject = no
email_in_dn = no
preserve = yes
copy_extensions = copy
policy = any
x509_extensions = client
crl_extensions = list
[any]
countryName = optional
stateOrProvinceName = optional
localityName = optional
organizationName = optional
organizationalUnitName = optional
commonName = optional
emailAddress = optional
[req]
distinguished_name = asked
string_mask = utf8only
[asked]
[list]
authorityKeyIdentifier = keyid
[client]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[server]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[both]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth, clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[authority]
basicConstraints = critical, CA:true, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
`
