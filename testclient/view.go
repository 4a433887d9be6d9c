package testclient

import (
	"strconv"
	"strings"
)

// The codes of what a server saw in a step.
const (
	ViewAccepted    = "accepted"    // 1: remote
	ViewPresented   = "presented"   // 2: subject, name (asked for; absent when none was)
	ViewPlain       = "plain"       // 2: over plain HTTP nobody presents anything
	ViewNoTLS       = "no-tls"      // 2: what came was no greeting that it can answer: code, reason
	ViewTaken       = "taken"       // 3: the client went on
	ViewDeclined    = "declined"    // 3: the client refused the certificate: reason
	ViewLeft        = "left"        // 2, 3: the client went away without a word: reason
	ViewNotAsked    = "not-asked"   // 4, 5
	ViewShown       = "shown"       // 4: subject, issuer, count, accepted (names)
	ViewNone        = "none"        // 4: asked, and none came: accepted
	ViewVerified    = "verified"    // 5: subject, authority
	ViewWithout     = "without"     // 5: let in without
	ViewRefused     = "refused"     // 5: code, reason; 6: revoked on an open connection
	ViewAnswered    = "answered"    // 6: request, status
	ViewSilent      = "silent"      // 6: nothing was asked
	ViewExchanged   = "exchanged"   // 7: version, cipher, curve, alpn, resumed, received, sent (bytes of bodies)
	ViewUnencrypted = "unencrypted" // 7: over plain HTTP: received, sent
	ViewNotReached  = "not-reached" //
)

// Viewed is one of the seven steps as the server saw it. Facts as those of Step.
type Viewed struct {
	Number int               `json:"number"`
	Code   string            `json:"code"` // one of the View constants
	Bad    bool              `json:"failed"`
	Facts  map[string]string `json:"facts,omitempty"`
}

// View tells a connection as the seven steps of a try, from the server's side.
func (c Connection) View() [7]Viewed {
	var view [7]Viewed
	stop := c.refusedAt()
	for i := range view {
		v := &view[i]
		v.Number = i + 1
		switch {
		case stop != 0 && v.Number > stop:
			v.Code = ViewNotReached
		case v.Number == stop:
			v.Code, v.Bad = c.refusedHow(), true
			v.Facts = map[string]string{"code": c.RefusalCode, "reason": c.Refusal}
		default:
			v.Code, v.Facts = c.viewed(v.Number)
		}
	}
	return view
}

// viewed is a step that went well.
func (c Connection) viewed(step int) (string, map[string]string) {
	secure := c.Version != ""
	switch {
	case step == StepConnect:
		return ViewAccepted, map[string]string{"remote": c.Remote}
	case step <= StepVerifyClient && !secure:
		return ViewPlain, nil
	case step == StepServerCertificate:
		return ViewPresented, known(map[string]string{"subject": c.Presented, "name": c.ServerName})
	case step == StepVerifyServer:
		return ViewTaken, nil
	case step <= StepVerifyClient && !c.Asked:
		return ViewNotAsked, nil
	case step == StepClientCertificate:
		if len(c.Chain) == 0 {
			return ViewNone, known(map[string]string{"accepted": list(c.Accepts)})
		}
		return ViewShown, known(map[string]string{"subject": c.ClientName, "issuer": c.ClientIssuer,
			"count": strconv.Itoa(len(c.Chain)), "accepted": list(c.Accepts)})
	case step == StepVerifyClient:
		if len(c.Chain) == 0 {
			return ViewWithout, nil
		}
		return ViewVerified, known(map[string]string{"subject": c.ClientName, "authority": c.Authority})
	case c.Method == "" && step == StepAccess:
		return ViewSilent, nil
	case c.Method == "":
		return ViewNotReached, nil
	case step == StepAccess:
		return ViewAnswered, map[string]string{"request": c.Method + " " + c.Path, "status": strconv.Itoa(c.Status)}
	}
	facts := known(map[string]string{"version": c.Version, "cipher": c.CipherSuite, "curve": c.Curve, "alpn": c.ALPN,
		"received": strconv.FormatInt(c.Received, 10), "sent": strconv.FormatInt(c.Sent, 10)})
	if !secure {
		return ViewUnencrypted, facts
	}
	facts["resumed"] = yesNo(c.Resumed)
	return ViewExchanged, facts
}

// known leaves out the facts that are not known.
func known(facts map[string]string) map[string]string {
	for name, value := range facts {
		if value == "" {
			delete(facts, name)
		}
	}
	return facts
}

// refusedAt is the step that the connection was refused in; 0 when it was not.
func (c Connection) refusedAt() int {
	switch code := c.RefusalCode; {
	case code == "":
		return 0
	case c.Method != "":
		return StepAccess
	case code == ServerCertificateRefused:
		return StepVerifyServer
	case code == ClientSpokeHTTP || code == ServerSpeaksHTTP || code == NotTLS ||
		code == NoCommonVersion || code == NoCommonProtocol || code == NoCommonCipher:
		return StepServerCertificate
	case strings.HasPrefix(code, "client-"):
		return StepVerifyClient
	case c.Version == "":
		return StepServerCertificate
	case len(c.Chain) > 0:
		return StepVerifyClient
	}
	return StepVerifyServer
}

func (c Connection) refusedHow() string {
	switch code, step := c.RefusalCode, c.refusedAt(); {
	case code == Reset || code == Timeout:
		return ViewLeft
	case step == StepServerCertificate:
		return ViewNoTLS
	case step == StepVerifyServer:
		return ViewDeclined
	}
	return ViewRefused
}

// Facts are what the record knows for the words of its RefusalCode.
func (c Connection) Facts() map[string]string {
	return known(map[string]string{"subject": c.ClientName, "issuer": c.ClientIssuer, "accepted": list(c.Accepts)})
}
