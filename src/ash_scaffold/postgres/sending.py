"""Statements sent to a server, each by itself, through libpq, as bytes.

No psql is between: nothing in a script is a command but to the server, whatever the encoding of
the client and the settings of the session are. A wait ends with the time limit, and with Ctrl-C.
"""

from __future__ import annotations

import select
import time
from collections.abc import Callable, Sequence
from functools import partial

import msgspec
import psycopg
from psycopg.pq import ConnStatus, DiagnosticField, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult

from ash_scaffold.postgres.time_limit import TimeLimit

_CHUNK = 1 << 18  # bytes of COPY data
_WAIT_MILLISECONDS = 100
_SAVEPOINT = b"ash_scaffold_statement"
# By these a script handles savepoints itself: ours is gone.
_OWN_SAVEPOINTS = (b"SAVEPOINT", b"RELEASE", b"ROLLBACK")


class Failure(msgspec.Struct, frozen=True):
    """Why the server refused a statement."""

    sqlstate: str
    message: str


class ServerLostError(Exception):
    """The server ended the connection. The message is its last word.

    `done` counts the statements of a group that were run before.
    """

    def __init__(self, last_word: str, done: int = 0) -> None:
        super().__init__(last_word)
        self.done = done


class Sender:
    """A connection that a script is sent through.

    A statement that fails inside a transaction does not end that, as with psql's
    ON_ERROR_ROLLBACK. `while_waiting` is called several times a second; `rows_sent` are the bytes
    that a COPY under way was given.
    """

    def __init__(
        self,
        connection: psycopg.Connection[tuple[object, ...]],
        limit: TimeLimit,
        while_waiting: Callable[[], None] = lambda: None,
    ) -> None:
        self._connection: PGconn = connection.pgconn
        self._connection.nonblocking = 1
        self._limit = limit
        self._while_waiting = while_waiting
        self._poll = select.poll()
        self._said = time.monotonic()
        self._last_word = ""
        self.rows_sent = 0

    def send(self, statement: bytes, rows: memoryview | None = None) -> Failure | None:
        """Run a statement, a COPY with its rows; return why it was refused, None when it was not.

        Raises `TimeIsUpError`, and `ServerLostError` when the connection is gone.
        """
        self.rows_sent = 0
        if self._connection.transaction_status != TransactionStatus.INTRANS:
            return self._run(statement, rows)[0]
        self._run(b"SAVEPOINT " + _SAVEPOINT)
        failure, command = self._run(statement, rows)
        match self._connection.transaction_status:
            case TransactionStatus.INERROR:
                self._run(b"ROLLBACK TO " + _SAVEPOINT)
            case TransactionStatus.INTRANS if command not in _OWN_SAVEPOINTS:
                self._run(b"RELEASE " + _SAVEPOINT)
        return failure

    @property
    def in_transaction(self) -> bool:
        """Whether the script has begun a transaction and not ended it."""
        return self._connection.transaction_status != TransactionStatus.IDLE

    def send_together(self, statements: Sequence[bytes]) -> int | None:
        """Run statements in one transaction of their own, without waiting for each one's answer.

        Each is a message by itself: none is read as a part of another. Return the position of
        the first that was refused, with which all the others are undone; None when none was.
        Raises what `send` does. None of them may be a COPY.
        """
        self.rows_sent = 0
        refused: int | None = None
        done = 0
        try:
            self._connection.enter_pipeline_mode()
            for statement in statements:
                self._connection.send_query_params(statement, None)
            self._connection.pipeline_sync()
            self._flush()
            for position in range(len(statements)):
                while (result := self._result()) is not None:
                    if result.status == ExecStatus.FATAL_ERROR:
                        refused = position if refused is None else refused
                        self._last_word = _failure(result).message
                # The rest is not run once one was refused, by a server that breaks off too.
                done += refused is None
                self._require_connection(done)
            # The end of the transaction can fail as well, for all of them.
            while (result := self._result()) is None or result.status != ExecStatus.PIPELINE_SYNC:
                self._require_connection(done)
                if result is not None and refused is None:
                    refused = done = len(statements) - 1
            self._connection.exit_pipeline_mode()
        except psycopg.OperationalError as error:
            raise ServerLostError(self._last_word or str(error), done) from error
        except BaseException:
            # What is under way can't be ended in another way: psycopg would complain of it.
            self._connection.finish()
            raise
        return refused

    def _run(
        self, statement: bytes, rows: memoryview | None = None
    ) -> tuple[Failure | None, bytes]:
        failure: Failure | None = None
        command = b""
        try:
            self._connection.send_query(statement)
            self._flush()
            while (result := self._result()) is not None:
                match result.status:
                    case ExecStatus.COPY_IN:
                        self._give(rows)
                        rows = None
                    case ExecStatus.COPY_OUT | ExecStatus.COPY_BOTH:
                        self._drain()
                    case ExecStatus.FATAL_ERROR:
                        failure = _failure(result)
                        self._last_word = failure.message
                command = result.command_status or b""
        except psycopg.OperationalError as error:
            raise ServerLostError(self._last_word or str(error)) from error
        except BaseException:
            self._connection.finish()
            raise
        self._require_connection()
        return failure, command

    def _require_connection(self, done: int = 0) -> None:
        if self._connection.status != ConnStatus.OK:
            raise ServerLostError(self._last_word, done)

    def _result(self) -> PGresult | None:
        while self._connection.is_busy():
            self._wait(select.POLLIN)
            self._connection.consume_input()
        return self._connection.get_result()

    def _give(self, rows: memoryview | None) -> None:
        """Send the data of a COPY; one that has none in the script is called off."""
        if rows is None:
            self._repeat(lambda: self._connection.put_copy_end(b"there is no data"))
            return
        for start in range(0, len(rows), _CHUNK):
            chunk = bytes(rows[start : start + _CHUNK])
            self._repeat(partial(self._connection.put_copy_data, chunk))
            self.rows_sent = start
            self._flush()
        self._repeat(self._connection.put_copy_end)
        self._flush()

    def _repeat(self, put: Callable[[], int]) -> None:
        """Repeat what libpq has no room for yet."""
        while put() == 0:
            self._flush()

    def _drain(self) -> None:
        """Read what a COPY to the client sends, and drop it."""
        while True:
            size, _data = self._connection.get_copy_data(1)
            if size < 0:
                return
            if size == 0:
                self._wait(select.POLLIN)
                self._connection.consume_input()

    def _flush(self) -> None:
        while self._connection.flush():
            # A server that waits for us to read doesn't go on reading.
            if self._wait(select.POLLIN | select.POLLOUT) & select.POLLIN:
                self._connection.consume_input()

    def _wait(self, events: int) -> int:
        """Wait until the connection is ready, and return for what it is."""
        self._poll.register(self._connection.socket, events)
        while True:
            found = self._poll.poll(_WAIT_MILLISECONDS)
            now = time.monotonic()
            if now - self._said >= _WAIT_MILLISECONDS / 1000:
                self._said = now
                self._limit.check()
                self._while_waiting()
            if found:
                return found[0][1]


def _failure(result: PGresult) -> Failure:
    state = result.error_field(DiagnosticField.SQLSTATE) or b""
    message = result.error_field(DiagnosticField.MESSAGE_PRIMARY) or b""
    lines = message.decode("utf-8", "replace").splitlines()
    return Failure(state.decode("ascii", "replace"), lines[0] if lines else "")
