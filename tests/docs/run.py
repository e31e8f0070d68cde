#!/usr/bin/env python3
"""Runs what the documentation shows: every `console` block of README.md and docs/**/*.md.

A page is a little world of its own, in a fresh folder:
  ```cpp file=NAME      the block is written to NAME first (any language; file= makes it a file)
  <!-- copy SOURCE NAME -->   a file of the repository (path from its root) is copied to NAME
  ```console            lines that start with `$ ` are run by sh; what follows is their exact output, stdout and stderr together.
                        A line `...` stands for any number of lines. `(exit status N)` as the last line of an output: the command ends with N;
                        without it the command must end with 0, or with 1 where an error is printed.
The README's commands are run in the repository itself.
  ```console one        the first line is the command, all that follows its output (which shows commands itself); it must end with 0
  ```console norun      shown only (installing packages, editors); keep these rare.
The folder of the built program comes first in PATH. With --write the outputs are rewritten from what the program prints: read the diff.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BLOCK = re.compile(r'^```(\w+)([^\n]*)\n(.*?)^```$', re.M | re.S)
COPY = re.compile(r'^<!-- copy (\S+) (\S+) -->$', re.M)


def matches(want, got):
    """`...` lines match any run of lines."""
    pattern = '\n'.join('(?:.*\n)*?' if line.strip() == '...' else re.escape(line) for line in want)
    pattern = pattern.replace('(?:.*\n)*?\n', '(?:.*\n)*?')
    return re.fullmatch(pattern, '\n'.join(got) + ('\n' if pattern.endswith('*?') and got else '')) is not None


def sessions(text, one):
    """The commands of a console block, each with its expected lines; `one`: all but the first line is output."""
    found = []
    for line in text.rstrip('\n').split('\n'):
        if line.startswith('$ ') and not (one and found):
            found.append([line[2:], []])
        elif found and found[-1][0].endswith('\\') and not found[-1][1]:
            found[-1][0] += '\n' + line
        elif found:
            found[-1][1].append(line)
    return found


def run(command, folder, env):
    p = subprocess.run(['sh', '-c', command], cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors='replace', timeout=300)
    out = p.stdout.replace(folder + '/', '').rstrip('\n')
    return p.returncode, out.split('\n') if out else []


def do_page(path, a, env):
    text = open(path).read()
    folder = os.path.realpath(tempfile.mkdtemp(prefix='ckptlint-docs-'))
    where = ROOT if os.path.basename(path) == 'README.md' and os.path.dirname(path) == ROOT else folder
    failures, ran = [], 0
    for source, name in COPY.findall(text):
        target = os.path.join(folder, name)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        source = os.path.join(ROOT, source)
        shutil.copytree(source, target) if os.path.isdir(source) else shutil.copy(source, target)

    def block(m):
        nonlocal ran
        language, options, body = m.groups()
        name = re.search(r'file=(\S+)', options)
        if name:
            os.makedirs(os.path.dirname(os.path.join(folder, name.group(1))), exist_ok=True)
            open(os.path.join(folder, name.group(1)), 'w').write(body)
        if language != 'console' or 'norun' in options:
            return m.group(0)
        out = []
        for command, want in sessions(body, 'one' in options.split()):
            status, got = run(command, where, env)
            ran += 1
            usual = 1 if any(': error: ' in line for line in got) and 'one' not in options.split() else 0
            if want and (e := re.fullmatch(r'\(exit status (\d+)\)', want[-1])):
                want, expected = want[:-1], int(e.group(1))
            else:
                expected = usual
            if status != expected or not matches(want, got):
                failures.append('%s: $ %s\n  exit status %d, expected %s; printed:\n%s' % (os.path.relpath(path, ROOT), command, status, expected, '\n'.join('  | ' + g for g in got)))
            out += ['$ ' + command] + (want if matches(want, got) else got) + (['(exit status %d)' % status] if status != usual else [])
        return '```%s%s\n%s\n```' % (language, options, '\n'.join(out))

    new = BLOCK.sub(block, text)
    shutil.rmtree(folder)
    if a.write and new != text:
        open(path, 'w').write(new)
    return ran, failures


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('build')
    p.add_argument('--only', default='')
    p.add_argument('--write', action='store_true')
    a = p.parse_args()
    clean = {k: v for k, v in os.environ.items() if k not in ('MAKEFLAGS', 'MAKELEVEL', 'MFLAGS', 'CKPTLINT_FLAGS')}
    env = dict(clean, BUILD=os.path.realpath(a.build), PATH=os.path.realpath(a.build) + ':' + os.environ['PATH'], NO_COLOR='1', LC_ALL='C.UTF-8')
    pages = [os.path.join(ROOT, 'README.md')]
    for top, _, names in sorted(os.walk(os.path.join(ROOT, 'docs'))):
        pages += [os.path.join(top, n) for n in sorted(names) if n.endswith('.md')]
    ran = bad = 0
    for page in pages:
        if a.only in page and os.path.exists(page):
            n, failures = do_page(page, a, env)
            ran += n
            bad += len(failures)
            for f in failures:
                print(f)
    print('%d passed, %d failed' % (ran - bad, bad))
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main())
