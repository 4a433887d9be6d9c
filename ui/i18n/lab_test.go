package i18n

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"
)

func TestDiagnosisSaysTheFacts(t *testing.T) {
	p := New("en")
	for _, c := range []struct {
		name, code        string
		facts             map[string]string
		title, cause, fix string
	}{
		{
			"wrong authority", "client-authority-unknown",
			map[string]string{"subject": "alice", "issuer": "Acme Issuing", "acceptable": "no", "accepted": "Partner Root"},
			"The server refused alice: it does not trust the authority",
			"It trusts only Partner Root, and alice is signed by Acme Issuing.",
			"Use a certificate signed by Partner Root (ask whoever runs the server for one, if you have none), or have Acme Issuing added to what the server trusts.",
		},
		{
			"sent without its issuer", "client-authority-unknown",
			map[string]string{"subject": "alice", "issuer": "Sub CA", "acceptable": "unknown", "alone": "yes"},
			"The server refused alice: it does not trust the authority",
			"alice is signed by Sub CA, which is not among the authorities that the server trusts.",
			"Have Sub CA added to what the server trusts, or use another certificate. Or send Sub CA along, if it stands below an authority that the server trusts.",
		},
		{
			"revoked, and of another authority", "client-certificate-revoked",
			map[string]string{"subject": "lost", "issuer": "Acme Root", "acceptable": "no", "accepted": "Partner Root"},
			"lost is revoked",
			"The server trusts only Partner Root, and lost is signed by Acme Root. It is revoked besides: its authority has taken it back, or the server lacks a current list of what is revoked.",
			"Use a certificate signed by Partner Root: reissued by Acme Root, this one would be refused again.",
		},
		{
			"revoked", "client-certificate-revoked",
			map[string]string{"subject": "lost", "issuer": "Acme Root", "acceptable": "yes"},
			"lost is revoked",
			"Its authority, Acme Root, has taken it back, or the server lacks a current list of what is revoked.",
			"Use another certificate; or reissue this one, if it should be let in again.",
		},
		{
			"nothing behind the server", "http-status", map[string]string{"status": "502", "status-text": "502 Bad Gateway"},
			"Connected, but the server answered 502 Bad Gateway",
			"TLS is fine on both sides, but it could not reach the application behind it: that does not run, or does not answer.",
			"Start the application, and check the address to which the server passes requests: proxy_pass in nginx, ProxyPass in Apache, server in HAProxy, reverse_proxy in Caddy.",
		},
		{
			"a body too large", "http-status", map[string]string{"status": "413"},
			"Connected, but the server answered 413",
			"TLS is fine on both sides, but the body of this request is larger than the server takes.",
			"Send less, or have the server take more: client_max_body_size in nginx, LimitRequestBody in Apache.",
		},
		{
			"too many requests", "http-status", map[string]string{"status": "429"},
			"Connected, but the server answered 429",
			"TLS is fine on both sides, but the server takes no more requests from this client for a while.",
			"Wait a while and try again, or have the limit raised for this client.",
		},
		{
			"not granted", "http-status", map[string]string{"status": "403"},
			"Connected, but the server answered 403",
			"TLS is fine on both sides: the application behind it did not grant the request.",
			"Look at the path, the method and what this client may do there.",
		},
		{
			"dates and days", "server-certificate-expired",
			map[string]string{"subject": "api", "not-after": "2026-11-08T10:00:00Z", "days": "1"},
			"The server's certificate has expired",
			"api was good until 8 Nov 2026, 1 day ago.",
			"Renew it at the server. If it should still be good, look at this computer's clock.",
		},
		{
			"today", "server-certificate-expired",
			map[string]string{"subject": "api", "not-after": "2026-11-08T10:00:00Z", "days": "0"},
			"The server's certificate has expired",
			"api was good until 8 Nov 2026.",
			"Renew it at the server. If it should still be good, look at this computer's clock.",
		},
		{
			"a long list", "server-name-mismatch",
			map[string]string{"name": "x", "names": "a\nb\nc\nd\ne"},
			"The server's certificate is not for x",
			"It is for a, b, c and 2 more, and you connect to x.",
			"Reissue it with the name x, or connect to a name that it has.",
		},
		{
			"no facts", "client-certificate-missing", nil,
			"The server wants a client certificate, and none was sent",
			"The server lets nobody in without one.",
			"Choose a client certificate and try again.",
		},
		{
			"a code of a later version", "brand-new", map[string]string{"alert": "80"},
			"It failed for a reason that is not known",
			"The server said: internal error (alert 80).",
			"Read the error below, or look into the log of the server.",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			title, cause, fix := p.Diagnosis(c.code, c.facts)
			if title != c.title || cause != c.cause || fix != c.fix {
				t.Errorf("said\n%q\n%q\n%q\nwant\n%q\n%q\n%q", title, cause, fix, c.title, c.cause, c.fix)
			}
		})
	}
}

