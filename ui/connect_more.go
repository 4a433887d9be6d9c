package ui

import (
	"cmp"
	"crypto/tls"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"

	"countersign/testclient"
	"countersign/ui/desk"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// moreParts are the fields that most tries leave alone.
type moreParts struct {
	method, lowest, highest        *widgets.Select
	redirects                      *widgets.Select
	serverName, address, timeout   *widgets.Input
	stage, proxy, bodyFile, keyLog *widgets.Input
	headers, body                  *widgets.Input
	certFiles, trustFiles          *widgets.Input
	password                       *widgets.Secret
	sendChain                      *widgets.Check

	timeoutField, headersField, stageField *widgets.Field
	certFilesField, trustFilesField        *widgets.Field
	certPart, trustPart, filesPart         *fyne.Container
}

func (f *tryForm) buildMore() *fyne.Container {
	t := f.w.t
	versions := make([]string, len(tryVersions))
	for i, v := range tryVersions {
		versions[i] = t.T("connect.version.any")
		if v != 0 {
			versions[i] = tls.VersionName(v)
		}
	}
	f.method = widgets.NewSelect("", tryMethods, 0, nil)
	f.lowest = widgets.NewSelect("", versions, 0, nil)
	f.highest = widgets.NewSelect("", versions, 0, nil)
	f.redirects = widgets.NewSelect("", []string{t.T("try.redirects.off"), t.T("try.redirects.on")}, 0, nil)
	f.serverName = widgets.NewInput(t.T("connect.server-name.placeholder"), nil)
	f.address = widgets.NewInput(t.T("connect.address.placeholder"), nil)
	f.timeout = widgets.NewInput("10", nil)
	f.stage = widgets.NewInput(t.T("try.stage.placeholder"), nil)
	f.proxy = widgets.NewInput("http://proxy:8080", nil)
	f.headers = widgets.NewLines("Accept: application/json", 2, nil)
	f.body = widgets.NewLines("", 2, nil)
	f.timeoutField = widgets.NewField(t.T("connect.timeout"), "", f.timeout)
	f.stageField = widgets.NewField(t.T("try.stage"), "", f.stage)
	f.headersField = widgets.NewField(t.T("connect.headers"), "", f.headers)
	small := widgets.Stack(12, // three times three, at each width
		widgets.Columns(12, widgets.NewField(t.T("connect.method"), "", f.method),
			widgets.NewField(t.T("connect.lowest"), "", f.lowest),
			widgets.NewField(t.T("connect.highest"), "", f.highest)),
		widgets.Columns(12, widgets.NewField(t.T("try.redirects"), "", f.redirects), f.timeoutField, f.stageField),
		widgets.Columns(12, widgets.NewField(t.T("connect.server-name"), t.T("connect.server-name.hint"), f.serverName),
			widgets.NewField(t.T("connect.address"), t.T("connect.address.hint"), f.address),
			widgets.NewField(t.T("try.proxy"), t.T("try.proxy.hint"), f.proxy)))
	large := widgets.Grid(280, 12, f.headersField, widgets.NewField(t.T("connect.body"), t.T("try.body.hint"), f.body))
	return widgets.NewCard(widgets.Stack(12, f.buildFiles(), small, large, f.buildPaths()))
}

// buildFiles are the files to present and to trust, each shown when chosen.
func (f *tryForm) buildFiles() *fyne.Container {
	t := f.w.t
	f.certFiles = widgets.NewLines("client.pem\nclient.key", 2, func(string) { f.certFilesField.SetFault("") })
	f.password = widgets.NewSecret("", nil, nil)
	f.trustFiles = widgets.NewLines("root.pem", 2, func(string) { f.trustFilesField.SetFault("") })
	add := func(to *widgets.Input) fyne.CanvasObject {
		return widgets.NewButton(t.T("import.file"), theme.IconFile, widgets.Plain, func() {
			f.browse(func(path string) { to.SetText(strings.TrimSpace(to.Text + "\n" + path)) })
		})
	}
	f.certFilesField = widgets.NewField(t.T("try.cert-files"), t.T("try.cert-files.hint"), widgets.RowTop(8, widgets.Grow(f.certFiles), add(f.certFiles)))
	f.trustFilesField = widgets.NewField(t.T("try.trust-files"), "", widgets.RowTop(8, widgets.Grow(f.trustFiles), add(f.trustFiles)))
	f.sendChain = widgets.NewCheck(t.T("try.send-chain"), false, nil)
	f.certPart = widgets.Stack(8, widgets.Grid(280, 12, f.certFilesField, widgets.NewField(t.T("try.cert-password"), "", f.password)), f.sendChain)
	f.trustPart = widgets.Grid(280, 12, f.trustFilesField)
	f.filesPart = widgets.Stack(12, f.certPart, f.trustPart)
	return f.filesPart
}

// buildPaths are the body from a file, and the key log.
func (f *tryForm) buildPaths() *fyne.Container {
	t := f.w.t
	f.bodyFile = widgets.NewInput("", nil)
	f.keyLog = widgets.NewInput(t.T("try.key-log.placeholder"), func(string) { f.relayout() })
	choose := widgets.NewButton(t.T("import.file"), theme.IconFile, widgets.Plain, func() { f.browse(f.bodyFile.SetText) })
	return widgets.Grid(280, 12,
		widgets.NewField(t.T("try.body-file"), t.T("try.body-file.hint"), widgets.Row(8, widgets.Grow(f.bodyFile), choose)),
		widgets.NewField(t.T("try.key-log"), t.T("try.key-log.hint"), f.keyLog))
}

// showMoreParts shows the files that are asked for, and in red that secrets
// will be written.
func (f *tryForm) showMoreParts() {
	f.certPart.Hidden = f.chosenEntry() != fromFiles
	f.trustPart.Hidden = !f.chosenTrust().files
	f.filesPart.Hidden = f.certPart.Hidden && f.trustPart.Hidden
	f.logged.Hidden = strings.TrimSpace(f.keyLog.Text) == ""
}

// filesChosen opens More when its files are asked for.
func (f *tryForm) filesChosen() {
	f.relayout()
	if f.chosenEntry() == fromFiles || f.chosenTrust().files {
		f.openMore(true)
	}
}

func (f *tryForm) browse(took func(path string)) {
	dialog.ShowFileOpen(func(file fyne.URIReadCloser, err error) {
		if err != nil || file == nil {
			return
		}
		path := file.URI().Path()
		_ = file.Close() // only its path was wanted
		took(path)
	}, f.w.win)
}

// paths are those of a field, one a line.
func paths(text string) []string {
	var list []string
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			list = append(list, line)
		}
	}
	return list
}

