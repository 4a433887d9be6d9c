package i18n

import "testing"

func TestFinding(t *testing.T) {
	for _, tc := range []struct{ lang, code, value, want string }{
		{"en", "expired", "2026-11-08T09:00:00Z", "It ended on 8 Nov 2026."},
		{"en", "name", "a.example", "It is not for b.example. It is for: a.example."},
		{"en", "issuer-other-key", "01:02", "Root has the right name, but another key signed this. The authority was made anew."},
		{"en", "key-short", "RSA 1024", "Its key is too short (RSA 1024). At least RSA 2048 is needed."},
		{"zh-TW", "expired", "2026-11-08T09:00:00Z", "它已在 2026年11月8日到期。"},
		{"ja", "expired", "2026-11-08T09:00:00Z", "2026年11月8日に期限が切れました。"},
	} {
		if got := New(tc.lang).Finding(tc.code, tc.value, "b.example", "Root"); got != tc.want {
			t.Errorf("%s %s: %q, want %q", tc.lang, tc.code, got, tc.want)
		}
	}
}

func TestClient(t *testing.T) {
	for _, tc := range []struct{ lang, names, want string }{
		{"en", "Go, browsers", "Go, browsers"},
		{"zh-TW", "Go, browsers", "Go、瀏覽器"},
		{"ja", "OpenSSL -x509_strict, Python 3.13", "OpenSSL -x509_strict、Python 3.13"},
	} {
		if got := New(tc.lang).Client(tc.names); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.lang, got, tc.want)
		}
	}
}

func TestWarning(t *testing.T) {
	for _, tc := range []struct{ lang, code, client, want string }{
		{"en", "key-short", "OpenSSL, browsers", "Its key is too short (RSA 1024). At least RSA 2048 is needed. Refused by OpenSSL, browsers."},
		{"en", "key-short", "", "Its key is too short (RSA 1024). At least RSA 2048 is needed."},
		{"zh-TW", "key-id-none", "Go", "它沒有自己的金鑰識別碼。Go 會拒絕。"},
		{"ja", "key-id-none", "browsers", "自身の鍵識別子がありません。ブラウザーに拒否されます。"},
	} {
		if got := New(tc.lang).Warning(tc.code, "RSA 1024", tc.client); got != tc.want {
			t.Errorf("%s %s: %q, want %q", tc.lang, tc.code, got, tc.want)
		}
	}
}
