"""The reader of answers, on bytes that no good server sends too."""
import unittest

from roomd_emit import http
from roomd_emit.http import Parser, Unreached

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


class Reader(unittest.TestCase):
    def refused(self, why, *pieces):
        parser = Parser()
        with self.assertRaisesRegex(Unreached, why):
            for piece in pieces:
                self.assertIsNone(parser.feed(piece))

    def test_an_answer_is_whole_wherever_it_was_cut(self):
        for text, body, kept in ((CHUNKED + b"5;x=y\r\nhello\r\n1\r\n!\r\n0\r\nTrailer: x\r\n\r\n", b"hello!", True),
                                 (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nConnection: Close\r\ncontent-length:  2 \r\n\r\nok", b"ok", False),
                                 (b"HTTP/1.1 204 No Content\r\n\r\n", b"", True)):
            for at in range(1, len(text)):
                parser = Parser()
                self.assertIsNone(parser.feed(text[:at]))
                answer = parser.feed(text[at:])
                self.assertEqual((answer.body, parser.kept), (body, kept), at)

    def test_without_a_length_it_ends_with_the_connection(self):
        parser = Parser()
        self.assertIsNone(parser.feed(b"HTTP/1.1 200 OK\r\n\r\nhalf"))
        self.assertIsNone(parser.feed(b" and half"))
        self.assertEqual((parser.end().body, parser.kept), (b"half and half", False))
        parser = Parser()
        parser.feed(CHUNKED + b"5\r\nhel")
        self.assertRaises(Unreached, parser.end)

    def test_memory_is_bounded(self):
        self.refused("head of the answer is too long", b"HTTP/1.1 200 OK\r\nx: " + b"y" * http.MAX_HEAD)
        half = b"x" * (http.MAX_ANSWER // 2)
        self.refused("answer is too long", b"HTTP/1.1 200 OK\r\n\r\n" + half, half, b"!")
        self.refused("answer is too long", CHUNKED + b"%x\r\n%s\r\n" % (len(half), half), b"%x\r\n%s" % (len(half), half))

    def test_a_length_is_digits(self):
        for size in (b"-6", b"-5", b"+5", b"0x5", b"1_0", b"", b"5 5", b"\xb2"):
            self.refused("no proper chunks", CHUNKED + size + b"\r\nhello\r\n0\r\n\r\n")
        for length in (b"-1", b"+2", b"2,2", b"\xb2", b""):
            self.refused("no length", b"HTTP/1.1 200 OK\r\nContent-Length: " + length + b"\r\n\r\nok")
        self.refused("not HTTP/1.1", b"HTTP/1.1 2\xb20 OK\r\n\r\n")

    def test_what_is_no_time_to_wait_is_none(self):
        self.assertEqual([http.wait(text) for text in ("2", "Mon, 01 Jan 2024 00:00:00 GMT")], [2.0, 0.0])
        for text in (None, "", "-5", "\xb2", "soon", "Mon, 01 Jan 99999 00:00:00 GMT"):
            self.assertIsNone(http.wait(text), text)


if __name__ == "__main__":
    unittest.main()
