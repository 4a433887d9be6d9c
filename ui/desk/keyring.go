package desk

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/zalando/go-keyring"

	"countersign/storage"
)

// keyringService is what the keyring files our secrets under: Secret Service
// on Linux, Keychain on macOS, the credential manager on Windows.
const keyringService = "Countersign"

// keyringPatience is how long a keyring may take. One that asks the person
// first takes as long as that; one that is broken must not hold the program.
const keyringPatience = 60 * time.Second

// keyringSecret is the size of the secret in the keyring, in octets.
const keyringSecret = 32

var (
	// ErrKeyring: this computer's keyring is not available, or refused.
	ErrKeyring = errors.New("the keyring is not available")
	// ErrNotInKeyring: the keyring has no secret for this vault; it was put
	// there on another computer, or taken out.
	ErrNotInKeyring = errors.New("not in this computer's keyring")
)

// AddKeyring lets this computer's keyring open the vault from now on: whoever
// is logged in here can. Errors: ErrKeyring, ErrOpenVault, ErrLocked,
// ErrReadOnly, ErrNoSpace, ErrSlotRemains.
func (d *Desk) AddKeyring(ctx context.Context) error {
	secret, err := d.random(keyringSecret)
	if err != nil {
		return err
	}
	defer clear(secret)
	if err := d.putInKeyring(ctx, secret); err != nil {
		return err
	}
	if err := d.vault.AddWay(storage.ByKeyring, secret); err != nil && !errors.Is(err, ErrSlotRemains) {
		return errors.Join(err, d.takeOutOfKeyring(ctx))
	}
	return d.note("way-added", map[string]string{"way": string(ByKeyring)})
}

// UnlockByKeyring opens the vault with what this computer's keyring keeps.
// Errors: ErrKeyring, ErrNotInKeyring, ErrNoSlot, ErrWrongPassphrase where the
// keyring has what an earlier slot was opened with, and those of Unlock.
func (d *Desk) UnlockByKeyring(ctx context.Context) error {
	secret, err := d.fromKeyring(ctx)
	if err != nil {
		return err
	}
	defer clear(secret)
	if err := d.beforeUpdate(ctx); err != nil {
		return err
	}
	return d.vault.UnlockBy(ctx, storage.ByKeyring, secret)
}

func (d *Desk) putInKeyring(ctx context.Context, secret []byte) error {
	return keyringDeed(ctx, func() error {
		return keyring.Set(keyringService, d.vault.ID(), base64.StdEncoding.EncodeToString(secret))
	})
}

func (d *Desk) fromKeyring(ctx context.Context) ([]byte, error) {
	var text string
	err := keyringDeed(ctx, func() (err error) {
		text, err = keyring.Get(keyringService, d.vault.ID())
		return err
	})
	if err != nil {
		return nil, err
	}
	secret, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(secret) != keyringSecret {
		return nil, ErrNotInKeyring
	}
	return secret, nil
}

// takeOutOfKeyring forgets the secret; that it was not there is no error.
func (d *Desk) takeOutOfKeyring(ctx context.Context) error {
	err := keyringDeed(ctx, func() error { return keyring.Delete(keyringService, d.vault.ID()) })
	if errors.Is(err, ErrNotInKeyring) {
		return nil
	}
	return err
}

// keyringDeed runs a deed of the keyring in a goroutine of its own, since it
// cannot be interrupted.
func keyringDeed(ctx context.Context, deed func() error) error {
	ctx, cancel := context.WithTimeout(ctx, keyringPatience)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- deed() }()
	select {
	case err := <-done:
		switch {
		case err == nil:
			return nil
		case errors.Is(err, keyring.ErrNotFound):
			return ErrNotInKeyring
		}
		return fmt.Errorf("%w: %w", ErrKeyring, err)
	case <-ctx.Done():
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return fmt.Errorf("%w: no answer", ErrKeyring)
		}
		return ctx.Err()
	}
}
