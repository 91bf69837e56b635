package notify

import (
	"fmt"
	"html"
	"strings"
	"time"

	"delfi/internal/account"
	"delfi/internal/civiltime"
	"delfi/internal/platform/mail"
)

// words writes letters. They stand in code and not in the pages' catalogues:
// whole letters in two languages read better side by side than in pieces.
type words struct{ base string }

// script is one letter before its form: paragraphs, a link between them and the
// footer.
type script struct {
	subject    string
	greeting   string
	paragraphs []string
	action     string // the link's words
	footer     string
}

// letter writes m to one addressee in their language; Italian when it is none of ours.
func (w words) letter(m queued, to account.Addressee, now time.Time) mail.Letter {
	lang, prefix, write := "it", "", italian
	if strings.HasPrefix(to.Language, "en") {
		lang, prefix, write = "en", "/en", english
	}
	s := write(m)
	if to.Name != "" {
		s.greeting += " " + to.Name
	}
	link := w.base + prefix + "/consultations/" + m.Slug
	if m.Kind == Minority {
		link += "/minority"
	}
	return mail.Letter{
		ID: m.ID.String(), Name: to.Name, To: to.Email, Language: lang, Subject: s.subject,
		Text: s.text(link), HTML: s.html(lang, link), Date: now.Truncate(time.Minute),
	}
}

// Preview gives a letter as it would be written to somebody without a name, in a language.
func (s *Service) Preview(m Message, language string) (subject, text string, err error) {
	deadline, err := time.Parse(time.RFC3339, m.Deadline)
	if err != nil {
		return "", "", fmt.Errorf("notice: deadline: %w", err)
	}
	l := s.words.letter(queued{Kind: m.Kind, Slug: m.Slug, Title: m.Title, Round: m.Round, Deadline: deadline}, account.Addressee{Language: language}, deadline)
	return l.Subject, l.Text, nil
}

// italian writes the letters in Italian.
func italian(m queued) script {
	s := script{
		greeting: "Buongiorno",
		action:   "Vai alla consultazione",
		footer:   "Ricevi questo messaggio perché fai parte del panel di questa consultazione. Lo stesso messaggio va a tutte le persone iscritte.",
	}
	switch m.Kind {
	case Invitation:
		s.subject = "Nuova consultazione: " + m.Title
		s.paragraphs = []string{
			"sta per cominciare la consultazione «" + m.Title + "».",
			"Nella sua pagina trovi la domanda, l’impegno che l’amministrazione ha preso, le date, e come sono protette le risposte.",
		}
		s.footer = "Ricevi questo messaggio perché hai un accesso a Delfi. Partecipare è una tua scelta."
	case RoundOpened:
		s.subject = fmt.Sprintf("Aperto il giro %d: %s", m.Round, m.Title)
		s.paragraphs = []string{fmt.Sprintf("è aperto il giro %d della consultazione «%s».", m.Round, m.Title)}
		if !m.Deadline.IsZero() {
			s.paragraphs = append(s.paragraphs, "C’è tempo fino a "+civiltime.Moment("it", m.Deadline)+". Fino ad allora puoi cambiare quello che hai scritto: conta l’ultima versione.")
		}
	case LastDay:
		s.subject = fmt.Sprintf("Ultimo giorno per il giro %d: %s", m.Round, m.Title)
		s.paragraphs = []string{
			fmt.Sprintf("il giro %d della consultazione «%s» si chiude %s.", m.Round, m.Title, civiltime.Moment("it", m.Deadline)),
			"Se hai già risposto, ignora questo messaggio. Una bozza non consegnata non conta.",
		}
	case Reminder:
		s.subject = fmt.Sprintf("Promemoria, giro %d: %s", m.Round, m.Title)
		s.paragraphs = []string{
			fmt.Sprintf("il giro %d della consultazione «%s» è aperto fino a %s.", m.Round, m.Title, civiltime.Moment("it", m.Deadline)),
			"Chi facilita manda questo promemoria a tutte le persone iscritte: nessuno sa chi ha risposto e chi no. Se hai già risposto, ignoralo. Una bozza non consegnata non conta.",
		}
	case Minority:
		s.subject = "Relazione di minoranza da leggere: " + m.Title
		s.paragraphs = []string{
			"la consultazione «" + m.Title + "» è conclusa. Chi facilita ha scritto la proposta di relazione di minoranza, con le ragioni di chi la pensa diversamente dagli esiti.",
			"Si può leggere e commentare a chi facilita fino a " + civiltime.Moment("it", m.Deadline) + ". Se qualcosa manca o è riportato male, dillo prima della pubblicazione del parere.",
		}
		s.action = "Leggi la proposta"
	}
	return s
}

