"""Processes that end, fork and share; keys."""
import os
import unittest

from roomd_emit import Ulids
from stand_in import StandIn, program


class EndTest(unittest.TestCase):
    def test_what_was_emitted_at_the_end_of_a_program_is_sent(self):
        daemon = StandIn(self)
        daemon.script.append(503)  # also when it takes a second attempt
        code, out, errors = program("import roomd_emit; roomd_emit.Emitter(**PATIENT).emit('last', 1)", ROOMD_URL=daemon.url)
        self.assertEqual((code, errors, daemon.data()), (0, "", [1]))

    def test_so_is_what_is_emitted_in_another_exit_handler(self):
        daemon = StandIn(self)
        code, out, errors = program("""
import atexit
live = None
import roomd_emit
roomd_emit.Emitter(**PATIENT).emit('first', 1)
live = roomd_emit.Emitter(**PATIENT)
atexit.register(lambda: live.emit('last', 2))""", ROOMD_URL=daemon.url)
        self.assertEqual((code, errors, sorted(daemon.data())), (0, "", [1, 2]))

    def test_and_what_a_loop_has_left(self):
        daemon = StandIn(self)
        code, out, errors = program("""
import asyncio, roomd_emit
live = roomd_emit.AsyncEmitter(**PATIENT)
async def main():
    live.emit('a', 1)
    await live.flush(20)
    live.emit('last', 2)
asyncio.run(main())
live.emit('outside of any loop', 3)""", ROOMD_URL=daemon.url)
        self.assertEqual((code, errors, daemon.data()), (0, "", [1, 2, 3]))

    def test_also_of_an_emitter_that_nobody_holds_any_more(self):
        daemon = StandIn(self)
        code, out, errors = program("""
import asyncio, gc, roomd_emit
async def main():
    roomd_emit.AsyncEmitter(**PATIENT).emit('last', 1)
asyncio.run(main())
gc.collect()""", ROOMD_URL=daemon.url)
        self.assertEqual((code, errors, daemon.data()), (0, "", [1]))

    def test_an_emitter_that_has_nothing_in_line_goes_with_its_owner(self):
        daemon = StandIn(self)
        code, out, errors = program("""
import asyncio, gc, roomd_emit, weakref
async def main(last):
    live = roomd_emit.AsyncEmitter(**PATIENT)
    live.emit('a', 1)
    await last(live)
    return weakref.ref(live._sink)
for last in (lambda live: live.flush(20), lambda live: live.close(0)):
    gone = asyncio.run(main(last))
    gc.collect()
    print(gone())""", ROOMD_URL=daemon.url)
        self.assertEqual((code, out), (0, "None\nNone\n"), errors)

    def test_a_loop_that_ends_in_the_middle_of_an_attempt_doubles_nothing(self):
        daemon = StandIn(self)
        daemon.script.append("deaf and dumb")
        code, out, errors = program("""
import asyncio, roomd_emit
live = roomd_emit.AsyncEmitter(**PATIENT)
async def main():
    live.emit('a', 1)
    while live.stats()['requests'] == 0:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
asyncio.run(main())""", ROOMD_URL=daemon.url)
        self.assertEqual((code, errors, daemon.data()), (0, "", [1]))

    def test_one_loop_may_follow_another(self):
        daemon = StandIn(self)
        code, out, errors = program("""
import asyncio, roomd_emit
live = roomd_emit.AsyncEmitter(**PATIENT)
async def main(i):
    return (await live.confirmed('a', i)).recipients
print([asyncio.run(main(i)) for i in range(3)])""", ROOMD_URL=daemon.url)
        self.assertEqual((code, out, errors, daemon.data()), (0, "[1, 1, 1]\n", "", [0, 1, 2]))

    def test_a_daemon_that_is_away_holds_the_end_for_exit_timeout_and_what_is_lost_is_told(self):
        code, out, errors = program("import roomd_emit; roomd_emit.Emitter('http://127.0.0.1:1', exit_timeout=0.1, deadline=60).emit('last', 1)")
        self.assertEqual(code, 0)
        self.assertEqual(errors, "last was dropped: closed: the process ended\n")

    def test_a_loop_of_emits_ends_a_process_by_no_failure(self):
        code, out, errors = program("""
import roomd_emit
live = roomd_emit.Emitter('http://127.0.0.1:1', deadline=0.1, on_error=lambda error: 1 / 0)
live.emit('a', object())
live.emit('a', 1)
print(live.flush(20), live.stats()['dropped'])""")
        self.assertEqual((code, out, errors), (0, "True 1\n", ""))


