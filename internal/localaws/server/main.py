"""Starts the local AWS: moto's server with the extensions that lie beside this file.

Prints the port that it listens at, on the loopback interface, as one line, and ends when its
standard input does: so it cannot outlive the process that started it.
"""

import gc

gc.disable()  # until all is imported, of which nothing is garbage: that takes a fifth off the start

import faulthandler
import logging
import os
import signal
import sys
import threading

import imports

imports.install()

from moto.core.config import default_user_config
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

import extensions
from extensions import clients, controls, jsonata, serving


def main() -> None:
    gc.freeze()
    gc.enable()
    # A crash of Python itself leaves a traceback as well.
    faulthandler.enable()
    # What fails in an execution is in its history.
    logging.getLogger("moto.stepfunctions").setLevel(logging.CRITICAL)
    # A worker of a Distributed Map recurses as deep as the number of its items.
    sys.setrecursionlimit(20_000)

    # An interrupt is for the process that started this one, which then ends it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    default_user_config["stepfunctions"]["execute_state_machine"] = True
    extensions.install()

    services = serving.Serving(DomainDispatcherApplication(create_backend_app))
    application = controls.Controls(services)
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=_Handler)
    clients.set_services(services, f"http://127.0.0.1:{server.port}")
    print(server.port, flush=True)
    threading.Thread(target=_end_with_input, daemon=True).start()
    server.serve_forever()


class _Handler(WSGIRequestHandler):
    def log_request(self, *_: object) -> None:
        """A line for each request says nothing."""


def _end_with_input() -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    jsonata.stop()
    os._exit(0)


if __name__ == "__main__":
    main()
