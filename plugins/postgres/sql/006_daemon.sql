-- What daemons read, tell and ask, beside sequence_batch() and trim().

-- The rows behind a cursor, in order, for a daemon that knows this version of the schema.  One that knows an
-- older one would take a kind of row that is new to it for another.  Statistics do not know today's rows yet: left to them a
-- daemon that is a million rows behind sorts them all for each thousand that it reads.  So: the indexes, merged.
DROP FUNCTION IF EXISTS roomd.read(bigint, int); -- of version 9: whoever still calls it is to look at the version again
CREATE OR REPLACE FUNCTION roomd.read(after bigint, most int, version int) RETURNS SETOF roomd.log
LANGUAGE plpgsql STABLE ROWS 1000
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off
SET jit = off AS $$
BEGIN
    IF version < 10 THEN
        RAISE EXCEPTION 'the log has rows of version 10, and this daemon knows those of version %', version
            USING ERRCODE = 'feature_not_supported';
    END IF;
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
                            traceparent, created_at, namespace, volatile, broadcast, raw, act)
    SELECT left(bury.reason, 1000), m.epoch, l.seq, l.outbox_id, l.event, l.data, l.rooms, l.except_rooms, l.key,
           l.expires_at, l.traceparent, l.created_at, l.namespace, l.volatile, l.broadcast, l.raw, l.act
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
    INSERT INTO roomd.outbox (event, data, rooms, except_rooms, key, expires_at, traceparent, namespace, volatile, broadcast, raw, act)
    SELECT event, data, rooms, except_rooms, key, expires_at, traceparent, namespace, volatile, broadcast, raw, act FROM risen
    RETURNING id
$$;

-- Puts events into outbox that a daemon was given over HTTP, and has judged; all in one transaction.
-- The lists have one element for each event; of `rooms` and `except_rooms` it is a text[] as text.
-- For each event, in order: its id, and whether it was `stored`; `seen`: its key was used for the same
-- event within meta.key_window, and the id is the first one's; `conflict`: for another one.  That one is
-- not stored; where they go `together` none is, and the others are `spared`.
CREATE OR REPLACE FUNCTION roomd.store(
    keys text[], events text[], raws text[], rooms text[], except_rooms text[],
    namespaces text[], volatiles boolean[], broadcasts boolean[], together boolean DEFAULT false,
    OUT id bigint, OUT verdict text
) RETURNS SETOF record
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
    ids      bigint[] := ARRAY(SELECT roomd.next_id() FROM generate_series(1, cardinality(events)));
    verdicts text[] := array_fill('stored'::text, ARRAY[cardinality(events)]);
    contents bytea[];
    firsts   bigint[];
