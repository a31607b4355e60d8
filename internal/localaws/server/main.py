"""Starts the local AWS: moto's server with the extensions in the folder beside this file.

It listens on a free port of the loopback interface, and prints the port as one line. It ends when its
standard input ends, so it cannot outlive the process that started it.
"""

# ruff: noqa: E402 the imports follow what makes them faster
import gc

gc.disable()  # The imports leave no garbage. Without the collector the start takes a fifth less time.

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
    # With this, a crash of Python itself also leaves a traceback.
    faulthandler.enable()
    # The history of an execution has its errors.
    logging.getLogger("moto.stepfunctions").setLevel(logging.CRITICAL)
    # A worker of a Distributed Map recurses once for each of its items.
    sys.setrecursionlimit(20_000)

    # An interrupt reaches also the process that started this one, and that process ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    default_user_config["stepfunctions"]["execute_state_machine"] = True  # pyright: ignore[reportTypedDictNotRequiredAccess] moto sets it
    extensions.install()

    services = serving.Serving(DomainDispatcherApplication(create_backend_app))
    application = controls.Controls(services)
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=_Handler)
    clients.set_services(services, f"http://127.0.0.1:{server.port}")
    print(server.port, flush=True)
    threading.Thread(target=_end_with_input, daemon=True).start()
    server.serve_forever()


class _Handler(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Writes nothing: a line for each request would hide other messages."""


def _end_with_input() -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    jsonata.stop()
    os._exit(0)


if __name__ == "__main__":
    main()
