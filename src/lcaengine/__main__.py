"""``python -m lcaengine``."""

from lcaengine.cli.app import main

if __name__ == "__main__":
    main()
