package storage

import (
	"encoding/hex"
	"errors"
	"testing"
	"time"
)

// The vector is of the reference implementation (phc-winner-argon2, src/test.c).
func TestDerive(t *testing.T) {
	k := KDF{Time: 2, Memory: 64 << 10, Threads: 1}
	got := hex.EncodeToString(k.derive([]byte("password"), []byte("somesalt")))
	if want := "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7"; got != want {
		t.Errorf("key %s, want %s", got, want)
	}
}

func TestKDFBounds(t *testing.T) {
	light := LightKDF()
	for _, c := range []struct {
		name  string
		kdf   KDF
		asked *KDF
		good  bool
	}{
		{"the least", MinimumKDF(), nil, true},
		{"the most", KDF{16, 1 << 20, 16}, nil, true},
		{"too little memory", KDF{3, 64<<10 - 1, 4}, nil, false},
		{"too few passes", KDF{2, 64 << 10, 4}, nil, false},
		{"too few lanes", KDF{3, 64 << 10, 3}, nil, false},
		{"too much memory", KDF{3, 1<<20 + 1, 4}, nil, false},
		{"too many passes", KDF{17, 64 << 10, 4}, nil, false},
		{"too many lanes", KDF{3, 64 << 10, 17}, nil, false},
		{"light unasked", *light, nil, false},
		{"light asked", *light, light, true},
		{"lighter than asked", KDF{1, 63, 1}, light, false},
		{"strong where light is asked", MinimumKDF(), light, true},
		{"too much where light is asked", KDF{1, 1<<20 + 1, 1}, light, false},
		{"below RFC 9106", KDF{1, 31, 4}, &KDF{1, 31, 4}, false},
		{"nothing", KDF{}, &KDF{}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.kdf.check(c.asked)
			var bounds *KDFError
			switch {
			case c.good && err != nil:
				t.Error(err)
			case !c.good && (!errors.As(err, &bounds) || bounds.KDF != c.kdf):
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestCalibrate(t *testing.T) {
	for _, c := range []struct {
		took time.Duration
		want uint32 // MiB
	}{
		{250 * time.Millisecond, 128},
		{260 * time.Millisecond, 112},
		{500 * time.Millisecond, 64},
		{5 * time.Second, 64},
		{time.Millisecond, 1024},
		{0, 1024},
	} {
		got := calibrate(500*time.Millisecond, func(k KDF) time.Duration {
			if k != MinimumKDF() {
				t.Errorf("measured %+v", k)
			}
			return c.took
		})
		if want := (KDF{Time: 3, Memory: c.want << 10, Threads: 4}); got != want {
			t.Errorf("%v: %+v, want %+v", c.took, got, want)
		}
		if err := got.check(nil); err != nil {
			t.Errorf("%v: %v", c.took, err)
		}
	}
}

// TestChosenKDF is the one test with the real cost.
func TestChosenKDF(t *testing.T) {
	k, err := Options{}.chooseKDF()
	must(t, err)
	must(t, k.check(nil))
	if k.Memory < 64<<10 || k.Time != 3 || k.Threads != 4 {
		t.Errorf("%+v", k)
	}
}
