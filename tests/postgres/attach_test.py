"""roomd.attach(): the changes of a table's rows as events."""
import json
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
        with self.assertRaises(pq.Error) as caught:
            self.owner.run("""SELECT roomd.attach('no_such', '{"id": "id"}', 'e')""")
        self.assertEqual(caught.exception.state, "42P01")


if __name__ == "__main__":
    unittest.main()
