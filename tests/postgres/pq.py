"""A little of libpq, so that the tests need nothing but PostgreSQL."""
import ctypes
import ctypes.util

_pq = ctypes.CDLL(ctypes.util.find_library("pq") or "libpq.so.5")
_text, _ptr, _int = ctypes.c_char_p, ctypes.c_void_p, ctypes.c_int
for _name, _gives, *_takes in [
    ("PQconnectdb", _ptr, _text), ("PQstatus", _int, _ptr), ("PQerrorMessage", _text, _ptr), ("PQfinish", None, _ptr),
    ("PQsetNoticeProcessor", _ptr, _ptr, _ptr, _ptr),
    ("PQexec", _ptr, _ptr, _text),
    ("PQexecParams", _ptr, _ptr, _text, _int, _ptr, ctypes.POINTER(_text), _ptr, _ptr, _int),
    ("PQprepare", _ptr, _ptr, _text, _text, _int, _ptr),
    ("PQexecPrepared", _ptr, _ptr, _text, _int, ctypes.POINTER(_text), _ptr, _ptr, _int),
    ("PQresultStatus", _int, _ptr), ("PQresultErrorField", _text, _ptr, _int), ("PQclear", None, _ptr),
    ("PQntuples", _int, _ptr), ("PQnfields", _int, _ptr), ("PQgetvalue", _text, _ptr, _int, _int),
    ("PQgetisnull", _int, _ptr, _int, _int), ("PQconsumeInput", _int, _ptr), ("PQnotifies", _ptr, _ptr),
    ("PQfreemem", None, _ptr), ("PQsendQuery", _int, _ptr, _text), ("PQgetResult", _ptr, _ptr),
]:
    getattr(_pq, _name).restype = _gives
    getattr(_pq, _name).argtypes = _takes


class _Notification(ctypes.Structure):
    _fields_ = [("channel", _text), ("process", _int), ("payload", _text)]


_Notice = ctypes.CFUNCTYPE(None, _ptr, _text)
_quiet = _Notice(lambda _, text: None)


class Error(Exception):
    """A refusal of the server, or a lost connection: then `state` is empty."""

    def __init__(self, message, state="", detail="", hint=""):
        super().__init__(message)
        self.state, self.detail, self.hint = state, detail, hint


class Connection:
    def __init__(self, dsn):
        self._conn = _pq.PQconnectdb(dsn.encode())
        if _pq.PQstatus(self._conn) != 0:
            message = _pq.PQerrorMessage(self._conn).decode()
            self.close()
            raise Error(message)
        _pq.PQsetNoticeProcessor(self._conn, _quiet, None)

    def close(self):
        if self._conn:
            _pq.PQfinish(self._conn)
            self._conn = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __del__(self):
        self.close()

    def run(self, sql):
        """One or more statements; the rows of the last one, all values as text or None."""
        return self._rows(_pq.PQexec(self._conn, sql.encode()))

    def query(self, sql, *values):
        return self._rows(_pq.PQexecParams(self._conn, sql.encode(), len(values), None, _texts(values), None, None, 0))

    def prepare(self, name, sql):
        self._rows(_pq.PQprepare(self._conn, name.encode(), sql.encode(), 0, None))

    def execute(self, name, *values):
        return self._rows(
            _pq.PQexecPrepared(self._conn, name.encode(), len(values), _texts(values), None, None, 0))

    def value(self, sql, *values):
        return self.query(sql, *values)[0][0]

    def send(self, sql):
        """Begins one or more statements; wait() gives the rows of the last one."""
        _pq.PQsendQuery(self._conn, sql.encode())

    def wait(self):
        rows, wrong = [], None
        while result := _pq.PQgetResult(self._conn):
            try:
                rows = self._rows(result)
            except Error as error:
                wrong = error
        if wrong:
            raise wrong
        return rows

    def notifications(self):
        """What has come since the last call: channels, each with a space and its payload if it has one."""
        self.run("SELECT")
        _pq.PQconsumeInput(self._conn)
        got = []
        while note := _pq.PQnotifies(self._conn):
            told = ctypes.cast(note, ctypes.POINTER(_Notification)).contents
            got.append(f"{told.channel.decode()} {told.payload.decode()}".rstrip())
            _pq.PQfreemem(note)
        return got

    def _rows(self, result):
        try:
            if not result or _pq.PQresultStatus(result) not in (1, 2):
                field = lambda code: (_pq.PQresultErrorField(result, ord(code)) or b"").decode()
                if not result:
                    raise Error(_pq.PQerrorMessage(self._conn).decode() or "no answer")
                raise Error(field("M") or _pq.PQerrorMessage(self._conn).decode(), field("C"), field("D"), field("H"))
            return [tuple(None if _pq.PQgetisnull(result, row, column) else _pq.PQgetvalue(result, row, column).decode()
                          for column in range(_pq.PQnfields(result)))
                    for row in range(_pq.PQntuples(result))]
        finally:
            _pq.PQclear(result)


def _texts(values):
    return (_text * len(values))(*(None if value is None else str(value).encode() for value in values))
