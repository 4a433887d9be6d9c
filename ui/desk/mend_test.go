package desk

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/pki"
	"countersign/pki/pkitest"
	"countersign/storage"
	"countersign/testclient"
)

// infirmary is a vault with the example, a clock that is set, and a server.
type infirmary struct {
	*Desk
	t      *testing.T
	clock  time.Time
	made   Example
	server *testclient.Server
}

func newInfirmary(t *testing.T) *infirmary {
	t.Helper()
	f := &infirmary{t: t, clock: time.Now()}
	d, err := Create(filepath.Join(t.TempDir(), "v", VaultFile), passphrase,
		Options{KDF: storage.LightKDF(), Now: func() time.Time { return f.clock }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	f.Desk = d
	if f.made, err = d.MakeExample(t.Context()); err != nil {
		t.Fatal(err)
	}
	return f
}

// serve starts the server, at the port of the one before.
func (f *infirmary) serve(mode testclient.Mode, cert ID, clients ...ID) {
	f.t.Helper()
	port := 0
	if f.server != nil {
		port = f.server.Port()
		if err := f.StopServer(f.server); err != nil {
			f.t.Fatal(err)
		}
	}
	s, err := f.Serve(Serve{CertificateID: cert, Mode: mode, ClientCAs: clients, Port: port})
	if err != nil {
		f.t.Fatal(err)
	}
	f.server = s
}

// insist serves as the example does.
func (f *infirmary) insist() { f.serve(testclient.ModeMTLS, f.made.Server.ID, f.made.Authority.ID) }

// good is the try that passes at the example's server.
func (f *infirmary) good() Try {
	return Try{URL: f.server.URL() + "/hello", CertificateID: f.made.Client.ID, TrustIDs: []ID{f.made.Authority.ID}}
}

func (f *infirmary) short(kind pki.Kind, name string) Certificate {
	r := named(kind, name)
	r.NotAfter = f.clock.Add(24 * time.Hour)
	if kind == pki.Server {
		r.Names = f.made.Server.names(f.t)
	}
	return f.mustIssue(f.t, f.made.Authority.ID, r)
}

func (c Certificate) names(t *testing.T) []pki.Name {
	t.Helper()
	names, faults := pki.ParseNames(strings.Join(c.Names, " "))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return names
}

// selfSigned is a server's certificate that vouches for itself.
func selfSigned(t *testing.T) tls.Certificate {
	t.Helper()
	key := pkitest.Key(t, pki.P256)
	subject := &x509.Certificate{Subject: pkix.Name{CommonName: "localhost"}}
	cert := pkitest.Sign(t, pki.Issuer{Certificate: subject, Key: key}, key, func(c *x509.Certificate) { c.Subject.CommonName = "localhost" })
	return pkitest.TLS(cert, key)
}

func greet(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello") }

// away is a server of nobody in the vault, which sends its whole chain.
func away(t *testing.T, cert tls.Certificate, handler http.HandlerFunc) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: handler,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{cert}}}
	t.Cleanup(func() { s.Close() })
	go s.ServeTLS(l, "", "")
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return "https://localhost:" + port
}

// ailment is one way to fail and what mends it.
type ailment struct {
	name   string
	try    func(f *infirmary) Try
	code   string // of the diagnosis
	remedy RemedyCode
	first  bool // it is the first that is offered
	after  func(f *infirmary, m Mended)
}

func ailments(t *testing.T) []ailment {
	return slices.Concat(clientAilments(t), serverAilments(t), otherAilments())
}

func clientAilments(t *testing.T) []ailment {
	return []ailment{
		{"nobody presented", func(f *infirmary) Try { f.insist(); x := f.good(); x.CertificateID = ""; return x },
			testclient.ClientCertificateMissing, RemedyPresent, true, nil},
		{"another authority's", func(f *infirmary) Try {
			other := f.mustIssue(t, "", named(pki.Authority, "Partner Root"))
			f.insist()
			x := f.good()
			x.CertificateID = f.mustIssue(t, other.ID, named(pki.Client, "bob")).ID
			return x
		}, testclient.ClientAuthorityUnknown, RemedyPresent, true, nil},
		{"expired", func(f *infirmary) Try {
			bob := f.short(pki.Client, "bob")
			f.clock = f.clock.Add(48 * time.Hour)
			f.insist()
			x := f.good()
			x.CertificateID = bob.ID
			return x
		}, testclient.ClientCertificateExpired, RemedyRenew, true, nil},
		{"for servers", func(f *infirmary) Try {
			f.insist()
			x := f.good()
			x.CertificateID = f.made.Server.ID
			return x
		}, testclient.ClientCertificatePurpose, RemedyClient, false, nil},
		{"the authority made anew", func(f *infirmary) Try {
			root := pkitest.Root(t, f.made.Authority.Name)
			anew, err := f.Import(t.Context(), Found{Certificates: []FoundCertificate{{Certificate: root.Certificate, Key: root.Key}}})
			if err != nil {
				t.Fatal(err)
			}
			f.insist()
			x := f.good()
			x.CertificateID = f.mustIssue(t, anew.Certificates[0].ID, named(pki.Client, "bob")).ID
			return x
		}, testclient.ClientAuthorityRemade, RemedyUnder, true, nil},
		{"the chain not sent", func(f *infirmary) Try {
			issuing := f.mustIssue(t, f.made.Authority.ID, named(pki.Authority, "Issuing"))
			bob := f.mustIssue(t, issuing.ID, named(pki.Client, "bob"))
			f.insist()
			x := f.good()
			x.CertificateID = ""
			for _, format := range []Format{PEM, Key} {
				file, err := f.Export(bob.ID, format, "")
				if err != nil {
					t.Fatal(err)
				}
				x.CertFiles = append(x.CertFiles, pkitest.File(t, file.Name, file.Data))
			}
			return x
		}, testclient.ClientIntermediateMissing, RemedySendChain, true, nil},
	}
}

