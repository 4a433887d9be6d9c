package desk

import (
	"crypto/x509"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"countersign/pki"
)

// Errors of kits.
var (
	// ErrKitEmpty: there is nothing to send to the partner yet.
	ErrKitEmpty = errors.New("nothing to send")
	// ErrKitNoKey: a private key was asked for, and none was made for the partner.
	ErrKitNoKey = errors.New("no key that was made for the partner")
	// ErrKitSecret: a kit was about to hold a private key, or a password in its
	// text.
	ErrKitSecret = errors.New("a secret in the kit")
)

// The kinds of files in a kit.
const (
	KitAuthority    = "authority"     // our root, PEM
	KitAuthorityDER = "authority-der" // the same, DER
	KitBetween      = "between"       // the authorities between our root and what it signed, PEM
	KitRequest      = "request"       // ours, for them to sign
	KitCertificate  = "certificate"   // of theirs, that we signed
	KitChain        = "chain"         // that, and the authorities between it and our root
	KitBundle       = "bundle"        // that, with its private key and chain, as .p12
	KitOurs         = "ours"          // that we present, so that they know it
)

// ReadmeFile is the text of a kit.
const ReadmeFile = "README.txt"

// KitOptions say what a kit is to hold.
type KitOptions struct {
	Secret   bool   // also the private key of what we made for them, as .p12
	Password string // of the .p12; to be told on another way, never in the kit
}

// KitFile is one file of a kit. Facts are for its words: "name", "subject",
// "issuer", "serial", "sha256" (of the DER), "from" and "to" (RFC 3339), "role"
// ("client" or "server"; of an authority whom it is to check, "both" too; "" where
// that does not matter).
type KitFile struct {
	File
	What  string
	Facts map[string]string
}

// Kit is what to send to a partner: no private key, unless it was asked for.
type Kit struct {
	Partner Partner
	Facts   map[string]string // "partner", "from" (our authority), "date" (RFC 3339), "we-call" and "they-call" ("yes"), "we-call-url" and "they-call-url", "password" ("yes" with a .p12)
	Files   []KitFile
	Prints  []string // of what the checklist asks to be sent; for MarkSent
}

// FileFacts are the facts of each file, with "file" and "what", for the words of
// the text.
func (k Kit) FileFacts() []map[string]string {
	var list []map[string]string
	for _, f := range k.Files {
		facts := map[string]string{"file": f.Name, "what": f.What}
		for name, value := range f.Facts {
			facts[name] = value
		}
		list = append(list, facts)
	}
	return list
}

// packing is a kit being made.
type packing struct {
	d    *Desk
	kit  Kit
	have map[string]int // by SHA-256 and kind: the place in the kit
}

// Kit gathers what the partner needs from us now: our root for whom it is to
// check, the certificates that we signed for them, our requests. It writes
// nothing: WriteKit does. Errors: *NotFoundError, ErrKitEmpty, ErrKitNoKey,
// ErrEmptyPassword, ErrKitSecret.
func (d *Desk) Kit(id ID, o KitOptions) (Kit, error) {
	page, err := d.PartnerPage(id)
	if err != nil {
		return Kit{}, err
	}
	fail := func(err error) (Kit, error) { return Kit{}, fmt.Errorf("kit for %q: %w", page.Name, err) }
	p := packing{d: d, have: map[string]int{}, kit: Kit{Partner: page.Partner, Facts: map[string]string{
		"partner": pki.Escape(page.Name), "date": d.Now().UTC().Format(time.RFC3339),
	}}}
	if page.Authority != nil {
		p.kit.Facts["from"] = page.Authority.Name
	}
	secret := false
	for _, r := range page.Routes {
		p.kit.Facts[string(r.Direction)] = "yes"
		if r.URL != "" {
			p.kit.Facts[string(r.Direction)+"-url"] = pki.Escape(r.URL)
		}
		if err := p.route(page, r); err != nil {
			return fail(err)
		}
		if o.Secret && r.TheirCertificate != nil && r.TheirCertificate.HasKey {
			secret = true
			if err := p.bundle(r, o.Password); err != nil {
				return fail(err)
			}
		}
	}
	switch {
	case o.Secret && !secret:
		return fail(ErrKitNoKey)
	case len(p.kit.Files) == 0:
		return fail(ErrKitEmpty)
	}
	return p.kit, p.kit.mustBePublic()
}

