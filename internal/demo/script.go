package demo

import (
	"delfi/internal/consultation"
	"delfi/internal/consultation/draft"
	"delfi/internal/delphi/protocol"
)

// leaning is how the synthetic panel stands towards a statement.
type leaning int

// The leanings, one for each verdict that the demonstration wants to show.
const (
	agreed   leaning = iota // nearly all at 7–9
	inclined                // a good half at 7–9
	poles                   // two camps
	moving                  // the second round differs from the first
	spread                  // anything
)

// statement is one item of the script, with the contributions that it came from.
type statement struct {
	text    string
	leaning leaning
	from    []string // contributions merged into it
	leftOut string
	why     string // the moderator's public reason
	against []string
	favour  []string
	unsaid  []string // of both, those whose authors do not say which side they argue
}

// play is one consultation of the script.
type play struct {
	administration string // slug
	startDaysAgo   int    // when round 1 opens; negative lies ahead
	form           draft.Form
	reading        []reading // in its library from the draft on
	statements     []statement
	rejected       map[string]string // contribution → public reason
	panel          int               // how many enrol, in the first group
	group          string            // of a roll; "" for none
	owner, roll    string            // who keeps it, and its file
	until          act
	minority       string // the facilitator's report of the dissent
	texts          consultation.OpinionTexts
}

// act is how far a play is taken.
type act int

const (
	asDraft act = iota
	asAnnounced
	asGathering
	asSecondAnswer
	asPublished
)

// script lists the plays: what is made first lies furthest in the past.
func script() []play {
	return []play{schoolStreets(), librarySquare(), greenAvenues(), libraryHours(), borgoMarket(), treesAndShade()}
}

