package ui

import (
	"countersign/pki"
	"countersign/testclient"
	"countersign/ui/widgets"
)

// seenWords says what our own server saw of a step of a try, counted from 0,
// and whether it was there that one of the two refused. Empty when the server is
// another's, or did not come to the step.
func (w *Window) seenWords(r testclient.Result, step int) (words string, denied bool) {
	if r.Seen == nil {
		return "", false
	}
	v := r.Seen.View()[step]
	if v.Code == testclient.ViewNotReached {
		return "", false
	}
	return w.t.T("seen.server", "Words", w.t.Seen(v.Code, v.Facts)), v.Bad
}

// bothSides are the words of both sides about a failure: the client's error and
// the server's reason. None when the server is another's, or refused nothing.
func (w *Window) bothSides(r testclient.Result) []widgets.Fact {
	if r.Seen == nil || r.Diagnosis == nil || r.Seen.Refusal == "" {
		return nil
	}
	client, server := pki.Escape(r.Diagnosis.Raw), pki.Escape(r.Seen.Refusal)
	if alert := r.Diagnosis.Facts["alert"]; alert != "" {
		client += " (" + w.t.T("lab.alert", "Number", alert, "Name", w.t.Alert(alert)) + ")"
	}
	return []widgets.Fact{
		{Label: w.t.T("seen.client-got"), Value: client, Copy: client},
		{Label: w.t.T("seen.server-said"), Value: server, Copy: server},
	}
}
