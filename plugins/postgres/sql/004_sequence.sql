-- The sequencer.  Rows leave outbox only in the transaction that puts them into log, so a row that
-- is committed late is moved later: no reader can have passed it.  seq is given under a lock that is
-- held until the commit, so it becomes visible in order, and `seq > cursor` misses nothing.

-- Where this database is: a restored, promoted or copied one is somewhere else.  What a provider
-- does not let us see is left out.
CREATE OR REPLACE FUNCTION roomd.place() RETURNS text
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    db constant text := (SELECT oid::text FROM pg_database WHERE datname = current_database());
BEGIN
    RETURN format('%s/%s/%s', (SELECT system_identifier FROM pg_control_system()), db,
                  left(pg_walfile_name(pg_current_wal_lsn()), 8)); -- the timeline
EXCEPTION WHEN insufficient_privilege OR feature_not_supported OR undefined_function
            OR object_not_in_prerequisite_state THEN
    RETURN db;
END
$$;

-- Begins a new epoch: all positions that clients have are void.  Under the lock of sequence_batch().
CREATE OR REPLACE FUNCTION roomd.begin_epoch() RETURNS text
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    UPDATE roomd.meta SET epoch = roomd.new_epoch(), epoch_since = clock_timestamp(), place = roomd.place(),
                          outbox_from = 0, outbox_full_at = '-infinity'
    WHERE one RETURNING epoch
$$;

-- Moves these rows of outbox to log, behind `after`, and those that can not be sent to dead.
CREATE OR REPLACE FUNCTION roomd.move_rows(ids bigint[], after bigint, at timestamptz, OUT moved int, OUT buried int)
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off AS $$
    WITH gone AS (
        DELETE FROM roomd.outbox WHERE id = ANY (ids) RETURNING *
    ), judged AS MATERIALIZED (
        SELECT *, coalesce(fault, roomd.fault_of(event, data, rooms, except_rooms)) AS reason FROM gone
    ), good AS (
        INSERT INTO roomd.log (seq, outbox_id, event, data, rooms, except_rooms, key, expires_at, traceparent,
                               created_at, logged_at)
        SELECT after + row_number() OVER (ORDER BY id), id, event, data, rooms, except_rooms, key, expires_at,
               traceparent, created_at, at
        FROM judged WHERE reason IS NULL
        RETURNING 1
    ), bad AS (
        INSERT INTO roomd.dead (reason, outbox_id, event, data, rooms, except_rooms, key, expires_at, traceparent,
                                created_at)
        SELECT reason, id, event, data, rooms, except_rooms, key, expires_at, traceparent, created_at
        FROM judged WHERE reason IS NOT NULL
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM good)::int, (SELECT count(*) FROM bad)::int
$$;

-- Moves up to `most` committed rows from outbox to log, and wakes those who LISTEN roomd_log, once.
-- To be called by any daemon at any time, in a transaction of its own; busy: another one is at it.
-- moved + buried below `most`: nothing waits.
--
-- Statistics of a table that is empty one moment and full the next are worth nothing, so each plan is
-- held to the index; and what that costs on paper must not start the JIT (it took 80 ms of each batch).
CREATE OR REPLACE FUNCTION roomd.sequence_batch(
    most int DEFAULT 1000,
    OUT busy boolean, OUT moved int, OUT buried int, OUT epoch text, OUT last_seq bigint
) LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off AS $$
DECLARE
    state  roomd.meta;
    ids    bigint[];
    began  timestamptz;
    at     timestamptz;
    row_id bigint;
    step   record;
    why    text;
