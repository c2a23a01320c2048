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
    UPDATE roomd.meta SET epoch = roomd.new_epoch(), epoch_since = clock_timestamp(), epoch_seq = last_seq, place = roomd.place(),
                          looked = NULL, outbox_from = NULL, mark_xids = '{}', mark_ids = '{}', look_all_at = '-infinity'
    WHERE turn = (SELECT s.turn FROM roomd.state() s) RETURNING epoch
$$;

-- Moves these rows of outbox to log, behind `after`, and those that cannot be sent to dead.
CREATE OR REPLACE FUNCTION roomd.move_rows(ids bigint[], after bigint, at timestamptz, OUT moved int, OUT buried int)
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off AS $$
    WITH gone AS (
        DELETE FROM roomd.outbox WHERE id = ANY (ids) RETURNING *
    ), judged AS MATERIALIZED (
        SELECT *, coalesce(fault, roomd.fault_of(event, CASE WHEN raw IS NULL THEN data ELSE 'null' END, rooms, except_rooms)) AS reason
        FROM gone
    ), good AS (
        INSERT INTO roomd.log (seq, outbox_id, event, data, rooms, except_rooms, key, expires_at, traceparent,
                               created_at, logged_at, namespace, volatile, broadcast, raw, act)
        SELECT after + row_number() OVER (ORDER BY id), id, event, data, rooms, except_rooms, key, expires_at,
               traceparent, created_at, at, namespace, volatile, broadcast, raw, act
        FROM judged WHERE reason IS NULL
        RETURNING 1
    ), bad AS (
        INSERT INTO roomd.dead (reason, outbox_id, event, data, rooms, except_rooms, key, expires_at, traceparent,
                                created_at, namespace, volatile, broadcast, raw, act)
        SELECT reason, id, event, data, rooms, except_rooms, key, expires_at, traceparent, created_at, namespace, volatile,
               broadcast, raw, act
        FROM judged WHERE reason IS NOT NULL
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM good)::int, (SELECT count(*) FROM bad)::int
$$;

