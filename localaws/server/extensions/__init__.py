"""What moto lacks, a module for each concern. Importing one changes nothing; its `install` does."""

from extensions import (
    attempts,
    authorization,
    caches,
    change_sets,
    children,
    clients,
    definitions,
    distributed_map,
    error_names,
    execution_api,
    groups,
    iam,
    jsonata,
    limits,
    pace,
    partitions,
    results,
    ses,
    stack_deletion,
    stack_resources,
    state_machines,
    suppression,
    templates,
    variables,
)


def install() -> None:
    """Installs all extensions, once, before the server takes its first request."""
    for extension in (
        attempts,
        caches,
        change_sets,
        clients,
        definitions,
        distributed_map,
        children,
        error_names,
        execution_api,
        groups,
        iam,
        jsonata,
        limits,
        pace,
        partitions,
        results,
        authorization,
        ses,
        stack_deletion,
        stack_resources,
        state_machines,
        suppression,
        templates,
        variables,
    ):
        extension.install()
