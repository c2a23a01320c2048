-- Who may do what.  Nobody may do anything that is not written here.
--
-- Roles are optional: where they are there they are used, where this role may not create them there
-- is a notice.  Without them grant to a role of your own what is granted here.

REVOKE ALL ON SCHEMA roomd FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA roomd FROM PUBLIC;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA roomd FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA roomd FROM PUBLIC;

DO $$
DECLARE
    role text;
BEGIN
    FOREACH role IN ARRAY '{roomd_app,roomd_daemon}'::text[] LOOP
        CONTINUE WHEN EXISTS (SELECT FROM pg_roles WHERE rolname = role);
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', role);
        EXCEPTION
            WHEN insufficient_privilege THEN
                RAISE WARNING 'the role "%" is not there, and "%" may not create it', role, current_user;
            WHEN duplicate_object OR unique_violation THEN
                NULL; -- it has come just now, through another database
        END;
    END LOOP;

    -- Applications: GRANT roomd_app TO <role>.
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'roomd_app') THEN
        GRANT USAGE ON SCHEMA roomd TO roomd_app;
        GRANT EXECUTE ON FUNCTION roomd.emit TO roomd_app;
    END IF;

    -- The daemon: GRANT roomd_daemon TO <role>.
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'roomd_daemon') THEN
        GRANT USAGE ON SCHEMA roomd TO roomd_daemon;
        GRANT SELECT ON roomd.meta, roomd.log, roomd.dead, roomd.node TO roomd_daemon;
        GRANT EXECUTE ON FUNCTION roomd.emit, roomd.sequence_batch, roomd.read, roomd.prepare, roomd.trim,
            roomd.seen, roomd.bury, roomd.replay, roomd.waiting TO roomd_daemon;
    END IF;
END
$$;

SELECT roomd.migrated(7);
