package moderation

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"delfi/internal/account"
	"delfi/internal/platform/postgres"
	"delfi/internal/space"
)

// insertAct stores an act under its space's next number, and gives it; the space is locked.
func insertAct(ctx context.Context, tx *postgres.Tx, a Act) (number int, err error) {
	cite := func(n int) sql.NullInt64 { return sql.NullInt64{Int64: int64(n), Valid: a.Rule.Cited()} }
	err = tx.QueryRowContext(ctx, `
		INSERT INTO civic.moderation_act
			(id, space, number, kind, verb, subjects, summary, rules, rule, words, officer, name, role, done_at, undoes)
		SELECT $1, $2, coalesce(max(number), 0) + 1, $3, $4, $5::uuid[], $6, $7, $8, $9, $10, $11, $12, $13, $14
		FROM civic.moderation_act
		WHERE space = $2
		RETURNING number`,
		a.ID, a.Space, string(a.Kind), string(a.Verb), pq.Array(ids(a.Subjects)), a.Summary, cite(a.Rule.Version), cite(a.Rule.Number),
		a.Words, null(uuid.UUID(a.By.ID)), a.By.Name, string(a.By.Role), a.At, null(a.Undoes)).Scan(&number)
	if err != nil {
		return 0, fmt.Errorf("moderation: add act: %w", err)
	}
	return number, nil
}

// listActs lists the acts of a space, newest first.
func listActs(ctx context.Context, tx *postgres.Tx, kind space.Kind, of uuid.UUID) ([]Act, error) {
	return acts(tx.QueryContext(ctx, `
		SELECT a.id, a.space, a.kind, a.number, a.verb, a.subjects, a.summary, a.rules, a.rule, a.words, a.officer, a.name, a.role, a.done_at, a.undoes,
		       EXISTS (SELECT FROM civic.moderation_act AS u WHERE u.undoes = a.id)
		FROM civic.moderation_act AS a
		WHERE a.space = $1 AND a.kind = $2
		ORDER BY a.number DESC`, of, string(kind)))
}

// pageActs lists at most so many acts of a space (0: all) whose number is below before (0:
// any), newest first, and the number before which there are others; undoing and deciding are
// told with the act that they are about.
func pageActs(ctx context.Context, tx *postgres.Tx, kind space.Kind, of uuid.UUID, before, most int) (list []Act, older int, err error) {
	limit := sql.NullInt64{Int64: int64(most) + 1, Valid: most > 0}
	list, err = acts(tx.QueryContext(ctx, `
		SELECT a.id, a.space, a.kind, a.number, a.verb, a.subjects, a.summary, a.rules, a.rule, a.words, a.officer, a.name, a.role, a.done_at, a.undoes,
		       EXISTS (SELECT FROM civic.moderation_act AS u WHERE u.undoes = a.id)
		FROM civic.moderation_act AS a
		WHERE a.space = $1 AND a.kind = $2 AND a.verb NOT IN ($3, $4) AND ($5 = 0 OR a.number < $5)
		ORDER BY a.number DESC
		LIMIT $6`, of, string(kind), string(Undo), string(Decide), before, limit))
	if most > 0 && len(list) > most {
		list = list[:most]
		older = list[most-1].Number
	}
	return list, older, err
}

