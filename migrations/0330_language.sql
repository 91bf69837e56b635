-- +goose Up
-- A consultation may be held in several languages: its texts by further language and by the
-- field of the draft, none for one that is held in its own language alone.
ALTER TABLE civic.consultation ADD COLUMN translations jsonb NOT NULL DEFAULT '{}';

-- The words of a version of a statement in a further language.
CREATE TABLE civic.item_translation (
    item     uuid NOT NULL,
    version  integer NOT NULL,
    language text NOT NULL,
    text     text NOT NULL,
    CONSTRAINT item_translation_pkey PRIMARY KEY (item, version, language),
    CONSTRAINT item_translation_version FOREIGN KEY (item, version) REFERENCES civic.item_version ON DELETE CASCADE,
    CONSTRAINT item_translation_text CHECK (text <> '')
);

CREATE TRIGGER item_translation_page AFTER INSERT OR UPDATE ON civic.item_translation
    FOR EACH ROW EXECUTE FUNCTION civic.page_changed('item');
