package me

import (
	"context"
	"strings"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/fault"
	"delfi/internal/login"
	"delfi/web/page"
)

// Services are what signing in needs.
type Services struct {
	Login   *login.Client
	Entry   Entry  // account.Service
	Kept           // what is kept, and leaving
	BaseURL string // where the provider leads back to after signing out, without a path
}

// Entry makes an account of claims.
type Entry interface {
	SignIn(ctx context.Context, c account.Claims) (uuid.UUID, error)
}

// Routes adds the room's routes to r.
func Routes(r chi.Router, k *page.Kernel, s Services) {
	r.Get("/sign-in", k.Handle(s.begin, page.Patient))
	r.Get("/sign-in/callback", k.Handle(s.finish, page.Patient))
	r.Post("/sign-out", k.Handle(s.leave))
	r.Get("/me", k.Handle(s.kept, page.SignedIn))
	r.Post("/me/take-back", k.Handle(s.takeBack, page.SignedIn))
	r.Post("/me/leave", k.Handle(s.goodbye, page.SignedIn))
	r.Post("/me/stay", k.Handle(s.stay, page.SignedIn))
}

// under is a sign-in under way, as the browser that began it is entrusted with.
type under struct {
	login.Attempt
	Next string // where to go after, language included
	Lang string // the callback's address has none
}

const (
	attemptKind = "attempt"
	idTokenKey  = "id_token"
	// longestNext is the longest address that a browser is entrusted with beside an
	// attempt; a longer one leads home.
	longestNext = 1500
)

// attemptName is the name of a state's attempt: so much of it that no two are alike.
func attemptName(state string) string { return state[:min(len(state), 16)] }

func (s Services) begin(q *page.Request) error {
	q.NoStore()
	next := page.Local(q.Query("next"))
	if q.Actor.SignedIn() && q.Query("as") == "" {
		return q.Leave(next)
	}
	attempt, address, err := s.Login.Begin(q.Context(), q.Query("as"), q.Lang)
	if err != nil {
		return err
	}
	if len(next) > longestNext {
		next = q.URL("/")
	}
	mine := under{Attempt: attempt, Next: next, Lang: q.Lang}
	if err := q.Entrust(attemptKind, attemptName(attempt.State), mine, login.Patience); err != nil {
		return err
	}
	return q.Leave(address)
}

func (s Services) finish(q *page.Request) error {
	q.NoStore()
	mine, err := take(q, q.Query("state"))
	if err != nil {
		return err
	}
	if mine.Lang != "" {
		q.Lang = mine.Lang
	}
	claims, idToken, err := s.Login.Finish(q.Context(), mine.Attempt, q.R.URL.Query())
	if err != nil {
		return err
	}
	claims.Language = q.Lang
	id, err := s.Entry.SignIn(q.Context(), claims)
	if err != nil {
		return err
	}
	if err := q.SignIn(id); err != nil {
		return err
	}
	// Signing out at the provider asks for the token that it gave.
	if err := q.Keep(idTokenKey, idToken); err != nil {
		return err
	}
	return q.Leave(mine.Next)
}

// take gives the attempt of a state, which is over then, even if it fails. Finish
// compares the state itself.
func take(q *page.Request, state string) (under, error) {
	var mine under
	if !q.Redeem(attemptKind, attemptName(state), &mine) || mine.State == "" {
		return under{}, fault.New(fault.Forbidden, "sign_in_unknown", "this browser began no such sign-in, or it was finished already: begin again")
	}
	return mine, nil
}

// leave signs out here, and at the provider where it can. A provider whose page
// for it has another origin than its issuer must be in page.Options.FormAction:
// otherwise the browser would stop at the form, and the person would think that
// nothing had happened.
func (s Services) leave(q *page.Request) error {
	q.NoStore()
	var idToken string
	if _, err := q.Recall(idTokenKey, &idToken); err != nil {
		return err
	}
	signedIn := q.Actor.SignedIn()
	if err := q.SignOut(); err != nil {
		return err
	}
	q.Flash("flash.signed_out")
	if signedIn {
		if at := s.Login.Leave(idToken, strings.TrimSuffix(s.BaseURL, "/")+"/"); at != "" && q.MayLead(at) {
			return q.Leave(at)
		}
	}
	return q.Redirect("/")
}
