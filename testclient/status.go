package testclient

import (
	"bytes"
	"net/http"
	"strconv"
)

// Texts of servers that answer with HTTP what others say with an alert.
var (
	// plainTexts answer plain HTTP at a TLS port: Go, nginx, Apache httpd, Jetty and Tomcat.
	plainTexts = []string{
		"Client sent an HTTP request to an HTTPS server",
		"The plain HTTP request was sent to HTTPS port",
		"speaking plain HTTP to an SSL-enabled server port",
		"This combination of host and port requires TLS",
	}
	missingTexts = []string{"No required SSL certificate was sent"} // nginx
	refusedTexts = []string{"The SSL certificate error"}            // nginx
)

// maxTold is how much of a body is looked through for such a text.
const maxTold = 16 << 10

func tells(body []byte, texts []string) bool {
	body = body[:min(len(body), maxTold)]
	for _, t := range texts {
		if bytes.Contains(body, []byte(t)) {
			return true
		}
	}
	return false
}

// statusDiagnosis names an answer of 400 and above: a 400 may be a failure of
// the TLS below it. bodyErr is why its body broke off, nil when it did not.
func (a *attempt) statusDiagnosis(bodyErr error) *Diagnosis {
	r := &a.result
	d := &Diagnosis{Code: HTTPStatus, Side: ServerSide, Step: StepAccess, Raw: "HTTP " + r.StatusText,
		Facts: map[string]string{"status": strconv.Itoa(r.Status), "status-text": r.StatusText}}
	if r.Version == "" {
		d.Facts["plain"] = "yes"
	}
	if bodyErr != nil {
		d.Raw += "; " + printable(bodyErr.Error())
	}
	if r.Status == http.StatusNetworkAuthenticationRequired && a.onTheWay() {
		return portal(StepAccess, d.Raw, r.Status, r.StatusText, r.Header)
	}
	if (r.Status == 401 || r.Status == 403) && r.ClientAsked && !r.ClientSent {
		d.Code, d.Side = ClientCertificateAbsent, ClientSide
		a.authorityFacts(d)
	}
	if r.Status != 400 {
		return d
	}
	switch {
	case !a.target.secure && tells(r.Body, plainTexts):
		return a.spokeHTTP(firstText(r.Body, plainTexts))
	case r.ClientAsked && tells(r.Body, missingTexts) && !r.ClientSent:
		d.Code, d.Row, d.Side, d.Step = ClientCertificateMissing, 1, ClientSide, StepVerifyClient
		a.authorityFacts(d)
	case r.ClientAsked && tells(r.Body, refusedTexts) && len(r.ClientChain) > 0:
		// nginx tells the reason to its own log only.
		d.Code, d.Side, d.Step = ClientCertificateRefused, ClientSide, StepVerifyClient
		a.authorityFacts(d)
		a.ownFault(d)
	default:
		return d
	}
	d.Raw = "HTTP " + r.StatusText + ": " + firstText(r.Body, append(missingTexts, refusedTexts...))
	delete(d.Facts, "status-text")
	return d
}

// spokeHTTP is row 19.
func (a *attempt) spokeHTTP(raw string) *Diagnosis {
	d := &Diagnosis{Code: ClientSpokeHTTP, Row: 19, Side: ClientSide, Step: StepAccess,
		Facts: map[string]string{"url": a.otherURL("https")}, Raw: raw}
	if a.result.Status != 0 {
		d.Facts["status"] = strconv.Itoa(a.result.Status)
		d.Raw = "HTTP " + a.result.StatusText + ": " + raw
	}
	return d
}

// firstText is the first of the texts that the body holds.
func firstText(body []byte, texts []string) string {
	for _, t := range texts {
		if tells(body, []string{t}) {
			return t
		}
	}
	return ""
}
