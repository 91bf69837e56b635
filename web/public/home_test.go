package public

import (
	"testing"
	"time"

	"delfi/internal/consultation"
	"delfi/web/dossier"
	"delfi/web/i18n"
	"delfi/web/page"
)

// What the administration owes is said with its date, and louder when it is late.
func TestDebt(t *testing.T) {
	now := time.Date(2026, 6, 1, 10, 0, 0, 0, time.UTC)
	q := &page.Request{Printer: i18n.Printer{Lang: "it", Now: now}}
	for days, want := range map[int]string{12: "Risposta dovuta entro 12 giorni", 1: "Risposta dovuta entro domani", 0: "Risposta dovuta oggi", -1: "Risposta in ritardo di 1 giorno", -3: "Risposta in ritardo di 3 giorni"} {
		v := view{dossier.View{Consultation: consultation.Consultation{Stage: consultation.Published, PublishedAt: now.AddDate(0, 0, days-30), Commitment: consultation.Commitment{ReplyDays: 30}}}}
		tone, _, words := v.debt(q)
		if words != want || (tone == "no") != (days < 0) {
			t.Errorf("%d days: %q in %q", days, words, tone)
		}
	}
	v := view{dossier.View{Consultation: consultation.Consultation{Origin: &consultation.Origin{Name: "Polis"}, Stage: consultation.Published, PublishedAt: now}}}
	if _, _, words := v.debt(q); words != "" {
		t.Errorf("a conversation held elsewhere is owed %q", words)
	}
}
