# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What bash offers with the completion of a tool."""
import os
import subprocess

TOOLS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools")

# Not a word of the user's shell may go wrong, also with "set -u".
SCRIPT = """set -u
eval "$1"
function=$2
shift 2
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
"$function" "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
[ ${#COMPREPLY[@]} = 0 ] || printf '%s\\n' "${COMPREPLY[@]}"
"""


def completions(program, *words, sys="/sys"):
    """
    For the last of @words, split as bash does it, behind the name of @program,
    which is a path. @sys is where the completion finds /sys.
    """
    name = os.path.basename(program)
    with open(os.path.join(TOOLS, name, name + ".bash"), encoding="ascii") as f:
        text = f.read().replace("/sys/", sys + "/")
    env = dict(os.environ, LC_ALL="C",
               PATH=os.path.dirname(program) + ":" + os.environ["PATH"])
    r = subprocess.run(["bash", "-c", SCRIPT, "bash", text, "_" + name, name, *words],
                       capture_output=True, env=env, timeout=60)
    if r.stderr or r.returncode:
        raise AssertionError(f"{name} {words}: {r.returncode} {r.stderr.decode()}")
    return r.stdout.decode().splitlines()
