package verify

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"delfi/internal/verify/drawn"
)

// The two endings stand side by side in code, since whole sentences in two
// languages read better so than in pieces; a test sees that they say equally much.

func english(r Result) []part {
	settled, ahead := r.settled()
	checked := part{title: "The record holds. Checked:"}
	checked.add(true, "log %s: %d entries, root %s", r.Origin, r.Entries, r.Root)
	for _, c := range r.Consultations {
		checked.add(!c.Untitled, "consultation %s (%s), id %s, protocol %.12s…: %s", c.Slug, c.Stage, c.ID, c.Protocol, strconv.Quote(c.Title))
		checked.add(c.Untitled, "consultation %s (%s), id %s, protocol %.12s…", c.Slug, c.Stage, c.ID, c.Protocol)
		checked.add(c.Corrected > 0, "  %s: texts corrected after the announcement: %d", c.Slug, c.Corrected)
		checked.add(c.Waiting > 0, "  %s: %d closed rounds are not released yet, their files were not looked at", c.Slug, c.Waiting)
		if k := c.Clock; k != nil {
			checked.add(true, "  %s: concluded %s; published %s, to be by %s", c.Slug, k.Concluded, cmp.Or(k.Published, "not until "+k.Last), k.PublishBy)
			checked.add(k.AnswerBy != "", "  %s: answered %s, to be by %s", c.Slug, cmp.Or(k.Answered, "not until "+k.Last), k.AnswerBy)
		}
	}
	checked.lines = append(checked.lines, drawn.Lines(r.Draws, "en")...)
	checked.add(true, "answering rounds: %d, interim releases: %d, tables: %d, leaves: %d", r.Rounds, r.Releases, r.Tables, r.Leaves)
	checked.add(true, "figures computed again: %d, reasons found by their digests: %d", r.Figures, r.Texts)
	checked.add(r.Reasons > 0, "texts of reasons removed by law, of which the digests stand: %d", r.Reasons)
	checked.add(r.Contributions > 0, "texts of contributions removed by law: %d", r.Contributions)
	checked.add(len(r.Removals) > 0, "words removed by law beside %d entries: %s", len(r.Removals), numbered(r.Removals))
	checked.add(len(r.Others) > 0, "not checked, though the record lists them: %s", named(r.Others))
	checked.add(r.Unread > 0, "%d further consultations of the log, of which the entries were checked and no files", r.Unread)
	for _, w := range r.Receipts {
		checked.add(w.Browser, "receipt %s: its mark binds what its browser is said to have drawn", w.File)
		checked.add(w.Words, "receipt %s: its mark binds the person's own words", w.File)
		switch {
		case w.Waiting:
			checked.add(true, "receipt %s: rightly signed; round %d is not released yet", w.File, w.Round)
		case w.Superseded:
			checked.add(true, "receipt %s: its ballot was superseded by a later one and does not count (round %d)", w.File, w.Round)
		default:
			checked.add(true, "receipt %s: its ballot is among those counted in round %d", w.File, w.Round)
			checked.add(w.Leaves > 0, "  %s: %d leaves stand with the right values", w.File, w.Leaves)
			checked.add(len(w.LeftOut) > 0, "  %s: left out by rule: %s", w.File, strings.Join(w.LeftOut, ", "))
		}
	}
	proven := part{title: "Proven:"}
	proven.add(true, "the entries are those that the key of the log signed, and each act was possible when it was done, by the times that they tell")
	proven.add(r.Kept > 0, "the log continues the checkpoint of %d entries that you kept: nothing before it was changed", r.Kept)
	proven.add(len(r.Cosigners) > 0, "%s signed the log up to entry %d", strings.Join(r.Cosigners, ", "), r.CosignedSize-1)
	proven.add(len(r.Consultations) > 0, "the rules of the consultations above were frozen beforehand")
	proven.add(drawn.Done(r.Draws) > 0, "%d draws were not steered once their lists were fixed: each follows from files that were recorded before the beacon's randomness could be known", drawn.Done(r.Draws))
	proven.add(r.Rounds > 0, "of the answering rounds above exactly the tables that the rules name are recorded; every figure and verdict of the panel, and every reason, follows from their leaves")
	proven.add(r.Releases > 0, "every figure of the interim releases above follows from the rounded tallies that the log recorded")
	proven.add(len(settled) > 0, "the ballots of these receipts were dealt with as said: %s", strings.Join(settled, ", "))
	not := part{title: "Not proven:"}
	not.add(len(r.Consultations) == 0, "any rule, term, figure or verdict: the files of no consultation were there")
	for _, c := range r.Consultations {
		not.add(c.Untitled, "the title of %s: the list calls it %s, and nothing that was signed does", c.ID, strconv.Quote(c.Title))
		not.add(c.Unplaced, "the name %s: the list calls the folder of %s so, and nothing that was signed does", c.Slug, c.ID)
	}
	for _, c := range r.Consultations {
		not.add(len(c.Unsaid) > 0, "of the opinion of %s these texts, which no entry has, or not any more: %s", c.Slug, strings.Join(c.Unsaid, ", "))
	}
	not.add(len(r.Consultations) > 0 && r.Unread > 0, "any rule, term, figure or verdict of the %d consultations whose files were not looked at", r.Unread)
	not.add(r.waiting() > 0, "any figure or verdict of the %d closed rounds that are not released yet", r.waiting())
	not.add(len(ahead) > 0, "that the ballots of these receipts are counted: %s; their rounds are not released yet, check them again when they are", strings.Join(ahead, ", "))
	not.add(true, "that panelists are real people, each once, and that the rolls have as many as they say: that rests on who keeps them")
	not.add(len(r.Draws) > 0, "that the list of a draw is complete, that each ticket is one person, and that nobody could keep a household's second ticket off it at will")
	not.add(true, "that ballots of people who kept silent are not forged")
	not.add(true, "anything about receipts that were not checked here: a changed ballot is found by whoever kept its receipt")
	not.add(len(r.Receipts) > 0, "that a value named \"browser\" is what the person's own page drew: the server could have put one of its own there; two receipts with one would show it")
	not.add(r.partless() > 0, "that %d of the receipts are no other person's too: the server alone chose their seed, and whoever answered alike could hold the same; compare them", r.partless())
	not.add(true, "that no copy of a destroyed key is left, in a backup or elsewhere")
	not.add(true, "that the times of the entries are the true ones: whoever signs the log writes them")
	not.add(true, "that nobody answered under pressure")
	not.add(true, "what else the opinion tells: names and offices, titles and sources of documents, contributions, summary and limitations, which its hash fixes and the log can be read for")
	not.add(true, "which reasons come from outside the middle half: no table joins words with values")
	not.add(r.LeftOut > 0, "whom %d tables of change leave out: the rule says how many, a destroyed key chose them", r.LeftOut)
	not.add(r.Releases > 0, "that the rounded tallies of interim releases are right: they have no leaves")
	not.add(!r.Pinned, "that the key of the log is the right one: it was taken on trust from the record (--key %s)", r.Key)
	not.add(len(r.Cosigners) > 0 && !r.CosignersPinned, "that the cosigners' keys are theirs: they were taken on trust from the record (--cosigner)")
	not.add(len(r.Cosigners) == 0, "that everybody sees the same log: no cosigner is required")
	not.add(r.CosignedSize > 0 && r.CosignedSize < r.Size, "the last %d entries to cosigners: they have not signed them yet", r.Size-r.CosignedSize)
	not.add(r.Kept == 0, "that the log was never rewritten: no checkpoint kept earlier was given (keep this one for --checkpoint)")
	not.add(len(r.Removals)+r.Contributions+r.Reasons > 0, "what the removed words were")
	return []part{checked, proven, not}
}

