package devidp

import (
	"bytes"
	"context"
	_ "embed"
	"html/template"
	"net/http"
	"strings"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
	"golang.org/x/text/language"
)

//go:embed choose.html
var choosePage string

//go:embed style.css
var styleSheet []byte

// chooser is the page on which one says who to be.
type chooser struct {
	people   []Person
	store    *store
	provider *op.Provider
	callback func(context.Context, string) string
}

var page = template.Must(template.New("choose").Parse(choosePage))

// wording is the page's words in one language. The catalogues of the web are above
// this room, and the page is gone wherever a real provider stands.
type wording struct {
	Lang, Title, Lead, Warning, Citizen, Be, Cancel, Gone string
	Roles                                                 map[string]string
}

var words = map[string]wording{
	"it": {
		Lang: "it", Title: "Chi vuoi essere?",
		Lead:    "Scegli una persona: entrerai in Delfi al suo posto.",
		Warning: "Questo fornitore d’identità serve solo a provare Delfi: chiunque può essere chiunque. Le persone sono inventate.",
		Citizen: "cittadino o cittadina", Be: "Entra come", Cancel: "Annulla e torna a Delfi",
		Gone:  "Questa richiesta di accesso è scaduta o è già stata usata. Torna a Delfi e accedi di nuovo.",
		Roles: map[string]string{"administrator": "amministrazione", "moderator": "moderazione", "facilitator": "facilitazione", "council": "consiglio comunale"},
	},
	"en": {
		Lang: "en", Title: "Who do you want to be?",
		Lead:    "Choose a person: you will enter Delfi in their place.",
		Warning: "This identity provider is only for trying Delfi out: anyone can be anyone. The people are invented.",
		Citizen: "citizen", Be: "Enter as", Cancel: "Cancel and go back to Delfi",
		Gone:  "This sign-in request has expired or was used. Go back to Delfi and sign in again.",
		Roles: map[string]string{"administrator": "administrator", "moderator": "moderator", "facilitator": "facilitator", "council": "council member"},
	},
}

var matcher = language.NewMatcher([]language.Tag{language.Italian, language.English})

// speak picks the language: what the client asked for, else the browser's wish.
func speak(r *http.Request, asked []language.Tag) wording {
	tags := asked
	if len(tags) == 0 {
		if parsed, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language")); err == nil {
			tags = parsed
		}
	}
	_, i, _ := matcher.Match(tags...)
	return words[[]string{"it", "en"}[i]]
}

// show asks who to be. A login_hint that names somebody answers by itself, so
// that the demonstration changes person with one click.
func (c *chooser) show(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get("id")
	asked, err := c.store.pending(id)
	if err != nil {
		c.draw(w, speak(r, nil), http.StatusNotFound, nil)
		return
	}
	if asked.silent() {
		// Nobody stays signed in here: who signed in last is whom the token names.
		p, ok := c.store.person(asked.hinted)
		if !ok {
			op.AuthRequestError(w, r, asked, oidc.ErrLoginRequired(), c.provider)
			return
		}
		c.sign(w, r, id, p.Subject)
		return
	}
	if p, ok := c.store.person(asked.asked.LoginHint); ok {
		c.sign(w, r, id, p.Subject)
		return
	}
	c.draw(w, speak(r, asked.asked.UILocales), http.StatusOK, asked)
}

// choose signs the chosen person in, or goes back with nobody.
func (c *chooser) choose(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<14)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "the form cannot be read", http.StatusBadRequest)
		return
	}
	id := r.PostForm.Get("id")
	asked, err := c.store.pending(id)
	if err != nil {
		c.draw(w, speak(r, nil), http.StatusNotFound, nil)
		return
	}
	if r.PostForm.Has("cancel") {
		op.AuthRequestError(w, r, asked, oidc.ErrAccessDenied(), c.provider)
		return
	}
	p, ok := c.store.person(r.PostForm.Get("subject"))
	if !ok {
		c.draw(w, speak(r, asked.asked.UILocales), http.StatusUnprocessableEntity, asked)
		return
	}
	c.sign(w, r, id, p.Subject)
}

func (c *chooser) sign(w http.ResponseWriter, r *http.Request, id, subject string) {
	if err := c.store.sign(id, subject); err != nil {
		c.draw(w, speak(r, nil), http.StatusNotFound, nil)
		return
	}
	http.Redirect(w, r, c.callback(r.Context(), id), http.StatusSeeOther)
}

type choice struct{ Subject, Name, About string }

// draw renders the page; without a request it says that there is none.
func (c *chooser) draw(w http.ResponseWriter, s wording, status int, asked *request) {
	data := struct {
		wording
		ID     string
		People []choice
	}{wording: s}
	if asked != nil {
		data.ID = asked.id
		for _, p := range c.people {
			data.People = append(data.People, choice{p.Subject, p.Name, about(p, s)})
		}
	}
	var b bytes.Buffer
	if err := page.Execute(&b, data); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Language", s.Lang)
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // whoever asked may have left: there is nobody to tell
}

// about is what a person is, in words: "moderazione · Riva d’Arno".
func about(p Person, s wording) string {
	var roles []string
	for _, g := range p.Groups {
		_, role, _ := strings.Cut(g, "/")
		if name, ok := s.Roles[role]; ok {
			role = name
		}
		roles = append(roles, role)
	}
	if len(roles) == 0 {
		roles = []string{s.Citizen}
	}
	return strings.Join(roles, ", ") + " · " + p.Municipality
}

func style(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "max-age=3600")
	_, _ = w.Write(styleSheet) // as above
}