// route packs what a direction takes.
func (p *packing) route(page PartnerPage, r RoutePage) error {
	ours, theirs := r.Direction.roles()
	if r.OurSigner == Us {
		from := page.Authority
		if r.Ours != nil {
			from = r.Ours
		}
		if err := p.authority(from, string(ours)); err != nil {
			return err
		}
	} else if r.OurRequest != nil && (r.Ours == nil || p.d.unfit(*r.Ours) != "") {
		if err := p.request(*r.OurRequest, string(ours)); err != nil {
			return err
		}
	}
	if r.TheirSigner == Us && r.TheirCertificate != nil {
		if err := p.authority(r.TheirCertificate, ""); err != nil { // it checks nobody there
			return err
		}
		role := string(theirs)
		if r.TheirCertificate.HasKey {
			role = "" // they have no key to it, unless with the bundle
		}
		if err := p.certificate(*r.TheirCertificate, KitCertificate, role); err != nil {
			return err
		}
	}
	if r.Ours != nil && p.d.unfit(*r.Ours) == "" {
		return p.certificate(*r.Ours, KitOurs, string(ours))
	}
	return nil
}

// authority packs the root above a certificate, and what is between them.
func (p *packing) authority(below *Certificate, role string) error {
	if below == nil {
		return nil
	}
	chain, err := p.d.chain(below.ID)
	if err != nil {
		return err
	}
	root := chain[len(chain)-1]
	name := FileName(nameOf(root)) + "-ca"
	p.add(KitFile{File{Name: name + ".pem", Data: pki.EncodeCertificates(root)}, KitAuthority, certFacts(root, role)}, pki.Fingerprint(root))
	p.add(KitFile{File{Name: name + ".der", Data: root.Raw}, KitAuthorityDER, certFacts(root, role)}, "")
	between := chain[:len(chain)-1]
	if !below.IsAuthority() && len(between) > 0 {
		between = between[1:]
	}
	if len(between) > 0 {
		p.add(KitFile{File{Name: FileName(nameOf(between[0])) + "-between.pem", Data: pki.EncodeCertificates(between...)},
			KitBetween, certFacts(between[0], role)}, "")
	}
	return nil
}

// certificate packs a certificate, with its chain where one is needed.
func (p *packing) certificate(c Certificate, what, role string) error {
	chain, err := p.d.chain(c.ID)
	if err != nil {
		return err
	}
	print := ""
	if what == KitCertificate {
		print = pki.Fingerprint(chain[0])
	}
	name := FileName(c.Name)
	p.add(KitFile{File{Name: name + ".pem", Data: pki.EncodeCertificates(chain[0])}, what, certFacts(chain[0], role)}, print)
	if what == KitCertificate && len(chain) > 2 {
		p.add(KitFile{File{Name: name + "-chain.pem", Data: pki.EncodeCertificates(chain[:len(chain)-1]...)}, KitChain, certFacts(chain[0], role)}, "")
	}
	return nil
}

func (p *packing) request(r Request, role string) error {
	whole, err := p.d.Request(r.ID)
	if err != nil {
		return err
	}
	print := printOf(whole.X509.Raw)
	p.add(KitFile{File{Name: FileName(r.Name) + ".csr", Data: pki.EncodeRequest(whole.X509)}, KitRequest, map[string]string{
		"name": r.Name, "subject": pki.Escape(whole.X509.Subject.String()), "sha256": print, "role": role,
	}}, print)
	return nil
}

