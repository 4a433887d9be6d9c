package testclient

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/hex"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// A captive portal (RFC 8952) answers in the place of every server until
// somebody has logged in: with a redirect, with a page, or with a certificate
// of its own.

// portalWait is how long the rest of an answer that is no TLS is waited for.
const portalWait = 300 * time.Millisecond

// notTLS is row 18, a captive portal, or something else that answers a TLS hello.
func (a *attempt) notTLS(err tls.RecordHeaderError) *Diagnosis {
	d := &Diagnosis{Code: NotTLS, Side: ServerSide, Step: StepServerCertificate, Raw: printable(err.Error()),
		Facts: map[string]string{"bytes": hex.EncodeToString(err.RecordHeader[:])}}
	switch head := err.RecordHeader[:]; {
	case beginsHTML(head) && a.gateway != nil: // a page without a head, behind the proxy's "200"
		d.Code, d.Side = CaptivePortal, NetworkSide
	case beginsHTML(head), string(head) == "HTTP/": // HTTP/0.9 is a page without a head
		d.Code, d.Row, d.Side = ServerSpeaksHTTP, 18, ClientSide
		d.Facts = map[string]string{"url": a.otherURL("http")}
		if resp := a.plainAnswer(); resp != nil && a.ofPortal(resp) {
			return portal(StepServerCertificate, d.Raw, resp.StatusCode, resp.Status, resp.Header)
		}
	default:
		a.readUntil("\n")
		greeted(d, a.conn.began())
	}
	return d
}

// beginsHTML tells whether bytes begin a web page.
func beginsHTML(b []byte) bool {
	switch strings.ToLower(string(b)) {
	case "<!doc", "<html", "<head", "<body":
		return true
	}
	return false
}

// plainAnswer reads the head of an answer of HTTP to the TLS hello; nil when
// there is none.
func (a *attempt) plainAnswer() *http.Response {
	a.readUntil("\r\n\r\n")
	resp, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(a.conn.began())), nil)
	if err != nil {
		return nil
	}
	resp.Body.Close()
	return resp
}

// readUntil waits a little for the text in what comes first.
func (a *attempt) readUntil(text string) {
	a.conn.SetReadDeadline(time.Now().Add(portalWait))
	buf := make([]byte, 4096)
	for !bytes.Contains(a.conn.began(), []byte(text)) && a.conn.in.Load() < maxTold {
		if _, err := a.conn.Read(buf); err != nil {
			break
		}
	}
}

// ofPortal tells whether an answer to bytes that were no HTTP is a portal's: a
// server would answer 400, or with a page.
func (a *attempt) ofPortal(resp *http.Response) bool {
	return a.onTheWay() && (resp.StatusCode == http.StatusNetworkAuthenticationRequired ||
		resp.StatusCode/100 == 2 && a.gateway != nil || a.sentAway(resp.StatusCode, resp.Header))
}

// onTheWay tells whether anything can answer in the server's place: on this
// computer itself nothing stands between.
func (a *attempt) onTheWay() bool {
	ip := net.ParseIP(ipOf(a.result.Address))
	return a.gateway != nil || ip == nil || !ip.IsLoopback()
}

// sentAway tells whether an answer redirects to another host.
func (a *attempt) sentAway(status int, header http.Header) bool {
	if status/100 != 3 {
		return false
	}
	u, err := url.Parse(header.Get("Location"))
	return err == nil && u.Hostname() != "" && !strings.EqualFold(u.Hostname(), a.target.host)
}

// portalAnswer finds an answer that is a web page where JSON was asked for:
// over plain HTTP anybody on the way may have given it.
func (a *attempt) portalAnswer() *Diagnosis {
	r := &a.result
	if !asksJSON(a.try.Header) {
		return nil
	}
	page := r.Status/100 == 2 && isHTML(r.Header)
	raw := "HTTP " + r.StatusText + "; Content-Type: " + printable(r.Header.Get("Content-Type"))
	switch {
	case !a.target.secure && a.onTheWay() && (page || a.sentAway(r.Status, r.Header)):
		return portal(StepAccess, raw, r.Status, r.StatusText, r.Header)
	case page:
		return &Diagnosis{Code: HTMLAnswer, Side: ServerSide, Step: StepAccess, Raw: raw,
			Facts: map[string]string{"status": strconv.Itoa(r.Status), "status-text": r.StatusText}}
	}
	return nil
}

// portal is the diagnosis, with what the answer says.
func portal(step int, raw string, status int, text string, header http.Header) *Diagnosis {
	d := &Diagnosis{Code: CaptivePortal, Side: NetworkSide, Step: step, Raw: raw,
		Facts: map[string]string{"status": strconv.Itoa(status), "status-text": printable(text)}}
	if location := header.Get("Location"); location != "" {
		d.Facts["location"] = printable(location)
	}
	return d
}

// asksJSON tells whether a request says that it takes JSON, and no page.
func asksJSON(h http.Header) bool {
	accept := strings.ToLower(strings.Join(h.Values("Accept"), ","))
	return strings.Contains(accept, "json") && !strings.Contains(accept, "html") && !strings.Contains(accept, "*/*")
}

func isHTML(h http.Header) bool {
	kind := strings.ToLower(h.Get("Content-Type"))
	return strings.HasPrefix(kind, "text/html") || strings.HasPrefix(kind, "application/xhtml")
}

// localName tells whether a name is of this computer, or an address: no portal
// answers in its place.
func localName(name string) bool {
	return net.ParseIP(name) != nil || name == "localhost" || strings.HasSuffix(name, ".localhost") || strings.HasSuffix(name, ".local")
}
