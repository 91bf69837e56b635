-- +goose Up
-- Servers keep in memory what the database says of a consultation's keys; a key that
-- is made, or marked destroyed, says so as it commits.
CREATE TRIGGER key_check_page AFTER INSERT OR UPDATE ON civic.key_check
    FOR EACH ROW EXECUTE FUNCTION civic.page_changed('consultation');
