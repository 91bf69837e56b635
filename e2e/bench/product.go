package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"delfi/e2e/bench/load"
	"delfi/internal/app"
	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/draft"
	"delfi/internal/consultation/steering"
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/platform/blob"
	"delfi/internal/platform/postgres"
	"delfi/internal/pseudonym"
)

// house is the services that bench speaks to in its own process: it seeds
// through them and plays the facilitator. Jobs are worked by the server.
type house struct {
	*app.App

	stop  func()
	ended chan error
	holds []func() error // of standing rounds, which a server takes back otherwise
}

// wire builds the house as a server does.
func wire(db *postgres.DB, keys pseudonym.Keys, folder string) (*house, error) {
	files, err := blob.NewFolder(folder)
	if err != nil {
		return nil, err
	}
	a, err := app.New(app.Options{DB: db, Keys: keys, Files: files, BaseURL: "http://localhost"})
	return &house{App: a}, err
}

// listen hears of changes from now on, as a server does: what a server keeps in
// memory while it hears of them is kept here too.
func (h *house) listen(ctx context.Context) error {
	ctx, h.stop = context.WithCancel(ctx)
	h.ended = make(chan error, 1)
	go func() { h.ended <- h.Changes.Run(ctx) }()
	for {
		if _, told := h.Consultations.Version(); told {
			return nil
		}
		select {
		case err := <-h.ended:
			h.ended <- err
			return errors.Join(errors.New("the database tells of no changes"), err)
		case <-time.After(time.Millisecond):
		}
	}
}

// hold keeps servers from taking back a standing round, which is that of an import
// that is never whole.
func (h *house) hold(ctx context.Context, id uuid.UUID) error {
	done, err := h.Consultations.Importing(ctx, id)
	if err == nil {
		h.holds = append(h.holds, done)
	}
	return err
}

// close ends listening and holding, and closes the pool.
func (h *house) close() error {
	h.stop()
	err := <-h.ended
	for _, done := range h.holds {
		err = errors.Join(err, done())
	}
	return errors.Join(err, h.DB.Close())
}

// Addresses, as the routes of web/ have them.
func consultationPath(slug string) string { return "/consultations/" + slug }
func opinionPath(slug string) string      { return "/consultations/" + slug + "/opinion" }
func searchPath(words string) string      { return "/search?q=" + url.QueryEscape(words) }
func recordPath(slug string) string       { return "/record/" + slug }
func roundPath(slug string, n int) string {
	return fmt.Sprintf("/consultations/%s/rounds/%d", slug, n)
}
func formPath(slug string, n int) string    { return roundPath(slug, n) + "?all=1" }
func receiptPath(slug string, n int) string { return roundPath(slug, n) + "/receipt" }
func rollsPath(slug string) string          { return "/desk/" + slug + "/rolls" }
func recordFile(slug, name string) string   { return "/record/" + slug + "/" + name }

// drawn is a query behind which no page is kept.
const drawn = "?drawn=1"

// export reads every leaf of a closed round, file by file, and counts them.
func export(c *load.Client, slug string, round int) (leaves int, err error) {
	list, err := c.Get(recordFile(slug, "files"), "", "")
	if err != nil {
		return 0, err
	}
	if list.Status != 200 {
		return 0, fmt.Errorf("the list of files: status %d", list.Status)
	}
	for _, name := range strings.Fields(string(list.Body)) {
		if !strings.HasPrefix(name, fmt.Sprintf("rounds/%d/leaves/", round)) {
			continue
		}
		r, err := c.Get(recordFile(slug, name), "", "")
		if err != nil {
			return 0, err
		}
		if r.Status != 200 {
			return 0, fmt.Errorf("%s: status %d", name, r.Status)
		}
		leaves += bytes.Count(r.Body, []byte("\n")) - 2 // its two lines of heading
	}
	return leaves, nil
}

func signInPath(hint string) string { return "/sign-in?next=%2F&as=" + url.QueryEscape(hint) }

const (
	callbackPath  = "/sign-in/callback"
	readyPath     = "/readyz"
	cookieName    = "delfi_session"
	markCookie    = "delfi_seen"     // when the session was last used, and whose it is
	attemptCookie = "delfi_attempt_" // and what of its state makes it one
)

