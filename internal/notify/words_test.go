package notify

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/civiltime"
)

var deadline = time.Date(2026, 4, 20, 21, 59, 0, 0, time.UTC)

func written(kind Kind, language string) (subject, text, html string) {
	m := queued{ID: uuid.New(), Kind: kind, Slug: "piazza", Title: "Piazza <Grande> & mercato", Round: 2, Deadline: deadline}
	l := words{base: "https://delfi.example"}.letter(m, Guest{account.Addressee{Name: "Piera", Email: "p@example.org", Language: language}, "K7QM-4WXR-9TDP-V", "Comune di Riva", "055 000 123", "2026-04-20"}, deadline)
	return l.Subject, l.Text, l.HTML
}

// The last day's letter, whole, in both languages.
func TestLastDay(t *testing.T) {
	subject, text, html := written(LastDay, "it")
	if subject != "Ultimo giorno per il giro 2: Piazza <Grande> & mercato" {
		t.Errorf("subject %q", subject)
	}
	if want := `Buongiorno Piera,

il giro 2 della consultazione «Piazza <Grande> & mercato» si chiude lunedì 20 aprile alle 23:59.

Se hai già risposto, ignora questo messaggio. Una bozza non consegnata non conta.

Vai alla consultazione:
https://delfi.example/consultations/piazza

-- 
Ricevi questo messaggio perché fai parte del panel di questa consultazione. Lo stesso messaggio va a tutte le persone iscritte.
`; text != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
	if !strings.Contains(html, `<html lang="it">`) || !strings.Contains(html, "«Piazza &lt;Grande&gt; &amp; mercato»") || strings.Contains(html, "<Grande>") {
		t.Errorf("got %s", html)
	}
	_, text, html = written(LastDay, "en")
	for _, want := range []string{"Monday 20 April at 23:59", "If you have already answered, ignore this message. A draft that is not delivered does not count.", "https://delfi.example/en/consultations/piazza"} {
		if !strings.Contains(text, want) || !strings.Contains(html, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
}

// Every kind has words in both languages, and neither form of a letter loads or
// follows anything but the one link.
func TestEveryKind(t *testing.T) {
	for _, kind := range []Kind{Invitation, RoundOpened, NewItems, LastDay, Reminder, Minority, Invited} {
		for _, language := range []string{"it", "en", "", "fr"} {
			subject, text, html := written(kind, language)
			if !strings.Contains(subject, "Piazza") || len(strings.Split(text, "\n\n")) < 4 {
				t.Errorf("%s in %q: %q\n%s", kind, language, subject, text)
			}
			if strings.Count(text, "https://") != 1 || strings.Count(html, "https://") != 1 || strings.Contains(html, "src=") {
				t.Errorf("%s in %q: more than one address\n%s", kind, language, html)
			}
		}
	}
}

// Times are Roman, summer and winter, and the first of a month is ordinal in Italian.
func TestWhen(t *testing.T) {
	for _, c := range []struct {
		at       time.Time
		lang, to string
	}{
		{time.Date(2026, 3, 1, 22, 59, 0, 0, time.UTC), "it", "domenica 1º marzo alle 23:59"},
		{time.Date(2026, 8, 1, 21, 59, 0, 0, time.UTC), "en", "Saturday 1 August at 23:59"},
		{time.Date(2026, 12, 31, 23, 30, 0, 0, time.UTC), "it", "venerdì 1º gennaio alle 00:30"},
	} {
		if got := civiltime.Moment(c.lang, c.at); got != c.to {
			t.Errorf("got %q, want %q", got, c.to)
		}
	}
}

// A guest's letter has the code in its words and behind "#" in its link, which no server's log has.
func TestInvited(t *testing.T) {
	for language, want := range map[string][]string{
		"it": {"Il tuo invito: Piazza <Grande> & mercato", "Comune di Riva ti invita", "Il tuo codice d’invito: K7QM-4WXR-9TDP-V\n", "fino al 20 aprile 2026 compreso", "aiuto: 055 000 123", "https://delfi.example/consultations/piazza/invitation#K7QM-4WXR-9TDP-V\n"},
		"en": {"Your invitation: Piazza <Grande> & mercato", "Comune di Riva invites you", "Your invitation code: K7QM-4WXR-9TDP-V\n", "until 20 April 2026 included", "help: 055 000 123", "https://delfi.example/en/consultations/piazza/invitation#K7QM-4WXR-9TDP-V\n"},
	} {
		subject, text, html := written(Invited, language)
		for _, words := range want {
			if !strings.Contains(subject+"\n"+text, words) {
				t.Errorf("%s: %q is not in\n%s\n%s", language, words, subject, text)
			}
		}
		if !strings.Contains(html, "/invitation#K7QM-4WXR-9TDP-V\"") {
			t.Errorf("%s: the link is not in\n%s", language, html)
		}
	}
}