func italian(r Result) []part {
	settled, ahead := r.settled()
	checked := part{title: "Il registro regge. Controllato:"}
	checked.add(true, "registro %s: %d voci, radice %s", r.Origin, r.Entries, r.Root)
	for _, c := range r.Consultations {
		checked.add(!c.Untitled, "consultazione %s (%s), id %s, protocollo %.12s…: %s", c.Slug, stages[c.Stage], c.ID, c.Protocol, strconv.Quote(c.Title))
		checked.add(c.Untitled, "consultazione %s (%s), id %s, protocollo %.12s…", c.Slug, stages[c.Stage], c.ID, c.Protocol)
		checked.add(c.Corrected > 0, "  %s: testi corretti dopo l'annuncio: %d", c.Slug, c.Corrected)
		checked.add(c.Waiting > 0, "  %s: giri chiusi e non ancora pubblici: %d; i loro file non sono stati guardati", c.Slug, c.Waiting)
		if k := c.Clock; k != nil {
			checked.add(true, "  %s: conclusa %s; pubblicata %s, termine %s", c.Slug, k.Concluded, cmp.Or(k.Published, "non fino a "+k.Last), k.PublishBy)
			checked.add(k.AnswerBy != "", "  %s: risposta %s, termine %s", c.Slug, cmp.Or(k.Answered, "non fino a "+k.Last), k.AnswerBy)
		}
	}
	checked.lines = append(checked.lines, drawn.Lines(r.Draws, "it")...)
	checked.add(true, "giri di risposta: %d, rilasci intermedi: %d, tabelle: %d, foglie: %d", r.Rounds, r.Releases, r.Tables, r.Leaves)
	checked.add(true, "cifre ricalcolate: %d, ragioni ritrovate dalla loro impronta: %d", r.Figures, r.Texts)
	checked.add(r.Reasons > 0, "testi di ragioni rimossi per legge, di cui restano le impronte: %d", r.Reasons)
	checked.add(r.Contributions > 0, "testi di contributi rimossi per legge: %d", r.Contributions)
	checked.add(len(r.Removals) > 0, "parole rimosse per legge accanto a %d voci: %s", len(r.Removals), numbered(r.Removals))
	checked.add(len(r.Others) > 0, "non controllate, benché il registro le elenchi: %s", named(r.Others))
	checked.add(r.Unread > 0, "altre %d consultazioni del registro, di cui sono state controllate le voci e nessun file", r.Unread)
	for _, w := range r.Receipts {
		checked.add(w.Browser, "ricevuta %s: la sua impronta lega ciò che il browser avrebbe estratto", w.File)
		checked.add(w.Words, "ricevuta %s: la sua impronta lega le parole della persona", w.File)
		switch {
		case w.Waiting:
			checked.add(true, "ricevuta %s: firmata come si deve; il giro %d non è ancora pubblico", w.File, w.Round)
		case w.Superseded:
			checked.add(true, "ricevuta %s: la sua scheda è stata sostituita da una successiva e non conta (giro %d)", w.File, w.Round)
		default:
			checked.add(true, "ricevuta %s: la sua scheda è fra quelle contate nel giro %d", w.File, w.Round)
			checked.add(w.Leaves > 0, "  %s: %d foglie hanno il valore giusto", w.File, w.Leaves)
			checked.add(len(w.LeftOut) > 0, "  %s: lasciate fuori per regola: %s", w.File, strings.Join(w.LeftOut, ", "))
		}
	}
	proven := part{title: "Provato:"}
	proven.add(true, "le voci sono quelle firmate dalla chiave del registro, e ogni atto era possibile quando è stato compiuto, secondo gli orari che riportano")
	proven.add(r.Kept > 0, "il registro continua il checkpoint di %d voci che avevi conservato: nulla di precedente è stato cambiato", r.Kept)
	proven.add(len(r.Cosigners) > 0, "%s ha firmato il registro fino alla voce %d", strings.Join(r.Cosigners, ", "), r.CosignedSize-1)
	proven.add(len(r.Consultations) > 0, "le regole delle consultazioni qui sopra erano congelate prima")
	proven.add(drawn.Done(r.Draws) > 0, "%d sorteggi non sono stati guidati una volta fissati gli elenchi: ognuno segue da file registrati prima che il caso del faro si potesse conoscere", drawn.Done(r.Draws))
	proven.add(r.Rounds > 0, "dei giri di risposta qui sopra sono registrate esattamente le tabelle che le regole nominano; ogni cifra ed esito del panel, e ogni ragione, segue dalle loro foglie")
	proven.add(r.Releases > 0, "ogni cifra dei rilasci intermedi qui sopra segue dai conteggi arrotondati che il registro ha fissato")
	proven.add(len(settled) > 0, "le schede di queste ricevute sono state trattate come detto: %s", strings.Join(settled, ", "))
	not := part{title: "Non provato:"}
	not.add(len(r.Consultations) == 0, "nessuna regola, nessun termine, nessuna cifra e nessun esito: non c'erano i file di nessuna consultazione")
	for _, c := range r.Consultations {
		not.add(c.Untitled, "il titolo di %s: l'elenco la chiama %s, e nulla di firmato lo dice", c.ID, strconv.Quote(c.Title))
		not.add(c.Unplaced, "il nome %s: l'elenco chiama così la cartella di %s, e nulla di firmato lo dice", c.Slug, c.ID)
	}
	for _, c := range r.Consultations {
		not.add(len(c.Unsaid) > 0, "del parere di %s questi testi, che nessuna voce riporta, o non più: %s", c.Slug, strings.Join(c.Unsaid, ", "))
	}
	not.add(len(r.Consultations) > 0 && r.Unread > 0, "nessuna regola, nessun termine, nessuna cifra e nessun esito delle %d consultazioni i cui file non sono stati guardati", r.Unread)
	not.add(r.waiting() > 0, "nessuna cifra e nessun esito dei %d giri chiusi e non ancora pubblici", r.waiting())
	not.add(len(ahead) > 0, "che le schede di queste ricevute siano contate: %s; i loro giri non sono ancora pubblici, vanno ricontrollate quando lo saranno", strings.Join(ahead, ", "))
	not.add(true, "che i partecipanti siano persone vere, ognuna una volta sola, e che gli elenchi ne abbiano quante dicono: dipende da chi li tiene")
	not.add(len(r.Draws) > 0, "che l'elenco di un sorteggio sia completo, che ogni biglietto sia una persona, e che nessuno abbia potuto togliere a piacere il secondo biglietto di una famiglia")
	not.add(true, "che le schede di chi è rimasto in silenzio non siano false")
	not.add(true, "nulla sulle ricevute non controllate qui: una scheda cambiata la trova chi ne ha conservato la ricevuta")
	not.add(len(r.Receipts) > 0, "che un valore detto «browser» sia quello estratto dalla pagina della persona: il server poteva metterne uno suo; due ricevute con lo stesso lo mostrerebbero")
	not.add(r.partless() > 0, "che %d delle ricevute non siano anche di un'altra persona: il loro seme l'ha scelto solo il server, e chi ha risposto allo stesso modo potrebbe avere la stessa; vanno confrontate", r.partless())
	not.add(true, "che non resti copia di una chiave distrutta, in un backup o altrove")
	not.add(true, "che gli orari delle voci siano quelli veri: li scrive chi firma il registro")
	not.add(true, "che nessuno abbia risposto sotto pressione")
	not.add(true, "che altro racconta il parere: nomi e uffici, titoli e fonti dei documenti, contributi, sintesi e limiti, che la sua impronta fissa e per cui si può leggere il registro")
	not.add(true, "quali ragioni vengono da fuori della metà centrale: nessuna tabella unisce parole e valori")
	not.add(r.LeftOut > 0, "chi è lasciato fuori da %d tabelle di cambiamento: la regola dice quanti, li ha scelti una chiave distrutta", r.LeftOut)
	not.add(r.Releases > 0, "che i conteggi arrotondati dei rilasci intermedi siano giusti: non hanno foglie")
	not.add(!r.Pinned, "che la chiave del registro sia quella giusta: è stata presa per buona dal registro stesso (--key %s)", r.Key)
	not.add(len(r.Cosigners) > 0 && !r.CosignersPinned, "che le chiavi dei cofirmatari siano le loro: sono state prese per buone dal registro stesso (--cosigner)")
	not.add(len(r.Cosigners) == 0, "che tutti vedano lo stesso registro: nessun cofirmatario è richiesto")
	not.add(r.CosignedSize > 0 && r.CosignedSize < r.Size, "le ultime %d voci per i cofirmatari: non le hanno ancora firmate", r.Size-r.CosignedSize)
	not.add(r.Kept == 0, "che il registro non sia mai stato riscritto: non è stato dato un checkpoint conservato prima (conserva questo per --checkpoint)")
	not.add(len(r.Removals)+r.Contributions+r.Reasons > 0, "che cosa dicevano le parole rimosse")
	return []part{checked, proven, not}
}

// stages are the stages of a consultation in Italian.
var stages = map[string]string{
	"draft": "bozza", "announced": "annunciata", "running": "in corso", "concluded": "conclusa",
	"published": "pubblicata", "answered": "con risposta", "withdrawn": "ritirata",
}

func numbered(list []int64) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(list), " ", ", "), "[]")
}
