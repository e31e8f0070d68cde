"""What the oracle's runners share: compiling fixtures against libtorch, running ckptlint, judging a derived model.

Truth is what a program compiled against libtorch prints; it is never taken from ckptlint. Compiled programs and their
output are kept in the build folder under a hash of everything that went into them, so that a second run costs nothing.
"""
import argparse
import concurrent.futures
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
INCLUDES = ['-I/usr/include/torch/csrc/api/include', '-I' + HERE]
STANDARD = '-std=c++17'
LIBRARIES = ['-ltorch', '-ltorch_cpu', '-lc10', '-ldl']
# ld reads all of libtorch's symbols for each program, two seconds of its time; the others do not
LINKER = next((['-fuse-ld=' + name] for name in ('lld', 'gold') if shutil.which('ld.' + name)), [])
# What the analyzer is told about a fixture: the flags a user's build would have.
ANALYZER_FLAGS = [STANDARD] + INCLUDES


class Libtorch(argparse.Action):
    """Another release's headers for ckptlint. The truth stays what the installed libtorch says: state dicts do not change with releases."""

    def __call__(self, parser, namespace, folder, option=None):
        include = os.path.join(os.path.abspath(folder), 'include')
        if not os.path.exists(os.path.join(include, 'torch/csrc/api/include/torch/torch.h')):
            parser.error('%s has no include/torch/csrc/api/include/torch/torch.h' % folder)
        ANALYZER_FLAGS[1:1] = ['-isystem' + include, '-isystem' + include + '/torch/csrc/api/include']
        ANALYZER_FLAGS.remove(INCLUDES[0])
        setattr(namespace, self.dest, folder)


def arguments(doc):
    """The options that every runner takes; the caller may add its own before parsing."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--ckptlint', help='the program under test; without it only the truth is computed')
    parser.add_argument('--build', required=True, help='folder for compiled programs and their cached output')
    # clang takes a quarter of g++'s time for a program with libtorch's headers precompiled; both must say the same
    parser.add_argument('--cxx', default=os.environ.get('CXX_ORACLE') or shutil.which('clang++-22') or 'g++', help='compiler of the truth (default: %(default)s)')
    parser.add_argument('--libtorch', action=Libtorch, metavar='DIR', help='parse with the headers of the libtorch in this folder (DIR/include) instead of the installed one')
    parser.add_argument('--only', default='', help='only what contains this text')
    parser.add_argument('--timeout', type=int, default=180, help='seconds for one ckptlint run; the first one precompiles headers, beside other suites')
    parser.add_argument('-j', type=int, default=2, help='programs compiled at a time')
    parser.add_argument('-v', action='store_true', help='print what is equal, too')
    return parser


def digest(*parts):
    h = hashlib.sha256()
    for part in parts:
        h.update(part if isinstance(part, bytes) else str(part).encode())
        h.update(b'\0')
    return h.hexdigest()[:24]


def read(path):
    with open(path, 'rb') as f:
        return f.read()


class Compiler:
    """Compiles fixtures with a precompiled pch.h, and remembers what the programs printed."""

    def __init__(self, build, cxx):
        self.build, self.cxx = os.path.abspath(build), cxx
        self.is_clang = 'clang' in os.path.basename(cxx)
        os.makedirs(self.build, exist_ok=True)
        self.flags = [STANDARD, '-O0'] + INCLUDES + (['-fpch-instantiate-templates'] if self.is_clang else [])
        version = subprocess.run([cxx, '--version'], capture_output=True, text=True, check=True).stdout
        # without this folder: what a program prints does not depend on where its sources lie
        self.salt = digest(version, [f for f in self.flags if HERE not in f], read(os.path.join(HERE, 'pch.h')))
        self.headers = digest(read(os.path.join(HERE, 'dump.h')), read(os.path.join(HERE, 'load.h')))

    def pch(self):
        """Builds the precompiled header once; a lock keeps two runners from building it at the same time."""
        suffix = '.pch' if self.is_clang else '.gch'
        folder = os.path.join(self.build, 'pch-' + self.salt)
        header = os.path.join(folder, 'pch.h')
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, 'lock'), 'w') as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not os.path.exists(header + suffix):
                with open(header, 'wb') as f:
                    f.write(read(os.path.join(HERE, 'pch.h')))
                subprocess.run([self.cxx] + self.flags + ['-x', 'c++-header', header, '-o', header + suffix + '.tmp'], check=True)
                os.rename(header + suffix + '.tmp', header + suffix)
        return header

    def output(self, sources, defines=(), cwd=None, extra='', env=()):
        """Standard output of the program made of `sources`; (text, None) or (None, message).

        `extra` stands for other inputs of its run in the cache's key; `env` are NAME=VALUE texts."""
        kept = os.path.join(self.build, 'truth-%s.out' % digest(self.key(sources, defines), extra, *env))
        if os.path.exists(kept):
            return read(kept).decode(), None
        program, error = self.program(sources, defines)
        if error:
            return None, error
        run = subprocess.run([program], capture_output=True, text=True, errors='replace', cwd=cwd,
                             env={**os.environ, **dict(e.split('=', 1) for e in env)})
        if run.returncode:
            return None, 'exit status %d: %s%s' % (run.returncode, run.stdout[-300:], run.stderr[-1500:])
        replace(kept, run.stdout)
        return run.stdout, None

    def key(self, sources, defines):
        folders = {os.path.dirname(s) for s in sources}
        near = [read(os.path.join(f, n)) for f in sorted(folders) for n in sorted(os.listdir(f)) if n.endswith('.h')]
        return digest(self.salt, self.headers, defines, *near, *[read(s) for s in sources])

    def program(self, sources, defines=()):
        """The path of the program compiled from `sources`; (path, None) or (None, the compiler's message)."""
        program = os.path.join(self.build, 'bin-' + self.key(sources, defines))
        if os.path.exists(program):
            return program, None
        include = ['-include-pch', self.pch() + '.pch'] if self.is_clang else ['-include', self.pch()]
        command = ([self.cxx] + self.flags + include + ['-D' + d for d in defines] +
                   sorted({'-I' + os.path.dirname(s) for s in sources}) + list(sources) + ['-o', program + '.tmp'] + LINKER + LIBRARIES)
        run = subprocess.run(command, capture_output=True, text=True, errors='replace')
        if run.returncode:
            return None, 'does not compile:\n' + run.stderr[:3000]
        os.rename(program + '.tmp', program)
        return program, None


