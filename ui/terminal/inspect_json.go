package terminal

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"runtime"
	"sync"

	"countersign/pki"
	"countersign/ui/desk"
)

// inspectedItem is a thing of inspect --json. A private key is named with its
// kind, never shown.
type inspectedItem struct {
	Kind        pki.ItemKind     `json:"kind"`
	Source      string           `json:"source"`
	Name        string           `json:"name,omitempty"`
	Key         string           `json:"key,omitempty"`
	Subject     string           `json:"subject,omitempty"`
	Issuer      string           `json:"issuer,omitempty"`
	Asked       *pki.Asked       `json:"asked,omitempty"`   // of a request
	Revoked     *int             `json:"revoked,omitempty"` // how many a CRL names
	Certificate *pki.Description `json:"certificate,omitempty"`
	Warnings    []warningJSON    `json:"warnings,omitempty"` // of a certificate: what clients will not like
	MD5         string           `json:"md5,omitempty"`      // with --text, of a certificate
	Sections    []pki.Section    `json:"sections,omitempty"` // with --text
	Entries     []pki.Revoked    `json:"entries,omitempty"`  // with --text, of a CRL
	ASN1        []pki.ASN1Node   `json:"asn1,omitempty"`     // with --asn1
	PEM         string           `json:"pem,omitempty"`      // with --pem
	Mine        []mineJSON       `json:"mine,omitempty"`     // with --mine
}

type warningJSON struct {
	Code   string `json:"code"`
	Value  string `json:"value,omitempty"`
	Client string `json:"client,omitempty"` // who cares; "" for everybody
}

type mineJSON struct {
	Code string  `json:"code"`
	ID   desk.ID `json:"id,omitempty"`
}

func (s *session) newInspectedItems(list []desk.Inspected, f inspectFlags) []inspectedItem {
	var items []inspectedItem
	for _, i := range list {
		items = append(items, s.wholeItem(i, f))
	}
	return items
}

// wholeItem is a thing with all that the flags ask for.
func (s *session) wholeItem(i desk.Inspected, f inspectFlags) inspectedItem {
	item := newInspectedItem(i)
	if i.Certificate != nil {
		d, warnings := i.Described(s.now())
		item.Certificate = &d
		for _, w := range warnings {
			item.Warnings = append(item.Warnings, warningJSON{w.Code, pki.Escape(w.Value), w.Client})
		}
	}
	if f.text {
		item.Sections = i.Sections()
		if i.Certificate != nil {
			item.MD5 = pki.MD5(i.Certificate.Raw)
		}
		if i.CRL != nil {
			for _, e := range i.CRL.RevokedCertificateEntries {
				item.Entries = append(item.Entries, pki.DescribeRevoked(e))
			}
		}
	}
	if f.asn1 {
		item.ASN1, _ = pki.ASN1Tree(i.DER())
	}
	if f.pem {
		item.PEM = i.PEM()
	}
	for _, said := range i.Say() {
		item.Mine = append(item.Mine, mineJSON{said.Code, said.ID})
	}
	return item
}

// newInspectedItem is a thing in short; what a certificate says is left out.
func newInspectedItem(i desk.Inspected) inspectedItem {
	item := inspectedItem{Kind: i.Kind, Source: i.Source, Name: pki.Escape(i.Name)}
	switch {
	case i.Key != nil:
		item.Key = pki.KeyLabel(i.Key.Public())
	case i.SPKI != nil:
		item.Key = pki.KeyLabel(pki.PublicKeyIn(i.SPKI))
	case i.Request != nil:
		item.Subject = pki.Escape(i.Request.Subject.String())
		item.Key = pki.KeyLabel(i.Request.PublicKey)
		asked, _ := pki.ReadCSR(i.Request)
		item.Asked = &asked
	case i.CRL != nil:
		item.Issuer = pki.Escape(i.CRL.Issuer.String())
		n := len(i.CRL.RevokedCertificateEntries)
		item.Revoked = &n
	}
	return item
}

// A jsonStream writes a list as session.json would, value by value: what a file
// of many certificates says is ten times its size.
type jsonStream struct {
	out  *bufio.Writer
	some bool // a value was written
}

func newJSONStream(out io.Writer) *jsonStream {
	return &jsonStream{out: bufio.NewWriterSize(out, 64<<10)}
}

// next begins the next value.
func (j *jsonStream) next() {
	if j.some {
		j.out.WriteString(",\n  ")
		return
	}
	j.some = true
	j.out.WriteString("[\n  ")
}

// end ends the list, unless nothing was written.
func (j *jsonStream) end() error {
	if j.some {
		j.out.WriteString("\n]\n")
	}
	return j.out.Flush()
}

// value writes a value whole.
func (j *jsonStream) value(v any) error {
	text, err := encoded(v, "  ")
	if err != nil {
		return err
	}
	j.next()
	_, err = j.out.Write(text)
	return err
}

// file writes an inspectedFile with its items, each of which is made when it is
// its turn.
func (j *jsonStream) file(file inspectedFile, count int, item func(int) inspectedItem) error {
	if count == 0 {
		return j.value(file)
	}
	name, err := encoded(file.File, "")
	if err != nil {
		return err
	}
	j.next()
	j.out.WriteString("{\n    \"file\": ")
	j.out.Write(name)
	j.out.WriteString(",\n    \"items\": [\n      ")
	first := true
	err = inTurn(count, func(i int) ([]byte, error) { return encoded(item(i), "      ") }, func(text []byte) error {
		if !first {
			j.out.WriteString(",\n      ")
		}
		first = false
		_, err := j.out.Write(text)
		return err
	})
	j.out.WriteString("\n    ]")
	if err == nil && file.Error != "" {
		var code []byte
		code, err = encoded(file.Error, "")
		j.out.WriteString(",\n    \"error\": ")
		j.out.Write(code)
	}
	j.out.WriteString("\n  }")
	return err
}

// encoded is a value in JSON as session.json writes it, within prefix.
func encoded(v any, prefix string) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent(prefix, "  ")
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// inTurn makes texts on all cores, some at a time, and writes them in their
// order.
func inTurn(count int, text func(int) ([]byte, error), write func([]byte) error) error {
	const most = 256
	texts, errs := make([][]byte, most), make([]error, most)
	for from := 0; from < count; from += most {
		n := min(most, count-from)
		workers := min(n, runtime.GOMAXPROCS(0))
		var wait sync.WaitGroup
		for w := range workers {
			wait.Go(func() {
				for i := w; i < n; i += workers {
					texts[i], errs[i] = text(from + i)
				}
			})
		}
		wait.Wait()
		for i := range n {
			if errs[i] != nil {
				return errs[i]
			}
			if err := write(texts[i]); err != nil {
				return err
			}
		}
	}
	return nil
}
