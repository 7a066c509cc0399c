"""The errors that mtqa raises on purpose; anything else that escapes is a bug and shows a traceback.

    MtqaError                 exit status 1
      ConfigError             a setting: file, key, nearest known key
      PluginError             unknown name, failed import, missing extra with its pip line
      FormatError             a bilingual file: path, line
        UnknownFormat         nothing here reads it
        UnsafeFile            entity declarations, wrong encodings, archives, depth
        StaleFile             the input changed since the run
      EngineError             one call to one engine
        EngineBusy            try again later (429, 5xx, connection)
        EngineRefused         stop this engine (key, quota, money, unsupported pair)
        EngineReply           the answer cannot be used
      MetricError             model missing, out of memory
      StoreError              locked, damaged, other version
      DecisionError           a reviewer's decision that cannot be followed
        StaleDecision         what was decided about has changed since
      CalibrationError        labels that no calibration can be made from
      SeveralErrors           more than one of the above, a line each

Every message reads *where: what; what to do*.
"""

from enum import Enum, auto


class MtqaError(Exception):
    """An operational error, complete when raised.

    `where` names the file, setting or engine; `what` the fault; `todo` the way out.
    """

    exit_status = 1

    def __init__(self, where: str, what: str, todo: str) -> None:
        self.where, self.what, self.todo = where, what, todo
        super().__init__(f"{where}: {what}; {todo}")


class ConfigError(MtqaError):
    """A setting that is unknown, of the wrong type, or missing."""


class PluginError(MtqaError):
    """A plug-in that is unknown or cannot be loaded."""


class FormatError(MtqaError):
    """A file that cannot be read as a bilingual file."""


class UnknownFormat(FormatError):
    """A file that no installed format reads."""


class UnsafeFile(FormatError):
    """A file that is refused without being read further."""


class StaleFile(FormatError):
    """An input that changed after it was read."""


class EngineError(MtqaError):
    """A call to an engine that gave no usable answer."""


class Cause(Enum):
    """Why an engine is busy, as far as that changes what is done about it."""

    FAULT = auto()  # something has failed
    LIMIT = auto()  # the server works, and takes no more calls at the moment
    SLOW = auto()  # no answer came in time, which is paid for each time
    STALE = auto()  # the server closed a connection that lay open, perhaps before it saw the call


class EngineBusy(EngineError):
    """A fault that may pass.

    `retry_after`: seconds the server asks for, if it does. `billed`: whether the request had arrived, so that it may
    have been paid for.
    """

    def __init__(
        self,
        where: str,
        what: str,
        todo: str,
        retry_after: float | None = None,
        *,
        billed: bool = False,
        cause: Cause = Cause.FAULT,
    ) -> None:
        super().__init__(where, what, todo)
        self.retry_after, self.billed, self.cause = retry_after, billed, cause


class EngineRefused(EngineError):
    """A fault that stays: the engine is not asked again in this run."""


class EngineReply(EngineError):
    """An answer that is not what the contract says; a smaller batch may still work."""


class MetricError(MtqaError):
    """A metric that cannot compute."""


class StoreError(MtqaError):
    """A run folder or cache that cannot be used."""


class DecisionError(MtqaError):
    """A reviewer's decision that cannot be followed."""


class StaleDecision(DecisionError):
    """A decision about something that has changed since."""


class CalibrationError(MtqaError):
    """Labels that no calibration can be made from."""


class SeveralErrors(MtqaError):
    """Faults that were collected, so that all of them can be mended at once."""

    def __init__(self, errors: list[MtqaError]) -> None:
        self.errors = errors
        Exception.__init__(self, "\n".join(str(error) for error in errors))
