"""batchgrader: collect hand-ins, grade them with nbgrader, show the points."""

import argparse
import sys
from pathlib import Path

from batchgrader.collect import CollectError, collect
from batchgrader.course import CourseError, open_course


def main(argv=None):
    """Run the command line; return 0 if all is graded, 1 if a hand-in needs a person, 2 if none."""
    parser = argparse.ArgumentParser(prog="batchgrader", description=__doc__)
    parser.add_argument("--course", type=Path, default=Path.cwd(), metavar="FOLDER",
                        help="the folder with nbgrader_config.py (default: this one)")
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("collect", help="copy hand-ins to submitted/")
    command.add_argument("assignment")
    command.add_argument("handins", type=Path, metavar="FOLDER",
                         help="a folder with one folder a student in it")
    command = commands.add_parser("grade", help="grade what has changed, and write feedback")
    command.add_argument("assignment")
    command.add_argument("--force", action="store_true", help="also grade what has not changed")
    arguments = parser.parse_args(argv)
    try:
        run = _collect if arguments.command == "collect" else _grade
        return run(arguments)
    except (CollectError, CourseError) as error:
        print(f"batchgrader: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again to go on.", file=sys.stderr)
        return 2


def _collect(arguments):
    problems = collect(arguments.handins, arguments.assignment, arguments.course / "submitted")
    for student, problem in problems.items():
        if problem:
            print(f"  {student}: {problem}")
    print(f"Hand-ins of {sum(not p for p in problems.values())} students are in submitted/.")
    return 1 if any(problems.values()) else 0


def _grade(arguments):
    from batchgrader import grade, table

    course, assignment = open_course(arguments.course), arguments.assignment
    problems = grade.grade(course, assignment, arguments.force,
                           say=lambda line: print(line, flush=True))
    print("\n" + table.text(table.rows(course, assignment), problems))
    print(f"\nThe points are in      gradebook.db\n"
          f"graded copies are in   autograded/STUDENT/{assignment}/\n"
          f"feedback pages are in  feedback/STUDENT/{assignment}/{assignment}.html")
    return 1 if any(problems.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
