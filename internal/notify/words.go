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
func (w words) letter(m queued, to Guest, now time.Time) mail.Letter {
	lang, prefix, write := "it", "", italian
	if strings.HasPrefix(to.Language, "en") {
		lang, prefix, write = "en", "/en", english
	}
	s := write(m, to)
	if to.Name != "" {
		s.greeting += " " + to.Name
	}
	link := w.base + prefix + "/consultations/" + m.Slug
	switch m.Kind {
	case Minority:
		link += "/minority"
	case Invited:
		link += "/invitation#" + to.Code // behind "#": no server's log has it
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
	l := s.words.letter(queued{Kind: m.Kind, Slug: m.Slug, Title: m.Title, Round: m.Round, Deadline: deadline}, Guest{Addressee: account.Addressee{Language: language}}, deadline)
	return l.Subject, l.Text, nil
}

// italian writes the letters in Italian.
func italian(m queued, to Guest) script {
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
	case RoundOpened, NewItems:
		s.subject = fmt.Sprintf("Aperto il giro %d: %s", m.Round, m.Title)
		s.paragraphs = []string{fmt.Sprintf("è aperto il giro %d della consultazione «%s».", m.Round, m.Title)}
		if !m.Deadline.IsZero() {
			s.paragraphs = append(s.paragraphs, "C’è tempo fino a "+civiltime.Moment("it", m.Deadline)+". Fino ad allora puoi cambiare quello che hai scritto: conta l’ultima versione.")
		}
		if m.Kind == NewItems {
			s.paragraphs = append(s.paragraphs, "Ci sono affermazioni nuove, che nessun giro ha ancora chiesto: la scheda lo dice accanto a ognuna.")
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
	case Invited:
		s.subject = "Il tuo invito: " + m.Title
		s.paragraphs = []string{
			to.From + " ti invita a far parte del panel della consultazione «" + m.Title + "».",
			"Il tuo codice d’invito: " + to.Code,
			"Apri la pagina qui sotto, accedi con la tua identità digitale e scrivi il codice. Vale una volta sola e serve soltanto per iscriversi: non dice a nessuno che cosa rispondi, e chi ti ha scritto non può collegarlo alle risposte.",
		}
		if day, err := time.Parse(time.DateOnly, to.Until); err == nil {
			s.paragraphs = append(s.paragraphs, "Il codice vale fino al "+civiltime.DayOfYear("it", day)+" compreso.")
		}
		if to.Help != "" {
			s.paragraphs = append(s.paragraphs, "Se hai bisogno di aiuto: "+to.Help)
		}
		s.action = "Usa il codice"
		s.footer = "Ricevi questo messaggio perché chi tiene la consultazione ha messo il tuo indirizzo tra gli inviti. Partecipare è una tua scelta; se non lo fai, non devi fare nulla."
	}
	return s
}

// english writes the letters in English.
func english(m queued, to Guest) script {
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
	case RoundOpened, NewItems:
		s.subject = fmt.Sprintf("Round %d is open: %s", m.Round, m.Title)
		s.paragraphs = []string{fmt.Sprintf("round %d of the consultation “%s” is open.", m.Round, m.Title)}
		if !m.Deadline.IsZero() {
			s.paragraphs = append(s.paragraphs, "There is time until "+civiltime.Moment("en", m.Deadline)+". Until then you can change what you wrote: the last version counts.")
		}
		if m.Kind == NewItems {
			s.paragraphs = append(s.paragraphs, "There are new statements, which no round has asked yet: the form says so beside each of them.")
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
	case Invited:
		s.subject = "Your invitation: " + m.Title
		s.paragraphs = []string{
			to.From + " invites you to the panel of the consultation “" + m.Title + "”.",
			"Your invitation code: " + to.Code,
			"Open the page below, sign in with your digital identity and type the code. It works once and serves to enrol, nothing else: it tells nobody what you answer, and those who wrote to you cannot link it to answers.",
		}
		if day, err := time.Parse(time.DateOnly, to.Until); err == nil {
			s.paragraphs = append(s.paragraphs, "The code works until "+civiltime.DayOfYear("en", day)+" included.")
		}
		if to.Help != "" {
			s.paragraphs = append(s.paragraphs, "If you need help: "+to.Help)
		}
		s.action = "Use the code"
		s.footer = "You receive this message because those who hold the consultation put your address among the invitations. Taking part is your choice; if you do not, there is nothing to do."
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
