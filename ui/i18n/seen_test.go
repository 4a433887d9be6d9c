package i18n

import "testing"

func TestTurnedAway(t *testing.T) {
	p := New("en")
	for code, want := range map[string]string{
		"reset":                      "The client went away before it was let in",
		"timeout":                    "The client said nothing in time",
		"client-certificate-missing": "The server wants a client certificate, and none was sent",
		"nonsense":                   "It failed for a reason that is not known",
	} {
		if got := p.TurnedAway(code, nil); got != want {
			t.Errorf("%s: %q, want %q", code, got, want)
		}
	}
}

func TestSeenBytesAsNumbers(t *testing.T) {
	got := New("en").Seen("unencrypted", map[string]string{"received": "6000000", "sent": "14"})
	if want := "unencrypted; body: 6,000,000 bytes in, 14 out"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
