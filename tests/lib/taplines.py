# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""TAP lines of the tests that are programs of Python, and their main loop."""
import os
import sys
import tempfile
import traceback

_count = 0
_failed = 0
_skipped = 0


def ok(good, what, detail=""):
    global _count, _failed
    _count += 1
    if good:
        print(f"ok {_count} - {what}", flush=True)
        return True
    _failed += 1
    print(f"not ok {_count} - {what}", flush=True)
    for line in str(detail).splitlines()[:20]:
        print(f"#   {line[:300]}")
    return False


def equal(got, wanted, what):
    return ok(got == wanted, what, f"got    {got!r:.280}\nwanted {wanted!r:.280}")


def skip(what, why):
    global _count, _skipped
    _count += 1
    _skipped += 1
    print(f"ok {_count} # SKIP {what}: {why}", flush=True)


def run_tests(tests, prefix):
    """Run each test in an empty folder of its own; never returns."""
    here = os.getcwd()
    for test in tests:
        print(f"# {test.__name__}")
        with tempfile.TemporaryDirectory(prefix=prefix) as folder:
            os.chmod(folder, 0o755)
            os.chdir(folder)
            try:
                test()
            except Exception:
                ok(False, f"{test.__name__} came to its end",
                   traceback.format_exc())
            os.chdir(here)
    print(f"1..{_count}")
    print(f"# {_count} checks, {_failed} failed, {_skipped} skipped")
    sys.exit(1 if _failed or not _count else 0)
