package testclient

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// ldapRequest is an ExtendedRequest of the OID of StartTLS, message 1.
var ldapRequest = append([]byte{0x30, 0x1d, 0x02, 0x01, 0x01, 0x77, 0x18, 0x80, 0x16}, "1.3.6.1.4.1.1466.20037"...)

func (t *talk) ldap() error {
	if _, err := t.conn.Write(ldapRequest); err != nil {
		return err
	}
	head, err := t.octets(2)
	if err != nil {
		return err
	}
	length := int(head[1])
	if length >= 0x80 {
		more, err := t.octets(min(length&0x7f, 4))
		if err != nil {
			return err
		}
		length = 0
		for _, b := range more {
			length = length<<8 | int(b)
		}
	}
	if head[0] != 0x30 || length < 0 || length > maxLine {
		return &strangeAnswer{fmt.Sprintf("%x", head)}
	}
	body, err := t.octets(length)
	if err != nil {
		return err
	}
	return ldapResult(body)
}

// ldapResult reads an LDAPMessage without its first header: the message's
// number, then an ExtendedResponse that begins with its result.
func ldapResult(body []byte) error {
	if len(body) < 3 || body[0] != 0x02 || int(body[1])+4 > len(body) {
		return &strangeAnswer{fmt.Sprintf("%x", body)}
	}
	body = body[2+int(body[1]):]
	if body[0] != 0x78 {
		return &strangeAnswer{fmt.Sprintf("%x", body)}
	}
	skip := 2
	if body[1] >= 0x80 {
		skip += int(body[1] & 0x7f)
	}
	if len(body) < skip+3 || body[skip] != 0x0a || body[skip+1] != 1 {
		return &strangeAnswer{fmt.Sprintf("%x", body)}
	}
	if code := body[skip+2]; code != 0 {
		return &refusedTLS{fmt.Sprintf("LDAP result %d", code)}
	}
	return nil
}

func (t *talk) postgres() error {
	if _, err := t.conn.Write([]byte{0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f}); err != nil { // SSLRequest: 80877103
		return err
	}
	answer, err := t.octets(1)
	switch {
	case err != nil:
		return err
	case answer[0] == 'S':
		return nil
	case answer[0] == 'N', answer[0] == 'E':
		return &refusedTLS{"PostgreSQL: " + string(answer)}
	}
	return &strangeAnswer{fmt.Sprintf("%x", answer)}
}

func (t *talk) mysql() error {
	head, err := t.octets(4)
	if err != nil {
		return err
	}
	length := int(head[0]) | int(head[1])<<8 | int(head[2])<<16
	if length > maxLine {
		return &strangeAnswer{fmt.Sprintf("%x", head)}
	}
	hello, err := t.octets(length)
	if err != nil {
		return err
	}
	end := bytes.IndexByte(hello, 0) // of the server's version
	if length == 0 || hello[0] != 10 || end < 0 || len(hello) < end+16 {
		return &strangeAnswer{string(hello)}
	}
	const ssl, protocol41, secure = 0x800, 0x200, 0x8000
	if binary.LittleEndian.Uint16(hello[end+14:])&ssl == 0 {
		return &refusedTLS{"MySQL without CLIENT_SSL"}
	}
	request := make([]byte, 36)
	request[0], request[3] = 32, head[3]+1
	binary.LittleEndian.PutUint32(request[4:], ssl|protocol41|secure)
	binary.LittleEndian.PutUint32(request[8:], 1<<24)
	request[12] = 33 // utf8
	_, err = t.conn.Write(request)
	return err
}
