"""Calls by name as generated code has them, schemas, transactions, and fakes."""
import asyncio
import json
import logging
import os
import unittest

from roomd_emit import AsyncFake, AsyncLive, Emitter, EmitRefused, Fake, Live, checker, event
from stand_in import StandIn, program

SCHEMAS = os.path.join(os.path.dirname(__file__), *[".."] * 5, "conf", "schemas")


def schema(name):
    with open(os.path.join(SCHEMAS, name + ".json"), encoding="utf-8") as file:
        return json.load(file)


class Events:
    """As `roomd catalogue emitter` would write it."""
    booking_created = event("booking:created", schema=schema("booking"), rooms=["user:{userId}", "library:{libraryId}", "tenant:{tenantId}"])
    pricing_updated = event("pricing:updated", ["libraryId"], schema=schema("pricing"), rooms=["library:{libraryId}"])
    seat_availability = event("seat:availability", schema=schema("seat"), rooms=["library:{libraryId}"], volatile=True)


class Realtime(Events, Live):
    pass


class AsyncRealtime(Events, AsyncLive):
    pass


BOOKING = {"bookingId": "b1", "userId": "u1", "libraryId": "l1", "tenantId": "t1", "status": "confirmed"}
PLAN = {"newPrice": 2.5, "currency": "EUR"}


class Refusals(unittest.TestCase):
    def refused(self, call, code, pointer):
        with self.assertRaises(EmitRefused) as caught:
            call()
        self.assertEqual((caught.exception.code, caught.exception.pointer), (code, pointer))


class CallsTest(Refusals):
    def test_send_confirm_and_go_to_rooms(self):
        daemon = StandIn(self)
        live = Realtime().configure(daemon.url, deadline=60, timeout=20)
        live.booking_created(BOOKING)
        live.pricing_updated("l1", PLAN, except_="role:staff")
        live.to("library:l2").seat_availability({"libraryId": "l1", "availableSeats": 3})
        self.assertEqual(live.booking_created.confirmed(BOOKING).recipients, 1)
        self.assertEqual([{name: value for name, value in one.items() if name != "key"} for one in daemon.sent], [
            {"event": "booking:created", "data": BOOKING},
            {"event": "pricing:updated", "data": {**PLAN, "libraryId": "l1"}, "except": ["role:staff"]},
            {"event": "seat:availability", "data": {"libraryId": "l1", "availableSeats": 3}, "rooms": ["library:l2"]},
            {"event": "booking:created", "data": BOOKING, "durable": False}])
        live.close(0)

    def test_durable_events_are_asked_for_and_cannot_be_confirmed(self):
        daemon = StandIn(self)
        live = Realtime().configure(daemon.url, deadline=60, timeout=20)
        live.durable.booking_created(BOOKING)
        self.refused(lambda: live.durable.booking_created.confirmed(BOOKING), "durable_unconfirmed", "/durable")
        live.configure(daemon.url, deadline=60, timeout=20, durable=True)
        live.booking_created(BOOKING)
        live.booking_created(BOOKING, durable=False)
        self.refused(lambda: live.booking_created.confirmed(BOOKING), "durable_unconfirmed", "/durable")
        live.booking_created.confirmed(BOOKING, durable=False)
        live.flush(20)
        self.assertEqual(sorted(str(one.get("durable")) for one in daemon.sent), ["False", "False", "True", "True"])
        live.close(0)

    def test_for_asyncio_too(self):
        daemon = StandIn(self)

        async def main():
            live = AsyncRealtime().configure(daemon.url, deadline=60, timeout=20)
            live.pricing_updated("l1", PLAN)
            confirmed = await live.booking_created.confirmed(BOOKING)
            await live.close(0)
            return confirmed.recipients
        self.assertEqual((asyncio.run(main()), len(daemon.sent)), (1, 2))

    def test_raise_what_the_schema_says_in_development_and_leave_it_to_the_daemon_in_production(self):
        wrong = {**BOOKING, "status": "gone"}
        live = Realtime().configure("http://127.0.0.1:1", development=True)
        self.refused(lambda: live.booking_created(wrong), "schema_mismatch", "/data/status")
        self.refused(lambda: live.to("x:1").emit("booking:created", wrong), "schema_mismatch", "/data/status")
        live.close(0)
        daemon, told = StandIn(self), []
        daemon.verdict = lambda event: {"code": "schema_mismatch", "pointer": "/data/status"}
        live = Realtime(Emitter(daemon.url, development=False, on_error=told.append, deadline=60, timeout=20))
        live.booking_created(wrong)
        self.assertTrue(live.flush(20))
        self.assertEqual([one.pointer for one in told], ["/data/status"])
        live.close(0)

    def test_a_volatile_event_of_the_catalogue_is_the_first_to_go(self):
        lost = []
        live = Realtime().configure("http://127.0.0.1:1", max_queue=1, window=20, on_error=lambda error: lost.append(error.event))
        live.booking_created(BOOKING)
        live.seat_availability({"libraryId": "l1", "availableSeats": 3})
        self.assertEqual(lost, ["seat:availability"])
        live.close(0)

    def test_a_bad_address_in_the_environment_ends_nothing_in_production(self):
        code, out, errors = program("""
from roomd_emit import Live, event
class Realtime(Live):
    a = event('a')
live = Realtime()
live.a(1)
print(live.stats()['dropped'])""", ROOMD_URL="no url")
        self.assertEqual((code, out), (0, "1\n"))
        self.assertRegex(errors, "^nothing is emitted: the url of roomd")

    def test_in_a_transaction_the_same_names_ask_the_database(self):
        class Cursor(list):
            def execute(self, sql, values):
                self.append((sql, values))
        cursor = Cursor()
        live = Realtime().configure("http://127.0.0.1:1", development=True)
        live.in_(cursor).booking_created(BOOKING)
        live.to("library:l1").in_(cursor).except_("role:staff").pricing_updated("l1", PLAN, traceparent="tp")
        self.assertEqual([(sql, [values[0], json.loads(values[1]), *values[2:]]) for sql, values in cursor], [
            ("SELECT roomd.emit(%s, %s::jsonb)", ["booking:created", BOOKING]),
            ("SELECT roomd.emit(%s, %s::jsonb, rooms => %s::text[], except_rooms => %s::text[], traceparent => %s)",
             ["pricing:updated", {**PLAN, "libraryId": "l1"}, ["library:l1"], ["role:staff"], "tp"])])
        self.refused(lambda: live.in_(cursor).confirmed("booking:created", BOOKING), "not_in_transaction", "")
        self.refused(lambda: live.in_(cursor).booking_created(BOOKING, rooms=[]), "rooms_empty", "/rooms")
        self.assertEqual(len(cursor), 2)
        live.of("/desk").volatile.in_(cursor).emit("news", 1, broadcast=True)
        self.assertEqual(cursor[2], ("SELECT roomd.emit(%s, %s::jsonb, namespace => %s, volatile => %s, broadcast => %s)",
                                     ["news", "1", "/desk", True, True]))
        live.close(0)