-- Puts a row of outbox into dead without its data, or with nothing but its id where the rest cannot be read
-- or kept either.
CREATE OR REPLACE FUNCTION roomd.give_up(row_id bigint, why text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off AS $$
BEGIN
    BEGIN
        INSERT INTO roomd.dead (reason, outbox_id, event, rooms, except_rooms, key, expires_at, traceparent, created_at,
                                namespace, volatile, broadcast, act)
        SELECT left(why, 800) || '; without its data', o.id, o.event, o.rooms, o.except_rooms, o.key, o.expires_at,
               o.traceparent, o.created_at, o.namespace, o.volatile, o.broadcast, o.act
        FROM roomd.outbox o WHERE o.id = row_id;
    EXCEPTION WHEN data_exception OR integrity_constraint_violation OR program_limit_exceeded OR raise_exception
                OR internal_error OR data_corrupted THEN
        INSERT INTO roomd.dead (reason, outbox_id, created_at)
        VALUES (left(why, 800) || '; without its content: ' || left(SQLERRM, 200), row_id, clock_timestamp());
    END;
    DELETE FROM roomd.outbox WHERE id = row_id;
END
$$;

-- Moves up to `most` committed rows from outbox to log, and wakes those who LISTEN roomd_log, once.
-- To be called by any daemon at any time, in a transaction of its own; busy: another one is at it.
-- moved + buried below `most`: nothing waits.  listens: the caller LISTENs to roomd_outbox, and is to be
-- woken when nothing was there: ring().
--
-- Statistics of a table that is empty one moment and full the next are worth nothing, so each plan is
-- held to the index; and what that costs on paper must not start the JIT (it took 80 ms of each batch).
CREATE OR REPLACE FUNCTION roomd.sequence_batch(
    most int DEFAULT 1000, listens boolean DEFAULT false,
    OUT busy boolean, OUT moved int, OUT buried int, OUT epoch text, OUT last_seq bigint
) LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off AS $$
DECLARE
    first_id  constant bigint := -9223372036854775808; -- someone may have chosen it
    state     roomd.meta;
    last_id   bigint;
    now_seen  pg_snapshot;
    began     timestamptz;
    look_from bigint;
    ids       bigint[];
    at        timestamptz;
    row_id    bigint;
    step      record;
    why       text;
    kept      int[];
BEGIN
    IF most IS NULL OR most NOT BETWEEN 1 AND 100000 THEN
        RAISE EXCEPTION 'roomd.sequence_batch: a batch is 1 to 100000 rows'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- Each statement below has to see what the last holder of the lock committed.  And SERIALIZABLE
    -- would make applications fail that are so too.
    IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
        RAISE EXCEPTION 'roomd.sequence_batch: the isolation level is "%", and has to be "read committed"',
            current_setting('transaction_isolation')
            USING ERRCODE = 'invalid_transaction_state',
                  HINT = format('ALTER ROLE %I SET default_transaction_isolation = ''read committed''', session_user);
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

    SELECT * INTO STRICT state FROM roomd.state();
    IF state.place <> roomd.place() THEN
        IF state.place = '' THEN
            UPDATE roomd.meta SET place = roomd.place() WHERE turn = state.turn;
        ELSE
            PERFORM roomd.begin_epoch();
        END IF;
        SELECT * INTO STRICT state FROM roomd.state();
    END IF;

    -- Deleted rows stay in the index until a vacuum, and a long transaction elsewhere forbids that: looking
    -- from the first id on would cost more with each batch.  So it looks from the id on above which all
    -- is that can have come since the last time: what was left then, and rows of transactions that were
    -- running then and are not now, or began later.  It must not skip them even for a while: the next
    -- event of the same writer would overtake.
    IF pg_current_xact_id_if_assigned() IS NULL THEN -- transactions above our own have ids above this one
        SELECT o.last_value - CASE WHEN o.is_called THEN 0 ELSE 1 END INTO last_id FROM roomd.outbox_id_seq o;
    END IF;
    began := clock_timestamp();
    WITH now AS MATERIALIZED (
        SELECT pg_current_snapshot() AS seen -- one statement, one snapshot: what is seen is what is looked at
    ), appeared AS MATERIALIZED (
        SELECT seen, least(pg_snapshot_xmax(state.looked)::text::bigint,
                           (SELECT min(x::text::bigint) FROM pg_snapshot_xip(state.looked) x
                            WHERE pg_visible_in_snapshot(x, seen))) AS oldest
        FROM now
    ), look AS MATERIALIZED (
        SELECT seen, CASE
            WHEN state.looked IS NULL OR began >= state.look_all_at THEN first_id
            ELSE least(state.outbox_from, (SELECT coalesce(max(m.id), first_id)
                                           FROM unnest(state.mark_xids, state.mark_ids) AS m(xid, id)
                                           WHERE m.xid <= oldest)) END AS from_id
        FROM appeared
    )
    SELECT seen, from_id,
           ARRAY(SELECT o.id FROM roomd.outbox o WHERE o.id >= from_id ORDER BY o.id LIMIT most)
    INTO now_seen, look_from, ids FROM look;
    -- Looking at all is for rows whose id someone chose by hand: for a hundredth of the time.
    IF look_from = first_id AND began >= state.look_all_at THEN
        state.look_all_at := clock_timestamp() + 100 * (clock_timestamp() - began);
        IF cardinality(ids) = 0 AND state.look_all_at > began + interval '0.5 s' THEN
            UPDATE roomd.meta SET look_all_at = state.look_all_at WHERE turn = state.turn;
        END IF;
    END IF;
    epoch := state.epoch;
    last_seq := state.last_seq;
    IF cardinality(ids) = 0 THEN
        IF listens AND pg_sequence_last_value('roomd.bell') IS DISTINCT FROM 1 THEN
            PERFORM setval('roomd.bell', 1);
        END IF;
        RETURN;
    END IF;

    at := clock_timestamp();
    PERFORM roomd.make_partition((at AT TIME ZONE 'UTC')::date);
    BEGIN
        SELECT m.moved, m.buried INTO moved, buried FROM roomd.move_rows(ids, last_seq, at) m;
        last_seq := last_seq + moved;
    EXCEPTION WHEN data_exception OR not_null_violation OR check_violation OR program_limit_exceeded OR raise_exception THEN
        -- One of them cannot be moved.  Find it, and do not let it hold up the others.  A number that is
        -- there already is not among these: that would be so of all of them.
        FOREACH row_id IN ARRAY ids LOOP
            BEGIN
                SELECT m.moved, m.buried INTO step FROM roomd.move_rows(ARRAY[row_id], last_seq, at) m;
                moved := moved + step.moved;
                buried := buried + step.buried;
                last_seq := last_seq + step.moved;
            EXCEPTION WHEN data_exception OR not_null_violation OR check_violation OR program_limit_exceeded
                        OR raise_exception THEN
                why := 'row_refused: ' || SQLERRM;
                BEGIN
                    UPDATE roomd.outbox SET fault = why WHERE id = row_id;
                    PERFORM roomd.move_rows(ARRAY[row_id], last_seq, at);
                EXCEPTION WHEN data_exception OR not_null_violation OR check_violation OR program_limit_exceeded
                            OR raise_exception THEN
                    PERFORM roomd.give_up(row_id, why); -- dead does not take it either
                END;
                buried := buried + 1;
            END;
        END LOOP;
    END;
    -- Of the marks those are kept that a running transaction may need, and not more than 64: a mark that
    -- is not there costs a longer look.
    IF last_id IS NOT NULL THEN
        state.mark_xids := state.mark_xids || pg_current_xact_id()::text::bigint;
        state.mark_ids := state.mark_ids || last_id;
    END IF;
    kept := ARRAY(SELECT i FROM generate_subscripts(state.mark_xids, 1) i
                  WHERE i >= (SELECT coalesce(max(j), 1) FROM generate_subscripts(state.mark_xids, 1) j
                              WHERE state.mark_xids[j] <= pg_snapshot_xmin(now_seen)::text::bigint)
                  ORDER BY i);
    IF cardinality(kept) > 64 THEN -- every second one, with the first and the last
        kept := ARRAY(SELECT k FROM unnest(kept) WITH ORDINALITY AS u(k, n)
                      WHERE n = 1 OR (cardinality(kept) - n) % 2 = 0 ORDER BY k);
    END IF;
    UPDATE roomd.meta m SET
        turn = m.turn + 1,
        last_seq = sequence_batch.last_seq,
        looked = now_seen,
        outbox_from = CASE WHEN cardinality(ids) = most THEN ids[most] END,
        mark_xids = ARRAY(SELECT state.mark_xids[k] FROM unnest(kept) k ORDER BY k),
        mark_ids = ARRAY(SELECT state.mark_ids[k] FROM unnest(kept) k ORDER BY k),
        look_all_at = state.look_all_at
    WHERE m.turn = state.turn;
    -- A full queue, as a session that listens and never ends its transaction makes it, fails the commit.
    IF moved > 0 AND pg_notification_queue_usage() < 0.9 THEN
        PERFORM pg_notify('roomd_log', '');
    END IF;
END
$$;

-- For a daemon that sequence_batch() has failed again and again, with an error that damage is a reason of: of the
-- first `most` rows of outbox those with a value that cannot be read go to dead.  How many.  Damage elsewhere, in the
-- log's index say, is no reason to give up a row, so each is looked at by itself.
CREATE OR REPLACE FUNCTION roomd.give_up_damaged(most int DEFAULT 1000) RETURNS int
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off AS $$
DECLARE
    row_id   bigint;
    given_up int := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(1919905645, 1); -- the one of sequence_batch()
    FOR row_id IN SELECT o.id FROM roomd.outbox o ORDER BY o.id LIMIT least(most, 100000) LOOP
        BEGIN -- reads each value to its end, and makes no text of it that may be too long
            PERFORM hashtext(o.event), jsonb_hash(o.data), hash_array(o.rooms), hash_array(o.except_rooms),
                    hashtext(o.key), hashtext(o.traceparent), hashtext(o.fault), o.expires_at, o.created_at,
                    hashtext(o.namespace), hashtext(o.raw::text), hashtext(o.act)
            FROM roomd.outbox o WHERE o.id = row_id;
        EXCEPTION WHEN internal_error OR data_corrupted THEN
            PERFORM roomd.give_up(row_id, 'row_damaged: ' || SQLERRM);
            given_up := given_up + 1;
        END;
    END LOOP;
    RETURN given_up;
END
$$;

SELECT roomd.migrated(4);
