-- The functions of attached tables, as this roomd makes them: their queries were written with the rules of
-- the version that attached.  No table is locked.
DO $$
DECLARE
    old record;
BEGIN
    FOR old IN
        SELECT t.tgfoid::regproc::text AS function, t.tgrelid::regclass AS source, t.tgtype & 1 = 1 AS by_row, a.words,
               CASE WHEN t.tgtype & 4 > 0 THEN 'INSERT' WHEN t.tgtype & 8 > 0 THEN 'DELETE' ELSE 'UPDATE' END AS op
        FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid, LATERAL (
            SELECT array_agg(convert_from(decode(w, 'escape'), getdatabaseencoding()) ORDER BY i) AS words
            FROM regexp_split_to_table(encode(t.tgargs, 'escape'), '\\000') WITH ORDINALITY AS u(w, i)) a
        WHERE p.pronamespace = 'roomd'::regnamespace AND p.proname ~ '^on_[0-9]+_' AND t.tgparentid = 0
    LOOP
        BEGIN
            PERFORM roomd.make_trigger_function(old.function, old.source, old.op, old.by_row, old.words[2]::jsonb,
                                                nullif(old.words[3], '')::jsonb, old.words[4], old.words[5]::jsonb);
        EXCEPTION WHEN OTHERS THEN
            RAISE WARNING 'the table % keeps a trigger of an older roomd; attach it again: %', old.source, SQLERRM;
        END;
    END LOOP;
END
$$;

SELECT roomd.migrated(9);
