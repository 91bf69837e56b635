package e2e

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
)

// reader is somebody at a plain HTTP client.
type reader struct {
	t    *testing.T
	site *site
	name string
	http *http.Client
}

// read signs somebody in without a browser; "" stays a stranger.
func (s *site) read(t *testing.T, name string) *reader {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	r := &reader{t: t, site: s, name: name, http: &http.Client{Jar: jar, Timeout: 20 * time.Second}}
	r.page("/?lang=it")
	if name != "" {
		if status, body := r.page("/sign-in?as=" + name + "&next=/help/how-it-works"); status != 200 || !strings.Contains(body, "/sign-out") {
			t.Fatalf("%s cannot sign in: %d", name, status)
		}
	}
	return r
}

func (r *reader) page(path string) (int, string) {
	r.t.Helper()
	return r.answer(r.http.Get(r.site.URL + path))
}

func (r *reader) post(path string, form url.Values) (int, string) {
	r.t.Helper()
	req, err := http.NewRequest(http.MethodPost, r.site.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", r.site.URL)
	return r.answer(r.http.Do(req))
}

func (r *reader) answer(w *http.Response, err error) (int, string) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
	defer w.Body.Close()
	if "http://"+w.Request.URL.Host != r.site.URL {
		return w.StatusCode, "" // the identity provider's own page
	}
	b, err := io.ReadAll(w.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return w.StatusCode, string(b)
}

// alike are all but the first of the 256 pages of marks that a released round has,
// in each language: one stands for them.
var alike = regexp.MustCompile(`/marks/(0[1-9a-f]|[1-9a-f][0-9a-f])$`)

// crawl opens every page that links lead to, and gives what each says.
func (r *reader) crawl() map[string]string {
	r.t.Helper()
	pages, queue := map[string]string{}, []string{"/", "/desk", "/consultations/piazza-della-pomposa/rounds/3"}
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		if _, seen := pages[path]; seen {
			continue
		}
		_, body := r.page(path)
		pages[path] = body
		doc, err := goquery.NewDocumentFromReader(strings.NewReader(body))
		if err != nil {
			r.t.Fatal(err)
		}
		doc.Find("a[href]").Each(func(_ int, a *goquery.Selection) {
			u, err := url.Parse(a.AttrOr("href", ""))
			if err != nil || u.Host != "" || !strings.HasPrefix(u.Path, "/") ||
				strings.HasPrefix(u.Path, "/sign-") || strings.HasPrefix(u.Path, "/en/sign-") || u.Query().Has("lang") || alike.MatchString(u.Path) {
				return
			}
			u.Fragment = ""
			queue = append(queue, u.String())
		})
	}
	return pages
}

// people is the one number of an open round that may move.
var people = regexp.MustCompile(`(?i)(più di|more than) [0-9]+`)

// A ballot that says 9, 1 and "cannot say" with a reason is delivered; whoever reads
// whatever page finds nothing that was not there before.
func TestABallotChangesNoPageOfAnybodyElse(t *testing.T) {
	t.Parallel()
	s := serve(t, data(t), "--demo")
	const consultation = "/consultations/piazza-della-pomposa"
	for _, name := range []string{"sergio", "lucia"} {
		who := s.read(t, name)
		if status, body := who.post(consultation+"/enrol", url.Values{"group": {group(t, who, consultation)}, "read": {"on"}, "confirm": {"on"}}); status != 200 {
			t.Fatalf("%s cannot enrol: %d\n%s", name, status, body)
		}
	}
	var readers []*reader
	for _, name := range []string{"", "giulia", "marta", "davide", "paolo", "teresa", "anna", "lucia", "elena", "nicola"} {
		readers = append(readers, s.read(t, name))
	}
	before := make([]map[string]string, len(readers))
	for i, r := range readers {
		before[i] = r.crawl()
		if len(before[i]) < 20 {
			t.Errorf("%q found only %d pages", r.name, len(before[i]))
		}
	}

	const mark = "segno-che-nessuno-deve-leggere"
	voter := s.read(t, "sergio")
	form := url.Values{"all": {"1"}, "act": {"review"}, "reason_1": {mark}}
	for i, v := range []string{"9", "1", "9", "1", "9"} {
		form.Set("answer_"+string(rune('1'+i)), v)
	}
	if status, body := voter.post(consultation+"/rounds/3", form); status != 200 {
		t.Fatalf("draft: %d\n%s", status, body)
	}
	if status, body := voter.post(consultation+"/rounds/3", url.Values{"act": {"deliver"}}); status != 200 || !strings.Contains(body, "dlf-mono") {
		t.Fatalf("delivery: %d\n%s", status, body)
	}

	for i, r := range readers {
		after := r.crawl()
		if a, b := keys(before[i]), keys(after); strings.Join(a, " ") != strings.Join(b, " ") {
			t.Errorf("%q finds other pages:\n%v\n%v", r.name, a, b)
		}
		for path, body := range after {
			if strings.Contains(body, mark) {
				t.Errorf("%q reads the reason of an open round at %s", r.name, path)
			}
			if people.ReplaceAllString(body, "") != people.ReplaceAllString(before[i][path], "") {
				t.Errorf("%q sees another page at %s after the ballot:\n%s", r.name, path, differing(before[i][path], body))
			}
		}
	}
	if log := s.log.String(); strings.Contains(log, mark) || strings.Contains(log, "sergio@") || strings.Contains(log, "Sergio Bondi") && strings.Count(log, "Sergio Bondi") > 1 {
		t.Errorf("the log tells of the ballot:\n%s", log)
	}
}

// differing gives the lines of one text that another does not have, and the other way
// round.
func differing(a, b string) string {
	var out []string
	for sign, pair := range map[string][2]string{"-": {a, b}, "+": {b, a}} {
		other := strings.Split(strings.ReplaceAll(pair[1], ">", ">\n"), "\n")
		for _, line := range strings.Split(strings.ReplaceAll(pair[0], ">", ">\n"), "\n") {
			if !slices.Contains(other, line) {
				out = append(out, sign+" "+line)
			}
		}
	}
	return strings.Join(out, "\n")
}

// group gives the group that the enrolment form offers.
func group(t *testing.T, r *reader, consultation string) string {
	t.Helper()
	_, body := r.page(consultation + "/enrol")
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return doc.Find("form [name=group]").AttrOr("value", "")
}

func keys(m map[string]string) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}
