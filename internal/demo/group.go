package demo

import (
	"context"
	"fmt"
	"strings"

	"delfi/internal/account"
	"delfi/internal/consultation/draft"
)

// treesAndShade is a consultation of two groups: residents by claim, agronomists by their
// order's roll, on which Karim and Lucia stand.
func treesAndShade() play {
	return play{
		administration: "riva", startDaysAgo: -12, panel: 12, until: asAnnounced,
		group: "agronomi", owner: "Ordine degli agronomi di Riva d’Arno", roll: register,
		form: draft.Form{
			Slug: "alberi-e-ombra", Language: "it", Title: "Alberi e ombra nel quartiere Ponte",
			Question:            "Dove servono alberi e ombra nel quartiere Ponte, e quali?",
			Background:          "Nel quartiere d’estate si superano i 35 gradi per venti giorni. Il Comune può piantare **sessanta alberi** in due autunni.",
			CommitmentQuotation: "La Giunta decide dove piantare gli alberi dopo aver risposto, punto per punto, al parere del panel.",
			CommitmentDecider:   "La Giunta comunale", CommitmentSubject: "gli alberi del quartiere Ponte",
			CommitmentAct: "Delibera di Giunta n. 58", CommitmentSignatory: "Giulia Bortolotti, assessora al verde",
			Protocol: `{"version": 1, "variant": "classical",
				"panel": {"groups": [
					{"id": "cittadini", "name": {"it": "Cittadini"}, "access": "claim", "rule": "municipality X001 Riva d’Arno; age 16-; level 2"},
					{"id": "agronomi", "name": {"it": "Agronomi e forestali"}, "access": "roll", "rule": "Ordine degli agronomi di Riva d’Arno"}]},
				"rounds": [{"kind": "gather", "days": 14}, {"kind": "answer", "days": 14}, {"kind": "answer", "days": 14}],
				"item_kinds": [{"id": "grado", "kind": "scale", "points": 9}],
				"consensus": {"rule": "share", "share": {"from": 7, "to": 9}},
				"reply": {"n": 45}}`,
		},
	}
}

// register is the roll of an order of invented people: X001 is no place.
const register = `PEC;Nome;Cognome;Numero iscrizione;Codice fiscale;Stato;Data iscrizione;Data cancellazione
alba.nobili@pec.example;Alba;Nobili;0101;NBLLBA55A42X001K;Attivo;02/03/1985;
bruno.zagni@pec.example;Bruno;Zagni;0108;ZGNBRN58B04X001V;Attivo;04/03/1987;
clara.montorsi@pec.example;Clara;Montorsi;0115;MNTCLR61C46X001C;Attivo;06/03/1989;
dino.ferretti@pec.example;Dino;Ferretti;0122;FRRDNI64D08X001I;Attivo;08/03/1991;
emma.gatti@pec.example;Emma;Gatti;0129;GTTMME67E50X001N;Attivo;10/03/1993;
fabio.lodi@pec.example;Fabio;Lodi;0136;LDOFBA70H12X001J;Sospeso;12/03/1995;
greta.bassoli@pec.example;Greta;Bassoli;0143;BSSGRT73L54X001V;Attivo;14/03/1997;
igor.manfredini@pec.example;Igor;Manfredini;0150;MNFGRI76M16X001R;Attivo;16/03/1999;
livia.cavani@pec.example;Livia;Cavani;0157;CVNLVI79P58X001W;Attivo;18/03/2001;
mirko.prandini@pec.example;Mirko;Prandini;0164;PRNMRK82R20X001W;Attivo;20/03/2003;
noemi.sala@pec.example;Noemi;Sala;0171;SLANMO85S62X001K;Attivo;22/03/2005;
piero.vezzali@pec.example;Piero;Vezzali;0178;VZZPRI88T24X001J;Attivo;24/03/2007;
karim.haddad@pec.example;Karim;Haddad;0185;HDDKRM95P08Z330L;Attivo;05/03/2019;
lucia.ferraboschi@pec.example;Lucia;Ferraboschi;0192;FRRLCU62T41X001D;Attivo;05/03/2019;
`

// enlist loads the roll of a play's group.
func enlist(ctx context.Context, s Services, administrator account.Actor, p play) error {
	if p.roll == "" {
		return nil
	}
	found, err := s.Access.Check(ctx, administrator, p.form.Slug, p.group, p.owner, strings.NewReader(p.roll))
	if err != nil {
		return err
	}
	if found.Sheet.Bad > 0 {
		return fmt.Errorf("the roll has flaws: %d", found.Sheet.Bad)
	}
	_, err = s.Access.Import(ctx, administrator, p.form.Slug, p.group, found.ID)
	return err
}
