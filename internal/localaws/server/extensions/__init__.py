"""The extensions of moto, a module for each topic. Only `install` changes moto, and not an import."""

import importlib

# Where two extensions replace the same function of moto, the later one is called first.
_EXTENSIONS = (
    "attempts",
    "caches",
    "change_sets",
    "clients",
    "clock",
    "credentials",
    "definitions",
    "distributed_map",
    "children",
    "error_names",
    "execution_api",
    "groups",
    "iam",
    "jsonata",
    "limits",
    "members",
    "partitions",
    "results",
    "authorization",
    "pace",
    "calls",
    "schedules",
    "ses",
    "stack_deletion",
    "stack_resources",
    "state_machines",
    "state_tests",
    "suppression",
    "templates",
    "users",
    "variables",
)


def install() -> None:
    """Installs all extensions. Call it once, before the server takes its first request."""
    modules = [importlib.import_module(f"extensions.{name}") for name in _EXTENSIONS]
    for module in modules:
        module.install()
