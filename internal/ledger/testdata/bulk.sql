-- Fills the empty log 1 with the number of entries that the setting bulk.entries names,
-- their words and their whole tree, by RFC 6962 and the numbers of tlog alone: the
-- server's own arithmetic is checked against it.
SET LOCAL session_replication_role = replica;

CREATE FUNCTION pg_temp.stored(level integer, n bigint) RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    at bigint := level;
BEGIN
    n := ((n + 1) << level) - 1;
    WHILE n > 0 LOOP
        at := at + n;
        n := n >> 1;
    END LOOP;
    RETURN at;
END;
$$;

CREATE TEMPORARY TABLE bulk ON COMMIT DROP AS
SELECT n, salt, document,
       E'delfi entry v1\nkey_destroyed\n-\n2026-03-02T09:41Z\n'
       || '{"backups_until":"2026-04-01","kind":"destroy","role":"administrator","scope":"panel","words":"'
       || encode(sha256(salt || convert_to(document, 'UTF8')), 'hex') || E'"}\n' AS text
FROM (
    SELECT n, substring(sha256(int8send(n)) FOR 16) AS salt,
           '{"name":"Marta Bianchi","reason":"Doppione dell’affermazione che sta già al numero ' || n || '.","target":"statement ' || n || '"}' AS document
    FROM generate_series(0, current_setting('bulk.entries')::bigint - 1) AS n
) AS written;

INSERT INTO record.entry (log, sequence, type, consultation, minute, text)
SELECT 1, n, 'key_destroyed', NULL, '2026-03-02 09:41Z', text FROM bulk ORDER BY n;

INSERT INTO record.words (log, sequence, salt, document)
SELECT 1, n, salt, document FROM bulk ORDER BY n;

CREATE TEMPORARY TABLE node ON COMMIT DROP AS
SELECT 0 AS level, n, sha256('\x00'::bytea || convert_to(text, 'UTF8')) AS hash FROM bulk;

DO $$
DECLARE
    height integer := 0;
BEGIN
    WHILE current_setting('bulk.entries')::bigint >> (height + 1) > 0 LOOP
        INSERT INTO node (level, n, hash)
        SELECT height + 1, n >> 1, sha256('\x01'::bytea || string_agg(hash, '' ORDER BY n))
        FROM node
        WHERE level = height
        GROUP BY n >> 1
        HAVING count(*) = 2;
        height := height + 1;
    END LOOP;
END;
$$;

INSERT INTO record.hash (log, index, hash)
SELECT 1, at, hash FROM (SELECT pg_temp.stored(level, n) AS at, hash FROM node) AS numbered ORDER BY at;