// bundle packs what we made for them with its private key.
func (p *packing) bundle(r RoutePage, password string) error {
	f, err := p.d.Export(r.TheirCertificate.ID, P12, password)
	if err != nil {
		return err
	}
	chain, err := p.d.chain(r.TheirCertificate.ID)
	if err != nil {
		return err
	}
	_, theirs := r.Direction.roles()
	p.add(KitFile{f, KitBundle, certFacts(chain[0], string(theirs))}, "")
	p.kit.Facts["password"] = "yes"
	return nil
}

// add puts a file into the kit once; what serves both directions is for both.
func (p *packing) add(f KitFile, print string) {
	key := f.What + f.Facts["sha256"]
	if n, again := p.have[key]; again {
		switch facts, role := p.kit.Files[n].Facts, f.Facts["role"]; {
		case facts["role"] == "":
			facts["role"] = role
		case role != "" && role != facts["role"]:
			facts["role"] = string(pki.Both)
		}
		return
	}
	p.have[key] = len(p.kit.Files)
	f.Name = p.free(f.Name)
	p.kit.Files = append(p.kit.Files, f)
	if print != "" {
		p.kit.Prints = append(p.kit.Prints, print)
	}
}

// free is a file name that no other file of the kit has, whatever the case of
// its letters.
func (p *packing) free(name string) string {
	ext := filepath.Ext(name)
	try := name
	for n := 2; ; n++ {
		taken := strings.EqualFold(try, ReadmeFile)
		for _, f := range p.kit.Files {
			taken = taken || strings.EqualFold(f.Name, try)
		}
		if !taken {
			return try
		}
		try = fmt.Sprintf("%s-%d%s", strings.TrimSuffix(name, ext), n, ext)
	}
}

func certFacts(c *x509.Certificate, role string) map[string]string {
	return map[string]string{
		"name": nameOf(c), "subject": pki.Escape(c.Subject.String()), "issuer": pki.Escape(c.Issuer.String()),
		"serial": pki.Serial(c), "sha256": pki.Fingerprint(c), "role": role,
		"from": c.NotBefore.UTC().Format(time.RFC3339), "to": c.NotAfter.UTC().Format(time.RFC3339),
	}
}

// mustBePublic reads every file back: none but a bundle that was asked for
// holds a private key.
func (k Kit) mustBePublic() error {
	for _, f := range k.Files {
		if f.What == KitBundle {
			continue
		}
		items, err := pki.Decode(f.Data, "")
		if err != nil {
			return fmt.Errorf("read back %s: %w", f.Name, err)
		}
		for _, item := range items {
			if item.Kind != pki.ItemCertificate && item.Kind != pki.ItemRequest {
				return fmt.Errorf("%s: %w", f.Name, ErrKitSecret)
			}
		}
	}
	return nil
}

// WriteKit writes a kit with its text: into a .zip when the path ends so, else
// into a folder, which it makes when it is missing. Errors: *PathError,
// ErrKitSecret when the text holds the password.
func (d *Desk) WriteKit(path string, k Kit, o KitOptions, readme string, overwrite bool) error {
	if o.Password != "" && strings.Contains(readme, o.Password) {
		return fmt.Errorf("%s: %w", ReadmeFile, ErrKitSecret)
	}
	files := []File{{Name: ReadmeFile, Data: []byte(readme)}}
	secret := false
	for _, f := range k.Files {
		files, secret = append(files, f.File), secret || f.Secret
	}
	err := func() error {
		if !strings.EqualFold(filepath.Ext(path), ".zip") {
			return WriteFiles(path, files, overwrite)
		}
		if err := CheckTarget(path, overwrite); err != nil {
			return err
		}
		data, err := zipped(files, d.Now())
		if err != nil {
			return err
		}
		return WriteFile(path, File{Name: filepath.Base(path), Data: data, Secret: secret}, overwrite)
	}()
	if err != nil || d.ReadOnly() {
		return err
	}
	return d.notePartner("partner-kit", k.Partner, map[string]string{"file": filepath.Base(path)})
}
