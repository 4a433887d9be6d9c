package ui

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// partnerKit shows what a partner needs from us, and writes it.
type partnerKit struct {
	w       *Window
	desk    *desk.Desk
	page    desk.PartnerPage
	kit     desk.Kit
	options desk.KitOptions

	what     *widgets.Text
	files    *fyne.Container
	path     *widgets.Input
	pathIn   *widgets.Field
	language *widgets.Select
	secret   *widgets.Check // nil when there is no key to send
	warning  *widgets.Notice
	save     *widgets.Button
	cancel   *widgets.Button
	sent     *widgets.Button
	trouble  *fyne.Container
	rest     *fyne.Container // all but the trouble; hidden while there is nothing to send
	form     *fyne.Container
	body     *fyne.Container
	root     *fyne.Container
}

func newPartnerKit(w *Window, page desk.PartnerPage) *partnerKit {
	k := &partnerKit{w: w, desk: w.desk, page: page, files: widgets.Stack(12), trouble: widgets.Stack(0)}
	t, name := w.t, pki.Escape(page.Name)
	k.path = widgets.NewInput("", func(string) {
		k.pathIn.SetFault("")
		k.ask(nil)
	})
	k.path.OnSubmitted = func(string) { k.write(false) }
	k.pathIn = widgets.NewField(t.T("save.path"), t.T("partners.kit.path.hint"), k.path)
	var languages []string
	for _, l := range i18n.Languages() {
		languages = append(languages, ownNames[l])
	}
	k.language = widgets.NewSelect("", languages, max(0, slices.Index(i18n.Languages(), t.Language())), nil)
	k.warning = widgets.NewNotice(widgets.ToneSoon, t.T("partners.kit.secret.title"), t.T("partners.kit.secret.text"))
	k.warning.Hide()
	k.trouble.Hide()
	k.save = widgets.NewButton(t.T("partners.kit.write"), theme.IconExport, widgets.Primary, func() { k.write(false) })
	k.cancel = widgets.NewButton(t.T("cancel"), "", widgets.Plain, w.back)
	k.what = widgets.NewBody(i18n.Sentences(t.T("partners.kit.text", "Name", name), t.T("partners.kit.public")))
	parts := []fyne.CanvasObject{k.what, widgets.NewCard(k.files)}
	if k.hasKey() {
		k.secret = widgets.NewCheck(t.T("partners.kit.with-key"), false, func(on bool) {
			k.options.Secret = on
			k.warning.Hidden = !on
			words := t.T("partners.kit.text", "Name", name)
			if !on {
				words = i18n.Sentences(words, t.T("partners.kit.public"))
			}
			k.what.SetText(words)
			k.refresh()
		})
		parts = append(parts, k.secret, k.warning)
	}
	k.rest = widgets.Stack(16, append(parts, widgets.AtMost(320, widgets.NewField(t.T("partners.kit.language"), "", k.language)), widgets.AtMost(640, k.pathIn))...)
	k.form = widgets.Stack(16, k.trouble, k.rest)
	k.body = widgets.Stack(0, k.form)
	scroll := container.NewVScroll(widgets.Inset(0, gutter, 2, 2, k.body))
	middle := &fyne.Container{Layout: &settleLayout{scroll}, Objects: []fyne.CanvasObject{scroll}}
	title := widgets.NewTitle(t.T("partners.kit.heading", "Name", name)).Truncate()
	k.root = container.NewBorder(widgets.Inset(0, 0, 12, 0, widgets.Row(12, widgets.Grow(title), k.cancel, k.save)), nil, nil, nil, middle)
	k.path.SetText(filepath.Join(exportFolder(w.opt.Folder), "kit-for-"+strings.ToLower(desk.FileName(page.Name))+".zip"))
	return k
}

// hasKey tells whether we made a certificate for them with its key.
func (k *partnerKit) hasKey() bool {
	return slices.ContainsFunc(k.page.Routes, func(r desk.RoutePage) bool { return r.TheirCertificate != nil && r.TheirCertificate.HasKey })
}

func (k *partnerKit) content() fyne.CanvasObject { return k.root }

// close leaves no password on a screen that nobody sees.
func (k *partnerKit) close() {
	k.options, k.kit = desk.KitOptions{}, desk.Kit{}
	k.body.RemoveAll()
}