BEGIN
    IF most IS NULL OR most NOT BETWEEN 1 AND 100000 THEN
        RAISE EXCEPTION 'roomd.sequence_batch: a batch is 1 to 100000 rows'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    moved := 0;
    buried := 0;
    busy := NOT pg_try_advisory_xact_lock(1919905645, 1);
    IF busy THEN
        RETURN;
    END IF;
    -- What a daemon has sent under a seq may not be lost: a crash would give that seq away again.
    IF current_setting('synchronous_commit') = 'off' THEN
        PERFORM set_config('synchronous_commit', 'on', true);
    END IF;

    SELECT * INTO STRICT state FROM roomd.meta WHERE one;
    IF state.place <> roomd.place() THEN
        IF state.place = '' THEN
            UPDATE roomd.meta SET place = roomd.place() WHERE one;
        ELSE
            PERFORM roomd.begin_epoch();
        END IF;
        SELECT * INTO STRICT state FROM roomd.meta WHERE one;
    END IF;

    -- Deleted rows stay in the index until a vacuum, and a long transaction elsewhere forbids that:
    -- reading from the first id on would cost more with each batch.  So most batches begin where the
    -- last one ended.  Rows of slow transactions have lower ids; looking at all ids finds them, and is
    -- done as often as it takes at most a twentieth of the time.
    began := clock_timestamp();
    IF began >= state.outbox_full_at THEN
        ids := ARRAY(SELECT o.id FROM roomd.outbox o ORDER BY o.id LIMIT most);
        at := clock_timestamp();
        state.outbox_full_at := at + 20 * (at - began);
        IF cardinality(ids) = 0 AND at - began > interval '5 ms' THEN
            UPDATE roomd.meta SET outbox_full_at = state.outbox_full_at WHERE one;
        END IF;
    ELSE
        ids := ARRAY(SELECT o.id FROM roomd.outbox o WHERE o.id >= state.outbox_from ORDER BY o.id LIMIT most);
    END IF;
    epoch := state.epoch;
    last_seq := state.last_seq;
    IF cardinality(ids) = 0 THEN
        RETURN;
    END IF;

    at := clock_timestamp();
    PERFORM roomd.make_partition((at AT TIME ZONE 'UTC')::date);
    BEGIN
        SELECT m.moved, m.buried INTO moved, buried FROM roomd.move_rows(ids, last_seq, at) m;
        last_seq := last_seq + moved;
    EXCEPTION WHEN data_exception OR integrity_constraint_violation OR program_limit_exceeded OR raise_exception THEN
        -- One of them can not be moved.  Find it, and do not let it hold up the others.
        FOREACH row_id IN ARRAY ids LOOP
            BEGIN
                SELECT m.moved, m.buried INTO step FROM roomd.move_rows(ARRAY[row_id], last_seq, at) m;
                moved := moved + step.moved;
                buried := buried + step.buried;
                last_seq := last_seq + step.moved;
            EXCEPTION WHEN data_exception OR integrity_constraint_violation OR program_limit_exceeded
                        OR raise_exception THEN
                why := 'row_refused: ' || SQLERRM;
                UPDATE roomd.outbox SET fault = why WHERE id = row_id;
                SELECT m.moved, m.buried INTO step FROM roomd.move_rows(ARRAY[row_id], last_seq, at) m;
                buried := buried + step.buried;
            END;
        END LOOP;
    END;
    UPDATE roomd.meta m SET last_seq = sequence_batch.last_seq,
                            outbox_from = greatest(m.outbox_from, ids[cardinality(ids)] + 1),
                            outbox_full_at = state.outbox_full_at
    WHERE m.one;
    IF moved > 0 THEN
        PERFORM pg_notify('roomd_log', '');
    END IF;
END
$$;

-- Off until `ALTER TABLE roomd.outbox ENABLE TRIGGER wake`: wakes those who LISTEN roomd_outbox at
-- each commit.  It saves the sequencer's pause, and costs two thirds of the commits where many write
-- at once: NOTIFY makes commits wait for each other.
CREATE OR REPLACE FUNCTION roomd.wake() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pg_notify('roomd_outbox', '');
    RETURN NULL;
END
$$;
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = 'roomd.outbox'::regclass AND tgname = 'wake') THEN
        CREATE TRIGGER wake AFTER INSERT ON roomd.outbox FOR EACH STATEMENT EXECUTE FUNCTION roomd.wake();
        ALTER TABLE roomd.outbox DISABLE TRIGGER wake;
    END IF;
END
$$;

SELECT roomd.migrated(4);
