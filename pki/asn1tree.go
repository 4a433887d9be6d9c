package pki

import (
	"errors"
	"fmt"
)

// MaxASN1Nodes is how many elements [ASN1Tree] lists.
const MaxASN1Nodes = 20_000

// An ASN1Node is one element of DER or BER (X.690 section 8.1).
type ASN1Node struct {
	Offset int    `json:"offset"`           // in octets, from the beginning
	Header int    `json:"header"`           // octets of the identifier and the length
	Length int    `json:"length"`           // octets of the contents; -1 when left open
	Depth  int    `json:"depth"`            // elements around it
	Tag    string `json:"tag"`              // "SEQUENCE", "[0]", "[APPLICATION 1]"
	Value  string `json:"value,omitempty"`  // in words, shortened and escaped; "" of what holds other elements
	Inside bool   `json:"inside,omitempty"` // it stands in a string, not in a constructed element
}

// ASN1Tree lists the elements of DER or BER in the order in which they stand,
// those in OCTET STRINGs and BIT STRINGs that hold DER too. What was read
// before an error comes with it: [ErrTooLarge] beyond [MaxASN1Nodes] elements
// or [MaxInput] octets, a *[DamageError] for what is not BER or is nested more
// than 32 deep.
func ASN1Tree(data []byte) ([]ASN1Node, error) {
	if len(data) > MaxInput {
		return nil, ErrTooLarge
	}
	r := &treeReader{data: data}
	for at := 0; at < len(data); {
		next, err := r.element(at, len(data), 0, false)
		if err != nil {
			return r.nodes, err
		}
		at = next
	}
	return r.nodes, nil
}

// treeReader walks through data once; what looks like DER in a string is tried,
// and forgotten when it is none. tries bounds the elements that all this looks
// at.
type treeReader struct {
	data  []byte
	nodes []ASN1Node
	tries int
}

var (
	errTooDeep = errors.New("nested too deep")
	errCutOff  = errors.New("cut off")
)

func (r *treeReader) damage(at int, err error) error {
	return &DamageError{What: fmt.Sprintf("ASN.1 at octet %d", at), Err: err}
}

// element reads the element at an offset, which may reach to end, and returns
// where it ends.
func (r *treeReader) element(at, end, depth int, inside bool) (int, error) {
	if r.tries++; len(r.nodes) >= MaxASN1Nodes || r.tries > 8*MaxASN1Nodes {
		return 0, ErrTooLarge
	}
	if depth > maxDepth {
		return 0, r.damage(at, errTooDeep)
	}
	head, open, length, body, err := berHeader(r.data[at:end])
	if err != nil {
		return 0, r.damage(at, err)
	}
	from := end - len(body)
	constructed := head[0]&0x20 != 0
	if open && !constructed || !open && length > len(body) {
		return 0, r.damage(at, errCutOff)
	}
	node := ASN1Node{Offset: at, Header: from - at, Length: length, Depth: depth, Tag: tagName(head), Inside: inside}
	if open {
		node.Length = -1
	}
	place := len(r.nodes)
	r.nodes = append(r.nodes, node)
	switch {
	case open:
		return r.openChildren(from, end, depth+1)
	case constructed:
		return from + length, r.children(from, from+length, depth+1, false)
	}
	if skip, ok := encapsulates(head, body[:length]); !ok || r.inside(from+skip, from+length, depth+1) != nil {
		r.nodes[place].Value = primitiveValue(head, body[:length])
	}
	return from + length, nil
}

// children reads the elements between two offsets.
func (r *treeReader) children(at, end, depth int, inside bool) error {
	for at < end {
		next, err := r.element(at, end, depth, inside)
		if err != nil {
			return err
		}
		at = next
	}
	return nil
}

// openChildren reads elements until that of the end of contents.
func (r *treeReader) openChildren(at, end, depth int) (int, error) {
	for {
		if end-at >= 2 && r.data[at] == 0 && r.data[at+1] == 0 {
			return at + 2, nil
		}
		if at >= end {
			return 0, r.damage(at, errCutOff)
		}
		next, err := r.element(at, end, depth, false)
		if err != nil {
			return 0, err
		}
		at = next
	}
}

// inside reads what a string holds, or leaves no trace.
func (r *treeReader) inside(at, end, depth int) error {
	place := len(r.nodes)
	err := r.children(at, end, depth, true)
	if err != nil {
		r.nodes = r.nodes[:place]
	}
	return err
}

// encapsulates reports whether a string may hold DER, and behind how many
// octets: it begins as a SEQUENCE or SET, or as a string, number or OID that
// fills it.
func encapsulates(head, contents []byte) (skip int, ok bool) {
	if len(head) != 1 || head[0] != 0x03 && head[0] != 0x04 {
		return 0, false
	}
	if head[0] == 0x03 {
		if len(contents) == 0 || contents[0] != 0 {
			return 0, false
		}
		skip, contents = 1, contents[1:]
	}
	if len(contents) < 2 {
		return 0, false
	}
	inner, open, length, body, err := berHeader(contents)
	if err != nil || open || length != len(body) || len(inner) != 1 {
		return 0, false
	}
	switch inner[0] {
	case 0x30, 0x31:
		return skip, true
	case 0x02, 0x03, 0x04, 0x05, 0x06, 0x0a, 0x0c, 0x13, 0x16, 0x1e:
		return skip, head[0] == 0x04 // bits of a key may look so by chance
	}
	return 0, false
}

// universalTags are the names of X.680 section 8.4.
var universalTags = map[byte]string{
	1: "BOOLEAN", 2: "INTEGER", 3: "BIT STRING", 4: "OCTET STRING", 5: "NULL", 6: "OBJECT IDENTIFIER",
	7: "ObjectDescriptor", 8: "EXTERNAL", 9: "REAL", 10: "ENUMERATED", 11: "EMBEDDED PDV", 12: "UTF8String",
	13: "RELATIVE-OID", 16: "SEQUENCE", 17: "SET", 18: "NumericString", 19: "PrintableString", 20: "TeletexString",
	21: "VideotexString", 22: "IA5String", 23: "UTCTime", 24: "GeneralizedTime", 25: "GraphicString",
	26: "VisibleString", 27: "GeneralString", 28: "UniversalString", 30: "BMPString",
}

// tagName writes an identifier as ASN.1 does.
func tagName(head []byte) string {
	number := int(head[0] & 0x1f)
	if number == 0x1f {
		number = 0
		for _, b := range head[1:] {
			number = number<<7 | int(b&0x7f)
		}
	}
	switch head[0] >> 6 {
	case 0:
		if name := universalTags[byte(min(number, 31))]; name != "" && len(head) == 1 {
			return name
		}
		return fmt.Sprintf("[UNIVERSAL %d]", number)
	case 1:
		return fmt.Sprintf("[APPLICATION %d]", number)
	case 2:
		return fmt.Sprintf("[%d]", number)
	}
	return fmt.Sprintf("[PRIVATE %d]", number)
}
