package storage

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// Schema is the version of the layout that this program writes. Versions of the
// program that do not know a schema refuse it with a *VersionError.
const Schema uint32 = 3

// The buckets. Those of records are counted in the state (see state.go).
const (
	bucketMeta         = "countersign"  // header and state
	bucketSlots        = "slots"        // the data key, wrapped
	bucketCertificates = "certificates" // ID -> DER
	bucketIndex        = "index"        // ID -> Entry
	bucketKeys         = "keys"         // ID -> private key, sealed
	bucketSecrets      = "secrets"      // ID -> anything sealed
	bucketEvents       = "events"       // sequence -> Event
	bucketTargets      = "targets"      // ID -> Target
	bucketSettings     = "settings"     // name -> text
	bucketRequests     = "requests"     // ID -> Request; since schema 2, as those below
	bucketAuthorities  = "authorities"  // ID -> Authority
	bucketProfiles     = "profiles"     // ID -> Profile
	bucketPartners     = "partners"     // ID -> Partner; since schema 3
)

// countedBuckets are the buckets whose records the state counts, in its order.
func countedBuckets() []string {
	return []string{bucketSlots, bucketCertificates, bucketIndex, bucketKeys,
		bucketSecrets, bucketEvents, bucketTargets, bucketSettings,
		bucketRequests, bucketAuthorities, bucketProfiles, bucketPartners}
}

// addedBuckets are the buckets that came with each schema after the first.
func addedBuckets() map[uint32][]string {
	return map[uint32][]string{
		2: {bucketRequests, bucketAuthorities, bucketProfiles},
		3: {bucketPartners},
	}
}

// newBuckets are the buckets that a vault of this schema does not have yet.
func newBuckets(schema uint32) []string {
	var names []string
	for since, added := range addedBuckets() {
		if schema < since {
			names = append(names, added...)
		}
	}
	return names
}

const (
	keyHeader = "header"
	keyState  = "state"

	magic        = "countersign vault\n"
	checksumSize = 8 // bytes, of what is read before there is a key
)

// header is what can be read of a locked vault. Its layout is the same in every
// schema: magic, schema (4 bytes, big endian), vault ID, checksum. The vault ID and
// the schema are bound into every check, so that a changed header opens nothing.
type header struct {
	schema uint32
	vault  [idSize]byte
}

func (h header) encode() []byte {
	b := append([]byte(magic), 0, 0, 0, 0)
	binary.BigEndian.PutUint32(b[len(magic):], h.schema)
	return addChecksum(append(b, h.vault[:]...))
}

func decodeHeader(b []byte) (header, error) {
	var h header
	if !bytes.HasPrefix(b, []byte(magic)) {
		return h, ErrNotVault
	}
	body, ok := cutChecksum(b)
	if !ok || len(body) != len(magic)+4+idSize {
		return h, &DamageError{Bucket: bucketMeta, Record: keyHeader, Reason: "checksum"}
	}
	h.schema = binary.BigEndian.Uint32(body[len(magic):])
	copy(h.vault[:], body[len(magic)+4:])
	return h, nil
}

// addChecksum guards against accidents what no key can guard yet.
func addChecksum(b []byte) []byte {
	sum := sha256.Sum256(b)
	return append(b, sum[:checksumSize]...)
}

func cutChecksum(b []byte) (body []byte, ok bool) {
	if len(b) < checksumSize {
		return nil, false
	}
	body = b[:len(b)-checksumSize]
	sum := sha256.Sum256(body)
	return body, bytes.Equal(sum[:checksumSize], b[len(body):])
}

// migration takes a vault from one schema to the next, within one Update.
type migration func(*Tx) error

// migrations has, for each older schema, the step to the next one.
func migrations() map[uint32]migration {
	return map[uint32]migration{1: addBuckets(2), 2: addBuckets(3)}
}

// addBuckets takes a vault to a schema from the one before it: with schema 2 there are
// requests, authorities and profiles, with schema 3 partners. Records keep their layout
// until they are written again.
func addBuckets(schema uint32) migration {
	return func(t *Tx) error {
		for _, name := range addedBuckets()[schema] {
			if err := t.tx.makeBucket(name); err != nil {
				return fmt.Errorf("bucket %s: %w", name, writeError(err))
			}
		}
		t.changed = true
		return nil
	}
}

// checkVersion refuses what is newer than known, and what no step leads away from.
func checkVersion(found, known uint32, steps map[uint32]migration) error {
	if found > known {
		return &VersionError{Found: found, Known: known}
	}
	for ; found < known; found++ {
		if steps[found] == nil {
			return &VersionError{Found: found, Known: known}
		}
	}
	return nil
}

// migrate brings the vault up to the schema known, all steps in one transaction.
func (v *Vault) migrate(keys *keyset, known uint32, steps map[uint32]migration) error {
	old := v.head()
	if old.schema == known || v.ReadOnly() && steps[old.schema] != nil {
		return nil // a file that cannot be written is read as it is
	}
	if err := checkVersion(old.schema, known, steps); err != nil {
		return err
	}
	next := old
	next.schema = known
	err := v.update(keys, func(t *Tx) error {
		for s := old.schema; s < known; s++ {
			if err := steps[s](t); err != nil {
				return fmt.Errorf("migrate from schema %d: %w", s, err)
			}
		}
		t.header = next // the state is saved under the new schema
		return t.putRaw(bucketMeta, []byte(keyHeader), next.encode())
	})
	if err == nil {
		v.setHead(next)
	}
	return err
}

// makeBuckets lays out an empty vault.
func makeBuckets(tx kvTx) error {
	for _, name := range append(countedBuckets(), bucketMeta) {
		if err := tx.makeBucket(name); err != nil {
			return fmt.Errorf("bucket %s: %w", name, err)
		}
	}
	return nil
}

func (t *Tx) readHeader() error {
	return guard(bucketMeta, func() error {
		b := t.tx.bucket(bucketMeta)
		if b == nil {
			return ErrNotVault
		}
		h, err := decodeHeader(b.get([]byte(keyHeader)))
		if err != nil {
			return err
		}
		if err := checkVersion(h.schema, t.v.schema, migrations()); err != nil {
			return err
		}
		t.v.setHead(h)
		return nil
	})
}

func (v *Vault) head() header {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.header
}

func (v *Vault) setHead(h header) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.header = h
}

// Outdated reports whether unlocking will bring the file to a newer schema, which older
// versions of the program do not read.
func (v *Vault) Outdated() bool { return v.head().schema < v.schema && !v.ReadOnly() }

// SchemaFound is the schema that the file has.
func (v *Vault) SchemaFound() uint32 { return v.head().schema }
