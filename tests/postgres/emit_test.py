"""roomd.emit(): what it takes, what it refuses, and what becomes of it."""
import unittest

import pq
import server


class Emit(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = server.Server(fsync="off").init()
        cls.addClassCleanup(cls.server.close)

    def setUp(self):
        self.owner = self.server.connect()
        self.app = self.server.connect("app")
        self.owner.run("TRUNCATE roomd.outbox, roomd.idempotency")

    def tearDown(self):
        self.app.close()
        self.owner.close()

    def emit(self, event="e", data="{}", rooms=None, key=None, **more):
        names = "".join(f", {name} => ${i}" for i, name in enumerate(more, 5))
        return self.app.value(f"SELECT roomd.emit($1, $2, $3, $4{names})", event, data, rooms, key, *more.values())

    def refused(self, code, **event):
        with self.assertRaises(pq.Error) as caught:
            self.emit(**event)
        self.assertEqual((caught.exception.state, caught.exception.detail), ("22023", code), caught.exception)
        self.assertTrue(str(caught.exception).startswith("roomd.emit: "), caught.exception)
        return str(caught.exception)

    def waiting(self):
        return self.owner.query("SELECT event, data, rooms, except_rooms, key, traceparent FROM roomd.outbox ORDER BY id")

    def test_what_it_is_given_waits_in_the_outbox(self):
        self.emit("booking:created", '{"id": 1, "naïve": "ü"}', "{user:1,library:a.b-c}", "k-1",
                  except_rooms="{user:2}", traceparent="00-ab-cd-01")
        self.assertEqual(self.waiting(), [("booking:created", '{"id": 1, "naïve": "ü"}', "{user:1,library:a.b-c}",
                                           "{user:2}", "k-1", "00-ab-cd-01")])

    def test_without_rooms_the_catalogue_is_left_to_choose(self):
        self.assertIsNotNone(self.app.value("SELECT roomd.emit('e', '{}')"))
        self.assertEqual(self.waiting(), [("e", "{}", None, None, None, None)])

    def test_a_time_to_live_ends_from_the_call_on(self):
        self.emit(ttl="1 hour")
        self.emit(ttl="1 hour", key="k")
        self.assertEqual(self.owner.query(
            "SELECT expires_at - created_at BETWEEN '59 min' AND '61 min' FROM roomd.outbox"), [("t",), ("t",)])

    def test_what_is_rolled_back_was_never_there(self):
        self.app.run("BEGIN")
        self.emit(key="k")
        self.app.run("ROLLBACK")
        self.assertEqual(self.waiting(), [])
        self.assertIsNotNone(self.emit(key="k"), "the key went with the transaction")

    def test_events_that_could_not_be_sent_are_refused(self):
        self.refused("event_invalid", event=None)
        self.refused("event_invalid", event="")
        self.refused("event_invalid", event="x" * 257)
        self.assertEqual(self.refused("event_invalid", event="connect"),
                         'roomd.emit: the event name "connect" is reserved')
        for event in ("connect_error", "disconnect", "disconnecting", "newListener", "removeListener"):
            self.refused("event_invalid", event=event)
        self.refused("member_missing", data=None)
        self.refused("emit_too_big", data='"' + "x" * 1048576 + '"')
        self.refused("rooms_empty", rooms="{}")
        self.refused("too_many_rooms", rooms="{" + ",".join(f"r:{i}" for i in range(1001)) + "}")
        self.refused("too_many_rooms", except_rooms="{" + ",".join(f"r:{i}" for i in range(1001)) + "}")
        self.refused("ttl_invalid", ttl="0")
        self.refused("traceparent_invalid", traceparent="x" * 129)
        self.assertEqual(self.waiting(), [])

    def test_names_that_are_no_rooms_are_refused(self):
        for room in ("", "a b", "a|b:c", ":a", "a:", "library:ü", "x" * 256, "a:" + "x" * 256, "k" * 65 + ":a", "a\nb", "a:b\n",
                     "a:b*", "a:{b}", "a:<b>", 'a:"b"', "a:`b`", "a:b c", "a:b\t", "a:\u00a0b", "a:b\x7f"):
            message = self.refused("room_invalid", rooms=self.app.value("SELECT ARRAY[$1]", room))
            self.assertIn("is no room's name", message)
        self.refused("room_invalid", rooms="{a:1,NULL}")
        self.refused("room_invalid", rooms="{{a:1},{b:2}}")
        self.refused("room_invalid", except_rooms="{{a:1,b:2}}")
        self.refused("room_invalid", except_rooms="{a b}")

    def test_data_that_is_small_only_because_it_is_packed_is_too_big(self):
        self.owner.run("CREATE TEMP TABLE packed AS SELECT to_jsonb(repeat('x', 2000000)) AS data")
        self.assertLess(int(self.owner.value("SELECT pg_column_size(data) FROM packed")), 100000)
        with self.assertRaises(pq.Error) as caught:
            self.owner.run("SELECT roomd.emit('e', data) FROM packed")
        self.assertEqual((caught.exception.state, caught.exception.detail), ("22023", "emit_too_big"))

    def test_users_as_others_call_them_are_rooms(self):
        for user in ("auth0|5f7c8ec7c33c6c004bbafe82", "CORP\\ann", "urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66", "a:b:c", ":",
                     "o'brien+news@example.org", "ann_gmail.com#EXT#@corp.onmicrosoft.com", "https://orcid.org/0000-0002",
                     "did:web:a.org%3A3000", "c3ViamVjdA==", "uid=ann,ou=staff", "HOST$", "!#$%&'()+,-./:;=?@[\\]^_|~"):
            room = "user:" + user
            self.app.value("SELECT roomd.emit('named', '{}', ARRAY[$1])", room)
            self.assertEqual(self.owner.value("SELECT rooms[1] FROM roomd.outbox ORDER BY id DESC LIMIT 1"), room)

    def test_the_longest_names_and_most_rooms_are_taken(self):
        self.emit(event="x" * 256, rooms="{" + ",".join([f"{'k' * 64}:{'i' * 255}", "x" * 255]
                                                       + [f"r:{i}" for i in range(998)]) + "}")
        self.emit(data='"' + "x" * 1048000 + '"')
        self.assertEqual(len(self.waiting()), 2)

    def test_a_key_sends_once(self):
        self.assertIsNotNone(self.emit(key="k"))
        self.assertIsNone(self.emit(key="k"))
        self.assertIsNotNone(self.emit(key="other"))
        self.assertEqual(len(self.waiting()), 2)

    def test_a_key_of_another_event_is_refused(self):
        first = {"event": "e", "data": '{"a": 1}', "rooms": "{a:b}", "except_rooms": "{c:d}"}
        self.emit(key="k", **first)
        for other in ({"event": "f"}, {"data": '{"a": 2}'}, {"rooms": "{a:c}"}, {"rooms": None}, {"except_rooms": "{c:e}"}):
            with self.assertRaises(pq.Error, msg=other) as caught:
                self.emit(key="k", **{**first, **other})
            self.assertEqual((caught.exception.state, caught.exception.detail), ("23505", "idempotency_conflict"))
        self.assertIsNone(self.emit(key="k", **{**first, "data": '{"a":1}'}), "spaces are no difference")

    def test_what_is_left_out_and_what_it_means_are_one_content_for_a_key(self):
        self.emit(key="k", rooms="{a:b}")
        self.assertIsNone(self.emit(key="k", rooms="{a:b}", namespace="/", volatile="f", broadcast="f"))
        self.emit(key="desk", rooms="{a:b}", namespace="/desk")
        self.assertIsNone(self.emit(key="desk", rooms="{a:b}", namespace="/desk", volatile="f"))

    def test_a_key_is_visible_ascii(self):
        for key in ("", "a b", "ü", "x" * 201, "a\n"):
            self.refused("idempotency_key_invalid", key=key)
        self.assertIsNotNone(self.emit(key="~" * 200))

    def test_a_key_is_free_again_after_its_time(self):
        self.emit(key="k")
        self.owner.run("UPDATE roomd.idempotency SET expires_at = clock_timestamp() - interval '1 s'")
        self.assertIsNotNone(self.emit(key="k", data='{"other": true}'))
        self.assertIsNone(self.emit(key="k", data='{"other": true}'))

    def test_the_window_of_keys_can_be_set(self):
        self.owner.run("UPDATE roomd.meta SET key_window = '5 min'")
        self.emit(key="k")
        self.assertEqual(self.owner.value("SELECT expires_at < clock_timestamp() + interval '6 min' FROM roomd.idempotency"), "t")
        self.owner.run("UPDATE roomd.meta SET key_window = DEFAULT")

    def test_two_at_once_with_one_key_send_once(self):
        with self.server.connect("app") as second:
            self.app.run("BEGIN")
            self.emit(key="k")
            second.send("SELECT roomd.emit('e', '{}', NULL, 'k')")
            self.app.run("COMMIT")
            self.assertEqual(second.wait(), [(None,)])

            self.app.run("BEGIN")
            self.emit(key="k2")
            second.send("SELECT roomd.emit('e', '{}', NULL, 'k2')")
            self.app.run("ROLLBACK")
            self.assertIsNotNone(second.wait()[0][0], "the first came to nothing")
        self.assertEqual(len(self.waiting()), 2)

    def test_keys_past_their_time_are_trimmed(self):
        self.emit(key="old")
        self.emit(key="new")
        self.owner.run("UPDATE roomd.idempotency SET expires_at = clock_timestamp() - interval '1 s' WHERE key = 'old'")
        self.owner.run("SELECT roomd.trim()")
        self.assertEqual(self.owner.query("SELECT key FROM roomd.idempotency"), [("new",)])


if __name__ == "__main__":
    unittest.main()
