"""roomd.attach(): the changes of a table's rows as events."""
import json
import re
import unittest

import pq
import server


class Attach(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = server.Server(fsync="off").init()
        cls.addClassCleanup(cls.server.close)
        with cls.server.connect("postgres") as admin:
            admin.run("CREATE ROLE writer LOGIN")

    def setUp(self):
        self.owner = self.server.connect()
        self.owner.run("""
            DROP SCHEMA IF EXISTS shop CASCADE; CREATE SCHEMA shop; GRANT USAGE ON SCHEMA shop TO writer;
            SET search_path = shop, public;
            CREATE TABLE bookings (id bigint PRIMARY KEY, user_id text, library_id text, seat int, status text,
                                   password text, starts timestamptz, price numeric, tags text[], paid boolean);
            GRANT ALL ON bookings TO writer;
            TRUNCATE roomd.outbox, roomd.dead""")

    def tearDown(self):
        self.owner.close()

    def events(self):
        rows = self.owner.query("SELECT event, data, rooms, fault FROM roomd.outbox ORDER BY id")
        self.owner.run("TRUNCATE roomd.outbox")
        return [(event, data and json.loads(data), rooms, fault) for event, data, rooms, fault in rows]

    def refused(self, text, sql):
        with self.assertRaises(pq.Error) as caught:
            self.owner.run(sql)
        self.assertEqual((caught.exception.state, str(caught.exception)), ("22023", "roomd.attach: " + text))

    def test_each_change_is_the_event_that_is_named_for_it(self):
        self.owner.run("""SELECT roomd.attach('bookings', '{"id": "id", "userId": "user_id"}',
            'booking:created', 'booking:updated', 'booking:cancelled')""")
        self.owner.run("INSERT INTO bookings (id, user_id, password) VALUES (1, 'ann', 'secret'), (2, NULL, 'secret')")
        self.owner.run("UPDATE bookings SET user_id = 'bob' WHERE id = 1")
        self.owner.run("DELETE FROM bookings WHERE id = 1")
        self.assertEqual(self.events(), [
            ("booking:created", {"id": 1, "userId": "ann"}, None, None), ("booking:created", {"id": 2, "userId": None}, None, None),
            ("booking:updated", {"id": 1, "userId": "bob"}, None, None), ("booking:cancelled", {"id": 1, "userId": "bob"}, None, None)])

    def test_what_is_not_named_sends_nothing(self):
        self.owner.run("""SELECT roomd.attach('bookings', '{"id": "id"}', on_delete => 'booking:cancelled')""")
        self.owner.run("INSERT INTO bookings (id) VALUES (1); UPDATE bookings SET id = 2; DELETE FROM bookings")
        self.assertEqual(self.events(), [("booking:cancelled", {"id": 2}, None, None)])

    def test_an_update_that_changes_no_mapped_column_sends_nothing(self):
        self.owner.run("""SELECT roomd.attach('bookings', '{"id": "id", "seat": "seat"}', on_update => 'booking:updated')""")
        self.owner.run("INSERT INTO bookings (id, seat) VALUES (1, 1)")
        self.owner.run("UPDATE bookings SET status = 'x', seat = 1; UPDATE bookings SET seat = NULL; UPDATE bookings SET seat = NULL;"
                       "UPDATE bookings SET seat = 2")
        self.assertEqual([data["seat"] for _, data, _, _ in self.events()], [None, 2])

    def test_values_are_what_json_has_for_them_whatever_the_session_is_set_to(self):
        self.owner.run("""SELECT roomd.attach('bookings', '{"n": "seat", "t": "starts", "p": "price", "l": "tags", "b": "paid", "s": "status"}',
            on_insert => 'e'); SET datestyle = 'German'; SET timezone = 'Asia/Tokyo'""")
        self.owner.run("""INSERT INTO bookings (id, seat, starts, price, tags, paid, status)
            VALUES (1, 7, '2026-01-02 03:04:05+00', 12.50, '{a,"b c",NULL}', false, E'quote " backslash \\\\ line\\n ü 😀')""")
        data = self.events()[0][1]
        self.assertEqual(data, {"n": 7, "t": "2026-01-02T12:04:05+09:00", "p": 12.5, "l": ["a", "b c", None], "b": False,
                                "s": 'quote " backslash \\ line\n ü 😀'})

    def test_rooms_are_templates_over_the_data(self):
        self.owner.run("""SELECT roomd.attach('bookings', '{"id": "id", "userId": "user_id", "libraryId": "library_id"}',
            on_insert => 'e', rooms => '{user:{userId},library:{libraryId},"role:staff",b:{id}-{libraryId}}')"""
                       .replace("'{user:{userId},library:{libraryId},\"role:staff\",b:{id}-{libraryId}}'",
                                "ARRAY['user:{userId}', 'library:{libraryId}', 'role:staff', 'b:{id}-{libraryId}']"))
        self.owner.run("INSERT INTO bookings (id, user_id, library_id) VALUES (1, 'ann', 'L1')")
        self.assertEqual(self.events()[0][2], "{user:ann,library:L1,role:staff,b:1-L1}")

    def test_rooms_of_users_as_others_call_them(self):
        self.owner.run("""SELECT roomd.attach('bookings', '{"userId": "user_id"}', on_insert => 'e', rooms => ARRAY['user:{userId}'])""")
        users = ["auth0|5f3c", "CORP\\ann", "urn:uuid:1", "o'brien@example.org", "50%", "x" * 255]
        for i, user in enumerate(users):
            self.owner.value("INSERT INTO bookings (id, user_id) VALUES ($1, $2) RETURNING id", str(i), user)
        self.owner.run(f"INSERT INTO bookings (id, user_id) VALUES (10, 'a*'), (11, '{'x' * 256}')")
        self.assertEqual(server.drain(self.owner), (len(users), 2))
        rooms = self.owner.query(f"SELECT rooms[1] FROM roomd.log ORDER BY seq DESC LIMIT {len(users)}")
        self.assertEqual([row[0] for row in reversed(rooms)], ["user:" + user for user in users])

    def test_a_field_before_the_colon_gives_no_kind_and_id_at_once(self):
        for n, (template, user, library, room) in enumerate((
                ("{a}", "desk", "", "desk"), ("{a}", "user:7", "", None), ("{a}", ":", "", None), ("{a}", "auth0|7", "", None),
                ("{a}:{b}", "desk", "urn:1|2", "desk:urn:1|2"), ("{a}:{b}", "user:7", "x", None), ("{a}:{b}", "a|b", "x", None),
                ("x-{a}.{b}:1", "a", "b", "x-a.b:1"), ("x-{a}.{b}:1", "a", "b:c", None), ("x:{a}", "user:7", "", "x:user:7"))):
            self.owner.query("SELECT roomd.attach('bookings', '{\"a\": \"user_id\", \"b\": \"library_id\"}', 'e', rooms => ARRAY[$1])", template)
            self.owner.query("INSERT INTO bookings (id, user_id, library_id) VALUES ($1, $2, $3)", str(n), user, library)
            _, _, rooms, fault = self.events()[0]
            if room is None:
                self.assertRegex(fault or "no fault: " + rooms, f'^room_field_invalid: "[ab]" of "{re.escape(template)}" gives no room$')
            else:
                self.assertEqual((rooms, fault), ("{%s}" % room, None))

    def test_a_migration_writes_the_functions_of_triggers_anew(self):
        self.owner.run("""SELECT roomd.attach('bookings', '{"id": "id", "userId": "user_id"}', 'in', 'up', 'out', ARRAY['user:{userId}']);
                          SELECT roomd.attach('bookings', '{"id": "id"}', on_update => 'raised', name => 'cond', condition => 'NEW.id > OLD.id')""")
        functions = """SELECT p.proname, p.prosrc FROM pg_proc p JOIN pg_trigger t ON t.tgfoid = p.oid
                       WHERE t.tgrelid = 'bookings'::regclass ORDER BY 1"""
        made = self.owner.query(functions)
        self.assertEqual(len(made), 5)
        for name, _ in made:
            self.owner.run(f"CREATE OR REPLACE FUNCTION roomd.{name}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'")
        server.migrate(self.owner)
        self.assertEqual(self.owner.query(functions), made)

    def test_a_row_that_gives_no_room_goes_to_dead_and_the_write_goes_on(self):
        self.owner.run("""SELECT roomd.attach('bookings', '{"id": "id", "userId": "user_id"}',
            on_insert => 'e', rooms => ARRAY['user:{userId}'])""")
        self.owner.run("INSERT INTO bookings (id, user_id) VALUES (1, NULL), (2, 'a b'), (3, '{id}'), (4, 'ann'), (5, '')")
        self.assertEqual(server.drain(self.owner), (1, 4))
        self.assertEqual([row[0] for row in self.owner.query("SELECT reason FROM roomd.dead ORDER BY id")], [
            'room_field_missing: "userId" is null, and "user:{userId}" needs it',
            *['room_field_invalid: "userId" of "user:{userId}" gives no room'] * 3])

    def test_a_row_that_is_too_large_goes_to_dead_and_the_write_goes_on(self):
        self.owner.run("""SELECT roomd.attach('bookings', '{"status": "status"}', on_insert => 'e')""")
        self.owner.run("INSERT INTO bookings (id, status) SELECT 1, string_agg(md5(i::text), '') FROM generate_series(1, 60000) i")
        self.assertEqual(server.drain(self.owner), (0, 1))
        self.assertRegex(self.owner.value("SELECT reason FROM roomd.dead"), "^emit_too_big: ")

    def test_a_column_beside_may_be_larger_than_json_takes(self):
        self.owner.run("""SELECT roomd.attach('bookings', '{"id": "id"}', 'a'); ALTER TABLE bookings ADD scan bytea;
                          INSERT INTO bookings (id, scan) VALUES (1, convert_to(repeat('x', 140000000), 'UTF8'))""")
        self.assertEqual([data for _, data, _, _ in self.events()], [{"id": 1}])

    def test_odd_names_are_quoted(self):
        self.owner.run("""
            CREATE TABLE "Odd ""table"" $1 'x'" ("Group" int, "a ""quoted"" col" text, "it's" text, "semi;colon--" int, "ü {x}" int, "%s %I" int);
            SELECT roomd.attach('"Odd ""table"" $1 ''x''"',
                '{"g": "Group", "a \\"q\\"": "a \\"quoted\\" col", "it''s": "it''s", "semi": "semi;colon--", "u": "ü {x}", "%s": "%s %I"}',
                'odd:in', 'odd:up', 'odd:out')""")
        row = {"g": 1, 'a "q"': "A", "it's": "B", "semi": 2, "u": 3, "%s": 4}
        self.owner.run("""INSERT INTO "Odd ""table"" $1 'x'" VALUES (1, 'A', 'B', 2, 3, 4)""")
        self.owner.run("""UPDATE "Odd ""table"" $1 'x'" SET "%s %I" = 5; DELETE FROM "Odd ""table"" $1 'x'" """)
        self.assertEqual(self.events(), [("odd:in", row, None, None), ("odd:up", {**row, "%s": 5}, None, None),
                                         ("odd:out", {**row, "%s": 5}, None, None)])
        self.assertEqual(self.owner.value("""SELECT roomd.detach('"Odd ""table"" $1 ''x''"')"""), "t")

    def test_types_of_ones_own_are_text_and_domains_are_what_they_stand_for(self):
        self.owner.run("""
            CREATE TYPE "State" AS ENUM ('new', 'it''s "done"'); CREATE DOMAIN seats AS int CHECK (VALUE > 0); CREATE DOMAIN more AS seats;
            CREATE TYPE pair AS (a int, b text);
            CREATE TABLE own (id int, "st ate" "State", n more, p pair, list "State"[], plain jsonb);
            SELECT roomd.attach('own', '{"id": "id", "state": "st ate", "n": "n", "p": "p", "list": "list", "plain": "plain"}', 'in', 'up');
            INSERT INTO own VALUES (1, 'new', 3, (1, NULL), '{new}', '{"a": [1]}'), (2, NULL, NULL, NULL, NULL, NULL);
            UPDATE own SET "st ate" = 'it''s "done"' WHERE id = 1; UPDATE own SET "st ate" = 'it''s "done"' WHERE id = 1""")
        first = {"id": 1, "state": "new", "n": 3, "p": "(1,)", "list": "{new}", "plain": {"a": [1]}}
        self.assertEqual([data for _, data, _, _ in self.events()], [
            first, {"id": 2, "state": None, "n": None, "p": None, "list": None, "plain": None}, {**first, "state": "it's \"done\""}])

    def test_who_writes_the_table_needs_no_right_on_roomd(self):
        self.owner.run("""SELECT roomd.attach('bookings', '{"id": "id"}', on_insert => 'e')""")
        with self.server.connect("writer") as writer:
            writer.run("SET search_path = pg_temp; CREATE TABLE outbox (id int); INSERT INTO shop.bookings (id) VALUES (1)")
        self.assertEqual(len(self.events()), 1)

    def test_a_condition_chooses(self):
        self.owner.run("""
            SELECT roomd.attach('bookings', '{"id": "id", "status": "status"}', on_update => 'booking:cancelled', name => 'cancel',
                condition => $$OLD.status IS DISTINCT FROM NEW.status AND NEW.status = 'cancelled'$$);
            SELECT roomd.attach('bookings', '{"id": "id", "seat": "seat"}', on_insert => 'booking:created', on_update => 'booking:moved');
            INSERT INTO bookings (id, status, seat) VALUES (1, 'new', 1);
            UPDATE bookings SET status = 'paid'; UPDATE bookings SET status = 'cancelled'; UPDATE bookings SET seat = 2""")
        self.assertEqual([event for event, _, _, _ in self.events()], ["booking:created", "booking:cancelled", "booking:moved"])

    def test_attaching_again_replaces(self):
        self.owner.run("""SELECT roomd.attach('bookings', '{"id": "id"}', 'a', 'b', 'c');
                          SELECT roomd.attach('bookings', '{"seat": "seat"}', on_insert => 'd');
                          INSERT INTO bookings (id, seat) VALUES (1, 5); UPDATE bookings SET seat = 6; DELETE FROM bookings""")
        self.assertEqual(self.events(), [("d", {"seat": 5}, None, None)])

    def test_detaching_takes_only_its_own_away(self):
        self.owner.run("""CREATE FUNCTION shop.mine() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
                          CREATE TRIGGER roomd_row_delete AFTER DELETE ON bookings FOR EACH ROW EXECUTE FUNCTION shop.mine();
                          SELECT roomd.attach('bookings', '{"id": "id"}', 'a');
                          SELECT roomd.attach('bookings', '{"id": "id"}', 'b', name => 'other')""")
        self.assertEqual(self.owner.value("SELECT roomd.detach('bookings')"), "t")
        self.assertEqual(self.owner.value("SELECT roomd.detach('bookings')"), "f")
        self.owner.run("INSERT INTO bookings (id) VALUES (1)")
        self.assertEqual([event for event, _, _, _ in self.events()], ["b"])
        self.assertEqual(self.owner.value("SELECT count(*) FROM pg_trigger WHERE tgname = 'roomd_row_delete'"), "1")

    def test_what_is_rolled_back_sends_nothing(self):
        self.owner.run("""SELECT roomd.attach('bookings', '{"id": "id"}', 'a');
                          BEGIN; INSERT INTO bookings (id) VALUES (1); SAVEPOINT s; INSERT INTO bookings (id) VALUES (2);
                          ROLLBACK TO s; COMMIT; BEGIN; INSERT INTO bookings (id) VALUES (3); ROLLBACK""")
        self.assertEqual([data["id"] for _, data, _, _ in self.events()], [1])

    def test_a_renamed_column_is_said_and_the_write_goes_on(self):
        self.owner.run("""SELECT roomd.attach('bookings', '{"id": "id", "seat": "seat"}', 'a', 'b');
                          ALTER TABLE bookings RENAME seat TO chair; INSERT INTO bookings (id, chair) VALUES (1, 1)""")
        self.assertEqual(self.events()[0][3],
                         'column_missing: the table shop.bookings has no column "seat" now; attach it again')

    def test_columns_that_come_and_go_beside_change_nothing(self):
        self.owner.run("""SELECT roomd.attach('bookings', '{"id": "id", "seat": "seat"}', 'a');
                          ALTER TABLE bookings DROP COLUMN password; ALTER TABLE bookings ADD COLUMN more text DEFAULT 'x';
                          INSERT INTO bookings (id, seat) VALUES (1, 1);
                          ALTER TABLE bookings ALTER seat TYPE text; INSERT INTO bookings (id, seat) VALUES (2, 'b')""")
        self.assertEqual([data for _, data, _, _ in self.events()], [{"id": 1, "seat": 1}, {"id": 2, "seat": "b"}])

    def test_partitioned_tables_send_too(self):
        self.owner.run("""CREATE TABLE parts (id int, at int) PARTITION BY RANGE (at);
                          CREATE TABLE parts1 PARTITION OF parts FOR VALUES FROM (0) TO (10);
                          CREATE TABLE parts2 (at int, gone int, id int); ALTER TABLE parts2 DROP COLUMN gone;
                          ALTER TABLE parts ATTACH PARTITION parts2 FOR VALUES FROM (10) TO (20);
                          SELECT roomd.attach('parts', '{"id": "id"}', 'a', 'b', 'c');
                          INSERT INTO parts VALUES (1, 1), (2, 12)""")
        self.assertEqual([data["id"] for _, data, _, _ in self.events()], [1, 2])
        self.assertEqual(self.owner.value("SELECT roomd.detach('parts')"), "t")

    def test_a_column_that_nobody_named_may_hold_anything(self):
        self.owner.run("""CREATE TABLE hooks (id int PRIMARY KEY, user_id text, raw json, note text);
                          INSERT INTO hooks VALUES (9, 'old', '{"text":"a\\u0000b"}');
                          SELECT roomd.attach('hooks', '{"id": "id", "userId": "user_id"}', 'in', 'up', 'out')""")
        for n, raw in enumerate(('{"text":"a\\u0000b"}', '{"text":"\\ud83d"}', '{"n":1e999999}')):
            self.owner.query("INSERT INTO hooks VALUES ($1, 'u', $2)", str(n), raw)
        self.owner.run("INSERT INTO hooks VALUES (3, 'u', NULL, repeat('x', 270000000)); UPDATE hooks SET user_id = 'v'; DELETE FROM hooks")
        events = self.events()
        self.assertEqual([(event, data["id"], fault) for event, data, _, fault in events if event != "up"],
                         [("in", n, None) for n in range(4)] + [("out", n, None) for n in (9, 0, 1, 2, 3)])
        self.assertEqual(sorted(data["id"] for event, data, _, _ in events if event == "up"), [0, 1, 2, 3, 9])

    ODD = ('{"text":"a\\u0000b"}', '{"text":"\\ud83d"}', '{"n":1e999999}')

    def test_a_value_without_json_goes_to_dead_alone_and_the_write_goes_on(self):
        for table in ("hooks (id int PRIMARY KEY, raw json)", "hooks (id int, raw json)", "hooks (id int, raw json) PARTITION BY RANGE (id)"):
            self.owner.run(f"DROP TABLE IF EXISTS hooks; CREATE TABLE {table}; TRUNCATE roomd.dead, roomd.outbox")
            if "PARTITION" in table:
                self.owner.run("CREATE TABLE hooks1 PARTITION OF hooks FOR VALUES FROM (0) TO (100)")
            self.owner.run("""SELECT roomd.attach('hooks', '{"id": "id", "raw": "raw"}', 'in', 'up', 'out')""")
            self.owner.query("INSERT INTO hooks SELECT n, CASE WHEN n % 2 = 0 THEN '{\"a\": 1}' ELSE ($1::text[])[n / 2 + 1] END::json"
                             " FROM generate_series(0, 6) n", "{" + ",".join(json.dumps(odd) for odd in self.ODD) + "}")
            events = self.events()
            self.assertEqual([(data["id"], data["raw"], fault and fault[:33]) for _, data, _, fault in events],
                             [(n, {"a": 1}, None) if n % 2 == 0 else (n, None, 'value_invalid: "raw" has no JSON:') for n in range(7)], table)
            self.owner.run("UPDATE hooks SET id = id + 10 WHERE id = 2; DELETE FROM hooks")
            self.assertEqual([(event, data["id"]) for event, data, _, _ in self.events()][:1], [("up", 12)])

    def test_text_that_is_larger_than_json_goes_to_dead_and_the_write_goes_on(self):
        for table, size in (("large (id int PRIMARY KEY, a text)", 270000000), ("large (id int, a text) PARTITION BY RANGE (id)", 20000000)):
            self.owner.run(f"""DROP TABLE IF EXISTS large; CREATE TABLE {table}; TRUNCATE roomd.dead, roomd.outbox""")
            if "PARTITION" in table:
                self.owner.run("CREATE TABLE large1 PARTITION OF large FOR VALUES FROM (0) TO (100)")
            self.owner.run("""SELECT roomd.attach('large', '{"id": "id", "a": "a"}', 'in', 'up')""")
            self.owner.run(f"""INSERT INTO large VALUES (1, repeat('x', 16777217)), (2, repeat('x', {size})), (3, repeat('x', 100000)), (4, 'x');
                              UPDATE large SET id = 5 WHERE id = 1""")
            self.assertEqual(server.drain(self.owner), (2, 3))
            self.assertEqual({row[0].split(":")[0] for row in self.owner.query("SELECT reason FROM roomd.dead")}, {"emit_too_big"})
            self.assertEqual(self.owner.query("SELECT data->'id', length(data->>'a') FROM roomd.log WHERE event = 'in' ORDER BY seq DESC LIMIT 2"),
                             [("4", "1"), ("3", "100000")])

    def levels(self, table):
        return {name[len("roomd_row_"):]: "row" if row == "t" else "statement" for name, row in self.owner.query(
            f"SELECT tgname, tgtype & 1 = 1 FROM pg_trigger WHERE tgrelid = '{table}'::regclass AND tgname ~ '^roomd_row'")}

    def test_rows_are_told_together_unless_there_is_a_reason_not_to(self):
        self.owner.run("""CREATE TABLE bare (id int, n int); CREATE TABLE kids () INHERITS (bare); CREATE TABLE keyless (id int);
                          CREATE TABLE parts (id int PRIMARY KEY) PARTITION BY RANGE (id); CREATE TABLE part PARTITION OF parts DEFAULT;
                          CREATE TYPE pair AS (a int, b int); CREATE TABLE odd_key (id pair PRIMARY KEY)""")
        each = {"insert": "row", "update": "row", "delete": "row"}
        for table, columns, expected in (
                ("bookings", "id", {"insert": "statement", "update": "statement", "key": "row", "delete": "statement"}),
                ("keyless", "id", {"insert": "statement", "update": "row", "delete": "statement"}),
                ("odd_key", "id", {"insert": "statement", "update": "row", "delete": "statement"}),
                ("bare", "id", each), ("kids", "id", each), ("parts", "id", each)):
            self.owner.run(f"""SELECT roomd.attach('{table}', '{{"id": "{columns}"}}', 'a', 'b', 'c')""")
            self.assertEqual(self.levels(table), expected, table)
        self.owner.run("""SELECT roomd.detach('parts'); SELECT roomd.attach('part', '{"id": "id"}', 'a', 'b', 'c')""")
        self.assertEqual(self.levels("part"), each)
        self.owner.run("""SELECT roomd.attach('bookings', '{"id": "id"}', 'a', 'b', 'c', condition => 'true')""".replace("'a', 'b', 'c'", "on_update => 'b'"))
        self.assertEqual(self.levels("bookings"), {"update": "row"})
        self.owner.run("SELECT roomd.detach('bookings')")
        self.assertEqual(self.owner.value(
            "SELECT count(*) FROM pg_proc p WHERE proname ~ '^on_[0-9]+_' AND NOT EXISTS (SELECT FROM pg_trigger WHERE tgfoid = p.oid)"), "0")

    def test_many_rows_of_a_statement_are_told_in_their_order(self):
        self.owner.run("""SELECT roomd.attach('bookings', '{"id": "id", "seat": "seat"}', 'in', 'up', 'out', rooms => ARRAY['b:{seat}'])""")
        for n in (900, 5000, 900): # a plan that was made for few is not taken for many
            self.owner.run(f"INSERT INTO bookings (id, seat) SELECT i, i % 7 FROM generate_series({n}, 1, -1) i")
            self.assertEqual([(event, data, rooms) for event, data, rooms, _ in self.events()],
                             [("in", {"id": i, "seat": i % 7}, "{b:%d}" % (i % 7)) for i in range(n, 0, -1)])
            self.owner.run("UPDATE bookings SET seat = seat + (id % 2)::int")
            self.assertEqual([(event, data["id"], data["seat"]) for event, data, _, _ in self.events()],
                             [("up", i, i % 7 + 1) for i in range(n, 0, -1) if i % 2])
            self.owner.run("UPDATE bookings SET status = 'x'; DELETE FROM bookings")
            self.assertEqual({event for event, _, _, _ in self.events()}, {"out"})

    def test_an_update_of_the_key_is_paired_with_the_row_that_it_was(self):
        self.owner.run("""CREATE TABLE keyed (id int PRIMARY KEY DEFERRABLE INITIALLY DEFERRED, n int, m int);
                          SELECT roomd.attach('keyed', '{"n": "n"}', on_update => 'up');
                          INSERT INTO keyed VALUES (1, 10, 0), (2, 20, 0), (3, 30, 0)""")
        for change in ("id = id + 1", "id = 6 - id", "id = id - 1, m = 1", "m = 2"):
            self.owner.run(f"UPDATE keyed SET {change}")
            self.assertEqual(self.events(), [], f"{change}: n stays what it was")
        self.owner.run("UPDATE keyed SET id = id + 10, n = n + 1 WHERE n > 10")
        self.assertEqual(sorted(data["n"] for _, data, _, _ in self.events()), [21, 31])
        self.owner.run("UPDATE keyed SET id = CASE WHEN n = 10 THEN 77 ELSE id END, n = n + 1")
        self.assertEqual(sorted(data["n"] for _, data, _, _ in self.events()), [11, 22, 32])

    def test_writes_of_all_kinds_are_told(self):
        self.owner.run("""CREATE TABLE users (id int PRIMARY KEY); INSERT INTO users VALUES (1), (2);
            CREATE TABLE posts (id int PRIMARY KEY, user_id int REFERENCES users ON DELETE CASCADE ON UPDATE CASCADE, n int);
            SELECT roomd.attach('posts', '{"id": "id", "userId": "user_id", "n": "n"}', 'in', 'up', 'out')""")
        ids = lambda: sorted((event, data["id"]) for event, data, _, _ in self.events())
        self.owner.run("INSERT INTO posts VALUES (1, 1, 0), (2, 1, 0), (3, 2, 0)")
        self.events()
        self.owner.run("INSERT INTO posts VALUES (3, 2, 0), (4, 2, 0) ON CONFLICT (id) DO UPDATE SET n = posts.n + 1")
        self.assertEqual(ids(), [("in", 4), ("up", 3)])
        self.owner.run("WITH i AS (INSERT INTO posts VALUES (5, 2, 0)), d AS (DELETE FROM posts WHERE id = 4) UPDATE posts SET n = 7 WHERE id = 1")
        self.assertEqual(ids(), [("in", 5), ("out", 4), ("up", 1)])
        self.owner.run("UPDATE users SET id = id + 10")
        self.assertEqual(ids(), [("up", 1), ("up", 2), ("up", 3), ("up", 5)])
        self.owner.run("DELETE FROM users")
        self.assertEqual(ids(), [("out", 1), ("out", 2), ("out", 3), ("out", 5)])
        self.owner.run("DELETE FROM posts; UPDATE posts SET n = 1")
        self.assertEqual(ids(), [], "no rows, no events")

    def test_a_timestamp_without_zone_is_taken_for_one_in_the_zone_that_was_named(self):
        self.owner.run("""CREATE DOMAIN moment AS timestamp; CREATE TABLE times (id int PRIMARY KEY, at timestamp, too moment);
            SET timezone = 'UTC'; SELECT roomd.attach('times', '{"at": "at", "too": "too"}', 'utc');
            SELECT roomd.attach('times', '{"at": "at"}', 'berlin', name => 'b', zone => 'Europe/Berlin');
            INSERT INTO times VALUES (1, '2026-07-02 03:04:05.5', '2026-07-02 03:04:05'), (2, 'infinity', NULL)""")
        self.assertEqual({(event, data["at"]) for event, data, _, _ in self.events()},
                         {("utc", "2026-07-02T03:04:05.5+00:00"), ("utc", "infinity"), ("berlin", "2026-07-02T01:04:05.5+00:00"), ("berlin", "infinity")})
        self.owner.run("SET timezone = 'Asia/Tokyo'; INSERT INTO times VALUES (3, '2026-07-02 03:04:05', '2026-07-02 03:04:05')")
        self.assertIn({"at": "2026-07-02T12:04:05+09:00", "too": "2026-07-02T12:04:05+09:00"}, [data for _, data, _, _ in self.events()])

    def test_a_row_that_moves_to_another_partition_is_told_as_deleted_and_inserted(self):
        self.owner.run("""CREATE TABLE parts (id int, at int) PARTITION BY RANGE (at);
                          CREATE TABLE parts1 PARTITION OF parts FOR VALUES FROM (0) TO (10);
                          CREATE TABLE parts2 PARTITION OF parts FOR VALUES FROM (10) TO (20);
                          SELECT roomd.attach('parts', '{"id": "id", "at": "at"}', 'in', 'up', 'out'); INSERT INTO parts VALUES (1, 1);
                          UPDATE parts SET at = 2; UPDATE parts SET at = 12; INSERT INTO parts1 VALUES (2, 5)""")
        self.assertEqual([(event, data["at"]) for event, data, _, _ in self.events()],
                         [("in", 1), ("up", 2), ("out", 2), ("in", 12), ("in", 5)])

    def test_a_column_of_another_type_is_read_as_what_it_is_in_a_session_that_knew_it_before(self):
        for table in ("changing (id int PRIMARY KEY, v int)", "changing (id int, v int) PARTITION BY RANGE (id)"):
            self.owner.run(f"DROP TABLE IF EXISTS changing CASCADE; DROP TYPE IF EXISTS mood; CREATE TYPE mood AS ENUM ('1', '2'); CREATE TABLE {table}")
            if "PARTITION" in table:
                self.owner.run("CREATE TABLE changing1 PARTITION OF changing FOR VALUES FROM (0) TO (100)")
            self.owner.run("""SELECT roomd.attach('changing', '{"v": "v"}', 'in', 'up'); INSERT INTO changing VALUES (1, 1);
                              UPDATE changing SET v = 2; ALTER TABLE changing ALTER v TYPE text; INSERT INTO changing VALUES (3, '3');
                              UPDATE changing SET v = '2'; ALTER TABLE changing ALTER v TYPE mood USING v::mood; INSERT INTO changing VALUES (4, '1');
                              ALTER TABLE changing ALTER v TYPE timestamp USING '2026-01-01'; INSERT INTO changing VALUES (5, '2026-01-02')""")
            self.assertEqual([(data["v"], fault) for event, data, _, fault in self.events()],
                             [(1, None), (2, None), ("3", None), ("2", None), ("1", None), ("2026-01-02T00:00:00+00:00", None)], table)

    def test_a_table_may_have_more_columns_than_a_function_takes_arguments(self):
        names = [f"c{n}" for n in range(130)]
        self.owner.run(f"CREATE TABLE wide (id int PRIMARY KEY, {', '.join(name + ' text' for name in names)})")
        self.owner.query("SELECT roomd.attach('wide', $1, 'in', 'up')", json.dumps({name: name for name in names}))
        self.owner.run("INSERT INTO wide (id, c7, c129) VALUES (1, 'a', 'b'); UPDATE wide SET c129 = 'c'")
        events = self.events()
        self.assertEqual([(len(data), data["c7"], data["c129"]) for _, data, _, _ in events], [(130, "a", "b"), (130, "a", "c")])

    def test_mistakes_are_told(self):
        table = 'shop.bookings'
        self.refused(f'the table {table} has no column "sеat"', """SELECT roomd.attach('bookings', '{"a": "sеat"}', 'e')""")
        self.refused(f'the table {table} has no column "ctid"', """SELECT roomd.attach('bookings', '{"a": "ctid"}', 'e')""")
        self.refused(f'the table {table} has no column "1"', """SELECT roomd.attach('bookings', '{"a": 1}', 'e')""")
        self.refused("name an event: on_insert, on_update or on_delete", """SELECT roomd.attach('bookings', '{"a": "id"}')""")
        for columns in ("'{}'", "'[]'", "NULL", "'\"id\"'"):
            self.refused('columns is {"member": "column", ..}', f"SELECT roomd.attach('bookings', {columns}, 'e')")
        self.refused('"user:{who}" needs the member "who", which is not in columns',
                     """SELECT roomd.attach('bookings', '{"id": "id"}', 'e', rooms => ARRAY['user:{who}'])""")
        self.refused('"a b:x" is no room\'s name',
                     """SELECT roomd.attach('bookings', '{"id": "id"}', 'e', rooms => ARRAY['a b:{id}'])""")
        self.refused('the event name "disconnect" is reserved', """SELECT roomd.attach('bookings', '{"id": "id"}', 'e', 'disconnect')""")
        self.refused("name is 1 to 40 of a-z, 0-9 and _", """SELECT roomd.attach('bookings', '{"id": "id"}', 'e', name => 'X y')""")
        self.refused("name at least one room, or leave rooms out for those of the catalogue",
                     """SELECT roomd.attach('bookings', '{"id": "id"}', 'e', rooms => '{}')""")
        self.refused('"Mars/Olympus" is no time zone', """SELECT roomd.attach('bookings', '{"id": "id"}', 'e', zone => 'Mars/Olympus')""")
        with self.assertRaises(pq.Error) as caught:
            self.owner.run("""SELECT roomd.attach('no_such', '{"id": "id"}', 'e')""")
        self.assertEqual(caught.exception.state, "42P01")


if __name__ == "__main__":
    unittest.main()
