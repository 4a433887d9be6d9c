package desk

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"strconv"
	"strings"
	"time"

	"countersign/pki"
	"countersign/testclient"
)

// ServerQuestion is a server to look at.
type ServerQuestion struct {
	Address       string              // host, host:port or a URL of https
	StartTLS      testclient.Protocol // what it speaks before TLS; "" for none
	CertificateID ID                  // the client certificate that we present; "" for none; needs a vault
	ServerName    string              // "" for the address's host
	Timeout       time.Duration       // 0: the lab's own
}

// ServerSeen is what a server showed, its chain described.
type ServerSeen struct {
	testclient.Sight
	Items []Inspected
	// Trusted is the authority of the vault under which the chain verifies, nil
	// when it is one of the system's, or none.
	Trusted *Certificate
}

// InspectServer looks at a server and trusts the system's authorities and
// those of the vault. What goes wrong is in the result; an error means that it
// could not begin: ErrNoKey, ErrLocked, *NotFoundError.
func (d *Desk) InspectServer(ctx context.Context, q ServerQuestion) (ServerSeen, error) {
	var pair *tls.Certificate
	if q.CertificateID != "" {
		var err error
		if pair, err = d.pair(q.CertificateID); err != nil {
			return ServerSeen{}, err
		}
	}
	known, err := d.known()
	if err != nil {
		return ServerSeen{}, err
	}
	seen := lookAt(ctx, q, pair, known, d.opt.Now)
	if len(seen.Path) > 0 {
		print := pki.Fingerprint(seen.Path[len(seen.Path)-1])
		authorities, err := d.Authorities()
		if err != nil {
			return ServerSeen{}, err
		}
		for _, a := range authorities {
			if a.Fingerprint == print {
				seen.Trusted = &a
				break
			}
		}
	}
	return seen, d.Recognise(ctx, seen.Items)
}

// InspectServer looks at a server without a vault: it trusts the system's
// authorities.
func InspectServer(ctx context.Context, q ServerQuestion, now func() time.Time) ServerSeen {
	return lookAt(ctx, q, nil, nil, now)
}

func lookAt(ctx context.Context, q ServerQuestion, pair *tls.Certificate, known []*x509.Certificate, now func() time.Time) ServerSeen {
	sight := testclient.Look(ctx, testclient.Probe{
		Address: q.Address, StartTLS: q.StartTLS, Certificate: pair, Known: known, Roots: rootsWith(known),
		ServerName: q.ServerName, Timeout: q.Timeout, Now: now,
	})
	return ServerSeen{Sight: sight, Items: InspectCertificates("TLS", sight.Chain...)}
}

// rootsWith are the system's authorities and those of the known that signed
// themselves; nil, the system's, when there are none.
func rootsWith(known []*x509.Certificate) *x509.CertPool {
	var pool *x509.CertPool
	for _, c := range known {
		if !pki.IsSelfSigned(c) {
			continue
		}
		if pool == nil {
			var err error
			if pool, err = x509.SystemCertPool(); err != nil {
				pool = x509.NewCertPool()
			}
		}
		pool.AddCert(c)
	}
	return pool
}

// LooksLikeAddress tells whether a text that names no file names a server: a
// URL of https, or a host with a port.
func LooksLikeAddress(text string) bool {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "https://") {
		return true
	}
	host, port, err := net.SplitHostPort(text)
	if err != nil || host == "" || strings.ContainsAny(host, `/\`) {
		return false
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && n > 0
}