class FakeTest(Refusals):
    def test_keeps_what_is_emitted_with_the_rooms_that_the_catalogue_makes_of_it(self):
        seen = Fake().recipients(0)
        live = Realtime(seen)
        live.booking_created(BOOKING)
        live.to("library:l9").except_("role:staff").seat_availability({"libraryId": "l1", "availableSeats": 3})
        live.in_("a cursor").pricing_updated("l1", PLAN)
        self.assertEqual(live.booking_created.confirmed(BOOKING).recipients, 0)
        self.assertEqual([(one.event, one.rooms, one.except_, one.transaction) for one in seen.emitted[:3]], [
            ("booking:created", ["user:u1", "library:l1", "tenant:t1"], [], None), ("seat:availability", ["library:l9"], ["role:staff"], None),
            ("pricing:updated", ["library:l1"], [], "a cursor")])
        self.assertEqual(seen.data("booking:created"), [BOOKING, BOOKING])
        seen.clear()
        self.assertEqual(seen.emitted, ())

    def test_raises_what_a_daemon_would_refuse(self):
        live = Realtime(Fake())
        for data, code in (({}, "schema_mismatch"), ({**BOOKING, "userId": "a b"}, "room_field_invalid"), ({**BOOKING, "x": object()}, "data_invalid")):
            with self.assertRaises(EmitRefused) as caught:
                live.booking_created(data)
            self.assertEqual(caught.exception.code, code)

    def test_raises_for_fields_that_give_no_room_as_a_daemon_refuses_them(self):
        class Told(Live):
            told = event("told", rooms=["library:{at/id}"])
            nowhere = event("nowhere", rooms=[])
        live = Told(Fake())
        for wrong in (True, 1.5, None, 1e21, 2**53, {}, "a b", ""):
            self.refused(lambda: live.told({"at": {"id": wrong}}), "room_field_invalid", "/data/at/id")
        for wrong in (["x"], True, "a b", None):
            self.refused(lambda: live.told({"at": {"id": ["l1", wrong]}}), "room_field_invalid", "/data/at/id/1")
        self.refused(lambda: live.told({"at": {"id": []}}), "room_field_invalid", "/data")
        self.refused(lambda: live.told({"at": 1}), "room_field_missing", "/data/at/id")
        self.refused(lambda: live.nowhere(1), "no_target", "/rooms")
        seen = Fake()
        live.use(seen)
        live.told({"at": {"id": ["l1", 7, 1 - 2**53, "l1"]}})
        self.assertEqual(seen.emitted[0].rooms, ["library:l1", "library:7", "library:-9007199254740991"])

    def test_has_a_twin(self):
        async def main():
            seen = AsyncFake()
            live = AsyncRealtime(seen)
            live.booking_created(BOOKING)
            await live.in_("a cursor").pricing_updated("l1", PLAN)
            return (await live.booking_created.confirmed(BOOKING)).rooms, len(seen.emitted), await live.flush()
        self.assertEqual(asyncio.run(main()), (["user:u1", "library:l1", "tenant:t1"], 3, True))


