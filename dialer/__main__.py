"""`python -m dialer` and the `dialer` command."""

from dialer.cli.app import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
