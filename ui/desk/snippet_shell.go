package desk

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// joinPort is host:port.
func joinPort(host, port string) string { return net.JoinHostPort(host, port) }

// hostOf is host and port as the URL has them.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

func isIP(name string) bool {
	_, err := netip.ParseAddr(name)
	return err == nil
}

// bracketed is a host as it stands before a colon.
func bracketed(host string) string {
	if strings.Contains(host, ":") {
		return "[" + host + "]"
	}
	return host
}

// trustFile is one file of all the roots, and the line that makes it of
// several; programs of the shell take one.
func (s *snippet) trustFile() (file, line string) {
	switch len(s.Roots) {
	case 0:
		return "", ""
	case 1:
		return s.Roots[0], ""
	}
	words := make([]string, len(s.Roots))
	for n, r := range s.Roots {
		words[n] = ShellWord(r)
	}
	return "trusted.pem", "cat " + strings.Join(words, " ") + " > trusted.pem\n"
}

// versionOf is a version of TLS as programs write it: "1.2".
func versionOf(v uint16) string { return "1." + strconv.Itoa(int(v)-int(tls.VersionTLS10)) }

// old tells whether only versions are allowed that OpenSSL 3 has at its
// security level 0 alone.
func (s *snippet) old() bool { return s.max != 0 && s.max < tls.VersionTLS12 }

// lowest is the lowest version; an old highest one is below every default.
func (s *snippet) lowest() uint16 {
	if s.min == 0 && s.old() {
		return s.max
	}
	return s.min
}

// curl speaks HTTP/2 as we do. It has no option for the server name alone: the
// URL has that name, and the address and the Host header are put right.
func (s *snippet) curl() string {
	address, host := s.URL, ""
	if s.Secure && !strings.EqualFold(s.ServerName, strings.TrimSuffix(s.Name, ".")) {
		u, _ := url.Parse(s.URL)
		u.Host = joinPort(s.ServerName, s.Port)
		address, host = u.String(), s.Host
	} else if s.Host != hostOf(s.URL) {
		host = s.Host
	}
	args := []string{"curl"}
	add := func(words ...string) { args = append(args, strings.Join(words, " ")) }
	root, before := s.trustFile()
	switch {
	case s.P12 != "":
		add("--cert-type P12 --cert", ShellWord(curlPath(s.P12))+`:"$PASSWORD"`)
	case s.Chain != "":
		add("--cert", ShellWord(curlPath(s.Chain)), "--key", ShellWord(s.Key))
	}
	if s.Insecure {
		add("--insecure")
	} else if root != "" {
		add("--cacert", ShellWord(root))
	}
	if v := s.lowest(); v != 0 {
		add("--tlsv" + versionOf(v))
	}
	if s.max != 0 {
		add("--tls-max", versionOf(s.max))
	}
	if s.old() {
		add("--ciphers DEFAULT@SECLEVEL=0")
	}
	if len(s.alpn) == 1 && s.alpn[0] == "http/1.1" {
		add("--http1.1")
	}
	if s.Dial != joinPort(hostname(address), s.Port) {
		dialled, port, _ := net.SplitHostPort(s.Dial)
		add("--connect-to", ShellWord("::"+bracketed(dialled)+":"+port))
	}
	if s.Proxy != nil {
		scheme := s.Proxy.Scheme
		if scheme == "socks5" {
			scheme = "socks5h" // the proxy resolves the name
		}
		add("--proxy", ShellWord(scheme+"://"+s.Proxy.Host))
		if scheme == "https" && root != "" {
			add("--proxy-cacert", ShellWord(root))
		}
		if user := s.Proxy.User; user != nil {
			add("--proxy-user", ShellWord(user.Username())+`:"$PROXY_PASSWORD"`)
		}
	}
	if s.User != "" {
		add("--user", ShellWord(s.User)+`"$SERVER_PASSWORD"`)
	}
	if s.Redirects > 0 {
		add("--location --max-redirs", strconv.Itoa(s.Redirects))
	}
	args = append(args, s.curlRequest(host)...)
	if strings.ContainsAny(address, "[]{}") {
		add("--globoff")
	}
	add(ShellWord(address))
	return s.comment("#") + before + strings.Join(args, " \\\n  ") + "\n"
}

// curlRequest is the method, the headers, the body and the time.
func (s *snippet) curlRequest(host string) []string {
	var args []string
	switch {
	case s.Method == "HEAD":
		args = append(args, "--head")
	case s.Method == "POST" && (s.Body != "" || s.BodyFile != ""): // curl's own, and changed by a redirect
	case s.Method != "GET" || s.Body != "" || s.BodyFile != "":
		args = append(args, "--request "+ShellWord(s.Method))
	}
	if host != "" {
		args = append(args, "--header "+ShellWord("Host: "+host))
	}
	for _, h := range s.headers() {
		line := h[0] + ": " + h[1]
		if h[1] == "" {
			line = h[0] + ";" // curl's way to send an empty one
		}
		args = append(args, "--header "+ShellWord(line))
	}
	if (s.Body != "" || s.BodyFile != "") && s.Header.Get("Content-Type") == "" {
		args = append(args, "--header 'Content-Type:'") // else curl says that it is a form
	}
	switch {
	case s.BodyFile != "":
		args = append(args, "--data-binary "+ShellWord("@"+s.BodyFile))
	case s.Body != "":
		args = append(args, "--data-raw "+ShellWord(s.Body))
	}
	if n := s.seconds(); n > 0 {
		args = append(args, fmt.Sprintf("--max-time %d", n))
	}
	return args
}

