package testclient

import (
	"bufio"
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/pki"
	"countersign/pki/pkitest"
)

// The servers of the grid.
const (
	ours    = "Countersign"
	bareGo  = "Go"
	nginx   = "nginx"
	openssl = "OpenSSL"
)

var gridServers = []string{ours, bareGo, nginx, openssl}

// station says what a server of the grid is like; its zero value insists on a
// client of the root, with the right certificate.
type station struct {
	cert    *tls.Certificate // nil: the right one
	plain   bool             // no TLS
	only    uint16           // the only version; 0: any
	alpn    string           // nothing but this; "": as usual
	revoked *tls.Certificate // of the root's list; nil: no list is looked at
	noCRL   bool             // a list is looked for that is not there
}

// grid has the authority, the good certificates and the servers that run.
type grid struct {
	root    pki.Issuer
	server  tls.Certificate
	client  tls.Certificate
	rootPEM string
	running map[string]string // addresses by server and station
}

func newGrid(t *testing.T) *grid {
	t.Helper()
	g := &grid{root: pkitest.Root(t, "Acme Root"), running: map[string]string{}}
	g.server = pkitest.TLS(pkitest.Server(t, g.root))
	g.client = pkitest.TLS(pkitest.Client(t, g.root, "alice"))
	g.rootPEM = pkitest.File(t, "root.pem", pki.EncodeCertificates(g.root.Certificate))
	return g
}

// at is the address of a server like the station, started when it is needed.
func (g *grid) at(t *testing.T, server, name string, s station) string {
	t.Helper()
	key := server + "/" + name
	if g.running[key] == "" {
		if s.cert == nil {
			s.cert = &g.server
		}
		start := map[string]func(*testing.T, station) string{ours: g.ours, bareGo: g.bareGo, nginx: g.nginx, openssl: g.openssl}
		g.running[key] = start[server](t, s)
	}
	return g.running[key]
}

// listed is a Register that knows one revoked certificate.
type listed struct{ revoked *tls.Certificate }

func (l listed) CRL(string) ([]byte, error)  { return nil, nil }
func (l listed) OCSP([]byte) ([]byte, error) { return nil, nil }

// errNoList is what becomes of asking when there is no list.
var errNoList = errors.New("no list")

// Standing is of one whose serial number is listed.
func (l listed) Standing(_ *x509.Certificate, serial *big.Int) (pki.Standing, error) {
	switch {
	case l.revoked == nil:
		return pki.Standing{}, errNoList
	case l.revoked.Leaf.SerialNumber.Cmp(serial) == 0:
		return pki.Standing{State: pki.StateRevoked, At: time.Now()}, nil
	}
	return pki.Standing{State: pki.StateGood}, nil
}

func (g *grid) ours(t *testing.T, s station) string {
	c := ServerConfig{Mode: ModeMTLS, Certificate: s.cert, ClientCAs: []*x509.Certificate{g.root.Certificate},
		MinVersion: s.only, MaxVersion: s.only, Now: time.Now}
	if s.plain {
		c = ServerConfig{Mode: ModePlain, Now: time.Now}
	}
	if s.revoked != nil || s.noCRL {
		c.Register, c.CheckRevocation = listed{s.revoked}, true
	}
	return start(t, c).Addr()
}

// bareGo is net/http's server, which knows nothing of lingering.
func (g *grid) bareGo(t *testing.T, s station) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello from Go") })
	config := &tls.Config{Certificates: []tls.Certificate{*s.cert}, ClientAuth: tls.RequireAndVerifyClientCert,
		ClientCAs: pkitest.Pool(g.root.Certificate), MinVersion: s.only, MaxVersion: s.only}
	if s.alpn != "" {
		config.NextProtos = []string{s.alpn}
	}
	if s.revoked != nil || s.noCRL {
		config.VerifyConnection = func(state tls.ConnectionState) error {
			standing, err := listed{s.revoked}.Standing(nil, state.PeerCertificates[0].SerialNumber)
			if err == nil && standing.State == pki.StateRevoked {
				err = errors.New("revoked")
			}
			return err
		}
	}
	server := &http.Server{Handler: handler, TLSConfig: config, ErrorLog: discard()}
	t.Cleanup(func() { server.Close() })
	if s.plain {
		go server.Serve(l)
	} else {
		go server.ServeTLS(l, "", "")
	}
	return l.Addr().String()
}

