package desk

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"countersign/pki"
	"countersign/storage"
)

// acme is a vault with an authority, and a partner of it.
func acme(t testing.TB, dirs ...Direction) (*Desk, Certificate, Partner) {
	t.Helper()
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Acme Root"))
	return d, root, d.mustPartner(t, "Globex", root.ID, dirs...)
}

func (d *Desk) mustPartner(t testing.TB, name string, authority ID, dirs ...Direction) Partner {
	t.Helper()
	p := Partner{Name: name, AuthorityID: authority}
	p.SetDirections(dirs...)
	p, err := d.AddPartner(p)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (d *Desk) mustChange(t testing.TB, id ID, change func(*Partner)) {
	t.Helper()
	if _, err := d.ChangePartner(id, change); err != nil {
		t.Fatal(err)
	}
}

// lineOf is a line of a partner's checklist.
func (d *Desk) lineOf(t testing.TB, id ID, dir Direction, code string) PartnerLine {
	t.Helper()
	_, r, err := d.routeOf(id, dir)
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(r.Lines, func(l PartnerLine) bool { return l.Code == code })
	if at < 0 {
		t.Fatalf("%s has no line %s: %+v", dir, code, r.Lines)
	}
	return r.Lines[at]
}

func (d *Desk) mustBe(t testing.TB, id ID, dir Direction, code string, want LineState) {
	t.Helper()
	if l := d.lineOf(t, id, dir, code); l.State != want {
		t.Errorf("%s, %s is %+v, want %s", dir, code, l, want)
	}
}

func TestPartnersThatAreNotKept(t *testing.T) {
	d, _, globex := acme(t, WeCall)
	both := func(change func(*Partner)) Partner {
		p := Partner{Name: "Initech"}
		p.SetDirections(Directions()...)
		change(&p)
		return p
	}
	for _, x := range []struct {
		name string
		p    Partner
		want error
	}{
		{"no name", both(func(p *Partner) { p.Name = " " }), ErrPartnerName},
		{"a name that is taken", both(func(p *Partner) { p.Name = " gLOBEX " }), ErrPartnerExists},
		{"no direction", both(func(p *Partner) { p.SetDirections() }), ErrPartnerDirection},
		{"an address without TLS", both(func(p *Partner) { p.WeCall.URL = "http://x.test/" }), ErrPartnerURL},
		{"an address without a host", both(func(p *Partner) { p.TheyCall.URL = "https://:8443/" }), ErrPartnerURL},
		{"an address that is none", both(func(p *Partner) { p.TheyCall.URL = "https://a b/%zz" }), ErrPartnerURL},
	} {
		t.Run(x.name, func(t *testing.T) {
			if _, err := d.AddPartner(x.p); !errors.Is(err, x.want) {
				t.Errorf("error %v, want %v", err, x.want)
			}
		})
	}
	if _, err := d.ChangePartner(globex.ID, func(p *Partner) { p.Name = "" }); !errors.Is(err, ErrPartnerName) {
		t.Errorf("changed: %v", err)
	}
	var missing *NotFoundError
	if _, err := d.PartnerPage("00"); !errors.As(err, &missing) || missing.What != "partner" {
		t.Errorf("no such partner: %v", err)
	}
	if _, err := d.FindPartner("nobody"); !errors.As(err, &missing) {
		t.Errorf("no such name: %v", err)
	}
	if _, _, err := d.routeOf(globex.ID, TheyCall); !errors.Is(err, ErrNoRoute) {
		t.Errorf("no such direction: %v", err)
	}
	if all, err := d.Partners(); err != nil || len(all) != 1 {
		t.Errorf("kept are %+v, %v", all, err)
	}
}

// TestPartnerIsTheSameWhenOpenedAgain: all that was noted is there, and no
// address keeps what may be secret of it: the record is not sealed.
func TestPartnerIsTheSameWhenOpenedAgain(t *testing.T) {
	d, root, globex := acme(t, Directions()...)
	d.mustChange(t, globex.ID, func(p *Partner) {
		p.WeCall.URL = "https://user:hidden-word@api.globex.test/v1?token=hidden-word#hidden-word"
		p.TheyCall.SetOurSigner(Them)
	})
	if _, err := d.MarkSent(globex.ID, []string{"aa:bb"}); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Open(d.Path(), testOptions())
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if err := again.Unlock(context.Background(), passphrase); err != nil {
		t.Fatal(err)
	}
	p, err := again.FindPartner("globex")
	if err != nil {
		t.Fatal(err)
	}
	if p.WeCall.URL != "https://api.globex.test/v1" || p.TheyCall.OurSigner != Them || p.WeCall.TheirSigner != Them ||
		!p.Sent["aa:bb"].Equal(fixed) || p.AuthorityID != root.ID || !p.Made.Equal(fixed) {
		t.Errorf("it is %+v, %+v, %+v", p, p.WeCall, p.TheyCall)
	}
}

// TestChecklistFollowsWhatIsThere: a line is open again when its certificate is
// gone, and follows one that is renewed.
func TestChecklistFollowsWhatIsThere(t *testing.T) {
	d, root, globex := acme(t, WeCall)
	ctx := context.Background()
	d.mustBe(t, globex.ID, WeCall, LineAuthority, LineDone)
	d.mustBe(t, globex.ID, WeCall, LineOurCertificate, LineOpen)
	d.mustBe(t, globex.ID, WeCall, LineTheirAuthority, LineWaiting)
	d.mustBe(t, globex.ID, WeCall, LineURL, LineWaiting)
	d.mustBe(t, globex.ID, WeCall, LineTry, LineOpen)
	r, err := d.SuggestOurs(globex.ID, WeCall)
	if err != nil || r.Kind != pki.Client || r.Subject.CommonName != "client-for-globex" {
		t.Fatalf("suggested is %+v, %v", r, err)
	}
	made, err := d.MakeOurs(ctx, globex.ID, WeCall, r)
	if err != nil {
		t.Fatal(err)
	}
	d.mustBe(t, globex.ID, WeCall, LineOurCertificate, LineDone)
	renewed, err := d.IssueAll(ctx, []IssueRequest{{IssuerID: root.ID, Replaces: made.ID, Request: r}})
	if err != nil {
		t.Fatal(err)
	}
	if l := d.lineOf(t, globex.ID, WeCall, LineOurCertificate); l.ID != renewed[0].ID {
		t.Errorf("the renewed one is not followed: %+v", l)
	}
	for _, id := range []ID{renewed[0].ID, made.ID} {
		if _, err := d.Revoke(ctx, []ID{id}, pki.Superseded, fixed); err != nil {
			t.Fatal(err)
		}
	}
	if l := d.lineOf(t, globex.ID, WeCall, LineOurCertificate); l.State != LineOpen || l.Why != string(Revoked) {
		t.Errorf("revoked it is %+v", l)
	}
	d.mustDelete(t, false, renewed[0].ID, made.ID)
	if l := d.lineOf(t, globex.ID, WeCall, LineOurCertificate); l.State != LineOpen || l.ID != "" {
		t.Errorf("deleted it is %+v", l)
	}
	kit, err := d.Kit(globex.ID, KitOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.MarkSent(globex.ID, kit.Prints); err != nil {
		t.Fatal(err)
	}
	d.mustBe(t, globex.ID, WeCall, LineAuthoritySent, LineDone)
	other := d.mustIssue(t, "", named(pki.Authority, "Acme Root 2"))
	d.mustChange(t, globex.ID, func(p *Partner) { p.AuthorityID = other.ID })
	d.mustBe(t, globex.ID, WeCall, LineAuthoritySent, LineOpen) // that one was not sent
	d.mustDelete(t, true, other.ID)
	d.mustBe(t, globex.ID, WeCall, LineAuthority, LineOpen)
	d.mustBe(t, globex.ID, WeCall, LineOurCertificate, LineLater)
	if _, err := d.MakeOurs(ctx, globex.ID, WeCall, r); !errors.Is(err, ErrNoPartnerAuthority) {
		t.Errorf("without an authority: %v", err)
	}
}

// TestMadeForAPartnerAllOrNothing: what cannot be noted with the partner is not
// made either.
func TestMadeForAPartnerAllOrNothing(t *testing.T) {
	d, _, globex := acme(t, WeCall)
	r, err := d.SuggestOurs(globex.ID, WeCall)
	if err != nil {
		t.Fatal(err)
	}
	refused := errors.New("refused")
	all, err := d.prepare(context.Background(), map[ID]opened{}, IssueRequest{IssuerID: globex.AuthorityID, Request: r}, fixed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.keepAllAnd(context.Background(), []*issued{all}, fixed, func(*storage.Tx, []Certificate) error { return refused }); !errors.Is(err, refused) {
		t.Errorf("kept: %v", err)
	}
	if _, err := d.makeRequestAnd(context.Background(), r, func(*storage.Tx, Request) error { return refused }); !errors.Is(err, refused) {
		t.Errorf("made: %v", err)
	}
	if list, err := d.Certificates(Filter{}); err != nil || len(list) != 0 {
		t.Errorf("certificates are %+v, %v", list, err)
	}
	if list, err := d.Requests(); err != nil || len(list) != 0 {
		t.Errorf("requests are %+v, %v", list, err)
	}
}

func TestStandInPlaysBothSides(t *testing.T) {
	d, root, globex := acme(t, Directions()...)
	ctx := context.Background()
	d.mustChange(t, globex.ID, func(p *Partner) {
		p.WeCall.URL, p.TheyCall.URL = "https://api.globex.test:9443/v1", "https://api.acme.test/orders"
	})
	if _, err := d.TryPartner(ctx, globex.ID, WeCall, false, nil); !errors.Is(err, ErrNoStandIn) {
		t.Errorf("without a stand-in: %v", err)
	}
	p, err := d.MakeStandIn(ctx, globex.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.MakeStandIn(ctx, globex.ID); !errors.Is(err, ErrStandInThere) {
		t.Errorf("a second one: %v", err)
	}
	if _, err := d.TryPartner(ctx, globex.ID, WeCall, false, nil); !errors.Is(err, ErrNoPartnerCertificate) {
		t.Errorf("without a certificate of ours: %v", err)
	}
	for _, dir := range Directions() {
		r, err := d.SuggestOurs(globex.ID, dir)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.MakeOurs(ctx, globex.ID, dir, r); err != nil {
			t.Fatal(err)
		}
		tried, err := d.TryPartner(ctx, globex.ID, dir, false, nil)
		if err != nil || !tried.Passed() || !tried.StandIn || tried.Status != 200 || len(tried.Server) != 1 {
			t.Errorf("%s: %+v, %v", dir, tried.PartnerTry, err)
		}
		d.mustBe(t, globex.ID, dir, LineTry, LineDone)
		if got := tried.Partner.Route(dir).Last; !got.Passed() || !got.StandIn || got.URL != tried.URL {
			t.Errorf("kept of it is %+v", got)
		}
	}
	if tried, _ := d.FindPartner("Globex"); !strings.HasPrefix(tried.WeCall.Last.URL, "https://api.globex.test:") ||
		!strings.HasPrefix(tried.TheyCall.Last.URL, "https://api.acme.test:") {
		t.Errorf("called by other names than the real ones: %+v, %+v", tried.WeCall.Last, tried.TheyCall.Last)
	}
	everyStandInIsMarked(t, d, p)
	if _, err := d.RemoveStandIn(globex.ID); err != nil {
		t.Fatal(err)
	}
	list, err := d.All()
	if err != nil || len(list) != 3 || slices.ContainsFunc(list, func(c Certificate) bool { return c.IssuerID != root.ID }) {
		t.Errorf("left are %+v, %v", list, err)
	}
	if _, err := d.RemoveStandIn(globex.ID); !errors.Is(err, ErrNoStandIn) {
		t.Errorf("removed again: %v", err)
	}
}

// everyStandInIsMarked: each certificate of a stand-in says so, ends soon, and
// none is below an authority of ours.
func everyStandInIsMarked(t *testing.T, d *Desk, p Partner) {
	t.Helper()
	ids := []ID{p.StandIn.AuthorityID, p.StandIn.ServerID, p.StandIn.ClientID}
	for _, id := range ids {
		whole, err := d.Detail(id)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(whole.X509.Subject.OrganizationalUnit, standInUnit) || !strings.HasPrefix(whole.Name, "Stand-in") ||
			whole.NotAfter.After(fixed.AddDate(0, 0, standInDays)) || whole.Chain[0].ID != p.StandIn.AuthorityID {
			t.Errorf("not marked: %+v", whole.Certificate)
		}
	}
}

// TestStandInSignsWhereTheyAreTo: with a request that is not answered, what the
// stand-in signed is presented.
func TestStandInSignsWhereTheyAreTo(t *testing.T) {
	d, _, globex := acme(t, Directions()...)
	d.mustChange(t, globex.ID, func(p *Partner) {
		p.WeCall.SetOurSigner(Them)
		p.TheyCall.SetOurSigner(Them)
	})
	if _, err := d.MakeStandIn(context.Background(), globex.ID); err != nil {
		t.Fatal(err)
	}
	for _, dir := range Directions() {
		tried, err := d.TryPartner(context.Background(), globex.ID, dir, true, nil)
		if err != nil || !tried.Passed() {
			t.Errorf("%s: %+v, %v", dir, tried.PartnerTry, err)
		}
	}
	if err := d.DeletePartner(globex.ID); err != nil {
		t.Fatal(err)
	}
	if list, err := d.All(); err != nil || len(list) != 1 {
		t.Errorf("left are %+v, %v", list, err)
	}
}

// TestFailedTryStandsOnThePage: with what it was, and that it passed before.
func TestFailedTryStandsOnThePage(t *testing.T) {
	d, _, globex := acme(t, WeCall)
	ctx := context.Background()
	r, err := d.SuggestOurs(globex.ID, WeCall)
	if err == nil {
		_, err = d.MakeOurs(ctx, globex.ID, WeCall, r)
	}
	if err == nil {
		_, err = d.MakeStandIn(ctx, globex.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.TryPartner(ctx, globex.ID, WeCall, false, nil); err != nil {
		t.Fatal(err)
	}
	their := newDesk(t)
	root := their.mustIssue(t, "", named(pki.Authority, "Globex Root"))
	d.trustKit(t, globex.ID, their.caFile(t, root.ID))
	d.mustChange(t, globex.ID, func(p *Partner) { p.WeCall.URL = "https://127.0.0.1:1/" })
	d.mustBe(t, globex.ID, WeCall, LineTry, LineOpen) // it passed with the stand-in only, and they can be called now
	tried, err := d.TryPartner(ctx, globex.ID, WeCall, false, nil)
	if err != nil || tried.StandIn || tried.Code != "refused" {
		t.Fatalf("it is %+v, %v", tried.PartnerTry, err)
	}
	l := d.lineOf(t, globex.ID, WeCall, LineTry)
	if l.State != LineOpen || l.Why != "refused" || tried.Partner.WeCall.Last.PassedAt.IsZero() {
		t.Errorf("the line is %+v, the try %+v", l, tried.Partner.WeCall.Last)
	}
	stop, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := d.TryPartner(stop, globex.ID, WeCall, true, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	if got, _ := d.Partner(globex.ID); got.WeCall.Last.Code != "refused" {
		t.Errorf("a try that was stopped is noted: %+v", got.WeCall.Last)
	}
}
