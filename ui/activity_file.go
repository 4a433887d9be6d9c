package ui

import (
	"bytes"
	"encoding/csv"
	"time"

	"countersign/ui/desk"
)

// newActivityFile asks where to write activities as CSV, and writes them.
func newActivityFile(w *Window, deeds []deed) *savePage {
	return newSavePage(w, saving{
		title: w.t.T("activity.file.title"), hint: w.t.T("activity.file.hint", "Count", len(deeds)),
		name:   "countersign-activity.csv",
		data:   func() ([]byte, error) { return deedsCSV(deeds) },
		forget: func() { deeds = nil },
	})
}

// deedsCSV is RFC 4180 in UTF-8: times as RFC 3339 in UTC, the verb's code,
// what was done, its facts, the name, the certificate's ID. Cells that a
// spreadsheet would take for a formula begin with an apostrophe.
func deedsCSV(deeds []deed) ([]byte, error) {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	w.UseCRLF = true
	records := [][]string{{"time", "verb", "what", "facts", "name", "certificate"}}
	for _, d := range deeds {
		record := []string{d.At.UTC().Format(time.RFC3339), d.Verb, d.words, d.facts, d.Name, string(d.Subject)}
		for i := range record {
			record[i] = desk.HarmlessCell(record[i])
		}
		records = append(records, record)
	}
	err := w.WriteAll(records)
	return out.Bytes(), err
}
