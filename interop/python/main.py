"""Runs every check against a broker that is up, prints each result with its time, then the matrix and the sum."""

import argparse
import importlib
import os
import signal
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor, wait

import clients
from context import Context, Folders, Shared, StepFailed
from matrix import Matrix
from registry import CHECKS

# Their import puts the checks on the list; long ones first, so that none is left running alone at the end.
MODULES = (
    "groups", "static_members", "group_offsets", "group_protocol", "versions", "bad_frames", "bad_batches", "long_poll",
    "produce_consume", "offsets", "metadata", "admin_topics", "admin_configs", "admin_groups", "admin_cluster",
    "kcat_commands",
)


class Report:
    """Prints results as they come and counts them; safe to use from several threads."""

    def __init__(self):
        self.passed, self.failed, self.lock = 0, [], threading.Lock()

    def result(self, sentence, seconds, failure):
        """One result; `failure` is the exception, or `None`."""
        with self.lock:
            if failure is None:
                self.passed += 1
                print(f"ok   {seconds:6.2f} s  {sentence}", flush=True)
                return
            self.failed.append(sentence)
            print(f"FAIL {seconds:6.2f} s  {sentence}\n{indented(failure)}", flush=True)


def indented(failure):
    """What went wrong, and for anything but a plain assertion also where."""
    text = f"{type(failure).__name__}: {failure}"
    if not isinstance(failure, AssertionError) or not str(failure):
        text += "\n" + "".join(traceback.format_tb(failure.__traceback__)[-3:])
    return "\n".join(f"       | {line}" for line in text.splitlines())


def run_check(shared, report, matrix, entry):
    """Runs one check and reports it; its steps have reported themselves."""
    context = Context(shared, report.result)
    started, failure = time.monotonic(), None
    try:
        entry.function(context, **entry.arguments)
    except StepFailed as step:
        failure = step
    except Exception as problem:  # pylint: disable=broad-except
        failure = problem
    finally:
        context.close()
    if not isinstance(failure, StepFailed) and (failure is not None or context.steps == 0):
        report.result(entry.sentence, time.monotonic() - started, failure)
    with report.lock:
        matrix.record(entry.cells, failure is None)


def run_all(shared, report, matrix, entries, workers):
    """Runs the checks side by side; one that does not end in its time is reported and left behind."""
    pool = ThreadPoolExecutor(workers)
    started_at = {}

    def run(entry):
        started_at[id(entry)] = time.monotonic()
        run_check(shared, report, matrix, entry)

    pending = {pool.submit(run, entry): entry for entry in entries}
    while pending:
        if broker_is_gone(shared):
            for entry in pending.values():
                report.result(entry.sentence, 0, AssertionError("the broker's process has ended"))
                matrix.record(entry.cells, False)
            return
        done, _ = wait(pending, timeout=1, return_when="FIRST_COMPLETED")
        for future in done:
            entry = pending.pop(future)
            if future.exception() is not None:
                report.result(f"{entry.sentence} (clean-up)", 0, future.exception())
        for future, entry in list(pending.items()):
            seconds = time.monotonic() - started_at.get(id(entry), time.monotonic())
            if seconds > entry.limit_seconds:
                pending.pop(future)
                report.result(entry.sentence, seconds, TimeoutError(f"still running after {seconds:.0f} s"))
                with report.lock:
                    matrix.record(entry.cells, False)


def broker_is_gone(shared):
    """Whether the broker that this run started has ended; the shell, its parent, keeps it as a zombie until then."""
    if shared.broker_pid is None:
        return False
    with open(f"/proc/{shared.broker_pid}/stat", encoding="ascii") as status:
        return status.read().rpartition(")")[2].split()[0] == "Z"


def main():
    """Parses the command line and exits with 0 if every check passed."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--bootstrap", required=True, metavar="HOST:PORT")
    arguments.add_argument("--broker-pid", type=int, help="lets checks watch the broker's memory")
    arguments.add_argument("--node-modules", required=True, help="folder with the installed npm packages")
    arguments.add_argument("--only", default="", help="run the checks whose sentence contains this text")
    arguments.add_argument("--workers", type=int, default=8)
    options = arguments.parse_args()

    here = os.path.dirname(os.path.abspath(__file__))
    folders = Folders(here, os.path.join(os.path.dirname(here), "node"), options.node_modules)
    for module in MODULES:
        importlib.import_module(module)
    entries = [entry for entry in CHECKS if options.only in entry.sentence]
    started = time.monotonic()
    report, matrix = Report(), Matrix()
    shared = Shared(options.bootstrap, options.broker_pid, clients.connect_all(options.bootstrap, folders), folders)
    run_all(shared, report, matrix, entries, options.workers)
    shared.clients["kafkajs"].close()
    if not options.only:
        matrix.print()
        for cell in matrix.unproven():
            report.result(f"matrix cell {cell} is proven", 0, AssertionError("no check filled it"))
    for sentence in report.failed:
        print(f"failed: {sentence}")
    print(f"took {time.monotonic() - started:.0f} s")
    print(f"{report.passed} passed, {len(report.failed)} failed", flush=True)
    # A check that was left behind must not keep the process alive.
    os._exit(1 if report.failed or not report.passed else 0)


if __name__ == "__main__":
    # Members and the Node process end when their standard input does.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(143))
    main()
