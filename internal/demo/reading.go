package demo

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/library"
)

// reading is a document that a panel is given: a file, or what its form links to.
type reading struct {
	form       library.Form
	name, body string // of the file; "" for a link
}

// give adds documents to the library of a draft.
func give(ctx context.Context, s Services, actor account.Actor, space uuid.UUID, all []reading) error {
	for _, r := range all {
		var file *library.Upload
		if r.name != "" {
			file = &library.Upload{Name: r.name, Body: strings.NewReader(r.body)}
		}
		if _, err := s.Library.Add(ctx, actor, space, r.form, file); err != nil {
			return err
		}
	}
	return nil
}

// accidents is what the panel of the school streets reads.
func accidents() []reading {
	return []reading{
		{
			form: library.Form{
				Title: "Incidenti con feriti entro 200 metri dalle scuole, 2021–2025", Source: "Polizia locale di Riva d’Arno", Dated: "2026-01-20",
				Language: "it", Licence: "cc-by-4.0", Description: "Diciassette incidenti, per scuola e per fascia oraria.",
			},
			name: "incidenti.csv",
			body: "scuola;fascia;incidenti\nPascoli;7:50-8:20;4\nPascoli;16:00-16:30;2\nMarconi;7:50-8:20;3\nMarconi;12:30-13:00;1\nFonda;7:50-8:20;3\nFonda;18:00-22:00;2\nTigli;7:50-8:20;2\n",
		},
		{
			form: library.Form{
				Title: "Mappa delle dodici scuole e dei limiti attuali", Source: "Comune di Riva d’Arno", Dated: "2026-02-02",
				Language: "it", Licence: "cc0-1.0", Description: "Limiti, sensi unici, fermate.", Link: "https://riva.example/mappe/scuole",
			},
		},
	}
}

// market is what the panel of the square reads.
func market() []reading {
	return []reading{{
		form: library.Form{
			Title: "Chi usa la piazza, e quando", Source: "Comune di Riva d’Arno", Dated: "2026-01-15",
			Language: "it", Licence: "cc-by-4.0", Description: "Presenze contate in quattro giorni di maggio, con il mercato e senza.",
		},
		name: "presenze.csv",
		body: "giorno;ora;presenze\nsabato;10;640\nsabato;17;180\nmartedì;10;90\nmartedì;17;210\n",
	}}
}
