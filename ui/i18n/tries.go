package i18n

import (
	"maps"
	"net/url"
	"strconv"
)

// LastTry says in a few words how a saved try went last: code is why it failed,
// "" when it passed, facts are what was kept of that; status is that of its
// answer.
func (p *Printer) LastTry(code string, facts map[string]string, status int, tried, broke bool) string {
	switch {
	case !tried:
		return p.T("tries.never")
	case code == "" && status != 0:
		return p.T("tries.last.passed", "Status", status)
	case code == "":
		return p.T("tries.last.done")
	}
	why := p.T("tries.last.failed")
	switch {
	case code == "certificate-not-found" || code == "authority-not-found":
		why = p.T("tries.last.gone")
	case p.Has("diagnosis." + code + ".title"):
		kept := map[string]string{}
		maps.Copy(kept, facts)
		if status != 0 {
			kept["status"] = strconv.Itoa(status)
		}
		why, _, _ = p.Diagnosis(code, kept)
	case p.Has("error." + code):
		why = p.T("error." + code)
	}
	if broke {
		return p.T("tries.last.broke", "Why", why)
	}
	return why
}

// MaskedURL is BareURL with the query and the fragment, which may hold a token,
// as the server's log has them.
func MaskedURL(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	asked := u.RawQuery != "" || u.Fragment != ""
	u.User, u.RawQuery, u.Fragment, u.RawFragment = nil, "", "", ""
	if asked {
		return u.String() + "?***"
	}
	return u.String()
}

// BareURL leaves out of an address its user and password, for showing; one that
// cannot be read is not shown.
func BareURL(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	u.User = nil
	return u.String()
}