class CatalogueTest(unittest.TestCase):
    """A module that was made from another catalogue than the daemon has."""
    HERE, THERE = "0123456789abcdef", "fedcba9876543210"

    def warnings(self, emits):
        """What is logged while `emits(daemon)` runs."""
        with self.assertLogs("roomd") as seen:
            logging.getLogger("roomd").warning("the first line")  # assertLogs wants one
            emits()
        return [line.getMessage() for line in seen.records[1:]]

    def threads(self, daemon):
        class Made(Events, Live):
            _catalogue = self.HERE
        live = Made().configure(daemon.url + "/deep/", deadline=60, timeout=20)
        for _ in range(3):
            live.booking_created.confirmed(BOOKING)
        self.assertEqual(daemon.asked, [("/deep/health", 1)])  # ... over the connection that is kept
        live.close(0)

    def loop(self, daemon):
        class Made(Events, AsyncLive):
            _catalogue = self.HERE

        async def main():
            live = Made().configure(daemon.url, deadline=60, timeout=20)
            for _ in range(3):
                await live.booking_created.confirmed(BOOKING)
            self.assertEqual(daemon.asked, [("/health", 1)])
            await live.close(0)
        asyncio.run(main())

    def test_a_daemon_with_another_one_is_warned_of_once(self):
        for emits in (self.threads, self.loop):
            daemon = StandIn(self)
            daemon.health = {"catalogue": self.THERE}
            self.assertEqual(self.warnings(lambda: emits(daemon)), [
                f"the daemon has the catalogue {self.THERE}, and this code was made from {self.HERE}: "
                "run `roomd catalogue emitter python` again"])

    def test_nothing_is_said_of_the_same_one_or_where_health_tells_none(self):
        for emits in (self.threads, self.loop):
            for health in ({"catalogue": self.HERE}, {}, [], {"catalogue": 7}):
                daemon = StandIn(self)
                daemon.health = health
                self.assertEqual(self.warnings(lambda: emits(daemon)), [])

    def test_code_without_a_digest_asks_for_nothing(self):
        daemon = StandIn(self)
        live = Realtime().configure(daemon.url, deadline=60, timeout=20)
        for _ in range(2):
            live.booking_created.confirmed(BOOKING)
        live.close(0)
        self.assertEqual(daemon.asked, [])

    def test_a_daemon_that_does_not_answer_is_not_asked_and_one_that_hangs_is_left(self):
        daemon = StandIn(self)
        daemon.health = {"catalogue": self.THERE}
        daemon.script = ["reset"]

        class Made(Events, Live):
            _catalogue = self.HERE
        live = Made().configure(daemon.url, deadline=60, timeout=20)
        daemon.hangs = True
        live.booking_created.confirmed(BOOKING)
        self.assertEqual(live.booking_created.confirmed(BOOKING).recipients, 1)
        self.assertEqual((len(daemon.asked), len(daemon.requests), daemon.connections), (1, 3, 3))
        live.close(0)


