"""roomd.lifecycle: texts of plugins, in lines, until they are removed."""
import unittest

import pq
import server

MOST = 1 << 30


class Lifecycle(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = server.Server(fsync="off").init()
        cls.addClassCleanup(cls.server.close)

    def setUp(self):
        self.owner = self.server.connect()
        self.daemon = self.server.connect("daemon")
        self.owner.run("TRUNCATE roomd.lifecycle, roomd.lifecycle_node")

    def tearDown(self):
        self.daemon.close()
        self.owner.close()

    def put(self, body, node="a", plugin="webhook"):
        return self.daemon.value("SELECT roomd.lifecycle_put($1, $2, $3)", plugin, node, body)

    def next(self, node="a", reader=None, done=None, take=False, plugin="webhook", most=MOST):
        """(id, body, others)"""
        return self.daemon.query("SELECT * FROM roomd.lifecycle_next($1, $2, $3, $4::boolean, $5::bigint, $6::bigint)",
                                 plugin, node, reader or f"{node}1", "t" if take else "f", done, most)[0]

    def leave(self, node="a"):
        """As if its reader had not called for a while."""
        self.owner.query("UPDATE roomd.lifecycle_node SET until = clock_timestamp() - interval '1 s' WHERE node = $1", node)

    def test_what_is_put_is_given_in_order_until_it_is_removed(self):
        self.assertEqual(self.next(), (None, None, "f"))
        ids = [self.put(body) for body in ("1", "2", "3")]
        self.assertEqual(self.next(), (ids[0], "1", "f"))
        self.assertEqual(self.next(), (ids[0], "1", "f"), "it was not removed")
        self.assertEqual(self.next(done=ids[0]), (ids[1], "2", "f"))
        self.assertEqual(self.next(done=ids[1]), (ids[2], "3", "f"))
        self.assertEqual(self.next(done=ids[2]), (None, None, "f"))
        self.assertEqual(self.owner.value("SELECT count(*) FROM roomd.lifecycle"), "0")

    def test_plugins_have_lines_of_their_own(self):
        one, other = self.put("1"), self.put("2", plugin="webhook:crm")
        self.assertEqual(self.next(), (one, "1", "f"))
        self.assertEqual(self.next(done=other), (one, "1", "f"))
        self.assertEqual(self.next(plugin="webhook:crm", reader="c"), (other, "2", "f"))

    def test_replacing_keeps_the_place(self):
        first, second = self.put("1"), self.put("2")
        replace = "SELECT roomd.lifecycle_replace($1, $2::bigint, 'gap')"
        self.assertEqual(self.daemon.value(replace, "webhook:crm", first), "f")
        self.assertEqual(self.daemon.value(replace, "webhook", first), "t")
        self.assertEqual(self.next(), (first, "gap", "f"))
        self.assertEqual(self.next(done=first), (second, "2", "f"))
        self.assertEqual(self.daemon.value(replace, "webhook", first), "f")

    def test_a_line_has_one_reader_and_the_last_that_started_is_it(self):
        put = self.put("1")
        self.assertEqual(self.next(reader="old", take=True), (put, "1", "f"))
        self.assertEqual(self.next(reader="new"), (None, None, "t"))
        self.assertEqual(self.next(reader="new", take=True), (put, "1", "f"))
        self.assertEqual(self.next(reader="old"), (None, None, "t"))
        self.leave()
        self.assertEqual(self.next(reader="old"), (put, "1", "f"))

    def test_another_node_gets_what_was_left_and_gives_the_line_back(self):
        mine, left, later = self.put("1", "b"), self.put("2"), self.put("3")
        self.next()
        self.assertEqual(self.next("b"), (mine, "1", "f"))
        self.leave()
        self.assertEqual(self.next("b", done=mine), (None, None, "f"), "looks at no other line behind one that is done")
        self.assertEqual(self.next("b"), (left, "2", "f"))
        self.assertEqual(self.next("b", done=left), (later, "3", "f"))
        self.assertEqual(self.next("c"), (None, None, "f"), "it is b's now")
        self.assertEqual(self.next(), (later, "3", "f"), "its own daemon is back")
        self.assertEqual(self.next("b"), (None, None, "f"))

    def test_a_row_of_another_line_that_came_late_is_not_passed_over(self):
        self.next("b")
        with self.server.connect("daemon") as late:
            late.run("BEGIN")
            mine = late.value("SELECT roomd.lifecycle_put('webhook', 'b', 'late')")
            left = self.put("left")
            self.leave()
            self.assertEqual(self.next("b"), (left, "left", "f"))
            late.run("COMMIT")
        self.assertLess(int(mine), int(left))
        self.assertEqual(self.next("b", done=left), (mine, "late", "f"))

    def test_lines_of_nodes_that_are_gone_are_forgotten_when_they_are_empty(self):
        put = self.put("1")
        self.next()
        self.owner.run("UPDATE roomd.lifecycle_node SET until = clock_timestamp() - interval '2 h'")
        self.assertEqual(self.next("b"), (put, "1", "f"))
        self.next("b", done=put)
        self.owner.run("UPDATE roomd.lifecycle_node SET until = clock_timestamp() - interval '2 h' WHERE node = 'a'")
        self.next("b")
        self.assertEqual(self.owner.query("SELECT node FROM roomd.lifecycle_node"), [("b",)])

    def test_the_table_has_a_bound_and_takes_more_once_there_is_room(self):
        body = self.owner.value("SELECT string_agg(md5(i::text), '') FROM generate_series(1, 4000) i")
        most = 3 * len(body)
        ids = []
        while len(ids) < 50:
            self.next(most=most)
            ids.append(self.put(body))
            if ids[-1] is None:
                break
        self.assertEqual(len(ids), 5)
        self.assertIsNotNone(self.put(body, plugin="webhook:crm"), "another one's line is not full")
        self.next(done=ids[0], most=most)
        self.next(done=ids[1], most=most)
        self.next(most=most)
        self.assertIsNotNone(self.put(body))

    def test_two_that_come_back_at_the_same_time_do_not_wait_for_each_other(self):
        mine, others = self.put("1"), self.put("2", "b")
        self.next("b")
        self.owner.run("UPDATE roomd.lifecycle_node SET until = clock_timestamp() - interval '2 h' WHERE node = 'b'")
        with self.server.connect("daemon") as one:
            one.run("BEGIN")
            self.assertEqual(one.value("SELECT id FROM roomd.lifecycle_next('webhook', 'a', 'a1', false, NULL, 1000000)"), mine)
            self.daemon.run("SET lock_timeout = '2s'")
            self.assertEqual(self.next("c"), (None, None, "f"), "another one is taking it")
            one.run("COMMIT")
        self.assertEqual(self.next("a", done=mine), (others, "2", "f"))

    def test_the_commit_is_waited_for_whatever_the_role_is_set_to(self):
        self.daemon.run("SET synchronous_commit = off; BEGIN")
        self.put("1")
        self.assertEqual(self.daemon.value("SHOW synchronous_commit"), "on")
        self.daemon.run("COMMIT")

    def test_no_commit_is_waited_for_where_something_is_only_removed(self):
        put = self.put("1")
        self.daemon.run("SET synchronous_commit = on; BEGIN")
        self.next(done=put)
        self.assertEqual(self.daemon.value("SHOW synchronous_commit"), "off")
        self.daemon.run("COMMIT")
        self.assertEqual(self.owner.value("SELECT count(*) FROM roomd.lifecycle"), "0")

    def test_version_10_is_brought_up(self):
        with self.server.connect("postgres", "postgres") as admin:
            admin.run("CREATE DATABASE from_10 OWNER owner")
        with self.server.connect(database="from_10") as owner:
            server.migrate(owner)
            owner.run("DROP TABLE roomd.lifecycle, roomd.lifecycle_node; DROP FUNCTION roomd.lifecycle_put, roomd.lifecycle_next,"
                      " roomd.lifecycle_replace; UPDATE roomd.meta SET schema_version = 10; SELECT roomd.emit('waits', '1')")
            server.migrate(owner)
            self.assertEqual(owner.value("SELECT schema_version FROM roomd.meta"), str(len(server.migrations())))
            self.assertEqual(server.drain(owner), (1, 0))
        with self.server.connect("daemon", "from_10") as daemon:
            self.assertIsNotNone(daemon.value("SELECT roomd.lifecycle_put('webhook', 'a', '1')"))
        with self.server.connect("app", "from_10") as app:
            with self.assertRaises(pq.Error) as caught:
                app.run("SELECT FROM roomd.lifecycle")
            self.assertEqual(caught.exception.state, "42501")


if __name__ == "__main__":
    unittest.main()
