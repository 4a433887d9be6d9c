package pki

import "errors"

// maxDepth bounds how deep elements may be nested. Files of the real world
// need about fifteen.
const maxDepth = 32

var errBER = errors.New("not BER")

// toDER rewrites BER, as Firefox and Windows write PKCS #12 and PKCS #7, in so
// far as DER parsers stumble over it: lengths that are left open or too long,
// and strings in pieces. Strings that are implicitly tagged are joined only
// where [0] stands for an encrypted OCTET STRING in pieces.
func toDER(ber []byte) ([]byte, error) {
	out, rest, err := elementToDER(ber, 0)
	if err != nil {
		return nil, err
	}
	for _, b := range rest {
		if b != 0 && b != '\n' && b != '\r' {
			return nil, errBER
		}
	}
	return out, nil
}

// elementToDER rewrites the first element of ber.
func elementToDER(ber []byte, depth int) (der, rest []byte, err error) {
	head, open, length, body, err := berHeader(ber)
	if err != nil {
		return nil, nil, err
	}
	if depth > maxDepth {
		return nil, nil, errors.New("nested too deep")
	}
	constructed := head[0]&0x20 != 0
	if !constructed {
		if open || length > len(body) {
			return nil, nil, errBER
		}
		return appendElement(nil, head, body[:length]), body[length:], nil
	}
	children, pieces, rest, err := childrenToDER(body, open, length, depth)
	if err != nil {
		return nil, nil, err
	}
	if joined, ok := joinPieces(head, pieces); ok {
		return appendElement(nil, []byte{head[0] &^ 0x20}, joined), rest, nil
	}
	return appendElement(nil, head, children), rest, nil
}

// childrenToDER rewrites what is in a constructed element. Pieces are the
// contents of its children when all of them are OCTET STRINGs, else nil.
func childrenToDER(body []byte, open bool, length, depth int) (children []byte, pieces [][]byte, rest []byte, err error) {
	if !open {
		if length > len(body) {
			return nil, nil, nil, errBER
		}
		body, rest = body[:length], body[length:]
	}
	octets := true
	for {
		if open && len(body) >= 2 && body[0] == 0 && body[1] == 0 {
			rest = body[2:]
			break
		}
		if len(body) == 0 {
			if open {
				return nil, nil, nil, errBER
			}
			break
		}
		child, after, err := elementToDER(body, depth+1)
		if err != nil {
			return nil, nil, nil, err
		}
		octets = octets && child[0] == 0x04
		if octets {
			_, _, size, contents, _ := berHeader(child)
			pieces = append(pieces, contents[:size])
		}
		children = append(children, child...)
		body = after
	}
	if !octets || len(pieces) == 0 {
		pieces = nil
	}
	return children, pieces, rest, nil
}

// joinPieces returns the contents of a string in pieces. [0] holding one OCTET
// STRING is explicit tagging and stays; in more pieces it is an implicitly
// tagged string.
func joinPieces(head []byte, pieces [][]byte) ([]byte, bool) {
	switch {
	case len(head) != 1 || pieces == nil && head[0] != 0x24:
		return nil, false
	case head[0] == 0x24, head[0] == 0xa0 && len(pieces) > 1:
		var joined []byte
		for _, p := range pieces {
			joined = append(joined, p...)
		}
		return joined, true
	}
	return nil, false
}

// berHeader reads an identifier and a length. Open means that the length is
// left open (X.690 section 8.1.3.6).
func berHeader(ber []byte) (head []byte, open bool, length int, body []byte, err error) {
	if len(ber) < 2 {
		return nil, false, 0, nil, errBER
	}
	n := 1
	if ber[0]&0x1f == 0x1f {
		for n < len(ber) && ber[n]&0x80 != 0 {
			n++
		}
		n++
	}
	if n >= len(ber) || n > 5 {
		return nil, false, 0, nil, errBER
	}
	head, body = ber[:n], ber[n+1:]
	first := ber[n]
	if first < 0x80 {
		return head, false, int(first), body, nil
	}
	if first == 0x80 {
		return head, true, 0, body, nil
	}
	count := int(first & 0x7f)
	if count > 8 || count > len(body) {
		return nil, false, 0, nil, errBER
	}
	for _, b := range body[:count] {
		if length > MaxInput {
			return nil, false, 0, nil, errBER
		}
		length = length<<8 | int(b)
	}
	return head, false, length, body[count:], nil
}

// appendElement appends an element with the shortest length.
func appendElement(out, head, contents []byte) []byte {
	out = append(out, head...)
	switch n := len(contents); {
	case n < 0x80:
		out = append(out, byte(n))
	case n < 1<<8:
		out = append(out, 0x81, byte(n))
	case n < 1<<16:
		out = append(out, 0x82, byte(n>>8), byte(n))
	case n < 1<<24:
		out = append(out, 0x83, byte(n>>16), byte(n>>8), byte(n))
	default:
		out = append(out, 0x84, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	return append(out, contents...)
}
