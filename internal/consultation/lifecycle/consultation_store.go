package lifecycle

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"delfi/internal/consultation"
	"delfi/internal/consultation/draft/form"
	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
	"delfi/internal/space"
)

func InsertDraft(ctx context.Context, tx *postgres.Tx, c consultation.Consultation) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.consultation (id, administration, space, slug, language, title, question, background, translations, stage, form, starts_at, drafted_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		c.ID, c.Administration, c.Space, c.Slug, c.Language, c.Title, c.Question, c.Background, translations(c), c.Stage, c.Form, null(c.StartsAt), tx.Now)
	return taken(err)
}

func InsertForeign(ctx context.Context, tx *postgres.Tx, c consultation.Consultation) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.consultation (id, administration, space, slug, language, title, question, background, stage, protocol, protocol_hash, starts_at,
			origin_name, origin_url, origin_licence, drafted_at, announced_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, '', $8, $9, $10, $11, $12, $13, $14, $11, $11)`,
		c.ID, c.Administration, c.Space, c.Slug, c.Language, c.Title, c.Question, c.Stage, string(c.Protocol.Canonical()), c.ProtocolHash, tx.Now,
		c.Origin.Name, c.Origin.URL, c.Origin.Licence)
	return taken(err)
}

func SaveDraft(ctx context.Context, tx *postgres.Tx, c consultation.Consultation) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE civic.consultation
		SET slug = $2, language = $3, title = $4, question = $5, background = $6, form = $7, starts_at = $8, translations = $9
		WHERE id = $1`,
		c.ID, c.Slug, c.Language, c.Title, c.Question, c.Background, c.Form, null(c.StartsAt), translations(c))
	return taken(err)
}

// translations writes the texts of a consultation in its further languages.
func translations(c consultation.Consultation) string {
	if len(c.Translations) == 0 {
		return "{}"
	}
	b, err := json.Marshal(c.Translations)
	if err != nil {
		panic(fmt.Sprintf("translations: %v", err)) // texts by texts always marshal
	}
	return string(b)
}

// taken turns a slug that somebody else has into a field to mend.
func taken(err error) error {
	switch {
	case err == nil:
		return nil
	case postgres.Constraint(err) == "consultation_slug":
		return fault.Bad(fault.Field{Name: "slug", Code: "slug_taken", Message: "another consultation has this address: choose another"})
	case postgres.Constraint(err) == "consultation_administration":
		return fault.New(fault.NotFound, "not_found", "there is no such administration")
	}
	return fmt.Errorf("consultation: %w", err)
}

func DeleteDraft(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	_, err := tx.ExecContext(ctx, `
		DELETE FROM civic.consultation
		WHERE id = $1 AND stage = 'draft'`, id)
	if err != nil {
		return fmt.Errorf("delete draft: %w", err)
	}
	return nil
}

// SaveCommitment writes what the form says in place of what it said.
func SaveCommitment(ctx context.Context, tx *postgres.Tx, id uuid.UUID, c consultation.Commitment) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO civic.commitment (consultation, quotation, decider, subject, decide_by, reply_days, act, signatory, money, left_out)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT ON CONSTRAINT commitment_pkey
		DO UPDATE SET quotation = excluded.quotation, decider = excluded.decider, subject = excluded.subject,
			decide_by = excluded.decide_by, reply_days = excluded.reply_days, act = excluded.act,
			signatory = excluded.signatory, money = excluded.money, left_out = excluded.left_out`,
		id, c.Quotation, c.Decider, c.Subject, null(c.DecideBy), c.ReplyDays, c.Act, c.Signatory, c.Money, c.LeftOut)
	if err != nil {
		return fmt.Errorf("commitment: %w", err)
	}
	return nil
}

// SaveTexts writes the texts of a consultation that are not its commitment's.
func SaveTexts(ctx context.Context, tx *postgres.Tx, c consultation.Consultation) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE civic.consultation
		SET title = $2, question = $3, background = $4, translations = $5
		WHERE id = $1`,
		c.ID, c.Title, c.Question, c.Background, translations(c))
	if err != nil {
		return fmt.Errorf("texts: %w", err)
	}
	return nil
}

