"""batchgrader: collect hand-ins, grade a class at once, write feedback, show the points."""

import argparse
import contextlib
import gc
import json
import os
import signal
import sys
from pathlib import Path

from batchgrader.collect import CollectError, collect
from batchgrader.course import CourseError, folder, open_course, students
from batchgrader.disk import sentence


def main(argv=None):
    """Run the command line; return 0 if all is done, 1 if a hand-in needs a person, 2 if not.

    As a shell counts, 128 and the number of the signal if one ended it.
    """
    arguments = _parser().parse_args(argv)
    try:
        _heed_signals()
        code = arguments.run(arguments)
        sys.stdout.flush()
        return code
    except (CollectError, CourseError) as error:
        print(f"batchgrader: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # whoever read the output, such as `head`, has seen enough
        _mute()
        return 128 + signal.SIGPIPE
    except OSError as error:
        print(f"batchgrader: {sentence(error, 'The output')}", file=sys.stderr)
        _mute()
        return 2
    except KeyboardInterrupt as stop:
        print("\nStopped. Run the same command again to go on.", file=sys.stderr)
        return stop.args[0]


def _heed_signals():
    """Let SIGINT and SIGTERM end the run in order; what `nohup` or a shell ignores stays so."""
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _stop)


def _stop(number, _):
    raise KeyboardInterrupt(128 + number)


def _mute():
    """Let Python find nothing to complain about when it closes standard output."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser():
    parser = argparse.ArgumentParser(prog="batchgrader", description=__doc__)
    parser.add_argument("--course", type=Path, default=Path.cwd(), metavar="FOLDER",
                        help="the folder with nbgrader_config.py (default: this one)")
    commands = parser.add_subparsers(dest="command", required=True)

    command = commands.add_parser("collect", help="copy hand-ins to submitted/")
    command.set_defaults(run=_collect)
    command.add_argument("assignment")
    command.add_argument("handins", type=Path, metavar="FOLDER",
                         help="a folder with one folder a student in it")

    command = commands.add_parser("grade", help="grade what is new or has changed")
    command.set_defaults(run=_grade)
    _add_choice(command)
    command.add_argument("--json", action="store_true", help="print the results as JSON")
    command.add_argument("--isolation", choices=("strong", "weak", "bwrap"),
                         help="how hand-ins are kept apart from this machine (see self-test)")
    command.add_argument("--scheduler", metavar="ADDRESS",
                         help="grade on the Dask cluster of this scheduler, as tcp://host:8786")

    command = commands.add_parser("feedback", help="write feedback pages that are not up to date")
    command.set_defaults(run=_feedback)
    _add_choice(command)

    command = commands.add_parser("self-test", help="show what keeps hand-ins in, and attack it")
    command.set_defaults(run=_self_test)
    return parser


def _add_choice(command):
    command.add_argument("assignment")
    command.add_argument("--jobs", type=_positive, metavar="N", help="how many at a time")
    command.add_argument("--student", nargs="+", metavar="ID", help="only these students")
    command.add_argument("--force", action="store_true", help="also what has not changed")


def _positive(text):
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of jobs: give 1 or more")
    return int(text)


def _collect(arguments):
    problems = collect(arguments.handins, arguments.assignment, arguments.course / "submitted")
    for student, problem in problems.items():
        if problem:
            print(f"  {student}: {problem}")
    print(f"Hand-ins of {sum(not p for p in problems.values())} students are in submitted/.")
    return 1 if any(problems.values()) else 0


def _grade(arguments):
    from batchgrader import grade, isolation, progress, table
    from batchgrader.result import SYSTEM_ERROR

    changes = {"BatchGrader": {"isolation": arguments.isolation}} if arguments.isolation else {}
    course, assignment = open_course(arguments.course, **changes), arguments.assignment
    if arguments.isolation == "weak" and (why := isolation.too_weak(isolation.offered())):
        print(f"batchgrader: going on with weak isolation. {why}", file=sys.stderr)
    gc.freeze()  # or every full collection walks all that was imported: 100 ms with nbgrader
    watch = contextlib.nullcontext(grade.Quiet() if arguments.json else progress.Lines())
    if sys.stderr.isatty():
        watch = progress.Bar()
    with watch as watching:
        results = grade.grade(course, assignment, arguments.jobs, arguments.student,
                              arguments.force, scheduler=arguments.scheduler, watch=watching)
    rows = table.rows(course, assignment)
    if arguments.json:
        print(json.dumps(table.data(rows, results), indent=1))
    else:
        print("\n" + table.text(rows, results))
        print("\n" + table.outcomes(results))
    if all(result.outcome == SYSTEM_ERROR for result in results.values()):
        return 2
    return 1 if any(result.person for result in results.values()) else 0


def _feedback(arguments):
    from batchgrader import feedback

    root, assignment = arguments.course, arguments.assignment
    course = open_course(root)
    names = arguments.student or feedback.stale(root, assignment)
    if arguments.force and not arguments.student:
        names = [name for name in students(course, assignment)
                 if folder(course, "autograded", name, assignment).is_dir()]
    problems = feedback.write_feedback(root, assignment, names, arguments.jobs or 1,
                                       said=lambda student, problem: print(
                                           f"  {student:24.24} {problem or 'written'}"))
    print(f"Feedback pages of {sum(not p for p in problems.values())} students were written to "
          f"{course.coursedir.feedback_directory}/.")
    return 1 if any(problems.values()) else 0


def _self_test(_):
    from batchgrader import isolation

    print(isolation.report())
    return 2 if isolation.too_weak(isolation.offered()) else 0


if __name__ == "__main__":
    sys.exit(main())
