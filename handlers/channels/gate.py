"""What every webhook may answer to what it does not take."""


class ForgedRequestError(Exception):
    """The signature is missing, wrong or too old."""


class MalformedRequestError(Exception):
    """The request is signed but is no message or report for us; the text says why."""
