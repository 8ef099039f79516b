"""The one exception tree. Foreign exceptions are mapped to it where they enter."""

from __future__ import annotations

from dataclasses import dataclass


class RasidError(Exception):
    """Root of everything Rasid raises on purpose.

    `reason` is a short stable name for metrics and logs, `cure` says what a person can do about it.
    """

    reason = "error"
    cure = ""

    def __init__(self, message: str, *, reason: str = "", cure: str = "") -> None:
        super().__init__(message)
        self.reason = reason or type(self).reason
        self.cure = cure or type(self).cure

    def line(self) -> str:
        """One line for a person: what happened and what to do."""
        return f"{self} ({self.cure})" if self.cure else str(self)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a file a person wrote. Lines and columns count from 1; 0 is unknown."""

    file: str
    line: int
    column: int
    key: str
    message: str
    cure: str
    source: str = ""  # the offending line as it stands in the file

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        key = f" {self.key}:" if self.key else ""
        cure = f"; {self.cure}" if self.cure else ""
        return f"{where}:{key} {self.message}{cure}"


class ConfigError(RasidError):
    """The configuration is refused; `problems` lists everything wrong with it."""

    reason = "config"

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class FetchError(RasidError):
    """A URL could not be fetched. `retry_after` is in seconds, `status` the HTTP status if there was one."""

    reason = "fetch"

    def __init__(
        self,
        message: str,
        *,
        reason: str = "",
        cure: str = "",
        status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, reason=reason, cure=cure)
        self.status = status
        self.retry_after = retry_after


class ParseError(RasidError):
    """Bytes that were fetched are not what they should be (`not_a_feed`, `too_large`, `malformed`)."""

    reason = "parse"


class ReadError(RasidError):
    """An article could not be read in its limits (`too_large`, `too_complex`, `timeout`, `died`)."""

    reason = "read"


class StoreError(RasidError):
    """Redis or Valkey refused or could not be reached."""

    reason = "store"


class StoreUnavailableError(StoreError):
    """No connection to the store: try again later."""

    reason = "store_unavailable"


class StaleError(StoreError):
    """Somebody else holds the row by now, or it moved on; the caller's work on it is void."""

    reason = "stale"


class ServerError(RasidError):
    """The embedded Valkey could not be started or kept running."""

    reason = "server"


class DeliveryError(RasidError):
    """A receiver did not take a message.

    `permanent`: a repeat cannot help. `unknown`: the message may have arrived. `retry_after` in seconds.
    """

    reason = "delivery"

    def __init__(
        self,
        message: str,
        *,
        reason: str = "",
        cure: str = "",
        permanent: bool = False,
        unknown: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, reason=reason, cure=cure)
        self.permanent = permanent
        self.unknown = unknown
        self.retry_after = retry_after


class UsageError(RasidError):
    """The command was called wrongly (exit code 2)."""

    reason = "usage"
