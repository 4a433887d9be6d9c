package desk

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"countersign/storage"
	"countersign/testclient"
)

// Try is a connection to try, in terms of the vault.
type Try struct {
	URL           string
	CertificateID ID       // whom we present; "" for nobody, or for CertFiles
	CertFiles     []string // instead: files with a certificate, its chain and its key
	Password      string   // of CertFiles
	SendChain     bool     // send the intermediates of the vault that CertFiles lack
	TrustIDs      []ID     // whose servers we trust; with TrustFiles; none of both: the system's authorities
	TrustFiles    []string // files of authorities
	Insecure      bool     // verify nobody
	Method        string
	Header        http.Header
	Body          []byte
	BodyFile      string // instead of Body; streamed, however large
	ServerName    string // "" for the URL's
	Address       string // host:port to connect to, "" for the URL's
	MinVersion    uint16
	MaxVersion    uint16
	ALPN          []string
	Proxy         string        // "http://…", "https://…" or "socks5://…", with user:password@ where it asks; "" for none
	Redirects     int           // how many are followed; 0: none
	Timeout       time.Duration // 0: the lab's own; over all
	Stage         time.Duration // 0: none; for connecting, the handshake and the exchange each
	KeyLog        string        // a file for the connection's secrets, in NSS key log format; never saved with a try
}

// Connect tries a connection. What goes wrong between the two sides is in the
// result; an error means that the try could not begin: ErrNoKey, ErrLocked,
// *NotFoundError, *PathError, *LacksError, those of pki.Decode. observe, which may be nil, is
// told of each step as it ends,
// on the goroutine of the try.
func (d *Desk) Connect(ctx context.Context, t Try, observe func(testclient.Step)) (testclient.Result, error) {
	known, err := d.known()
	if err != nil {
		return testclient.Result{}, err
	}
	try, err := d.prepareTry(t, known)
	if err != nil {
		return testclient.Result{}, err
	}
	result, err := t.logged(try, func(try testclient.Try) testclient.Result { return d.run(ctx, try, observe) })
	if err != nil {
		return testclient.Result{}, err
	}
	return result, d.noteTry(t, result)
}

// logged runs a try with its key log open, when it has one. Error: *PathError.
func (t Try) logged(try testclient.Try, run func(testclient.Try) testclient.Result) (testclient.Result, error) {
	if t.KeyLog == "" {
		return run(try), nil
	}
	f, err := openKeyLog(t.KeyLog)
	if err != nil {
		return testclient.Result{}, err
	}
	defer f.Close()
	try.KeyLog = f
	return run(try), nil
}

// prepareTry takes from the vault and from files what a try names.
func (d *Desk) prepareTry(t Try, known []*x509.Certificate) (testclient.Try, error) {
	try, err := t.ofFiles(known, d.opt.Now)
	if err != nil {
		return try, err
	}
	if t.CertificateID != "" && len(t.CertFiles) == 0 {
		pair, err := d.pair(t.CertificateID)
		if err != nil {
			return try, err
		}
		try.Certificate = pair
		if c, err := d.Get(t.CertificateID); err == nil {
			try.Revoked = c.Revoked
		}
	}
	for _, id := range t.TrustIDs {
		authority, err := d.trusted(id)
		if err != nil {
			return try, err
		}
		trust(&try, authority)
	}
	return try, nil
}

// trust adds an authority to those that a try trusts.
func trust(try *testclient.Try, authority *x509.Certificate) {
	if try.Roots == nil {
		try.Roots = x509.NewCertPool()
	}
	try.Roots.AddCert(authority)
	try.TrustNames = append(try.TrustNames, nameOf(authority))
}

// plain is the request of a try, without what it takes from the vault.
func (t Try) plain() testclient.Try {
	return testclient.Try{
		URL: t.URL, Method: t.Method, Header: t.Header, Body: t.Body,
		Insecure: t.Insecure, ServerName: t.ServerName, Address: t.Address,
		MinVersion: t.MinVersion, MaxVersion: t.MaxVersion, ALPN: t.ALPN, Timeout: t.Timeout,
		Stage: t.Stage, Proxy: t.Proxy, Redirects: t.Redirects,
	}
}

// known are the certificates of the vault's authorities, earlier ones too.
func (d *Desk) known() ([]*x509.Certificate, error) {
	all, err := d.all()
	if err != nil {
		return nil, err
	}
	var authorities []Certificate
	for _, c := range all {
		if c.IsAuthority() {
			authorities = append(authorities, *c)
		}
	}
	return d.certificates(authorities)
}

// trusted is the certificate that stands for an authority.
func (d *Desk) trusted(id ID) (*x509.Certificate, error) {
	c, err := d.Get(id)
	if err != nil {
		return nil, err
	}
	if c.CurrentID != "" {
		id = c.CurrentID
	}
	chain, err := d.chain(id)
	if err != nil {
		return nil, err
	}
	return chain[0], nil
}

// noteTry writes the try into the activity. The address leaves out what a URL
// may hold of secrets: user, query and fragment.
func (d *Desk) noteTry(t Try, r testclient.Result) error {
	if d.ReadOnly() {
		return nil
	}
	code := ""
	if r.Diagnosis != nil {
		code = r.Diagnosis.Code
	}
	return d.vault.Update(func(tx *storage.Tx) error {
		return tx.AppendEvent(tryEvent(d.Now(), t.CertificateID, bareURL(t.URL), code, r.Status))
	})
}

// tryEvent is what the activity says of a try; code is why it failed, "" when
// it did not.
func tryEvent(at time.Time, certificate ID, url, code string, status int) storage.Event {
	detail := map[string]string{"state": "ok"}
	if status != 0 {
		detail["status"] = strconv.Itoa(status)
	}
	if code != "" {
		detail["state"], detail["code"] = "failed", code
	}
	if code == testclient.Cancelled {
		detail["state"] = "stopped" // by the person: that is no failure
	}
	return storage.Event{At: at, Verb: "connect", Subject: storage.ID(certificate), Name: url, Detail: detail}
}

// pair reads a certificate with its chain, without the root, and its key as
// TLS presents them.
func (d *Desk) pair(id ID) (*tls.Certificate, error) {
	s, err := d.source(id, true)
	if err != nil {
		return nil, fmt.Errorf("present a certificate: %w", err)
	}
	pair := &tls.Certificate{PrivateKey: s.key, Leaf: s.chain[0]}
	for _, c := range s.sent() {
		pair.Certificate = append(pair.Certificate, c.Raw)
	}
	return pair, nil
}