// updateStage writes all of a consultation that acts change after its announcement.
func Save(ctx context.Context, tx *postgres.Tx, c consultation.Consultation) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE civic.consultation
		SET stage = $2, protocol = $3, protocol_hash = $4, starts_at = $5, announced_at = $6,
			concluded_at = $7, published_at = $8, destroyed_at = $9, withdrawn_for = $10,
			withdrawn_at = CASE WHEN $2 = 'withdrawn' THEN coalesce(withdrawn_at, $11) END
		WHERE id = $1`,
		c.ID, string(c.Stage), string(c.Protocol.Canonical()), c.ProtocolHash, null(c.StartsAt), null(c.AnnouncedAt),
		null(c.ConcludedAt), null(c.PublishedAt), null(c.DestroyedAt), c.Reason, tx.Now)
	if err != nil {
		return fmt.Errorf("stage %s: %w", c.Stage, err)
	}
	return nil
}

// slugged gives the id behind a slug.
func BySlug(ctx context.Context, tx *postgres.Tx, slug string) (uuid.UUID, error) {
	var id uuid.UUID
	err := tx.QueryRowContext(ctx, `
		SELECT id
		FROM civic.consultation
		WHERE slug = $1`, slug).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return uuid.Nil, consultation.ErrNoSlug
	}
	if err != nil {
		return uuid.Nil, fmt.Errorf("slug: %w", err)
	}
	return id, nil
}

// OfSpace gives the id of the consultation whose space it is.
func OfSpace(ctx context.Context, tx *postgres.Tx, space uuid.UUID) (uuid.UUID, error) {
	var id uuid.UUID
	err := tx.QueryRowContext(ctx, `
		SELECT id
		FROM civic.consultation
		WHERE space = $1`, space).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return uuid.Nil, consultation.ErrNoSuch
	}
	if err != nil {
		return uuid.Nil, fmt.Errorf("of space: %w", err)
	}
	return id, nil
}

// lockConsultation makes acts on one consultation stand in line. NO KEY: people
// who enrol or contribute meanwhile refer to the row and need not wait.
func lock(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	err := tx.QueryRowContext(ctx, `
		SELECT id
		FROM civic.consultation
		WHERE id = $1
		FOR NO KEY UPDATE`, id).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return consultation.ErrNoSuch
	}
	if err != nil {
		return fmt.Errorf("lock consultation: %w", err)
	}
	return nil
}

// listed gives the ids of public consultations (CanSee), newest first, and before
// them the drafts of the given administrations and spaces.
func listed(ctx context.Context, tx *postgres.Tx, administrations, spaces []uuid.UUID) ([]uuid.UUID, error) {
	return ids(ctx, tx, `
		SELECT id
		FROM civic.consultation
		WHERE stage <> 'draft' AND (origin_name IS NULL OR published_at IS NOT NULL)
			OR stage = 'draft' AND (administration = ANY($1) OR space = ANY($2))
		ORDER BY announced_at DESC NULLS FIRST, drafted_at DESC, id`, pq.Array(administrations), pq.Array(spaces))
}

// SpaceAt gives the space of an administration's own consultation at a slug; uuid.Nil
// where it has none.
func SpaceAt(ctx context.Context, tx *postgres.Tx, administration uuid.UUID, slug string) (uuid.UUID, error) {
	found, err := ids(ctx, tx, `
		SELECT space
		FROM civic.consultation
		WHERE administration = $1 AND slug = $2 AND origin_name IS NULL`, administration, slug)
	if err != nil || len(found) == 0 {
		return uuid.Nil, err
	}
	return found[0], nil
}

// InSpaces gives the ids of the consultations that have the spaces.
func InSpaces(ctx context.Context, tx *postgres.Tx, spaces []uuid.UUID) ([]uuid.UUID, error) {
	return ids(ctx, tx, `
		SELECT id
		FROM civic.consultation
		WHERE space = ANY($1)
		ORDER BY id`, pq.Array(spaces))
}

// Held gives the ids of an administration's own consultations, drafts included, newest
// first.
func Held(ctx context.Context, tx *postgres.Tx, administration uuid.UUID) ([]uuid.UUID, error) {
	return ids(ctx, tx, `
		SELECT id
		FROM civic.consultation
		WHERE administration = $1 AND origin_name IS NULL
		ORDER BY announced_at DESC NULLS FIRST, drafted_at DESC, id`, administration)
}

// siblings gives the announced consultations of the same administration that
// were held here, for invitations.
func Siblings(ctx context.Context, tx *postgres.Tx, c consultation.Consultation) ([]uuid.UUID, error) {
	return ids(ctx, tx, `
		SELECT id
		FROM civic.consultation
		WHERE administration = $1 AND stage <> 'draft' AND origin_name IS NULL
		ORDER BY id`, c.Administration)
}

func ids(ctx context.Context, tx *postgres.Tx, query string, args ...any) ([]uuid.UUID, error) {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("ids: %w", err)
	}
	defer rows.Close()
	var out []uuid.UUID
	for rows.Next() {
		var id uuid.UUID
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("ids: %w", err)
		}
		out = append(out, id)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("ids: %w", err)
	}
	return out, nil
}

// whole gives one consultation with everything around it.
func Load(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (consultation.Consultation, error) {
	all, err := LoadAll(ctx, tx, []uuid.UUID{id})
	if err != nil {
		return consultation.Consultation{}, err
	}
	if len(all) == 0 {
		return consultation.Consultation{}, consultation.ErrNoSuch
	}
	return all[0], nil
}

// wholes gives consultations in the order of ids, in four statements whatever
// their number, five where one has a group with a secretary.
func LoadAll(ctx context.Context, tx *postgres.Tx, ids []uuid.UUID) ([]consultation.Consultation, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT c.id, c.administration, a.name, a.address, c.space, c.slug, c.language, c.title, c.question, c.background, c.translations, c.stage,
			c.form, c.protocol, c.protocol_hash, c.starts_at, c.origin_name, c.origin_url, c.origin_licence,
			c.announced_at, c.concluded_at, c.published_at, c.destroyed_at, c.withdrawn_for,
			m.quotation, m.decider, m.subject, m.decide_by, m.reply_days, m.act, m.signatory, m.money, m.left_out,
			s.since, s.reason
		FROM civic.consultation c
		JOIN civic.administration a ON a.id = c.administration
		LEFT JOIN civic.commitment m ON m.consultation = c.id
		LEFT JOIN civic.suspension s ON s.consultation = c.id AND s.until IS NULL
		WHERE c.id = ANY($1)`, pq.Array(ids))
	if err != nil {
		return nil, fmt.Errorf("consultations: %w", err)
	}
	defer rows.Close()
	byID := map[uuid.UUID]*consultation.Consultation{}
	for rows.Next() {
		c, err := scanConsultation(rows)
		if err != nil {
			return nil, err
		}
		byID[c.ID] = &c
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("consultations: %w", err)
	}
	if err := staff(ctx, tx, byID); err != nil {
		return nil, err
	}
	if err := rounds(ctx, tx, ids, byID); err != nil {
		return nil, err
	}
	out := make([]consultation.Consultation, 0, len(ids))
	for _, id := range ids {
		if c := byID[id]; c != nil {
			out = append(out, *c)
		}
	}
	return out, nil
}

