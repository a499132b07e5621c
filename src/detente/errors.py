"""What can go wrong, as a tree.

    DetenteError
    ├── ConfigError        a setting is unknown or has a value that is not allowed
    ├── CodebookError      a label is not in the codebook, or a codebook table is broken
    ├── InputError         an input cannot be read at all (becomes an exclusion when many inputs are coded)
    ├── SeriesError        numbers cannot be a series by period
    ├── UpdateError        what was to be fetched from the network did not come, or is not what it should be
    ├── ModelError         the reader's model is missing or does not fit this version
    ├── ReplayError        a record cannot be made again from its steps
    └── LedgerError        the ledger file cannot be used
        ├── LedgerReadOnly     it can be read, not written
        ├── LedgerTooNew       a later version of detente wrote it
        └── LedgerFull         the disk is full

Every message says what is wrong, with which value, what is allowed, and what to do next.
"""

from __future__ import annotations


class DetenteError(Exception):
    """Base of every error raised on purpose by detente."""


class ConfigError(DetenteError):
    """A setting is unknown, or its value is not allowed."""


class CodebookError(DetenteError):
    """A label is not in the codebook."""


class InputError(DetenteError):
    """One input cannot be read. `reason` is a short code from `ingest.REASONS`; the message is for people.

    `passing` says that it may be over at a later try.
    """

    def __init__(self, reason: str, message: str, *, passing: bool = False) -> None:
        super().__init__(message)
        self.reason, self.passing = reason, passing


class SeriesError(DetenteError):
    """Numbers cannot be a series by period, or cannot be analysed as asked."""


class UpdateError(DetenteError):
    """What was to be fetched from the network did not come, or is not what it should be."""


class ModelError(DetenteError):
    """The reader's model is missing or unusable."""


class ReplayError(DetenteError):
    """A record cannot be made again from its steps."""


class LedgerError(DetenteError):
    """The ledger file cannot be used."""


class LedgerReadOnly(LedgerError):  # noqa: N818 - the name says what is the case
    """The ledger can be read but not written."""


class LedgerTooNew(LedgerError):  # noqa: N818
    """The ledger was written by a later version of detente."""


class LedgerFull(LedgerError):  # noqa: N818
    """The disk that holds the ledger is full."""
