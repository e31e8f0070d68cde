#!/usr/bin/env python3
"""Which units are parsed with a precompiled header: those whose macros cannot change what the header means.

    tests/frontend/pch.py BUILD

A header is precompiled without function bodies. So a body that does not compile tells whether it was read: the unit has a note
about it only where the header was parsed as it is. The headers here are small ones of our own, installed under libtorch's name.
"""
import os, subprocess, sys, tempfile

HEADERS = {
    'torch/torch.h': '#pragma once\nstruct Signals { int slots; };\ninline int body() { return not_declared; }\n',
    'other/other.h': '#pragma once\nstruct Other { int nothing; };\n',
    'other/slots.h': '#pragma once\nstruct Slots { int slots; };\n',
    'torch/extension.h': '#pragma once\n#include <torch/torch.h>\n#include <torch/python.h>\n',
    'torch/python.h': '#pragma once\n#include <Python.h>\n',
    'other/needs.h': '#pragma once\n#include <other/other.h>\n#include <nowhere/to_be_found.h>\nstruct Needs { int all; };\n',
    'other/broken.h': '#pragma once\nstruct Broken { not_a_type member; };\n',
}
TORCH = '#include <torch/torch.h>\n'

# name, flags, text, is it parsed with the precompiled header?
CASES = [
    ('nothing before it', [], TORCH, True),
    ('a macro that it does not mention', [], '#define WIDTH_OF_THE_NETWORK 3\n' + TORCH, True),
    ('a macro that it mentions', [], '#define slots gaps\n' + TORCH, False),
    ('the macro is defined after it', [], TORCH + '#define slots gaps\n', True),
    ('after it, and a header of the standard library follows', [], TORCH + '#define slots gaps\n#include <vector>\n', True),
    ('after it, and another header follows: that of the headers before it', [], TORCH + '#define slots gaps\n#include <other/other.h>\n', True),
    ('after it, and a header follows that depends on a reserved name', [], TORCH + '#define _GLIBCXX_ASSERTIONS 1\n#define slots gaps\n#include <vector>\n', True),
    ('undefined, and nothing defined it', [], '#undef slots\n' + TORCH, True),
    ('undefined before it and defined after it, and a header follows that mentions it', [],
     '#undef slots\n' + TORCH + '#define slots gaps\n#include <other/slots.h>\n', True),
    ('undefined after the unit defined it', [], '#define slots gaps\n#undef slots\n' + TORCH, False),
    # the unit's first error is told: that of libtorch's header must come first where it is read
    ('a header that asks for Python.h', [], '#include <torch/extension.h>\n', True),
    ('both', [], TORCH + '#include <torch/extension.h>\n', True),
    ('another that asks for one which is not there', [], TORCH + '#include <other/needs.h>\n', True),
    ('two of them, and one that does not compile', [], '#include <torch/extension.h>\n#include <other/broken.h>\n#include <other/needs.h>\n', True),
    ('one of them, and a macro that the other mentions', [], '#define slots gaps\n' + TORCH + '#include <other/needs.h>\n', False),
    ('undefined after the flags defined it', ['-Dslots=gaps'], '#undef slots\n' + TORCH, False),
]


def main():
    frontend, failed = os.path.abspath(os.path.join(sys.argv[1], 'ckptlint-frontend')), 0
    with tempfile.TemporaryDirectory() as top:
        for name, text in HEADERS.items():
            os.makedirs(os.path.dirname(os.path.join(top, 'include', name)), exist_ok=True)
            open(os.path.join(top, 'include', name), 'w').write(text)
        for i, (name, flags, text, expected) in enumerate(CASES):
            source = os.path.join(top, 'unit%d.cpp' % i)
            open(source, 'w').write(text + 'Signals signals_of_unit;\n')
            command = [frontend, '--text', '--cache-dir', os.path.join(top, 'cache'), '--', source, '-std=c++17', '-isystem', os.path.join(top, 'include'), *flags]
            done = subprocess.run(command, capture_output=True, text=True, timeout=300)
            used = 'not_declared' not in done.stdout
            if done.returncode or used != expected or 'signals_of_unit' not in done.stdout:
                print('FAIL %s: exit status %d, %s the precompiled header' % (name, done.returncode, 'with' if used else 'without'))
                failed += 1
    print('precompiled headers: %d cases, %d failed' % (len(CASES), failed))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
