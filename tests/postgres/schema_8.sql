-- roomd's schema as version 8 made it first: what upgrades begin with.  Never changed.
-- roomd's schema: tables.
--
-- `roomd pg init` runs all files of this folder in the order of their numbers, in one transaction.
-- Each may be run again.  PostgreSQL 13 or later, no extension, no superuser.  The role that runs
-- them owns the schema, and the functions that applications call work with its rights: let it be
-- the owner of the database and not a superuser.
--
-- An event's way: emit() puts it into outbox inside the application's own transaction;
-- sequence_batch() moves what was committed into log and numbers it there; daemons read log.

SET LOCAL search_path = pg_catalog, pg_temp; -- in others anyone may have put a function that fits better

-- Two at once wait for each other.  1919905645 is "room".
SELECT pg_advisory_xact_lock(1919905645, 2);

DO $$
DECLARE
    newest constant int := 8; -- the highest number in this folder
    owner text;
    found int;
BEGIN
    IF current_setting('server_version_num')::int < 130000 THEN
        RAISE EXCEPTION 'PostgreSQL % is too old for roomd', current_setting('server_version')
            USING HINT = 'Use PostgreSQL 13 or later.';
    END IF;
    IF to_regnamespace('roomd') IS NULL THEN
        IF NOT has_database_privilege(current_database(), 'CREATE') THEN
            RAISE EXCEPTION 'permission denied for database %', current_database()
                USING ERRCODE = 'insufficient_privilege',
                      HINT = format('Connect as the owner of the database, or GRANT CREATE ON DATABASE %I TO %I.',
                                    current_database(), current_user);
        END IF;
        CREATE SCHEMA roomd;
    END IF;
    SELECT pg_get_userbyid(nspowner) INTO owner FROM pg_namespace WHERE nspname = 'roomd';
    IF owner <> current_user THEN
        RAISE EXCEPTION 'the schema "roomd" belongs to "%", and this is "%"', owner, current_user
            USING HINT = format('Connect as %I, or SET ROLE %I.', owner, owner);
    END IF;
    IF to_regclass('roomd.meta') IS NOT NULL THEN
        SELECT schema_version INTO found FROM roomd.meta;
        IF found > newest THEN
            RAISE EXCEPTION 'the schema "roomd" is version %, and this roomd knows up to %', found, newest
                USING HINT = 'Use the roomd that made it, or a newer one.';
        END IF;
    END IF;
END
$$;

SET LOCAL client_min_messages = warning; -- "already exists, skipping" is no news

-- One row, changed with each batch.  A long transaction elsewhere forbids to remove its old versions, and whoever
-- looks for it by what does not change finds all of these first.  So each batch gives it another turn: state().
-- A daemon refuses a schema_version above the one that it knows.
CREATE TABLE IF NOT EXISTS roomd.meta (
    one            boolean NOT NULL DEFAULT true CHECK (one),
    schema_version int NOT NULL,
    epoch          text NOT NULL,           -- a position is epoch.seq; a new epoch makes all old ones void
    epoch_since    timestamptz NOT NULL DEFAULT clock_timestamp(),
    epoch_seq      bigint NOT NULL DEFAULT 0,  -- last_seq then: what stands above it is of this epoch
    place          text NOT NULL DEFAULT '',-- place(), where the epoch was begun
    last_seq       bigint NOT NULL DEFAULT 0,
    trimmed_seq    bigint NOT NULL DEFAULT 0, -- log holds what is above it
    -- Where sequence_batch() looks next; it says how.
    looked         pg_snapshot,             -- what was committed when it looked last
    outbox_from    bigint,                  -- it left rows behind this id
    mark_xids      bigint[] NOT NULL DEFAULT '{}', -- transactions from mark_xids[i] on ..
    mark_ids       bigint[] NOT NULL DEFAULT '{}', -- .. have ids above mark_ids[i]
    look_all_at    timestamptz NOT NULL DEFAULT '-infinity',
    key_window     interval NOT NULL DEFAULT '24 hours', -- how long emit() remembers a key
    turn           bigint PRIMARY KEY DEFAULT 0
) WITH (autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_cost_delay = 0);
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'roomd.meta'::regclass AND attname = 'turn') THEN -- version 7
        ALTER TABLE roomd.meta DROP CONSTRAINT meta_pkey, ADD COLUMN turn bigint PRIMARY KEY DEFAULT 0, SET (
            autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_cost_delay = 0);
    END IF;
END
$$;

-- The row of meta, at once.
CREATE OR REPLACE FUNCTION roomd.state() RETURNS roomd.meta
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off
AS $$ SELECT m FROM roomd.meta m ORDER BY m.turn DESC LIMIT 1 $$;

-- A transaction has its number before it has an id: sequence_batch() relies on that.
CREATE SEQUENCE IF NOT EXISTS roomd.outbox_id_seq CACHE 1;
CREATE OR REPLACE FUNCTION roomd.next_id() RETURNS bigint LANGUAGE sql VOLATILE AS $$
    SELECT CASE WHEN pg_catalog.pg_current_xact_id() IS NOT NULL THEN pg_catalog.nextval('roomd.outbox_id_seq') END
$$;

-- What waits for its number.  Almost empty, and every row is deleted soon: vacuum it early, at full speed.
CREATE TABLE IF NOT EXISTS roomd.outbox (
    id           bigint PRIMARY KEY DEFAULT roomd.next_id(),
    event        text,
    data         jsonb,
    rooms        text[],       -- null: those of the catalogue
    except_rooms text[],
    key          text,
    expires_at   timestamptz,
    traceparent  text,
    created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    fault        text          -- known to be bad when it was written: goes to dead
) WITH (
    autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_insert_threshold = -1,
    autovacuum_vacuum_cost_delay = 0
);

-- 1: a daemon rests and LISTENs, wake it.  Not a row of a table: its value is seen at once, by all.
CREATE SEQUENCE IF NOT EXISTS roomd.bell MAXVALUE 2 START 2 CACHE 1;

-- What was committed, in the order of seq and without gaps.  Daily partitions, each with its own
-- unique index on seq: make_partition().
CREATE TABLE IF NOT EXISTS roomd.log (
    seq          bigint NOT NULL,
    outbox_id    bigint NOT NULL,
    event        text NOT NULL,
    data         jsonb NOT NULL,
    rooms        text[],
    except_rooms text[],
    key          text,
    expires_at   timestamptz,
    traceparent  text,
    created_at   timestamptz NOT NULL,
    logged_at    timestamptz NOT NULL
) PARTITION BY RANGE (logged_at);