// closingJob is the work of a closing, whose start and end the queue's table tells.
var closingJob = steering.Tabulate{}.Kind()

// serveArgs start bin/delfi on an address of its choice, before a database and a
// provider that are there, and with profiles on another.
func serveArgs(data, database, private, issuer, client string) []string {
	return []string{
		"serve", "--listen=127.0.0.1:0", "--data=" + data, "--database-url=" + database, "--private-listen=" + private,
		"--oidc-issuer=" + issuer, "--oidc-client-id=" + client,
		"--forwarded=127.0.0.1", // so that each person has an address: sign-ins are counted by address
	}
}

// deliver answers a round as a person does on the one page: the paper, which its
// button saves and delivers, and the receipt with the mark. It gives the mark.
func deliver(c *load.Client, p person, slug string, round int, form string) (string, error) {
	r, err := c.Post(roundPath(slug, round), p.cookie, p.address, form)
	if err != nil {
		return "", err
	}
	if r.Status != 303 {
		return "", fmt.Errorf("delivering: status %d: %s", r.Status, headline(r.Body))
	}
	return receipt(c, p, slug, round)
}

// receipt reads the mark of a person's delivered ballot.
func receipt(c *load.Client, p person, slug string, round int) (string, error) {
	r, err := c.Get(receiptPath(slug, round), p.cookie, p.address)
	if err != nil {
		return "", err
	}
	if r.Status != 200 {
		return "", fmt.Errorf("receipt: status %d: %s", r.Status, headline(r.Body))
	}
	_, rest, found := bytes.Cut(r.Body, []byte(`<code class="dlf-mono"`))
	_, rest, _ = bytes.Cut(rest, []byte(">"))
	mark, _, closed := bytes.Cut(rest, []byte("</code>"))
	mark = bytes.Join(bytes.Fields(mark), nil)
	if !found || !closed || len(mark) != 2*sha256.Size {
		return "", errors.New("the receipt shows no mark")
	}
	return string(mark), nil
}

// headline is what an error page says.
func headline(body []byte) string {
	_, rest, _ := bytes.Cut(body, []byte("<h1"))
	_, rest, _ = bytes.Cut(rest, []byte(">"))
	words, _, _ := bytes.Cut(rest, []byte("</h1>"))
	return string(words)
}

// draftForm is a consultation as an administrator types it.
func draftForm(slug, starts, decide string, staff company) draft.Form {
	f := draft.Form{
		Slug: slug, Language: "it", Title: "Le strade attorno alle scuole (" + slug + ")",
		Question:            "Che cosa deve cambiare nelle strade attorno alle scuole, e che cosa deve restare com’è?",
		Background:          strings.Repeat("Il piano riguarda dodici scuole e le vie che portano a esse. ", 12),
		CommitmentQuotation: "La Giunta risponde per iscritto a ogni punto del parere prima di approvare il piano.",
		CommitmentDecider:   "La Giunta comunale", CommitmentSubject: "il piano delle strade scolastiche",
		CommitmentDecideBy: decide, CommitmentAct: "Delibera n. 1", CommitmentSignatory: "La sindaca",
		Facilitators: []string{staff.facilitator.Office.String()},
		Offices:      map[string]string{staff.facilitator.Office.String(): "Mobilità"},
		StartsOn:     starts,
		Protocol: draft.Classical(protocol.ClassicalPlan{
			Language: "it", Low: "per niente d’accordo", High: "del tutto d’accordo", GroupName: "Cittadini", GatherDays: 14, AnswerDays: 14, AnswerRounds: 2, Points: 9, SharePermille: 750, CannotJudge: true,
		}),
	}
	for _, m := range staff.moderators {
		f.Moderators = append(f.Moderators, m.Office.String())
		f.Offices[m.Office.String()] = "Ufficio relazioni con il pubblico"
	}
	return f
}

// paperOf gives values to a round's items, as the use case takes them.
func paperOf(items []consultation.Item, values []int, reason string) ballot.Answers {
	out := make([]delphi.Answer, len(items))
	for i, it := range items {
		out[i] = delphi.Answer{Item: it.ID.String(), Value: values[i]}
	}
	out[0].Reason = reason
	return ballot.Answers{Given: out}
}