@unittest.skipUnless(hasattr(os, "fork"), "no fork here")
class ForkTest(unittest.TestCase):
    def test_each_process_of_a_prefork_server_sends_its_own_once(self):
        daemon = StandIn(self)
        code, out, errors = program("""
import os, sys, roomd_emit, roomd_emit.daemon
roomd_emit.daemon.Ulids = lambda: roomd_emit.Ulids(now=lambda: 1)   # as if all were in one millisecond
live = roomd_emit.Emitter(**{**PATIENT, 'window': 20})
live.emit('n', 'parent')          # in line when the children are made, with a thread that waits
children = []
for i in range(3):
    pid = os.fork()
    if pid == 0:
        for n in range(50):
            live.emit('n', f'child {i} {n}')
        sys.exit(0 if live.flush(20) else 1)
    children.append(pid)
status = [os.waitpid(pid, 0)[1] for pid in children]
print(status, live.flush(20))""", ROOMD_URL=daemon.url)
        self.assertEqual((code, out, errors), (0, "[0, 0, 0] True\n", ""))
        self.assertEqual(sorted(daemon.data()), sorted(["parent"] + [f"child {i} {n}" for i in range(3) for n in range(50)]))
        self.assertEqual(len({one["key"] for one in daemon.sent}), 151)

    def test_a_connection_is_not_shared(self):
        daemon = StandIn(self)
        code, out, errors = program("""
import os, roomd_emit
live = roomd_emit.Emitter(**PATIENT)
live.confirmed('n', 0)
pid = os.fork()
answers = [live.confirmed('n', i).recipients for i in range(20)]
if pid == 0: os._exit(answers != [1] * 20)
print(answers == [1] * 20, os.waitpid(pid, 0)[1])""", ROOMD_URL=daemon.url)
        self.assertEqual((code, out, errors), (0, "True 0\n", ""))
        self.assertEqual((len(daemon.sent), daemon.connections), (41, 2))

    def test_a_child_that_is_made_while_a_thread_emits_is_not_locked(self):
        daemon = StandIn(self)
        code, out, errors = program("""
import os, threading, time, roomd_emit
live = roomd_emit.Emitter(**PATIENT, max_queue=100)
done = threading.Event()
def busy():
    while not done.is_set():
        live.emit('n', 0, volatile=True)
        time.sleep(0)
thread = threading.Thread(target=busy)
thread.start()
status = []
for _ in range(10):
    pid = os.fork()
    if pid == 0: os._exit(live.confirmed('child', 1).recipients != 1)
    status.append(os.waitpid(pid, 0)[1])
done.set()
thread.join()
live.close(0)
print(status)""", ROOMD_URL=daemon.url)
        self.assertEqual((code, out), (0, "[0, 0, 0, 0, 0, 0, 0, 0, 0, 0]\n"), errors)
        self.assertEqual(len(daemon.data("child")), 10)

    def test_nothing_is_imported_while_a_thread_sends_as_a_child_would_find_it_locked(self):
        daemon = StandIn(self)
        daemon.script += ["reset", (429, {"Retry-After": "Mon, 05 Jan 2026 09:30:00 GMT"}, {})]
        code, out, errors = program("""
import sys, roomd_emit
live = roomd_emit.Emitter(**PATIENT)
before = set(sys.modules)
live.confirmed('a', 1)
print(sorted(set(sys.modules) - before))""", ROOMD_URL=daemon.url)
        self.assertEqual((code, out, errors, len(daemon.requests)), (0, "[]\n", "", 3))

    def test_a_process_of_multiprocessing_flushes_at_its_end(self):
        daemon = StandIn(self)
        code, out, errors = program("""
import multiprocessing, roomd_emit
live = roomd_emit.Emitter(**PATIENT)
def work(): live.emit('n', 1)
if __name__ == '__main__':
    process = multiprocessing.get_context('fork').Process(target=work)
    process.start()
    process.join()
    print(process.exitcode)""", ROOMD_URL=daemon.url)
        self.assertEqual((code, out, daemon.data()), (0, "0\n", [1]), errors)


class KeysTest(unittest.TestCase):
    def test_grow_within_a_millisecond_and_when_the_clock_is_put_back(self):
        clock = [1_700_000_000_000]
        ulids = Ulids(now=lambda: clock[0])
        made = []
        for i in range(5000):
            if i % 100 == 0:
                clock[0] += -50 if i % 300 == 0 else 1
            made.append(ulids.next())
        self.assertEqual(made, sorted(set(made)))
        full = Ulids(now=lambda: 1, fill=lambda n: b"\xff" * n)
        first, second = full.next(), full.next()
        self.assertTrue(first.endswith("Z" * 16) and first < second, (first, second))

    def test_are_written_as_ulids_are(self):
        self.assertEqual(Ulids(now=lambda: 1469918176385, fill=lambda n: b"\0" * n).next(), "01ARYZ6S41" + "0" * 16)


if __name__ == "__main__":
    unittest.main()
