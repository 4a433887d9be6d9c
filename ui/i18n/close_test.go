package i18n

import "testing"

func TestCloseUp(t *testing.T) {
	for in, want := range map[string]string{
		"":            "",
		"plain words": "plain words",
		"伺服器拒絕了 這張憑證。 請重試": "伺服器拒絕了這張憑證。請重試",
		"由 alice 簽發": "由 alice 簽發",
		"サーバー が、 拒否": "サーバーが、拒否",
		"有 3 張":      "有 3 張",
	} {
		if got := closeUp(in); got != want {
			t.Errorf("closeUp(%q) = %q, want %q", in, got, want)
		}
	}
	if got := New("zh-TW").Language(); got != "zh-TW" {
		t.Errorf("zh-TW speaks %q", got)
	}
}