func serverAilments(t *testing.T) []ailment {
	again := func(f *infirmary, m Mended) {
		if !m.ForServer || m.Made == nil {
			t.Fatalf("mended %+v", m)
		}
		f.serve(testclient.ModeMTLS, m.Made.ID, f.made.Authority.ID)
	}
	kept := func(f *infirmary, m Mended) {
		if m.Made == nil || m.Try.TrustIDs[0] != m.Made.ID {
			t.Fatalf("mended %+v", m)
		}
	}
	return []ailment{
		{"not trusted", func(f *infirmary) Try {
			f.insist()
			x := f.good()
			x.TrustIDs = []ID{f.mustIssue(t, "", named(pki.Authority, "Partner Root")).ID}
			return x
		}, testclient.ServerAuthorityUnknown, RemedyTrust, true, nil},
		{"an authority that nobody here knows", func(f *infirmary) Try {
			root := pkitest.Root(t, "Far Root")
			cert, key := pkitest.Server(t, root)
			return Try{URL: away(t, pkitest.TLS(cert, key, root.Certificate), greet), TrustIDs: []ID{f.made.Authority.ID}}
		}, testclient.ServerAuthorityUnknown, RemedyTrustSent, true, kept},
		{"self-signed", func(f *infirmary) Try {
			return Try{URL: away(t, selfSigned(t), greet), TrustIDs: []ID{f.made.Authority.ID}}
		}, testclient.ServerAuthorityUnknown, RemedyTrustSent, true, kept},
		{"another name", func(f *infirmary) Try {
			r := named(pki.Server, "api.acme.test")
			r.Names, _ = pki.ParseNames("api.acme.test")
			f.serve(testclient.ModeMTLS, f.mustIssue(t, f.made.Authority.ID, r).ID, f.made.Authority.ID)
			return f.good()
		}, testclient.ServerNameMismatch, RemedyName, true, again},
		{"another name, gone to", func(f *infirmary) Try {
			f.insist()
			x := f.good()
			x.URL, x.Address = strings.Replace(x.URL, "localhost", "api.acme.test", 1), f.server.Addr()
			return x
		}, testclient.ServerNameMismatch, RemedyConnect, false, nil},
		{"expired", func(f *infirmary) Try {
			short := f.short(pki.Server, "localhost")
			f.clock = f.clock.Add(48 * time.Hour)
			f.serve(testclient.ModeMTLS, short.ID, f.made.Authority.ID)
			return f.good()
		}, testclient.ServerCertificateExpired, RemedyServer, true, again},
		{"for clients", func(f *infirmary) Try {
			r := named(pki.Client, "localhost")
			r.Names = f.made.Server.names(t)
			f.serve(testclient.ModeMTLS, f.mustIssue(t, f.made.Authority.ID, r).ID, f.made.Authority.ID)
			return f.good()
		}, testclient.ServerCertificatePurpose, RemedyServer, true, again},
	}
}

func otherAilments() []ailment {
	return []ailment{
		{"plain HTTP there", func(f *infirmary) Try {
			f.serve(testclient.ModePlain, "")
			x := f.good()
			x.URL = strings.Replace(x.URL, "http:", "https:", 1)
			return x
		}, testclient.ServerSpeaksHTTP, RemedyScheme, true, nil},
		{"plain HTTP here", func(f *infirmary) Try {
			f.insist()
			x := f.good()
			x.URL = strings.Replace(x.URL, "https:", "http:", 1)
			return x
		}, testclient.ClientSpokeHTTP, RemedyScheme, true, nil},
		{"an old version", func(f *infirmary) Try {
			f.insist()
			x := f.good()
			x.MinVersion, x.MaxVersion = tls.VersionTLS11, tls.VersionTLS11
			return x
		}, testclient.NoCommonVersion, RemedyVersions, true, nil},
	}
}

// TestRemedies: each remedy is found for a try that fails, is done, and the try
// passes then.
func TestRemedies(t *testing.T) {
	for _, c := range ailments(t) {
		t.Run(string(c.remedy)+"/"+c.name, func(t *testing.T) {
			f := newInfirmary(t)
			before := c.try(f)
			failed, err := f.Connect(t.Context(), before, nil)
			if err != nil || failed.Diagnosis == nil || failed.Diagnosis.Code != c.code {
				t.Fatalf("%v, %+v, want %s", err, failed.Diagnosis, c.code)
			}
			found, err := f.Remedies(before, failed)
			if err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(found.List, func(r Remedy) bool { return r.Code == c.remedy })
			if i < 0 || c.first != (i == 0) || !found.List[i].Mends() {
				t.Fatalf("remedies %+v", found.List)
			}
			m, err := f.Mend(t.Context(), before, failed, found.List[i])
			if err != nil {
				t.Fatal(err)
			}
			if c.after != nil {
				c.after(f, m)
			}
			passed, err := f.Connect(t.Context(), m.Try, nil)
			if err != nil || !passed.OK() {
				t.Fatalf("%v, %+v", err, passed.Diagnosis)
			}
		})
	}
}

func TestWithHost(t *testing.T) {
	for _, c := range []struct{ address, host, want string }{
		{"https://a:8443/x?y", "b", "https://b:8443/x?y"},
		{"a/x", "b", "https://b/x"},
		{"https://me:pw@a:1", "::1", "https://[::1]:1"},
		{"http://[::1]:80/", "b", "http://b:80/"},
	} {
		if got := withHost(c.address, c.host); got != c.want {
			t.Errorf("withHost(%q, %q) = %q, want %q", c.address, c.host, got, c.want)
		}
	}
}
