package desk

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"countersign/pki"
	"countersign/testclient"
)

// RemedyCode names a way to put right what failed a try.
type RemedyCode string

// The ways. The comment says what ID and Value are.
const (
	RemedyTrust     RemedyCode = "trust"        // trust the authority ID
	RemedyTrustSent RemedyCode = "trust-sent"   // keep the last certificate that the server sent, and trust it; Value is its fingerprint
	RemedyPresent   RemedyCode = "present"      // present ID
	RemedyIssue     RemedyCode = "issue"        // a client certificate has to be made under ID, by a person
	RemedyRenew     RemedyCode = "renew"        // renew the client certificate ID, and present the new one
	RemedyUnder     RemedyCode = "under"        // reissue the one presented under the authority ID, which the server accepts
	RemedyClient    RemedyCode = "client"       // reissue ID as a client certificate
	RemedySendChain RemedyCode = "send-chain"   // send the intermediates that the vault has
	RemedyServer    RemedyCode = "reissue"      // reissue the server's certificate ID, which is of this vault
	RemedyName      RemedyCode = "reissue-name" // the same, with the name Value too
	RemedyConnect   RemedyCode = "name"         // connect to the name Value, which the server's certificate has
	RemedyScheme    RemedyCode = "scheme"       // use the URL Value
	RemedyVersions  RemedyCode = "versions"     // allow every version of TLS
	RemedyLowest    RemedyCode = "lowest"       // allow the old version Value of TLS, as a trial
	RemedyExport    RemedyCode = "export-chain" // give the server the chain of its certificate ID, of this vault: by a person
)

// Remedy is one way to put right what failed a try.
type Remedy struct {
	Code  RemedyCode
	ID    ID
	Name  string // of ID, or of what the code speaks of
	Value string
}

// Mends tells whether Mend can do it, and a second try may pass: the others are
// for a person to do.
func (r Remedy) Mends() bool { return r.Code != RemedyIssue && r.Code != RemedyExport }

// Asks tells whether a person must say so: whom the server vouches for itself
// is nobody that is known.
func (r Remedy) Asks() bool { return r.Code == RemedyTrustSent }

// Remedies are the ways to put right a failed try, the likeliest first, with
// the client certificates to choose from.
type Remedies struct {
	List     []Remedy
	Accepted []Certificate // client certificates that the server accepts, and that were not tried
	Others   []Certificate // those of which it does not say so
}

// Remedies looks in the vault for what may mend a failed try.
func (d *Desk) Remedies(t Try, r testclient.Result) (Remedies, error) {
	if r.Diagnosis == nil {
		return Remedies{}, nil
	}
	l, err := d.newRemedyFinder(t, r)
	if err != nil {
		return Remedies{}, err
	}
	l.sortClients()
	l.look()
	return l.found, nil
}

// remedyFinder looks for remedies.
type remedyFinder struct {
	desk        *Desk
	try         Try
	result      testclient.Result
	diagnosis   *testclient.Diagnosis
	now         time.Time
	byID        map[ID]Certificate
	leaves      []Certificate
	authorities []Certificate
	used        Certificate  // the one of the vault that was presented
	presented   *Certificate // the server's, when it is of the vault
	issuer      *Certificate // an authority of the vault that the server accepts
	found       Remedies
}

func (d *Desk) newRemedyFinder(t Try, r testclient.Result) (*remedyFinder, error) {
	l := &remedyFinder{desk: d, try: t, result: r, diagnosis: r.Diagnosis, now: d.Now(), byID: map[ID]Certificate{}}
	var err error
	if l.leaves, err = d.Certificates(Filter{}); err != nil {
		return nil, err
	}
	if l.authorities, err = d.Authorities(); err != nil {
		return nil, err
	}
	for _, c := range slices.Concat(l.leaves, l.authorities) {
		l.byID[c.ID] = c
	}
	l.used = l.byID[t.CertificateID]
	if len(r.ServerChain) > 0 {
		sum := pki.Fingerprint(r.ServerChain[0])
		for _, c := range l.byID {
			if c.Fingerprint == sum {
				l.presented = &c
			}
		}
	}
	return l, nil
}

func (l *remedyFinder) add(code RemedyCode, id ID, name, value string) {
	l.found.List = append(l.found.List, Remedy{code, id, name, value})
}

// above are the authorities over a certificate, nearest first.
func (l *remedyFinder) above(id ID) []ID {
	var ids []ID
	at, ok := l.byID[id]
	for ok && at.IssuerID != "" && at.IssuerID != at.ID && !slices.Contains(ids, at.IssuerID) {
		ids = append(ids, at.IssuerID)
		at, ok = l.byID[at.IssuerID]
	}
	return ids
}

// sortClients tells the client certificates that the server accepts from
// others, by the names that it sent.
func (l *remedyFinder) sortClients() {
	accepts := map[string]bool{}
	for _, name := range l.result.AcceptableNames {
		accepts[name] = true
	}
	remade := l.diagnosis.Code == testclient.ClientAuthorityRemade
	for _, a := range l.authorities {
		if accepts[a.Name] && a.HasKey && a.Health(l.now) != Expired && l.issuer == nil && !(remade && a.ID == l.used.IssuerID) {
			l.issuer = &a
		}
	}
	for _, c := range l.leaves {
		h := c.Health(l.now)
		if !c.HasKey || c.Kind == pki.Server || c.ID == l.used.ID || h != Good && h != Expiring || remade && c.IssuerID == l.used.IssuerID {
			continue
		}
		yes := accepts[c.Issuer]
		for _, id := range l.above(c.ID) {
			yes = yes || accepts[l.byID[id].Name]
		}
		if yes {
			l.found.Accepted = append(l.found.Accepted, c)
		} else {
			l.found.Others = append(l.found.Others, c)
		}
	}
}

