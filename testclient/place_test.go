package testclient

import "testing"

func TestBeyond(t *testing.T) {
	for _, c := range []struct{ url, address, want string }{
		{"https://localhost:8443/hello", "", ""},
		{"LOCALHOST.", "", ""},
		{"http://127.8.9.1", "", ""},
		{"https://[::1]:1", "", ""},
		{"https://[::ffff:127.0.0.1]", "", ""},
		{"https://api.acme.test", "", "api.acme.test:443"},
		{"http://api.acme.test/x", "", "api.acme.test:80"},
		{"https://localhost.acme.test", "", "localhost.acme.test:443"},
		{"https://10.0.0.1:8443", "", "10.0.0.1:8443"},
		{"https://[2001:db8::1]", "", "[2001:db8::1]:443"},
		{"https://api.acme.test", "127.0.0.1:9", ""},
		{"https://localhost", "10.0.0.1", "10.0.0.1:443"},
		{"https://localhost", ":9", ""},
		{"https://0.0.0.0", "", "0.0.0.0:443"},
		{"ftp://x", "", ""},
		{"", "", ""},
	} {
		if got := (Try{URL: c.url, Address: c.address}).Beyond(); got != c.want {
			t.Errorf("%s at %q: %q, want %q", c.url, c.address, got, c.want)
		}
	}
}
