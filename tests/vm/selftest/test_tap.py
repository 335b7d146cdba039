# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What a test prints is judged: nothing that is missing counts as passed."""
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from vmlib import tap  # noqa: E402


def judge(text, status=0):
    return tap.judge(text.splitlines(), status)


class Judge(unittest.TestCase):

    def test_judge_complete_output_passes(self):
        result = judge("ok 1 - one\nsomething else\nok 2\n# a remark\n1..2")
        self.assertEqual((2, [], [], []), (result.passed, result.failed,
                                           result.skipped, result.faults))

    def test_judge_plan_first_passes(self):
        self.assertEqual([], judge("1..1\nok - without a number").faults)

    def test_judge_failed_point_is_named(self):
        self.assertEqual(["two"], judge("ok 1 - one\nnot ok 2 - two\n1..2").failed)

    def test_judge_missing_plan_is_a_fault(self):
        self.assertEqual(["the plan is missing"], judge("ok 1 - one").faults)
        self.assertEqual(["the plan is missing"], judge("").faults)

    def test_judge_early_end_is_a_fault(self):
        self.assertEqual(["2 points were planned, 1 came"],
                         judge("1..2\nok 1 - one").faults)

    def test_judge_two_plans_are_a_fault(self):
        self.assertEqual(["there is more than one plan"],
                         judge("1..1\nok 1\n1..1").faults)

    def test_judge_wrong_number_is_a_fault(self):
        self.assertEqual(["point 3 came where 2 was due"],
                         judge("ok 1 - one\nok 3 - three\n1..2").faults)

    def test_judge_status_is_a_fault(self):
        self.assertEqual(["the test ended with status 3"],
                         judge("ok 1 - one\n1..1", 3).faults)
        self.assertEqual(["the test did not end"], judge("ok 1\n1..1", None).faults)

    def test_judge_bail_out_is_a_fault(self):
        self.assertIn("Bail out! gone", judge("ok 1\nBail out! gone", 1).faults)

    def test_judge_skip_needs_a_reason(self):
        result = judge("ok 1 - one # SKIP no such register\nok 2 - two # SKIP\n1..2")
        self.assertEqual(["one: no such register"], result.skipped)
        self.assertEqual(["two # SKIP: skipped without a reason"], result.failed)

    def test_judge_failed_point_cannot_be_skipped(self):
        self.assertEqual(["one # SKIP why"], judge("not ok 1 - one # SKIP why\n1..1").failed)

    def test_judge_todo_is_a_fault(self):
        self.assertEqual(1, len(judge("not ok 1 - one # TODO later\n1..1").failed))
        self.assertEqual(1, len(judge("ok 1 - one # TODO later\n1..1").faults))

    def test_judge_whole_skip_needs_a_reason(self):
        self.assertEqual(["all of it: no VFIO"], judge("1..0 # SKIP no VFIO").skipped)
        self.assertEqual(1, len(judge("1..0").faults))
        self.assertEqual(1, len(judge("1..0 # SKIP").faults))

    def test_judge_points_without_a_plan_for_them_are_a_fault(self):
        self.assertEqual(["0 points were planned, 1 came"],
                         judge("ok 1\n1..0 # SKIP why").faults)

    def test_judge_words_that_only_begin_like_points_are_none(self):
        self.assertEqual(0, judge("okay\nnot okay\n1..0 # SKIP why").points - 1)


if __name__ == "__main__":
    unittest.main()
