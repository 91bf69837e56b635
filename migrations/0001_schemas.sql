-- civic: what a person can be named in. panel: sealed ballots, which name nobody;
-- no transaction writes both. record: the public record. queue: the job library's own.
-- +goose Up
CREATE SCHEMA civic;
CREATE SCHEMA panel;
CREATE SCHEMA record;
CREATE SCHEMA queue;
