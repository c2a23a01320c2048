-- What version 7 made, as this one makes it.

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
