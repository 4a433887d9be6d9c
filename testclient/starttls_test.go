package testclient

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"countersign/pki/pkitest"
)

// speakers play the server of each protocol up to TLS. That they speak it right
// is what openssl s_client says of them.
var speakers = map[Protocol]func(r *bufio.Reader, w io.Writer) error{
	SMTP: func(r *bufio.Reader, w io.Writer) error {
		return script(r, w, "220-mail.example\r\n220 ready\r\n", "EHLO ", "250-mail.example\r\n250-SIZE 100\r\n250-STARTTLS\r\n250 HELP\r\n",
			"STARTTLS", "220 go\r\n")
	},
	IMAP: func(r *bufio.Reader, w io.Writer) error {
		if _, err := io.WriteString(w, "* OK [CAPABILITY IMAP4rev2 STARTTLS] ready\r\n"); err != nil {
			return err
		}
		for { // OpenSSL asks for CAPABILITY first
			line, err := r.ReadString('\n')
			if err != nil {
				return err
			}
			tag, command, _ := strings.Cut(strings.TrimSpace(line), " ")
			fmt.Fprintf(w, "* CAPABILITY IMAP4rev2 STARTTLS\r\n%s OK done\r\n", tag)
			if strings.EqualFold(command, "STARTTLS") {
				return nil
			}
		}
	},
	POP3: func(r *bufio.Reader, w io.Writer) error { return script(r, w, "+OK ready\r\n", "STLS", "+OK go\r\n") },
	FTP: func(r *bufio.Reader, w io.Writer) error {
		return script(r, w, "220-ftp.example\r\n any words\r\n220 ready\r\n", "AUTH TLS", "234 go\r\n")
	},
	LDAP: func(r *bufio.Reader, w io.Writer) error {
		if err := request(r, string(ldapRequest[:7])); err != nil {
			return err
		}
		if _, err := io.CopyN(io.Discard, r, int64(len(ldapRequest)-7)); err != nil {
			return err
		}
		_, err := w.Write([]byte{0x30, 0x0c, 2, 1, 1, 0x78, 7, 0x0a, 1, 0, 4, 0, 4, 0})
		return err
	},
	Postgres: func(r *bufio.Reader, w io.Writer) error {
		if err := request(r, "\x00\x00\x00\x08\x04\xd2\x16\x2f"); err != nil {
			return err
		}
		_, err := io.WriteString(w, "S")
		return err
	},
	MySQL: func(r *bufio.Reader, w io.Writer) error {
		hello := append([]byte{10}, "8.0.40\x00\x01\x00\x00\x00abcdefgh\x00"...)
		hello = binary.LittleEndian.AppendUint16(hello, 0xffff)
		hello = append(hello, append([]byte{33, 2, 0, 0xff, 0xdf, 21}, make([]byte, 10+13)...)...)
		if _, err := w.Write(append([]byte{byte(len(hello)), 0, 0, 0}, hello...)); err != nil {
			return err
		}
		var head [4]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return err
		}
		if head != [4]byte{32, 0, 0, 1} {
			return fmt.Errorf("a packet of %v", head)
		}
		_, err := io.CopyN(io.Discard, r, 32)
		return err
	},
	XMPP: func(r *bufio.Reader, w io.Writer) error {
		for _, step := range []string{
			"<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='1' version='1.0'>" +
				"<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>",
			"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
		} {
			for said := ""; !strings.Contains(said, "<stream:stream") && !strings.Contains(said, "<starttls"); {
				part, err := r.ReadString('>')
				if err != nil {
					return err
				}
				said += part
			}
			if _, err := io.WriteString(w, step); err != nil {
				return err
			}
		}
		return nil
	},
}

// script says a greeting, and then by turns waits for a line that begins so
// and answers it.
func script(r *bufio.Reader, w io.Writer, greeting string, turns ...string) error {
	if _, err := io.WriteString(w, greeting); err != nil {
		return err
	}
	for i := 0; i < len(turns); i += 2 {
		line, err := r.ReadString('\n')
		if err != nil {
			return err
		}
		if !strings.HasPrefix(line, turns[i]) {
			return fmt.Errorf("said %q, not %q", line, turns[i])
		}
		if _, err := io.WriteString(w, turns[i+1]); err != nil {
			return err
		}
	}
	return nil
}

