"""What clients.py does when the daemon cannot be asked."""
import socket
import threading
import time
import unittest
from unittest import mock

from roomd_emit import Clients, EmitDropped


class Unreachable(unittest.TestCase):
    def test_a_kick_is_tried_again_while_the_name_of_the_daemon_is_not_found(self):
        calls = []

        def fails(*_):
            calls.append(1)
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

        clients = Clients("http://roomd.invalid", deadline=0.3)
        with mock.patch("socket.create_connection", fails), self.assertRaisesRegex(EmitDropped, "no answer within 0.3 s"):
            clients.kick("u1")
        self.assertGreater(len(calls), 1)

    def test_a_question_whose_time_is_over_when_its_turn_comes_is_not_asked(self):
        clients = Clients("http://roomd.invalid", deadline=0.1)
        daemon = clients.close.__self__
        failures = []

        def ask():
            try:
                clients.kick("u1")
            except EmitDropped as why:
                failures.append(str(why))

        with mock.patch.object(daemon._connection, "ask") as asked:
            with daemon._lock:
                late = threading.Thread(target=ask)
                late.start()
                time.sleep(0.2)
            late.join()
        asked.assert_not_called()
        self.assertRegex(failures[0], "others were asked first")


if __name__ == "__main__":
    unittest.main()
