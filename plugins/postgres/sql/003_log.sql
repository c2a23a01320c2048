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
