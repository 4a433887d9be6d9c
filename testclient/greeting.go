package testclient

import "strings"

// greeted adds the line that a server began with, when it is text, and which
// protocol that line is of.
func greeted(d *Diagnosis, first []byte) {
	line, _, _ := strings.Cut(string(first), "\n")
	line = strings.TrimRight(line, "\r")
	text := len(line) >= 3 && len(line) <= 512
	for _, c := range []byte(line) {
		text = text && (c >= ' ' && c < 0x7f || c == '\t')
	}
	if !text {
		return
	}
	d.Facts["said"] = printable(line)
	if p := protocolOfGreeting(line); p != "" {
		d.Facts["protocol"] = p
	}
}

// protocolOfGreeting names the protocol whose servers speak first like this:
// RFC 4253 section 4.2, RFC 5321 section 4.2, RFC 959 section 5.4, RFC 1939
// section 4, RFC 9051 section 7.1.
func protocolOfGreeting(line string) string {
	switch {
	case strings.HasPrefix(line, "SSH-"):
		return "ssh"
	case strings.HasPrefix(line, "220") && strings.Contains(strings.ToLower(line), "ftp"):
		return string(FTP)
	case strings.HasPrefix(line, "220 "), strings.HasPrefix(line, "220-"):
		return string(SMTP)
	case strings.HasPrefix(line, "+OK"):
		return string(POP3)
	case strings.HasPrefix(line, "* OK"), strings.HasPrefix(line, "* PREAUTH"):
		return string(IMAP)
	}
	return ""
}
