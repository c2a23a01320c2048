"""Who may do what: an application may emit and nothing else."""
import unittest

import pq
import server

DENIED = "42501"


class Privileges(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = server.Server(fsync="off").init()
        cls.addClassCleanup(cls.server.close)
        with cls.server.connect("postgres", "postgres") as admin:
            admin.run("CREATE ROLE stranger LOGIN")

    def denied(self, connection, sql):
        with self.assertRaises(pq.Error, msg=sql) as caught:
            connection.run(sql)
        self.assertEqual(caught.exception.state, DENIED, f"{sql}: {caught.exception}")

    def functions(self):
        with self.server.connect() as owner:
            return owner.query("SELECT p.proname, p.oid::regprocedure::text, p.prosecdef, p.proconfig::text, "
                               "prorettype = 'trigger'::regtype, "
                               "(SELECT string_agg('NULL::' || replace(t::regtype::text, 'anyelement', 'int'), ', ') FROM unnest(proargtypes) t) "
                               "FROM pg_proc p WHERE pronamespace = 'roomd'::regnamespace")

    def call_refused(self, user, name, signature, arguments):
        with self.server.connect(user) as connection:
            self.assertEqual(connection.value("SELECT has_function_privilege($1, 'EXECUTE')", signature), "f",
                             f"{user} may call {signature}")
            self.denied(connection, f"SELECT roomd.{name}({arguments or ''})")

    def test_an_application_may_call_emit_and_no_other_function(self):
        names = set()
        for name, signature, _, _, trigger, arguments in self.functions():
            names.add(name)
            if name != "emit" and trigger == "f":
                self.call_refused("app", name, signature, arguments)
        self.assertTrue({"emit", "sequence_batch", "trim", "attach", "detach", "seen", "bury", "replay"} <= names)
        with self.server.connect("app") as app:
            self.assertIsNotNone(app.value("SELECT roomd.emit('e', '{}')"))

    def test_an_application_sees_and_changes_no_table(self):
        with self.server.connect() as owner:
            tables = [row[0] for row in owner.query(
                "SELECT oid::regclass::text FROM pg_class WHERE relnamespace = 'roomd'::regnamespace AND relkind IN ('r','p')")]
            sequences = [row[0] for row in owner.query(
                "SELECT oid::regclass::text FROM pg_class WHERE relnamespace = 'roomd'::regnamespace AND relkind = 'S'")]
        self.assertGreaterEqual(len(tables), 9)
        self.assertGreaterEqual(len(sequences), 2)
        with self.server.connect("app") as app:
            for table in tables:
                for sql in (f"SELECT FROM {table}", f"INSERT INTO {table} DEFAULT VALUES", f"DELETE FROM {table}",
                            f"TRUNCATE {table}", f"SELECT; LOCK {table} IN ACCESS SHARE MODE", f"COPY {table} TO STDOUT"):
                    self.denied(app, sql)
            for sequence in sequences:
                self.denied(app, f"SELECT nextval('{sequence}')")
                self.denied(app, f"SELECT setval('{sequence}', 1)")
            self.denied(app, "CREATE TABLE roomd.mine ()")
            self.denied(app, "CREATE FUNCTION roomd.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'")

    def test_an_application_makes_no_trigger_of_row_event(self):
        with self.server.connect("app") as app:
            app.run("CREATE TEMP TABLE t (a int)")
            self.denied(app, "CREATE TRIGGER x AFTER INSERT ON t FOR EACH ROW "
                             "EXECUTE FUNCTION roomd.row_event('forged', '{\"a\": \"a\"}', '')")

    def test_a_stranger_may_nothing(self):
        with self.server.connect("stranger") as stranger:
            self.denied(stranger, "SELECT roomd.emit('e', '{}')")
            self.denied(stranger, "SELECT FROM roomd.log")
            self.denied(stranger, "SELECT roomd.sequence_batch()")

    def test_nothing_is_left_to_everyone(self):
        with self.server.connect() as owner:
            self.assertEqual(owner.query(
                "SELECT p.oid::regprocedure FROM pg_proc p, aclexplode(coalesce(proacl, acldefault('f', proowner))) a "
                "WHERE pronamespace = 'roomd'::regnamespace AND a.grantee = 0"), [])
            self.assertEqual(owner.query(
                "SELECT c.oid::regclass FROM pg_class c, aclexplode(relacl) a "
                "WHERE relnamespace = 'roomd'::regnamespace AND a.grantee = 0"), [])
            self.assertEqual(owner.query("SELECT FROM pg_namespace, aclexplode(nspacl) a WHERE nspname = 'roomd' AND a.grantee = 0"), [])

    def test_what_is_granted_is_this_and_no_more(self):
        with self.server.connect() as owner:
            granted = owner.query("""
                SELECT grantee::regrole::text, privilege_type, string_agg(name, ' ' ORDER BY name) FROM (
                    SELECT proname AS name, (aclexplode(proacl)).* FROM pg_proc WHERE pronamespace = 'roomd'::regnamespace UNION ALL
                    SELECT relname, (aclexplode(relacl)).* FROM pg_class WHERE relnamespace = 'roomd'::regnamespace UNION ALL
                    SELECT attname, (aclexplode(attacl)).* FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
                    WHERE relnamespace = 'roomd'::regnamespace UNION ALL
                    SELECT nspname, (aclexplode(nspacl)).* FROM pg_namespace WHERE nspname = 'roomd') AS a
                WHERE grantee <> 'owner'::regrole GROUP BY 1, 2 ORDER BY 1, 2""")
        self.assertEqual(granted, [
            ("roomd_app", "EXECUTE", "emit"), ("roomd_app", "USAGE", "roomd"),
            ("roomd_daemon", "EXECUTE", "bury emit give_up_damaged lifecycle_next lifecycle_put lifecycle_replace prepare read replay seen sequence_batch state store trim waiting"),
            ("roomd_daemon", "SELECT", "dead lifecycle lifecycle_node log meta node"), ("roomd_daemon", "USAGE", "roomd")])

    def test_functions_that_run_as_the_owner_have_a_fixed_search_path(self):
        path = "search_path=pg_catalog, pg_temp"
        for _, signature, definer, settings, _, _ in self.functions():
            if definer == "t":
                self.assertIn(path, settings or "", signature)
            else:
                # fault_of() is called by those that have one, and next_id() names what it calls in full.
                self.assertTrue(path in (settings or "") or signature.startswith(("roomd.fault_of(", "roomd.next_id(")),
                                signature)

    def test_names_in_the_search_path_of_the_caller_are_not_called(self):
        with self.server.connect("postgres") as admin:
            admin.run("CREATE SCHEMA evil AUTHORIZATION app")
        with self.server.connect("app") as app:
            app.run("""
                CREATE TABLE evil.outbox (id int, event text, data jsonb, rooms text[], except_rooms text[],
                                          expires_at timestamptz, traceparent text);
                CREATE TABLE evil.called (who text);
                GRANT ALL ON evil.called TO PUBLIC; GRANT USAGE ON SCHEMA evil TO PUBLIC;
                CREATE FUNCTION evil.spring() RETURNS void LANGUAGE plpgsql AS
                    $$ BEGIN INSERT INTO evil.called VALUES (current_user); END $$;
                CREATE FUNCTION evil.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS
                    $$ SELECT evil.spring(); SELECT now() $$;
                CREATE FUNCTION evil.octet_length(text) RETURNS int LANGUAGE sql AS $$ SELECT evil.spring(); SELECT 1 $$;
                CREATE FUNCTION evil.cardinality(anyarray) RETURNS int LANGUAGE sql AS $$ SELECT evil.spring(); SELECT 1 $$;
                CREATE FUNCTION evil.sha256(bytea) RETURNS bytea LANGUAGE sql AS $$ SELECT evil.spring(); SELECT $1 $$;
                CREATE FUNCTION evil.same(text, text) RETURNS boolean LANGUAGE sql AS $$ SELECT evil.spring(); SELECT true $$;
                CREATE OPERATOR evil.= (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.same);
                CREATE OPERATOR evil.!~ (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.same);
                SET search_path = evil, pg_catalog, roomd;
            """)
            self.assertEqual(app.value("SELECT 'a'::text = 'b'::text"), "t", "the trap works")
            app.run("TRUNCATE evil.called")
            self.assertIsNotNone(app.value("SELECT roomd.emit('e', '{}', '{a:b}', 'injected', ttl => '1 min')"))
            app.run("CREATE TEMP TABLE outbox (LIKE evil.outbox)")
            app.run("SET search_path = pg_temp, evil, pg_catalog")
            self.assertIsNotNone(app.value("SELECT roomd.emit('e', '{}', '{a:b}', 'injected2')"))
            self.assertEqual(app.value("SELECT count(*) FROM evil.called"), "0")
            self.assertEqual(app.value("SELECT count(*) FROM evil.outbox"), "0")

    def test_a_cast_of_a_tables_owner_does_not_run_as_roomds_owner(self):
        with self.server.connect("postgres") as admin:
            admin.run("CREATE SCHEMA tables AUTHORIZATION stranger; GRANT USAGE ON SCHEMA tables TO PUBLIC")
        with self.server.connect("stranger") as stranger:
            stranger.run("""
                CREATE TYPE tables.mood AS ENUM ('calm', 'angry');
                CREATE TABLE tables.called (who text); GRANT ALL ON tables.called TO PUBLIC;
                CREATE FUNCTION tables.to_json(tables.mood) RETURNS json LANGUAGE plpgsql AS
                    $$ BEGIN INSERT INTO tables.called VALUES (current_user); RETURN '"taken over"'; END $$;
                CREATE FUNCTION tables.to_text(tables.mood) RETURNS text LANGUAGE plpgsql AS
                    $$ BEGIN INSERT INTO tables.called VALUES (current_user); RETURN 'taken over'; END $$;
                CREATE CAST (tables.mood AS json) WITH FUNCTION tables.to_json(tables.mood);
                CREATE CAST (tables.mood AS text) WITH FUNCTION tables.to_text(tables.mood) AS IMPLICIT;
                CREATE TABLE tables.people (id int, mood tables.mood);
                GRANT TRIGGER ON tables.people TO owner;
            """)
            self.assertEqual(stranger.value("SELECT to_jsonb('calm'::tables.mood)"), '"taken over"', "the trap works")
            stranger.run("TRUNCATE tables.called")
            with self.server.connect() as owner:
                owner.run("""SELECT roomd.attach('tables.people', '{"id": "id", "mood": "mood"}', on_insert => 'person:new')""")
                stranger.run("INSERT INTO tables.people VALUES (1, 'calm'), (2, NULL)")
                self.assertEqual(owner.query("SELECT data FROM roomd.outbox WHERE event = 'person:new' ORDER BY id"),
                                 [('{"id": 1, "mood": "calm"}',), ('{"id": 2, "mood": null}',)])
                # A column that becomes one of such a type later, also in a session that has planned for another.
                stranger.run("DELETE FROM tables.people; ALTER TABLE tables.people ALTER mood TYPE text;"
                             "INSERT INTO tables.people VALUES (3, 'calm'); ALTER TABLE tables.people ALTER mood TYPE tables.mood USING 'angry';"
                             "ALTER TABLE tables.people ALTER id TYPE tables.mood USING 'calm'; INSERT INTO tables.people VALUES ('angry', 'calm')")
            self.assertEqual(stranger.value("SELECT count(*) FROM tables.called"), "0")

    def test_a_daemon_reads_and_sequences_but_changes_no_table(self):
        with self.server.connect("daemon") as daemon:
            daemon.run("SELECT * FROM roomd.sequence_batch(); SELECT * FROM roomd.trim(); SELECT roomd.prepare();"
                       "SELECT * FROM roomd.seen('a', '1', NULL, NULL, NULL); SELECT roomd.bury('x', 1, 'y');"
                       "SELECT roomd.replay(1); SELECT * FROM roomd.waiting(); SELECT FROM roomd.meta;"
                       "SELECT FROM roomd.log; SELECT FROM roomd.dead; SELECT FROM roomd.node;"
                       "SELECT roomd.emit('e', '{}')")
            for table in ("outbox", "log", "meta", "dead", "node", "idempotency", "lifecycle", "lifecycle_node"):
                self.denied(daemon, f"DELETE FROM roomd.{table}")
            self.denied(daemon, "SELECT FROM roomd.outbox")
            self.denied(daemon, "SELECT FROM roomd.idempotency")
        for name, signature, _, _, trigger, arguments in self.functions():
            if trigger == "f" and name in ("move_rows", "begin_epoch", "attach", "detach", "make_partition", "migrated"):
                self.call_refused("daemon", name, signature, arguments)


if __name__ == "__main__":
    unittest.main()
