package ui

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"countersign/testclient"
	"countersign/ui/widgets"
)

// stepOrder are the names of the steps, as testclient gives them.
var stepOrder = [7]string{
	"connect", "server-certificate", "verify-server", "client-certificate",
	"verify-client", "access", "exchange",
}

// stepFlows says who talks in each step.
var stepFlows = map[string]flow{
	"connect": flowToServer, "server-certificate": flowToClient,
	"client-certificate": flowToServer, "access": flowToClient,
}

// waitingLine is a step that is still to come.
func (w *Window) waitingLine(number int, name string) stepLine {
	l := stepLine{number: number, flow: stepFlows[name], tone: widgets.ToneQuiet}
	l.client = w.pictureWords(name, "client.waiting")
	l.server = w.pictureWords(name, "server.waiting")
	return l
}

// stepLine words a step that has ended. d, which may be nil, is why the try
// failed; method is that of the request.
func (w *Window) stepLine(s testclient.Step, d *testclient.Diagnosis, method string) stepLine {
	l := stepLine{number: s.Number, tone: widgets.ToneQuiet, middle: w.stepDetail(s, d)}
	switch s.State {
	case testclient.Done:
		w.doneLine(&l, s, method)
	case testclient.Failed:
		w.failedLine(&l, s, d)
	default:
		l.client = w.pictureWords(s.Name, "label")
		var instead string
		if instead, l.left = s.Instead(); instead != "" {
			l.instead = w.t.T("step.instead." + instead)
		}
		l.left = !l.left
		return l
	}
	l.took = tookText(s.Took)
	return l
}

func (w *Window) doneLine(l *stepLine, s testclient.Step, method string) {
	l.tone, l.flow = widgets.ToneGood, stepFlows[s.Name]
	l.client = w.pictureWords(s.Name, "client")
	l.server = w.pictureWords(s.Name, "server")
	switch s.Name {
	case "verify-server":
		if s.Facts["verified"] == "no" {
			l.tone = widgets.ToneSoon
			l.client = w.t.T("picture.verify-server.client.off")
		}
	case "client-certificate":
		w.presented(l, s.Facts)
	case "verify-client":
		l.middle = ""
		if s.Facts["answer"] == "accepted-without" {
			l.server = w.t.T("picture.verify-client.server.without")
		}
	case "exchange":
		if s.Facts["version"] == "" {
			l.client = w.t.T("picture.exchange.client.plain")
		}
	case "access":
		if method == "" {
			method = "GET"
		}
		l.client = w.t.T("picture.access.client", "Method", method)
		if s.Facts["answer"] != "" {
			l.client, l.server = w.t.T("picture.access.client.raw"), w.t.T("picture.access.server.raw")
		}
	}
}

// presented words step 4: whom the client presents, and what the server asked.
func (w *Window) presented(l *stepLine, f map[string]string) {
	l.client = w.t.T("picture.client-certificate.client.none")
	if f["chosen"] != "" {
		l.client = w.t.T("picture.client-certificate.client", "Name", f["chosen"])
	} else {
		l.middle = w.t.T("picture.client-certificate.none")
	}
	l.server = w.t.T("picture.client-certificate.server")
	if f["accepted"] != "" {
		l.server = w.t.T("picture.client-certificate.server.accepts", "Names", w.t.List(strings.Split(f["accepted"], "\n")))
	}
}

func (w *Window) failedLine(l *stepLine, s testclient.Step, d *testclient.Diagnosis) {
	if d != nil && d.Code == testclient.Cancelled {
		l.client = w.pictureWords(s.Name, "label") // nothing failed
		if key := "picture." + s.Name + ".server.failed." + d.Code; w.t.Has(key) {
			l.server = w.t.T(key)
		}
		return
	}
	l.tone, l.strong = widgets.ToneBroken, true
	switch s.Name {
	case "connect":
		l.flow = flowToServer
		l.client = w.pictureWords(s.Name, "client")
	case "verify-server":
		l.client = w.pictureWords(s.Name, "client.failed")
		return
	case "client-certificate":
		l.flow = flowToServer
		l.client = w.pictureWords(s.Name, "client.failed")
	default:
		l.flow = flowToClient
	}
	key := "picture." + s.Name + ".server.failed"
	if d != nil && w.t.Has(key+"."+d.Code) {
		key += "." + d.Code
	}
	if w.t.Has(key) {
		l.server = w.t.T(key)
	}
}

