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
        EXECUTE format('GRANT SELECT ON roomd.meta, roomd.log, roomd.dead, roomd.node, roomd.lifecycle, roomd.lifecycle_node TO %I', member);
        EXECUTE format('GRANT EXECUTE ON FUNCTION roomd.sequence_batch, roomd.give_up_damaged, roomd.read, roomd.prepare, roomd.trim,'
                       ' roomd.state, roomd.seen, roomd.bury, roomd.replay, roomd.waiting, roomd.store,'
                       ' roomd.lifecycle_put, roomd.lifecycle_next, roomd.lifecycle_replace TO %I', member);
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
