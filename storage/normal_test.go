package storage

import (
	"bytes"
	"context"
	"path/filepath"
	"testing"
)

// One word as different systems give it.
const (
	composed   = "Tür zum Garten 7"
	decomposed = "Tu\u0308r zum Garten 7"
	wideSpaces = "Tür\u3000zum\u00a0Garten 7"
)

func TestNormalPassphrase(t *testing.T) {
	for _, c := range []struct{ name, typed, want string }{
		{"empty", "", ""},
		{"ASCII", "Correct  horse ", "Correct  horse "},
		{"composed", composed, composed},
		{"decomposed", decomposed, composed},
		{"wide spaces", wideSpaces, composed},
		{"half-width letters stay", "ﾊﾟｽﾜｰﾄﾞ", "ﾊﾟｽﾜｰﾄﾞ"},
		{"Hangul", "\u1112\u1161\u11ab", "한"},
		{"other order of marks", "a\u0301\u0323", "ạ\u0301"},
		{"not UTF-8", "u\u0308\xff", "u\u0308\xff"},
	} {
		t.Run(c.name, func(t *testing.T) {
			typed := []byte(c.typed)
			got := NormalPassphrase(typed)
			if string(got) != c.want {
				t.Errorf("%q is %q, want %q", c.typed, got, c.want)
			}
			clear(got)
			if string(typed) != c.typed {
				t.Error("clearing it changed what was typed")
			}
		})
	}
}

// TestSpellings: for ASCII one derivation is made, not two.
func TestSpellings(t *testing.T) {
	for _, c := range []struct {
		typed string
		kind  slotKind
		want  int
	}{
		{"correct horse", slotPassphrase, 1}, {composed, slotPassphrase, 1}, {decomposed, slotPassphrase, 2}, {decomposed, slotRecovery, 1},
	} {
		got := spellings(c.kind, []byte(c.typed))
		if len(got) != c.want || !bytes.Equal(got[len(got)-1], []byte(c.typed)) {
			t.Errorf("%q has %q", c.typed, got)
		}
	}
}

// TestPassphraseOfAnotherSystem: the same word opens the vault however it is coded, and
// stays what changes it.
func TestPassphraseOfAnotherSystem(t *testing.T) {
	for _, made := range []string{composed, decomposed, wideSpaces} {
		path := filepath.Join(t.TempDir(), "vault.db")
		v, err := Create(path, []byte(made), testOptions())
		must(t, err)
		for _, typed := range []string{composed, decomposed, wideSpaces} {
			v.Lock()
			must(t, v.Unlock(context.Background(), []byte(typed)))
		}
		v.Lock()
		mustBe(t, v.Unlock(context.Background(), []byte("Tur zum Garten 7")), ErrWrongPassphrase)
		must(t, v.ChangePassphrase(context.Background(), []byte(decomposed), []byte("neue "+decomposed)))
		must(t, v.Unlock(context.Background(), []byte("neue "+composed)))
		must(t, v.NewDataKey(context.Background(), Secrets{Passphrase: []byte("neue " + wideSpaces)}))
		must(t, v.Close())
	}
}

// TestPassphraseOfAnOlderVersion: a slot that was made of what was typed, as it was.
func TestPassphraseOfAnOlderVersion(t *testing.T) {
	path := filepath.Join(t.TempDir(), "vault.db")
	v, err := Create(path, []byte(decomposed), testOptions())
	must(t, err)
	old, err := slot{kind: slotPassphrase, kdf: *LightKDF()}.wrap(v.keys.data, []byte(decomposed), v.head().vault, v.options.Random)
	must(t, err)
	must(t, v.withKeys(func(keys *keyset) error { return v.changeSlots(keys, []slot{old}, nil) }))
	must(t, v.Close())
	v, err = Open(path, testOptions())
	must(t, err)
	defer v.Close()
	mustBe(t, v.Unlock(context.Background(), []byte(composed)), ErrWrongPassphrase)
	must(t, v.Unlock(context.Background(), []byte(decomposed)))
	must(t, v.ChangePassphrase(context.Background(), []byte(decomposed), []byte(decomposed)))
	v.Lock()
	must(t, v.Unlock(context.Background(), []byte(composed)))
}
