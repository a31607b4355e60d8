"""Answers requests one after the other, and reports exceptions.

- moto's backends are written for one thread. If a request iterates over the users while another request
  adds one, it fails with "dictionary changed size during iteration".
- If moto or an extension raises an exception, the answer is an error that no SDK retries. Its message
  has the exception, and stderr has the traceback. moto answers 500, which SDKs retry. The second request
  then fails because of what the first one changed, and its error hides the cause.
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

# A request is answered while it holds the lock. Code that holds it must not wait for another request.
lock = threading.Lock()

# These calls run tasks before they answer, and the tasks make requests. So they do not take the lock.
_CALLS_BACK = re.compile(r"AWSStepFunctions\.(StartSyncExecution|TestState)")

# The SDKs retry 500, 502, 503 and 504, but not 501: retry/standard.go of the SDK for Go,
# service-error-classification of the SDK for JavaScript, data/_retry.json of botocore.
_STATUS = 501
_CODE = "LocalAWSInternalError"

_Application = Callable[..., Iterable[bytes]]


class Serving:
    """Lets an application answer one request after the other."""

    def __init__(self, application: _Application) -> None:
        self._application = application

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        _read(environ)
        try:
            if _CALLS_BACK.search(environ.get("HTTP_X_AMZ_TARGET", "")):
                return self._application(environ, start_response)
            with lock:
                return self._application(environ, start_response)
        except Exception as error:  # noqa: BLE001 which a server answers, whatever it is
            traceback.print_exc(file=sys.stderr)
            return _describe(environ, error)(environ, start_response)


def _read(environ: dict[str, Any]) -> None:
    """Reads the request before it takes the lock. So a slow client does not block other requests."""
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
