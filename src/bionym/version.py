"""Which version of Bionym this is, and of the packages that it computes with."""

import sys

__version__ = "0.1.0"

_MODULES = {"python-crfsuite": "pycrfsuite"}  # where the module's name is another one than the package's


def versions_of(packages: tuple[str, ...]) -> dict[str, str]:
    """The version of each package, for the record of a training."""
    return {name: version_of(name) for name in packages}


def version_of(package: str) -> str:
    """The version of an installed package; where it has no metadata, what its module says, or "unknown".

    Metadata is missing where packages are copied, not installed: in some containers and single-file programs.
    """
    from importlib.metadata import PackageNotFoundError, version

    if package == "bionym":
        return __version__
    try:
        return version(package)
    except PackageNotFoundError:
        module = sys.modules.get(_MODULES.get(package, package))
        return str(getattr(module, "__version__", "unknown"))
