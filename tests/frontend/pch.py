#!/usr/bin/env python3
"""Which units are parsed with a precompiled header: those whose macros cannot change what the header means.

    tests/frontend/pch.py BUILD

A header is precompiled without function bodies. So a body that does not compile tells whether it was read: the unit has a note
about it only where the header was parsed as it is. The headers here are small ones of our own, installed under libtorch's name.
Those in third_party/ belong to the project; they are made large with comments.
"""
import os, re, subprocess, sys, tempfile

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

BIG = '//%s\n' % ('=' * 117) * 600  # 70 KB
BODY = 'static int body_in_library() { return not_in_library; }\n'
GUARD = '#ifndef LIBRARY\n#define LIBRARY\n%s\n#endif // LIBRARY\n'
LIBRARY = BIG + GUARD % ('namespace library { constexpr int answer = 42; struct Value { int plain_value; }; }\n#define OF_LIBRARY 7\n' + BODY)
PROJECT = {
    'third_party/library.hpp': LIBRARY,
    'third_party/once.hpp': BIG + '#pragma once\n' + BODY,
    'third_party/unguarded.hpp': BIG + BODY,
    'third_party/part.hpp': BIG + GUARD % 'struct Part;' + '#ifdef WITH_PART\n#endif\n' + BODY,
    'third_party/small.hpp': '#pragma once\n' + BODY,
    'third_party/speaks.hpp': BIG + '#pragma once\n#include <torch/torch.h>\n' + BODY,
    'third_party/parts/all.hpp': '#pragma once\n#include <parts/first.hpp>\n' + BODY,
    'third_party/parts/first.hpp': BIG + '#pragma once\n#include "second.hpp"\nstruct First { Second second; };\n',
    'third_party/parts/second.hpp': '#pragma once\n#include "../parts/first.hpp"\nstruct Second {};\n',
    'third_party/second.hpp': BIG + '#pragma once\n#ifdef OF_LIBRARY\nstruct After {};\n#endif\nstatic int body_of_second() { return not_in_second; }\n',
    'third_party/asks.hpp': BIG + '#pragma once\n#ifdef NEVER_DEFINED\n#include "../own.hpp"\n#endif\n' + BODY,
    'third_party/lacks.hpp': BIG + '#pragma once\n#include "not_there.hpp"\nstruct Lacks {};\n',
    'own.hpp': '#pragma once\n#include "third_party/library.hpp"\nstruct Own { library::Value value; };\n',
}
LIB = '#include "third_party/library.hpp"\n'

# the same for the library in the project: is it parsed with the precompiled header?
VENDORED = [
    ('a guarded library', [], TORCH + LIB, True),
    ('it comes first', [], LIB + TORCH, True),
    ('through a header of the project', [], TORCH + '#include "own.hpp"\nOwn own;\n', True),
    ('through a link', [], TORCH + '#include "link.hpp"\nlibrary::Value linked;\n' + LIB, True),
    ('#pragma once', [], TORCH + '#include "third_party/once.hpp"\n', True),
    ('no guard', [], TORCH + '#include "third_party/unguarded.hpp"\n', False),
    ('a guard around a part of it', [], TORCH + '#include "third_party/part.hpp"\n', False),
    ('a small one', [], TORCH + '#include "third_party/small.hpp"\n', False),
    ('one that speaks of torch', [], TORCH + '#include "third_party/speaks.hpp"\n', False),
    ('under a condition', [], TORCH + '#ifndef NEVER_DEFINED\n' + LIB + '#endif\n', False),
    ('within braces', [], TORCH + 'namespace n {\n' + LIB + '}\nn::library::Value inner;\n', False),
    ('after braces', [], TORCH + 'namespace n { const char c = \'{\', *s = "{"; }\n' + LIB, True),
    ('one of several files, found in a folder of the project', ['-Ithird_party'], TORCH + '#include <parts/all.hpp>\nFirst first;\n', True),
    ('one that may include a header of the project', [], TORCH + '#include "third_party/asks.hpp"\n', False),
    ('a macro that it mentions', [], '#define plain_value fancy_value\n' + TORCH + LIB, False),
    ('a macro that libtorch alone mentions, after that', [], TORCH + '#define slots gaps\n' + LIB, True),
    ('the next one asks for a macro of the first', [], TORCH + LIB + '#include "third_party/second.hpp"\nAfter after;\n', True),
    ('the next one lacks a header', [], TORCH + LIB + '#include "third_party/lacks.hpp"\nLacks lacks;\n', True),
    ('the next one is changed by a macro of the unit', [], TORCH + LIB + '#define After Other\n#include "third_party/second.hpp"\nOther other;\n', True),
]

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


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    open(path, 'w').write(text)


