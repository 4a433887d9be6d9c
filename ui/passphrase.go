package ui

import (
	"countersign/ui/desk"
	"countersign/ui/widgets"
)

// passphrasePair is a passphrase typed twice, with its strength in words.
type passphrasePair struct {
	w             *Window
	one, two      *widgets.Secret
	first, second *widgets.Field
	judged        bool   // whether the strength is shown
	grown         func() // told when it takes more or less room
}

func newPassphrasePair(w *Window, label, again string, submitted, grown func()) *passphrasePair {
	p := &passphrasePair{w: w, grown: grown}
	p.one = newPassphrase(p.judge, func() { p.next(submitted) })
	p.two = newPassphrase(func() { p.fault(p.second, "") }, submitted)
	p.first = widgets.NewField(label, w.t.T("first.hint"), p.one)
	p.second = widgets.NewField(again, "", p.two)
	return p
}

// next is Enter in the first field: on to the second, unless that is done.
func (p *passphrasePair) next(submitted func()) {
	if p.two.Text() == "" {
		p.w.win.Canvas().Focus(p.two.Input())
		return
	}
	submitted()
}

// judge shows how well the passphrase would hold.
func (p *passphrasePair) judge() {
	p.fault(p.first, "")
	typed := p.one.Text() != ""
	if typed {
		tone, words, fraction := strengthWords(p.w.t, []byte(p.one.Text()))
		p.one.SetStrength(fraction, tone, words)
	} else {
		p.one.SetStrength(0, widgets.ToneQuiet, "")
	}
	if p.judged != typed {
		p.judged = typed
		p.grown()
	}
}

// fault says at a field what is wrong with it; "" that nothing is.
func (p *passphrasePair) fault(at *widgets.Field, why string) {
	if at.Fault() != why {
		at.SetFault(why)
		p.grown()
	}
}

// passphrase is what was typed, when both are the same and long enough; else
// the fault is shown at its field.
func (p *passphrasePair) passphrase() ([]byte, bool) {
	if desk.Strength([]byte(p.one.Text())).TooShort {
		p.fault(p.first, p.w.t.T("first.short"))
		p.w.win.Canvas().Focus(p.one.Input())
		return nil, false
	}
	if p.one.Text() != p.two.Text() {
		p.fault(p.second, p.w.t.T("first.mismatch"))
		p.w.win.Canvas().Focus(p.two.Input())
		return nil, false
	}
	return []byte(p.one.Text()), true
}

// clear lets go of what was typed.
func (p *passphrasePair) clear() {
	p.one.SetText("")
	p.two.SetText("")
}
