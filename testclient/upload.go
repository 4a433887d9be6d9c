package testclient

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"time"
)

// Bounds of /upload: what is sent is counted and hashed as it comes, and kept
// nowhere.
const (
	maxUpload    = 1 << 30          // bytes
	uploadSilent = 30 * time.Second // with nothing coming
	uploadLasts  = 10 * time.Minute
)

// Uploaded is what the local server got: the JSON of "/upload".
type Uploaded struct {
	Bytes       int64  `json:"bytes"`
	SHA256      string `json:"sha256"` // hex
	ContentType string `json:"contentType"`
}

// answerUpload takes a body of any kind.
func (s *Server) answerUpload(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost && r.Method != http.MethodPut {
		w.Header().Set("Allow", "POST, PUT")
		http.Error(w, "send something here: POST or PUT", http.StatusMethodNotAllowed)
		return
	}
	hash := sha256.New()
	body := &patient{reader: r.Body, control: http.NewResponseController(w), until: time.Now().Add(uploadLasts)}
	n, err := io.CopyBuffer(hash, body, make([]byte, 64<<10))
	if err != nil {
		tooLarge(w)
		return
	}
	answerJSON(w, Uploaded{Bytes: n, SHA256: hex.EncodeToString(hash.Sum(nil)), ContentType: printable(r.Header.Get("Content-Type"))})
}

func tooLarge(w http.ResponseWriter) {
	http.Error(w, "the request is too large, or was cut off", http.StatusRequestEntityTooLarge)
}

func answerJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	e.Encode(v)
}

// patient reads a body for as long as something comes, and until its time is
// over.
type patient struct {
	reader  io.Reader
	control *http.ResponseController
	until   time.Time
}

func (p *patient) Read(b []byte) (int, error) {
	deadline := time.Now().Add(uploadSilent)
	if deadline.After(p.until) {
		deadline = p.until
	}
	p.control.SetReadDeadline(deadline)
	p.control.SetWriteDeadline(deadline.Add(uploadSilent))
	return p.reader.Read(b)
}
