package testclient

import (
	"context"
	"net/http"
)

// Plain is a Try's request in plain terms, for those who make it with another
// program: nothing is left to be guessed from the URL.
type Plain struct {
	Secure     bool        // https
	URL        string      // in ASCII, with the scheme; no user, no fragment
	Target     string      // path and query as HTTP/1.1 sends them
	Name, Port string      // of the URL
	Dial       string      // host:port to connect to, the override considered
	ServerName string      // SNI and the name to verify; the URL's when none was set
	Method     string      // never empty
	Host       string      // the Host header
	Header     http.Header // those that were asked for, Host apart; a user of the URL is Authorization
}

// Plain reads the try as Run does. What is wrong with it is a Diagnosis of
// step 1, as in a Result.
func (t Try) Plain() (Plain, *Diagnosis) {
	a := newAttempt(t, nil)
	if d := a.prepare(); d != nil {
		return Plain{}, d
	}
	dial, err := a.dialAddress()
	if err != nil {
		return Plain{}, a.unknown(StepConnect, err)
	}
	a.try.OpenBody = nil
	req, err := a.request(context.Background())
	if err != nil {
		return Plain{}, a.unknown(StepAccess, err)
	}
	p := Plain{
		Secure: a.target.secure, URL: req.URL.String(), Target: req.URL.RequestURI(), Name: a.target.host, Port: a.target.port,
		Dial: dial, ServerName: a.try.ServerName, Method: req.Method, Host: req.URL.Host, Header: req.Header.Clone(),
	}
	if req.Host != "" {
		p.Host = req.Host
	}
	if t.Header.Get("User-Agent") == "" {
		p.Header.Del("User-Agent") // ours is not the other program's
	}
	return p, nil
}

// TryError says why a try cannot be made, before anything is sent.
type TryError struct{ Diagnosis Diagnosis }

func (e *TryError) Error() string { return "bad try: " + e.Diagnosis.Raw }