BEGIN
    -- Whoever is told that it is stored is told of a commit that a crash leaves alone.
    IF current_setting('synchronous_commit') = 'off' THEN
        PERFORM set_config('synchronous_commit', 'on', true);
    END IF;
    IF array_remove(keys, NULL) <> '{}' THEN
        contents := ARRAY(
            SELECT CASE WHEN u.key IS NOT NULL THEN
                sha256(convert_to(json_build_array(u.event, u.raw, u.rooms, u.except_rooms, u.namespace, u.volatile, u.broadcast)::text,
                                  CASE getdatabaseencoding() WHEN 'SQL_ASCII' THEN 'SQL_ASCII' ELSE 'UTF8' END)) END
            FROM unnest(keys, events, raws, rooms, except_rooms, namespaces, volatiles, broadcasts) WITH ORDINALITY
                 AS u(key, event, raw, rooms, except_rooms, namespace, volatile, broadcast, n) ORDER BY u.n);
        -- Waits for others that have just used one of these keys; in the order of keys, so that no two wait for each other.
        INSERT INTO roomd.idempotency AS i (key, outbox_id, content, expires_at)
        SELECT DISTINCT ON (u.key) u.key, u.id, u.content, clock_timestamp() + (SELECT m.key_window FROM roomd.state() m)
        FROM unnest(keys, ids, contents) AS u(key, id, content) WHERE u.key IS NOT NULL ORDER BY u.key, u.id
        ON CONFLICT ON CONSTRAINT idempotency_pkey DO UPDATE
            SET outbox_id = excluded.outbox_id, content = excluded.content, expires_at = excluded.expires_at
            WHERE i.expires_at <= clock_timestamp();
        SELECT array_agg(coalesce(i.outbox_id, u.id) ORDER BY u.n),
               array_agg(CASE WHEN u.key IS NULL OR i.outbox_id = u.id THEN 'stored'
                              WHEN i.content = u.content THEN 'seen' ELSE 'conflict' END ORDER BY u.n)
        INTO firsts, verdicts
        FROM unnest(keys, ids, contents) WITH ORDINALITY AS u(key, id, content, n)
             LEFT JOIN roomd.idempotency i ON i.key = u.key;
        IF together AND 'conflict' = ANY (verdicts) THEN
            DELETE FROM roomd.idempotency i WHERE i.key = ANY (keys) AND i.outbox_id = ANY (ids);
            verdicts := ARRAY(SELECT CASE v WHEN 'conflict' THEN v ELSE 'spared' END FROM unnest(verdicts) WITH ORDINALITY AS u(v, n)
                              ORDER BY n);
        END IF;
    END IF;
    INSERT INTO roomd.outbox (id, event, raw, rooms, except_rooms, key, namespace, volatile, broadcast)
    SELECT u.id, u.event, u.raw::json, u.rooms::text[], u.except_rooms::text[], u.key, u.namespace, u.volatile, u.broadcast
    FROM unnest(ids, keys, events, raws, rooms, except_rooms, namespaces, volatiles, broadcasts, verdicts)
         AS u(id, key, event, raw, rooms, except_rooms, namespace, volatile, broadcast, verdict)
    WHERE u.verdict = 'stored';
    IF pg_sequence_last_value('roomd.bell') = 1 THEN
        PERFORM roomd.ring();
    END IF;
    RETURN QUERY SELECT u.id, u.verdict FROM unnest(coalesce(firsts, ids), verdicts) WITH ORDINALITY AS u(id, verdict, n) ORDER BY u.n;
END
$$;

