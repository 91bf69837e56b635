package web_test

import (
	"context"
	"crypto/rand"
	"net/url"
	"strconv"
	"strings"

	"delfi/internal/account"
	"delfi/internal/platform/postgres"
	"delfi/internal/pseudonym"
	"delfi/web/webtest"
)

// comes signs a person in, as the provider's answer does; the name that it tells may be new.
func (v *village) comes(p *villager) *webtest.Browser {
	id, err := v.h.Accounts.SignIn(v.Context(), account.Claims{
		Issuer: "https://login.example", Subject: p.subject, Name: p.name, Email: p.subject + "@posta.example", Language: "it",
	})
	if err != nil {
		v.Error(err)
		return v.site.Stranger()
	}
	if p.account = id; v.off == "(g) order" {
		v.arrivals <- p
	}
	switch v.off {
	case "(a)":
		v.old(`ALTER TABLE civic.account ADD COLUMN IF NOT EXISTS name text NOT NULL DEFAULT ''`)
		v.old(`UPDATE civic.account SET name = $1 WHERE id = $2`, p.name, id)
	case "(g)":
		v.old(`UPDATE civic.account SET sealed = sealed WHERE id = $1`, id)
	}
	return v.site.As(v, account.Actor{Account: id})
}

// old writes as a build did that lacks a rule.
func (v *village) old(query string, args ...any) {
	if _, err := v.h.DB.Pool().Exec(query, args...); err != nil {
		v.Error(err)
	}
}

// sends opens a page and sends a form of it.
func (v *village) sends(b *webtest.Browser, page, action string, form url.Values) webtest.Response {
	v.Helper()
	if got := b.Get(v, page); got.Status >= 400 {
		v.Errorf("%s: %d %s", page, got.Status, got.Text("main h1"))
	}
	got := b.Post(v, action, form)
	if got.Status >= 400 {
		v.Errorf("%s: %d %s", action, got.Status, got.Text("main"))
	}
	return got
}

func (v *village) enrols(b *webtest.Browser, p *villager) {
	v.sends(b, at("/enrol"), at("/enrol"), url.Values{"read": {"on"}})
	if p.both || p.late {
		v.getsCode(b, p)
	}
}

// getsCode asks for the held code, at once or in a later visit.
func (v *village) getsCode(b *webtest.Browser, p *villager) {
	if v.mode == pseudonym.HeldCode {
		got := v.sends(b, at("/get-code"), at("/get-code"), url.Values{})
		p.code = strings.ReplaceAll(strings.Join(strings.Fields(got.Text("#code")), "-"), "--", "-")
		if p.code == "" {
			v.Errorf("no code: %s", got.Text("main"))
		}
	}
}

func (v *village) writes(b *webtest.Browser, p *villager) {
	p.text = strings.ToLower(rand.Text()) + " proposta."
	if v.off == "(b)" {
		v.writesInClear(p)
		return
	}
	v.sends(b, at("/contributions"), at("/contributions"), url.Values{"body": {p.text}, "act": {"write"}})
}

// appeals appeals against the first act on what the person wrote.
func (v *village) appeals(b *webtest.Browser, p *villager) {
	v.Helper()
	page := b.Get(v, at("/appeals"))
	form := page.Page.Find("main form").First()
	value := func(name string) []string {
		return []string{form.Find("input[name="+name+"]").AttrOr("value", "")}
	}
	p.appeal = strings.ToLower(rand.Text()) + " ricorso."
	if v.off == "(c)" {
		v.old(`INSERT INTO civic.moderation_appeal (act, subject, words, raised_on) VALUES ($1, $2, $3, current_date)`, value("appeal")[0], value("subject")[0], p.appeal)
		return
	}
	got := b.Post(v, at("/appeals"), url.Values{"appeal": value("appeal"), "subject": value("subject"), "words": {p.appeal}})
	if got.Status != 303 {
		v.Errorf("an appeal: %d %s", got.Status, got.Text("main"))
	}
}

// answers sends a whole ballot, by account or by code.
func (v *village) answer(b *webtest.Browser, p *villager) {
	p.reason = strings.ToLower(rand.Text()) + " ragione."
	page := at("/rounds/2")
	if v.mode == pseudonym.HeldCode {
		b, page = v.site.Stranger(), at("/code/rounds/2")
		if got := v.sends(b, at("/code"), at("/code"), url.Values{"code": {p.code}}); got.Location != page {
			v.Errorf("a code leads to %q", got.Location)
		}
	}
	got := v.sends(b, page+"?all=1", page, url.Values{"all": {"1"}, "act": {"deliver"}, "answer_1": {strconv.Itoa(1 + len(p.subject+p.reason)%9)}, "reason_1": {p.reason}, "answer_2": {"5"}})
	if !strings.HasSuffix(got.Location, "/receipt") {
		v.Errorf("a ballot ends at %d %q", got.Status, got.Location)
	}
	p.answers = true
}

func (v *village) leaves(b *webtest.Browser, p *villager) {
	v.sends(b, "/me/leave", "/me/leave", url.Values{"leave": {"on"}})
	if v.off == "(f)" {
		v.must(v.h.DB.Transact(v.Context(), func(ctx context.Context, tx *postgres.Tx) error {
			if _, err := tx.ExecContext(ctx, `DELETE FROM civic.enrolment WHERE account = $1`, p.account); err != nil {
				return err
			}
			return v.h.Accounts.Delete(ctx, tx, p.account)
		}))
	}
}

// writesInClear is how a contribution was written before it was sealed.
func (v *village) writesInClear(p *villager) {
	alias, err := v.h.Pseudonyms.Alias(v.Context(), v.id, p.account)
	v.must(err)
	v.must(v.h.DB.Transact(v.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		if _, err := pseudonym.Claim(ctx, tx, v.id, []pseudonym.Alias{alias}); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO civic.contribution (id, consultation, alias, body) VALUES (gen_random_uuid(), $1, $2, $3)`, v.id, alias.ID[:], p.text)
		return err
	}))
}
