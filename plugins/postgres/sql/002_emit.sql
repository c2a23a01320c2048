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
    -- Nearly always: few and short ones of plain characters, all looked at at once.  A blank inside of one
    -- would make it two.
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
        -- daemon/rooms/names.hpp says what an id is; the first colon is before it.
        IF room !~ '^([A-Za-z0-9_.@+~-]+:[!#-)+-;=?-_a-z|~]+|[!#-)+-9;=?-_a-z|~]+)$'
           OR strpos(room, ':') > 65 OR length(room) - strpos(room, ':') > 255 THEN
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

-- The function of version 9 had fewer parameters.  Who might call it may call the new one.
DO $$
DECLARE
    old constant regprocedure := to_regprocedure('roomd.emit(text, jsonb, text[], text, text[], interval, text)');
BEGIN
    IF old IS NOT NULL THEN
        PERFORM set_config('roomd.emitters', (
            SELECT coalesce(string_agg(quote_ident(r.rolname), ', '), '')
            FROM pg_proc p, aclexplode(p.proacl) a JOIN pg_roles r ON r.oid = a.grantee
            WHERE p.oid = old AND a.grantee <> p.proowner), true);
        EXECUTE 'DROP FUNCTION ' || old;
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
    traceparent  text     DEFAULT NULL,
    namespace    text     DEFAULT NULL, -- null: /
    volatile     boolean  DEFAULT false, -- dropped for clients that are behind
    broadcast    boolean  DEFAULT false  -- to everyone in the namespace, instead of rooms
) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    wrong     text := roomd.fault_of(event, data, rooms, except_rooms);
    outbox_id bigint;
    digest    bytea;
    earlier   bytea;
BEGIN
    IF wrong IS NULL AND (key IS NOT NULL OR ttl IS NOT NULL OR traceparent IS NOT NULL
                          OR namespace IS NOT NULL OR broadcast) THEN
        wrong := CASE
            WHEN broadcast AND rooms IS NOT NULL THEN
                'two_targets: a broadcast goes to everyone: leave the rooms out'
            WHEN namespace !~ '^/[^* [:cntrl:]]*$' OR octet_length(namespace) > 256 THEN
                'namespace_unknown: a namespace''s name begins with / and has no *'
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
        INSERT INTO roomd.outbox (event, data, rooms, except_rooms, expires_at, traceparent, namespace, volatile, broadcast)
        VALUES (event, data, rooms, except_rooms, clock_timestamp() + ttl, traceparent, namespace,
                coalesce(volatile, false), coalesce(broadcast, false))
        RETURNING id INTO outbox_id;
        IF pg_sequence_last_value('roomd.bell') = 1 THEN
            PERFORM roomd.ring();
        END IF;
        RETURN outbox_id;
    END IF;

    outbox_id := roomd.next_id();
    digest := sha256(convert_to((jsonb_build_array(event, data, rooms, except_rooms)
                                 || CASE WHEN nullif(namespace, '/') IS NULL AND NOT (coalesce(volatile, false) OR coalesce(broadcast, false))
                                         THEN '[]' -- as version 9 did
                                         ELSE jsonb_build_array(nullif(namespace, '/'), coalesce(volatile, false),
                                                                coalesce(broadcast, false)) END)::text,
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
    INSERT INTO roomd.outbox (id, event, data, rooms, except_rooms, key, expires_at, traceparent, namespace, volatile, broadcast)
    VALUES (outbox_id, event, data, rooms, except_rooms, key, clock_timestamp() + ttl, traceparent, namespace,
            coalesce(volatile, false), coalesce(broadcast, false));
    IF pg_sequence_last_value('roomd.bell') = 1 THEN
        PERFORM roomd.ring();
    END IF;
    RETURN outbox_id;
END
$$;

DO $$
BEGIN
    IF coalesce(current_setting('roomd.emitters', true), '') <> '' THEN
        EXECUTE 'GRANT EXECUTE ON FUNCTION roomd.emit TO ' || current_setting('roomd.emitters');
    END IF;
END
$$;

-- Puts what daemons do with the clients of a user in line with the events of this transaction.  For the
-- functions below alone.
CREATE OR REPLACE FUNCTION roomd.have_done(deed text, user_id text, said jsonb, room text, namespace text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    rooms     constant text[] := CASE WHEN room IS NOT NULL THEN ARRAY[room] END;
    wrong     text := CASE
        WHEN user_id IS NULL OR user_id = '' OR octet_length(user_id) > 1024 THEN
            'user_invalid: a user has 1 to 1024 bytes'
        WHEN deed <> 'kick' AND room IS NULL THEN 'room_invalid: name a room'
        WHEN namespace !~ '^/[^* [:cntrl:]]*$' OR octet_length(namespace) > 256 THEN
            'namespace_unknown: a namespace''s name begins with / and has no *'
        ELSE roomd.fault_of(deed, 'null', rooms, NULL)
    END;
    outbox_id bigint;
BEGIN
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'roomd.%: %', deed, substr(wrong, strpos(wrong, ': ') + 2)
            USING ERRCODE = 'invalid_parameter_value', DETAIL = split_part(wrong, ': ', 1);
    END IF;
    INSERT INTO roomd.outbox (event, data, rooms, namespace, act)
    VALUES (deed, jsonb_build_object('user', user_id) || said, rooms, namespace, deed)
    RETURNING id INTO outbox_id;
    IF pg_sequence_last_value('roomd.bell') = 1 THEN
        PERFORM roomd.ring();
    END IF;
    RETURN outbox_id;
END
$$;

-- Sends all clients of a user away when this transaction commits, on every daemon, in order with the
-- events of this transaction.  A stock client stays away, unless `come_back`: then its connection is cut, and it
-- comes back, to be judged anew.  Nobody may call this, join() or leave() but the schema's owner and who that grants it to.
CREATE OR REPLACE FUNCTION roomd.kick(user_id text, come_back boolean DEFAULT false) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT roomd.have_done('kick', user_id, jsonb_build_object('come_back', coalesce(come_back, false)), NULL, NULL);
$$;

-- Lets all clients that a user has in the namespace then, on every daemon, join a room or leave it.
CREATE OR REPLACE FUNCTION roomd.join(user_id text, room text, namespace text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT roomd.have_done('join', user_id, '{}', room, namespace);
$$;
CREATE OR REPLACE FUNCTION roomd.leave(user_id text, room text, namespace text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT roomd.have_done('leave', user_id, '{}', room, namespace);
$$;

SELECT roomd.migrated(2);
