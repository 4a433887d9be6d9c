package ui

import (
	"context"
	"errors"
	"testing"
)

func TestScreenLockLocksTheVault(t *testing.T) {
	locked := errors.New("not locked")
	b := unlocked(t, func(o *Options) { o.Screen = func(context.Context) error { return locked } })
	if b.frame == nil {
		t.Fatal("it locks though nothing was said")
	}
	locked = nil
	b.idle.screen = nil
	b.watchScreen()
	b.queue.drain()
	b.unlockPage()
	if !b.vault.Locked() {
		t.Error("the vault is open")
	}
}
