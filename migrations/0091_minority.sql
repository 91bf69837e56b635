-- +goose Up
-- The facilitator's report of the dissent from a concluded consultation: as it is being
-- written, as the panel reads it before the opinion is published, or the public reason
-- for which there is none. From the publication on the opinion has it.
CREATE TABLE civic.minority (
    consultation uuid CONSTRAINT minority_pkey PRIMARY KEY
                      CONSTRAINT minority_consultation REFERENCES civic.consultation ON DELETE CASCADE,
    draft        text NOT NULL DEFAULT '',
    text         text NOT NULL DEFAULT '',
    shown_at     timestamptz,
    reason       text NOT NULL DEFAULT '',
    CONSTRAINT minority_shown CHECK ((text <> '') = (shown_at IS NOT NULL)),
    CONSTRAINT minority_one CHECK (text = '' OR reason = '')
);