// curlPath keeps curl from taking what follows a colon for a password.
func curlPath(path string) string { return strings.NewReplacer(`\`, `\\`, ":", `\:`).Replace(path) }

func hostname(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// openssl says HTTP/1.1 by hand, and shows the answer with its head.
func (s *snippet) openssl() string {
	root, before := s.trustFile()
	args := []string{"openssl s_client -quiet -connect " + ShellWord(s.Dial)}
	add := func(words ...string) { args = append(args, strings.Join(words, " ")) }
	if isIP(s.ServerName) {
		add("-noservername")
	} else {
		add("-servername", ShellWord(s.ServerName))
	}
	if s.Chain != "" {
		add("-cert", ShellWord(s.Chain), "-cert_chain", ShellWord(s.Chain), "-key", ShellWord(s.Key))
	}
	if !s.Insecure {
		check := "-verify_hostname"
		if isIP(s.ServerName) {
			check = "-verify_ip"
		}
		if root != "" {
			add("-CAfile", ShellWord(root), "-partial_chain")
		}
		add("-verify_return_error", check, ShellWord(s.ServerName))
	}
	if v := s.lowest(); v != 0 {
		add("-min_protocol TLSv" + opensslVersion(v))
	}
	if s.max != 0 {
		add("-max_protocol TLSv" + opensslVersion(s.max))
	}
	if s.old() {
		add("-cipher DEFAULT@SECLEVEL=0")
	}
	add("-alpn http/1.1")
	lines := []string{s.Method + " " + s.Target + " HTTP/1.1", "Host: " + s.Host}
	for _, h := range s.headers() {
		lines = append(lines, h[0]+": "+h[1])
	}
	if s.Body != "" {
		lines = append(lines, fmt.Sprintf("Content-Length: %d", len(s.Body)))
	}
	lines = append(lines, "Connection: close", "")
	var b strings.Builder
	b.WriteString("{\n  printf '%s\\r\\n'")
	for n, line := range lines {
		if n == 2 && s.User != "" {
			b.WriteString(" \\\n    \"Authorization: Basic $(printf %s " + ShellWord(s.User) + "\"$SERVER_PASSWORD\" | openssl base64 -A)\"")
		}
		b.WriteString(" \\\n    " + ShellWord(line))
	}
	if s.BodyFile != "" {
		last := " \\\n    'Connection: close' \\\n    ''"
		head := strings.TrimSuffix(b.String(), last)
		b.Reset()
		b.WriteString(head + " \\\n    \"Content-Length: $(wc -c < " + ShellWord(s.BodyFile) + " | tr -d ' ')\"" + last)
	}
	b.WriteString("\n")
	if s.BodyFile != "" {
		b.WriteString("  cat " + ShellWord(s.BodyFile) + "\n")
	}
	if s.Body != "" {
		b.WriteString("  printf %s " + ShellWord(s.Body) + "\n")
	}
	return s.comment("#") + before + b.String() + "} | " + strings.Join(args, " \\\n  ") + "\n"
}

func opensslVersion(v uint16) string {
	if v == tls.VersionTLS10 {
		return "1"
	}
	return versionOf(v)
}

// wget writes the answer's body to its output, of refusals too.
func (s *snippet) wget() string {
	root, before := s.trustFile()
	args := []string{"wget --quiet --output-document=- --content-on-error --tries=1 --max-redirect=" + strconv.Itoa(s.Redirects)}
	option := func(name, value string) { args = append(args, "--"+name+"="+ShellWord(value)) }
	if s.Chain != "" {
		option("certificate", s.Chain)
		option("private-key", s.Key)
	}
	if s.Insecure {
		args = append(args, "--no-check-certificate")
	} else if root != "" {
		option("ca-certificate", root)
	}
	if s.min == tls.VersionTLS13 {
		option("secure-protocol", "TLSv1_3")
	}
	if s.Method != "GET" || s.Body != "" || s.BodyFile != "" {
		option("method", s.Method)
	}
	if s.Host != hostOf(s.URL) {
		option("header", "Host: "+s.Host)
	}
	for _, h := range s.HeaderLists() { // of one name wget sends the last only
		option("header", h[0]+": "+strings.Join(h[1:], ", "))
	}
	if s.User != "" {
		option("user", strings.TrimSuffix(s.User, ":"))
		args = append(args, `--password="$SERVER_PASSWORD"`, "--auth-no-challenge")
	}
	if s.BodyFile != "" {
		option("body-file", s.BodyFile)
	}
	if s.Body != "" {
		option("body-data", s.Body)
	}
	if n := s.seconds(); n > 0 {
		option("timeout", strconv.Itoa(n))
	}
	args = append(args, ShellWord(s.URL))
	return s.comment("#") + before + strings.Join(args, " \\\n  ") + "\n"
}
