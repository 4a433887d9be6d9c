package storage

import (
	"bytes"
	"os"
	"testing"

	"go.etcd.io/bbolt"
)

// spoilAll changes one record of each bucket wherever it stands in the file, in old
// pages too.
func spoilAll(t *testing.T, path string, records map[string][]byte) {
	t.Helper()
	file, err := os.ReadFile(path)
	must(t, err)
	tamper(t, path, func(tx *bbolt.Tx) error {
		for bucket, record := range records {
			good := rawGet(tx, bucket, record)
			bad := bytes.Clone(good)
			bad[len(bad)/2] ^= 1
			file = bytes.ReplaceAll(file, good, bad)
		}
		return nil
	})
	must(t, os.WriteFile(path, file, fileMode))
}

// TestSalvageNamesLosses: what speaks of a lost record says whose it was.
func TestSalvageNamesLosses(t *testing.T) {
	v := newVault(t)
	fill(t, v, 20)
	must(t, v.Update(func(tx *Tx) error { return tx.PutTarget(Target{ID: testID(7), Name: "a"}) }))
	must(t, v.Close())
	path := copyFile(t, v.Path())
	key, err := testKey(3).ID.raw()
	must(t, err)
	spoilAll(t, path, map[string][]byte{bucketCertificates: rawID(1), bucketIndex: rawID(2), bucketKeys: key,
		bucketEvents: eventKey(9), bucketTargets: rawID(7)})
	again, saved := salvaged(t, path)
	must(t, again.Close())
	got := map[string]Loss{}
	for _, l := range saved.Losses {
		got[l.Bucket] = l
	}
	if len(saved.Losses) != 5 || len(got) != 5 {
		t.Fatalf("losses %v", saved.Losses)
	}
	for bucket, want := range map[string]string{bucketCertificates: string(testID(1)), bucketIndex: string(testID(2)),
		bucketKeys: string(testKey(3).ID), bucketEvents: "", bucketTargets: ""} {
		if got[bucket].Record != want || got[bucket].Missing != 1 {
			t.Errorf("of %s: %+v", bucket, got[bucket].DamageError)
		}
	}
	if name := got[bucketCertificates].Entry.Name; name != testCertificate(1).Name {
		t.Errorf("the certificate is %q", name)
	}
	if name := got[bucketKeys].Entry.Name; name != testCertificate(3).Name {
		t.Errorf("the key is of %q", name)
	}
	if string(got[bucketIndex].DER) != string(testDER(2)) {
		t.Error("the certificate whose entry is lost is not given")
	}
}
