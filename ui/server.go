package ui

import (
	"context"
	"strconv"

	"fyne.io/fyne/v2"

	"countersign/testclient"
	"countersign/ui/desk"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// localServer is the panel of the server to try against: how it is to be,
// whether it runs, and what it saw. It runs on while other places are shown.
type localServer struct {
	c       *connections
	running *testclient.Server // nil when it is stopped
	config  desk.Serve         // of the one that runs
	busy    bool

	status  *widgets.Status
	mode    *widgets.Select
	cert    *widgets.Select
	clients *widgets.Select
	*serverPorts
	also      *alsoClients
	certField *widgets.Field
	caField   *widgets.Field
	certIDs   []desk.ID
	caIDs     []desk.ID

	start, halt   *widgets.Button
	copyURL, used *widgets.Button
	insist        *widgets.Button
	missing       *fyne.Container
	checks        *fyne.Container
	fields        *fyne.Container
	locks         *widgets.Text // that locking stops it
	published     *published
	visits        *visits
	root          *fyne.Container
}

var serverModes = []testclient.Mode{testclient.ModePlain, testclient.ModeTLS, testclient.ModeOptional, testclient.ModeMTLS}

func newLocalServer(c *connections) *localServer {
	t := c.w.t
	s := &localServer{c: c}
	s.visits = newVisits(c.w, func() {
		s.root.Refresh()
		c.layoutAgain()
	})
	words := make([]string, len(serverModes))
	for i, m := range serverModes {
		words[i] = t.T("server.mode." + string(m))
	}
	s.status = widgets.NewStatus(widgets.ToneQuiet, "")
	s.mode = widgets.NewSelect("", words, len(serverModes)-1, func(int) { s.say() })
	s.cert = widgets.NewSelect(t.T("server.certificate.none"), nil, -1, func(int) { s.certChosen() })
	s.clients = widgets.NewSelect(t.T("server.clients.none"), nil, -1, func(int) { s.say() })
	s.serverPorts = newServerPorts(s)
	s.also = newAlsoClients(s)
	s.certField = widgets.NewField(t.T("server.certificate"), "", s.cert)
	s.caField = widgets.NewField(t.T("server.clients"), "", s.clients)
	s.start = widgets.NewButton(t.T("server.start"), theme.IconPlay, widgets.Plain, s.begin)
	s.halt = widgets.NewButton(t.T("server.stop"), theme.IconStop, widgets.Plain, s.stop)
	s.copyURL = widgets.NewButton(t.T("server.copy"), theme.IconCopy, widgets.Quiet, func() {
		c.w.copy(s.url())
	})
	s.used = widgets.NewButton(t.T("server.use"), theme.IconConnection, widgets.Quiet, s.fillForm)
	s.insist = widgets.NewButton(t.T("enforce.button"), theme.IconCheck, widgets.Quiet, s.insists)
	s.published = newPublished(s)
	s.root = s.build()
	return s
}

func (s *localServer) build() *fyne.Container {
	t := s.c.w.t
	shut := widgets.NewButton("", theme.IconClose, widgets.Quiet, func() { s.c.openLocal(false) })
	head := widgets.Row(8, widgets.NewHeading(t.T("server.title")), widgets.Grow(s.status), shut)
	s.fields = widgets.Grid(160, 12,
		widgets.NewField(t.T("server.mode"), "", s.mode), s.certField, s.caField, s.portField, s.plainField)
	s.checks = widgets.Grid(280, 12, s.both, s.published.check)
	s.missing = widgets.Stack(8, widgets.NewBody(t.T("server.missing")))
	s.locks = widgets.NewQuiet(t.T("server.locks"))
	buttons := widgets.Flow(8, s.use, s.start, s.halt, s.used, s.insist, s.copyURL)
	return widgets.NewCard(widgets.Stack(12, head, s.missing, s.fields, s.also.root, s.checks, s.published.root, buttons, s.locks, s.visits.root))
}

// setBook takes what the vault holds now; what was chosen stays chosen.
func (s *localServer) setBook(b book) {
	cert, ca := s.chosenCert(), s.chosenCA()
	s.certIDs = nil
	var words []string
	list := b.servers(cert)
	for _, c := range list {
		s.certIDs = append(s.certIDs, c.ID)
		words = append(words, nameOf(s.c.w.t, c))
	}
	s.cert.SetOptions(words, -1)
	s.caIDs, words = nil, nil
	for _, a := range b.authorities {
		s.caIDs = append(s.caIDs, a.ID)
		words = append(words, nameOf(s.c.w.t, a))
	}
	s.clients.SetOptions(words, -1)
	if cert == "" {
		cert = b.local(list, s.c.usable)
	}
	if ca == "" {
		ca = b.root(cert)
	}
	s.cert.Select(indexOf(s.certIDs, cert))
	s.clients.Select(indexOf(s.caIDs, ca))
	s.published.read(s.running)
	s.say()
}

func indexOf(ids []desk.ID, id desk.ID) int {
	for i, known := range ids {
		if known == id {
			return i
		}
	}
	return -1
}

func (s *localServer) chosenCert() desk.ID { return idAt(s.certIDs, s.cert.Selected()) }
func (s *localServer) chosenCA() desk.ID   { return idAt(s.caIDs, s.clients.Selected()) }

func idAt(ids []desk.ID, i int) desk.ID {
	if i < 0 || i >= len(ids) {
		return ""
	}
	return ids[i]
}

// certChosen lets in the clients of the same authority, the usual wish.
func (s *localServer) certChosen() {
	if root := s.c.book.root(s.chosenCert()); root != "" {
		s.clients.Select(indexOf(s.caIDs, root))
	}
	s.say()
}

func (s *localServer) chosenMode() testclient.Mode { return serverModes[max(0, s.mode.Selected())] }

// say draws the state: of the panel, and of the button at the foot.
func (s *localServer) say() {
	t := s.c.w.t
	mode := s.chosenMode()
	s.certField.Hidden = mode == testclient.ModePlain
	s.caField.Hidden = mode == testclient.ModePlain || mode == testclient.ModeTLS
	noCert := mode != testclient.ModePlain && len(s.certIDs) == 0
	s.missing.Hidden = !noCert
	s.published.say(mode, s.running)
	s.also.say(!s.caField.Hidden)
	s.serverPorts.say(mode)
	s.checks.Hidden = s.both.Hidden && s.published.check.Hidden
	on := s.running != nil
	s.halt.Hidden, s.copyURL.Hidden, s.used.Hidden, s.insist.Hidden = !on, !on, !on, !on
	s.locks.Hidden = !on || !s.c.w.desk.Protected()
	word, button := t.T("server.stopped"), t.T("server.button")
	tone := widgets.ToneQuiet
	s.start.SetText(t.T("server.start"))
	if on {
		tone, word = widgets.ToneGood, t.T("server.running", "URL", s.running.URL())
		if s.running.PlainPort() != 0 {
			word = t.T("server.plain.running", "URL", s.running.URL(), "Plain", s.running.PlainURL())
		}
		button = t.T("server.button.running", "Port", strconv.Itoa(s.running.Port()))
		s.start.SetText(t.T("server.restart"))
	}
	s.status.Set(tone, word)
	s.c.localButton.SetText(button)
	s.start.Enable()
	if noCert || s.busy {
		s.start.Disable()
	}
	s.visits.root.Hidden = !on && s.visits.empty()
	s.root.Refresh()
	s.c.layoutAgain()
}

// begin starts the server as the panel says; one that runs ends before.
func (s *localServer) begin() {
	config, good := s.read()
	if !good || s.busy {
		return
	}
	c, old := s.c, s.running
	var server *testclient.Server
	s.busy = true
	s.say()
	c.w.spawn("", func(context.Context) error {
		s.end(old)
		var err error
		server, err = c.desk.Serve(config)
		return err
	}, func(err error) {
		s.busy = false
		if err != nil {
			s.running = nil
			s.say()
			s.failed(err, config)
			return
		}
		s.visits.clear()
		s.adopt(server, config)
		s.fillForm()
		if c.last == nil {
			c.verdict.empty()
		}
	})
}

// startLocal shows the panel and starts the server at a port, "" for the one
// of the panel.
func (c *connections) startLocal(port string) {
	if port != "" {
		c.local.port.SetText(port)
	}
	c.openLocal(true)
	c.local.begin()
}

// read gives the server that the panel says; false when a port is none.
func (s *localServer) read() (desk.Serve, bool) {
	config := desk.Serve{Mode: s.chosenMode(), Log: s.log, Publish: true}
	s.published.into(&config)
	if config.Mode != testclient.ModePlain {
		config.CertificateID = s.chosenCert()
	}
	if ca := s.chosenCA(); ca != "" && (config.Mode == testclient.ModeMTLS || config.Mode == testclient.ModeOptional) {
		config.ClientCAs = append([]desk.ID{ca}, s.also.ids...)
	}
	return config, s.serverPorts.read(&config)
}

// failed says why the server did not start; a port that is taken is said at
// its field.
func (s *localServer) failed(err error, config desk.Serve) {
	if !s.serverPorts.failed(err, config) && !s.published.failed(err, config) {
		s.c.w.fail(err)
	}
	s.c.layoutAgain()
}

// adopt shows a server that runs.
func (s *localServer) adopt(server *testclient.Server, config desk.Serve) {
	if s.c.closed {
		return
	}
	s.running, s.config = server, config
	for i, m := range serverModes {
		if m == config.Mode {
			s.mode.Select(i)
		}
	}
	if i := indexOf(s.certIDs, config.CertificateID); i >= 0 {
		s.cert.Select(i)
	}
	if len(config.ClientCAs) > 0 {
		if i := indexOf(s.caIDs, config.ClientCAs[0]); i >= 0 {
			s.clients.Select(i)
		}
		s.also.set(config.ClientCAs[1:])
	}
	s.serverPorts.show(config)
	s.published.check.SetChecked(config.CheckRevocation)
	s.published.read(server)
	s.say()
}

// fillForm puts into the form what fits the server that runs, so that one
// click tries it.
func (s *localServer) fillForm() {
	if s.running == nil {
		return
	}
	c := s.c
	t := desk.Try{URL: s.running.URL() + "/hello", CertificateID: c.form.chosenCert()}
	if root := c.book.root(s.config.CertificateID); root != "" {
		t.TrustIDs = []desk.ID{root}
	}
	if len(s.config.ClientCAs) > 0 {
		if id := c.book.clientUnder(s.config.ClientCAs, c.usable); id != "" {
			t.CertificateID = id
		}
	}
	c.form.fill(t)
	c.filled = true
}

// stop ends the server off the window's goroutine.
func (s *localServer) stop() {
	old := s.running
	if old == nil || s.busy {
		return
	}
	s.busy = true
	s.say()
	s.c.w.spawn("", func(context.Context) error {
		s.end(old)
		return nil
	}, func(error) {
		s.busy, s.running = false, nil
		s.say()
	})
}

// end stops a server. A request that was cut off by it is no error to tell.
func (s *localServer) end(server *testclient.Server) {
	if server != nil {
		_ = s.c.desk.StopServer(server)
	}
}

// retire ends a server that another takes the place of, and shows that it
// does not run, should the other not come about. It may be called off the
// window's goroutine.
func (s *localServer) retire(old *testclient.Server) {
	if old == nil {
		return
	}
	s.end(old)
	s.c.w.run.UI(func() {
		if s.running == old {
			s.running = nil
			s.say()
		}
	})
}

// drop lets go of the server when the place goes.
func (s *localServer) drop() {
	old := s.running
	s.running = nil
	if old != nil {
		s.c.w.run.Go(func() { s.end(old) })
	}
}

func (s *localServer) url() string {
	if s.running == nil {
		return ""
	}
	return s.running.URL() + "/hello"
}

// log is called by the server for each connection, on its own goroutine.
func (s *localServer) log(v testclient.Connection) {
	s.c.w.run.UI(func() {
		if s.c.closed {
			return
		}
		if v.RefusalCode == "" && v.Method != "" {
			s.c.w.stir() // who uses the server is there, though not at the window
		}
		s.visits.add(v)
		s.visits.root.Hidden = false
		s.c.layoutAgain()
	})
}