// refresh gathers what the kit holds.
func (k *partnerKit) refresh() {
	if len(k.body.Objects) == 0 || k.body.Objects[0] != k.form {
		return // it is written already
	}
	var kit desk.Kit
	d, id, o := k.desk, k.page.ID, k.options
	k.w.spawn("", func(context.Context) error {
		var err error
		if o.Secret && o.Password == "" {
			if o.Password, err = d.NewPassword(); err != nil {
				return err
			}
		}
		kit, err = d.Kit(id, o)
		return err
	}, func(err error) {
		if err != nil {
			said := explain(k.w.t, err)
			k.save.Disable()
			k.rest.Hide()
			k.ask(widgets.NewNotice(widgets.ToneSoon, said.title, said.body()))
			return
		}
		k.kit, k.options = kit, o
		k.save.Enable()
		k.rest.Show()
		k.show()
	})
}

// show lists the files of the kit.
func (k *partnerKit) show() {
	t := k.w.t
	k.files.RemoveAll()
	for n, f := range k.kit.Files {
		if n > 0 {
			k.files.Add(widgets.Rule())
		}
		words := widgets.Stack(0, widgets.NewLabel(f.Name), widgets.NewBody(t.KitFile(f.What, f.Facts["role"])))
		if print := f.Facts["sha256"]; print != "" && f.What != desk.KitAuthorityDER && f.What != desk.KitChain {
			words.Add(k.w.fingerprint(print))
		}
		k.files.Add(words)
	}
	k.files.Add(widgets.Rule())
	k.files.Add(widgets.Stack(0, widgets.NewLabel(desk.ReadmeFile), widgets.NewBody(t.T("partners.kit.readme"))))
	k.settle()
}

func (k *partnerKit) settle() {
	k.body.Refresh()
	k.root.Refresh()
}

// ask shows a question above the form, or takes it away.
func (k *partnerKit) ask(question fyne.CanvasObject) {
	k.trouble.RemoveAll()
	k.trouble.Hidden = question == nil
	if question != nil {
		k.trouble.Add(question)
	}
	if k.root != nil {
		k.settle()
	}
}

func (k *partnerKit) write(replace bool) {
	path := strings.TrimSpace(k.path.Text)
	if !filepath.IsAbs(path) {
		k.pathIn.SetFault(k.w.t.T("save.absolute"))
		k.settle()
		return
	}
	d, kit, o := k.desk, k.kit, k.options
	words := i18n.New(i18n.Languages()[max(0, k.language.Selected())])
	k.save.SetBusy(true)
	k.w.spawn(k.w.t.T("save.doing"), func(context.Context) error {
		return d.WriteKit(path, kit, o, words.KitReadme(kit.Facts, kit.FileFacts()), replace)
	}, func(err error) {
		k.save.SetBusy(false)
		t := k.w.t
		switch {
		case errors.Is(err, desk.ErrFileExists):
			k.ask(widgets.NewNotice(widgets.ToneSoon, t.T("export.exists", "Name", filepath.Base(path)), t.T("export.exists.text"),
				widgets.NewButton(t.T("export.replace"), "", widgets.Danger, func() { k.write(true) })))
		case err != nil:
			k.w.fail(err)
		default:
			k.written(path)
		}
	})
}

// written says what to do with the kit, and shows the password once.
func (k *partnerKit) written(path string) {
	t, name := k.w.t, pki.Escape(k.page.Name)
	k.save.Hide()
	k.cancel.Hide()
	parts := []fyne.CanvasObject{
		widgets.NewNotice(widgets.ToneGood, t.T("partners.kit.written"), pki.Escape(path)),
		widgets.NewBody(t.T("partners.kit.next", "Name", name)),
	}
	if k.options.Secret {
		parts = append(parts, widgets.NewCard(widgets.Stack(8, widgets.NewBody(t.T("partners.kit.password")),
			widgets.NewFacts(t.T("copy"), k.w.copySecret, widgets.Fact{Label: t.T("export.password"), Value: k.options.Password, Mono: true, Copy: k.options.Password}))))
	}
	for _, f := range k.kit.Files {
		if print := f.Facts["sha256"]; f.What == desk.KitAuthority || f.What == desk.KitRequest {
			parts = append(parts, widgets.NewCard(widgets.Stack(4, widgets.NewLabel(f.Name), k.w.fingerprint(print))))
		}
	}
	k.sent = widgets.NewButton(t.T("partners.kit.mark"), theme.IconCheck, widgets.Primary, k.markSent)
	later := widgets.NewButton(t.T("partners.kit.later"), "", widgets.Plain, k.w.back)
	parts = append(parts, leading(k.sent, later))
	k.body.RemoveAll()
	k.body.Add(widgets.Stack(16, parts...))
	k.settle()
}

func (k *partnerKit) markSent() {
	d, id, prints, t, name := k.desk, k.page.ID, k.kit.Prints, k.w.t, pki.Escape(k.page.Name)
	k.w.background("", func(context.Context) error {
		_, err := d.MarkSent(id, prints)
		return err
	}, func() {
		k.w.back()
		k.w.notify(t.T("partners.kit.sent", "Name", name))
	})
}