-- Keys that emit() has seen.
CREATE TABLE IF NOT EXISTS roomd.idempotency (
    key        text PRIMARY KEY,
    outbox_id  bigint NOT NULL,
    content    bytea NOT NULL, -- digest of event, data and rooms
    expires_at timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS idempotency_expires_at ON roomd.idempotency (expires_at);

-- Where each daemon is.  For people, and trim() waits for it; what a daemon sends does not hang on it.
CREATE TABLE IF NOT EXISTS roomd.node (
    node    text PRIMARY KEY,
    version text,
    epoch   text NOT NULL,
    seq     bigint NOT NULL,
    seen_at timestamptz NOT NULL
);

-- What cannot be sent, and why.  replay() tries one again.
CREATE TABLE IF NOT EXISTS roomd.dead (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    reason       text NOT NULL, -- code: text
    epoch        text,          -- epoch and seq: it had been in the log, and a daemon could not send it
    seq          bigint,
    outbox_id    bigint NOT NULL,
    event        text,
    data         jsonb,
    rooms        text[],
    except_rooms text[],
    key          text,
    expires_at   timestamptz,
    traceparent  text,
    created_at   timestamptz NOT NULL,
    died_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (epoch, seq)
);
CREATE INDEX IF NOT EXISTS dead_died_at ON roomd.dead (died_at);

-- Twelve hexadecimal digits.
CREATE OR REPLACE FUNCTION roomd.new_epoch() RETURNS text
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$ SELECT right(gen_random_uuid()::text, 12) $$;

-- Every migration ends with its number.
CREATE OR REPLACE FUNCTION roomd.migrated(version int) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
    UPDATE roomd.meta SET schema_version = greatest(schema_version, version);
    INSERT INTO roomd.meta (schema_version, epoch) SELECT version, roomd.new_epoch() WHERE NOT EXISTS (SELECT FROM roomd.meta)
$$;

SELECT roomd.migrated(1);
-- emit(): the one thing that an application calls.

-- What is wrong with an event, as "code: text", or null.  The codes are those of HTTP.  It runs
-- with the search path of its callers, which have a fixed one.
CREATE OR REPLACE FUNCTION roomd.fault_of(event text, data jsonb, rooms text[], except_rooms text[])
RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    -- One expression, and no counted repetitions in patterns: this is half of what emit() costs.
    wrong text := CASE
        WHEN event IS NULL OR event = '' THEN
            'event_invalid: the event has no name'
        WHEN octet_length(event) > 256 THEN
            'event_invalid: the event''s name is longer than 256 bytes'
        WHEN event IN ('connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener') THEN
            format('event_invalid: the event name "%s" is reserved', event)
        WHEN data IS NULL THEN
            'member_missing: data is null; write ''null''::jsonb for an event without any'
        -- What comes from a table may be packed, one byte for 255 at the most.
        WHEN pg_column_size(data) > 4096 AND octet_length(data::text) > 1048576 THEN
            format('emit_too_big: data has %s bytes, and at most 1048576 are sent', octet_length(data::text))
        WHEN cardinality(rooms) = 0 THEN
            'rooms_empty: name at least one room, or leave rooms out for those of the catalogue'
        WHEN cardinality(rooms) > 1000 OR cardinality(except_rooms) > 1000 THEN
            'too_many_rooms: more than 1000 names are too many'
        WHEN array_ndims(rooms) > 1 OR array_ndims(except_rooms) > 1 THEN
            'room_invalid: rooms are a list, not a list of lists'
        END;
    joined text := array_to_string(rooms, ' ', '');
    room text;
BEGIN
    -- Nearly always: few and short ones, all looked at at once.  A blank inside of one would make it two.
    IF wrong IS NOT NULL OR (except_rooms IS NULL AND (rooms IS NULL OR (
        length(joined) <= 64
        AND joined ~ '^([A-Za-z0-9_.@+~-]+:)?[A-Za-z0-9_.@+~-]+( ([A-Za-z0-9_.@+~-]+:)?[A-Za-z0-9_.@+~-]+)*$'
        AND length(replace(joined, ' ', '')) = length(joined) - cardinality(rooms) + 1))) THEN
        RETURN wrong;
    END IF;
    FOREACH room IN ARRAY rooms || except_rooms LOOP
        IF room IS NULL THEN
            RETURN 'room_invalid: a room is null';
        END IF;
        IF room !~ '^([A-Za-z0-9_.@+~-]+:)?[A-Za-z0-9_.@+~-]+$'
           OR strpos(room, ':') > 65 OR length(room) - strpos(room, ':') > 128 THEN
            RETURN format('room_invalid: "%s" is no room''s name', left(room, 64));
        END IF;
    END LOOP;
    RETURN NULL;
END
$$;

-- Wakes a daemon that rests, when this transaction commits; the first one to write does it for all.
-- NOTIFY in each transaction would make commits wait for each other.  A transaction that may be
-- prepared cannot NOTIFY.
CREATE OR REPLACE FUNCTION roomd.ring() RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM setval('roomd.bell', 2);
    -- A queue that somebody keeps full would fail the commit.
    IF current_setting('max_prepared_transactions') = '0' AND pg_notification_queue_usage() < 0.9 THEN
        PERFORM pg_notify('roomd_outbox', '');
    END IF;
END
$$;

-- Sends an event when, and only if, the transaction that calls this commits.  Without rooms it goes
-- to those of the catalogue.  Returns its id; null when the key was seen within meta.key_window, and
-- then nothing is sent again.  Call it after the rows that it tells of are changed.
--
-- Raises 22023 (invalid_parameter_value) for an event that could not be sent, with the code as the
-- detail, and 23505 (unique_violation) for a key that was used for another event.
CREATE OR REPLACE FUNCTION roomd.emit(
    event        text,
    data         jsonb,
    rooms        text[]   DEFAULT NULL,
    key          text     DEFAULT NULL, -- 1 to 200 visible ASCII characters
    except_rooms text[]   DEFAULT NULL,
    ttl          interval DEFAULT NULL, -- not sent to anyone later than this
    traceparent  text     DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    wrong     text := roomd.fault_of(event, data, rooms, except_rooms);
    outbox_id bigint;
    digest    bytea;
    earlier   bytea;
BEGIN
    IF wrong IS NULL AND (key IS NOT NULL OR ttl IS NOT NULL OR traceparent IS NOT NULL) THEN
        wrong := CASE
            WHEN key !~ '^[!-~]+$' OR length(key) > 200 THEN
                'idempotency_key_invalid: key is 1 to 200 visible ASCII characters'
            WHEN ttl <= interval '0' THEN
                'ttl_invalid: ttl is not above zero'
            WHEN octet_length(traceparent) > 128 THEN
                'traceparent_invalid: traceparent is longer than 128 bytes'
            END;
    END IF;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'roomd.emit: %', substr(wrong, strpos(wrong, ': ') + 2)
            USING ERRCODE = 'invalid_parameter_value', DETAIL = split_part(wrong, ': ', 1);
    END IF;

    IF key IS NULL THEN
        INSERT INTO roomd.outbox (event, data, rooms, except_rooms, expires_at, traceparent)
        VALUES (event, data, rooms, except_rooms, clock_timestamp() + ttl, traceparent)
        RETURNING id INTO outbox_id;
        IF pg_sequence_last_value('roomd.bell') = 1 THEN
            PERFORM roomd.ring();
        END IF;
        RETURN outbox_id;
    END IF;

    outbox_id := roomd.next_id();
    digest := sha256(convert_to(jsonb_build_array(event, data, rooms, except_rooms)::text,
                                CASE getdatabaseencoding() WHEN 'SQL_ASCII' THEN 'SQL_ASCII' ELSE 'UTF8' END));
    -- Waits for another transaction that has just used this key.
    INSERT INTO roomd.idempotency AS i (key, outbox_id, content, expires_at)
    VALUES (key, outbox_id, digest, clock_timestamp() + (SELECT m.key_window FROM roomd.state() m))
    ON CONFLICT ON CONSTRAINT idempotency_pkey DO UPDATE
        SET outbox_id = excluded.outbox_id, content = excluded.content, expires_at = excluded.expires_at
        WHERE i.expires_at <= clock_timestamp();
    IF NOT FOUND THEN
        SELECT content INTO earlier FROM roomd.idempotency i WHERE i.key = emit.key;
        IF earlier <> digest THEN
            RAISE EXCEPTION 'roomd.emit: the key "%" was used for another event', key
                USING ERRCODE = 'unique_violation', DETAIL = 'idempotency_conflict';
        END IF;
        RETURN NULL;
    END IF;
    INSERT INTO roomd.outbox (id, event, data, rooms, except_rooms, key, expires_at, traceparent)
    VALUES (outbox_id, event, data, rooms, except_rooms, key, clock_timestamp() + ttl, traceparent);
    IF pg_sequence_last_value('roomd.bell') = 1 THEN
        PERFORM roomd.ring();
    END IF;
    RETURN outbox_id;
END
$$;

SELECT roomd.migrated(2);
-- The partitions of log: made ahead, dropped whole.  A day is a day of UTC.

-- Makes the partition of a day if it is not there; one that was detached comes back.  Readers and writers of the others go on:
-- ATTACH PARTITION locks less than CREATE TABLE .. PARTITION OF.
CREATE OR REPLACE FUNCTION roomd.make_partition(day date) RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    part constant text := 'log_' || to_char(day, 'YYYYMMDD');
BEGIN
    IF EXISTS (SELECT FROM pg_class WHERE oid = to_regclass('roomd.' || part) AND relispartition) THEN
        RETURN false;
    END IF;
    PERFORM pg_advisory_xact_lock(1919905645, 1); -- the one of sequence_batch()
    IF EXISTS (SELECT FROM pg_class WHERE oid = to_regclass('roomd.' || part) AND relispartition) THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE IF NOT EXISTS roomd.%I (LIKE roomd.log INCLUDING ALL, PRIMARY KEY (seq))', part);
    EXECUTE format('ALTER TABLE roomd.log ATTACH PARTITION roomd.%I FOR VALUES FROM (%L) TO (%L)', part,
                   to_char(day, 'YYYY-MM-DD') || ' 00:00:00+00', to_char(day + 1, 'YYYY-MM-DD') || ' 00:00:00+00');
    RETURN true;
END
$$;

-- Makes the partitions of today and of this many days after it; says how many were not there.
CREATE OR REPLACE FUNCTION roomd.prepare(days int DEFAULT 2) RETURNS int
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT count(*) FILTER (WHERE roomd.make_partition((clock_timestamp() AT TIME ZONE 'UTC')::date + i))::int
    FROM generate_series(0, least(days, 31)) AS i
$$;

-- The partitions, oldest first.
CREATE OR REPLACE FUNCTION roomd.partitions(OUT part regclass, OUT day date, OUT bytes bigint) RETURNS SETOF record
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT c.oid::regclass, to_date(right(c.relname, 8), 'YYYYMMDD'), pg_total_relation_size(c.oid)
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'roomd.log'::regclass AND c.relname ~ '^log_[0-9]{8}$'
    ORDER BY c.relname
$$;

-- Forgets: days of the log that ended before `keep`, and the oldest ones while all together are
-- larger than `most_bytes`; never today's, and none that a daemon which is there has still to read.
-- Also keys past their time, dead events older than `keep_dead` or beyond 100,000, and daemons that
-- have not been seen for a week.  Makes the partitions to come.  To be called about once an hour, by any daemon.
--
-- A partition that others hold is left for the next call (deferred): waiting for it would hold up all readers.
-- bytes: what is left of the log; null: another call is at it.
CREATE OR REPLACE FUNCTION roomd.trim(
    keep       interval DEFAULT '24 hours',
    most_bytes bigint   DEFAULT NULL,
    keep_dead  interval DEFAULT '30 days',
    OUT dropped int, OUT deferred boolean, OUT trimmed_seq bigint, OUT bytes bigint
) LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET lock_timeout = '200ms' AS $$
DECLARE
    today constant date := (clock_timestamp() AT TIME ZONE 'UTC')::date;
    old   record;
    upto  bigint;
    total bigint;
BEGIN
    dropped := 0;
    deferred := false;
    IF keep IS NULL OR keep < interval '0' OR keep_dead IS NULL OR keep_dead < interval '0' OR most_bytes < 0 THEN
        RAISE EXCEPTION 'roomd.trim: keep, keep_dead and most_bytes are not below zero'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- First what takes time and holds up nobody.  At most so many at once: the next call goes on.
    DELETE FROM roomd.idempotency WHERE key IN (
        SELECT i.key FROM roomd.idempotency i WHERE i.expires_at <= clock_timestamp()
        ORDER BY i.expires_at LIMIT 50000 FOR UPDATE SKIP LOCKED);
    DELETE FROM roomd.dead WHERE id IN (
        SELECT d.id FROM roomd.dead d WHERE d.died_at < clock_timestamp() - keep_dead
        ORDER BY d.died_at LIMIT 50000 FOR UPDATE SKIP LOCKED);
    DELETE FROM roomd.dead WHERE id IN (
        SELECT d.id FROM roomd.dead d
        WHERE d.id <= (SELECT n.id FROM roomd.dead n ORDER BY n.id DESC OFFSET 100000 LIMIT 1) FOR UPDATE SKIP LOCKED);
    DELETE FROM roomd.node WHERE node IN (
        SELECT n.node FROM roomd.node n WHERE n.seen_at < clock_timestamp() - interval '7 days' FOR UPDATE SKIP LOCKED);
    BEGIN
        PERFORM roomd.prepare();
    EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
        deferred := true;
    END;
    BEGIN
        PERFORM pg_advisory_xact_lock(1919905645, 1);
        total := (SELECT coalesce(sum(p.bytes), 0) FROM roomd.partitions() p);
        bytes := total;
        FOR old IN SELECT * FROM roomd.partitions() p WHERE p.day < today LOOP
            CONTINUE WHEN (old.day + 1)::timestamp AT TIME ZONE 'UTC' > clock_timestamp() - keep
                      AND (most_bytes IS NULL OR bytes <= most_bytes);
            EXECUTE format('SELECT max(seq) FROM %s', old.part) INTO upto;
            EXIT WHEN EXISTS (SELECT FROM roomd.node n JOIN roomd.state() m ON m.epoch = n.epoch
                              WHERE n.seq < upto AND n.seen_at > clock_timestamp() - interval '1 minute');
            EXECUTE format('DROP TABLE %s', old.part); -- from here on readers wait for the commit
            UPDATE roomd.meta m SET trimmed_seq = greatest(m.trimmed_seq, upto) WHERE m.turn = (SELECT s.turn FROM roomd.state() s);
            dropped := dropped + 1;
            bytes := bytes - old.bytes;
        END LOOP;
    EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
        dropped := 0; -- all of it was undone
        deferred := true;
        bytes := total;
    END;
    trimmed_seq := (SELECT m.trimmed_seq FROM roomd.state() m);
END
$$;

SELECT roomd.prepare();
SELECT roomd.migrated(3);
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

-- Puts a row of outbox into dead without its data, or with nothing but its id where the rest cannot be read
-- or kept either.
CREATE OR REPLACE FUNCTION roomd.give_up(row_id bigint, why text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off AS $$
BEGIN
    BEGIN
        INSERT INTO roomd.dead (reason, outbox_id, event, rooms, except_rooms, key, expires_at, traceparent, created_at)
        SELECT left(why, 800) || '; without its data', o.id, o.event, o.rooms, o.except_rooms, o.key, o.expires_at,
               o.traceparent, o.created_at
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
                    hashtext(o.key), hashtext(o.traceparent), hashtext(o.fault), o.expires_at, o.created_at
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
-- attach(): the changes of a table's rows become events, without a line in the application.
--
-- A write of the table never fails because of what is in a row.  So only the columns that are mapped are
-- read, a value that has no JSON is found out by itself, and an event that cannot be made goes to dead.

-- The built-in type below domains.
CREATE OR REPLACE FUNCTION roomd.base_type(type oid) RETURNS oid
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE below(oid, base) AS (
        SELECT t.oid, t.typbasetype FROM pg_type t WHERE t.oid = type
        UNION ALL
        SELECT t.oid, t.typbasetype FROM below b JOIN pg_type t ON t.oid = b.base
    )
    SELECT oid FROM below WHERE base = 0
$$;

-- How these columns of a table are read, as {"column": kind}:
--   plain: to_jsonb() takes every value; text: ... that is not huge; odd: it refuses some;
--   stamp: a timestamp without time zone;
--   own: not built in, read by its output function, because to_jsonb() would call a cast to json that anyone
--   may have written, with the rights of roomd's owner.
CREATE OR REPLACE FUNCTION roomd.kinds(source oid, columns text[]) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT jsonb_object_agg(a.attname, CASE
               WHEN t.oid >= 16384 THEN 'own'
               WHEN t.oid = 'timestamp'::regtype THEN 'stamp'
               WHEN t.typlen > 0 AND t.typtype = 'b' OR t.oid = ANY ('{numeric,inet,cidr}'::regtype[]) THEN 'plain'
               WHEN t.oid = ANY ('{text,varchar,bpchar,bytea}'::regtype[]) THEN 'text'
               ELSE 'odd' END)
    FROM pg_attribute a
    JOIN pg_type t ON t.oid = CASE WHEN a.atttypid < 16384 THEN a.atttypid ELSE roomd.base_type(a.atttypid) END
    WHERE a.attrelid = source AND a.attname = ANY (columns) AND a.attnum > 0 AND NOT a.attisdropped
$$;

-- A value as JSON, or why it has none.
CREATE OR REPLACE FUNCTION roomd.told(value anyelement, own boolean, OUT said jsonb, OUT wrong text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF value IS NOT DISTINCT FROM NULL THEN
        RETURN;
    END IF;
    IF own THEN said := to_jsonb(format('%s', value)); ELSE said := to_jsonb(value); END IF;
    IF pg_column_size(said) > 16777216 THEN
        said := NULL;
        wrong := 'it is larger than 16 MiB';
    ELSIF pg_column_size(said) > 32768 THEN
        PERFORM jsonb_build_array(jsonb_build_array(said)); -- nested as deep as in the data, and more
    END IF;
EXCEPTION WHEN OTHERS THEN
    said := NULL;
    wrong := SQLERRM;
END
$$;

-- SQL that makes a room of d.data by a template, and SQL that says what is wrong with it, or null.
CREATE OR REPLACE FUNCTION roomd.room_sql(template text, OUT room text, OUT wrong text)
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    rest  text := template;
    field text;
    at    int;
BEGIN
    room := '';
    WHILE rest ~ '\{[^{}]+\}' LOOP
        field := substring(rest FROM '\{([^{}]+)\}');
        at := strpos(rest, '{' || field || '}');
        room := room || format('%L || (d.data ->> %L) || ', left(rest, at - 1), field);
        rest := substr(rest, at + length(field) + 2);
        wrong := coalesce(wrong || ', ', '') || format(
            'CASE WHEN d.data ->> %1$L IS NULL THEN %2$L'
            ' WHEN d.data ->> %1$L !~ ''^[A-Za-z0-9_.@+~-]+$'' OR length(d.data ->> %1$L) > 128 THEN %3$L END', field,
            format('room_field_missing: "%s" is null, and "%s" needs it', field, template),
            format('room_field_invalid: "%s" of "%s" gives no room', field, template));
    END LOOP;
    room := format('coalesce(%s%L, %L)', room, rest, template);
END
$$;

-- SQL for FROM that makes one JSON object, NAME.data, of the mapped columns of `a_row`, and in NAME.wrong
-- says what cannot be told.
CREATE OR REPLACE FUNCTION roomd.data_sql(source regclass, mapping jsonb, zone text, a_row text, name text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    kinds   constant jsonb := roomd.kinds(source, ARRAY(SELECT m.value FROM jsonb_each_text(mapping) m));
    calls   text := '';      -- of told()
    vals    text[] := '{}';
    members text[] := '{}';
    faults  text[] := '{NULL}';
    bytes   text := '0::bigint'; -- of text
    sizes   text := '0';     -- of what may be large else
    one     record;
    kind    text;
    col     text;
    val     text;            -- the value's name
    no_json text;
    built   text;
BEGIN
    FOR one IN SELECT m.key AS member, m.value AS name, m.ordinality AS i FROM jsonb_each_text(mapping) WITH ORDINALITY m LOOP
        kind := kinds ->> one.name;
        col := format('%s.%I', a_row, one.name);
        val := format('%s_values.v%s', name, one.i);
        members := members || format('%L, %s', one.member, val);
        no_json := quote_literal(format('value_invalid: "%s" has no JSON: ', one.member));
        IF kind IS NULL THEN
            vals := vals || format('NULL::jsonb AS v%s', one.i);
            faults := faults || quote_literal(format('column_missing: the table %s has no column "%s" now; attach it again',
                                                     source, one.name));
        ELSIF kind IN ('plain', 'stamp') THEN
            vals := vals || format('to_jsonb(%s%s) AS v%s', col,
                                   CASE kind WHEN 'stamp' THEN format(' AT TIME ZONE %L', zone) ELSE '' END, one.i);
        ELSIF kind = 'text' THEN
            vals := vals || format('CASE WHEN %s_size.bytes <= 16777216 THEN to_jsonb(%s) END AS v%s', name, col, one.i);
            bytes := bytes || format(' + coalesce(octet_length(%s), 0)', col); -- which does not unpack it
        ELSE
            calls := calls || format(' CROSS JOIN LATERAL roomd.told(%s, %L) %s_told%s', col, kind = 'own', name, one.i);
            vals := vals || format('%1$s_told%2$s.said AS v%2$s', name, one.i);
            faults := faults || format('%s || %s_told%s.wrong', no_json, name, one.i);
            sizes := sizes || format(' + coalesce(pg_column_size(%s), 0)', val);
        END IF;
    END LOOP;
    -- A function takes 100 arguments.
    SELECT string_agg('jsonb_build_object(' || p.piece || ')', ' || ' ORDER BY p.nth) INTO built FROM (
        SELECT (u.i - 1) / 50 AS nth, string_agg(u.member, ', ' ORDER BY u.i) AS piece
        FROM unnest(members) WITH ORDINALITY AS u(member, i) GROUP BY 1) AS p;
    IF sizes <> '0' THEN
        built := format('CASE WHEN %s <= 33554432 THEN %s END', sizes, built);
        faults := faults || format('CASE WHEN %s > 33554432 THEN ''emit_too_big: the data is larger than 32 MiB'' END', sizes);
    END IF;
    IF bytes <> '0::bigint' THEN
        calls := calls || format(' CROSS JOIN LATERAL (SELECT %s AS bytes OFFSET 0) %s_size', bytes, name);
        faults := faults || format('CASE WHEN %1$s_size.bytes > 16777216 THEN ''emit_too_big: its text has '' || %1$s_size.bytes || '' bytes'' END', name);
    END IF;
    RETURN format('%s CROSS JOIN LATERAL (SELECT %s OFFSET 0) %s_values CROSS JOIN LATERAL (SELECT %s AS data, coalesce(%s) AS wrong OFFSET 0) %s',
                  calls, array_to_string(vals, ', '), name, built, array_to_string(faults, ', ', 'NULL'), name);
END
$$;

-- The query for what goes into outbox: data, rooms and fault of each changed row.  That is `now_row`, and
-- before an update `old_row`.  Without these the rows are in the tables of a statement trigger, which hold
-- them in the order of the changes; of an update those belong together that have the same place and the
-- same key.  Changes of a key are told by a row trigger.
CREATE OR REPLACE FUNCTION roomd.event_query(
    source regclass, op text, mapping jsonb, rooms jsonb, zone text, key jsonb, now_row text DEFAULT NULL, old_row text DEFAULT NULL
) RETURNS text LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    changed text; -- FROM
    names   text; -- of rooms
    faults  text; -- ... that cannot be made
BEGIN
    SELECT format('ARRAY[%s]', string_agg(s.room, ', ' ORDER BY r.i)), string_agg(s.wrong, ', ' ORDER BY r.i)
    INTO names, faults
    FROM jsonb_array_elements_text(rooms) WITH ORDINALITY AS r(template, i), roomd.room_sql(r.template) s
    HAVING count(*) > 0;
    IF now_row IS NOT NULL THEN
        changed := '(SELECT) AS one';
    ELSIF op = 'UPDATE' THEN
        changed := '(SELECT row_number() OVER () AS "roomd place", * FROM roomd_new) n'
                   ' JOIN (SELECT row_number() OVER () AS "roomd place", * FROM roomd_old) o'
                   ' ON n."roomd place" = o."roomd place"'
                || (SELECT coalesce(string_agg(format(' AND n.%1$I = o.%1$I', k.name), ''), '')
                    FROM jsonb_array_elements_text(key) AS k(name)
                    WHERE roomd.kinds(source, ARRAY[k.name]) IS NOT NULL);
    ELSE
        changed := CASE op WHEN 'INSERT' THEN 'roomd_new n' ELSE 'roomd_old n' END;
    END IF;
    changed := changed || roomd.data_sql(source, mapping, zone, coalesce(now_row, 'n'), 'd');
    IF op = 'UPDATE' THEN
        changed := changed || roomd.data_sql(source, mapping, zone, coalesce(old_row, 'o'), 'before')
                || ' WHERE d.data IS DISTINCT FROM before.data OR d.wrong IS NOT NULL'
                || CASE WHEN now_row IS NULL THEN ' ORDER BY n."roomd place"' ELSE '' END;
    END IF;
    RETURN format('SELECT d.data, %s AS rooms, coalesce(d.wrong, %s) AS fault FROM %s',
                  coalesce(names, 'NULL::text[]'), coalesce(faults, 'NULL'), changed);
END
$$;

-- A changed row read by a query that is made for it: the slow way, for what the quick one does not take.
-- Reading alone, so that an error costs no transaction number.
CREATE OR REPLACE FUNCTION roomd.event_of(
    source regclass, op text, mapping jsonb, rooms jsonb, zone text, now_row anyelement, old_row anyelement,
    OUT told boolean, OUT data jsonb, OUT names text[], OUT wrong text
) LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found_rows int;
BEGIN
    EXECUTE roomd.event_query(source, op, mapping, rooms, zone, NULL, '($1)', '($2)') INTO data, names, wrong USING now_row, old_row;
    GET DIAGNOSTICS found_rows = ROW_COUNT;
    told := found_rows > 0;
EXCEPTION WHEN OTHERS THEN
    told := true;
    data := NULL;
    wrong := 'row_unreadable: ' || SQLERRM;
END
$$;

-- Puts an event of a row trigger into outbox.
CREATE OR REPLACE FUNCTION roomd.put(event text, data jsonb, rooms text[], fault text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO roomd.outbox (event, data, rooms, fault) VALUES (put.event, put.data, put.rooms, put.fault);
    IF pg_sequence_last_value('roomd.bell') = 1 THEN
        PERFORM roomd.ring();
    END IF;
END
$$;

-- Makes the function of a trigger: its query stands in it, so that each session plans it once.  Arguments of
-- the trigger: event, columns as {"member": "column"}, room templates as a JSON array or '', time zone of
-- timestamps without one, the key as a JSON array.
--
-- A column that has become another meanwhile is found out, and the query is made anew each time: to_jsonb()
-- of a type of one's own must not be called.  So it is for statements of many rows, whose plan is their own.
CREATE OR REPLACE FUNCTION roomd.make_trigger_function(
    function text, source regclass, op text, by_row boolean, mapping jsonb, rooms jsonb, zone text, key jsonb
) RETURNS void LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $make$
DECLARE
    known constant text := (
        SELECT format('(SELECT count(*) FROM pg_attribute a WHERE a.attrelid = TG_RELID AND NOT a.attisdropped AND (%s)) = %s',
                      string_agg(format('a.attname = %L AND a.atttypid = %s', a.attname, a.atttypid), ' OR '), count(*))
        FROM pg_attribute a
        WHERE a.attrelid = source AND a.attnum > 0 AND NOT a.attisdropped
          AND a.attname IN (SELECT m.value FROM jsonb_each_text(mapping) m UNION SELECT k.value FROM jsonb_array_elements_text(key) k));
    now_row constant text := CASE WHEN by_row THEN CASE op WHEN 'DELETE' THEN 'OLD' ELSE 'NEW' END END;
    old_row constant text := CASE WHEN by_row AND op = 'UPDATE' THEN 'OLD' ELSE now_row END;
    query   constant text := roomd.event_query(source, op, mapping, rooms, zone, key, now_row, old_row);
    body    text;
BEGIN
    IF by_row THEN
        body := format($body$
#variable_conflict use_column
DECLARE
    event record;
BEGIN
    BEGIN
        IF %1$s THEN
            SELECT true AS told, q.data, q.rooms AS names, q.fault AS wrong INTO event FROM (%2$s) q;
            IF NOT FOUND THEN
                RETURN NULL;
            END IF;
        END IF;
    EXCEPTION WHEN OTHERS THEN
        event := NULL; -- also when this session has planned it for another type
    END;
    IF event IS NULL THEN
        SELECT * INTO event FROM roomd.event_of(TG_RELID, TG_OP, TG_ARGV[1]::jsonb, nullif(TG_ARGV[2], '')::jsonb, TG_ARGV[3], %3$s, %4$s);
    END IF;
    IF event.told THEN
        PERFORM roomd.put(TG_ARGV[0], event.data, event.names, event.wrong);
    END IF;
    RETURN NULL;
END$body$, known, query, now_row, old_row);
    ELSE
        body := format($body$
#variable_conflict use_column
DECLARE
    found_rows bigint;
BEGIN
    SELECT count(*) INTO found_rows FROM (SELECT FROM %3$s LIMIT 1001) r;
    IF found_rows = 0 THEN
        RETURN NULL;
    END IF;
    IF found_rows <= 1000 AND %1$s THEN
        INSERT INTO roomd.outbox (event, data, rooms, fault) SELECT TG_ARGV[0], q.data, q.rooms, q.fault FROM (%2$s) q;
    ELSE
        EXECUTE 'INSERT INTO roomd.outbox (event, data, rooms, fault) SELECT $1, q.data, q.rooms, q.fault FROM ('
            || roomd.event_query(TG_RELID, TG_OP, TG_ARGV[1]::jsonb, nullif(TG_ARGV[2], '')::jsonb, TG_ARGV[3], TG_ARGV[4]::jsonb)
            || ') q' USING TG_ARGV[0];
    END IF;
    GET DIAGNOSTICS found_rows = ROW_COUNT;
    IF found_rows > 0 AND pg_sequence_last_value('roomd.bell') = 1 THEN
        PERFORM roomd.ring();
    END IF;
    RETURN NULL;
END$body$, known, query, CASE op WHEN 'INSERT' THEN 'roomd_new' ELSE 'roomd_old' END);
    END IF;
    EXECUTE format('CREATE OR REPLACE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER'
                   ' SET search_path = pg_catalog, pg_temp SET jit = off AS %L', function, body);
    EXECUTE format('REVOKE ALL ON FUNCTION %s() FROM PUBLIC', function);
    EXECUTE format('ALTER FUNCTION %s() OWNER TO %I', function,
                   (SELECT pg_get_userbyid(n.nspowner) FROM pg_namespace n WHERE n.nspname = 'roomd'));
END
$make$;

-- The trigger of a table that was attached by an older version.  Arguments: event, columns, rooms.
CREATE OR REPLACE FUNCTION roomd.row_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off AS $$
DECLARE
    event record;
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT * INTO event FROM roomd.event_of(TG_RELID, TG_OP, TG_ARGV[1]::jsonb, nullif(TG_ARGV[2], '')::jsonb, 'UTC', NEW, NEW);
    ELSIF TG_OP = 'DELETE' THEN
        SELECT * INTO event FROM roomd.event_of(TG_RELID, TG_OP, TG_ARGV[1]::jsonb, nullif(TG_ARGV[2], '')::jsonb, 'UTC', OLD, OLD);
    ELSE
        SELECT * INTO event FROM roomd.event_of(TG_RELID, TG_OP, TG_ARGV[1]::jsonb, nullif(TG_ARGV[2], '')::jsonb, 'UTC', NEW, OLD);
    END IF;
    IF event.told THEN
        PERFORM roomd.put(TG_ARGV[0], event.data, event.names, event.wrong);
    END IF;
    RETURN NULL;
END
$$;

-- Takes the events of a table away, and functions of triggers that went with their tables.
CREATE OR REPLACE FUNCTION roomd.detach(source regclass, name text DEFAULT 'row') RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    trigger  name;
    old      regprocedure;
    any_gone boolean := false;
BEGIN
    FOR trigger IN
        SELECT t.tgname FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
        WHERE t.tgrelid = source AND p.pronamespace = 'roomd'::regnamespace AND t.tgparentid = 0
          AND t.tgname IN ('roomd_' || name || '_insert', 'roomd_' || name || '_update', 'roomd_' || name || '_delete',
                           'roomd_' || name || '_key')
    LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', trigger, source);
        any_gone := true;
    END LOOP;
    FOR old IN
        SELECT p.oid FROM pg_proc p
        WHERE p.pronamespace = 'roomd'::regnamespace AND p.proname ~ '^on_[0-9]+_' AND p.prorettype = 'trigger'::regtype
          AND pg_has_role(p.proowner, 'MEMBER') AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgfoid = p.oid)
    LOOP
        EXECUTE format('DROP FUNCTION %s', old);
    END LOOP;
    RETURN any_gone;
END
$$;

-- From now on each row that is inserted, updated or deleted sends the event that is named for it.
--
--     SELECT roomd.attach('bookings', '{"id": "id", "userId": "user_id", "libraryId": "library_id"}',
--                         on_insert => 'booking:created', on_update => 'booking:updated');
--     SELECT roomd.attach('bookings', '{"id": "id", "userId": "user_id", "libraryId": "library_id"}',
--                         on_update => 'booking:checkin', name => 'checkin',
--                         condition => 'OLD.checked_in IS NULL AND NEW.checked_in IS NOT NULL');
--
-- columns: the members of the event's data, each with its column.  Others never leave the table, and
-- an update that changes none of these sends nothing.  A deleted row's data is what it was.
-- rooms: templates over the data, 'library:{libraryId}'; null: those of the catalogue.
-- condition: SQL over NEW and OLD, in which names of one's own are qualified.  It is part of the write: where
-- it fails, so does that.
-- name: to attach a table more than once; the same name again replaces.
-- zone: of columns that are timestamps without one.
--
-- All rows of a statement are told at once, which costs an eighth; one by one where there is a condition, which
-- is the writer's to judge, where a table is a partition or has some, whose rows come by other statements,
-- and where an update's rows have no key to pair them by.
--
-- It runs with the rights of its caller, who needs TRIGGER on the table and, to replace, owns it.  Who writes
-- the table needs none.  TRUNCATE, and rows that a replica is sent, are not seen.
-- Of version 7:
DROP FUNCTION IF EXISTS roomd.attach(regclass, jsonb, text, text, text, text[], text, text);
DROP FUNCTION IF EXISTS roomd.row_query(oid, text[]);
CREATE OR REPLACE FUNCTION roomd.attach(
    source    regclass,
    columns   jsonb,
    on_insert text   DEFAULT NULL,
    on_update text   DEFAULT NULL,
    on_delete text   DEFAULT NULL,
    rooms     text[] DEFAULT NULL,
    condition text   DEFAULT NULL,
    name      text   DEFAULT 'row',
    zone      text   DEFAULT 'UTC'
) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    wrong    text;
    item     record;
    key      text[];  -- the columns of the primary key, where they are of types that are built in
    whole    boolean; -- a table that statements name, and no part of one
    by_row   boolean;
    args     text;    -- of the triggers
    changed  text;    -- SQL: the key has
    trigger  text;
    function text;
BEGIN
    IF source IS NULL THEN
        wrong := 'there is no table';
    ELSIF name IS NULL OR name !~ '^[a-z0-9_]{1,40}$' THEN
        wrong := 'name is 1 to 40 of a-z, 0-9 and _';
    ELSIF coalesce(on_insert, on_update, on_delete) IS NULL THEN
        wrong := 'name an event: on_insert, on_update or on_delete';
    ELSIF jsonb_typeof(columns) IS DISTINCT FROM 'object' OR columns = '{}' THEN
        wrong := 'columns is {"member": "column", ..}';
    ELSIF rooms IS NOT NULL AND (cardinality(rooms) = 0 OR array_position(rooms, NULL) IS NOT NULL) THEN
        wrong := 'name at least one room, or leave rooms out for those of the catalogue';
    ELSIF NOT EXISTS (SELECT FROM pg_timezone_names z WHERE z.name = attach.zone) THEN
        wrong := format('"%s" is no time zone', zone);
    END IF;
    IF wrong IS NULL THEN
        SELECT format('the table %s has no column "%s"', source, c.value #>> '{}') INTO wrong
        FROM jsonb_each(columns) c
        WHERE jsonb_typeof(c.value) <> 'string' OR NOT EXISTS (
            SELECT FROM pg_attribute a
            WHERE a.attrelid = source AND a.attname = c.value #>> '{}' AND a.attnum > 0 AND NOT a.attisdropped)
        LIMIT 1;
    END IF;
    IF wrong IS NULL THEN
        SELECT format('"%s" needs the member "%s", which is not in columns', r, m[1]) INTO wrong
        FROM unnest(rooms) r, regexp_matches(r, '\{([^{}]*)\}', 'g') m
        WHERE NOT columns ? m[1]
        LIMIT 1;
    END IF;
    IF wrong IS NULL THEN
        SELECT substr(f, strpos(f, ': ') + 2) INTO wrong
        FROM unnest(ARRAY[on_insert, on_update, on_delete]) e,
             roomd.fault_of(e, '{}', ARRAY(SELECT regexp_replace(r, '\{[^{}]+\}', 'x', 'g') FROM unnest(coalesce(rooms, '{x}')) r),
                            NULL) f
        WHERE e IS NOT NULL AND f IS NOT NULL
        LIMIT 1;
    END IF;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'roomd.attach: %', wrong USING ERRCODE = 'invalid_parameter_value';
    END IF;

    PERFORM roomd.detach(source, name);
    SELECT array_agg(a.attname::text ORDER BY a.attnum) INTO key
    FROM pg_index x JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = ANY (x.indkey)
    WHERE x.indrelid = source AND x.indisprimary
    HAVING bool_and(roomd.base_type(a.atttypid) < 16384);
    SELECT c.relkind = 'r' AND NOT c.relispartition
           AND NOT EXISTS (SELECT FROM pg_inherits i WHERE source IN (i.inhparent, i.inhrelid)) INTO whole
    FROM pg_class c WHERE c.oid = source;
    args := format('%L, %L, %L, %L', columns, coalesce(to_jsonb(rooms)::text, ''), zone, coalesce(to_jsonb(key), '[]'));
    FOR item IN
        SELECT * FROM (VALUES ('insert', on_insert), ('update', on_update), ('delete', on_delete)) AS v(op, event)
        WHERE event IS NOT NULL
    LOOP
        by_row := condition IS NOT NULL OR NOT whole OR (item.op = 'update' AND key IS NULL);
        trigger := 'roomd_' || name || '_' || item.op;
        function := format('roomd.on_%s_%s_%s', source::oid, name, item.op);
        PERFORM roomd.make_trigger_function(function, source, upper(item.op), by_row, columns, to_jsonb(rooms), zone, to_jsonb(key));
        EXECUTE format('CREATE TRIGGER %I AFTER %s ON %s %s EXECUTE FUNCTION %s(%L, %s)', trigger, item.op, source,
                       CASE WHEN by_row THEN 'FOR EACH ROW ' || coalesce('WHEN (' || condition || ')', '')
                            ELSE concat_ws(' ', 'REFERENCING', CASE WHEN item.op <> 'insert' THEN 'OLD TABLE AS roomd_old' END,
                                           CASE WHEN item.op <> 'delete' THEN 'NEW TABLE AS roomd_new' END, 'FOR EACH STATEMENT') END,
                       function, item.event, args);
        IF item.op = 'update' AND NOT by_row THEN
            SELECT string_agg(format('OLD.%1$I IS DISTINCT FROM NEW.%1$I', k), ' OR ') INTO changed FROM unnest(key) k;
            function := format('roomd.on_%s_%s_key', source::oid, name);
            PERFORM roomd.make_trigger_function(function, source, 'UPDATE', true, columns, to_jsonb(rooms), zone, to_jsonb(key));
            EXECUTE format('CREATE TRIGGER %I AFTER UPDATE ON %s FOR EACH ROW WHEN (%s) EXECUTE FUNCTION %s(%L, %s)',
                           'roomd_' || name || '_key', source, changed, function, item.event, args);
        END IF;
    END LOOP;
END
$$;

SELECT roomd.migrated(5);
-- What daemons read, tell and ask, beside sequence_batch() and trim().

-- The rows behind a cursor, in order.  Statistics do not know today's rows yet: left to them a
-- daemon that is a million rows behind sorts them all for each thousand that it reads.  So: the indexes, merged.
CREATE OR REPLACE FUNCTION roomd.read(after bigint, most int DEFAULT 1000) RETURNS SETOF roomd.log
LANGUAGE plpgsql STABLE ROWS 1000
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off
SET jit = off AS $$
BEGIN
    RETURN QUERY SELECT * FROM roomd.log l WHERE l.seq > after ORDER BY l.seq LIMIT most;
END
$$;

-- A daemon tells how far it has read, on connecting and every few seconds: the epoch and seq of the
-- last row that it sent, and that row's logged_at; nulls when it has sent none.  It is told how things stand.
-- When the log holds no such row, the database is older than what the daemon has seen: a new epoch
-- begins, and the daemon goes on at its last_seq.
CREATE OR REPLACE FUNCTION roomd.seen(
    node text, version text, at_epoch text, at_seq bigint, at_time timestamptz,
    OUT epoch text, OUT last_seq bigint, OUT trimmed_seq bigint, OUT schema_version int
) LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off AS $$
BEGIN
    -- Without the lock first: it is nearly always in order.
    FOR round IN 1 .. 2 LOOP
        SELECT m.epoch, m.last_seq, m.trimmed_seq, m.schema_version
        INTO STRICT epoch, last_seq, trimmed_seq, schema_version FROM roomd.state() m;
        EXIT WHEN epoch IS DISTINCT FROM at_epoch OR at_seq IS NULL OR (
            at_seq <= last_seq AND (
                at_seq <= trimmed_seq OR at_time IS NULL
                OR EXISTS (SELECT FROM roomd.log l WHERE l.seq = at_seq AND l.logged_at = at_time)));
        IF round = 1 THEN
            PERFORM pg_advisory_xact_lock(1919905645, 1);
        ELSE
            epoch := roomd.begin_epoch();
        END IF;
    END LOOP;
    INSERT INTO roomd.node AS n (node, version, epoch, seq, seen_at)
    VALUES (seen.node, seen.version, seen.epoch,
            CASE WHEN at_epoch = seen.epoch THEN coalesce(at_seq, seen.last_seq) ELSE seen.last_seq END,
            clock_timestamp())
    ON CONFLICT ON CONSTRAINT node_pkey DO UPDATE
        SET version = excluded.version, epoch = excluded.epoch, seq = excluded.seq, seen_at = excluded.seen_at;
END
$$;

-- Notes that a row of the log cannot be sent, and why; its seq stays used.  False: another daemon
-- has noted it, or it is not there.
CREATE OR REPLACE FUNCTION roomd.bury(at_epoch text, at_seq bigint, reason text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off AS $$
BEGIN
    INSERT INTO roomd.dead (reason, epoch, seq, outbox_id, event, data, rooms, except_rooms, key, expires_at,
                            traceparent, created_at)
    SELECT left(bury.reason, 1000), m.epoch, l.seq, l.outbox_id, l.event, l.data, l.rooms, l.except_rooms, l.key,
           l.expires_at, l.traceparent, l.created_at
    FROM roomd.state() m, roomd.log l
    WHERE m.epoch = at_epoch AND l.seq = at_seq
    ON CONFLICT DO NOTHING;
    RETURN FOUND;
EXCEPTION WHEN data_exception OR check_violation OR program_limit_exceeded OR internal_error THEN
    -- A damaged value, say: that it was there is all that can be kept.
    INSERT INTO roomd.dead (reason, epoch, seq, outbox_id, created_at)
    SELECT left(bury.reason, 800) || '; without its content: ' || SQLERRM, m.epoch, at_seq, 0, clock_timestamp()
    FROM roomd.state() m WHERE m.epoch = at_epoch
    ON CONFLICT DO NOTHING;
    RETURN FOUND;
END
$$;

-- Puts a dead event back into outbox, as a new one.  Its id there, or null: it is not dead.
CREATE OR REPLACE FUNCTION roomd.replay(dead_id bigint) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH risen AS (
        DELETE FROM roomd.dead WHERE id = dead_id RETURNING *
    )
    INSERT INTO roomd.outbox (event, data, rooms, except_rooms, key, expires_at, traceparent)
    SELECT event, data, rooms, except_rooms, key, expires_at, traceparent FROM risen
    RETURNING id
$$;

-- What waits in outbox: rows, counted up to `most`, and the age of the first one.
CREATE OR REPLACE FUNCTION roomd.waiting(most int DEFAULT 100000, OUT rows bigint, OUT seconds double precision)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT (SELECT count(*) FROM (SELECT FROM roomd.outbox LIMIT most) AS o),
           coalesce((SELECT greatest(0, extract(epoch FROM clock_timestamp() - o.created_at))::double precision
                     FROM roomd.outbox o ORDER BY o.id LIMIT 1), 0)
$$;

SELECT roomd.migrated(6);
-- Who may do what.  Nobody may do anything that is not written here.
--
-- The rights belong to two roles, which applications and daemons are members of.  Where this role may
-- not create them, or not give membership, `roomd pg init` gives the rights to the members themselves.

-- Gives the rights of roomd_app or roomd_daemon.
CREATE OR REPLACE FUNCTION roomd.grant_rights(of text, member name) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA roomd TO %I', member);
    EXECUTE format('GRANT EXECUTE ON FUNCTION roomd.emit TO %I', member);
    IF of = 'roomd_daemon' THEN
        EXECUTE format('GRANT SELECT ON roomd.meta, roomd.log, roomd.dead, roomd.node TO %I', member);
        EXECUTE format('GRANT EXECUTE ON FUNCTION roomd.sequence_batch, roomd.give_up_damaged, roomd.read, roomd.prepare, roomd.trim,'
                       ' roomd.state, roomd.seen, roomd.bury, roomd.replay, roomd.waiting TO %I', member);
    END IF;
END
$$;

-- The roles that have these rights without membership.
CREATE OR REPLACE FUNCTION roomd.admitted(of text) RETURNS SETOF name
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT u.rolname
    FROM pg_proc p, aclexplode(p.proacl) a JOIN pg_roles u ON u.oid = a.grantee
    WHERE p.pronamespace = 'roomd'::regnamespace AND p.proname IN ('emit', 'sequence_batch')
      AND a.grantee <> p.proowner AND u.rolname NOT IN ('roomd_app', 'roomd_daemon')
    GROUP BY u.rolname
    HAVING bool_or(p.proname = 'sequence_batch') = (of = 'roomd_daemon') -- daemons may emit too
$$;

-- Makes a role a member of roomd_app or roomd_daemon; where that is not ours to do, it is given the rights.
CREATE OR REPLACE FUNCTION roomd.admit(of text, member name) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = member) THEN
        RAISE EXCEPTION 'role "%" does not exist', member
            USING ERRCODE = 'undefined_object', HINT = 'Create it first, or correct --app and --daemon.';
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = of) THEN
        IF EXISTS (SELECT FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid JOIN pg_roles u ON u.oid = m.member
                   WHERE g.rolname = of AND u.rolname = admit.member) THEN
            RETURN;
        END IF;
        BEGIN
            EXECUTE format('GRANT %I TO %I', of, member);
            RETURN;
        EXCEPTION WHEN insufficient_privilege THEN
            NULL;
        END;
    END IF;
    PERFORM roomd.grant_rights(of, member);
END
$$;

REVOKE ALL ON SCHEMA roomd FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA roomd FROM PUBLIC;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA roomd FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA roomd FROM PUBLIC;

DO $$
DECLARE
    role   text;
    member name;
BEGIN
    FOREACH role IN ARRAY '{roomd_app,roomd_daemon}'::text[] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', role);
            EXCEPTION
                WHEN insufficient_privilege THEN
                    -- `roomd pg init --app --daemon` says beforehand for which there will be members.
                    IF strpos(coalesce(current_setting('roomd.named', true), ''), role) = 0
                       AND NOT EXISTS (SELECT FROM roomd.admitted(role)) THEN
                        RAISE WARNING 'the role "%" is not there, and "%" may not create it', role, current_user;
                    END IF;
                WHEN duplicate_object OR unique_violation THEN
                    NULL; -- it has come just now, through another database
            END;
        END IF;
        -- Applications: GRANT roomd_app TO <role>.  The daemon: GRANT roomd_daemon TO <role>.
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
            PERFORM roomd.grant_rights(role, role);
        END IF;
        -- What is new, for those who have rights of their own.
        FOR member IN SELECT * FROM roomd.admitted(role) LOOP
            PERFORM roomd.grant_rights(role, member);
        END LOOP;
    END LOOP;
END
$$;

SELECT roomd.migrated(7);
-- What was made with version 7, as this one makes it.

-- Tables that were attached.  Their triggers are replaced where that is ours to do, and nobody holds the table.
DO $$
DECLARE
    old record;
BEGIN
    PERFORM set_config('lock_timeout', '2s', true);
    FOR old IN
        SELECT t.tgrelid::regclass AS source, substring(t.tgname FROM '^roomd_(.*)_[a-z]+$') AS name,
               max(a.words[1]) FILTER (WHERE t.tgname LIKE '%\_insert') AS on_insert,
               max(a.words[1]) FILTER (WHERE t.tgname LIKE '%\_update') AS on_update,
               max(a.words[1]) FILTER (WHERE t.tgname LIKE '%\_delete') AS on_delete,
               max(a.words[2])::jsonb AS columns, nullif(max(a.words[3]), '')::jsonb AS rooms,
               max(substring(pg_get_triggerdef(t.oid) FROM ' WHEN \((.*)\) EXECUTE FUNCTION roomd\.row_event\(')) AS condition
        FROM pg_trigger t, LATERAL (
            SELECT array_agg(convert_from(decode(w, 'escape'), getdatabaseencoding()) ORDER BY i) AS words
            FROM regexp_split_to_table(encode(t.tgargs, 'escape'), '\\000') WITH ORDINALITY AS u(w, i)) a
        WHERE t.tgfoid = 'roomd.row_event'::regproc AND t.tgparentid = 0
        GROUP BY 1, 2
    LOOP
        BEGIN
            PERFORM roomd.attach(old.source, old.columns, old.on_insert, old.on_update, old.on_delete,
                                 CASE WHEN old.rooms IS NOT NULL THEN ARRAY(SELECT jsonb_array_elements_text(old.rooms)) END,
                                 old.condition, old.name);
        EXCEPTION WHEN OTHERS THEN
            RAISE WARNING 'the table % keeps the triggers of an older roomd, which are slow; attach it again: %', old.source, SQLERRM;
        END;
    END LOOP;
    PERFORM set_config('lock_timeout', '10s', true);
END
$$;

SELECT roomd.migrated(8);
