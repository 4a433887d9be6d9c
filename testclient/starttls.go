package testclient

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
)

// Protocol is one that begins in the clear and goes over to TLS when asked.
type Protocol string

// The protocols, by the names that openssl s_client has for them.
const (
	SMTP     Protocol = "smtp"     // RFC 3207
	IMAP     Protocol = "imap"     // RFC 9051 section 6.2.1
	POP3     Protocol = "pop3"     // RFC 2595 section 4
	LDAP     Protocol = "ldap"     // RFC 4511 section 4.14
	Postgres Protocol = "postgres" // PostgreSQL 17, section 53.2.11
	MySQL    Protocol = "mysql"    // MySQL's connection phase, Protocol::SSLRequest
	FTP      Protocol = "ftp"      // RFC 4217 section 4
	XMPP     Protocol = "xmpp"     // RFC 6120 section 5.4.2
)

// Protocols lists all protocols.
func Protocols() []Protocol {
	return []Protocol{SMTP, IMAP, POP3, LDAP, Postgres, MySQL, FTP, XMPP}
}

// ports are the ports at which the protocols begin in the clear, the usual
// first.
var ports = map[Protocol][]string{SMTP: {"25", "587"}, IMAP: {"143"}, POP3: {"110"}, LDAP: {"389"}, Postgres: {"5432"},
	MySQL: {"3306"}, FTP: {"21"}, XMPP: {"5222", "5269"}}

func (p Protocol) port() string {
	if list := ports[p]; len(list) > 0 {
		return list[0]
	}
	return "443"
}

// protocolOfPort is the protocol that is usual at a port, or "".
func protocolOfPort(port string) Protocol {
	for p, list := range ports {
		for _, known := range list {
			if known == port {
				return p
			}
		}
	}
	return ""
}

// The most that a server may say before TLS, in octets: a line, and all of it.
const (
	maxLine = 4096
	maxTalk = 64 << 10
)

// refusedTLS is a server's answer that it does not go over to TLS.
type refusedTLS struct{ said string }

func (e *refusedTLS) Error() string { return "server refused to begin TLS: " + e.said }

// strangeAnswer is one that the protocol does not have.
type strangeAnswer struct{ said string }

func (e *strangeAnswer) Error() string { return "answer is not of the protocol: " + e.said }

// startTLS asks the server to go over to TLS. It reads octet by octet, so that
// none of TLS is lost. host is the name of the server for those protocols that
// need it.
func startTLS(conn net.Conn, p Protocol, host string) error {
	t := &talk{conn: conn}
	switch p {
	case SMTP:
		return t.smtp()
	case IMAP:
		return t.lines("* ", "a STARTTLS\r\n", "a OK")
	case POP3:
		return t.lines("+OK", "STLS\r\n", "+OK")
	case FTP:
		return t.ftp()
	case LDAP:
		return t.ldap()
	case Postgres:
		return t.postgres()
	case MySQL:
		return t.mysql()
	case XMPP:
		return t.xmpp(host)
	}
	return fmt.Errorf("begin TLS: unknown protocol %q", string(p))
}

// talk is what is said before TLS.
type talk struct {
	conn net.Conn
	read int
}

func (t *talk) octets(n int) ([]byte, error) {
	if t.read += n; t.read > maxTalk {
		return nil, &strangeAnswer{"too long"}
	}
	buf := make([]byte, n)
	_, err := io.ReadFull(t.conn, buf)
	return buf, err
}

// until reads up to an ending, that included.
func (t *talk) until(ending string, most int) (string, error) {
	var said []byte
	for !bytes.HasSuffix(said, []byte(ending)) {
		if len(said) == most {
			return "", &strangeAnswer{string(said)}
		}
		b, err := t.octets(1)
		if err != nil {
			if len(said) > 0 && errors.Is(err, io.EOF) {
				err = &strangeAnswer{string(said)}
			}
			return "", err
		}
		said = append(said, b...)
	}
	return string(said), nil
}

func (t *talk) line() (string, error) {
	said, err := t.until("\n", maxLine)
	return strings.TrimRight(said, "\r\n"), err
}

func (t *talk) say(text string) error {
	_, err := io.WriteString(t.conn, text)
	return err
}

