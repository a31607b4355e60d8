"""Takes half off the start of the local AWS. Call `install` before the import of moto.

- botocore reads its list of endpoints again for each session. Here it reads each of its files once.
- CloudFormation imports every service that a stack can have. Here it gets an empty module for those that
  no stack of this project needs: it does not know their resource types, and a request to them fails.
"""

import functools
import sys
import types
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec

from botocore.loaders import JSONFileLoader

_LEFT_OUT = (
    "apigateway",
    "autoscaling",
    "awslambda",
    "dynamodb",
    "ec2",
    "iot",
    "rds",
    "sagemaker",
)


def install() -> None:
    JSONFileLoader.load_file = staticmethod(functools.cache(JSONFileLoader().load_file))
    sys.meta_path.insert(0, _Finder())


class _Finder(MetaPathFinder, Loader):
    """Finds the services that are left out, with their submodules."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.startswith("moto.") and fullname.split(".")[1] in _LEFT_OUT:
            return ModuleSpec(fullname, self, is_package=True)
        return None

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        return _Empty(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """Does nothing, because the module is empty."""


class _Empty(types.ModuleType):
    """Has every class that another module imports from it. No class has members."""

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {})
