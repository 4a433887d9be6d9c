package testclient

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"countersign/pki"
)

// Text is the record as a server in Go prints it for its programmer: the
// request's headers, the state of the TLS connection, and the client's chain as
// openssl s_client does. It is the same in every language, has no line about
// where and when, and ends with a line feed when it is not empty.
func (c Connection) Text() string {
	var b strings.Builder
	line := func(name string, value any) { fmt.Fprintf(&b, "%s: %v\n", name, value) }
	if c.Method != "" {
		fmt.Fprintf(&b, "%s %s %s\n", c.Method, c.Path, c.Proto)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Header)) {
		for _, value := range c.Header[name] {
			line(printable(name), printable(value))
		}
	}
	if c.Version != "" {
		line("Version", c.Version)
		line("HandshakeComplete", c.Complete)
		line("DidResume", c.Resumed)
		for _, fact := range [][2]string{{"CipherSuite", c.CipherSuite}, {"Curve", c.Curve}, {"NegotiatedProtocol", c.ALPN}, {"ServerName", c.ServerName}} {
			if fact[1] != "" {
				line(fact[0], fact[1])
			}
		}
	}
	if len(c.Chain) > 0 {
		b.WriteString("Certificate chain:\n")
		for i, link := range c.Chain {
			fmt.Fprintf(&b, " %d s:%s\n   i:%s\n", i, link.Subject, link.Issuer)
		}
	}
	if c.Status != 0 {
		line("Status", c.Status)
	}
	if c.Received > 0 {
		line("Received", fmt.Sprint(c.Received, " bytes"))
	}
	if c.Refusal != "" {
		line("Refused", pki.Escape(c.Refusal))
	}
	return b.String()
}

// String is the whole record: when, from where, and Text, indented.
func (c Connection) String() string {
	head := c.At.UTC().Format("2006-01-02 15:04:05Z") + " " + c.Remote
	return head + "\n" + Indent(c.Text())
}

// Indent puts four spaces before each line.
func Indent(text string) string {
	if text == "" {
		return ""
	}
	return "    " + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n    ") + "\n"
}