// look goes by the diagnosis.
func (l *remedyFinder) look() {
	d := l.diagnosis
	switch d.Code {
	case testclient.ServerAuthorityUnknown:
		l.trust()
	case testclient.ServerIntermediateMissing:
		if l.presented != nil {
			l.add(RemedyExport, l.presented.ID, l.presented.Name, "")
		}
	case testclient.ServerSpeaksHTTP, testclient.ClientSpokeHTTP:
		l.scheme(d.Facts["url"])
	case testclient.NotHTTP:
		if rest, secure := strings.CutPrefix(l.try.URL, "https://"); secure && hasPort(rest) {
			l.scheme("tls://" + rest)
		}
	case testclient.Reset:
		if rest, plain := strings.CutPrefix(l.try.URL, "http://"); plain && d.Step == testclient.StepAccess && d.Facts["bytes-in"] == "" {
			l.scheme("https://" + rest)
		}
	case testclient.ServerNameMismatch, testclient.ServerNoSAN, testclient.ServerNoIPSAN:
		l.serverName(d.Facts["name"], d.Facts["names"])
	case testclient.ServerCertificateExpired, testclient.ServerCertificatePurpose, testclient.ServerSignatureWeak:
		if l.presented != nil && l.presented.Name == d.Facts["subject"] && l.signable(*l.presented) { // not an authority over it
			l.add(RemedyServer, l.presented.ID, l.presented.Name, "")
		}
	case testclient.NoCommonVersion:
		if l.try.MinVersion != 0 || l.try.MaxVersion != 0 {
			l.add(RemedyVersions, "", "", "")
		} else if d.Facts["why"] == "old" {
			l.add(RemedyLowest, "", "", "1.0")
		}
	}
	if d.Step == testclient.StepVerifyClient || d.Step == testclient.StepClientCertificate || d.Code == testclient.ClientCertificateAbsent {
		l.client()
	}
}

// hasPort tells whether an address names one; tls:// has no port of its own.
func hasPort(rest string) bool {
	u, err := url.Parse("https://" + rest)
	return err == nil && u.Port() != ""
}

func (l *remedyFinder) scheme(url string) {
	if scheme, _, found := strings.Cut(url, "://"); found {
		l.add(RemedyScheme, "", scheme+"://", url)
	}
}

// signable tells whether a certificate can be made anew here.
func (l *remedyFinder) signable(c Certificate) bool {
	issuer, known := l.byID[c.IssuerID]
	return known && issuer.HasKey
}

// trust finds the authority of the vault that signed the last certificate that
// the server sent, or is that certificate; else offers that certificate itself,
// when it can be trusted.
func (l *remedyFinder) trust() {
	chain := l.result.ServerChain
	if len(chain) == 0 {
		return
	}
	top := chain[len(chain)-1]
	for _, a := range l.authorities {
		if a.Name != top.Issuer.CommonName && a.Name != top.Subject.CommonName {
			continue
		}
		detail, err := l.desk.Detail(a.ID)
		if err == nil && (top.Equal(detail.X509) || top.CheckSignatureFrom(detail.X509) == nil) {
			l.add(RemedyTrust, a.ID, a.Name, "")
			return
		}
	}
	if top.IsCA || pki.IsSelfSigned(top) {
		l.add(RemedyTrustSent, "", nameOf(top), pki.Fingerprint(top))
	}
}

// serverName is for a server whose certificate has not the name: reissue it,
// when it is ours, or use a name that it has.
func (l *remedyFinder) serverName(name, names string) {
	if l.presented != nil && l.signable(*l.presented) && name != "" {
		l.add(RemedyName, l.presented.ID, l.presented.Name, name)
	}
	for has := range strings.SplitSeq(names, "\n") {
		if has != "" && !strings.ContainsAny(has, "*@/") {
			l.add(RemedyConnect, "", has, has)
			return
		}
	}
}

// client is for a client certificate that was refused, or none.
func (l *remedyFinder) client() {
	switch own := l.used.ID != "" && l.signable(l.used); l.diagnosis.Code {
	case testclient.ClientIntermediateMissing:
		if !l.try.SendChain {
			l.add(RemedySendChain, "", strings.ReplaceAll(l.diagnosis.Facts["missing"], "\n", ", "), "")
		}
	case testclient.ClientCertificateExpired, testclient.ClientSignatureWeak:
		if own && l.diagnosis.Facts["clock"] == "" {
			l.add(RemedyRenew, l.used.ID, l.used.Name, "")
		}
	case testclient.ClientCertificatePurpose:
		defer func() { // one that is there comes first
			if own {
				l.add(RemedyClient, l.used.ID, l.used.Name, "")
			}
		}()
	case testclient.ClientAuthorityRemade, testclient.ClientIssuerNotAuthority, testclient.ClientPathLength:
		if l.used.ID != "" && l.issuer != nil {
			l.add(RemedyUnder, l.issuer.ID, l.issuer.Name, "")
		}
	}
	for _, c := range l.found.Accepted {
		l.add(RemedyPresent, c.ID, c.Name, "")
	}
	if len(l.found.Accepted) == 0 && l.issuer != nil {
		l.add(RemedyIssue, l.issuer.ID, l.issuer.Name, "")
	}
}
