package account

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"delfi/internal/fault"
	"delfi/internal/postgres"
)

// enter gives the account behind claims, made or refreshed. It reads before it
// writes: even an upsert that changes nothing would leave the transaction's
// number on the row.
func enter(ctx context.Context, tx *postgres.Tx, c Claims) (uuid.UUID, error) {
	var id uuid.UUID
	stored := Claims{Issuer: c.Issuer, Subject: c.Subject}
	err := tx.QueryRowContext(ctx, `
		SELECT id, name, email, municipality, language
		FROM civic.account
		WHERE issuer = $1 AND subject = $2`,
		c.Issuer, c.Subject).Scan(&id, &stored.Name, &stored.Email, &stored.Municipality, &stored.Language)
	if errors.Is(err, sql.ErrNoRows) {
		return insert(ctx, tx, c)
	}
	if err != nil {
		return uuid.Nil, fmt.Errorf("enter: %w", err)
	}
	if c.Language == "" {
		c.Language = stored.Language
	}
	if c.Name == stored.Name && c.Email == stored.Email && c.Municipality == stored.Municipality && c.Language == stored.Language {
		return id, nil
	}
	_, err = tx.ExecContext(ctx, `
		UPDATE civic.account
		SET name = $2, email = $3, municipality = $4, language = $5
		WHERE id = $1`,
		id, c.Name, c.Email, c.Municipality, c.Language)
	if err != nil {
		return uuid.Nil, fmt.Errorf("enter: %w", err)
	}
	return id, nil
}

// insert makes an account; two first sign-ins at once make one.
func insert(ctx context.Context, tx *postgres.Tx, c Claims) (uuid.UUID, error) {
	if c.Language == "" {
		c.Language = "it"
	}
	var id uuid.UUID
	err := tx.QueryRowContext(ctx, `
		INSERT INTO civic.account (id, issuer, subject, name, email, municipality, language)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT ON CONSTRAINT account_issuer_subject
		DO UPDATE SET name = excluded.name, email = excluded.email, municipality = excluded.municipality, language = excluded.language
		RETURNING id`,
		uuid.New(), c.Issuer, c.Subject, c.Name, c.Email, c.Municipality, c.Language).Scan(&id)
	if err != nil {
		return uuid.Nil, fmt.Errorf("insert account: %w", err)
	}
	return id, nil
}