func request(r *bufio.Reader, want string) error {
	got := make([]byte, len(want))
	if _, err := io.ReadFull(r, got); err != nil {
		return err
	}
	if string(got) != want {
		return fmt.Errorf("said %q, not %q", got, want)
	}
	return nil
}

// speak serves connections that begin as the speaker does and go over to TLS.
func speak(t *testing.T, config *tls.Config, speaker func(*bufio.Reader, io.Writer) error) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() {
		l.Close()
		<-done
	})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			conn.SetDeadline(time.Now().Add(10 * time.Second))
			r := bufio.NewReader(conn)
			if err := speaker(r, conn); err != nil && !errors.Is(err, io.EOF) {
				t.Error(err)
			}
			if config != nil {
				over := tls.Server(readFirst{conn, r}, config)
				if over.HandshakeContext(context.Background()) == nil {
					io.Copy(io.Discard, over)
				}
			}
			conn.Close()
		}
	}()
	return l.Addr().String()
}

// readFirst is a connection of which a reader may hold something already.
type readFirst struct {
	net.Conn
	r io.Reader
}

func (c readFirst) Read(p []byte) (int, error) { return c.r.Read(p) }

// Each protocol goes over to TLS, and what follows is the server's chain; the
// servers that prove it are themselves proven by OpenSSL.
func TestStartTLS(t *testing.T) {
	openssl := pkitest.Need(t, "openssl")
	p := newPair(t)
	config := &tls.Config{Certificates: []tls.Certificate{*p.server}}
	for _, protocol := range Protocols() {
		t.Run(string(protocol), func(t *testing.T) {
			address := speak(t, config, speakers[protocol])
			cmd := exec.Command(openssl, "s_client", "-connect", address, "-starttls", string(protocol), "-servername", "localhost", "-brief")
			if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "CN = localhost") {
				t.Fatalf("openssl: %v\n%s", err, out)
			}
			_, port, _ := net.SplitHostPort(address)
			s := Look(t.Context(), Probe{Address: "localhost:" + port, StartTLS: protocol, Roots: pkitest.Pool(p.root.Certificate), Now: clock})
			if s.Diagnosis != nil || len(s.Chain) != 1 || s.Name != nil || s.Dates != nil || s.Trust != nil || s.Version != "TLS 1.3" || len(s.Path) != 2 {
				t.Errorf("saw %+v", s)
			}
		})
	}
}

// mailModule is where Debian and Ubuntu keep nginx's proxy for mail.
const mailModule = "/usr/lib/nginx/modules/ngx_mail_module.so"

// nginx speaks three of the protocols.
func TestStartTLSAtNginx(t *testing.T) {
	nginx := pkitest.Need(t, "nginx")
	if _, err := os.Stat(mailModule); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("libnginx-mod-mail is not installed, and CI=true")
		}
		t.Skip("libnginx-mod-mail is not installed")
	}
	f := newForeign(t)
	ports := map[Protocol]string{SMTP: closedPort(t), IMAP: closedPort(t), POP3: closedPort(t)}
	f.write(t, "mail.conf", fmt.Appendf(nil, `
load_module %[2]s;
daemon off; master_process off; pid %[1]s/mail.pid; error_log stderr crit;
events {}
mail {
	server_name mail.example; auth_http 127.0.0.1:1/auth; starttls on;
	ssl_certificate %[1]s/server.pem; ssl_certificate_key %[1]s/server.key;
	server { listen %[3]s; protocol smtp; }
	server { listen %[4]s; protocol imap; }
	server { listen %[5]s; protocol pop3; }
}`, f.dir, mailModule, ports[SMTP], ports[IMAP], ports[POP3]))
	run(t, exec.Command(nginx, "-p", f.dir, "-c", f.path("mail.conf")))
	for protocol, address := range ports {
		await(t, address)
		_, port, _ := net.SplitHostPort(address)
		s := Look(t.Context(), Probe{Address: "localhost:" + port, StartTLS: protocol, Roots: pkitest.Pool(f.root.Certificate)})
		if s.Diagnosis != nil || len(s.Chain) == 0 || s.Name != nil || s.Trust != nil {
			t.Errorf("%s: %+v, %+v", protocol, s, s.Diagnosis)
		}
		bare := Look(t.Context(), Probe{Address: "localhost:" + port, Timeout: time.Second})
		if d := bare.Diagnosis; d == nil || d.Code != NotTLS || d.Facts["starttls"] != string(protocol) {
			t.Errorf("%s, not asked for: %+v", protocol, d)
		}
	}
}