func scanConsultation(rows *sql.Rows) (consultation.Consultation, error) {
	var (
		c                                                        consultation.Consultation
		words                                                    []byte
		document, rules, originName, originURL, originLicence    sql.NullString
		starts, announced, concluded, published, destroyed       sql.NullTime
		quotation, decider, subject, act, signatory, money, left sql.NullString
		decideBy, since                                          sql.NullTime
		replyDays                                                sql.NullInt64
		reason                                                   sql.NullString
	)
	err := rows.Scan(&c.ID, &c.Administration, &c.AdministrationName, &c.Address, &c.Space, &c.Slug, &c.Language, &c.Title, &c.Question, &c.Background, &words, &c.Stage,
		&document, &rules, &c.ProtocolHash, &starts, &originName, &originURL, &originLicence,
		&announced, &concluded, &published, &destroyed, &c.Reason,
		&quotation, &decider, &subject, &decideBy, &replyDays, &act, &signatory, &money, &left,
		&since, &reason)
	if err != nil {
		return consultation.Consultation{}, fmt.Errorf("consultation: %w", err)
	}
	c.StartsAt, c.AnnouncedAt, c.ConcludedAt = utc(starts), utc(announced), utc(concluded)
	c.PublishedAt, c.DestroyedAt = utc(published), utc(destroyed)
	c.Commitment = consultation.Commitment{
		Quotation: quotation.String, Decider: decider.String, Subject: subject.String, DecideBy: utc(decideBy),
		ReplyDays: int(replyDays.Int64), Act: act.String, Signatory: signatory.String, Money: money.String, LeftOut: left.String,
	}
	if originName.Valid {
		c.Origin = &consultation.Origin{Name: originName.String, URL: originURL.String, Licence: originLicence.String}
	}
	if since.Valid {
		c.Suspended = &consultation.Suspension{Since: utc(since), Reason: reason.String}
	}
	if err := json.Unmarshal(words, &c.Translations); err != nil {
		return consultation.Consultation{}, fmt.Errorf("translations of %s: %w", c.ID, err)
	}
	c.Form = document.String
	if rules.Valid {
		if c.Protocol, err = protocol.Parse([]byte(rules.String)); err != nil {
			return consultation.Consultation{}, fmt.Errorf("protocol of %s: %w", c.ID, err)
		}
	} else if document.Valid {
		p, valid, err := form.Sketch(c.Form)
		if err != nil {
			return consultation.Consultation{}, fmt.Errorf("form of %s: %w", c.ID, err)
		}
		if valid {
			c.Protocol = p // a draft shows what it would freeze
		}
	}
	return c, nil
}

