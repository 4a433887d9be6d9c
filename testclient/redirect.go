package testclient

import (
	"net/http"
	"net/url"
	"strings"
)

// MaxRedirects is how many redirects a try follows at most.
const MaxRedirects = 10

// Redirect is where the answer sends the client on to, as it came; "" for an
// answer that is no redirect, or one that does not say where.
func (r Result) Redirect() string {
	if r.Status < 301 || r.Status > 308 || r.Status > 303 && r.Status < 307 {
		return ""
	}
	return r.Header.Get("Location")
}

// next is the request that a redirect asks for (RFC 9110 section 15.4), nil
// when the answer is none that can be followed. Another host gets neither the
// credentials of the first nor its name and address; the client certificate is
// presented to it when it asks, since the person chose it for this try.
func (r Result) next(from *url.URL) *Try {
	location := r.Redirect()
	if location == "" {
		return nil
	}
	to, err := from.Parse(location)
	if err != nil || to.Scheme != "https" && to.Scheme != "http" || to.Host == "" {
		return nil
	}
	t := r.Try
	t.Header = r.Try.Header.Clone()
	switch {
	case r.Status == http.StatusSeeOther && t.Method != http.MethodHead,
		r.Status < http.StatusSeeOther && t.Method == http.MethodPost:
		t.Method, t.Body, t.OpenBody, t.BodySize = http.MethodGet, nil, nil, 0
		t.Header.Del("Content-Type")
	}
	if !strings.EqualFold(to.Host, from.Host) || to.Scheme != from.Scheme {
		for _, name := range []string{"Authorization", "Cookie", "Proxy-Authorization", "Host"} {
			t.Header.Del(name)
		}
		t.ServerName, t.Address = "", ""
	} else {
		to.User = from.User
	}
	t.URL = to.String()
	return &t
}
