package ui

import (
	"errors"
	"strconv"
	"strings"

	"countersign/testclient"
	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/widgets"
)

// serverPorts are the ports of the local server: its own, and that of plain
// HTTP beside TLS.
type serverPorts struct {
	s          *localServer
	port       *widgets.Input
	portField  *widgets.Field
	both       *widgets.Check // plain HTTP too
	plain      *widgets.Input
	plainField *widgets.Field
	use        *widgets.Button // takes the port that is free, when one was not
	free       int             // that port; 0 for none
	freeOf     *widgets.Input  // the field that it goes into
}

func newServerPorts(s *localServer) *serverPorts {
	t := s.c.w.t
	p := &serverPorts{s: s}
	p.port = widgets.NewInput(t.T("server.port.free"), func(string) { p.forgive() })
	p.plain = widgets.NewInput(t.T("server.port.free"), func(string) { p.forgive() })
	for _, input := range []*widgets.Input{p.port, p.plain} {
		input.OnSubmitted = func(string) { s.begin() }
	}
	p.portField = widgets.NewField(t.T("server.port"), "", p.port)
	p.plainField = widgets.NewField(t.T("server.plain.port"), "", p.plain)
	p.both = widgets.NewCheck(t.T("server.plain"), false, func(bool) { s.say() })
	p.use = widgets.NewButton("", "", widgets.Primary, p.useFree)
	return p
}

// say shows what fits the mode.
func (p *serverPorts) say(mode testclient.Mode) {
	p.both.Hidden = mode == testclient.ModePlain
	p.plainField.Hidden = p.both.Hidden || !p.both.Checked()
	p.use.Hidden = p.free == 0
}

// forgive takes back what was said of the ports.
func (p *serverPorts) forgive() {
	p.portField.SetFault("")
	p.plainField.SetFault("")
	if p.free != 0 {
		p.free = 0
		p.s.say()
	}
}

// read puts the ports into config; false when one is none.
func (p *serverPorts) read(config *desk.Serve) bool {
	config.Plain = config.Mode != testclient.ModePlain && p.both.Checked()
	good := readPort(p.s.c.w.t, p.port, p.portField, &config.Port)
	if config.Plain {
		good = readPort(p.s.c.w.t, p.plain, p.plainField, &config.PlainPort) && good
	}
	if !good {
		p.s.c.layoutAgain()
	}
	return good
}

// readPort reads the port of a field, which says what is wrong with it; none
// leaves port as it is.
func readPort(t *i18n.Printer, input *widgets.Input, field *widgets.Field, port *int) bool {
	field.SetFault("")
	text := strings.TrimSpace(input.Text)
	if text == "" {
		return true
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 65535 {
		field.SetFault(t.T("server.port.fault"))
		return false
	}
	*port = n
	return true
}

// failed says at its field why a port cannot be had, and offers another. False
// when the error is not about a port.
func (p *serverPorts) failed(err error, config desk.Serve) bool {
	var port *testclient.PortError
	if !errors.As(err, &port) {
		return false
	}
	t := p.s.c.w.t
	key := "server.port.refused"
	if port.InUse() {
		key = "server.port.taken"
	}
	field := p.portField
	p.freeOf = p.port
	if config.Plain && port.Port == config.PlainPort {
		field, p.freeOf = p.plainField, p.plain
	}
	p.free = port.Free
	args := []any{"Port", strconv.Itoa(port.Port)}
	if p.free != 0 {
		key += ".free"
		args = append(args, "Free", strconv.Itoa(p.free))
		p.use.SetText(t.T("server.port.use", "Free", strconv.Itoa(p.free)))
	}
	field.SetFault(t.T(key, args...))
	p.s.say()
	return true
}

// useFree takes the port that was offered, and starts.
func (p *serverPorts) useFree() {
	free, input := p.free, p.freeOf
	if free == 0 {
		return
	}
	input.SetText(strconv.Itoa(free))
	p.s.begin()
}

// show puts the ports of a server that runs into the fields that say so.
func (p *serverPorts) show(config desk.Serve) {
	p.both.SetChecked(config.Plain)
}
