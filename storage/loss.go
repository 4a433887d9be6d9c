package storage

import "bytes"

// Loss is a record that was not saved, or several of one bucket of which nothing more is
// known than how many.
type Loss struct {
	*DamageError
	Entry Entry  // what lists showed of the certificate that it is, or is of; zero: nothing tells
	DER   []byte // the certificate of which only what lists showed is lost; it is saved
}

// count says what is missing of what the state knew.
func (g *sound) count(saved *Salvaged) {
	if g.state == nil {
		return
	}
	saved.Events = int(g.state.events)
	saved.Lost = map[string]int{}
	for bucket, c := range g.state.counts {
		if missing := int(c.records) - saved.Records[bucket]; missing > 0 && bucket != bucketSlots {
			saved.Lost[bucket] = missing
		}
	}
}

// losses names what is missing by what is there.
func (g *sound) losses(t *Tx) []Loss {
	var all []Loss
	named := map[string]int{}
	lose := func(bucket, record string, entry Entry, der []byte) {
		named[bucket]++
		all = append(all, Loss{&DamageError{Bucket: bucket, Record: record, Missing: 1, Reason: "not saved"}, entry, der})
	}
	keys := map[ID]bool{}
	for _, record := range sortedKeys(g.records[bucketIndex]) {
		e, err := t.entry([]byte(record), g.records[bucketIndex][record])
		if err != nil {
			continue
		}
		if g.records[bucketCertificates][record] == nil {
			lose(bucketCertificates, string(e.ID), e, nil)
		}
		if key, err := e.KeyID.raw(); err == nil && g.records[bucketKeys][string(key)] == nil && !keys[e.KeyID] {
			keys[e.KeyID] = true
			lose(bucketKeys, string(e.KeyID), e, nil)
		}
	}
	for _, record := range sortedKeys(g.records[bucketCertificates]) {
		if g.records[bucketIndex][record] == nil {
			der, err := t.unchecked(bucketCertificates, []byte(record), g.records[bucketCertificates][record])
			if err == nil {
				lose(bucketIndex, showRecord(bucketIndex, []byte(record)), Entry{}, bytes.Clone(der))
			}
		}
	}
	if g.state == nil {
		return all
	}
	for _, bucket := range countedBuckets() {
		missing := int(g.state.counts[bucket].records) - len(g.records[bucket]) - named[bucket]
		if missing > 0 && bucket != bucketSlots {
			all = append(all, Loss{DamageError: &DamageError{Bucket: bucket, Missing: missing, Reason: "not saved"}})
		}
	}
	return all
}
