"""Exceptions that end a run on purpose."""


class UserError(Exception):
    """A mistake that the person at the keyboard can mend.

    Its message is one line: what is wrong, where, and what to do. The command line prints that line and exits
    with code 2; library users catch it like any exception.
    """


class PrunedError(Exception):
    """A run of a sweep falls so far behind the others that it is not worth going on."""
