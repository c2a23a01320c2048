"""The log's partitions: made ahead, read by an index, dropped whole."""
import re
import threading
import time
import unittest

import pq
import server


class Log(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = server.Server(fsync="off", timezone="Pacific/Auckland", datestyle="SQL, DMY").init()
        cls.addClassCleanup(cls.server.close)

    def setUp(self):
        self.owner = self.server.connect()
        self.owner.run("TRUNCATE roomd.outbox, roomd.dead, roomd.node;"
                       "UPDATE roomd.meta SET last_seq = 0, trimmed_seq = 0, looked = NULL, outbox_from = NULL,"
                       "    mark_xids = '{}', mark_ids = '{}', look_all_at = '-infinity'")
        for part, _ in self.partitions():
            self.owner.run(f"DROP TABLE {part}")
        self.owner.run("SELECT roomd.prepare()")

    def tearDown(self):
        self.owner.close()

    def partitions(self):
        """Names and days from today."""
        return [(part, int(day)) for part, day in self.owner.query(
            "SELECT part, day - (now() AT TIME ZONE 'UTC')::date FROM roomd.partitions()")]

    def days(self):
        return [day for _, day in self.partitions()]

    def past(self, day, rows, size=10):
        """A day of the log as it would be `day` days ago."""
        self.owner.run(f"""
            SELECT roomd.make_partition((now() AT TIME ZONE 'UTC')::date - {day});
            INSERT INTO roomd.log (seq, outbox_id, event, data, created_at, logged_at)
            SELECT m.last_seq + i, m.last_seq + i, 'e', to_jsonb(repeat(md5(i::text), {size})), at, at
            FROM roomd.meta m, generate_series(1, {rows}) i,
                 LATERAL (SELECT ((now() AT TIME ZONE 'UTC')::date - {day})::timestamp AT TIME ZONE 'UTC' + interval '12 h' AS at) t;
            UPDATE roomd.meta SET last_seq = last_seq + {rows}""")

    def trim(self, arguments=""):
        dropped, deferred, trimmed, size = self.owner.run(f"SELECT * FROM roomd.trim({arguments})")[0]
        return int(dropped), deferred == "t", int(trimmed), size and int(size)

    def test_partitions_are_days_of_utc_and_made_ahead(self):
        self.assertEqual(self.days(), [0, 1, 2])
        self.assertEqual(self.owner.value("SELECT roomd.prepare()"), "0")
        self.assertEqual(self.owner.value("SELECT roomd.prepare(4)"), "2")
        self.assertEqual(self.days(), [0, 1, 2, 3, 4])
        self.owner.run("SET timezone = 'UTC'; SET datestyle = 'ISO'")
        for name, bound in self.owner.query(
                "SELECT c.relname, pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits i JOIN pg_class c ON c.oid = inhrelid "
                "WHERE inhparent = 'roomd.log'::regclass"):
            first = re.search(r"FROM \('(....)-(..)-(..) 00:00:00\+00'\)", bound)
            self.assertIsNotNone(first, bound)
            self.assertEqual(name, "log_" + "".join(first.groups()))

    def test_a_day_that_was_not_made_ahead_is_made_when_it_is_needed(self):
        for zone in ("Etc/GMT-14", "Etc/GMT+12"): # in one of them it is another day
            for part, _ in self.partitions():
                self.owner.run(f"DROP TABLE {part}")
            self.owner.run(f"SET timezone = '{zone}'; SELECT roomd.emit('e', '{{}}')")
            self.assertEqual(server.drain(self.owner), (1, 0))
            self.assertEqual(self.days(), [0])

    def test_a_day_that_was_detached_comes_back_and_buries_nothing(self):
        self.owner.run("SELECT roomd.emit('a', '{}')")
        server.drain(self.owner)
        self.owner.run(f"ALTER TABLE roomd.log DETACH PARTITION {self.partitions()[0][0]}; SELECT roomd.emit('b', '{{}}')")
        self.assertEqual(server.drain(self.owner), (1, 0))
        self.assertEqual(self.owner.query("SELECT seq, event FROM roomd.log ORDER BY seq"), [("1", "a"), ("2", "b")])

    def test_a_number_that_is_taken_stops_the_sequencer_and_buries_nothing(self):
        self.past(0, 3)
        self.owner.run("UPDATE roomd.meta SET last_seq = 2; SELECT roomd.emit('e', '{}')")
        with self.assertRaises(pq.Error) as caught:
            server.drain(self.owner)
        self.assertEqual(caught.exception.state, "23505")
        self.assertEqual(self.owner.query("SELECT rows FROM roomd.waiting() UNION ALL SELECT count(*) FROM roomd.dead"), [("1",), ("0",)])

    def test_making_a_partition_waits_neither_for_readers_nor_for_writers(self):
        for part, _ in self.partitions():
            self.owner.run(f"DROP TABLE {part}")
        self.past(1, 1)
        with self.server.connect("daemon") as reader, self.server.connect() as writer:
            reader.run("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM roomd.log")
            writer.run("BEGIN; UPDATE roomd.log SET event = 'x'")
            self.owner.run("SET lock_timeout = '1s'; SELECT roomd.emit('midnight', '{}')")
            self.assertEqual(server.drain(self.owner), (1, 0))
            self.assertEqual(self.owner.value("SELECT roomd.prepare(6)"), "6")
            reader.run("COMMIT")
            writer.run("COMMIT")
        self.assertEqual(self.days(), [-1, 0, 1, 2, 3, 4, 5, 6])

    def test_a_number_stands_once_in_a_day(self):
        self.past(1, 5)
        with self.assertRaises(pq.Error) as caught:
            self.owner.run("INSERT INTO roomd.log SELECT * FROM roomd.log WHERE seq = 3")
        self.assertEqual(caught.exception.state, "23505")

    def plan(self, connection, sql):
        return "\n".join(row[0] for row in connection.run("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) " + sql))

    def fill(self):
        for day in (3, 2, 1):
            self.past(day, 8000, size=2)
        self.owner.run("SELECT roomd.emit('e', '{}') FROM generate_series(1, 2000)")
        server.drain(self.owner)

    def test_reading_behind_a_cursor_uses_the_index_of_each_partition(self):
        self.fill()
        with self.server.connect("daemon") as daemon:
            # As read() does it: its settings, and its query.
            settings, body = daemon.query("SELECT array_to_string(proconfig, ';'), prosrc FROM pg_proc "
                                          "WHERE oid = 'roomd.read(bigint, int, int)'::regprocedure")[0]
            for setting in settings.split(";"):
                daemon.run("SET " + setting)
            query = re.search(r"RETURN QUERY (.*);", body).group(1).replace("after", "$1").replace("most", "$2")
            daemon.run("PREPARE tail(bigint, int) AS " + query)
            for state in ("never analyzed", "analyzed"):
                if state == "analyzed":
                    self.owner.run("ANALYZE roomd.log")
                for mode in ("force_generic_plan", "force_custom_plan"):
                    daemon.run(f"SET plan_cache_mode = {mode}")
                    for cursor in (0, 12000, 25990):
                        plan = self.plan(daemon, f"EXECUTE tail({cursor}, 100)")
                        self.assertNotIn("Seq Scan", plan, f"{state} {mode} {cursor}")
                        self.assertNotIn("Sort Method", plan, f"{state} {mode} {cursor}")
                        self.assertEqual(plan.count("Index Cond: (seq > "), 6, f"{state} {mode} {cursor}")
                        read = sum(int(rows) for rows in re.findall(r"Index Scan using .*rows=(\d+)\S* loops", plan))
                        self.assertLessEqual(read, 110, f"{state} {mode} {cursor}: {plan}")

    def test_reading_gives_what_is_behind_the_cursor_across_days(self):
        self.fill()
        with self.server.connect("daemon") as daemon:
            got, cursor = [], 0
            while rows := daemon.query("SELECT seq FROM roomd.read($1, 777, 10)", cursor):
                got += [int(row[0]) for row in rows]
                cursor = got[-1]
        self.assertEqual(got, list(range(1, 26001)))

    def test_reading_is_in_order_though_the_clock_was_put_back(self):
        for day in (1, 2, 0):
            self.past(day, 10)
        self.assertEqual([int(row[0]) for row in self.owner.query("SELECT seq FROM roomd.read(5, 1000, 10)")], list(range(6, 31)))

    def test_reading_far_behind_does_not_read_all_that_statistics_do_not_know(self):
        self.owner.run("SELECT roomd.emit('e', '{}') FROM generate_series(1, 100)")
        server.drain(self.owner)
        self.owner.run("ANALYZE roomd.log; SELECT roomd.emit('e', '{}') FROM generate_series(1, 20000)")
        server.drain(self.owner)
        with self.server.connect("daemon") as daemon:
            daemon.run("SELECT FROM roomd.read(0, 1000, 10)")
            plan = "\n".join(row[0] for row in daemon.run(
                "EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT * FROM roomd.read(200, 100, 10)"))
        touched = sum(int(n) for n in re.findall(r"(?:hit|read)=(\d+)", plan.split("Planning")[0]))
        self.assertLess(touched, 200, plan)

    def test_days_that_are_over_for_longer_than_keep_are_dropped_whole(self):
        for day in (4, 3, 2, 1):
            self.past(day, 10)
        self.assertEqual(self.trim("keep => '48 hours'")[:3], (2, False, 20))
        self.assertEqual(self.days(), [-2, -1, 0, 1, 2])
        self.assertEqual(self.owner.value("SELECT min(seq) FROM roomd.log"), "21")
        self.assertEqual(self.trim("keep => '48 hours'")[:3], (0, False, 20))

    def test_a_day_ends_at_midnight_of_utc(self):
        self.past(2, 10)
        for zone in ("Etc/GMT-14", "Etc/GMT+12"):
            self.owner.run(f"SET timezone = '{zone}'")
            since = "clock_timestamp() - ((clock_timestamp() AT TIME ZONE 'UTC')::date - 1)::timestamp AT TIME ZONE 'UTC'"
            self.assertEqual(self.trim(f"{since} + interval '1 min'")[0], 0)
        self.assertEqual(self.trim(f"{since} - interval '1 min'")[0], 1)

    def test_the_day_before_is_kept_for_a_day_by_default(self):
        self.past(2, 10)
        self.past(1, 10)
        self.assertEqual(self.trim()[:3], (1, False, 10))

    def test_todays_partition_is_never_dropped(self):
        self.owner.run("SELECT roomd.emit('e', '{}')")
        server.drain(self.owner)
        self.assertEqual(self.trim("keep => '0', most_bytes => 0")[0], 0)
        self.assertEqual(self.days(), [0, 1, 2])

    def test_the_oldest_days_go_when_the_log_is_too_large(self):
        for day in (4, 3, 2, 1):
            self.past(day, 2000)
        size = self.trim("keep => '30 days'")[3]
        self.assertGreater(size, 3000000)
        dropped, _, trimmed, left = self.trim(f"keep => '30 days', most_bytes => {size * 6 // 10}")
        self.assertEqual((dropped, trimmed), (2, 4000))
        self.assertLessEqual(left, size * 6 // 10)
        self.assertEqual(self.days(), [-2, -1, 0, 1, 2])

    def test_the_plugin_trims_with_these_words(self):
        words = "SELECT dropped, deferred, bytes FROM roomd.trim('86400000 ms'::interval, nullif('0','0')::bigint)"
        for day in (3, 2, 1):
            self.past(day, 2000)
        with self.server.connect("daemon") as daemon:
            dropped, deferred, size = daemon.run(words)[0]
            self.assertEqual((dropped, deferred), ("2", "f"))
            self.assertEqual(self.days(), [-1, 0, 1, 2], "yesterday is not over for a day")
            with_parameters = words.replace("'86400000 ms'", "$1").replace("nullif('0'", "nullif($2")
            # A day that is to be kept, but for its size.
            self.assertEqual(daemon.query(with_parameters, "86400000 ms", size)[0], ("0", "f", size))
            dropped, deferred, left = daemon.query(with_parameters, "86400000 ms", int(size) - 1)[0]
        self.assertEqual((dropped, deferred), ("1", "f"))
        self.assertLess(int(left), int(size) // 2)
        self.assertEqual(self.days(), [0, 1, 2])
        self.assertEqual(self.owner.query("SELECT count(*) FROM pg_class WHERE relname ~ '^log_' AND relnamespace = 'roomd'::regnamespace "
                                          "AND relkind = 'r'"), [("3",)], "the tables are gone")
        self.assertEqual(self.owner.value("SELECT trimmed_seq FROM roomd.meta"), "6000")

    def test_trimming_waits_for_a_daemon_that_has_not_read_it_for_a_minute(self):
        self.past(3, 10)
        self.past(2, 10)
        self.owner.run("SELECT roomd.seen('a', '1', epoch, 15, NULL) FROM roomd.meta")
        self.assertEqual(self.trim()[:3], (1, False, 10))
        self.assertEqual(self.trim("most_bytes => 0")[:3], (0, False, 10), "not for the size either")
        self.owner.run("UPDATE roomd.node SET seen_at = clock_timestamp() - interval '50 s'")
        self.assertEqual(self.trim()[:3], (0, False, 10))
        self.owner.run("UPDATE roomd.node SET seen_at = clock_timestamp() - interval '61 s'")
        self.assertEqual(self.trim()[:3], (1, False, 20), "it is gone")

    def test_trimming_waits_for_no_daemon_of_another_epoch(self):
        self.past(2, 10)
        self.owner.run("INSERT INTO roomd.node VALUES ('a', '1', 'another', 5, now())")
        self.assertEqual(self.trim()[:3], (1, False, 10))

    def test_trimming_does_not_wait_for_a_reader_and_does_not_make_others_wait(self):
        self.past(3, 10)
        self.owner.run(f"DROP TABLE {self.partitions()[-1][0]}")
        got, done = [], threading.Event()

        def read_on():
            with self.server.connect("daemon") as another:
                while not done.is_set():
                    began = time.monotonic()
                    got.append((another.run("SELECT count(*) FROM roomd.read(0, 1000, 10)")[0][0], time.monotonic() - began))

        thread = threading.Thread(target=read_on)
        with self.server.connect("daemon") as reader:
            reader.run("BEGIN; SELECT count(*) FROM roomd.log")
            thread.start()
            try:
                self.owner.run("SET statement_timeout = '2s'")
                self.assertEqual(self.trim()[:3], (0, True, 0))
                self.owner.run("RESET statement_timeout")
            finally:
                done.set()
                thread.join()
            self.assertEqual(reader.run("SELECT count(*) FROM roomd.log"), [("10",)])
            reader.run("COMMIT")
        self.assertEqual({rows for rows, _ in got}, {"10"})
        self.assertLess(max(took for _, took in got), 2)
        self.assertEqual(self.days(), [-3, 0, 1, 2], "the day to come was made")
        self.assertEqual(self.trim()[:3], (1, False, 10))

    def test_readers_do_not_wait_for_what_trimming_deletes_beside_the_log(self):
        self.past(3, 10)
        self.owner.run("""
            INSERT INTO roomd.idempotency VALUES ('old', 1, '', now() - interval '1 s');
            CREATE TABLE public.held (locks bigint);
            CREATE FUNCTION public.look() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                INSERT INTO public.held SELECT count(*) FROM pg_locks WHERE relation = 'roomd.log'::regclass AND mode = 'AccessExclusiveLock';
                RETURN OLD;
            END $$;
            CREATE TRIGGER look BEFORE DELETE ON roomd.idempotency FOR EACH ROW EXECUTE FUNCTION public.look()""")
        try:
            self.assertEqual(self.trim()[:3], (1, False, 10))
            self.assertEqual(self.owner.query("SELECT locks FROM public.held"), [("0",)])
        finally:
            self.owner.run("DROP TRIGGER look ON roomd.idempotency; DROP FUNCTION public.look; DROP TABLE public.held")

    def test_two_daemons_trim_at_once(self):
        self.past(3, 10)
        self.owner.run("INSERT INTO roomd.dead (reason, outbox_id, created_at, died_at) SELECT 'x', 1, now(), now() - interval '31 days';"
                       "INSERT INTO roomd.node VALUES ('old', '1', 'x', 1, now() - interval '8 days')")
        with self.server.connect("daemon") as first:
            first.run("BEGIN; SELECT roomd.trim()")
            self.assertEqual(self.trim()[:3], (0, True, 0))
            first.run("COMMIT")
        self.assertEqual(self.trim()[:3], (0, False, 10))

    def test_trimming_waits_for_the_sequencer(self):
        self.past(3, 10)
        server.drain(self.owner)
        self.owner.run("UPDATE roomd.meta SET looked = pg_current_snapshot(), look_all_at = 'infinity'") # it will write nothing
        with self.server.connect("daemon") as sequencer:
            sequencer.run("BEGIN; SELECT roomd.sequence_batch()")
            self.assertEqual(self.trim()[:3], (0, True, 0))
            sequencer.run("COMMIT")
        self.assertEqual(self.trim()[:3], (1, False, 10))

    def test_partitions_of_others_are_left_alone(self):
        self.owner.run("CREATE TABLE roomd.log_default PARTITION OF roomd.log DEFAULT")
        try:
            self.past(3, 10)
            self.assertEqual(self.trim()[:3], (1, False, 10))
        finally:
            self.owner.run("DROP TABLE roomd.log_default")

    def test_what_is_kept_is_bounded_beside_the_log(self):
        self.owner.run("INSERT INTO roomd.dead (reason, outbox_id, created_at, died_at) "
                       "SELECT 'x', i, now(), now() - CASE WHEN i <= 10 THEN interval '31 days' ELSE '0' END "
                       "FROM generate_series(1, 100020) i;"
                       "INSERT INTO roomd.node VALUES ('old', '1', 'x', 1, now() - interval '8 days'), ('new', '1', 'x', 1, now())")
        self.trim()
        self.assertEqual(self.owner.query("SELECT count(*), min(outbox_id) FROM roomd.dead"), [("100000", "21")])
        self.owner.run("UPDATE roomd.dead SET died_at = now() - interval '31 days' WHERE outbox_id > 100000")
        self.trim("keep_dead => '32 days'")
        self.assertEqual(self.owner.value("SELECT count(*) FROM roomd.dead"), "100000")
        self.trim()
        self.assertEqual(self.owner.value("SELECT count(*) FROM roomd.dead"), "99980")
        self.assertEqual(self.owner.query("SELECT node FROM roomd.node"), [("new",)])

    def test_nonsense_is_refused(self):
        for arguments in ("NULL", "interval '-1 day'", "most_bytes => -1", "keep_dead => NULL"):
            with self.assertRaises(pq.Error) as caught:
                self.trim(arguments)
            self.assertEqual(caught.exception.state, "22023")


if __name__ == "__main__":
    unittest.main()
