"""`python -m effilint`."""

from effilint.main import main

if __name__ == "__main__":
    main(prog_name="effilint")
