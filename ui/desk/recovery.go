package desk

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"strings"

	"countersign/storage"
)

// ErrRecoveryCode: what was typed is not a recovery code; a letter is missing
// or wrong.
var ErrRecoveryCode = errors.New("not a recovery code")

// A recovery code is 20 random octets and 2 of their SHA-256, in base32 with
// Crockford's letters (no I, L, O, U): 36 characters in groups of four. The
// last two octets tell a slip of the pen from the code of another vault.
const (
	recoverySecret = 20 // octets
	recoveryCheck  = 2  // octets
	recoveryGroup  = 4  // characters
)

var crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

func writeRecoveryCode(secret []byte) string {
	sum := sha256.Sum256(secret)
	text := crockford.EncodeToString(append(append([]byte(nil), secret...), sum[:recoveryCheck]...))
	var groups []string
	for len(text) > recoveryGroup {
		groups, text = append(groups, text[:recoveryGroup]), text[recoveryGroup:]
	}
	return strings.Join(append(groups, text), "-")
}

// readRecoveryCode reads a code as people type it: in any case, with anything
// between the groups, O for 0 and I or L for 1.
func readRecoveryCode(typed string) ([]byte, error) {
	plain := bareCode(typed)
	raw, err := crockford.DecodeString(plain)
	if err != nil || len(raw) != recoverySecret+recoveryCheck {
		return nil, ErrRecoveryCode
	}
	secret := raw[:recoverySecret]
	if strings.ReplaceAll(writeRecoveryCode(secret), "-", "") != plain {
		return nil, ErrRecoveryCode
	}
	return secret, nil
}

// bareCode is a code as typed without what stands between its groups, in the letters
// that it is written with.
func bareCode(typed string) string {
	return strings.ToUpper(strings.Map(func(r rune) rune {
		switch r {
		case 'o', 'O':
			return '0'
		case 'i', 'I', 'l', 'L':
			return '1'
		case ' ', '-', '\t', '\n', '\r', '.', '_':
			return -1
		}
		return r
	}, typed))
}

// resemblesCode tells whether a text is in groups as a recovery code is, about as long,
// and no words.
func resemblesCode(typed string) bool {
	const length, groups = (recoverySecret + recoveryCheck) * 8 / 5, (recoverySecret + recoveryCheck) * 8 / 5 / recoveryGroup
	plain := bareCode(typed)
	return strings.ContainsAny(typed, "23456789") && len(plain) >= length-2 && len(plain) <= length+3 && strings.Trim(plain, "0123456789ABCDEFGHJKMNPQRSTUVWXYZ") == "" &&
		len(strings.FieldsFunc(typed, func(r rune) bool { return r == '-' || r == ' ' })) >= groups-1
}

// NewRecoveryCode makes a code that opens the vault when the passphrase is
// forgotten, in place of an earlier one, which opens it no more. It is shown
// once: nothing keeps it. Errors: ErrOpenVault, ErrLocked, ErrReadOnly,
// ErrNoSpace, ErrSlotRemains.
func (d *Desk) NewRecoveryCode() (string, error) {
	secret, err := d.random(recoverySecret)
	if err != nil {
		return "", err
	}
	defer clear(secret)
	if err := d.vault.AddWay(storage.ByRecovery, secret); err != nil {
		return "", err
	}
	return writeRecoveryCode(secret), d.note("way-added", map[string]string{"way": string(ByRecovery)})
}

// UnlockByRecovery opens the vault with its recovery code. Errors:
// ErrRecoveryCode for what is none, ErrWrongPassphrase for one of another
// vault or an earlier one, ErrNoSlot, and those of Unlock.
func (d *Desk) UnlockByRecovery(ctx context.Context, code string) error {
	secret, err := readRecoveryCode(code)
	if err != nil {
		return err
	}
	defer clear(secret)
	if err := d.beforeUpdate(ctx); err != nil {
		return err
	}
	return d.vault.UnlockBy(ctx, storage.ByRecovery, secret)
}

// orByCode tries what was given where a passphrase is asked for, and was not the
// passphrase, as a recovery code: with its secret, if it is one. Error: ErrRecoveryCode
// for what is almost one.
func (d *Desk) orByCode(err error, given []byte, try func(secret []byte) error) error {
	if !errors.Is(err, ErrWrongPassphrase) || !d.Opens(ByRecovery) {
		return err
	}
	secret, wrong := readRecoveryCode(string(given))
	switch {
	case wrong == nil:
		defer clear(secret)
		return try(secret)
	case resemblesCode(string(given)):
		return wrong
	}
	return err
}
