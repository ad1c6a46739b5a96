"""The errors that mae-cli raises, one class for each kind of fault.

Every message says what is wrong, where (file, line, column, value) and what to do next, in one line.
The commands turn them into an exit status in one place (`mae_cli.commands.process`).
"""


class MaeCliError(Exception):
    """Base of all errors a user can cause; `exit_status` is what a command exits with."""

    exit_status = 1


class DataError(MaeCliError):
    """The data cannot be read, or cannot be fitted as asked."""


class ModelError(MaeCliError):
    """A model file cannot be read, written, or applied to the data."""


class SettingsError(MaeCliError, ValueError):
    """Options that are out of range or contradict each other."""

    exit_status = 2