func TestStepDetail(t *testing.T) {
	p := New("en")
	for _, c := range []struct {
		name, state string
		facts       map[string]string
		want        string
	}{
		{"connect", "done", map[string]string{"address": "127.0.0.1:8443"}, "127.0.0.1:8443"},
		{"server-certificate", "done", map[string]string{"chain": "api\nAcme Issuing"}, "api › Acme Issuing"},
		{"verify-server", "done", map[string]string{"authority": "Acme Root", "days-left": "12", "verified": "yes"}, "signed by Acme Root, name matches, 12 days left"},
		{"verify-server", "done", map[string]string{"verified": "no", "code": "server-no-san"}, "not verified: it names no host"},
		{"verify-server", "failed", map[string]string{"verified": "no", "code": "server-no-san"}, "it names no host"},
		{"client-certificate", "done", map[string]string{"chosen": "alice", "issuer": "Acme Root"}, "alice › Acme Root"},
		{"client-certificate", "done", map[string]string{"why": "none-chosen"}, "asked for; none sent"},
		{"client-certificate", "not-asked", nil, "not asked for"},
		{"verify-client", "failed", map[string]string{"alert": "48"}, "alert 48: unknown certificate authority"},
		{"verify-client", "failed", nil, "refused"},
		{"verify-client", "done", map[string]string{"answer": "accepted-without"}, "let in without a certificate"},
		{"access", "not-reached", nil, "not reached"},
		{"access", "done", map[string]string{"status-text": "200 OK"}, "HTTP 200 OK"},
		{"exchange", "done", map[string]string{"version": "TLS 1.3", "cipher": "C", "alpn": "h2"}, "TLS 1.3, C, h2"},
		{"exchange", "done", nil, "plain HTTP, not encrypted"},
		{"exchange", "not-reached", map[string]string{"version": "TLS 1.3", "cipher": "C"}, "TLS 1.3, C: agreed before the refusal"},
	} {
		if got := p.StepDetail(c.name, c.state, c.facts); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.name, c.state, got, c.want)
		}
	}
}

// TestLabLeavesNoHole: a sentence whose facts are missing still reads.
func TestLabLeavesNoHole(t *testing.T) {
	holes := regexp.MustCompile(`^$|<no value>|\{\{|diagnosis\.|  | [,.;:]( |$)|\(\)|""|「」|（）|『』` +
		`|(until|answered|named|begins|was good)([,.]|$)|After redirects|the (name|address|new) (this|another)|certificate of the certificate` +
		`|位址這個名稱|名稱這個名稱|這張憑證的用戶端憑證|為另一個授權單位|新的另一個|連接埠 沒|導向 次|^不是` +
		`|この名前（|（この証明書）|応答はで|認証局という|新しい別の|^[はがの]|^回リ|（別の認証局）`)
	for _, language := range []string{"en", "zh-TW", "ja"} {
		p := New(language)
		for key := range p.known {
			code, ok := strings.CutPrefix(key, "diagnosis.")
			code, isTitle := strings.CutSuffix(code, ".title")
			if !ok || !isTitle {
				continue
			}
			title, cause, fix := p.Diagnosis(code, nil)
			for _, said := range []string{title, cause, fix} {
				if hole := holes.FindString(said); hole != "" || said == "" {
					t.Errorf("%s, %s: %q in %q", language, code, hole, said)
				}
			}
		}
	}
}

// TestLastTrySaysItsFacts: a failure that was kept is worded with what was kept
// of it.
func TestLastTrySaysItsFacts(t *testing.T) {
	for language, want := range map[string][2]string{
		"en":    {"The server's certificate is not for the address 192.0.2.2", "The server's certificate is not for the IP address that was called"},
		"zh-TW": {"伺服器的憑證不適用於位址 192.0.2.2", "伺服器的憑證不適用於所連線的 IP 位址"},
		"ja":    {"サーバー証明書は192.0.2.2（IPアドレス）のものではありません", "サーバー証明書は接続先のIPアドレスのものではありません"},
	} {
		p := New(language)
		with := p.LastTry("server-no-ip-san", map[string]string{"name": "192.0.2.2"}, 0, true, false)
		if without := p.LastTry("server-no-ip-san", nil, 0, true, false); with != want[0] || without != want[1] {
			t.Errorf("%s: %q, %q", language, with, without)
		}
	}
}

// TestLabKnowsItsFacts: what a sentence asks for is a fact that it is given.
func TestLabKnowsItsFacts(t *testing.T) {
	given := map[string]bool{"AlertName": true}
	for _, name := range factNames {
		given[camel(name)] = true
	}
	line := regexp.MustCompile(`(?m)^\s*"((?:terminal\.)?diagnosis\.[^"]*)": (".*"),?$`)
	asks := regexp.MustCompile(`\.([A-Z]\w*)[ }|)]`)
	read := 0
	err := fs.WalkDir(messages, "messages", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := messages.ReadFile(path)
		for _, m := range line.FindAllStringSubmatch(string(data), -1) {
			read++
			for _, in := range regexp.MustCompile(`\{\{[^}]*\}\}`).FindAllString(m[2], -1) {
				for _, fact := range asks.FindAllStringSubmatch(in, -1) {
					if !given[fact[1]] {
						t.Errorf("%s: %s asks for %s", path, m[1], fact[1])
					}
				}
			}
		}
		return err
	})
	if err != nil || read < 300 {
		t.Errorf("%d sentences were read, %v", read, err)
	}
}