class Project:
    def __init__(self, build, top):
        self.frontend, self.top, self.failed, self.count = os.path.abspath(os.path.join(build, 'ckptlint-frontend')), top, 0, 0
        for folder, files in (('include', HEADERS), ('project', PROJECT)):
            for name, text in files.items():
                write(os.path.join(top, folder, name), text)
        self.folder = os.path.join(top, 'project')
        os.symlink('third_party/library.hpp', os.path.join(self.folder, 'link.hpp'))

    def unit(self, name, flags=()):
        command = [self.frontend, '--text', '--directory', self.folder, '--cache-dir', os.path.join(self.top, 'cache'), '--', name,
                   '-std=c++17', '-isystem', os.path.join(self.top, 'include'), *flags]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        return done.stdout if done.returncode == 0 else 'exit status %d: %s' % (done.returncode, done.stderr)

    def expect(self, name, ok, what):
        self.count += 1
        if not ok:
            print('FAIL %s: %s' % (name, what))
            self.failed += 1

    def case(self, name, flags, text, expected, mark):
        source = 'unit%d.cpp' % self.count
        write(os.path.join(self.folder, source), text + 'Signals signals_of_unit;\n')
        unit = self.unit(source, flags)
        used = mark not in unit
        self.expect(name, used == expected and 'signals_of_unit' in unit, ('with' if used else 'without') + ' the precompiled header\n' + unit[:200])
        return unit

    def changes(self):
        """What a library in the project says counts, and what it changes to; the unit depends on it"""
        text = TORCH + '#include "own.hpp"\nint answer_of_unit = library::answer;\n'
        for answer in ('42', '1234'):
            path = os.path.join(self.folder, 'third_party', 'library.hpp')
            write(path, LIBRARY.replace('42', answer))
            unit = self.case('the library says %s' % answer, [], text, True, 'not_in_library')
            self.expect('its word, %s' % answer, re.search(r'answer_of_unit.*\n.*\b%s\b' % answer, unit), unit)
            self.expect('the unit depends on it', '(dependency "%s"' % os.path.realpath(path) in unit, unit)
            self.expect('nothing in it is lowered', not re.search(r'\n *\((record|function)[^\n:]*"(library::|body)', unit), unit)

    def second(self):
        """Libraries after one that cannot be precompiled are read, and what is wrong with them is told"""
        for name, text, mark in (('macro', '#define After Other\n#include "third_party/second.hpp"\nOther other;\n', 'not_in_second'),
                                 ('macro of the library', '#undef OF_LIBRARY\n#include "third_party/second.hpp"\n', 'not_in_second'),
                                 ('missing header', '#include "third_party/lacks.hpp"\nLacks lacks;\n', "'not_there.hpp' file not found")):
            write(os.path.join(self.folder, 'second.cpp'), TORCH + LIB + text)
            unit = self.unit('second.cpp')
            self.expect('read in spite of the first: ' + name, mark in unit and 'not_in_library' not in unit, unit[:300])

    def libraries(self):
        """A large library by itself is told to be one; a small file, or one that speaks of torch, is read"""
        for name, text, told in (('large.hpp', LIBRARY + BIG, True), ('large.cpp', LIBRARY + BIG, False), ('short.hpp', LIBRARY, False),
                                 ('speaks.hpp', LIBRARY + BIG + '// of torch\n', False)):
            write(os.path.join(self.folder, name), text)
            unit = self.unit(name)
            self.expect('%s by itself' % name, ('a header of a library' in unit) == told and ('body_in_library' in unit) != told, unit[:300])


def main():
    with tempfile.TemporaryDirectory() as top:
        project = Project(sys.argv[1], top)
        for case in CASES:
            project.case(*case, 'not_declared')
        for case in VENDORED:
            project.case(*case, 'not_in_library')
        project.changes()
        project.second()
        project.libraries()
        print('precompiled headers: %d cases, %d failed' % (project.count, project.failed))
        return 1 if project.failed else 0


if __name__ == '__main__':
    sys.exit(main())
