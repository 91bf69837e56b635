-- +goose Up

-- Accounts, consultations and everything that is written under a name or an alias.
CREATE SCHEMA civic;

-- Panelists and their sealed ballots. Nothing here points to civic, and no
-- transaction writes both: equal xmin joins rows (docs/RECORD.md §2).
CREATE SCHEMA panel;

-- The public append-only record.
CREATE SCHEMA record;

-- Background work; its tables belong to River (the second migration).
CREATE SCHEMA queue;
