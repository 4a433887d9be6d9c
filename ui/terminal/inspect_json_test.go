package terminal

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/pki"
)

// What is written value by value is what an encoder would write of it all.
func TestJSONStreamIsTheListWhole(t *testing.T) {
	items := func(n int) []inspectedItem {
		var list []inspectedItem
		for i := range n {
			list = append(list, inspectedItem{Kind: pki.ItemKey, Source: "PKCS #8 <&>", Name: fmt.Sprint(i), Mine: []mineJSON{{Code: "stranger"}}})
		}
		return list
	}
	for _, c := range []struct {
		name string
		all  []any
	}{
		{"a file", []any{inspectedFile{File: "a.pem", Items: items(1)}}},
		{"many things", []any{inspectedFile{File: "a.pem", Items: items(1000)}}},
		{"a file that is not read", []any{inspectedFile{File: "<\"&.pem", Error: "not-recognised"}}},
		{"a part of a file", []any{inspectedFile{File: "a.p12", Items: items(2), Error: "password-needed"}}},
		{"files and a server", []any{inspectedFile{File: "a.pem", Items: items(3)}, inspectedFile{File: "b.pem"}, inspectedServer{Server: "x:443"}, inspectedFile{File: "c", Items: items(2)}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var whole, streamed bytes.Buffer
			s := &session{Program: Program{Out: &whole}}
			if err := s.json(c.all); err != nil {
				t.Fatal(err)
			}
			out := newJSONStream(&streamed)
			for _, v := range c.all {
				var err error
				if file, is := v.(inspectedFile); is {
					err = out.file(file, len(file.Items), func(i int) inspectedItem { return file.Items[i] })
				} else {
					err = out.value(v)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			if err := out.end(); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(whole.String(), streamed.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A writer that is full is said, and nothing is written where nothing was asked.
func TestJSONStreamEnds(t *testing.T) {
	var none bytes.Buffer
	if err := newJSONStream(&none).end(); err != nil || none.Len() > 0 {
		t.Errorf("of nothing: %q, %v", none.String(), err)
	}
	full := errors.New("full")
	out := newJSONStream(writerFunc(func([]byte) (int, error) { return 0, full }))
	if err := out.value("x"); err != nil {
		t.Fatal(err)
	}
	if err := out.end(); !errors.Is(err, full) {
		t.Errorf("a full disk: %v", err)
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
