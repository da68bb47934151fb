"""python -m coursebuild notebooks | release  [NAME ...] [--force]"""

import argparse
import sys

from coursebuild.settings import BuildError


def main():
    parser = argparse.ArgumentParser(prog="python -m coursebuild", description=__doc__)
    parser.add_argument("what", choices=["notebooks", "release"])
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these, like ps1 (all)")
    parser.add_argument("--force", action="store_true", help="also make what is up to date")
    arguments = parser.parse_intermixed_args()
    try:
        if arguments.what == "notebooks":
            from coursebuild.build import build as make
        else:
            from coursebuild.release import release as make
        make(arguments.names, arguments.force)
    except BuildError as error:
        sys.exit(f"\n{error}")
    except KeyboardInterrupt:
        sys.exit("\nStopped. Run the same command again to go on.")


if __name__ == "__main__":
    main()
