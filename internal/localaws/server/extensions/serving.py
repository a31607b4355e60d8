"""How requests are answered.

- One after the other. moto's backends are written for one thread: a request that goes through the
  users while another adds one ends with "dictionary changed size during iteration".
- An exception in moto or in an extension is an answer that no SDK repeats, with what happened in its
  message; the traceback is on stderr. moto answers 500, which SDKs repeat: the second request then
  finds what the first has left, and is refused for a reason that is not the cause.
"""

import io
import json
import re
import sys
import threading
import traceback
from collections.abc import Callable, Iterable
from typing import Any
from xml.sax.saxutils import escape

from werkzeug.wrappers import Response

# While a request has the lock, no other is answered: what holds it must not wait for another request.
lock = threading.Lock()

# These run tasks, which make requests, before they answer.
_CALLS_BACK = re.compile(r"AWSStepFunctions\.(StartSyncExecution|TestState)")

# Not 500, 502, 503 or 504, which the SDKs repeat: retry/standard.go of the SDK for Go,
# service-error-classification of the SDK for JavaScript, data/_retry.json of botocore.
_STATUS = 501
_CODE = "LocalAWSInternalError"

_Application = Callable[..., Iterable[bytes]]


class Serving:
    """Has an application answer one request after the other."""

    def __init__(self, application: _Application) -> None:
        self._application = application

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        _read(environ)
        try:
            if _CALLS_BACK.search(environ.get("HTTP_X_AMZ_TARGET", "")):
                return self._application(environ, start_response)
            with lock:
                return self._application(environ, start_response)
        except Exception as error:
            traceback.print_exc(file=sys.stderr)
            return _describe(environ, error)(environ, start_response)


def _read(environ: dict[str, Any]) -> None:
    """Reads the request before its turn comes, so that a slow client keeps nobody waiting."""
    if environ.get("wsgi.input_terminated"):
        body = environ["wsgi.input"].read()
    else:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)


def _describe(environ: dict[str, Any], error: Exception) -> Response:
    message = f"{type(error).__name__}: {error}: see the traceback in the log of the local AWS"
    if environ.get("HTTP_X_AMZ_TARGET") or environ["PATH_INFO"].startswith("/v2/email/"):
        response = Response(status=_STATUS, mimetype="application/json")
        response.set_data(json.dumps({"__type": _CODE, "message": message}))
        response.headers["X-Amzn-ErrorType"] = _CODE
        return response
    body = f"<Error><Code>{_CODE}</Code><Message>{escape(message)}</Message></Error>"
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        body = f"<ErrorResponse>{body}</ErrorResponse>"
    return Response(body, status=_STATUS, mimetype="text/xml")
