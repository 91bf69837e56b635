-- +goose Up
-- Search: one row for each object and language, written in the transaction of the act
-- that changes the object (internal/search). The owner of these tables is internal/search.

-- Both extensions come with Postgres' contrib modules, and are trusted: the role needs
-- CREATE on the database, and is no superuser.
-- +goose StatementBegin
DO $$
DECLARE
    elsewhere text;
BEGIN
    BEGIN
        CREATE EXTENSION IF NOT EXISTS unaccent WITH SCHEMA public;
        CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;
    EXCEPTION
        WHEN insufficient_privilege THEN
            RAISE EXCEPTION 'search needs the extensions unaccent and pg_trgm, which the role % may not create: have the owner of the database % run in it: CREATE EXTENSION unaccent SCHEMA public; CREATE EXTENSION pg_trgm SCHEMA public; or GRANT CREATE ON DATABASE % TO %',
                quote_ident(current_user), quote_ident(current_database()), quote_ident(current_database()), quote_ident(current_user);
        WHEN undefined_file OR feature_not_supported THEN
            RAISE EXCEPTION 'search needs the extensions unaccent and pg_trgm, which this server does not have: install the contrib modules of its version (Debian has them in postgresql, Red Hat in postgresql-contrib)';
    END;
    SELECT string_agg(format('ALTER EXTENSION %I SET SCHEMA public;', e.extname), ' ' ORDER BY e.extname) INTO elsewhere
    FROM pg_extension e
    JOIN pg_namespace n ON n.oid = e.extnamespace
    WHERE e.extname IN ('unaccent', 'pg_trgm') AND n.nspname <> 'public';
    IF elsewhere IS NOT NULL THEN
        RAISE EXCEPTION 'search looks for its extensions in the schema public: have their owner run: %', elsewhere;
    END IF;
END;
$$;
-- +goose StatementEnd

-- Accents go before the stem is taken, in what is written and in what is looked for.
CREATE TEXT SEARCH CONFIGURATION civic.search_it (COPY = pg_catalog.italian);
ALTER TEXT SEARCH CONFIGURATION civic.search_it ALTER MAPPING FOR word WITH public.unaccent, pg_catalog.italian_stem;
CREATE TEXT SEARCH CONFIGURATION civic.search_en (COPY = pg_catalog.english);
ALTER TEXT SEARCH CONFIGURATION civic.search_en ALTER MAPPING FOR word WITH public.unaccent, pg_catalog.english_stem;
-- Every other language: words as they are, without accents.
CREATE TEXT SEARCH CONFIGURATION civic.search_other (COPY = pg_catalog.simple);
ALTER TEXT SEARCH CONFIGURATION civic.search_other ALTER MAPPING FOR word WITH public.unaccent, pg_catalog.simple;
-- Whole words with their accents, for what a misspelt one may mean.
CREATE TEXT SEARCH CONFIGURATION civic.search_words (PARSER = pg_catalog.default);
ALTER TEXT SEARCH CONFIGURATION civic.search_words ADD MAPPING FOR asciiword, word WITH pg_catalog.simple;

-- +goose StatementBegin
CREATE FUNCTION civic.search_configuration(language text) RETURNS regconfig LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE language WHEN 'it' THEN 'civic.search_it' WHEN 'en' THEN 'civic.search_en' ELSE 'civic.search_other' END::regconfig
$$;
-- +goose StatementEnd

-- Each character that would join two words into one ("dell’acqua", "e/o", "2020-2026",
-- "fine.Inizio") or begin a tag becomes a control character of its own, at which the parser
-- divides in every locale, and which internal/search turns back in what it shows. The last
-- three are the marks of what is highlighted: no text has them.
-- +goose StatementBegin
CREATE FUNCTION civic.search_fold(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT translate(words,
        E'\u2019\u2018\u02bc\u2032\u00b4`\uff07-/._@:&<>~+\u201c\u201d\u00ab\u00bb\u2013\u2014\u2026\u2011\u2010#\u00a0\ue000\ue001\ue002',
        E'\x01\x02\x03\x04\x05\x06\x07\x08\x0b\x0c\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f\x7f')
$$;
-- +goose StatementEnd

-- A text whose words pass the largest tsvector, 1 MB, is found by those of its beginning.
-- +goose StatementBegin
CREATE FUNCTION civic.search_vector(language text, title text, body text) RETURNS tsvector LANGUAGE plpgsql STABLE AS $$
DECLARE
    configuration regconfig := civic.search_configuration(language);
    first         integer := length(body);
BEGIN
    LOOP
        BEGIN
            RETURN setweight(to_tsvector(configuration, civic.search_fold(title)), 'A') || to_tsvector(configuration, civic.search_fold(left(body, first)));
        EXCEPTION WHEN program_limit_exceeded THEN
            IF first = 0 THEN
                RAISE;
            END IF;
            first := first / 2;
        END;
    END LOOP;
END;
$$;
-- +goose StatementEnd

-- day tells no more than the page of the object does. version is that of internal/search
-- which computed tsv: a later one computes it anew, a few rows at a time.
CREATE TABLE civic.search (
    kind       text NOT NULL,
    id         uuid NOT NULL,
    space      uuid NOT NULL CONSTRAINT search_space REFERENCES civic.space,
    language   text NOT NULL,
    visibility text NOT NULL,
    title      text NOT NULL,
    body       text NOT NULL,
    path       text NOT NULL,
    day        date NOT NULL,
    tsv        tsvector NOT NULL,
    version    integer NOT NULL,
    CONSTRAINT search_pkey PRIMARY KEY (kind, id, language),
    CONSTRAINT search_visibility CHECK (visibility IN ('public', 'hidden')),
    CONSTRAINT search_body CHECK (length(body) <= 600000),
    CONSTRAINT search_path CHECK (path ~ '^/[^/]')
);

-- Ranking and phrases read vectors by the thousand: they lie in the row, bodies beside it.
ALTER TABLE civic.search ALTER COLUMN tsv SET STORAGE MAIN;

CREATE INDEX search_tsv ON civic.search USING gin (tsv) WITH (fastupdate = off);
CREATE INDEX search_newest ON civic.search (day DESC, id DESC) WHERE visibility = 'public';
CREATE INDEX search_by_space ON civic.search (space, kind);
CREATE INDEX search_by_version ON civic.search (version);

-- The words of public rows, for what a misspelt one may mean. A word of a row that was
-- hidden or dropped is suspect until somebody has looked whether another row has it.
CREATE TABLE civic.search_word (
    language text NOT NULL,
    word     text NOT NULL,
    folded   text NOT NULL,
    suspect  boolean NOT NULL DEFAULT false,
    CONSTRAINT search_word_pkey PRIMARY KEY (language, word)
);

CREATE INDEX search_word_folded ON civic.search_word USING gin (folded public.gin_trgm_ops) WITH (fastupdate = off);
CREATE INDEX search_word_suspect ON civic.search_word (language, word) WHERE suspect;
