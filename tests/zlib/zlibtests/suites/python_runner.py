# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""python_runner.py REPORT MODULE

Runs a module of Python's own tests, and writes a line for each test when it
begins and when it ends, so that a crash does not lose what was before.
"""
import json
import sys
import unittest

from test import support


class Result(unittest.TestResult):
    def __init__(self, report):
        super().__init__()
        self.report = report
        self.bad = False

    def say(self, test, status, detail=""):
        self.report.write(json.dumps([test.id(), status, detail]) + "\n")
        self.report.flush()

    def startTest(self, test):
        super().startTest(test)
        self.bad = False
        self.say(test, "started")

    def fail(self, test, err):
        self.bad = True
        self.say(test, "failed", self._exc_info_to_string(err, test))

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.fail(test, err)

    def addError(self, test, err):
        super().addError(test, err)
        self.fail(test, err)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.fail(test, err)

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self.bad = True
        self.say(test, "failed", "unexpected success")

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.bad = True
        self.say(test, "skipped", reason)

    def addSuccess(self, test):
        super().addSuccess(test)
        if not self.bad:
            self.say(test, "ok")

    def addExpectedFailure(self, test, err):
        super().addExpectedFailure(test, err)
        self.say(test, "ok")


def main(report, module):
    # Time, but not gigabytes of memory and disk.
    support.use_resources = {"cpu": None}
    suite = unittest.defaultTestLoader.loadTestsFromName(module)
    with open(report, "w", encoding="utf-8") as file:
        suite.run(Result(file))


main(*sys.argv[1:])