// secondsText is a time as its field has it; "" for none.
func secondsText(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	return strconv.FormatFloat(d.Seconds(), 'f', -1, 64)
}

// fill puts a try into the form, and leaves the fields under More as new.
func (f *tryForm) fill(t desk.Try) {
	f.url.SetText(t.URL)
	f.chooseCert(t.CertificateID)
	f.chooseTrust(trusted{ids: t.TrustIDs, insecure: t.Insecure})
}

// fillAll puts a whole try into the form, and opens More when it has more.
func (f *tryForm) fillAll(t desk.Try) {
	f.fill(t)
	if len(t.TrustIDs) > 0 && !f.chosenTrust().same(trusted{ids: t.TrustIDs}) {
		f.addTrust(t.TrustIDs)
	}
	f.certFiles.SetText(strings.Join(t.CertFiles, "\n"))
	f.password.SetText(t.Password)
	f.trustFiles.SetText(strings.Join(t.TrustFiles, "\n"))
	f.sendChain.SetChecked(t.SendChain)
	if len(t.CertFiles) > 0 {
		f.chooseCert(fromFiles)
	}
	if len(t.TrustFiles) > 0 {
		f.chooseTrust(trusted{files: true})
	}
	f.bodyFile.SetText(t.BodyFile)
	f.proxy.SetText(t.Proxy)
	f.redirects.Select(min(1, t.Redirects))
	f.stage.SetText(secondsText(t.Stage))
	f.keyLog.SetText(t.KeyLog)
	f.method.Select(max(0, slices.Index(tryMethods, t.Method)))
	f.lowest.Select(max(0, slices.Index(tryVersions, t.MinVersion)))
	f.highest.Select(max(0, slices.Index(tryVersions, t.MaxVersion)))
	f.serverName.SetText(t.ServerName)
	f.address.SetText(t.Address)
	f.timeout.SetText(cmp.Or(secondsText(t.Timeout), "10"))
	var lines []string
	for name, values := range t.Header {
		for _, v := range values {
			lines = append(lines, name+": "+v)
		}
	}
	slices.Sort(lines)
	f.headers.SetText(strings.Join(lines, "\n"))
	f.body.SetText(string(t.Body))
	if t.BodyFile != "" || t.Proxy != "" || len(t.CertFiles)+len(t.TrustFiles) > 0 || len(t.Header) > 0 || len(t.Body) > 0 || t.ServerName != "" || t.Address != "" {
		f.openMore(true)
	}
}

