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

-- SQL that makes a room of d.data by a template, and SQL that says what is wrong with it, or null.  The colon
-- that ends the kind is the template's: a field before it, or in a template without one, takes a kind's
-- characters alone.
CREATE OR REPLACE FUNCTION roomd.room_sql(template text, OUT room text, OUT wrong text)
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    rest  text := template;
    field text;
    at    int;
    ahead boolean := true; -- of the colon
BEGIN
    room := '';
    WHILE rest ~ '\{[^{}]+\}' LOOP
        field := substring(rest FROM '\{([^{}]+)\}');
        at := strpos(rest, '{' || field || '}');
        room := room || format('%L || (d.data ->> %L) || ', left(rest, at - 1), field);
        ahead := ahead AND strpos(left(rest, at - 1), ':') = 0;
        rest := substr(rest, at + length(field) + 2);
        wrong := coalesce(wrong || ', ', '') || format(
            'CASE WHEN d.data ->> %1$L IS NULL THEN %2$L'
            ' WHEN d.data ->> %1$L !~ %4$L OR length(d.data ->> %1$L) > 255 THEN %3$L END', field,
            format('room_field_missing: "%s" is null, and "%s" needs it', field, template),
            format('room_field_invalid: "%s" of "%s" gives no room', field, template),
            CASE WHEN ahead THEN '^[A-Za-z0-9_.@+~-]+$' ELSE '^[!#-)+-;=?-_a-z|~]+$' END);
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