func schoolStreets() play {
	return play{
		administration: "riva", startDaysAgo: 62, panel: 84, until: asPublished, reading: accidents(),
		form: draft.Form{
			Slug: "strade-scolastiche", Language: "it",
			Title:               "Strade scolastiche e zone 30 attorno alle scuole",
			Question:            "Dove, quando e come rallentare il traffico davanti alle dodici scuole primarie di Riva d’Arno?",
			Background:          "Ogni mattina circa **2.400 bambini** entrano a scuola fra le 7:50 e le 8:20. La Polizia locale ha contato 17 incidenti con feriti in cinque anni entro duecento metri dagli ingressi.\n\nIl Comune ha risorse per intervenire davanti a tutte le scuole, ma non per fare tutto ovunque.",
			CommitmentQuotation: "Entro tre mesi dal parere la Giunta decide sulle zone 30 e sugli accessi alle scuole primarie. Prima di decidere risponde, punto per punto, a quello che il panel avrà detto. Se dice no, scrive perché.",
			CommitmentDecider:   "La Giunta comunale", CommitmentSubject: "zone 30 e accessi alle scuole primarie",
			CommitmentAct: "Delibera di Giunta n. 41", CommitmentSignatory: "Giulia Bortolotti, assessora alla mobilità",
			CommitmentMoney: "420.000 euro in due anni", CommitmentLeftOut: "scuolabus e ZTL del centro",
			Protocol: draft.Classical(protocol.ClassicalPlan{
				Language: "it", Low: "per niente d’accordo", High: "del tutto d’accordo", GroupName: "Cittadini", GatherDays: 12, AnswerDays: 12, AnswerRounds: 2, Points: 9, SharePermille: 750, CannotJudge: true,
			}),
		},
		statements: []statement{
			{
				text: "Ogni scuola primaria ha almeno un percorso casa–scuola protetto, a piedi o in bici, entro due anni.", leaning: agreed,
				from:   []string{"Servono percorsi sicuri: da via dei Tigli alla scuola non c’è marciapiede per cento metri.", "Un percorso pedonale protetto per ogni scuola, anche piccolo, ma continuo."},
				why:    "Stessa richiesta: un percorso continuo per ogni scuola.",
				favour: []string{"Se il percorso si interrompe anche solo in un punto i genitori prendono l’auto.", "Due anni sono un tempo onesto: alcuni tratti sono già pronti."}, against: []string{"Due anni sono pochi: meglio tre scuole fatte bene che dodici a metà."},
				unsaid: []string{"Due anni sono un tempo onesto: alcuni tratti sono già pronti.", "Due anni sono pochi: meglio tre scuole fatte bene che dodici a metà."},
			},
			{
				text: "Nelle vie delle scuole primarie il limite di 30 km/h vale tutto il giorno, non solo all’entrata e all’uscita.", leaning: inclined,
				from:    []string{"Trenta sempre, non solo alle otto: i ragazzi entrano ed escono tutto il giorno.", "Il limite a orario non lo rispetta nessuno: servono regole semplici, uguali a tutte le ore, e una strada disegnata per andare piano.", "Davanti alla palestra di via Fonda a 30 anche la sera: ci si allena fino alle dieci."},
				leftOut: "una strada disegnata per andare piano", why: "Stessa richiesta, tre modi di dirla: il limite non dipende dall’ora.",
				favour: []string{"La scuola apre alle 7:20 e chiude alle 18 con i corsi: gli orari di entrata e uscita non esistono più.", "Una regola sola si ricorda. Un cartello con le fasce orarie non lo legge nessuno."}, against: []string{"In via Fonda alle tre di notte non c’è nessun bambino. Un limite che sembra inutile abitua a ignorarli tutti.", "Guido l’autobus: a 30 tutto il giorno la linea 7 perde quattro minuti per corsa."},
			},
			{
				text: "Entro cento metri dalle scuole la sosta a bordo strada è tolta per allargare i marciapiedi.", leaning: poles,
				from:   []string{"Via le auto in sosta davanti alla scuola: coprono i bambini che attraversano.", "I marciapiedi davanti alla Pascoli sono di ottanta centimetri: togliete la sosta e allargateli."},
				why:    "Le due proposte chiedono la stessa cosa: spazio dalla sosta ai marciapiedi.",
				favour: []string{"Alla Pascoli il marciapiede è largo ottanta centimetri: con il passeggino si cammina in strada."}, against: []string{"Chi accompagna due bambini e poi va al lavoro a Sassuolo non ha alternative: senza sosta si ferma in doppia fila, ed è peggio.", "I residenti non hanno garage: dove lasciano l’auto?"},
			},
			{
				text: "Le vie delle scuole sono chiuse al traffico privato nei trenta minuti dell’entrata e dell’uscita.", leaning: inclined,
				from:   []string{"Fate le strade scolastiche come a Bologna: mezz’ora chiusa e basta.", "Perché non chiudere la strada con una sbarra quando suona la campanella?"},
				why:    "La sbarra è un modo di chiudere la strada: la domanda è se chiuderla.",
				favour: []string{"Mezz’ora si organizza. È l’unica misura che funziona dal primo giorno."}, against: []string{"Chi ha un figlio alla materna e uno alle medie non può essere in due posti a piedi."},
			},
			{
				text: "Le scuole vicine tra loro sfalsano l’entrata di quindici minuti.", leaning: moving,
				from:   []string{"Se le due scuole di via Marconi entrassero a orari diversi ci sarebbe metà traffico."},
				why:    "Proposta unica, riportata con parole che valgono per tutte le scuole.",
				favour: []string{"Il traffico è un problema di contemporaneità: quindici minuti bastano."}, against: []string{"Le famiglie con due figli pagherebbero il pre-scuola."},
				unsaid: []string{"Il traffico è un problema di contemporaneità: quindici minuti bastano."},
			},
			{
				text: "Pedibus e bicibus sono organizzati e pagati dal Comune, con accompagnatori formati.", leaning: agreed,
				from:   []string{"Il pedibus funziona finché ci sono i volontari: pagate qualcuno.", "Un bicibus per quartiere, con una persona formata davanti e una dietro."},
				why:    "Pedibus e bicibus pongono la stessa domanda: chi li organizza e li paga.",
				favour: []string{"I volontari si stancano a novembre. Con due persone pagate il pedibus dura tutto l’anno."}, against: []string{"Con gli stessi soldi si mettono in sicurezza tre incroci, per sempre."},
			},
		},
		rejected: map[string]string{"Il sindaco dovrebbe vergognarsi.": "Non contiene una proposta o un’osservazione sulla domanda."},
		minority: "Chi è contrario al limite di 30 km/h tutto il giorno chiede che **di notte valga il limite ordinario** e che la linea 7 non perda la coincidenza.\n\nSulla sosta ci sono due parti opposte:\n\n- **contro**: «Chi accompagna due bambini e poi va al lavoro a Sassuolo non ha alternative: senza sosta si ferma in doppia fila, ed è peggio.»\n- **a favore**: «Alla Pascoli il marciapiede è largo ottanta centimetri: con il passeggino si cammina in strada.»\n\nSul pedibus c’è chi preferirebbe, con gli stessi soldi, mettere in sicurezza tre incroci.",
		texts: consultation.OpinionTexts{
			Summary:     "Il panel chiede percorsi protetti e pedibus a carico del Comune. È diviso sulla sosta: due parti opposte, ciascuna oltre un terzo.",
			Limitations: "Le persone del panel si sono iscritte da sole: non sono un campione della popolazione di Riva d’Arno.",
		},
	}
}

