"""`bionym`: all verbs, and how errors are printed."""

import os
import signal
import sys
import threading
from typing import Annotated, Any

import typer

from bionym import plugins
from bionym.apps.cli._console import console
from bionym.errors import BionymError
from bionym.privacy import stay_offline
from bionym.version import __version__

INTERRUPTED = 130
STOPPED = "Stopped. Nothing half-written was left behind."
EPILOG = "All commands: -q prints errors only, -v lists each loss, --debug shows the traceback of an error."
ENDED = "The data of a file ended too early. Fetch the file again."

app = typer.Typer(
    name="bionym",
    help="Find entities in biomedical and clinical text: diseases, drugs, genes, tests, treatments.",
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def _bionym(
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    if version:
        typer.echo(f"bionym {__version__}")
        raise typer.Exit


def _add_verbs() -> None:
    for name in plugins.names("apps.cli"):
        plugins.find("apps.cli", name).add_to(app)


def main(arguments: list[str] | None = None) -> int:
    """Run a command.

    Returns: the exit code: 0 done, 1 the work failed, 2 the command or configuration was wrong, 130 interrupted.
    """
    _handle_sigterm()
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = _take(given, "--debug")
    console.quiet, console.verbose = _take(given, "-q", "--quiet"), _take(given, "-v", "--verbose")
    stay_offline()
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    _add_verbs()
    try:
        result: Any = typer.main.get_command(app).main(given, prog_name="bionym", standalone_mode=False)
        code = result if isinstance(result, int) else 0
        return code if code != INTERRUPTED else _fail(STOPPED, KeyboardInterrupt(), INTERRUPTED, debug)
    except BionymError as error:
        return _fail(str(error), error, error.exit_code, debug)
    except (KeyboardInterrupt, typer.Abort) as error:
        if isinstance(error.__cause__, EOFError):  # which click takes for Ctrl-D
            return _fail(ENDED, error, 1, debug)
        return _fail(str(error) or STOPPED, error, INTERRUPTED, debug)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        return _fail(f"{place}{(error.strerror or str(error)).lower()}.", error, 1, debug)
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        if type(error).__name__ == "NoArgsIsHelpError":
            typer.echo(error.format_message())
            return 2
        return _fail(_usage(error), error, 2, debug)


def _handle_sigterm() -> None:
    """Clean up when a scheduler asks the program to end, as after Ctrl-C."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)


def _fail(message: str, error: BaseException, code: int, debug: bool) -> int:
    if debug:
        raise error
    typer.echo(f"bionym: {message}", err=True)
    return code


def _usage(error: Any) -> str:
    """Typer's message about a wrong command line, in one line."""
    context = getattr(error, "ctx", None)
    hint = f" See: {context.command_path} --help" if context is not None else ""
    return " ".join(error.format_message().split()) + hint


def _take(arguments: list[str], *flags: str) -> bool:
    """Whether a flag is among the arguments; it is removed."""
    present = [argument for argument in arguments if argument in flags]
    for argument in present:
        arguments.remove(argument)
    return bool(present)