def replace(path, text):
    """Writes a file whole or not at all."""
    temporary = '%s.tmp%d' % (path, os.getpid())
    with open(temporary, 'w', encoding='utf-8') as f:
        f.write(text)
    os.rename(temporary, path)


def parallel(function, items, jobs):
    """Results of function(item) in the order of items, `jobs` at a time."""
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(function, items))


def ckptlint(program, command, files, flags=None, timeout=60, options=(), cwd=None):
    """The JSON that `ckptlint COMMAND --format json` prints for `files`; (object, None) or (None, message)."""
    line = [program, command, '--format', 'json', *options, *files, '--'] + (ANALYZER_FLAGS if flags is None else flags)
    try:
        run = subprocess.run(line, capture_output=True, text=True, errors='replace', timeout=timeout, cwd=cwd)
    except subprocess.TimeoutExpired:
        return None, 'took longer than %d s' % timeout
    except OSError as error:
        return None, str(error)
    if run.returncode not in (0, 1):
        return None, 'exit status %d: %s' % (run.returncode, (run.stderr or run.stdout).strip()[-400:])
    try:
        return json.loads(run.stdout), None
    except ValueError as error:
        return None, 'its output is not JSON (%s): %s' % (error, (run.stdout + run.stderr)[-300:])


def cut(names, most=4):
    names = list(names)
    return ', '.join(names[:most]) + (' and %d more' % (len(names) - most) if len(names) > most else '')


