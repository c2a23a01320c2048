"""What backends rely on, and the mistakes of its kind that an emitter must not make: for threads and for asyncio alike."""
import asyncio
import datetime
import decimal
import logging
import os
import tempfile
import threading
import time
import unittest
import uuid

from roomd_emit import AsyncEmitter, EmitDropped, Emitter, EmitRefused
from stand_in import StandIn, until

logging.getLogger("roomd").addHandler(logging.NullHandler())
logging.getLogger("roomd").propagate = False
PATIENT = {"timeout": 20, "deadline": 60, "retry": 0.001, "max_retry": 0.005, "development": False}


class Threads:
    """How a test speaks with the emitter for threads."""

    def run_with(self, test, **options):
        live = Emitter(**{**PATIENT, **options})
        try:
            test(live, self)
        finally:
            live.close(0)

    def wait(self, value):
        return value

    def until(self, what, check):
        return until(what, check)


class Asyncio:
    """... and with its twin: the test runs in a thread, and the loop in another."""

    def run_with(self, test, **options):
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever)
        thread.start()

        async def made():
            return AsyncEmitter(**{**PATIENT, **options})

        self.loop = loop
        live = self.wait(made())
        try:
            test(_InLoop(live, self), self)
        finally:
            self.wait(live.close(0))
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()

    def wait(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(30)

    def until(self, what, check):
        return until(what, check)


class _InLoop:
    """Calls what it stands for in the loop, and waits for what is awaited."""

    def __init__(self, one, way):
        self._one, self._way = one, way

    def __getattr__(self, name):
        found = getattr(self._one, name)
        if isinstance(found, AsyncEmitter):
            return _InLoop(found, self._way)

        def call(*args, **options):
            async def made():
                value = found(*args, **options)
                return await value if asyncio.iscoroutine(value) else value
            value = self._way.wait(made())
            return _InLoop(value, self._way) if isinstance(value, AsyncEmitter) else value
        return call


class Emits:
    def emitter(self, test, **options):
        self.way().run_with(lambda live, way: test(live), **options)

    def bare(self, sent):
        return [{name: value for name, value in one.items() if name != "key"} for one in sent]

    def test_goes_out_with_its_data_rooms_and_key(self):
        daemon = StandIn(self)

        def test(live):
            self.assertIsNone(live.emit("booking:created", {"id": 1}, rooms="library:l1", except_=["role:staff"], volatile=True, namespace="/desk"))
            live.emit("news", None, broadcast=True)
            live.emit("catalogue decides", [1, "ü\ud83d"])
            self.assertTrue(live.flush(20))
            request = daemon.requests[0]
            self.assertEqual((request["path"], request["atomic"], request["headers"]["authorization"]), ("/api/emit/batch", False, "Bearer secret"))
            self.assertEqual(self.bare(daemon.sent), [
                {"event": "booking:created", "data": {"id": 1}, "rooms": ["library:l1"], "except": ["role:staff"], "volatile": True, "namespace": "/desk"},
                {"event": "news", "data": None, "broadcast": True},
                {"event": "catalogue decides", "data": [1, "ü\ud83d"]}])
            for event in daemon.sent:
                self.assertRegex(event["key"], "^[0-7][0-9A-HJKMNP-TV-Z]{25}$")
            stats = live.stats()
            self.assertEqual((stats["sent"], stats["queued"], stats["queued_bytes"], stats["retries"]), (3, 0, 0, 0))
        self.emitter(test, url=daemon.url, key="secret")

    def test_carries_the_data_of_the_moment_of_the_call(self):
        daemon = StandIn(self)

        def test(live):
            data = {"seats": 1}
            live.emit("seat", data)
            data["seats"] = 2
            live.flush(20)
            self.assertEqual(daemon.data(), [{"seats": 1}])
        self.emitter(test, url=daemon.url, window=0.3)

    def test_rooms_do_not_stick_to_the_next_one(self):
        daemon = StandIn(self)

        def test(live):
            library = live.to("library:l1").except_("role:staff")
            library.emit("a", 1)
            daemon.script.append("reset")  # nor after a failure
            live.emit("b", 2)
            live.to("user:u1").volatile.emit("c", 3)
            library.to("library:l2").emit("d", 4)
            library.emit("e", 5, rooms=None)
            live.flush(20)
            of_library = {"rooms": ["library:l1"], "except": ["role:staff"]}
            self.assertEqual(self.bare(daemon.sent), [
                {"event": "a", "data": 1, **of_library}, {"event": "b", "data": 2}, {"event": "c", "data": 3, "rooms": ["user:u1"], "volatile": True},
                {"event": "d", "data": 4, "rooms": ["library:l1", "library:l2"], "except": ["role:staff"]}, {"event": "e", "data": 5, **of_library}])
        self.emitter(test, url=daemon.url)

    def test_no_room_is_never_everyone(self):
        def test(live):
            for call, code in ((lambda: live.to().emit("a", 1), "rooms_empty"), (lambda: live.emit("a", 1, rooms=[]), "rooms_empty"),
                               (lambda: live.to(None).emit("a", 1), "room_invalid"), (lambda: live.to("x:1").emit("a", 1, broadcast=True), "two_targets")):
                with self.assertRaises(EmitRefused) as caught:
                    call()
                self.assertEqual(caught.exception.code, code)
        self.emitter(test, url="http://127.0.0.1:1", development=True)

    def test_uses_one_connection_and_a_unix_socket_ahead_of_the_address(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        path = os.path.join(place.name, "s")
        near, far = StandIn(self, path), StandIn(self)

        def test(live):
            for i in range(3):
                live.confirmed("a", i)
            self.assertEqual((near.data(), near.connections, far.connections), ([0, 1, 2], 1, 0))
            near.always = "reset"
            near.close()
            os.unlink(path)
            live.confirmed("a", 3)
            self.assertEqual(far.data(), [3])
        self.emitter(test, url=far.url, socket_path=path)

    def test_batches_hold_100_events_in_the_order_of_the_calls(self):
        daemon = StandIn(self)
        more = threading.Event()
        daemon.script.append(lambda events: more.wait(20) and None)

        def test(live):
            live.emit("first", 0)
            until("the request", lambda: daemon.requests)
            for i in range(250):
                live.emit("n", i)
            more.set()
            live.flush(20)
            self.assertEqual([len(one["events"]) for one in daemon.requests], [1, 100, 100, 50])
            self.assertEqual(daemon.data("n"), list(range(250)))
        self.emitter(test, url=daemon.url)

    def test_passes_the_trace_context_on(self):
        daemon = StandIn(self)
        one, other = f"00-{'a' * 32}-{'b' * 16}-01", f"00-{'c' * 32}-{'d' * 16}-01"

        def test(live):
            live.confirmed("a", 1)
            live.confirmed("a", 2, traceparent=other)
            live.confirmed("a", 3, traceparent="bad\r\nX-Evil: 1")
            self.assertEqual([request["headers"]["traceparent"] for request in daemon.requests], [one, other, None])
        self.emitter(test, url=daemon.url, traceparent=lambda: one)

    def test_writes_what_python_has_and_json_has_not(self):
        daemon = StandIn(self)

        def test(live):
            live.confirmed("a", {"at": datetime.datetime(2026, 1, 5, 9, 30, tzinfo=datetime.timezone.utc), "id": uuid.UUID(int=1), "price": decimal.Decimal("4.50")})
            self.assertEqual(daemon.data(), [{"at": "2026-01-05T09:30:00+00:00", "id": "00000000-0000-0000-0000-000000000001", "price": 4.5}])
        self.emitter(test, url=daemon.url)

    def test_confirmed_tells_the_recipients_and_raises_what_was_wrong(self):
        daemon = StandIn(self)
        daemon.verdict = lambda event: {"code": "schema_mismatch", "pointer": "/data"} if event["data"] == "bad" else None

        def test(live):
            self.assertEqual(live.confirmed("a", "good", rooms="x:1"), ("id-1", 1, ["x:1"], False))
            with self.assertRaises(EmitRefused) as caught:
                live.confirmed("a", "bad")
            why = caught.exception
            self.assertEqual((why.code, why.pointer, why.event, why.status), ("schema_mismatch", "/data", "a", 422))
        self.emitter(test, url=daemon.url)


class Failures:
    def test_of_any_kind_leave_the_caller_alone(self):
        told = []

        def hook(error):
            told.append((type(error), error.code))
            raise RuntimeError("of the hook")

        def test(live):
            circle = []
            circle.append(circle)
            for event, data in (("circle", circle), ("set", object()), ("nan", float("nan")), ("", 1), ("lost", 1)):
                live.emit(event, data)
            self.assertTrue(live.flush(20))
            self.assertEqual(told, [(EmitRefused, "data_invalid")] * 3 + [(EmitRefused, "event_invalid"), (EmitDropped, "deadline")])
        self.emitter(test, url="http://127.0.0.1:1", deadline=0.2, on_error=hook)

    def test_the_caller_sees_what_is_wrong_with_its_own_event_in_development(self):
        def test(live):
            with self.assertRaises(EmitRefused):
                live.emit("a", object())
            with self.assertRaises(EmitRefused):
                live.emit("a", "x" * 1_100_000)
        self.emitter(test, url="http://127.0.0.1:1", development=True)

    def test_and_a_name_that_no_daemon_takes(self):
        def refused(call, code, pointer):
            with self.assertRaises(EmitRefused) as caught:
                call()
            self.assertEqual((caught.exception.code, caught.exception.pointer), (code, pointer))

        def test(live):
            for room in ("library:a b", "library:*", "", 'a"', ":1", "library:", "ü:1", "k:" + "x" * 256, "k" * 65 + ":1", "a:1\n"):
                refused(lambda: live.to("library:l1", room).emit("a", 1), "room_invalid", "/rooms/1")
                refused(lambda: live.except_(room).emit("a", 1), "room_invalid", "/except/0")
            for event in ("connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener", "x" * 257, "ü" * 129):
                refused(lambda: live.emit(event, 1), "event_invalid", "/event")
            self.assertEqual(live.stats()["queued"], 0)
            for room in ("library:a:b", "alone", "k" * 64 + ":" + "x" * 255, "a:!#$%&'()+,-./:;=?@[\\]^_|~"):
                live.to(room).emit("ü" * 128, 1)
            self.assertEqual(live.stats()["queued"], 4)
        self.emitter(test, url="http://127.0.0.1:1", development=True, window=20, exit_timeout=0)

    def test_the_caller_does_not_wait_for_a_daemon_that_does_not_answer(self):
        daemon = StandIn(self)
        daemon.script.append("hang")

        def test(live):
            live.emit("a", 1)
            until("the request", lambda: daemon.requests)
            live.emit("a", 2)  # and is back although nothing is answered
            self.assertEqual((live.stats()["queued"], len(daemon.requests)), (2, 1))
        self.emitter(test, url=daemon.url, timeout=60)

    def test_a_timeout_reaches_the_connection_and_the_event_goes_out_under_the_same_key(self):
        daemon = StandIn(self)
        daemon.script.append("hang")

        def test(live):
            live.confirmed("a", 1)
            first, second = daemon.requests[0], daemon.requests[-1]
            self.assertEqual(first["events"][0]["key"], second["events"][0]["key"])
            self.assertNotEqual(first["connection"], second["connection"])
            until("the first connection to be closed", lambda: daemon.open == 1)
        self.emitter(test, url=daemon.url, timeout=0.3)

    def test_a_timeout_is_of_the_whole_attempt(self):
        daemon = StandIn(self)

        def dribble(events):  # one byte after the other: a time-out of silence would never come
            daemon.always = None
            handler = daemon.handlers[-1]
            while not daemon.ended.wait(0.02):
                try:
                    handler.connection.sendall(b"H")
                except OSError:
                    break
            return "reset"
        taken = daemon._take
        daemon.handlers = []
        daemon._take = lambda handler: (daemon.handlers.append(handler), taken(handler))[1]
        daemon.always = dribble

        def test(live):
            live.confirmed("a", 1)
            self.assertEqual(len(daemon.requests), 2)
        self.emitter(test, url=daemon.url, timeout=0.3)

    def test_one_event_of_a_batch_is_told_by_itself_and_spoils_nothing(self):
        daemon, told, busy = StandIn(self), [], [True]

        def verdict(event):
            if event["event"] == "bad":
                return {"code": "schema_mismatch", "message": "must be integer", "pointer": "/data/seats"}
            if event["event"] == "later" and busy:
                return {"code": "over_budget"}
            if event["event"] == "last":
                busy.clear()
            return None
        daemon.verdict = verdict

        def test(live):
            for event in ("good", "bad", "later", "last"):
                live.emit(event, 1)
            self.assertTrue(live.flush(20))
            self.assertEqual([one["event"] for one in daemon.sent], ["good", "last", "later"])
            self.assertEqual([(one.event, one.code, one.pointer) for one in told], [("bad", "schema_mismatch", "/data/seats")])
            stats = live.stats()
            self.assertEqual((stats["sent"], stats["refused"], stats["dropped"]), (3, 1, 0))
        self.emitter(test, url=daemon.url, window=0.3, on_error=told.append)

    def test_a_body_that_one_event_spoils_is_sent_in_halves(self):
        daemon, told = StandIn(self), []
        too_deep = (400, {}, {"success": False, "error": {"code": "json_too_deep", "message": "too deep"}})
        daemon.always = lambda events: too_deep if any(one["event"] == "deep" for one in events) else None

        def test(live):
            for i in range(20):
                live.emit("deep" if i == 13 else "flat", i)
            self.assertTrue(live.flush(20))
            self.assertEqual(daemon.data(), [i for i in range(20) if i != 13])
            self.assertEqual([(one.event, one.code) for one in told], [("deep", "json_too_deep")])
        self.emitter(test, url=daemon.url, on_error=told.append)

    def test_a_repacked_retry_doubles_nothing(self):
        daemon, more = StandIn(self), threading.Event()
        daemon.script.append(lambda events: more.wait(20) and "deaf")  # the events are taken, and nobody hears of it

        def test(live):
            for i in range(3):
                live.emit("n", i)
            until("the first attempt", lambda: daemon.requests)
            for i in range(3, 6):
                live.emit("n", i)  # they go along with the retry
            more.set()
            self.assertTrue(live.flush(20))
            self.assertEqual(daemon.data(), list(range(6)))
            self.assertEqual(sum(len(one["events"]) for one in daemon.requests), 6 + len(daemon.requests[0]["events"]))
            self.assertEqual((live.stats()["sent"], live.stats()["duplicates"]), (6, len(daemon.requests[0]["events"])))
        self.emitter(test, url=daemon.url)

    def test_what_may_pass_is_tried_again(self):
        for act in (429, 502, 503, 504, "reset"):
            with self.subTest(act):
                daemon = StandIn(self)
                daemon.script += [act, act]

                def test(live):
                    self.assertEqual(live.confirmed("a", 1).recipients, 1)
                    self.assertEqual((len(daemon.requests), live.stats()["retries"]), (3, 2))
                self.emitter(test, url=daemon.url)
                daemon.close()

    def test_what_will_not_pass_is_not(self):
        daemon = StandIn(self)

        def test(live):
            for status in (302, 400, 401, 403, 404, 409, 413, 415, 422, 500):
                daemon.script.append(status)
                daemon.requests.clear()
                with self.assertRaises(EmitRefused) as caught:
                    live.confirmed("a", 1)
                self.assertEqual((caught.exception.code, caught.exception.status, len(daemon.requests)), (f"code_{status}", status, 1))
            odd = {"data": {"results": [{"success": False, "error": {"code": []}}]}}
            for body in (b"<h1>Welcome</h1>", b"[" * 200_000, odd):  # too deep to be read, or nothing that anybody foresaw
                daemon.script.append((200, {}, body))
                with self.assertRaises(EmitDropped) as caught:
                    live.confirmed("a", 1)
                self.assertEqual(caught.exception.code, "answer_invalid")
            self.assertEqual(live.confirmed("a", 1).recipients, 1)
        self.emitter(test, url=daemon.url)

    def test_a_host_that_can_be_no_name_is_a_daemon_that_is_away(self):
        def test(live):
            with self.assertRaises(EmitDropped) as caught:
                live.confirmed("a", 1)
            self.assertEqual(caught.exception.code, "deadline")
        self.emitter(test, url=f"http://{'a' * 64}.example", deadline=0.2)

    def test_answers_in_chunks_and_closed_connections_are_understood(self):
        daemon = StandIn(self)
        good = {"success": True, "data": {"results": [{"success": True, "id": "x", "recipients": 4, "rooms": []}]}}
        daemon.script += [(200, {"Transfer-Encoding": "chunked"}, good), (200, {"Connection": "close"}, good)]

        def test(live):
            self.assertEqual([live.confirmed("a", i).recipients for i in range(3)], [4, 4, 1])
            self.assertEqual(daemon.connections, 2)
        self.emitter(test, url=daemon.url)

    def test_retry_after_is_waited_for(self):
        daemon = StandIn(self)
        daemon.script.append((429, {"Retry-After": "1"}, {}))

        def test(live):
            begun = time.monotonic()
            live.confirmed("a", 1)
            self.assertGreaterEqual(time.monotonic() - begun, 1)
        self.emitter(test, url=daemon.url)

    def test_retry_after_beyond_the_deadline_gives_the_event_up_at_the_deadline(self):
        daemon = StandIn(self)
        daemon.script.append((503, {"Retry-After": "3600"}, {}))

        def test(live):
            with self.assertRaises(EmitDropped) as caught:
                live.confirmed("a", 1)
            self.assertEqual((caught.exception.code, len(daemon.requests)), ("deadline", 1))
        self.emitter(test, url=daemon.url, deadline=0.3)

    def test_the_queue_is_bounded_the_oldest_volatile_event_goes_first_then_the_oldest(self):
        daemon, full, lost = StandIn(self), threading.Event(), []
        daemon.script.append(lambda events: full.wait(20) and "reset")

        def test(live):
            live.emit("on its way", 0)
            until("the request", lambda: daemon.requests)
            for event in ("p1", "v1", "v2", "p2", "p3", "p4", "v3"):
                live.emit(event, 0, volatile=event[0] == "v")
            self.assertEqual(lost, [f"{event} queue_full" for event in ("v1", "v2", "p1", "v3")])
            full.set()
            self.assertTrue(live.flush(20))
            self.assertEqual([one["event"] for one in daemon.sent], ["p2", "p3", "p4"])
            self.assertEqual(live.stats()["dropped"], 5)
        self.emitter(test, url=daemon.url, max_queue=3, on_error=lambda error: lost.append(f"{error.event} {error.code}"))

    def test_the_queue_is_bounded_in_size(self):
        def test(live):
            for _ in range(50):
                live.emit("big", "x" * 10_000)
            stats = live.stats()
            self.assertLessEqual(stats["queued_bytes"], 100_000)
            self.assertEqual(stats["queued"] + stats["dropped"], 50)
        self.emitter(test, url="http://127.0.0.1:1", max_queue_bytes=100_000, window=20)

    def test_a_flood_is_told_in_one_line(self):
        daemon = StandIn(self)
        daemon.verdict = lambda event: {"code": "schema_mismatch", "message": "must be integer", "pointer": "/data/seats"}

        def test(live):
            with self.assertLogs("roomd") as lines:
                for i in range(100):
                    live.emit("seat", i)
                live.flush(20)
            self.assertEqual(lines.output, ["ERROR:roomd:seat was refused: schema_mismatch at /data/seats: must be integer"])
            self.assertEqual(live.stats()["refused"], 100)
        self.emitter(test, url=daemon.url)

    def test_a_closed_emitter_takes_no_more_and_says_so(self):
        daemon = StandIn(self)

        def test(live):
            live.emit("a", 1)
            self.assertTrue(live.close(20))
            with self.assertRaises(EmitDropped) as caught:
                live.confirmed("a", 2)
            self.assertEqual((caught.exception.code, daemon.data()), ("closed", [1]))
        self.emitter(test, url=daemon.url)


class ThreadTest(Emits, Failures, unittest.TestCase):
    way = Threads

    def test_many_threads_share_one(self):
        daemon = StandIn(self)

        def test(live):
            threads = [threading.Thread(target=lambda n=n: [live.emit("n", [n, i]) for i in range(200)]) for n in range(5)]
            for one in threads:
                one.start()
            for one in threads:
                one.join()
            self.assertTrue(live.flush(20))
            for n in range(5):
                self.assertEqual([i for m, i in daemon.data() if m == n], list(range(200)))
            self.assertEqual(len({one["key"] for one in daemon.sent}), 1000)
        self.emitter(test, url=daemon.url)


class AsyncioTest(Emits, Failures, unittest.TestCase):
    way = Asyncio

    def test_who_flushes_at_once_waits_for_the_last_event_alone(self):
        daemon = StandIn(self)

        async def main():
            live = AsyncEmitter(daemon.url, **PATIENT)
            live.emit("a", 1)
            done = await asyncio.gather(*[live.flush(20) for _ in range(3)])
            await live.close(0)
            return done
        self.assertEqual(asyncio.run(main()), [True, True, True])


class OptionsTest(unittest.TestCase):
    def test_wrong_ones_are_told_at_once(self):
        for options in ({"url": "not a url"}, {"url": "redis://127.0.0.1"}, {"timeout": 0}, {"key": "a\nb"}):
            for emitter in (Emitter, AsyncEmitter):
                self.assertRaises(ValueError, emitter, **options)


if __name__ == "__main__":
    unittest.main()
