#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Half-broken trees: files that are missing, empty, binary, endless, not to be
read, no files at all. Whatever is there, wdctl answers, in time and in text."""
import contextlib
import json
import os
import random
import shutil

from wdctltest import PF, VF, Machine, as_nobody, main, ok, skip

SEED = int(os.environ.get("WDCTL_SEED", "1"))
# Sanitizers take their time: every so many files, others for each damage.
SHARE = int(os.environ.get("WDCTL_SHARE", "1"))
ROUNDS = 100 // SHARE

COMMANDS = (["list", "--json"], ["list"], ["show", "hisi_zip-0"],
            ["show", "--json", PF], ["doctor", "--json"], ["doctor"],
            ["vfs", PF], ["isolate", "hisi_zip-0"],
            ["watch", "-c", "1", "--json"])


def machine():
    m = Machine()
    m.pci(VF, 0x19e5, 0xa251)
    m.process(17, "backupd", "/dev/hisi_zip-0")
    m.put(f"/sys/kernel/debug/hisi_qm/{PF}/state", "queues    256, 200 free\n")
    m.put("/dev/kmsg", f"5,9,9,-;hisi_zip {PF}: no user queues: none\n")
    m.put("/etc/modprobe.d/local.conf", "options hisi_zip uacce_mode=2\n")
    m.put("/sys/kernel/security/lockdown", "none [integrity] confidentiality\n")
    m.attribute("dev", "510:0")
    return m


def clear(path):
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.unlink(path)


def content(data):
    def damage(path):
        clear(path)
        with open(path, "wb") as f:
            f.write(data)
    return damage


def leads_to(target):
    def damage(path):
        clear(path)
        os.symlink(target, path)
    return damage


def unreadable(path):
    if not os.path.islink(path):
        os.chmod(path, 0)


def folder(path):
    clear(path)
    os.mkdir(path)


def pipe(path):
    clear(path)
    os.mkfifo(path)


DAMAGES = {
    "missing": clear,
    "empty": content(b""),
    "blank": content(b" \n\n"),
    "binary": content(bytes(range(256)) * 9),
    "zeros": content(bytes(5000)),
    "long": content(b"9" * 100000),
    "lines": content(b"a\n" * 30000),
    "number": content(b"99999999999999999999999\n"),
    "negative": content(b"-7\n"),
    "escapes": content(b"\x1b[31mred\x07\x9b\xff%s%n\n"),
    "endless": leads_to("/dev/zero"),
    "full": leads_to("/dev/full"),
    "nowhere": leads_to("/nowhere/at/all"),
    "itself": leads_to("."),
    "outside": leads_to("/etc/passwd"),
    "unreadable": unreadable,
    "folder": folder,
    "pipe": pipe,
}


@contextlib.contextmanager
def damaged(path, damage):
    """For as long as it takes: making a machine takes longer."""
    if damage is unreadable:
        mode = os.lstat(path).st_mode
        damage(path)
        yield
        if not os.path.islink(path):
            os.chmod(path, mode & 0o7777)
        return
    os.rename(path, "saved")
    damage(path)
    yield
    clear(path)
    os.rename("saved", path)


def files_of(m):
    found = []
    for top, folders, files in os.walk(m.root):
        found += [os.path.join(top, n) for n in folders + files]
    return sorted(found)


def is_text(data):
    return all(b == 10 or 32 <= b < 127 for b in data)


def try_all(m, what, commands=COMMANDS, **kw):
    """No crash, no hang, no rubbish, and JSON that is JSON."""
    for args in commands:
        try:
            r = m.run(*args, timeout=30, **kw)
        except Exception as e:      # a time-out, for one
            return f"{what}: {args}: {e}"
        if r.returncode not in (0, 1, 3, 4):
            return f"{what}: {args}: {r.returncode} {r.stderr!r}"
        if not is_text(r.stdout) or not is_text(r.stderr):
            return f"{what}: {args}: not text: {r.stdout!r} {r.stderr!r}"
        # Without a device there is nothing to show but the message.
        if "--json" in args and r.returncode != 3:
            try:
                # watch: an object a line; the others: one for all.
                for one in r.stdout.splitlines() if args[0] == "watch" \
                        else [r.stdout]:
                    json.loads(one)
            except ValueError as e:
                return f"{what}: {args}: {e}: {r.stdout!r}"
    return None


def report(name, problems):
    problems = [p for p in problems if p]
    ok(not problems, name, "\n".join(problems[:5]))


def test_one_file():
    """Every file and folder of the tree, damaged in every way."""
    m = machine()
    for first, (kind, damage) in enumerate(DAMAGES.items()):
        names = files_of(m)[first % SHARE::SHARE]
        problems = []
        for i, name in enumerate(names):
            with damaged(name, damage):
                # All commands for some files, two for each.
                problems.append(try_all(m, name, COMMANDS if i % 15 == 0 else
                                        COMMANDS[0:5:4]))
        report(f"{kind}: each of {len(names)} files", problems)


def test_module_is_missing():
    """The same where the doctor looks for the reason."""
    m = machine()
    m.unload()
    places = ("/proc/sys", "/boot", "/lib/modules", "/etc", "/dev/kmsg",
              "/sys/kernel/security", "/var")
    every = [n for n in files_of(m) if n.startswith(tuple(map(m.path, places)))]
    for first, (kind, damage) in enumerate(DAMAGES.items()):
        names = every[first % SHARE::SHARE]
        problems = []
        for name in names:
            with damaged(name, damage):
                problems.append(try_all(m, name, COMMANDS[4:5]))
        report(f"{kind}: each of {len(names)} files that tell of the module",
               problems)


def test_many_files():
    """Several damages at once, by chance."""
    chance = random.Random(SEED)
    problems = []
    for i in range(ROUNDS):
        m = machine()
        if chance.random() < 0.3:
            m.unload()
        for path in chance.sample(files_of(m), chance.randint(2, 8)):
            if os.path.lexists(path):
                chance.choice(list(DAMAGES.values()))(path)
        problems.append(try_all(m, f"WDCTL_SEED={SEED}, round {i}",
                                chance.sample(COMMANDS, 3)))
        shutil.rmtree(m.root, ignore_errors=True)
    report(f"{ROUNDS} trees with several damages", problems)


def test_names():
    """Devices with names that no device has."""
    for name in ("x" * 63, "x" * 64, "x" * 255, "a b", "-", "--help", "\x1b[31m",
                 "\n", "%s%n", "a;reboot", "\xff", "..."):
        m = machine()
        m.uacce(name, None)
        os.makedirs(m.path(f"/sys/bus/pci/devices/{name}"), exist_ok=True)
        report(f"a device called {name[:20]!r}", [try_all(m, name)])


def test_user():
    """Files that may not be read."""
    user = as_nobody()
    if not user:
        skip("files that may not be read",
             "only root can become an ordinary user, and the program must be "
             "readable for it")
        return
    m = machine()
    problems = []
    for path in files_of(m):
        with damaged(path, unreadable):
            problems.append(try_all(m, path, COMMANDS[0:5:4], **user))
    report(f"each of {len(problems)} files may not be read", problems)


main(test_one_file, test_module_is_missing, test_many_files, test_names,
     test_user)
