-- attach(): the changes of a table's rows become events, without a line in the application.

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

-- A query for EXECUTE .. USING a row of this table: these columns as a JSON object.  Types that are
-- not built in become text by their output function, because to_jsonb() would call a cast to json
-- that anyone may have written, with the rights of roomd's owner.
CREATE OR REPLACE FUNCTION roomd.row_query(source oid, columns text[]) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT 'SELECT jsonb_object_agg(c.k, c.v) FROM (VALUES '
        || string_agg(format(
               CASE WHEN roomd.base_type(a.atttypid) < 16384 THEN '(%1$L, to_jsonb(($1).%2$I))'
                    ELSE '(%1$L, CASE WHEN ($1).%2$I IS DISTINCT FROM NULL THEN to_jsonb(format(''%%s'', ($1).%2$I)) END)'
               END, a.attname, a.attname), ', ')
        || ') AS c(k, v)'
    FROM pg_attribute a
    WHERE a.attrelid = source AND a.attnum > 0 AND NOT a.attisdropped AND a.attname = ANY (columns)
$$;

-- The trigger.  Arguments: event, columns as {"member": "column"}, room templates as a JSON array or ''.
-- Writes of the table never fail because of what is in a row: such an event goes to dead.
CREATE OR REPLACE FUNCTION roomd.row_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    mapping constant jsonb := TG_ARGV[1];
    names   constant text[] := ARRAY(SELECT value FROM jsonb_each_text(mapping));
    -- A large bytea would be more text than jsonb takes, though nobody asks for it.
    own     constant boolean := EXISTS (
        SELECT FROM pg_attribute
        WHERE attrelid = TG_RELID AND attnum > 0 AND NOT attisdropped AND (atttypid >= 16384 OR atttypid = 'bytea'::regtype));
    query   text;
    now_row jsonb;
    old_row jsonb;
    data    jsonb;
    rooms   text[];
    room    text;
    field   text;
    value   text;
    wrong   text;
BEGIN
    IF own THEN
        query := roomd.row_query(TG_RELID, names);
    END IF;
    IF TG_OP <> 'INSERT' THEN
        IF own THEN EXECUTE query INTO old_row USING OLD; ELSE old_row := to_jsonb(OLD); END IF;
    END IF;
    IF TG_OP = 'DELETE' THEN
        now_row := old_row;
    ELSIF own THEN
        EXECUTE query INTO now_row USING NEW;
    ELSE
        now_row := to_jsonb(NEW);
    END IF;

    SELECT jsonb_object_agg(m.key, now_row -> m.value),
           min(format('column_missing: the table %s has no column "%s" now; attach it again',
                      TG_RELID::regclass, m.value)) FILTER (WHERE now_row -> m.value IS NULL)
    INTO data, wrong
    FROM jsonb_each_text(mapping) m;
    IF TG_OP = 'UPDATE' AND wrong IS NULL AND NOT EXISTS (
        SELECT FROM unnest(names) n WHERE old_row -> n IS DISTINCT FROM now_row -> n) THEN
        RETURN NULL; -- nothing that the event tells of has changed
    END IF;

    IF TG_ARGV[2] <> '' THEN
        rooms := ARRAY(SELECT jsonb_array_elements_text(TG_ARGV[2]::jsonb));
        FOR i IN 1 .. cardinality(rooms) LOOP
            room := rooms[i];
            FOR field IN SELECT DISTINCT m[1] FROM regexp_matches(rooms[i], '\{([^{}]+)\}', 'g') m LOOP
                value := data ->> field;
                IF value IS NULL THEN
                    wrong := coalesce(wrong, format('room_field_missing: "%s" is null, and "%s" needs it', field, rooms[i]));
                ELSIF value !~ '^[A-Za-z0-9_.@+~-]+$' OR length(value) > 128 THEN
                    wrong := coalesce(wrong, format('room_field_invalid: "%s" of "%s" gives no room', field, rooms[i]));
                ELSE
                    room := replace(room, '{' || field || '}', value);
                END IF;
            END LOOP;
            rooms[i] := room;
        END LOOP;
    END IF;
    INSERT INTO roomd.outbox (event, data, rooms, fault) VALUES (TG_ARGV[0], data, rooms, wrong);
    IF pg_sequence_last_value('roomd.bell') = 1 THEN
        PERFORM roomd.ring();
    END IF;
    RETURN NULL;
END
$$;

-- Takes the events of a table away.
CREATE OR REPLACE FUNCTION roomd.detach(source regclass, name text DEFAULT 'row') RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    trigger name;
    any_gone boolean := false;
BEGIN
    FOR trigger IN
        SELECT t.tgname FROM pg_trigger t
        WHERE t.tgrelid = source AND t.tgfoid = 'roomd.row_event'::regproc
          AND t.tgname IN ('roomd_' || name || '_insert', 'roomd_' || name || '_update', 'roomd_' || name || '_delete')
    LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', trigger, source);
        any_gone := true;
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
-- condition: SQL over NEW and OLD, in which names of one's own are qualified.
-- name: to attach a table more than once; the same name again replaces.
--
-- It runs with the rights of its caller, who needs TRIGGER on the table and, to replace, owns it.  Who writes
-- the table needs none.  TRUNCATE, and rows that a replica is sent, are not seen.
CREATE OR REPLACE FUNCTION roomd.attach(
    source    regclass,
    columns   jsonb,
    on_insert text   DEFAULT NULL,
    on_update text   DEFAULT NULL,
    on_delete text   DEFAULT NULL,
    rooms     text[] DEFAULT NULL,
    condition text   DEFAULT NULL,
    name      text   DEFAULT 'row'
) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    wrong text;
    item  record;
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
    FOR item IN
        SELECT * FROM (VALUES ('insert', on_insert), ('update', on_update), ('delete', on_delete)) AS v(op, event)
        WHERE event IS NOT NULL
    LOOP
        EXECUTE format('CREATE TRIGGER %I AFTER %s ON %s FOR EACH ROW %s EXECUTE FUNCTION roomd.row_event(%L, %L, %L)',
                       'roomd_' || name || '_' || item.op, item.op, source, 'WHEN (' || condition || ')',
                       item.event, columns, coalesce(to_jsonb(rooms)::text, ''));
    END LOOP;
END
$$;

SELECT roomd.migrated(5);
