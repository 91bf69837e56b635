package pseudonym

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"delfi/internal/platform/postgres"
)

// Alias is the name under which contributions and posts of one space are written.
type Alias struct {
	ID   [16]byte
	Name string // "Tiglio 27"
}

// words are trees and birds: one word each, said the same by everyone, none
// that could be a person's name or a joke about one.
var words = []string{
	"Abete", "Acero", "Agrifoglio", "Airone", "Albicocco", "Allocco", "Allodola", "Alloro",
	"Aquila", "Balestruccio", "Beccaccia", "Betulla", "Biancospino", "Bosso", "Calandra", "Cappellaccia",
	"Cardellino", "Carpino", "Castagno", "Cedro", "Cerro", "Chiurlo", "Ciliegio", "Cincia",
	"Cipresso", "Civetta", "Codirosso", "Cormorano", "Corbezzolo", "Corniolo", "Crociere", "Cutrettola",
	"Fagiano", "Faggio", "Falco", "Farnia", "Fenicottero", "Folaga", "Frassino", "Fringuello",
	"Gabbiano", "Gazza", "Gelso", "Gheppio", "Ghiandaia", "Ginepro", "Germano", "Ginkgo",
	"Gruccione", "Ippocastano", "Leccio", "Larice", "Lentisco", "Luì", "Magnolia", "Mandorlo",
	"Marzaiola", "Melo", "Merlo", "Mimosa", "Mirto", "Nespolo", "Nibbio", "Nocciolo",
	"Noce", "Occhiocotto", "Olivo", "Olmo", "Ontano", "Oriolo", "Ortolano", "Passera",
	"Pavoncella", "Peppola", "Pero", "Pesco", "Pettirosso", "Picchio", "Pino", "Pioppo",
	"Platano", "Poiana", "Quercia", "Rampichino", "Regolo", "Rigogolo", "Robinia", "Rondine",
	"Rondone", "Rovere", "Salice", "Sambuco", "Saltimpalo", "Scricciolo", "Smergo", "Sorbo",
	"Sparviere", "Spatola", "Spioncello", "Starna", "Storno", "Strillozzo", "Stiaccino", "Sughera",
	"Susino", "Svasso", "Tamerice", "Tarabuso", "Tasso", "Tiglio", "Topino", "Tordo",
	"Torcicollo", "Tortora", "Upupa", "Usignolo", "Verdone", "Verzellino", "Viburno",
	"Volpoca", "Zigolo",
}

// candidates is how many names an alias has a claim to before it falls back on
// its number; the first half have two digits, the rest up to four.
const candidates = 16

// candidate gives the i-th name that an alias may take: a hash of its public
// id, so that a name tells no more than the id.
func candidate(id [16]byte, i int) string {
	h := sha256.Sum256(append(append([]byte("alias name v1"), id[:]...), byte(i)))
	word := words[binary.BigEndian.Uint32(h[:])%uint32(len(words))]
	if i >= candidates {
		return fmt.Sprintf("%s %d", word, binary.BigEndian.Uint64(h[4:]))
	}
	top := uint32(99)
	if i >= candidates/2 {
		top = 9999
	}
	return fmt.Sprintf("%s %d", word, 1+binary.BigEndian.Uint32(h[4:])%top)
}

// Alias gives the alias of an account in a consultation's space. It only reads:
// before anything was written under it, its name is the first that is free, and
// Claim makes it this alias's own.
func (s *Service) Alias(ctx context.Context, consultation, account uuid.UUID) (Alias, error) {
	return s.alias(ctx, consultation, "alias v1", account[:])
}

// ForeignAlias is Alias for an author of an imported conversation.
func (s *Service) ForeignAlias(ctx context.Context, consultation uuid.UUID, author string) (Alias, error) {
	return s.alias(ctx, consultation, "foreign alias v1", []byte(author))
}

func (s *Service) alias(ctx context.Context, consultation uuid.UUID, domain string, who []byte) (Alias, error) {
	key, err := s.key(ctx, consultation, aliasScope)
	if err != nil {
		return Alias{}, err
	}
	defer clear(key)
	var a Alias
	copy(a.ID[:], derive(key, domain, who, consultation[:]))
	err = s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		a.Name, err = aliasName(ctx, tx, consultation, a.ID)
		return err
	})
	return a, err
}

// aliasName gives the claimed name, or the first candidate that nobody claimed.
func aliasName(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, id [16]byte) (string, error) {
	name, err := findAlias(ctx, tx, consultation, id)
	if err != nil || name != "" {
		return name, err
	}
	wanted := make([]string, candidates)
	for i := range wanted {
		wanted[i] = candidate(id, i)
	}
	taken, err := takenNames(ctx, tx, consultation, wanted)
	if err != nil {
		return "", err
	}
	for _, n := range wanted {
		if !taken[n] {
			return n, nil
		}
	}
	return candidate(id, candidates), nil
}

// Claim makes the names of aliases their own within the consultation, in the transaction
// that stores the first texts under them, and gives each alias by its id with the name
// that it has from then on. Repeatable; the caller holds the consultation's lock. It is
// not done earlier, since a row born with a visit or an enrolment would tell by its place
// who it belongs to: rows are written in the order of the ids.
func Claim(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, aliases []Alias) (map[[16]byte]Alias, error) {
	names, err := claimedNames(ctx, tx, consultation)
	if err != nil {
		return nil, err
	}
	taken := make(map[string]bool, len(names)+len(aliases))
	for _, n := range names {
		taken[n] = true
	}
	out := make(map[[16]byte]Alias, len(aliases))
	var fresh []Alias
	for _, a := range aliases {
		if _, twice := out[a.ID]; twice {
			continue
		}
		name, claimed := names[a.ID]
		a.Name = name
		if !claimed {
			fresh = append(fresh, a)
		}
		out[a.ID] = a
	}
	slices.SortFunc(fresh, func(a, b Alias) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	for i := range fresh {
		a := &fresh[i]
		n := 0
		for n < candidates && taken[candidate(a.ID, n)] {
			n++
		}
		a.Name = candidate(a.ID, n)
		taken[a.Name] = true
		out[a.ID] = *a
	}
	return out, insertAliases(ctx, tx, consultation, fresh)
}