func librarySquare() play {
	return play{
		administration: "riva", startDaysAgo: 32, panel: 60, until: asSecondAnswer, reading: market(),
		form: draft.Form{
			Slug: "piazza-della-pomposa", Language: "it",
			Title:               "Piazza della Pomposa: ombra, sedute, mercato",
			Question:            "Che cosa tenere e che cosa cambiare nella piazza, ora che si rifà la pavimentazione?",
			Background:          "I lavori di pavimentazione cominciano in primavera. Il mercato del sabato resta: si discute di **come** e **dove**.",
			CommitmentQuotation: "Il progetto esecutivo della piazza terrà conto del parere. La Giunta risponde per iscritto a ogni punto prima di approvarlo.",
			CommitmentDecider:   "La Giunta comunale", CommitmentSubject: "il progetto esecutivo della piazza",
			CommitmentAct: "Delibera di Giunta n. 57", CommitmentSignatory: "Andrea Lolli, assessore ai lavori pubblici",
			CommitmentMoney: "890.000 euro", CommitmentLeftOut: "la viabilità attorno alla piazza",
			Protocol: draft.Classical(protocol.ClassicalPlan{
				Language: "it", Low: "per niente d’accordo", High: "del tutto d’accordo", GroupName: "Cittadini", GatherDays: 10, AnswerDays: 10, AnswerRounds: 2, Points: 9, SharePermille: 750, CannotJudge: true,
			}),
		},
		statements: []statement{
			{text: "Almeno un terzo della piazza è all’ombra di alberi veri nelle ore più calde.", leaning: agreed, from: []string{"D’estate la pietra scotta: servono alberi, non ombrelloni.", "Alberi grandi, anche pochi, ma che facciano ombra."}, why: "La stessa idea in due contributi.", favour: []string{"A luglio la piazza è vuota fino alle otto di sera: senza ombra non ci va nessuno."}, against: []string{"Le radici rovineranno la pavimentazione nuova, come in viale Roma."}, unsaid: []string{"Le radici rovineranno la pavimentazione nuova, come in viale Roma."}},
			{text: "Le sedute sono fisse, con schienale, e almeno venti.", leaning: inclined, from: []string{"Panchine con lo schienale: mia madre ha ottant’anni.", "Sedute vere e non muretti."}, why: "Chiedono la stessa cosa.", favour: []string{"Senza schienale gli anziani non si siedono."}, against: []string{"Meglio sedie che si spostano: ognuno fa il suo gruppo."}},
			{text: "Il mercato del sabato occupa metà della piazza e l’altra metà resta libera.", leaning: poles, from: []string{"Il sabato non si passa: lasciate libera una parte per chi non compra.", "Il mercato deve restare com’è: è la vita della piazza."}, why: "Due contributi opposti sulla stessa questione: si chiede quale prevale.", favour: []string{"Con il passeggino il sabato si fa il giro largo."}, against: []string{"Ho un banco da trent’anni: metà piazza vuol dire metà banchi."}},
			{text: "Una fontanella d’acqua potabile e un bagno pubblico gratuito fanno parte del progetto.", leaning: agreed, from: []string{"Un bagno pubblico pulito, per favore.", "Acqua: una fontanella come quella che c’era."}, why: "Due servizi che il progetto può contenere o no insieme.", favour: []string{"È un servizio che manca a chi viene al mercato."}, against: []string{"Un bagno senza custode dura un mese."}},
			{text: "La sera la piazza ospita spettacoli all’aperto fino alle 23, non più di due alla settimana.", leaning: moving, from: []string{"Cinema all’aperto come una volta!", "Musica sì, ma alle undici si dorme."}, why: "Spettacoli e orario vanno valutati insieme.", favour: []string{"Due sere su sette sono un patto onesto con chi abita sopra."}, against: []string{"Abito al primo piano: due sere la settimana per tre mesi sono ventiquattro sere."}},
		},
	}
}