// reply reads an answer of SMTP or FTP, whose lines but the last have a hyphen
// behind the code.
func (t *talk) reply() (code string, lines []string, err error) {
	for {
		line, err := t.line()
		if err != nil {
			return "", nil, err
		}
		if len(line) < 3 || strings.Trim(line[:3], "0123456789") != "" {
			if len(lines) > 0 { // FTP: lines between need no code
				lines = append(lines, line)
				continue
			}
			return "", nil, &strangeAnswer{line}
		}
		lines = append(lines, line)
		if len(line) == 3 || line[3] != '-' {
			return line[:3], lines, nil
		}
	}
}

func (t *talk) smtp() error {
	code, lines, err := t.reply()
	if err == nil && code != "220" {
		err = &refusedTLS{lines[0]}
	}
	if err == nil {
		err = t.say("EHLO localhost\r\n")
	}
	if err != nil {
		return err
	}
	if code, lines, err = t.reply(); err != nil {
		return err
	}
	offered := false
	for _, l := range lines {
		offered = offered || len(l) >= 12 && strings.EqualFold(strings.TrimSpace(l[4:]), "STARTTLS")
	}
	if code != "250" || !offered {
		return &refusedTLS{lines[len(lines)-1]}
	}
	return t.ask("STARTTLS\r\n", "220")
}

func (t *talk) ftp() error {
	code, lines, err := t.reply()
	if err == nil && code != "220" {
		err = &refusedTLS{lines[0]}
	}
	if err != nil {
		return err
	}
	return t.ask("AUTH TLS\r\n", "234")
}

// ask says something to which only one code means yes.
func (t *talk) ask(request, yes string) error {
	if err := t.say(request); err != nil {
		return err
	}
	code, lines, err := t.reply()
	if err == nil && code != yes {
		err = &refusedTLS{lines[0]}
	}
	return err
}

// lines is for protocols of one greeting, one question and one answer; lines
// that begin with the greeting's mark may come before the answer.
func (t *talk) lines(greeting, request, yes string) error {
	line, err := t.line()
	switch {
	case err != nil:
		return err
	case !strings.HasPrefix(line, greeting):
		return &strangeAnswer{line}
	}
	if err := t.say(request); err != nil {
		return err
	}
	for {
		if line, err = t.line(); err != nil {
			return err
		}
		if strings.HasPrefix(line, yes) {
			return nil
		}
		if greeting != "* " || !strings.HasPrefix(line, greeting) {
			return &refusedTLS{line}
		}
	}
}

func (t *talk) xmpp(host string) error {
	const namespace = "urn:ietf:params:xml:ns:xmpp-tls"
	err := t.say("<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' " +
		"to='" + host + "' version='1.0'>")
	if err != nil {
		return err
	}
	features, err := t.until("</stream:features>", maxTalk/2)
	if err != nil {
		return err
	}
	if !strings.Contains(features, namespace) {
		return &refusedTLS{"XMPP without starttls"}
	}
	if err := t.say("<starttls xmlns='" + namespace + "'/>"); err != nil {
		return err
	}
	answer, err := t.until(">", maxLine)
	if err == nil && !strings.HasPrefix(strings.TrimSpace(answer), "<proceed") {
		err = &refusedTLS{answer}
	}
	return err
}

// startFailure names why TLS was not begun.
func (a *attempt) startFailure(ctx context.Context, p Protocol, err error) *Diagnosis {
	facts := map[string]string{"protocol": string(p)}
	var refused *refusedTLS
	var strange *strangeAnswer
	switch {
	case errors.As(err, &refused):
		facts["said"] = printable(refused.said)
		return &Diagnosis{Code: StartTLSRefused, Side: ServerSide, Step: StepServerCertificate, Raw: printable(err.Error()), Facts: facts}
	case errors.As(err, &strange):
		facts["said"] = printable(strange.said[:min(len(strange.said), 200)])
		return &Diagnosis{Code: StartTLSStrange, Side: ClientSide, Step: StepServerCertificate, Raw: printable(err.Error()), Facts: facts}
	}
	if d := a.ended(ctx, StepServerCertificate, err); d != nil {
		return d
	}
	if isReset(err) {
		return a.reset(StepServerCertificate, err)
	}
	return a.unknown(StepServerCertificate, err)
}
