"""`supportsla` and `python -m supportsla`: the command, or a sentence on how to install it."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> int:
    """Run the command; the exit status is 2 where it cannot do what was asked."""
    try:
        from .cli import main as command
    except KeyboardInterrupt:
        return 2
    except ModuleNotFoundError as missing:
        if missing.name not in ("click", "rich"):
            raise
        print(
            "supportsla: the command needs its extra; install it with: pip install 'supportsla[cli]'", file=sys.stderr
        )
        return 2
    return command(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