// files writes the certificate with its chain, its key and the list.
func (g *grid) files(t *testing.T, s station) (dir string) {
	t.Helper()
	dir = t.TempDir()
	f := foreign{dir: dir}
	var chain bytes.Buffer
	for _, der := range s.cert.Certificate {
		pem.Encode(&chain, &pem.Block{Type: "CERTIFICATE", Bytes: der})
	}
	f.write(t, "server.pem", chain.Bytes())
	f.write(t, "server.key", encodeKey(t, s.cert.PrivateKey.(crypto.Signer)))
	list := &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: time.Now().Add(-time.Hour), NextUpdate: time.Now().Add(time.Hour)}
	signer := g.root
	if s.revoked != nil {
		list.RevokedCertificateEntries = []x509.RevocationListEntry{{SerialNumber: s.revoked.Leaf.SerialNumber, RevocationTime: time.Now().Add(-time.Hour)}}
	} else {
		signer = pkitest.Root(t, "Other Root") // its list is of no use
	}
	der, err := x509.CreateRevocationList(rand.Reader, list, signer.Certificate, signer.Key)
	if err != nil {
		t.Fatal(err)
	}
	f.write(t, "crl.pem", pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: der}))
	return dir
}

func (g *grid) openssl(t *testing.T, s station) string {
	dir := g.files(t, s)
	args := []string{"s_server", "-accept", "127.0.0.1:0", "-www", "-cert", filepath.Join(dir, "server.pem"),
		"-cert_chain", filepath.Join(dir, "server.pem"), "-key", filepath.Join(dir, "server.key"), "-CAfile", g.rootPEM,
		"-Verify", "9", "-verify_return_error"}
	switch s.only {
	case tls.VersionTLS12:
		args = append(args, "-tls1_2")
	case tls.VersionTLS13:
		args = append(args, "-tls1_3")
	}
	if s.alpn != "" {
		args = append(args, "-alpn", s.alpn)
	}
	if s.revoked != nil || s.noCRL {
		args = append(args, "-CRL", filepath.Join(dir, "crl.pem"), "-crl_check")
	}
	cmd := exec.Command(pkitest.Need(t, "openssl"), args...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	run(t, cmd)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if address, ok := strings.CutPrefix(lines.Text(), "ACCEPT "); ok {
			go func() { // lest it block
				for lines.Scan() {
				}
			}()
			return address
		}
	}
	t.Fatal("openssl s_server did not start")
	return ""
}

func (g *grid) nginx(t *testing.T, s station) string {
	dir := g.files(t, s)
	address := closedPort(t)
	versions := map[uint16]string{0: "TLSv1.2 TLSv1.3", tls.VersionTLS12: "TLSv1.2", tls.VersionTLS13: "TLSv1.3"}[s.only]
	tlsLines := fmt.Sprintf("ssl_certificate %[1]s/server.pem; ssl_certificate_key %[1]s/server.key; ssl_protocols %s;"+
		" ssl_client_certificate %s; ssl_verify_client on; ssl_verify_depth 9;", dir, versions, g.rootPEM)
	if s.revoked != nil || s.noCRL {
		tlsLines += fmt.Sprintf(" ssl_crl %s/crl.pem;", dir)
	}
	listen := "ssl http2"
	if s.plain {
		listen, tlsLines = "", ""
	}
	foreign{dir: dir}.write(t, "nginx.conf", fmt.Appendf(nil, `
daemon off; master_process off; pid %[1]s/nginx.pid; error_log stderr crit;
events {}
http {
	access_log off;
	client_body_temp_path %[1]s/a; proxy_temp_path %[1]s/b; fastcgi_temp_path %[1]s/c; uwsgi_temp_path %[1]s/d; scgi_temp_path %[1]s/e;
	server { listen %[2]s %[3]s; %[4]s location / { return 200 "hello from nginx"; } }
}`, dir, address, listen, tlsLines))
	run(t, exec.Command(pkitest.Need(t, "nginx"), "-p", dir, "-c", filepath.Join(dir, "nginx.conf")))
	await(t, address)
	return address
}
