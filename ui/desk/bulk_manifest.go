package desk

import (
	"bytes"
	"encoding/csv"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// manifestHead are the columns of the manifest. The names are the same in
// every language: programs read them.
var manifestHead = []string{"line", "name", "kind", "file", "key", "serial", "sha256", "expires",
	"profile", "crl", "ocsp", "ca-issuers"}

// passwordsHead are the columns of the file of passwords.
var passwordsHead = []string{"line", "name", "file", "password"}

// asInTable stands for a password that a spreadsheet would take for a formula:
// whoever made the table has it.
const asInTable = "(as in the table)"

// writeManifest writes what is in the folder.
func (b *bulkExport) writeManifest() error {
	rows := [][]string{manifestHead}
	for _, item := range b.items {
		if !item.done {
			continue
		}
		c := item.Certificate
		key := ""
		for n, f := range b.o.Formats {
			if f == Key {
				key = item.names[n]
			}
		}
		row := []string{line(item.Line), HarmlessCell(c.Name), string(c.Kind), HarmlessCell(item.names[0]), HarmlessCell(key),
			c.Serial, c.Fingerprint, c.NotAfter.UTC().Format(time.RFC3339), HarmlessCell(c.Profile)}
		for _, list := range item.addresses {
			row = append(row, HarmlessCell(strings.Join(list, " ")))
		}
		rows = append(rows, row)
	}
	path := filepath.Join(b.o.Folder, ManifestFile)
	if err := writeTable(path, rows, b.mayReplace(path)); err != nil {
		return err
	}
	b.written.Manifest = path
	b.written.Files++
	return nil
}

// writePasswords writes which bundle has which password.
func (b *bulkExport) writePasswords() error {
	if b.o.Passwords == "" {
		return nil
	}
	rows := [][]string{passwordsHead}
	for _, item := range b.items {
		password := item.password
		if password == "" {
			continue
		}
		if HarmlessCell(password) != password {
			password = asInTable
		}
		rows = append(rows, []string{line(item.Line), HarmlessCell(item.Certificate.Name), HarmlessCell(item.names[0]), password})
	}
	if err := writeTable(b.o.Passwords, rows, b.mayReplace(b.o.Passwords)); err != nil {
		return err
	}
	b.written.Passwords = b.o.Passwords
	b.written.Files++
	return nil
}

func line(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// writeTable writes rows as CSV (RFC 4180), 0600. With text beyond ASCII it
// begins with a byte order mark, without which spreadsheets read it in the
// code page of their country.
func writeTable(path string, rows [][]string, overwrite bool) error {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	w.UseCRLF = true
	if err := w.WriteAll(rows); err != nil {
		return err
	}
	data := out.Bytes()
	if bytes.ContainsFunc(data, func(r rune) bool { return r > unicode.MaxASCII }) {
		data = append([]byte("\xef\xbb\xbf"), data...)
	}
	return WriteFile(path, File{Data: data, Secret: true}, overwrite)
}

// HarmlessCell is a text that a spreadsheet does not take for a formula: where it
// begins like one, with an apostrophe before it (OWASP, CSV injection).
func HarmlessCell(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠|%", []rune(text)[0]) {
		return "'" + text
	}
	return text
}