// actor reads an account and its roles in one statement, with the edition of that moment.
func actor(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (Actor, Edition, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT e.number, a.name, a.municipality, r.administration, r.role
		FROM civic.account a
		CROSS JOIN civic.edition e
		LEFT JOIN civic.role r ON r.account = a.id
		WHERE a.id = $1
		ORDER BY r.administration, r.role`, id)
	if err != nil {
		return Actor{}, 0, fmt.Errorf("actor: %w", err)
	}
	defer rows.Close()
	var a Actor
	var at Edition
	for rows.Next() {
		var administration uuid.NullUUID
		var role sql.NullString
		if err := rows.Scan(&at, &a.Name, &a.Municipality, &administration, &role); err != nil {
			return Actor{}, 0, fmt.Errorf("actor: %w", err)
		}
		a.Account = id
		if administration.Valid {
			a.Grants = append(a.Grants, Grant{Administration: administration.UUID, Role: Role(role.String)})
		}
	}
	if err := rows.Err(); err != nil {
		return Actor{}, 0, fmt.Errorf("actor: %w", err)
	}
	if !a.SignedIn() {
		return Actor{}, 0, fault.New(fault.NotFound, "no_account", "there is no such account")
	}
	return a, at, nil
}

// subject is a person as their provider names them.
type subject struct{ issuer, name string }

// entry is the account of a provider's subject as claims would say it, and its actor,
// as of an edition.
type entry struct {
	claims Claims
	actor  Actor
	at     Edition
}

// entered reads the accounts of those subjects that have one.
func entered(ctx context.Context, tx *postgres.Tx, who []subject) (map[subject]entry, error) {
	issuers, names := make([]string, len(who)), make([]string, len(who))
	for i, s := range who {
		issuers[i], names[i] = s.issuer, s.name
	}
	rows, err := tx.QueryContext(ctx, `
		SELECT e.number, a.issuer, a.subject, a.id, a.name, a.email, a.municipality, a.language, r.administration, r.role, r.claimed, b.slug
		FROM unnest($1::text[], $2::text[]) AS asked (issuer, subject)
		JOIN civic.account a ON a.issuer = asked.issuer AND a.subject = asked.subject
		CROSS JOIN civic.edition e
		LEFT JOIN civic.role r ON r.account = a.id
		LEFT JOIN civic.administration b ON b.id = r.administration
		ORDER BY r.administration, r.role`, pq.StringArray(issuers), pq.StringArray(names))
	if err != nil {
		return nil, fmt.Errorf("entered: %w", err)
	}
	defer rows.Close()
	found := make(map[subject]entry, len(who))
	for rows.Next() {
		var s subject
		var e entry
		var administration uuid.NullUUID
		var role, slug sql.NullString
		var claimed sql.NullBool
		c := &e.claims
		if err := rows.Scan(&e.at, &s.issuer, &s.name, &e.actor.Account, &c.Name, &c.Email, &c.Municipality, &c.Language, &administration, &role, &claimed, &slug); err != nil {
			return nil, fmt.Errorf("entered: %w", err)
		}
		c.Issuer, c.Subject = s.issuer, s.name
		e.actor.Name, e.actor.Municipality = c.Name, c.Municipality
		if before, again := found[s]; again {
			e = before
		}
		if administration.Valid {
			e.actor.Grants = append(e.actor.Grants, Grant{Administration: administration.UUID, Role: Role(role.String)})
			if claimed.Bool {
				e.claims.Groups = append(e.claims.Groups, slug.String+"/"+role.String)
			}
		}
		found[s] = e
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("entered: %w", err)
	}
	return found, nil
}

func people(ctx context.Context, tx *postgres.Tx, administration uuid.UUID, role Role) ([]Person, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT a.id, a.name, a.email, array_agg(r.role ORDER BY r.role)
		FROM civic.account a
		JOIN civic.role r ON r.account = a.id AND r.administration = $1
		WHERE EXISTS (
			SELECT 1
			FROM civic.role held
			WHERE held.account = a.id AND held.administration = $1 AND held.role = $2)
		GROUP BY a.id, a.name, a.email
		ORDER BY a.name, a.id`,
		administration, role)
	if err != nil {
		return nil, fmt.Errorf("people: %w", err)
	}
	defer rows.Close()
	var out []Person
	for rows.Next() {
		var p Person
		var roles []string
		if err := rows.Scan(&p.ID, &p.Name, &p.Email, pq.Array(&roles)); err != nil {
			return nil, fmt.Errorf("people: %w", err)
		}
		for _, r := range roles {
			p.Roles = append(p.Roles, Role(r))
		}
		out = append(out, p)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("people: %w", err)
	}
	return out, nil
}

func addressees(ctx context.Context, tx *postgres.Tx, ids []uuid.UUID) ([]Addressee, error) {
	said := make([]string, len(ids))
	for i, id := range ids {
		said[i] = id.String()
	}
	rows, err := tx.QueryContext(ctx, `
		SELECT id, name, email, language
		FROM civic.account
		WHERE id = ANY ($1::uuid[])
		ORDER BY id`, pq.Array(said))
	if err != nil {
		return nil, fmt.Errorf("addressees: %w", err)
	}
	defer rows.Close()
	var out []Addressee
	for rows.Next() {
		var a Addressee
		if err := rows.Scan(&a.Account, &a.Name, &a.Email, &a.Language); err != nil {
			return nil, fmt.Errorf("addressees: %w", err)
		}
		out = append(out, a)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("addressees: %w", err)
	}
	return out, nil
}
