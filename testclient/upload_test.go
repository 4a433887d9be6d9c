package testclient

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"runtime"
	"testing"
)

// TestUpload: what is sent is counted and hashed, over both protocols, by
// strange clients too, and is not kept.
func TestUpload(t *testing.T) {
	p := newPair(t)
	config := p.mtls()
	config.Plain = true
	s := start(t, config)
	body := bytes.Repeat([]byte("0123456789abcdef"), 3<<16) // 3 MiB
	sum := sha256.Sum256(body)
	for _, alpn := range []string{"h2", "http/1.1"} {
		for _, url := range []string{s.URL(), s.PlainURL()} {
			x := p.try(url+"/upload", 0)
			x.Method, x.Body, x.ALPN = "POST", body, []string{alpn}
			x.Header = http.Header{"Content-Type": {"application/octet-stream"}}
			r := Run(t.Context(), x, nil)
			var got Uploaded
			if err := json.Unmarshal(r.Body, &got); err != nil {
				t.Fatalf("%s %s: %+v %v", url, alpn, r.Diagnosis, err)
			}
			if want := (Uploaded{int64(len(body)), hex.EncodeToString(sum[:]), "application/octet-stream"}); got != want {
				t.Errorf("%s %s: %+v, want %+v", url, alpn, got, want)
			}
			if c, ok := s.Met(t.Context(), r.Local, r.StartedAt); !ok || c.Received != int64(len(body)) || c.Sent != int64(len(r.Body)) || c.Status != 200 {
				t.Errorf("%s %s: the log says %+v", url, alpn, c)
			}
		}
	}
	x := p.try(s.URL()+"/upload", 0)
	if r := Run(t.Context(), x, nil); r.Status != 405 || r.Header.Get("Allow") != "POST, PUT" {
		t.Errorf("GET: %d %v", r.Status, r.Header)
	}
	x.URL, x.Method, x.Body = s.URL()+"/hello", "POST", body // the other paths are bounded as ever
	if r := Run(t.Context(), x, nil); r.Status != 413 {
		t.Errorf("3 MiB to /hello: %d", r.Status)
	}
}

// TestUploadKeepsNothing: 256 MiB pass in a memory that does not grow by them.
func TestUploadKeepsNothing(t *testing.T) {
	s := start(t, ServerConfig{Mode: ModePlain})
	const size = 256 << 20
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	request, err := http.NewRequest("PUT", s.URL()+"/upload", io.LimitReader(zeros{}, size))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var got Uploaded
	if err := json.NewDecoder(response.Body).Decode(&got); err != nil || got.Bytes != size {
		t.Fatalf("%+v, %v", got, err)
	}
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 16<<20 {
		t.Errorf("%d bytes were allocated for it", grown)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// TestUploadTooLarge: the bound holds for one that does not say its length.
func TestUploadTooLarge(t *testing.T) {
	s := start(t, ServerConfig{Mode: ModePlain})
	s.largest = 1 << 20
	request, err := http.NewRequest("POST", s.URL()+"/upload", io.LimitReader(zeros{}, s.largest+1))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return // cut off before it could read the answer
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("%s", response.Status)
	}
}