// stepDetail is the line of a step, as the terminal says it too.
func (w *Window) stepDetail(s testclient.Step, d *testclient.Diagnosis) string {
	if s.State == testclient.Failed && d != nil && s.Number == d.Step {
		switch d.Code {
		case testclient.Cancelled, testclient.Timeout, testclient.Reset:
			return w.t.T("picture.ended." + d.Code)
		}
	}
	return w.t.StepDetail(s.Name, string(s.State), s.Facts)
}

// pictureWords says what a side does in a step; not every side does something.
func (w *Window) pictureWords(name, part string) string {
	key := "picture." + name + "." + part
	if !w.t.Has(key) {
		return ""
	}
	return w.t.T(key)
}

// tookText writes how long a step took.
func tookText(d time.Duration) string {
	ms := float64(d) / float64(time.Millisecond)
	switch {
	case d <= 0:
		return ""
	case ms < 0.1:
		return "0.1 ms"
	case ms < 10:
		return strconv.FormatFloat(ms, 'f', 1, 64) + " ms"
	case ms < 1000:
		return strconv.FormatFloat(ms, 'f', 0, 64) + " ms"
	}
	return strconv.FormatFloat(ms/1000, 'f', 1, 64) + " s"
}

// resultText is a try as text, to paste elsewhere: the address, the seven
// steps, and what failed. It holds no secret: no header and no body.
func (w *Window) resultText(r testclient.Result) string {
	var b strings.Builder
	address := withoutUser(r.Try.URL)
	if i := strings.IndexAny(address, "?#"); i >= 0 {
		address = address[:i]
	}
	fmt.Fprintf(&b, "%s %s\n", methodOf(r.Try.Method), address)
	wide := 0
	for _, s := range r.Steps {
		wide = max(wide, len([]rune(w.stepTitle(s))))
	}
	for i, s := range r.Steps {
		if instead, shown := s.Instead(); !shown {
			if instead != "" {
				fmt.Fprintf(&b, "   %s\n", w.t.T("step.instead."+instead))
				w.writeSeen(&b, r, i)
			}
			continue
		}
		name := w.stepTitle(s)
		fmt.Fprintf(&b, "%d  %s%s  %s", s.Number, name, strings.Repeat(" ", wide-len([]rune(name))), w.t.T("step."+string(s.State)))
		if detail := w.stepDetail(s, r.Diagnosis); detail != w.t.T("step."+string(s.State)) {
			fmt.Fprintf(&b, ": %s", detail)
		}
		if took := tookText(s.Took); took != "" {
			fmt.Fprintf(&b, " (%s)", took)
		}
		b.WriteString("\n")
		w.writeSeen(&b, r, i)
	}
	if d := r.Diagnosis; d != nil {
		title, cause, fix := w.t.Diagnosis(d.Code, d.Facts)
		fmt.Fprintf(&b, "\n%s\n%s\n%s\n%s\n", title, cause, fix, d.Raw)
	}
	for _, fact := range w.bothSides(r) {
		fmt.Fprintf(&b, "%s: %s\n", fact.Label, fact.Value)
	}
	return b.String()
}

// writeSeen writes what our own server saw of a step, counted from 0.
func (w *Window) writeSeen(b *strings.Builder, r testclient.Result, step int) {
	if words, _ := w.seenWords(r, step); words != "" {
		fmt.Fprintf(b, "   %s\n", words)
	}
}

func (w *Window) stepTitle(s testclient.Step) string {
	return w.t.StepTitle(s.Name, string(s.State), s.Facts)
}

func methodOf(method string) string {
	if method == "" {
		return "GET"
	}
	return method
}

// withoutUser leaves the user and the password out of an address.
func withoutUser(address string) string {
	scheme, rest, found := strings.Cut(address, "://")
	if !found {
		scheme, rest = "", address
	} else {
		scheme += "://"
	}
	host, path := rest, ""
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		host, path = rest[:i], rest[i:]
	}
	if i := strings.LastIndex(host, "@"); i >= 0 {
		host = host[i+1:]
	}
	return scheme + host + path
}
