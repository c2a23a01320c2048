"""Making the schema: again, by others, and by an older roomd."""
import os
import re
import unittest

import pq
import server


class Schema(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = server.Server(fsync="off").init()
        cls.addClassCleanup(cls.server.close)

    def database(self, name, owner="owner"):
        with self.server.connect("postgres", "postgres") as admin:
            admin.run(f"CREATE DATABASE {name} OWNER {owner}")

    def test_the_files_have_the_numbers_that_they_say(self):
        files = server.migrations()
        for number, path in enumerate(files, 1):
            self.assertTrue(os.path.basename(path).startswith(f"{number:03}_"), path)
            with open(path, encoding="utf-8") as file:
                text = file.read()
            self.assertEqual(re.findall(r"^SELECT roomd\.migrated\((\d+)\);$", text, re.M), [str(number)], path)
            self.assertIsNone(re.search(r"^\s*(BEGIN|COMMIT)\s*;", text, re.M), path)
        with open(files[0], encoding="utf-8") as file:
            self.assertIn(f"newest constant int := {len(files)};", file.read())

    def test_a_second_init_changes_nothing(self):
        shape = ("SELECT string_agg(d, E'\\n' ORDER BY d) FROM ("
                 "SELECT pg_get_functiondef(oid) || coalesce(proacl::text, '') AS d FROM pg_proc WHERE pronamespace = 'roomd'::regnamespace "
                 "UNION ALL SELECT pg_get_constraintdef(oid) || conname FROM pg_constraint WHERE connamespace = 'roomd'::regnamespace "
                 "UNION ALL SELECT oid::regclass || coalesce(relacl::text, '') FROM pg_class WHERE relnamespace = 'roomd'::regnamespace) AS all_of_it")
        with self.server.connect() as owner:
            owner.run("SELECT roomd.emit('kept', '{}', NULL, 'kept'); SELECT roomd.sequence_batch();"
                      "SELECT roomd.emit('waits', '{}')")
            before = owner.query("SELECT * FROM roomd.meta"), owner.value(shape)
            for _ in range(3):
                server.migrate(owner)
            self.assertEqual((owner.query("SELECT * FROM roomd.meta"), owner.value(shape)), before)
            self.assertEqual(owner.query("SELECT event FROM roomd.log UNION ALL SELECT event FROM roomd.outbox"),
                             [("kept",), ("waits",)])

    def test_an_init_that_was_cut_short_goes_on(self):
        self.database("short")
        with self.server.connect(database="short") as owner:
            server.migrate(owner, upto=3)
            self.assertEqual(owner.value("SELECT schema_version FROM roomd.meta"), "3")
            for upto in (None, 3):
                server.migrate(owner, upto)
                self.assertEqual(owner.value("SELECT schema_version FROM roomd.meta"), str(len(server.migrations())))

    def test_version_7_is_brought_up_with_what_waits_and_what_is_attached(self):
        self.database("seven")
        with open(os.path.join(os.path.dirname(__file__), "schema_7.sql"), encoding="utf-8") as file:
            seven = file.read()
        with self.server.connect(database="seven") as owner:
            owner.run("BEGIN;" + seven + "COMMIT;")
            owner.run("""CREATE TABLE seats (id int PRIMARY KEY, "o'dd" text, raw json);
                SELECT roomd.attach('seats', '{"id": "id", "n": "o''dd"}', 'in', 'up', 'out', ARRAY['seat:{id}', 'role:all']);
                SELECT roomd.attach('seats', '{"id": "id"}', on_update => 'raised', name => 'a_b', condition => 'NEW.id > OLD.id');
                INSERT INTO seats VALUES (1, 'a'); SELECT roomd.sequence_batch(); INSERT INTO seats VALUES (2, 'b');
                UPDATE roomd.meta SET key_window = '7 min'""")
            epoch = owner.value("SELECT epoch FROM roomd.meta")
            server.migrate(owner)
            self.assertEqual(owner.query("SELECT epoch, schema_version, last_seq, key_window, turn FROM roomd.meta"),
                             [(epoch, str(len(server.migrations())), "1", "00:07:00", "0")])
            self.assertEqual(owner.query("SELECT tgname, tgtype & 1 FROM pg_trigger WHERE tgrelid = 'seats'::regclass AND NOT tgisinternal ORDER BY 1"),
                             [("roomd_a_b_update", "1"), ("roomd_row_delete", "0"), ("roomd_row_insert", "0"), ("roomd_row_key", "1"), ("roomd_row_update", "0")])
            owner.run("""INSERT INTO seats VALUES (3, 'c', '{"a": "\\u0000"}'); UPDATE seats SET id = 9 WHERE id = 3; UPDATE seats SET id = 4 WHERE id = 9""")
            self.assertEqual(server.drain(owner), (5, 0))
            self.assertEqual(owner.query("SELECT seq, event, data ->> 'id', rooms FROM roomd.log WHERE seq > 2 ORDER BY seq"), [
                ("3", "in", "3", "{seat:3,role:all}"), ("4", "raised", "9", None), ("5", "up", "9", "{seat:9,role:all}"), ("6", "up", "4", "{seat:4,role:all}")])

    def test_version_8_is_brought_up_with_the_triggers_that_hold_its_rules(self):
        self.database("from_8")
        with open(os.path.join(os.path.dirname(__file__), "schema_8.sql"), encoding="utf-8") as file:
            eight = file.read()
        insert = "INSERT INTO seats (user_id) VALUES ('auth0|7'), ('user:7')"
        rooms = "SELECT rooms, split_part(fault, ':', 1) FROM roomd.outbox ORDER BY id"
        with self.server.connect(database="from_8") as owner:
            owner.run("BEGIN;" + eight + "COMMIT;")
            owner.run("""CREATE TABLE seats (id int PRIMARY KEY GENERATED ALWAYS AS IDENTITY, user_id text);
                SELECT roomd.attach('seats', '{"u": "user_id"}', 'in', rooms => ARRAY['user:{u}']);
                SELECT roomd.attach('seats', '{"u": "user_id"}', 'in', rooms => ARRAY['{u}'], name => 'plain', condition => 'NEW.id > 0');""" + insert)
            self.assertEqual(owner.query("SELECT schema_version FROM roomd.meta"), [("8",)])
            self.assertEqual({fault for _, fault in owner.query(rooms)}, {"room_field_invalid"})
            owner.run("TRUNCATE roomd.outbox")
            server.migrate(owner)
            self.assertEqual(owner.query("SELECT schema_version FROM roomd.meta"), [(str(len(server.migrations())),)])
            owner.run(insert)
            self.assertEqual(sorted(owner.query(rooms + ", 1"), key=str), sorted([
                ("{user:auth0|7}", None), ("{user:user:7}", None), ("{auth0|7}", "room_field_invalid"), ("{user:7}", "room_field_invalid")], key=str))

    def test_what_upgrading_may_not_replace_still_tells_and_breaks_no_write(self):
        self.database("eight")
        with self.server.connect(database="eight") as owner:
            server.migrate(owner)
            owner.run("""CREATE TABLE seats (id int PRIMARY KEY, raw json);
                CREATE TRIGGER roomd_row_insert AFTER INSERT ON seats FOR EACH ROW EXECUTE FUNCTION roomd.row_event('in', '{"id": "id", "raw": "raw"}', '');
                CREATE TRIGGER roomd_row_update AFTER UPDATE ON seats FOR EACH ROW EXECUTE FUNCTION roomd.row_event('up', '{"id": "id"}', '["a:{id}"]');
                INSERT INTO seats VALUES (1, '{"a": "\\u0000"}'); UPDATE seats SET id = 2; UPDATE seats SET raw = NULL""")
            self.assertEqual(owner.query("SELECT event, data ->> 'id', rooms, left(fault, 13) FROM roomd.outbox ORDER BY id"),
                             [("in", "1", None, "value_invalid"), ("up", "2", "{a:2}", None)])

    def test_two_inits_at_once_make_one_schema(self):
        self.database("twice")
        with open(server.migrations()[0], encoding="utf-8") as file:
            first = file.read()
        with self.server.connect(database="twice") as one, self.server.connect(database="twice") as two:
            one.run("BEGIN;" + first)
            two.send("BEGIN;" + first + "COMMIT;")
            while one.value("SELECT count(*) FROM pg_locks WHERE NOT granted") == "0":
                pass
            one.run("COMMIT")
            two.wait()
            self.assertEqual(one.value("SELECT count(*) FROM roomd.meta"), "1")

    def test_an_older_roomd_refuses_a_newer_schema(self):
        self.database("newer")
        with self.server.connect(database="newer") as owner:
            server.migrate(owner)
            owner.run("UPDATE roomd.meta SET schema_version = 1000")
            with self.assertRaisesRegex(pq.Error, f'the schema "roomd" is version 1000, and this roomd knows up to {len(server.migrations())}$'):
                server.migrate(owner)
            self.assertEqual(owner.value("SELECT schema_version FROM roomd.meta"), "1000")

    def test_another_than_the_owner_is_told_whose_it_is(self):
        with self.server.connect("postgres") as admin:
            with self.assertRaises(pq.Error) as caught:
                server.migrate(admin)
            self.assertEqual(str(caught.exception), 'the schema "roomd" belongs to "owner", and this is "postgres"')
            self.assertIn("SET ROLE owner", caught.exception.hint)
            admin.run("SET ROLE owner")
            server.migrate(admin)

    def test_functions_in_public_are_not_called(self):
        self.database("open")
        with self.server.connect("postgres", "open") as admin:
            admin.run("CREATE ROLE mallory; GRANT CREATE ON SCHEMA public TO mallory")
        with self.server.connect(database="open") as owner:
            server.migrate(owner)
        with self.server.connect("postgres", "open") as admin:
            admin.run("""
                SET ROLE mallory;
                CREATE SEQUENCE public.called; GRANT ALL ON public.called TO PUBLIC;
                CREATE FUNCTION public.format(text, text) RETURNS text LANGUAGE sql VOLATILE AS
                    $$ SELECT nextval('public.called')::text $$;
                CREATE FUNCTION public.format(text, text, text) RETURNS text LANGUAGE sql VOLATILE AS
                    $$ SELECT nextval('public.called')::text $$;
                RESET ROLE""")
            self.assertEqual(admin.value("SELECT format('%s'::text, 'a'::text)"), "1", "the trap works")
            with self.assertRaisesRegex(pq.Error, 'belongs to "owner"'):
                server.migrate(admin)
        with self.server.connect(database="open") as owner:
            owner.run("ALTER DATABASE open SET search_path = public")
            server.migrate(owner)
            self.assertEqual(owner.value("SELECT last_value FROM public.called"), "1")
            self.assertEqual(owner.value("SHOW search_path"), '"$user", public')

    def test_roles_are_used_where_they_are_and_not_needed(self):
        with self.server.connect("postgres", "postgres") as admin:
            admin.run("CREATE ROLE modest LOGIN")
        self.database("modest", "modest")
        with self.server.connect("modest", "modest") as modest:
            server.migrate(modest) # the roles are there already
        with self.server.connect("app", "modest") as app:
            self.assertIsNotNone(app.value("SELECT roomd.emit('e', '{}')"))
        with server.Server(fsync="off") as bare:
            with bare.connect("postgres", "postgres") as admin:
                admin.run("CREATE ROLE modest LOGIN")
                admin.run("CREATE DATABASE modest OWNER modest")
            with bare.connect("modest", "modest") as modest:
                server.migrate(modest)
                self.assertIsNotNone(modest.value("SELECT roomd.emit('e', '{}')"))
                self.assertEqual(server.drain(modest), (1, 0))
                self.assertEqual(modest.value("SELECT count(*) FROM pg_roles WHERE rolname ~ '^roomd_'"), "0")

    def test_a_schema_that_was_made_for_the_owner_is_enough(self):
        with self.server.connect("postgres", "postgres") as admin:
            admin.run("CREATE ROLE tenant LOGIN")
        self.database("shared", "postgres")
        with self.server.connect("postgres", "shared") as admin:
            admin.run("CREATE SCHEMA roomd AUTHORIZATION tenant")
        with self.server.connect("tenant", "shared") as tenant:
            server.migrate(tenant)
            self.assertIsNotNone(tenant.value("SELECT roomd.emit('e', '{}')"))


if __name__ == "__main__":
    unittest.main()
