package desk

import (
	"bytes"
	"encoding/json"
	"math/big"
	"path/filepath"
	"slices"
	"strings"

	"countersign/pki"
)

// numberFile is the crlnumber of openssl ca: the number of the CRL that comes
// next.
type numberFile struct {
	path string
	next *big.Int
}

// note takes the files that hold no certificates, but tell of them: an index
// of openssl ca, its crlnumber, cfssl's settings. It tells whether the file is
// one.
func (l *looker) note(path string, data []byte) bool {
	name := filepath.Base(path)
	switch {
	case strings.HasSuffix(name, ".old"): // what openssl ca keeps of the state before
		return pki.LooksLikeIndex(data) || strings.HasPrefix(name, "crlnumber")
	case pki.LooksLikeIndex(data):
		l.index(path, data)
		return true
	case strings.HasPrefix(name, "crlnumber") && len(data) <= 64:
		if next, ok := new(big.Int).SetString(strings.TrimSpace(string(data)), 16); ok && next.Sign() > 0 {
			l.numbers = append(l.numbers, numberFile{path, next})
			return true
		}
	case isCFSSL(data):
		l.traces = append(l.traces, Folder{filepath.Dir(path), FolderCFSSL})
		return !bytes.Contains(data, []byte("-----BEGIN "))
	}
	return false
}

func (l *looker) index(path string, data []byte) {
	l.traces = append(l.traces, Folder{filepath.Dir(path), FolderOpenSSL})
	entries, err := pki.ParseIndex(data)
	if err != nil {
		l.found.Unread = append(l.found.Unread, Unread{path, err})
		return
	}
	list := FoundList{Path: path, Kind: ListIndex, valid: map[string]bool{}}
	for _, e := range entries {
		serial := pki.SerialText(e.Serial)
		if e.Revoked {
			list.Revoked = append(list.Revoked, FoundRevocation{Serial: serial, At: e.At, Reason: e.Reason})
		} else {
			list.valid[serial] = true
		}
	}
	l.found.Lists = append(l.found.Lists, list)
}

// isCFSSL tells whether data is JSON that cfssl reads or writes: its settings,
// the wish for a certificate, or what came of it.
func isCFSSL(data []byte) bool {
	if len(data) > 1<<20 || !bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
		return false
	}
	var file struct {
		Signing json.RawMessage `json:"signing"`
		Cert    string          `json:"cert"`
		CSR     string          `json:"csr"`
		Key     json.RawMessage `json:"key"`
	}
	if json.Unmarshal(data, &file) != nil {
		return false
	}
	return file.Signing != nil || file.Cert != "" && file.CSR != "" || bytes.Contains(file.Key, []byte(`"algo"`))
}

// recognise names the tools that left the folders.
func (l *looker) recognise() {
	kinds := map[string]FolderKind{}
	for folder, names := range l.folders {
		if kind := toolOf(names, folder, l.folders); kind != "" {
			kinds[folder] = kind
		}
	}
	for _, trace := range l.traces {
		if _, asFolder := l.folders[trace.Path]; asFolder && kinds[trace.Path] == "" {
			kinds[trace.Path] = trace.Kind
		}
	}
	for path, kind := range kinds {
		l.found.Folders = append(l.found.Folders, Folder{path, kind})
	}
	slices.SortFunc(l.found.Folders, func(a, b Folder) int { return strings.Compare(a.Path, b.Path) })
}

// toolOf tells which tool leaves files of such names.
func toolOf(names []string, folder string, folders map[string][]string) FolderKind {
	has := func(name string) bool { return slices.Contains(names, name) }
	below := func(name string) bool { return len(folders[filepath.Join(folder, name)]) > 0 }
	switch {
	case has("openssl-easyrsa.cnf"), has("safessl-easyrsa.cnf"),
		has("index.txt") && has("ca.crt") && (below("issued") || below("private")):
		return FolderEasyRSA
	case has("rootCA.pem"):
		return FolderMkcert
	case has("minica.pem"):
		return FolderMinica
	}
	for _, name := range names {
		if base, ok := strings.CutSuffix(name, ".crl"); ok && has(base+".crt") {
			return FolderCertstrap
		}
		if base, ok := strings.CutSuffix(name, "-key.pem"); ok && has(base+".pem") && has(base+".csr") {
			return FolderCFSSL
		}
	}
	return ""
}
