package web_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/PuerkitoBio/goquery"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/delphi"
	"delfi/internal/delphi/life"
	"delfi/internal/verify"
	"delfi/internal/verify/source"
	"delfi/web/i18n"
	"delfi/web/webtest"
)

// living is a consultation of one variant that lives through its pages: whatever is done to
// it is a form that somebody sends.
type living struct {
	walk
	life.Life
	slug   string
	more   []asked // after the matters
	people []account.Actor
	kind   delphi.ItemKind // of the matters
}

// asked is a statement, or an entry of a list, beside the matters of the fixture.
type asked struct {
	kind, text string
	says       func(person, number int) url.Values // what a person's form says of it; nil for nothing
}

func (l *living) at(more string) string   { return "/consultations/" + l.slug + more }
func (l *living) desk(more string) string { return "/desk/" + l.slug + more }
func (l *living) round(n int) string      { return l.at("/rounds/" + strconv.Itoa(n)) }

// now reads the consultation as it is.
func (l *living) now() consultation.Consultation {
	l.Helper()
	c, err := l.h.Consultations.Find(l.Context(), l.h.Person(l.T, "giulia"), l.slug)
	l.must(err)
	return c
}

// everybody lets the panel come to the site, four at a time, each with a new sign-in.
func (l *living) everybody(do func(person int, b *webtest.Browser)) {
	l.Helper()
	next := make(chan int)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for person := range next {
				do(person, l.site.As(l.T, l.people[person]))
			}
		})
	}
	for person := range l.people {
		next <- person
	}
	close(next)
	all.Wait()
	if l.Failed() {
		l.FailNow()
	}
}

// announced drafts the consultation from its document, announces it, and enrols the panel,
// each person in their group; the first of each group choose it on the page.
func (l *living) announced() {
	l.Helper()
	giulia, at := l.as("giulia"), l.h.DB.Now()
	form := l.complete(l.slug)
	form.Set("starts_on", at.AddDate(0, 0, 7).Format(time.DateOnly))
	form.Set("commitment_decide_by", at.AddDate(1, 0, 0).Format(time.DateOnly))
	form.Set("document", l.Document(""))
	l.drafted(giulia, form)
	gives := func(kind string, texts ...string) {
		l.sent(giulia, l.desk("/draft/items"), url.Values{"paste": {strings.Join(texts, "\n")}, "paste_kind": {kind}, "do": {"stay"}})
	}
	if strings.Contains(l.Protocol, `"source"`) {
		for _, m := range life.Matters {
			gives("k", m.Text)
		}
		for _, a := range l.more {
			gives(a.kind, a.text)
		}
	}
	for n, group := range life.Groups {
		if l.Invited {
			l.guests(giulia, group, [2]int{life.First, life.People - life.First}[n])
		}
	}
	l.sent(giulia, l.desk("/announce"), nil)
	l.kind, _ = l.now().Protocol.Kind("k")
	for person := range life.People {
		l.people = append(l.people, l.h.Panelist(l.T, person))
	}
	if l.Invited {
		l.enter(giulia)
		return
	}
	l.everybody(func(person int, b *webtest.Browser) {
		group := life.Groups[life.GroupOf(person)]
		if person == 0 || person == life.First {
			if page := b.Get(l.T, l.at("/enrol")); page.Count("main [value='"+group+"'], main a[href*='group="+group+"']") == 0 {
				l.Errorf("the groups are not offered: %d %s", page.Status, page.Text("main"))
			}
			if page := b.Get(l.T, l.at("/enrol?group="+group)); page.Count("main input[name=read]") != 1 {
				l.Errorf("nothing is to be read before enrolling: %d %s", page.Status, page.Text("main"))
			}
		}
		if got := b.Post(l.T, l.at("/enrol"), url.Values{"group": {group}, "read": {"on"}}); got.Status != 303 {
			l.Errorf("enrolling: %d %s", got.Status, got.Text("main"))
		}
	})
}

