package storage

import (
	"errors"
	"fmt"
)

// maxSettingKey is the longest name of a setting, in bytes.
const maxSettingKey = 256

// Setting reads a setting of the vault. Where it is damaged, the value is "", ok is
// false and the transaction ends with a *DamageError, but not that of who salvages.
func (t *Tx) Setting(key string) (value string, ok bool) {
	err := t.get(bucketSettings, []byte(key), func(stored []byte) error {
		payload, err := t.unchecked(bucketSettings, []byte(key), stored)
		value = string(payload)
		return err
	})
	switch {
	case err == nil:
		return value, true
	case errors.Is(err, ErrNoRecord), t.v.options.Salvage && errors.Is(err, ErrDamaged):
	default:
		t.fail(fmt.Errorf("setting %q: %w", key, err))
	}
	return "", false
}

// SetSetting writes a setting; it is checked, not sealed: no secret belongs here.
// Errors: ErrReadOnly, ErrBadID for a name that is empty or longer than 256 bytes.
func (t *Tx) SetSetting(key, value string) error {
	if err := t.writable(); err != nil {
		return err
	}
	if key == "" || len(key) > maxSettingKey {
		return fmt.Errorf("set setting: name: %w", ErrBadID)
	}
	return t.putOnce(bucketSettings, []byte(key), t.checked(bucketSettings, []byte(key), []byte(value)))
}