// english writes the letters in English.
func english(m queued) script {
	s := script{
		greeting: "Good day",
		action:   "Go to the consultation",
		footer:   "You receive this message because you are on the panel of this consultation. Everyone enrolled receives the same message.",
	}
	switch m.Kind {
	case Invitation:
		s.subject = "New consultation: " + m.Title
		s.paragraphs = []string{
			"the consultation “" + m.Title + "” is about to begin.",
			"Its page holds the question, what the administration has committed itself to, the dates, and how answers are protected.",
		}
		s.footer = "You receive this message because you can sign in to Delfi. Taking part is your choice."
	case RoundOpened:
		s.subject = fmt.Sprintf("Round %d is open: %s", m.Round, m.Title)
		s.paragraphs = []string{fmt.Sprintf("round %d of the consultation “%s” is open.", m.Round, m.Title)}
		if !m.Deadline.IsZero() {
			s.paragraphs = append(s.paragraphs, "There is time until "+civiltime.Moment("en", m.Deadline)+". Until then you can change what you wrote: the last version counts.")
		}
	case LastDay:
		s.subject = fmt.Sprintf("Last day for round %d: %s", m.Round, m.Title)
		s.paragraphs = []string{
			fmt.Sprintf("round %d of the consultation “%s” closes on %s.", m.Round, m.Title, civiltime.Moment("en", m.Deadline)),
			"If you have already answered, ignore this message. A draft that is not delivered does not count.",
		}
	case Reminder:
		s.subject = fmt.Sprintf("Reminder, round %d: %s", m.Round, m.Title)
		s.paragraphs = []string{
			fmt.Sprintf("round %d of the consultation “%s” is open until %s.", m.Round, m.Title, civiltime.Moment("en", m.Deadline)),
			"The facilitator sends this reminder to everyone enrolled: nobody knows who has answered and who has not. If you have answered, ignore it. A draft that is not delivered does not count.",
		}
	case Minority:
		s.subject = "Minority report to read: " + m.Title
		s.paragraphs = []string{
			"the consultation “" + m.Title + "” is concluded. The facilitator has written the proposed minority report, with the reasons of those who think otherwise than the verdicts.",
			"It can be read, and commented on to the facilitator, until " + civiltime.Moment("en", m.Deadline) + ". If something is missing or told wrongly, say so before the opinion is published.",
		}
		s.action = "Read the proposal"
	}
	return s
}

// text is the letter as plain words.
func (s script) text(link string) string {
	return s.greeting + ",\n\n" + strings.Join(s.paragraphs, "\n\n") + "\n\n" + s.action + ":\n" + link + "\n\n-- \n" + s.footer + "\n"
}

// html is the same letter for programs that prefer it: no image, no style, no
// address but the one link, so that opening it tells nobody anything.
func (s script) html(lang, link string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<!doctype html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\"><title>%s</title></head><body>\n",
		lang, html.EscapeString(s.subject))
	fmt.Fprintf(&b, "<p>%s,</p>\n", html.EscapeString(s.greeting))
	for _, p := range s.paragraphs {
		fmt.Fprintf(&b, "<p>%s</p>\n", html.EscapeString(p))
	}
	fmt.Fprintf(&b, "<p><a href=\"%s\">%s</a></p>\n<hr>\n<p>%s</p>\n</body></html>\n",
		html.EscapeString(link), html.EscapeString(s.action), html.EscapeString(s.footer))
	return b.String()
}
