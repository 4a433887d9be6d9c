package testclient

import (
	"net/http"
	"strings"
)

// masked stands in the log for what is secret.
const masked = "***"

// secretHeaders are those whose values let a person in; so are those whose
// names have one of secretWords.
var secretHeaders = map[string]bool{
	"Authorization": true, "Proxy-Authorization": true, "Cookie": true, "Cookie2": true, "Set-Cookie": true,
	"X-Csrf": true, "X-Amz-Security-Token": true, "X-Forwarded-Authorization": true,
}

var secretWords = []string{"token", "secret", "password", "passwd", "api-key", "apikey", "session", "credential", "signature", "auth-key", "access-key"}

// authSchemes are shown before what is masked (RFC 9110 section 16.4.1 and
// those in use): which one was used is what a person looks for.
var authSchemes = map[string]bool{"basic": true, "bearer": true, "digest": true, "negotiate": true, "ntlm": true, "hoba": true, "mutual": true, "dpop": true}

// maskedHeader is a copy of a request's headers, with its host, for the log:
// the values of those that are secret are not there.
func maskedHeader(r *http.Request) http.Header {
	header := r.Header.Clone()
	if header == nil {
		header = http.Header{}
	}
	for name, values := range header {
		if !SecretHeader(name) {
			continue
		}
		for i, value := range values {
			values[i] = masked
			if scheme, _, found := strings.Cut(value, " "); found && authSchemes[strings.ToLower(scheme)] {
				values[i] = scheme + " " + masked
			}
		}
	}
	for _, name := range []string{"Referer", "Origin"} { // an address with what stands after its path
		for i, value := range header[name] {
			if at := strings.IndexAny(value, "?#"); at >= 0 {
				header[name][i] = value[:at] + "?" + masked
			}
		}
	}
	if r.Host != "" {
		header.Set("Host", r.Host)
	}
	return header
}

// SecretHeader tells whether the values of a header let a person in, by its
// name in canonical form.
func SecretHeader(name string) bool {
	if secretHeaders[name] {
		return true
	}
	name = strings.ToLower(name)
	for _, word := range secretWords {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}
