-- The log's four slots. One is written at a time, for a third of the retention time; then the oldest, whose changes are
-- all older than retention, is truncated and written next. Slots are made once and for all, so that no write can find
-- its partition missing, compaction needs no DDL, and prepared plans stay valid.
CREATE TABLE changes_0 PARTITION OF changes FOR VALUES IN (0);
CREATE TABLE changes_1 PARTITION OF changes FOR VALUES IN (1);
CREATE TABLE changes_2 PARTITION OF changes FOR VALUES IN (2);
CREATE TABLE changes_3 PARTITION OF changes FOR VALUES IN (3);

INSERT INTO change_slots (slot, began_at) VALUES
  (0, now()), (1, '-infinity'), (2, '-infinity'), (3, '-infinity');

-- Bodies of up to a page stay in the row as they are: compressing 2 KB with pglz, the only method that every build has,
-- costs more than it saves (updates in batches of 64: 4.3k/s compressed, 5.3k/s plain).
ALTER TABLE objects SET (toast_tuple_target = 8160);
-- Room on the page for the next state, so that an update touches no index (HOT).
ALTER TABLE objects SET (fillfactor = 80);
ALTER TABLE tenants SET (fillfactor = 50);
ALTER TABLE heartbeats SET (fillfactor = 50);
ALTER TABLE work SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE cursors SET (fillfactor = 50);

DO $$
DECLARE
  part text;
BEGIN
  FOREACH part IN ARRAY ARRAY['changes_0', 'changes_1', 'changes_2', 'changes_3'] LOOP
    -- Rows are only added and then truncated: there is nothing to vacuum.
    EXECUTE format('ALTER TABLE %I SET (autovacuum_vacuum_insert_threshold = -1, toast_tuple_target = 8160)', part);
  END LOOP;
END $$;