// read gives the try that the form says; false when a field cannot be read,
// which the field then says.
func (f *tryForm) read() (desk.Try, bool) {
	trust := f.chosenTrust()
	t := desk.Try{
		URL: strings.TrimSpace(f.url.Text), CertificateID: f.chosenCert(),
		TrustIDs: trust.ids, Insecure: trust.insecure,
		Method:     tryMethods[max(0, f.method.Selected())],
		ServerName: strings.TrimSpace(f.serverName.Text), Address: strings.TrimSpace(f.address.Text),
		MinVersion: tryVersions[max(0, f.lowest.Selected())], MaxVersion: tryVersions[max(0, f.highest.Selected())],
		Body: []byte(f.body.Text), BodyFile: strings.TrimSpace(f.bodyFile.Text),
		Proxy: strings.TrimSpace(f.proxy.Text), KeyLog: strings.TrimSpace(f.keyLog.Text),
	}
	if f.chosenEntry() == fromFiles {
		t.CertFiles, t.Password, t.SendChain = paths(f.certFiles.Text), f.password.Text(), f.sendChain.Checked()
	}
	if trust.files {
		t.TrustFiles = paths(f.trustFiles.Text)
	}
	if f.redirects.Selected() == 1 {
		t.Redirects = testclient.MaxRedirects
	}
	var good, stageGood bool
	t.Stage, stageGood = readSeconds(f.stage.Text)
	f.stageField.SetFault(f.faultWords(stageGood, "connect.timeout.fault"))
	certGood := f.chosenEntry() != fromFiles || len(t.CertFiles) > 0
	f.certFilesField.SetFault(f.faultWords(certGood, "try.files.fault"))
	trustGood := !trust.files || len(t.TrustFiles) > 0
	f.trustFilesField.SetFault(f.faultWords(trustGood, "try.files.fault"))
	t.Timeout, good = readSeconds(f.timeout.Text)
	f.timeoutField.SetFault(f.faultWords(good, "connect.timeout.fault"))
	header, headersGood := readHeaders(f.headers.Text)
	t.Header = header
	f.headersField.SetFault(f.faultWords(headersGood, "connect.headers.fault"))
	all := good && headersGood && stageGood && certGood && trustGood
	if !all {
		f.openMore(true)
	}
	return t, all
}

func (f *tryForm) faultWords(good bool, key string) string {
	if good {
		return ""
	}
	return f.w.t.T(key)
}

// readSeconds reads a time in seconds, "" as none; up to an hour.
func readSeconds(text string) (time.Duration, bool) {
	text = strings.TrimSpace(text)
	if text == "" {
		return 0, true
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || n < 0.001 || n > 3600 {
		return 0, false
	}
	return time.Duration(n * float64(time.Second)), true
}

// readHeaders reads lines of "Name: value".
func readHeaders(text string) (http.Header, bool) {
	header := http.Header{}
	for line := range strings.SplitSeq(text, "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		name, value, found := strings.Cut(line, ":")
		if !found || strings.TrimSpace(name) == "" {
			return nil, false
		}
		header.Add(strings.TrimSpace(name), strings.TrimSpace(value))
	}
	if len(header) == 0 {
		return nil, true
	}
	return header, true
}

// forgetSecrets lets go of the password, and of what often holds a token or a
// password: headers, body and proxy.
func (f *tryForm) forgetSecrets() {
	f.password.SetText("")
	for _, line := range []*widgets.Input{f.headers, f.body, f.proxy} {
		line.SetText("")
	}
}