def judge(truth, model):
    """Compares a derived model with what libtorch printed: (verdict, why).

    equal    complete, and keys, order, kinds, shapes, dtypes and modules are all the same
    partial  not all was derived, and nothing that was claimed is untrue
    none     no model was derived at the construction
    wrong    something claimed is untrue
    """
    if model is None:
        return 'none', 'no model at the construction'
    want = {k['key']: k for k in truth['keys']}
    unknown, seen, loose = [], [], []
    for k in model['keys']:
        if k.get('certainty', 'definite') != 'definite' or '*' in k['key']:
            loose.append(re.compile(re.escape(k['key']).replace(r'\*', r'[^.]+')))
            continue
        t = want.get(k['key'])
        if t is None:
            return 'wrong', 'claims %s (%s), libtorch has %s' % (k['key'], k.get('kind'), cut(want) or 'no key')
        seen.append(k['key'])
        if k.get('kind') != t['kind']:
            if k.get('kind'):
                return 'wrong', '%s is a %s, not a %s' % (k['key'], t['kind'], k['kind'])
            unknown.append(k['key'])
        if k.get('dtype') is None:
            unknown.append(k['key'])
        elif k['dtype'] != t['dtype']:
            return 'wrong', '%s has dtype %s, not %s' % (k['key'], t['dtype'], k['dtype'])
        shape = k.get('shape')
        if shape is None:
            unknown.append(k['key'])
        elif len(shape) != len(t['shape']) or any(isinstance(a, int) and a != b for a, b in zip(shape, t['shape'])):
            return 'wrong', '%s has shape %s, not %s' % (k['key'], t['shape'], shape)
        elif any(not isinstance(a, int) for a in shape):
            unknown.append(k['key'])
    missing = [k for k in want if k not in seen and not any(r.fullmatch(k) for r in loose)]
    modules = model.get('modules')
    extra = [m for m in modules or [] if m not in truth['modules'] and '*' not in m]
    if model.get('complete'):
        if missing:
            return 'wrong', 'is said to be complete, yet lacks %s' % cut(missing)
        if extra and not loose:
            return 'wrong', 'claims module %s' % cut(extra)
        if not loose and len(seen) == len(want) and not unknown:
            order = [k['key'] for k in truth['keys']]
            if seen != order:
                at = next(i for i, (a, b) in enumerate(zip(seen, order)) if a != b)
                return 'wrong', 'order: %s comes at %d, where libtorch has %s' % (seen[at], at, order[at])
            if modules is None:
                return 'partial', 'no modules'
            if modules != truth['modules']:
                absent = [m for m in truth['modules'] if m not in modules]
                return 'wrong', 'modules: ' + ('lacks ' + cut(absent) if absent else 'in another order or number')
            return 'equal', ''
    notes = model.get('notes') or []
    note = notes[0] if notes else ''
    note = note if isinstance(note, str) else json.dumps(note)
    facts = ['%d of %d keys' % (len(seen), len(want))]
    if unknown:
        facts.append('not fully known: %s' % cut(dict.fromkeys(unknown)))
    if loose:
        facts.append('%d conditional or patterns' % len(loose))
    return 'partial', '; '.join(facts + ([note] if note else ['no note']))


ORDER = ('wrong', 'none', 'partial', 'equal')


def judge_line(truths, result, path, line):
    """The verdict on the models reported at one line: a statement may construct several on its way, the best one counts.

    `truths`: what the model was in each run of the program; the verdict on a model is the worst over them."""
    here = [m for m in result['models'] if m.get('line') == line and os.path.basename(m.get('file') or '') == os.path.basename(path)]
    judged = [min((judge(t, m) for t in truths), key=lambda j: ORDER.index(j[0])) for m in here] or [judge(truths[0], None)]
    return next((j for j in judged if j[0] == 'equal'), judged[-1])


class Score:
    """Counts of a suite, its verdict lines, and its last line."""

    def __init__(self, name):
        self.name, self.start = name, time.time()
        self.passed = self.failed = 0
        self.verdicts = {}

    def add(self, ok, verdict, place, why, show):
        self.passed, self.failed = self.passed + bool(ok), self.failed + (not ok)
        self.verdicts[verdict] = self.verdicts.get(verdict, 0) + 1
        if show or not ok:
            print('%s %-8s %s%s' % ('ok  ' if ok else 'FAIL', verdict, place, '  ' + why if why else ''))

    def finish(self):
        total = self.passed + self.failed
        print('%s: %s; %.0f s' % (self.name, ', '.join('%s %d' % v for v in sorted(self.verdicts.items())), time.time() - self.start))
        print('equal %d of %d' % (self.verdicts.get('equal', 0), total))
        print('%d passed, %d failed' % (self.passed, self.failed))
        sys.exit(1 if self.failed or not total else 0)
