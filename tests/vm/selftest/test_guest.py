# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A guest that passes, hangs, dies, asks: with a script in QEMU's place."""
import base64
import dataclasses
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from vmlib import boot, firmware, guest, process  # noqa: E402
from vmlib.kernels import Kernel  # noqa: E402

FAKE = Path(__file__).resolve().parent / "fake_qemu.py"
NOWHERE = Path("/nonexistent")
MACHINE = boot.Machine("arm64", Kernel("arm64", "6.12", "6.12.1", NOWHERE, NOWHERE,
                                       NOWHERE), "none", 1, "64M", True)


def words(*parts):
    """What the guest's program host sends."""
    data = "".join(f"{part}\0" for part in parts).encode()
    return f"host {base64.b64encode(data).decode()}"


class FakeEmulator:
    """The parts of vmlib/emulator.py that a guest uses."""

    def __init__(self, script="sleep 60"):
        self.process = subprocess.Popen(["sh", "-c", script])
        self.killed = False

    def send_command(self, parts):
        if parts == ["reset"]:
            return ["true"]
        return ["sh", "-c", "echo said \"$@\"; exit 3", "sh", *parts]

    def kill(self):
        self.killed = True
        self.process.kill()
        self.process.wait()


class GuestTest(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.stop = threading.Event()
        self.emulator = None
        self.limits = guest.Limits(boot=60, test=60, scan=60)
        self.machine = MACHINE

    def run_guest(self, scenario, wants_dmesg=False):
        return guest.Guest(
            self.folder, self.limits, self.emulator, self.stop,
            wants_dmesg=lambda _: wants_dmesg).run(
                [sys.executable, str(FAKE), scenario], self.machine, NOWHERE)

    def fake(self, script="sleep 60"):
        self.emulator = FakeEmulator(script)
        self.addCleanup(process.end, self.emulator.process)

    def console(self):
        return (self.folder / "console.log").read_text(encoding="utf-8")


class Life(GuestTest):

    def test_run_passing_guest_has_no_faults(self):
        outcome = self.run_guest("say('Booting'); assert passes() == 'off'")
        self.assertEqual(([], 0, ["ok 1 - one", "1..1"]),
                         (outcome.faults, outcome.status, outcome.lines))
        self.assertIn("] Booting\n", self.console())
        self.assertLess(outcome.boot_seconds, outcome.seconds)

    def test_run_gives_what_came_in_pieces(self):
        outcome = self.run_guest(
            "message('start'); raw(b'ok'); sleep(0.1); raw(b' 1 - a'); "
            "raw(b'b\\n\\x01end 2\\n'); hear()")
        self.assertEqual((["ok 1 - ab"], 2), (outcome.lines, outcome.status))

    def test_run_takes_a_message_in_the_middle_of_a_line(self):
        outcome = self.run_guest("raw(b'begun \\x01start\\n'); message('end 0'); hear()")
        self.assertEqual((["begun "], 0), (outcome.lines, outcome.status))

    def test_run_asks_for_dmesg_if_wanted(self):
        outcome = self.run_guest(
            "assert passes() == 'dmesg'; message('dmesg [ 0.1] x'); "
            "message('dmesg-end'); assert hear() == 'off'", wants_dmesg=True)
        self.assertEqual(["[ 0.1] x"], outcome.dmesg)
        self.assertEqual([], outcome.faults)

    def test_run_test_that_hangs_is_ended_and_asked_for_its_tasks(self):
        self.limits = guest.Limits(boot=60, test=0.3)
        outcome = self.run_guest("message('start'); sleep(60)")
        self.assertEqual(["the test did not end in 0 s"], outcome.faults)
        self.assertIn(guest.HANG_NOTE, self.console())
        self.assertTrue(outcome.hung)

    def test_run_guest_that_never_begins_is_ended(self):
        self.limits = guest.Limits(boot=0.3, test=60)
        outcome = self.run_guest("sleep(60)")
        self.assertIn("did not begin", outcome.faults[0])

    def test_run_guest_that_stays_on_is_ended(self):
        self.limits = guest.Limits(boot=60, test=60, off=0.3)
        outcome = self.run_guest("assert passes() == 'off'; sleep(60)")
        self.assertEqual(["the guest did not power off in 0 s"], outcome.faults)

    def test_run_qemu_that_refuses_is_shown(self):
        outcome = self.run_guest("print('no such device', file=sys.stderr); sys.exit(1)")
        self.assertEqual(["QEMU ended with status 1: no such device"], outcome.faults)

    def test_run_qemu_that_crashes_is_shown(self):
        outcome = self.run_guest(
            "message('start'); import os; os.kill(os.getpid(), 11)")
        self.assertEqual(["QEMU ended with signal SIGSEGV: "], outcome.faults)

    def test_run_guest_that_goes_down_early_is_a_fault(self):
        for scenario, when in (("pass", "before the test began"),
                               ("message('start')", "in the middle of the test"),
                               ("message('start'); message('scanning')", "for leaks")):
            with self.subTest(scenario=scenario):
                outcome = self.run_guest(scenario)
                self.assertIn(when, outcome.faults[0])

    def test_run_broken_guest_says_why(self):
        outcome = self.run_guest("message('broken insmod x failed'); hear()")
        self.assertEqual("insmod x failed", outcome.faults[0])

    def stop_when_there(self, path):
        """However long it takes until then."""
        ended = threading.Event()

        def wait():
            while not path.exists() and not ended.wait(0.01):
                pass
            self.stop.set()
        waiter = threading.Thread(target=wait)
        waiter.start()
        self.addCleanup(waiter.join)
        self.addCleanup(ended.set)

    def test_run_interrupted_leaves_no_process(self):
        pid, part = self.folder / "pid", self.folder / "pid.part"
        self.stop_when_there(pid)
        with self.assertRaises(guest.Interrupted):
            self.run_guest("import os; from pathlib import Path; "
                           f"Path({str(part)!r}).write_text(str(os.getpid())); "
                           f"os.rename({str(part)!r}, {str(pid)!r}); sleep(600)")
        self.assertFalse(process.exists(int(pid.read_text(encoding="utf-8"))))


class Host(GuestTest):

    def ask(self, *parts):
        """The answer to one question, as the guest's program gets it."""
        outcome = self.run_guest(f"message('start'); message({words(*parts)!r}); "
                                 "tell(hear()); message('end 0'); hear()")
        self.assertEqual((0, []), (outcome.status, outcome.faults))
        status, _, text = outcome.lines[0].partition(" ")
        return int(status), base64.b64decode(text).decode()

    def test_host_emu_gives_output_and_status(self):
        self.fake()
        self.assertEqual((3, "said inject x y\n"), self.ask("emu", "inject", "x y"))

    def test_host_without_emulator_says_so(self):
        status, text = self.ask("emu", "dump")
        self.assertEqual(1, status)
        self.assertIn("no emulator", text)

    def test_host_unknown_command_is_refused(self):
        self.assertEqual(2, self.ask("frob")[0])
        self.assertEqual(2, self.ask()[0])
        self.assertEqual(2, self.ask("qmp", "{")[0])
        self.assertEqual(2, self.ask("qmp", "[]")[0])

    def test_host_long_answer_is_cut(self):
        self.fake()
        status, text = self.ask("emu", "x" * 60000)
        self.assertEqual(3, status)
        self.assertTrue(text.endswith("... and more\n"))
        self.assertLess(len(text), guest.ANSWER_BYTES + 100)

    def test_host_qmp_passes_request_and_reply(self):
        request = '{"execute": "query-status"}'
        outcome = self.run_guest(
            f"message('start'); message({words('qmp', request)!r}); import json\n"
            "while (request := json.loads(QMP_FILE.readline()))['execute'] != "
            "'query-status': pass\n"
            "QMP_FILE.write(json.dumps({'return': {'a': 1}, 'id': request['id']}) + "
            "'\\n'); QMP_FILE.flush(); tell(hear()); message('end 0'); hear()")
        status, _, text = outcome.lines[0].partition(" ")
        self.assertEqual(("0", b'{"a": 1}\n'), (status, base64.b64decode(text)))

    def test_host_emu_kill_is_no_fault(self):
        self.fake()
        self.assertEqual((0, ""), self.ask("emu-kill"))


class Firmware(GuestTest):

    def steps(self, scenario):
        """What calls of the method gave, and answers of the program host."""
        self.machine = dataclasses.replace(MACHINE, firmware=NOWHERE)
        outcome = self.run_guest(f"message('start'); {scenario}; message('end 0'); hear()")
        self.assertEqual((0, []), (outcome.status, outcome.faults))
        return outcome.lines

    def test_firmware_resets_by_the_emulator(self):
        self.fake()
        self.assertEqual(["0", "0"], self.steps("tell(reset_method()); tell(reset_method())"))

    def test_firmware_without_emulator_fails(self):
        self.assertEqual([str(firmware.BROKEN_STEP)], self.steps("tell(reset_method())"))

    def test_firmware_fails_as_it_is_told(self):
        self.fake()
        self.assertEqual(["0", "3", "0", "0", "0 Mgo="],
                         self.steps(
                             f"message({words('firmware', 'fails', '3')!r}); tell(hear()); "
                             "tell(reset_method()); "
                             f"message({words('firmware', 'works')!r}); tell(hear()); "
                             "tell(reset_method()); "
                             f"message({words('firmware', 'calls')!r}); tell(hear())"))

    def test_firmware_that_is_not_there_has_no_commands(self):
        outcome = self.run_guest(f"message('start'); message({words('firmware', 'calls')!r}); "
                                 "tell(hear()); message('end 0'); hear()")
        self.assertTrue(outcome.lines[0].startswith("2 "))

    def test_command_unknown_is_refused(self):
        ours = firmware.Firmware(lambda done: done(True), lambda answer: None)
        for given in ([], ["frob"], ["fails"], ["fails", "0"], ["fails", "x"],
                      ["fails", str(firmware.BROKEN_STEP)], ["calls", "1"]):
            with self.subTest(words=given):
                self.assertEqual(2, ours.command(given)[0])


class EmulatorDeath(GuestTest):

    def test_run_dead_emulator_is_a_fault(self):
        self.fake("sleep 0.3; exit 7")
        self.limits = guest.Limits(boot=60, test=60)
        outcome = self.run_guest("message('start'); sleep(60)")
        self.assertEqual(["the emulator ended with status 7 while the guest was "
                          "running"], outcome.faults)


class Orphans(unittest.TestCase):

    def test_spawn_program_dies_with_a_harness_that_is_killed(self):
        code = ("import sys, time; sys.path.insert(0, sys.argv[1])\n"
                "from vmlib import process\n"
                "child = process.spawn(['sleep', '60'], log=2)\n"
                "print(child.pid, flush=True); time.sleep(60)")
        harness = subprocess.Popen(
            [sys.executable, "-c", code, str(Path(__file__).resolve().parents[1])],
            stdout=subprocess.PIPE)
        with harness:
            pid = int(harness.stdout.readline())
            # setpriv becomes the program; until then it may not be bound yet.
            deadline = time.monotonic() + 5
            while Path(f"/proc/{pid}/comm").read_text().strip() != "sleep":
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.01)
            harness.send_signal(signal.SIGKILL)
        while process.exists(pid) and _state(pid) != "Z":
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)


def _state(pid):
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return "Z"
    return text.rpartition(")")[2].split()[0]


if __name__ == "__main__":
    unittest.main()