class SchemaTest(unittest.TestCase):
    # schema, data, where it is wrong: None is fine.  The same as for Node.
    CASES = [
        ({"type": "integer"}, 1.5, ""), ({"type": "integer"}, 1.0, None), ({"type": "integer"}, 2**53, ""), ({"type": "integer"}, True, ""),
        ({"type": ["string", "null"]}, None, None), ({"enum": [1, {"a": [1]}]}, {"a": [1]}, None), ({"const": 1}, True, ""),
        ({"minLength": 2}, "\U0001F600", ""), ({"maxLength": 1}, "\U0001F600", None), ({"pattern": "^[A-Z]{3}$"}, "EURO", ""), ({"pattern": "^[A-Z]{3}$"}, "EUR\n", ""),
        ({"format": "date-time"}, "2026-01-05T09:30:00Z", None), ({"format": "date-time"}, "today", ""),
        ({"minimum": 0}, -1, ""), ({"exclusiveMaximum": 3}, 3, ""), ({"multipleOf": 2}, 3, ""),
        ({"multipleOf": 0.01}, 19.99, None), ({"multipleOf": 0.01}, 4.35, None), ({"multipleOf": 0.01}, 4.351, ""), ({"multipleOf": 0.01}, 0, None),
        ({"multipleOf": 0.01}, 1e300, None), ({"multipleOf": 1e-300}, 1e300, ""), ({"multipleOf": 1.5}, 1e300, ""), ({"multipleOf": 1.5}, 2, ""),
        ({"multipleOf": 3}, 1e300, None), ({"multipleOf": 0.3}, 1e300, ""), ({"multipleOf": 0.1}, 1e-7, ""),
        ({"items": {"type": "string"}}, ["a", 1], "/1"), ({"items": [{}, False]}, [1, 2], "/1"), ({"uniqueItems": True}, [1, 2, 1], ""),
        ({"minItems": 1}, [], ""), ({"contains": {"const": 1}}, [2], ""), ({"required": ["a"]}, {}, ""),
        ({"properties": {"a/b": {"type": "string"}}}, {"a/b": 1}, "/a~1b"),
        ({"properties": {"a": {}}, "additionalProperties": False}, {"a": 1, "b": 2}, "/b"), ({"patternProperties": {"^x": False}}, {"xy": 1}, "/xy"),
        ({"propertyNames": {"maxLength": 1}}, {"ab": 1}, "/ab"), ({"dependencies": {"a": ["b"]}}, {"a": 1}, ""), ({"maxProperties": 0}, {"a": 1}, ""),
        ({"allOf": [{"required": ["a"]}, {"properties": {"a": {"type": "string"}}}]}, {"a": 1}, "/a"),
        ({"anyOf": [{"const": 1}, {"const": 2}]}, 3, ""), ({"oneOf": [{"minimum": 0}, {"maximum": 5}]}, 3, ""), ({"not": {"const": 1}}, 1, ""),
        ({"if": {"required": ["a"]}, "then": {"required": ["b"]}, "else": {"required": ["c"]}}, {"a": 1}, ""),
        ({"definitions": {"id": {"type": "string"}}, "properties": {"a": {"$ref": "#/definitions/id"}}}, {"a": 1}, "/a"),
        ({"minimum": 3}, "text", None),
        ({"pattern": r"^\p{L}+$"}, "Zo\u00eb", None), ({"pattern": r"^\u{1F600}$"}, "\U0001F600", None),
        ({"pattern": "^.$"}, "\U0001F600", None), ({"pattern": "("}, "text", None), ({"not": {"pattern": "("}}, "text", None),
        ({"pattern": "a{99999999999}"}, "text", None),
        ({"oneOf": [{"pattern": "("}, {"minLength": 1}]}, "text", None), ({"if": {"pattern": "("}, "then": False}, "text", None),
        ({"if": {"pattern": "("}, "else": False}, "text", None), ({"not": {"not": {"pattern": "("}}}, "text", None), ({"not": {"pattern": "("}, "maxLength": 1}, "text", ""),
        ({"patternProperties": {"(": {"type": "string"}}, "additionalProperties": False}, {"a": 1}, None),
        ({"properties": {"a": {"pattern": "("}, "b": {"type": "string"}}}, {"a": "text", "b": 1}, "/b"),
    ]

    def test_cases(self):
        for by, data, where in self.CASES:
            with self.subTest(schema=by, data=data):
                fault = checker(by)(data)
                self.assertEqual(fault.pointer if fault else None, where)


if __name__ == "__main__":
    unittest.main()
