-- +goose Up
-- Servers keep public pages rendered. Whatever changes one says so as it commits:
-- the consultation's slug, or nothing for what stands on every page. Postgres folds
-- equal words of one transaction into one.
--
-- What people do in numbers does not speak: no table of panel, no enrolment, no new
-- contribution. Each notification holds a lock of the whole database at commit, its
-- moment would be an hour that the tables do not have (docs/RECORD.md §2), and a
-- crowd would drop pages faster than they are drawn. Counts come with a page's age.

-- +goose StatementBegin
CREATE FUNCTION civic.page_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed record;
    said    text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        changed := OLD;
    ELSE
        changed := NEW;
    END IF;
    CASE TG_ARGV[0]
    WHEN 'slug' THEN
        said := changed.slug;
        IF TG_OP = 'UPDATE' AND OLD.slug <> NEW.slug THEN
            PERFORM pg_notify('delfi_pages', OLD.slug);
        END IF;
    WHEN 'consultation' THEN
        SELECT c.slug INTO said FROM civic.consultation c WHERE c.id = changed.consultation;
    WHEN 'round' THEN
        SELECT c.slug INTO said FROM civic.round r JOIN civic.consultation c ON c.id = r.consultation WHERE r.id = changed.round;
    WHEN 'item' THEN
        SELECT c.slug INTO said FROM civic.item i JOIN civic.consultation c ON c.id = i.consultation WHERE i.id = changed.item;
    WHEN 'site' THEN
        said := '';
    END CASE;
    PERFORM pg_notify('delfi_pages', coalesce(said, ''));
    RETURN NULL;
END;
$$;
-- +goose StatementEnd

CREATE TRIGGER administration_page AFTER INSERT OR UPDATE OR DELETE ON civic.administration
    FOR EACH ROW EXECUTE FUNCTION civic.page_changed('site');
CREATE TRIGGER consultation_page AFTER INSERT OR UPDATE OR DELETE ON civic.consultation
    FOR EACH ROW EXECUTE FUNCTION civic.page_changed('slug');
CREATE TRIGGER commitment_page AFTER INSERT OR UPDATE OR DELETE ON civic.commitment
    FOR EACH ROW EXECUTE FUNCTION civic.page_changed('consultation');
CREATE TRIGGER staff_page AFTER INSERT OR UPDATE OR DELETE ON civic.staff
    FOR EACH ROW EXECUTE FUNCTION civic.page_changed('consultation');
CREATE TRIGGER round_page AFTER INSERT OR UPDATE OR DELETE ON civic.round
    FOR EACH ROW EXECUTE FUNCTION civic.page_changed('consultation');
CREATE TRIGGER suspension_page AFTER INSERT OR UPDATE OR DELETE ON civic.suspension
    FOR EACH ROW EXECUTE FUNCTION civic.page_changed('consultation');
CREATE TRIGGER item_page AFTER INSERT OR UPDATE OR DELETE ON civic.item
    FOR EACH ROW EXECUTE FUNCTION civic.page_changed('consultation');
CREATE TRIGGER item_version_page AFTER INSERT OR UPDATE ON civic.item_version
    FOR EACH ROW EXECUTE FUNCTION civic.page_changed('item');
CREATE TRIGGER round_item_page AFTER INSERT OR UPDATE OR DELETE ON civic.round_item
    FOR EACH ROW EXECUTE FUNCTION civic.page_changed('round');
CREATE TRIGGER decision_page AFTER INSERT OR UPDATE OR DELETE ON civic.decision
    FOR EACH ROW EXECUTE FUNCTION civic.page_changed('round');
CREATE TRIGGER closing_page AFTER INSERT ON civic.closing
    FOR EACH ROW EXECUTE FUNCTION civic.page_changed('round');
CREATE TRIGGER feedback_page AFTER INSERT OR UPDATE ON civic.feedback
    FOR EACH ROW EXECUTE FUNCTION civic.page_changed('round');
CREATE TRIGGER opinion_page AFTER INSERT ON civic.opinion
    FOR EACH ROW EXECUTE FUNCTION civic.page_changed('consultation');
-- Not INSERT: a contribution is nobody's to read before it is examined.
CREATE TRIGGER contribution_page AFTER UPDATE ON civic.contribution
    FOR EACH ROW EXECUTE FUNCTION civic.page_changed('consultation');
CREATE TRIGGER synthesis_act_page AFTER INSERT OR UPDATE ON civic.synthesis_act
    FOR EACH ROW EXECUTE FUNCTION civic.page_changed('consultation');
CREATE TRIGGER entry_page AFTER INSERT ON record.entry
    FOR EACH ROW EXECUTE FUNCTION civic.page_changed('consultation');
-- Whose lines a checkpoint carries, and words that the law removed.
CREATE TRIGGER cosignature_page AFTER INSERT ON record.cosignature
    FOR EACH ROW EXECUTE FUNCTION civic.page_changed('site');
CREATE TRIGGER words_page AFTER UPDATE ON record.words
    FOR EACH ROW EXECUTE FUNCTION civic.page_changed('site');