-- Keeps a text at the end of a line.  Its id; null: all lines of the plugin have too many bytes together, as the
-- lifecycle_next() counted that looked at all of them last.
CREATE OR REPLACE FUNCTION roomd.lifecycle_put(plugin text, node text, body text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off AS $$
DECLARE
    is_full boolean := (SELECT n.is_full FROM roomd.lifecycle_node n WHERE n.plugin = lifecycle_put.plugin AND n.node = lifecycle_put.node);
    put_id  bigint;
BEGIN
    IF is_full THEN
        RETURN NULL;
    END IF;
    -- Whoever is told that it is kept is told of a commit that a crash leaves alone.
    IF current_setting('synchronous_commit') = 'off' THEN
        PERFORM set_config('synchronous_commit', 'on', true);
    END IF;
    IF is_full IS NULL THEN
        INSERT INTO roomd.lifecycle_node (plugin, node, reader, by, until) VALUES (plugin, node, '', '', clock_timestamp() + interval '30 s')
        ON CONFLICT DO NOTHING;
    END IF;
    INSERT INTO roomd.lifecycle (plugin, node, body) VALUES (plugin, node, body) RETURNING id INTO put_id;
    RETURN put_id;
END
$$;

-- Removes `done`, and gives the oldest text behind it: of the reader's own line, unless it is `others`', and of lines
-- that were left.  Without `done` it looks at all that is there, at lines that were left a moment ago too.
-- What it removed may be there again after a crash of the server.
-- A line is its reader's for 30 s from the last call on; a reader of the line's own node takes it from one of another node,
-- and at its first call (`take`) from any.
CREATE OR REPLACE FUNCTION roomd.lifecycle_next(
    plugin text, node text, reader text, take boolean, done bigint, most bigint,
    OUT id bigint, OUT body text, OUT others boolean
) LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off AS $$
#variable_conflict use_variable
DECLARE
    at        constant timestamptz := clock_timestamp();
    leaves    constant timestamptz := at + interval '30 s';
    renew     constant timestamptz := at + interval '20 s'; -- not each time: each change is a version of the row
    done_node text;
    too_much  boolean;
BEGIN
    -- What a crash of the server brings back is done once more.
    PERFORM set_config('synchronous_commit', 'off', true);
    IF done > 0 THEN
        DELETE FROM roomd.lifecycle r WHERE r.id = done AND r.plugin = plugin RETURNING r.node INTO done_node;
    END IF;
    INSERT INTO roomd.lifecycle_node AS n (plugin, node, reader, by, until) VALUES (plugin, node, reader, node, leaves)
    ON CONFLICT ON CONSTRAINT lifecycle_node_pkey DO UPDATE SET reader = excluded.reader, by = excluded.by, until = excluded.until
        WHERE n.until < at OR CASE WHEN n.reader = excluded.reader THEN n.until < renew ELSE take OR n.by <> excluded.by END;
    -- Two that come back at the same time do not wait for each other.
    UPDATE roomd.lifecycle_node n SET reader = lifecycle_next.reader, by = lifecycle_next.node, until = leaves
    FROM (SELECT o.node FROM roomd.lifecycle_node o
          WHERE o.plugin = plugin AND o.node <> node
            AND (o.until < at AND done IS NULL OR o.reader = reader AND o.until < renew)
            AND EXISTS (SELECT FROM roomd.lifecycle r WHERE r.plugin = o.plugin AND r.node = o.node)
          FOR UPDATE SKIP LOCKED) AS mine
    WHERE n.plugin = plugin AND n.node = mine.node;
    IF done IS NULL THEN
        DELETE FROM roomd.lifecycle_node n
        WHERE n.plugin = plugin AND n.until < at - interval '1 hour'
          AND NOT EXISTS (SELECT FROM roomd.lifecycle r WHERE r.plugin = n.plugin AND r.node = n.node);
        -- Counted only where the files are that large: they hold what was removed, too.
        too_much := pg_table_size('roomd.lifecycle') > most
            AND (SELECT coalesce(sum(octet_length(r.body)), 0) FROM roomd.lifecycle r WHERE r.plugin = plugin) > most;
        UPDATE roomd.lifecycle_node n SET is_full = too_much
        WHERE n.plugin = plugin AND n.node = node AND n.is_full <> too_much;
    END IF;
    -- What was removed from this line is still in its index while a long transaction may see it.
    SELECT f.id, f.body INTO id, body
    FROM roomd.lifecycle_node n CROSS JOIN LATERAL (
        SELECT r.id, r.body FROM roomd.lifecycle r
        WHERE r.plugin = n.plugin AND r.node = n.node AND r.id > CASE WHEN n.node = done_node THEN done ELSE 0 END
        ORDER BY r.id LIMIT 1) AS f
    WHERE n.plugin = plugin AND n.reader = reader
    ORDER BY f.id LIMIT 1;
    others := EXISTS (SELECT FROM roomd.lifecycle_node n WHERE n.plugin = plugin AND n.node = node AND n.reader <> reader);
END
$$;

-- Puts a text in place of another.  False: that is not there any more.
CREATE OR REPLACE FUNCTION roomd.lifecycle_replace(plugin text, id bigint, body text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off AS $$
BEGIN
    UPDATE roomd.lifecycle r SET body = lifecycle_replace.body WHERE r.id = lifecycle_replace.id AND r.plugin = lifecycle_replace.plugin;
    RETURN FOUND;
END
$$;

-- What waits in outbox: rows, counted up to `most`, and the age of the first one.
CREATE OR REPLACE FUNCTION roomd.waiting(most int DEFAULT 100000, OUT rows bigint, OUT seconds double precision)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT (SELECT count(*) FROM (SELECT FROM roomd.outbox LIMIT most) AS o),
           coalesce((SELECT greatest(0, extract(epoch FROM clock_timestamp() - o.created_at))::double precision
                     FROM roomd.outbox o ORDER BY o.id LIMIT 1), 0)
$$;

SELECT roomd.migrated(6);