// A server that does not go over to TLS is told from one that speaks something
// else.
func TestStartTLSRefused(t *testing.T) {
	says := func(greeting string, turns ...string) func(*bufio.Reader, io.Writer) error {
		return func(r *bufio.Reader, w io.Writer) error { return script(r, w, greeting, turns...) }
	}
	tests := map[string]struct {
		protocol Protocol
		speaker  func(*bufio.Reader, io.Writer) error
		code     string
		said     string
	}{
		"smtp without":     {SMTP, says("220 ready\r\n", "EHLO ", "250-a\r\n250 HELP\r\n"), StartTLSRefused, "250 HELP"},
		"smtp busy":        {SMTP, says("554 go away\r\n"), StartTLSRefused, "554 go away"},
		"smtp says no":     {SMTP, says("220 a\r\n", "EHLO ", "250 STARTTLS\r\n", "STARTTLS", "454 not now\r\n"), StartTLSRefused, "454 not now"},
		"smtp is imap":     {SMTP, says("* OK ready\r\n"), StartTLSStrange, "* OK ready"},
		"imap says no":     {IMAP, says("* OK ready\r\n", "a STARTTLS", "* a word\r\na BAD what?\r\n"), StartTLSRefused, "a BAD what?"},
		"pop3 says no":     {POP3, says("+OK ready\r\n", "STLS", "-ERR no\r\n"), StartTLSRefused, "-ERR no"},
		"ftp says no":      {FTP, says("220 ready\r\n", "AUTH TLS", "502 no\r\n"), StartTLSRefused, "502 no"},
		"ldap says no":     {LDAP, says("\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x02\x04\x00\x04\x00"), StartTLSRefused, "LDAP result 2"},
		"ldap is http":     {LDAP, says("HTTP/1.1 400 Bad Request\r\n"), StartTLSStrange, "4854"},
		"postgres says no": {Postgres, says("N"), StartTLSRefused, "PostgreSQL: N"},
		"postgres is ssh":  {Postgres, says("\x01SSH"), StartTLSStrange, "01"},
		"mysql is smtp":    {MySQL, says("220 ready\r\n"), StartTLSStrange, "32323020"},
		"xmpp without":     {XMPP, says("<stream:features></stream:features>"), StartTLSRefused, "XMPP without starttls"},
		"a long line":      {SMTP, says("220 " + strings.Repeat("x", maxLine)), StartTLSStrange, "220 " + strings.Repeat("x", 196)},
		"without end":      {POP3, says("+OK"), StartTLSStrange, "+OK"},
		"hostile":          {POP3, says("+OK\r\n", "STLS", "-ERR \x1b[2J\u202e\r\n"), StartTLSRefused, `-ERR \u{001B}[2J\u{202E}`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := Look(t.Context(), Probe{Address: speak(t, nil, test.speaker), StartTLS: test.protocol, Now: clock})
			if d := s.Diagnosis; d == nil || d.Code != test.code || d.Facts["said"] != test.said || d.Facts["protocol"] != string(test.protocol) {
				t.Errorf("diagnosis %+v", d)
			}
		})
	}
}

// A server that speaks before TLS, looked at without saying so, is recognised.
func TestLookGuessesTheProtocol(t *testing.T) {
	for greeting, want := range map[string]Protocol{
		"220 mail\r\n": SMTP, "* OK ready\r\n": IMAP, "+OK ready\r\n": POP3, "J\x00\x00\x00\x0a8.0.40\x00": MySQL, "SSH-2.0-x\r\n": "",
	} {
		address := speak(t, nil, func(r *bufio.Reader, w io.Writer) error {
			if _, err := io.WriteString(w, greeting); err != nil {
				return err
			}
			_, err := r.ReadByte()
			return err
		})
		s := Look(t.Context(), Probe{Address: address, Now: clock})
		if d := s.Diagnosis; d == nil || d.Code != NotTLS || d.Facts["starttls"] != string(want) {
			t.Errorf("%q: %+v", greeting, d)
		}
	}
}