// guests invites as many people into a group by a file of their addresses.
func (l *living) guests(b *webtest.Browser, group string, n int) {
	l.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("file", "inviti.csv")
	l.must(err)
	fmt.Fprint(part, "Nome;Email;Indirizzo;CAP;Comune")
	for i := range n {
		fmt.Fprintf(part, "\r\nOspite %d;;via %s %d;50100;Riva d’Arno", i+1, group, i+1)
	}
	l.must(w.Close())
	page := l.desk("/invitations/" + group)
	r := httptest.NewRequest(http.MethodPost, "http://delfi.test"+page, &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if got := b.Do(l.T, r); got.Status != http.StatusSeeOther {
		l.Fatalf("the file of %s: %d %s", group, got.Status, got.Text("main"))
	}
	l.sent(b, page+"/import", url.Values{"staged": {b.Get(l.T, page).Page.Find("input[name=staged]").AttrOr("value", "")}})
}

// enter lets each person come in by the code of a printed letter.
func (l *living) enter(giulia *webtest.Browser) {
	l.Helper()
	var codes []string
	for _, group := range life.Groups {
		giulia.Get(l.T, l.desk("/invitations/"+group+"/letters")).Page.Find(".dlf-letter").Each(func(_ int, letter *goquery.Selection) {
			codes = append(codes, guestCode.FindString(letter.Text()))
		})
	}
	if len(codes) != life.People {
		l.Fatalf("%d letters", len(codes))
	}
	l.everybody(func(person int, b *webtest.Browser) {
		if got := b.Post(l.T, l.at("/invitation"), url.Values{"code": {codes[person]}, "read": {"on"}}); got.Status != http.StatusSeeOther {
			l.Errorf("entering by an invitation: %d %s", got.Status, got.Text("main"))
		}
	})
}

// guestCode is the code of a letter.
var guestCode = regexp.MustCompile(`[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]`)

// passes moves the clock on to an instant and works what is due by then.
func (l *living) passes(to time.Time) {
	l.Helper()
	l.h.Clock.Set(to.Add(time.Minute))
	l.h.Drain(l.T)
}

// starts opens the first round at its day, by the clock.
func (l *living) starts() {
	l.Helper()
	l.passes(l.now().Rounds[0].PlannedAt)
	l.is(1, consultation.RoundOpen)
}

// ends closes a round at its deadline, by the clock.
func (l *living) ends(n int) {
	l.Helper()
	l.passes(l.now().Round(n).Deadline)
}

// closes closes a round by the facilitator's act.
func (l *living) closes(n int) {
	l.Helper()
	l.sent(l.as("paolo"), l.desk("/rounds/"+strconv.Itoa(n)+"/close"), url.Values{"reason": {"Hanno risposto tutti."}})
	l.h.Drain(l.T)
}

// opens opens a round by the facilitator's act.
func (l *living) opens(n int) {
	l.Helper()
	l.sent(l.as("paolo"), l.desk("/rounds/"+strconv.Itoa(n)+"/open"), nil)
	l.h.Drain(l.T)
	l.is(n, consultation.RoundOpen)
}

// comesTo opens a round at its day, by the clock: what nobody decided follows the proposals.
func (l *living) comesTo(n int) {
	l.Helper()
	l.passes(l.now().Round(n).PlannedAt)
	l.is(n, consultation.RoundOpen)
}

func (l *living) is(n int, state consultation.RoundState) {
	l.Helper()
	if got := l.now().Round(n).State; got != state {
		l.Fatalf("round %d is %s, not %s: %s", n, got, state, shownIn(l.site.Stranger().Get(l.T, l.at("/timeline")), "main"))
	}
}

// decides sends a decision on a statement as the facilitator.
func (l *living) decides(number int, decision consultation.Decision, reason string) {
	l.Helper()
	items, err := l.h.Consultations.Items(l.Context(), l.now().ID)
	l.must(err)
	i := slices.IndexFunc(items, func(i consultation.Item) bool { return i.Number == number })
	l.sent(l.as("paolo"), l.desk("/items/"+items[i].ID.String()+"/decide"), url.Values{"decision": {string(decision)}, "reason": {reason}})
}

// follows lets the facilitator follow every proposal that is left.
func (l *living) follows() {
	l.Helper()
	l.sent(l.as("paolo"), l.desk("/decide-all"), nil)
}

// proposes lets one of the panel write a contribution.
func (l *living) proposes(person int, text string) {
	l.Helper()
	b := l.site.As(l.T, l.people[person])
	if got := b.Post(l.T, l.at("/contributions"), url.Values{"act": {"write"}, "body": {text}}); got.Status != 303 {
		l.Fatalf("a contribution: %d %s", got.Status, got.Text("main"))
	}
}

// synthesizes makes a statement of each contribution that waits, in the order of texts, and
// releases the round.
func (l *living) synthesizes(texts ...string) {
	l.Helper()
	marta, queue := l.as("marta"), l.desk("/contributions")
	for _, text := range texts {
		page := marta.Get(l.T, queue)
		box := ""
		page.Page.Find("input[type=checkbox][name=c]").Each(func(_ int, c *goquery.Selection) {
			if strings.Contains(c.Closest("li, article, tr, div").Text(), text) {
				box = c.AttrOr("value", "")
			}
		})
		if box == "" {
			l.Fatalf("the queue lacks %q: %s", text, page.Text("main"))
		}
		l.sent(marta, queue, url.Values{"act": {"merge"}, "rule": {"1.6"}, "c": {box}, "destination": {"new"}, "text": {text}, "reason": {"È una proposta."}})
	}
	l.sent(marta, l.desk("/rounds/1/release"), nil)
	l.h.Drain(l.T)
}

// fields are what a form says of a matter.
func (l *living) fields(to url.Values, number int, a delphi.Answer) {
	name := "answer_" + strconv.Itoa(number)
	switch {
	case l.kind.Kind == delphi.CriteriaForm:
		for n, c := range l.kind.Criteria {
			to.Set(name+"_"+c, strconv.Itoa(a.Criteria[n]))
			if a.Criteria[n] == 0 {
				to.Set(name+"_"+c, "ns")
			}
		}
	case a.Never:
		to.Set(name, "")
		to.Set(name+"_say", "never")
	case a.CannotJudge:
		to.Set(name, "ns")
	default:
		to.Set(name, strconv.Itoa(a.Value))
	}
}

// ballot is a person's form in a wave, for the matters that the round asks: all of them when
// none is named.
func (l *living) ballot(person, wave int, matters ...int) url.Values {
	v := url.Values{"all": {"1"}, "act": {"deliver"}}
	for n, a := range l.Answers(person, wave) {
		if l.Asks(n) && (len(matters) == 0 || slices.Contains(matters, n)) {
			l.fields(v, n+1, a)
		}
	}
	if len(matters) == 0 {
		for n, a := range l.more {
			if a.says != nil {
				for name, values := range a.says(person, len(life.Matters)+n+1) {
					v[name] = append(v[name], values...)
				}
			}
		}
	}
	return v
}

// answered lets everybody answer a round. The first of each group read the form before they
// send it, and find on it each field that they fill in.
func (l *living) answered(round int, ballot func(person int) url.Values) {
	l.Helper()
	l.everybody(func(person int, b *webtest.Browser) {
		form := ballot(person)
		if person == 0 || person == life.First {
			offered(l, b.Get(l.T, l.round(round)+"?all=1"), form)
		}
		if got := b.Post(l.T, l.round(round), form); got.Location != l.round(round)+"/receipt" {
			l.Errorf("person %d in round %d: %d %s", person, round, got.Status, got.Text("main [role=alert]"))
		}
	})
}

// offered checks that a page has each field of a form, with the value that is sent.
func offered(l *living, page webtest.Response, form url.Values) {
	for name, values := range form {
		for _, value := range values {
			field := "[name='" + name + "']"
			if page.Count("main "+field+"[value='"+value+"'], "+field+" option[value='"+value+"'], input[type=text]"+field+", textarea"+field) == 0 {
				l.Errorf("the form does not offer %s=%s: %d %s", name, value, page.Status, page.Text("main h1"))
			}
		}
	}
}

// word is a verdict of the fixture as pages say it.
func word(verdict string) string {
	key, side, _ := strings.Cut(verdict, " ")
	if key == "too" {
		key, side = "few", ""
	}
	if side != "" {
		key += "_" + side
	}
	return i18n.Words("it", "ui.verdict.word."+key)
}

// shows checks what a page says of each matter: the verdict of the fixture, and what it would
// be if the answers held still.
func (l *living) shows(path string) webtest.Response {
	l.Helper()
	page := l.site.Stranger().Get(l.T, path)
	for n, verdict := range l.Comes {
		if !l.Asks(n) || l.listed() {
			continue
		}
		text := shownIn(page, "article#a"+strconv.Itoa(n+1))
		is, would, _ := strings.Cut(strings.TrimSuffix(verdict, ")"), " (")
		if !strings.Contains(text, word(is)) || would != "" && is == "open" && !strings.Contains(text, "«"+word(would)+"»") {
			l.Errorf("%s says of %q not %q: %s", path, life.Matters[n].Text, verdict, text)
		}
	}
	return page
}

// listed tells whether the matters are one list, with one verdict.
func (l *living) listed() bool { return strings.Contains(l.Protocol, `"kind": "ranking"`) }

// shownIn is what a page says in one place, its spaces plain.
func shownIn(page webtest.Response, place string) string {
	return strings.ReplaceAll(page.Text(place), "\u00a0", " ")
}

// reads checks that a page says some words in one place.
func (l *living) reads(page webtest.Response, place string, words ...string) {
	l.Helper()
	if page.Status != 200 {
		l.Fatalf("%d %s", page.Status, page.Text("main"))
	}
	text := shownIn(page, place)
	for _, w := range words {
		if !strings.Contains(text, w) {
			l.Errorf("%s does not say %q: %s", place, w, text)
		}
	}
}

// refuses sends a conclusion without a reason, against the stopping rule.
func (l *living) refuses() {
	l.Helper()
	paolo := l.as("paolo")
	got := paolo.Post(l.T, l.desk("/conclude"), l.showing(paolo, l.desk("/conclude"), url.Values{}))
	if got.Status != 422 || got.Count("#f-reason[aria-invalid=true]") != 1 {
		l.Errorf("concluding against the stopping rule: %d %s", got.Status, got.Text("main [role=alert]"))
	}
}

// concludes sends a conclusion, with a reason where the stopping rule does not hold.
func (l *living) concludes(reason string) {
	l.Helper()
	l.sent(l.as("paolo"), l.desk("/conclude"), url.Values{"reason": {reason}})
	l.h.Drain(l.T)
	l.concluded()
}

// stopped checks that the consultation ended by itself, and that the timeline says why.
func (l *living) stopped(why string) {
	l.Helper()
	l.concluded()
	l.reads(l.site.Stranger().Get(l.T, l.at("/timeline")), "main", why)
}

// concluded checks that the consultation is over, on its page.
func (l *living) concluded() {
	l.Helper()
	if got := l.now().Stage; got != consultation.Concluded {
		l.Fatalf("it is %s: %s", got, shownIn(l.as("paolo").Get(l.T, l.desk("")), "main"))
	}
	l.reads(l.site.Stranger().Get(l.T, l.at("")), "main", "I giri sono finiti")
}

// published publishes the opinion, forgoing a minority report where one is due, and checks it
// and the record.
func (l *living) published() webtest.Response {
	l.Helper()
	paolo := l.as("paolo")
	if paolo.Get(l.T, l.desk("/minority")).Count("main textarea[name=reason]") > 0 {
		l.sent(paolo, l.desk("/minority"), url.Values{"act": {"forgo"}, "reason": {"Le ragioni stanno già nei giri."}})
	}
	l.sent(l.as("giulia"), l.desk("/publish"), url.Values{"summary": {"Il panel ha risposto."}})
	l.h.Drain(l.T)
	got := l.shows(l.at("/opinion"))
	if got.Status != 200 {
		l.Fatalf("the opinion: %d %s", got.Status, got.Text("main"))
	}
	l.verified()
	return got
}

// verified runs the program that anyone can run over the whole record.
func (l *living) verified() {
	l.Helper()
	file := filepath.Join(l.TempDir(), "record.zip")
	l.must(os.WriteFile(file, []byte(l.site.Stranger().Get(l.T, "/record/"+l.slug+".zip").Body), 0o600))
	files, closer, err := source.Archive(file)
	l.must(err)
	defer closer.Close()
	if _, err := verify.Run(l.Context(), files, verify.Options{Consultations: []string{l.slug}}); err != nil {
		l.Errorf("the record does not hold: %v", err)
	}
}

// skipped checks that the rounds from one on were given up, on the page of everybody.
func (l *living) skipped(from int) {
	l.Helper()
	for n := from; n <= len(l.now().Rounds); n++ {
		l.is(n, consultation.RoundSkipped)
	}
	l.reads(l.site.Stranger().Get(l.T, l.at("")), "main", "Non si è tenuto.")
}