func greenAvenues() play {
	return play{
		administration: "riva", startDaysAgo: 4, panel: 24, until: asGathering,
		form: draft.Form{
			Slug: "alberi-nei-viali", Language: "it",
			Title:               "Alberi e ombra nei viali",
			Question:            "Quali viali hanno più bisogno di ombra, e a che cosa siamo disposti a rinunciare per averla?",
			Background:          "Il piano del verde prevede **600 alberi nuovi** in tre anni. Un albero grande chiede circa sei metri quadrati di suolo libero.",
			CommitmentQuotation: "Il Consiglio comunale approva il piano del verde entro l’estate e risponde a ogni punto del parere nella delibera.",
			CommitmentDecider:   "Il Consiglio comunale", CommitmentSubject: "il piano del verde, parte sui viali",
			CommitmentAct: "Mozione consiliare n. 12", CommitmentSignatory: "Sara Vecchi, presidente del Consiglio comunale",
			Protocol: draft.Classical(protocol.ClassicalPlan{
				Language: "it", Low: "per niente d’accordo", High: "del tutto d’accordo", GroupName: "Cittadini", GatherDays: 14, AnswerDays: 14, AnswerRounds: 2, Points: 7, SharePermille: 750, ReplyDays: 45, CannotJudge: true,
			}),
		},
		statements: []statement{
			{text: "I primi duecento alberi vanno nei viali attorno alle scuole.", leaning: agreed, from: []string{"Cominciate da viale Marconi: alle fermate non c’è un filo d’ombra.", "Alberi davanti alle scuole prima che altrove."}, why: "Chiedono da dove cominciare."},
			{text: "Dove serve spazio, gli alberi prendono il posto di parcheggi lungo il viale.", leaning: poles, from: []string{"Un parcheggio in meno, un albero in più.", "Non toccate i parcheggi di viale Roma, i negozi sono già in crisi."}, why: "La stessa scelta vista dalle due parti."},
			{text: "Ogni albero tolto è sostituito da due, entro la stagione successiva e nella stessa via.", leaning: inclined, from: []string{"In via Fonda ne hanno tagliati otto e non ne è tornato nessuno.", "Per ogni albero tagliato due piantati, e vicino."}, why: "Stessa regola di sostituzione."},
		},
	}
}

func libraryHours() play {
	return play{
		administration: "riva", startDaysAgo: -18, panel: 12, until: asAnnounced,
		form: draft.Form{
			Slug: "orari-biblioteche", Language: "it",
			Title:               "Orari delle biblioteche di quartiere",
			Question:            "Con le stesse ore di apertura, quando servono di più le biblioteche di quartiere?",
			Background:          "Le quattro biblioteche di quartiere aprono ciascuna 26 ore la settimana. Le ore restano le stesse: si sceglie **quando**.",
			CommitmentQuotation: "I nuovi orari partono a settembre. Prima di fissarli l’assessorato risponde a ogni punto del parere.",
			CommitmentDecider:   "L’assessorato alla cultura", CommitmentSubject: "gli orari delle quattro biblioteche di quartiere",
			CommitmentAct: "Determina n. 310", CommitmentSignatory: "Elena Magnani, assessora alla cultura",
			Protocol: draft.Classical(protocol.ClassicalPlan{
				Language: "it", Low: "per niente d’accordo", High: "del tutto d’accordo", GroupName: "Cittadini", GatherDays: 14, AnswerDays: 14, AnswerRounds: 2, Points: 9, SharePermille: 750, CannotJudge: true,
			}),
		},
	}
}

func borgoMarket() play {
	return play{
		administration: "borgo", startDaysAgo: -30, until: asDraft,
		form: draft.Form{
			Slug: "mercato-coperto", Language: "it", Title: "Il mercato coperto",
			Question: "Che cosa fare del mercato coperto?",
			Protocol: draft.Classical(protocol.ClassicalPlan{
				Language: "it", Low: "per niente d’accordo", High: "del tutto d’accordo", GroupName: "Cittadini", GatherDays: 14, AnswerDays: 14, AnswerRounds: 2, Points: 9, SharePermille: 750,
			}),
		},
	}
}
