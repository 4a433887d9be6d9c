package storage

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

const (
	fileMode   = 0o600
	folderMode = 0o700
)

// Create makes a vault at path and returns it unlocked. An empty passphrase makes one
// that anybody can open, for trying things out. The vault is built in a temporary file
// beside it, synced and renamed: a power cut leaves a whole vault or none. Missing
// folders are made with mode 0700, the file with 0600.
//
// Errors: ErrExists, ErrNoSpace, *KDFError; others wrapped as they come.
func Create(path string, passphrase []byte, o Options) (*Vault, error) {
	v, err := create(path, passphrase, o.withDefaults())
	if err != nil {
		return nil, fmt.Errorf("create vault %q: %w", path, asNoSpace(err))
	}
	return v, nil
}

func create(path string, passphrase []byte, o Options) (*Vault, error) {
	if err := absent(path); err != nil {
		return nil, err
	}
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, folderMode); err != nil {
		return nil, err
	}
	data := make([]byte, keySize)
	defer clear(data)
	h := header{schema: Schema}
	for _, b := range [][]byte{data, h.vault[:]} {
		if _, err := io.ReadFull(o.Random, b); err != nil {
			return nil, fmt.Errorf("random: %w", err)
		}
	}
	s, err := newSlot(firstSlot, data, passphrase, h.vault, o)
	if err != nil {
		return nil, err
	}
	temporary := filepath.Join(folder, "."+filepath.Base(path)+"."+hex.EncodeToString(h.vault[:4])+".new")
	if err := build(temporary, h, s, data, o); err != nil {
		return nil, joinClose(err, removeIfThere(temporary))
	}
	if err := renameExclusive(temporary, path); err != nil {
		return nil, joinClose(err, removeIfThere(temporary))
	}
	if err := syncFolder(folder); err != nil {
		return nil, err
	}
	o.ReadOnly = false
	v, err := open(path, o)
	if err != nil {
		return nil, err
	}
	if _, err := v.install(context.Background(), append([]byte(nil), data...)); err != nil {
		return nil, joinClose(err, v.Close())
	}
	return v, nil
}

func absent(path string) error {
	switch _, err := os.Lstat(path); {
	case err == nil:
		return ErrExists
	case errors.Is(err, fs.ErrNotExist):
		return nil
	default:
		return err
	}
}

// build writes an empty vault to a new file and syncs it.
func build(path string, h header, s slot, data []byte, o Options) error {
	keys := newKeyset(append([]byte(nil), data...), h.vault)
	defer keys.wipe()
	db, err := newFile(path, o)
	if err != nil {
		return err
	}
	err = buildIn(newBoltKV(db), h, s, keys, o)
	if err == nil {
		err = db.Sync()
	}
	if closing := db.Close(); err == nil {
		err = closing
	}
	return err
}

// buildIn makes the records of an empty vault.
func buildIn(db kv, h header, s slot, keys *keyset, o Options) error {
	tx, err := db.begin(true)
	if err != nil {
		return err
	}
	t := (&Vault{header: h, options: o}).newTx(tx, keys)
	t.state = &state{counts: map[string]count{}}
	err = makeBuckets(tx)
	if err == nil {
		err = t.putRaw(bucketMeta, []byte(keyHeader), h.encode())
	}
	if err == nil {
		err = t.put(bucketSlots, slotKey(s.number), s.encode())
	}
	if err == nil {
		err = t.saveState()
	}
	if err != nil {
		return joinClose(err, tx.rollback())
	}
	return tx.commit()
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// renameByLink gives the file its name only where that is free: a hard link never
// replaces anything. Where the file system has no links, the name is looked up first.
func renameByLink(from, to string) error {
	err := os.Link(from, to)
	switch {
	case err == nil:
		return os.Remove(from)
	case errors.Is(err, fs.ErrExist):
		return ErrExists
	}
	if err := absent(to); err != nil {
		return err
	}
	return os.Rename(from, to)
}
