#!/usr/bin/env python3
"""Runs `ckptlint keys` over every C++ file below some folders: any of them is answered, soon, and what is not known names its line.

  sweep.py --ckptlint PROGRAM [--limit 2] [--only TEXT] [--sample N] FOLDER... [-- FLAGS]

No expectation of what the keys are: other tests have those. What must hold of each file:
  it ends by itself        exit status 0, 1 or 2, never a signal, nor a front end that crashed or was stopped
  it ends within the limit processor seconds, the precompiled header being there: a first run makes it, then the unit is analysed anew
  reasons name a line      each note of a model says FILE:LINE
Every folder is an include path, and so are the folders above a file, as far up as the given one. Files that a folder's own git
directory holds are not looked at. A slow file is named with its time; `perf record` tells the rest.
"""
import argparse
import json
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time

SUFFIXES = ('.cpp', '.cc', '.cxx', '.h', '.hpp', '.hh')
LIBTORCH = '/usr/include/torch/csrc/api/include'
PLACE = re.compile(r'[\w.+-]+:\d+')
BROKEN = re.compile(r'crash|signal|stopped after|took longer|cannot be read back')


def sources(folder):
    for at, names, files in os.walk(folder):
        names[:] = sorted(n for n in names if not n.startswith('.'))
        for name in sorted(files):
            if name.endswith(SUFFIXES):
                yield folder, os.path.join(at, name)


def include_paths(folder, file):
    """The folders from `file` up to `folder`, and every include or src folder near."""
    found, at = [], os.path.dirname(file)
    while len(at) >= len(folder):
        found += [d for d in (at, os.path.join(at, 'include'), os.path.join(at, 'src')) if os.path.isdir(d) and not os.path.isdir(os.path.join(d, 'torch'))]
        at = os.path.dirname(at)
    return list(dict.fromkeys(found))


class Sweep:
    def __init__(self, a, flags):
        self.a, self.flags = a, flags
        self.cache = tempfile.mkdtemp(prefix='ckptlint-sweep.')

    def run(self, folder, file):
        """(what ckptlint printed, its processor seconds)"""
        shutil.rmtree(os.path.join(self.cache, 'ckptlint', 'units'), ignore_errors=True)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [self.a.ckptlint, 'keys', '--format', 'json', file, '--'] + self.flags + ['-I' + d for d in include_paths(folder, file)]
        done = subprocess.run(command, capture_output=True, text=True, errors='replace', env={**os.environ, 'XDG_CACHE_HOME': self.cache})
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return done, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def faults(self, folder, file):
        """(seconds, models, what is wrong)"""
        done, seconds = self.run(folder, file)
        if seconds > self.a.limit:  # the precompiled header was made, perhaps
            done, seconds = self.run(folder, file)
        wrong, models = [], []
        if done.returncode not in (0, 1, 2):
            wrong.append('exit status %d: %s' % (done.returncode, done.stderr.strip()[-300:]))
        wrong += [line for line in done.stderr.splitlines() if BROKEN.search(line)]
        if done.returncode == 0:
            models = json.loads(done.stdout)['models']
            wrong += ['%s: no place: %s' % (m['class'], n) for m in models for n in m.get('notes') or [] if not PLACE.search(n)]
            wrong += ['%s: not complete, and no reason' % m['class'] for m in models if not m['complete'] and not m.get('notes')]
        if seconds > self.a.limit:
            wrong.append('%.2f s' % seconds)
        return seconds, len(models), wrong


def main():
    own = sys.argv[1:]
    flags = own[own.index('--') + 1:] if '--' in own else []
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--ckptlint', required=True)
    p.add_argument('--limit', type=float, default=2, help='processor seconds for one file')
    p.add_argument('--only', default='', help='only files whose path contains this text')
    p.add_argument('--sample', type=int, default=0, help='only so many files of each folder, the same each time')
    p.add_argument('-v', action='store_true', help='name each file and its time')
    p.add_argument('folders', nargs='+')
    a = p.parse_args(own[:own.index('--')] if '--' in own else own)
    sweep, times, failed, models, start = Sweep(a, ['-std=c++17', '-I' + LIBTORCH] + flags), [], 0, 0, time.time()
    for folder in a.folders:
        files = [f for f in sources(os.path.abspath(folder)) if a.only in f[1]]
        if a.sample and a.sample < len(files):
            files = sorted(random.Random(1).sample(files, a.sample))
        for top, file in files:
            seconds, n, wrong = sweep.faults(top, file)
            times.append((seconds, file))
            models, failed = models + n, failed + bool(wrong)
            if a.v:
                print('%6.2f s %4d models  %s' % (seconds, n, file), flush=True)
            for text in wrong:
                print('FAIL %s: %s' % (file, text), flush=True)
    shutil.rmtree(sweep.cache, ignore_errors=True)
    times.sort()
    if times:
        print('sweep: %d files, %d models, %d failed; median %.2f s, slowest %.2f s (%s); %.0f s' %
              (len(times), models, failed, times[len(times) // 2][0], times[-1][0], times[-1][1], time.time() - start))
    sys.exit(1 if failed or not times else 0)


if __name__ == '__main__':
    main()
