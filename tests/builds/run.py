#!/usr/bin/env python3
"""ckptlint where people meet it: in builds, behind launchers, in hooks and in editors, and when something goes wrong around it.

  run.py BUILD [--only TEXT] [--long] [-j N] [-v] [--times]

Groups: ways (one real project built in every way), launcher, faults, same (determinism), programs (who is linked with whom), generators
(CMake, Make, Ninja, Meson, Bazel), hooks (pre-commit, git), editors, plugins. --only takes a group or a part of a test's name; --long adds the tests that take minutes. A test whose
tool is not installed is skipped, and says so; the last line counts. --times runs one after the other and tells the seconds of each, and those of processors."""
import argparse
import concurrent.futures
import os
import resource
import shutil
import sys
import time
import traceback

import lib
from common import cache_of  # found by lib

GROUPS = ('ways', 'generators', 'programs', 'hooks', 'faults', 'same', 'editors', 'plugins', 'launcher')  # the longest tests first
for group in GROUPS:
    if os.path.exists(os.path.join(os.path.dirname(os.path.abspath(__file__)), group + '.py')):
        __import__(group)


def spent():
    """(seconds, those of processors) so far; the latter of the programs that ended"""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.time(), used.ru_utime + used.ru_stime


def run_one(row, build, cache):
    """(state, text, seconds, those of processors)"""
    _, _, needs, _, function = row
    lacking = [n for n in needs if shutil.which(n) is None]
    if lacking:
        return 'skipped', 'needs ' + ', '.join(lacking), 0, 0
    start, used = spent()
    world = lib.World(build, cache)
    try:
        function(world)
        state, text = 'ok', ''
    except lib.Skipped as reason:
        state, text = 'skipped', str(reason)
    except AssertionError as error:
        state, text = 'FAILED', str(error)
    except Exception:  # a fault of the test is a failure of that test alone
        state, text = 'FAILED', traceback.format_exc()
    finally:
        world.remove()
    end, used_then = spent()
    return state, text, end - start, used_then - used


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('build')
    p.add_argument('--only', default='')
    p.add_argument('--long', action='store_true')
    p.add_argument('-j', type=int, default=(os.cpu_count() or 1) + 1)  # many tests wait: for the clock, for a server
    p.add_argument('-v', action='store_true')
    p.add_argument('--times', action='store_true')
    a = p.parse_args()
    build = os.path.realpath(a.build)
    cache = cache_of(build)
    chosen = [row for row in lib.tests if (a.long or not row[3]) and (a.only == row[0] if a.only in GROUPS else a.only in row[1])]
    world = lib.World(build, cache)
    world.warm()
    world.remove()
    count, took = {'ok': 0, 'FAILED': 0, 'skipped': 0}, []
    with concurrent.futures.ThreadPoolExecutor(max_workers=1 if a.times else max(1, a.j)) as pool:
        for row, (state, text, seconds, used) in zip(chosen, pool.map(lambda row: run_one(row, build, cache), chosen)):
            count[state] += 1
            took.append((seconds, row[1]))
            more = ' (%s)' % text if state == 'skipped' else ' %.1f s, of processors %.1f s' % (seconds, used) if a.times else ' %.1f s' % seconds if a.v else ''
            if state != 'ok' or a.v or a.times:
                print('%-8s %s: %s%s' % (state, row[0], row[1], more), flush=True)
            if state == 'FAILED':
                text = text if len(text) < 3000 else text[:3000] + ' ...'
                print('  | ' + text.strip().replace('\n', '\n  | '), flush=True)
    print('slowest: ' + ', '.join('%s %.0f s' % (name, seconds) for seconds, name in sorted(took, reverse=True)[:8]))
    print('%d passed, %d failed, %d skipped' % (count['ok'], count['FAILED'], count['skipped']))
    return 1 if count['FAILED'] or not chosen else 0


if __name__ == '__main__':
    sys.exit(main())
