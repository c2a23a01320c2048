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
    newest constant int := 11; -- the highest number in this folder
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
    fault        text,         -- known to be bad when it was written: goes to dead
    namespace    text,         -- null: /
    volatile     boolean NOT NULL DEFAULT false, -- dropped for clients that are behind
    broadcast    boolean NOT NULL DEFAULT false, -- to everyone in the namespace
    raw          json,         -- the data as it was written; then data is null
    act          text          -- what daemons do instead of sending it: kick, join, leave
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
    data         jsonb,
    rooms        text[],
    except_rooms text[],
    key          text,
    expires_at   timestamptz,
    traceparent  text,
    created_at   timestamptz NOT NULL,
    logged_at    timestamptz NOT NULL,
    namespace    text,
    volatile     boolean NOT NULL DEFAULT false,
    broadcast    boolean NOT NULL DEFAULT false,
    raw          json,
    act          text
) PARTITION BY RANGE (logged_at);

-- Keys that emit() and store() have seen.
CREATE TABLE IF NOT EXISTS roomd.idempotency (
    key        text PRIMARY KEY, -- store(): behind the name of the API key and a tab
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
    namespace    text,
    volatile     boolean NOT NULL DEFAULT false,
    broadcast    boolean NOT NULL DEFAULT false,
    raw          json,
    act          text,
    UNIQUE (epoch, seq)
);
CREATE INDEX IF NOT EXISTS dead_died_at ON roomd.dead (died_at);

-- What plugins have to tell somebody, each text until that one has it: lifecycle_put().  A line is what one instance of
-- a plugin puts on one node, in the order of id.
CREATE TABLE IF NOT EXISTS roomd.lifecycle (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    plugin     text NOT NULL,
    node       text NOT NULL,
    body       text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (
    autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_insert_threshold = -1,
    autovacuum_vacuum_cost_delay = 0
);
CREATE INDEX IF NOT EXISTS lifecycle_line ON roomd.lifecycle (plugin, node, id);

-- Who takes what is in a line, one at a time; it is left when `until` is over.
CREATE TABLE IF NOT EXISTS roomd.lifecycle_node (
    plugin text,
    node   text,
    reader text NOT NULL,
    by     text NOT NULL,        -- the node of the reader
    until  timestamptz NOT NULL,
    is_full boolean NOT NULL DEFAULT false, -- as last counted
    PRIMARY KEY (plugin, node)
);

DO $$
DECLARE
    place text;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'roomd.log'::regclass AND attname = 'act') THEN -- version 9
        FOREACH place IN ARRAY '{outbox,log,dead}'::text[] LOOP
            EXECUTE format('ALTER TABLE roomd.%I ADD COLUMN namespace text, ADD COLUMN volatile boolean NOT NULL DEFAULT false,'
                           ' ADD COLUMN broadcast boolean NOT NULL DEFAULT false, ADD COLUMN raw json, ADD COLUMN act text', place);
        END LOOP;
        ALTER TABLE roomd.log ALTER COLUMN data DROP NOT NULL;
    END IF;
END
$$;

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