// staff sets the staff of each consultation, and the secretaries of its groups: the spaces have
// them.
func staff(ctx context.Context, tx *postgres.Tx, byID map[uuid.UUID]*consultation.Consultation) error {
	spaces := make([]uuid.UUID, 0, len(byID))
	for _, c := range byID {
		spaces = append(spaces, c.Space)
	}
	of, err := space.Of(ctx, tx, spaces...)
	if err != nil {
		return err
	}
	var declared []uuid.UUID
	for _, c := range byID {
		c.Appointed = of[c.Space]
		c.Staff = space.Serving(c.Appointed, tx.Now)
		if len(c.Declared()) > 0 {
			declared = append(declared, c.Space)
		}
	}
	if len(declared) == 0 {
		return nil
	}
	secretaries, err := space.Secretaries(ctx, tx, declared...)
	for _, c := range byID {
		c.Secretaries = secretaries[c.Space]
	}
	return err
}

// null is NULL for an instant that has not come.
func null(t time.Time) sql.NullTime { return sql.NullTime{Time: t, Valid: !t.IsZero()} }

// utc is the zero instant for NULL.
func utc(t sql.NullTime) time.Time {
	if !t.Valid {
		return time.Time{}
	}
	return t.Time.UTC()
}

// live gives the ids of the announced and running consultations in spaces.
func live(ctx context.Context, tx *postgres.Tx, spaces []uuid.UUID) ([]uuid.UUID, error) {
	return ids(ctx, tx, `
		SELECT id
		FROM civic.consultation
		WHERE stage IN ('announced', 'running') AND space = ANY($1)
		ORDER BY id`, pq.Array(spaces))
}

// Unfinished gives the ids of imports that were neither published nor withdrawn.
func Unfinished(ctx context.Context, tx *postgres.Tx) ([]uuid.UUID, error) {
	return ids(ctx, tx, `
		SELECT id
		FROM civic.consultation
		WHERE origin_name IS NOT NULL AND published_at IS NULL AND stage <> 'withdrawn'
		ORDER BY id`)
}

// address gives an import the slug under which it is published.
func SaveSlug(ctx context.Context, tx *postgres.Tx, id uuid.UUID, slug string) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE civic.consultation
		SET slug = $2
		WHERE id = $1 AND origin_name IS NOT NULL`,
		id, slug)
	return taken(err)
}