// tallyActs counts the acts of a space by the rule that they cite, the one cited last first.
func tallyActs(ctx context.Context, tx *postgres.Tx, kind space.Kind, of uuid.UUID) ([]actTally, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT a.rules, a.rule,
		       count(*) FILTER (WHERE u.id IS NULL AND a.verb <> $5),
		       count(*) FILTER (WHERE u.id IS NULL AND a.verb = $5),
		       count(*) FILTER (WHERE u.id IS NOT NULL)
		FROM civic.moderation_act AS a
		LEFT JOIN civic.moderation_act AS u ON u.undoes = a.id
		WHERE a.space = $1 AND a.kind = $2 AND a.verb NOT IN ($3, $4)
		GROUP BY a.rules, a.rule
		ORDER BY max(a.number) DESC`, of, string(kind), string(Undo), string(Decide), string(Remove))
	if err != nil {
		return nil, fmt.Errorf("moderation: tally acts: %w", err)
	}
	defer rows.Close()
	var out []actTally
	for rows.Next() {
		var t actTally
		var version, number sql.NullInt64
		if err := rows.Scan(&version, &number, &t.standing, &t.removed, &t.undone); err != nil {
			return nil, fmt.Errorf("moderation: tally acts: %w", err)
		}
		t.rule = Citation{Version: int(version.Int64), Number: int(number.Int64)}
		out = append(out, t)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("moderation: tally acts: %w", err)
	}
	return out, nil
}

func countActs(ctx context.Context, tx *postgres.Tx, kind space.Kind, of uuid.UUID) (int, error) {
	var n int
	err := tx.QueryRowContext(ctx, `
		SELECT count(*)
		FROM civic.moderation_act
		WHERE space = $1 AND kind = $2`, of, string(kind)).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("moderation: count acts: %w", err)
	}
	return n, nil
}

// hasActs tells whether anything was ever done about a subject.
func hasActs(ctx context.Context, tx *postgres.Tx) (bool, error) {
	var any bool
	if err := tx.GetContext(ctx, &any, `SELECT EXISTS (SELECT FROM civic.moderation_act)`); err != nil {
		return false, fmt.Errorf("moderation: acts: %w", err)
	}
	return any, nil
}

// someActs gives acts by id.
func someActs(ctx context.Context, tx *postgres.Tx, which []uuid.UUID) (map[uuid.UUID]Act, error) {
	list, err := acts(tx.QueryContext(ctx, `
		SELECT a.id, a.space, a.kind, a.number, a.verb, a.subjects, a.summary, a.rules, a.rule, a.words, a.officer, a.name, a.role, a.done_at, a.undoes,
		       EXISTS (SELECT FROM civic.moderation_act AS u WHERE u.undoes = a.id)
		FROM civic.moderation_act AS a
		WHERE a.id = ANY($1::uuid[])`, pq.Array(ids(which))))
	out := make(map[uuid.UUID]Act, len(list))
	for _, a := range list {
		out[a.ID] = a
	}
	return out, err
}

// lockAct gives an act that nobody decides about or undoes meanwhile; NotFound without one.
// The lock is no row's.
func lockAct(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (Act, error) {
	if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('moderation act ' || $1, 0))`, id.String()); err != nil {
		return Act{}, fmt.Errorf("moderation: lock act: %w", err)
	}
	some, err := someActs(ctx, tx, []uuid.UUID{id})
	if err != nil {
		return Act{}, err
	}
	a, ok := some[id]
	if !ok {
		return Act{}, errNoAct
	}
	return a, nil
}

// undoneBy gives the act that took another back; the zero Act when none did.
func undoneBy(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (Act, error) {
	return first(acts(tx.QueryContext(ctx, `
		SELECT a.id, a.space, a.kind, a.number, a.verb, a.subjects, a.summary, a.rules, a.rule, a.words, a.officer, a.name, a.role, a.done_at, a.undoes, false
		FROM civic.moderation_act AS a
		WHERE a.undoes = $1`, id)))
}

// lastAbout gives the newest act on a subject; the zero Act when there is none.
func lastAbout(ctx context.Context, tx *postgres.Tx, of, subject uuid.UUID) (Act, error) {
	return first(acts(tx.QueryContext(ctx, `
		SELECT a.id, a.space, a.kind, a.number, a.verb, a.subjects, a.summary, a.rules, a.rule, a.words, a.officer, a.name, a.role, a.done_at, a.undoes, false
		FROM civic.moderation_act AS a
		WHERE a.space = $1 AND a.subjects @> ARRAY[$2::uuid]
		ORDER BY a.number DESC
		LIMIT 1`, of, subject)))
}

// aboutSubjects lists the acts on any of some subjects, newest first.
func aboutSubjects(ctx context.Context, tx *postgres.Tx, subjects []uuid.UUID) ([]Act, error) {
	return acts(tx.QueryContext(ctx, `
		SELECT a.id, a.space, a.kind, a.number, a.verb, a.subjects, a.summary, a.rules, a.rule, a.words, a.officer, a.name, a.role, a.done_at, a.undoes,
		       EXISTS (SELECT FROM civic.moderation_act AS u WHERE u.undoes = a.id)
		FROM civic.moderation_act AS a
		WHERE a.subjects && $1::uuid[]
		ORDER BY a.number DESC`, pq.Array(ids(subjects))))
}

func first(list []Act, err error) (Act, error) {
	if err != nil || len(list) == 0 {
		return Act{}, err
	}
	return list[0], nil
}

// acts reads the rows of the statements above.
func acts(rows *sql.Rows, err error) ([]Act, error) {
	if err != nil {
		return nil, fmt.Errorf("moderation: list acts: %w", err)
	}
	defer rows.Close()
	var out []Act
	for rows.Next() {
		var a Act
		var subjects []uuid.UUID
		var rules, rule sql.NullInt64
		var by, undoes uuid.NullUUID
		var role string
		err := rows.Scan(&a.ID, &a.Space, &a.Kind, &a.Number, &a.Verb, pq.Array(&subjects), &a.Summary, &rules, &rule, &a.Words, &by, &a.By.Name, &role, &a.At, &undoes, &a.Undone)
		if err != nil {
			return nil, fmt.Errorf("moderation: list acts: %w", err)
		}
		a.Subjects, a.At, a.Undoes = subjects, a.At.UTC(), undoes.UUID
		a.Rule = Citation{Version: int(rules.Int64), Number: int(rule.Int64)}
		a.By.ID, a.By.Role = account.OfficeID(by.UUID), account.Role(role)
		out = append(out, a)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("moderation: list acts: %w", err)
	}
	return out, nil
}
