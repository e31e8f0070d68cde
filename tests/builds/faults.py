"""What goes wrong around the checker costs its findings at most, never the build: and what was not checked is said, never taken for an all-clear.

A front end that is missing, crashes, hangs or writes nonsense; a cache that is damaged, full, read-only, someone else's, or written to by
forty processes at once, some of them killed; clocks that step. After each, the cache heals: the next run but one starts no front end."""
import glob
import os
import random
import re
import shutil
import signal
import subprocess
import time

from lib import FLAGS, LINK_MISFIT, MISFIT, Skipped, expect, findings, test

PLAIN = '#include <vector>\n#include <string>\nint main() { return 0; }\n'  # its PCH takes a second, not ten
SMALL = ['-std=c++17']


def frontend(w):
    return os.path.join(w.build, 'ckptlint-frontend')


def counting(w, then=''):
    """A front end that leaves a mark for each start, then is the real one."""
    script = '#!/bin/sh\necho x >> "%s"\n%sexec "%s" "$@"\n' % (w.path('count'), then, frontend(w))
    w.env['CKPTLINT_FRONTEND'] = w.write('counting', script, executable=True)


def starts(w):
    """How often the front end was started since the last call."""
    n = len(w.read('count').split()) if w.exists('count') else 0
    w.write('count', '')
    return n


def healed(w, run):
    """Two runs with the right findings; the second starts no front end."""
    counting(w)
    run()
    starts(w)
    run()
    expect(starts(w) == 0, 'the front end was started although nothing had changed')


# --- The front end ---------------------------------------------------------------------------------------------------------------

FRONT_ENDS = [  # name, script (None: there is none), what the output must say
    ('missing', None, 'ckptlint-frontend'),
    ('killed', '#!/bin/sh\nkill -KILL $$\n', 'signal 9'),
    ('crashing', '#!/bin/sh\nkill -SEGV $$\n', 'signal 11'),
    ('silent', '#!/bin/sh\nexit 1\n', 'status 1'),
    ('talkative', '#!/bin/sh\nyes "some text" | head -c 1000000 >&2\nexit 1\n', 'some text'),
    ('writing nothing', '#!/bin/sh\nexit 0\n', 'not checked'),
    ('writing nonsense', '#!/bin/sh\necho garbage\nfor w; do [ "$p" = --output ] && [ "$w" != - ] && echo garbage > "$w"; p=$w; done\n', 'not checked'),
    ('not executable', '#!/no/such/interpreter\n', 'not checked'),
    ('hanging', '#!/bin/sh\nexec sleep 600\n', 'longer than 1 s'),
    ('hanging with a child', '#!/bin/sh\nsleep 600 &\nwait\n', 'longer than 1 s'),
]


def add_front_end(name, script, says):
    def row(w):
        w.net()
        w.own_cache()
        w.env['CKPTLINT_TIMEOUT'] = '1'
        w.env['CKPTLINT_FRONTEND'] = w.write('front', script, executable=True) if script else w.path('nowhere')
        start = time.time()
        r = w.run('ckptlint', 'cc', w.fake_compiler(), *FLAGS, '-c', 'net.cpp', '-o', 'net.o').expect(0, says, found=[])
        expect(w.exists('net.o'), 'the object is not there')
        expect(len(r.err.strip().split('\n')) <= 2 and len(r.err) < 1000, 'more than a note', r.err[:3000])
        r = w.check('net.cpp').expect(2, says, found=[])
        expect(time.time() - start < 30, 'it took %.0f s' % (time.time() - start))
        del w.env['CKPTLINT_FRONTEND'], w.env['CKPTLINT_TIMEOUT']
        healed(w, lambda: w.check('net.cpp').expect(1, found=MISFIT))
    row.__name__ = 'a front end that is ' + name
    test('faults')(row)


for row_name, row_script, row_says in FRONT_ENDS:
    add_front_end(row_name, row_script, row_says)


@test('faults')
def one_unit_of_two_without_front_end(w):
    """What is not checked is counted: the load is not called checked, and the file is named."""
    w.two_units()
    w.own_cache()
    w.env['CKPTLINT_FRONTEND'] = w.write('front', '#!/bin/sh\ncase "$*" in */net.cpp*) kill -SEGV $$;; esac\nexec "%s" "$@"\n' % frontend(w), executable=True)
    r = w.check('main.cpp', 'net.cpp')
    expect(r.status == 0 and not findings(r.text) and '1 file not read' in r.text and '0 checked' in r.text, 'an all-clear', r.text)
    for unit in ('net', 'main'):
        w.run('ckptlint', 'cc', w.fake_compiler(), *FLAGS, '-c', unit + '.cpp', '-o', unit + '.o').expect(0, found=[])
    w.run('ckptlint', 'cc', w.fake_compiler(), 'main.o', 'net.o', '-o', 'app').expect(0, '0 checked', found=[])


@test('faults')
def the_checker_is_killed(w):
    """The launcher itself: its step fails as any killed command's does, the next build is right, and no compiler runs on."""
    w.net()
    w.own_cache()
    w.write('cxx', '#!/bin/sh\necho $$ > pid\nsleep 1\necho x > "$out"\n', executable=True)
    child = w.start('ckptlint', 'cc', './cxx', *FLAGS, '-c', 'net.cpp', '-o', 'net.o')
    time.sleep(0.3)
    child.kill()
    expect(child.wait() == -signal.SIGKILL, 'status %s' % child.returncode)
    w.run('ckptlint', 'cc', w.fake_compiler(), *FLAGS, '-c', 'net.cpp', '-o', 'net.o').expect(1, found=MISFIT)


def add_plugin_fault(compiler, name, script):
    def row(w):
        plugin = w.run('ckptlint', 'plugin-path', compiler).out.strip()
        if not plugin:
            raise Skipped('needs the plugin of ' + compiler)
        w.write('plain.cpp', PLAIN)
        program = w.write('checker', script, executable=True) if script else '/nonexistent/ckptlint'
        r = w.run(compiler, '-fplugin=' + plugin, '-c', 'plain.cpp', env={'CKPTLINT': program})
        expect(r.status == 0 and w.exists('plain.o'), 'the compilation failed', r.text)
        expect(1 <= len(r.err.strip().split('\n')) <= 2, 'more or less than a note', r.err)
        expect(script or program in r.err, 'the note does not name the program', r.err)
    row.__name__ = 'a plugin of %s whose checker is %s' % (compiler, name)
    test('faults', compiler)(row)


for row_name, row_script in (('missing', None), ('killed', '#!/bin/sh\nkill -KILL $$\n'), ('crashing', '#!/bin/sh\nkill -SEGV $$\n')):
    for one_compiler in ('g++', 'clang++-22'):
        add_plugin_fault(one_compiler, row_name, row_script)


# --- Damage ----------------------------------------------------------------------------------------------------------------------

def flip(path, at):
    times = os.stat(path)
    with open(path, 'r+b') as f:
        f.seek(at)
        byte = f.read(1)
        f.seek(at)
        f.write(bytes([byte[0] ^ 0x55]))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))  # a disk that fails does not change times


def cut(path, at):
    with open(path, 'r+b') as f:
        f.truncate(at)


def damage_everywhere(w, files, run, step=512):
    """Each file at every `step`-th byte: the run must find what it always finds."""
    done = 0
    for path in files:
        size = os.path.getsize(path)
        for at in range(0, size, step):
            for how in (flip, cut) if at % (8 * step) == 0 else (flip,):
                with open(path, 'rb') as f:
                    whole = f.read()
                how(path, at)
                run()
                done += 1
                with open(path + '.new', 'wb') as f:  # as it was, for the next position
                    f.write(whole)
                os.rename(path + '.new', path)
    return done


@test('faults')
def units_damaged_at_every_512th_byte(w):
    w.two_units()
    cache = w.own_cache()
    run = lambda: w.check('main.cpp', 'net.cpp').expect(1, found=LINK_MISFIT)
    run()
    units = glob.glob(cache + '/units/*.unit')
    expect(len(units) == 2, 'units: %s' % units)
    done = damage_everywhere(w, units, run)
    expect(done > 15, '%d positions' % done)
    healed(w, run)


@test('faults')
def records_of_objects_damaged_at_every_512th_byte(w):
    """A record that is gone makes the link count the load as not checked; a wrong one must not be believed."""
    w.two_units()
    cache = w.own_cache()
    for unit in ('net', 'main'):
        w.run('ckptlint', 'cc', w.fake_compiler(), *FLAGS, '-c', unit + '.cpp', '-o', unit + '.o').expect(0, found=[])

    def link():
        r = w.run('ckptlint', 'cc', w.fake_compiler(), 'main.o', 'net.o', '-o', 'app')
        right = r.status == 1 and findings(r.text) == LINK_MISFIT
        expect(right or (r.status == 0 and not findings(r.text)), 'wrong findings', r.text)
    link()
    records = [p for p in glob.glob(cache + '/objects/*') if os.path.isfile(p)]
    expect(len(records) >= 2, 'records: %s' % records)
    damage_everywhere(w, records, link, step=32)
    for unit in ('net', 'main'):
        w.run('ckptlint', 'cc', w.fake_compiler(), *FLAGS, '-c', unit + '.cpp', '-o', unit + '.o').expect(0, found=[])
    w.run('ckptlint', 'cc', w.fake_compiler(), 'main.o', 'net.o', '-o', 'app').expect(1, found=LINK_MISFIT)


def damage_pch(w, source, run, positions, kinds=('.pch', '.list', '.words', '.seal', '.hpp')):
    """Damages what lies beside a PCH at `positions` places each; a unit that changes each time asks for the PCH each time."""
    text = w.read(source)
    for i, kind in enumerate(kinds):
        for k in range(positions):
            files = sorted(glob.glob(w.env['XDG_CACHE_HOME'] + '/ckptlint/pch/*' + kind))
            expect(files, 'no file ' + kind)
            damaged = files[k % len(files)]  # libtorch has two
            size = os.path.getsize(damaged)
            flip(damaged, (size * (2 * k + 1) // (2 * positions)) // 512 * 512 % size)
            w.write(source, text + '// %d %d\n' % (i, k))
            run()
    healed(w, run)


@test('faults')
def a_damaged_precompiled_header(w):
    w.own_cache(cold=True)
    w.write('plain.cpp', PLAIN)
    run = lambda: w.run('ckptlint', 'check', 'plain.cpp', '--', *SMALL).expect(0, '0 load sites', absent=['not read', 'did not compile'])
    run()
    damage_pch(w, 'plain.cpp', run, 1)


@test('faults', long=True)
def a_damaged_precompiled_header_of_libtorch(w):
    w.own_cache(cold=True)
    w.net()
    run = lambda: w.check('net.cpp').expect(1, found=MISFIT)
    run()
    damage_pch(w, 'net.cpp', run, 4)


# --- Folders ---------------------------------------------------------------------------------------------------------------------

def namespace(w, setup, *command):
    """The command where `setup` has mounted something; skipped where that is not allowed."""
    unshare = ['unshare', '-m'] if os.getuid() == 0 else ['unshare', '-rm']
    if shutil.which('unshare') is None or subprocess.run([*unshare, 'true'], capture_output=True).returncode != 0:
        raise Skipped('needs a mount namespace')
    mounted = subprocess.run([*unshare, 'sh', '-c', setup], cwd=w.folder, capture_output=True)
    if mounted.returncode != 0:
        raise Skipped('needs mount: ' + mounted.stderr.decode().strip())
    return w.run(*unshare, 'sh', '-c', setup + ' && exec "$@"', 'sh', *command)


def add_full_disk(size, with_libtorch):
    def row(w):
        w.net()
        w.write('plain.cpp', PLAIN)
        w.own_cache(cold=True)
        os.makedirs(w.path('cache'), exist_ok=True)
        mount = 'mount -t tmpfs -o size=%s tmpfs cache' % size
        r = namespace(w, mount, 'sh', '-c', 'ckptlint check plain.cpp -- -std=c++17; ckptlint check plain.cpp -- -std=c++17; ls -A cache/ckptlint/*')
        r.expect(0, absent=['.tmp.', 'not read', 'did not compile'])
        expect(r.text.count('0 load sites') == 2, 'not two runs', r.text)
        if with_libtorch:
            namespace(w, mount, 'ckptlint', 'cc', w.fake_compiler(), *FLAGS, '-c', 'net.cpp', '-o', 'net.o').expect(1, found=MISFIT)
    row.__name__ = 'a disk with %s left' % size
    test('faults')(row)


add_full_disk('8k', True)
add_full_disk('2m', False)


@test('faults')
def a_cache_that_is_read_only(w):
    w.net()
    w.write('plain.cpp', PLAIN)
    w.own_cache(cold=True)
    os.makedirs(w.path('cache'), exist_ok=True)
    mount = 'mount --bind cache cache && mount -o remount,ro,bind cache'
    namespace(w, mount, 'ckptlint', 'check', 'plain.cpp', '--', *SMALL).expect(0, '0 load sites', absent=['not read'])
    w.own_cache()
    w.check('net.cpp').expect(1, found=MISFIT)
    counting(w)
    w.check('net.cpp').expect(1, found=MISFIT)
    starts(w)
    namespace(w, mount, 'ckptlint', 'check', 'net.cpp', '--', *FLAGS).expect(1, found=MISFIT)
    expect(starts(w) == 0, 'a read-only cache that has the answer was not used')


@test('faults', 'setpriv')
def a_cache_of_someone_else(w):
    """Without the right to read it: as if there were none. One that another user wrote, or could write to: not believed."""
    if os.getuid() != 0:
        raise Skipped('needs root, to become someone else')
    w.write('plain.cpp', PLAIN)
    w.own_cache(cold=True)
    nobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups']
    os.chmod(w.folder, 0o755)
    if w.run(*nobody, 'ckptlint', '--version').status != 0:
        raise Skipped('someone else cannot run this build')
    check = ['ckptlint', 'check', 'plain.cpp', '--', *SMALL]
    right = dict(absent=['not read', 'did not compile'])
    w.run(*check).expect(0, '0 load sites', **right)
    w.run(*nobody, *check).expect(0, '0 load sites', **right)
    shutil.rmtree(w.path('cache'))
    os.mkdir(w.path('cache'))
    os.chown(w.path('cache'), 65534, 65534)
    counting(w)
    w.write('count', '')
    os.chmod(w.path('count'), 0o666)
    w.run(*nobody, *check).expect(0, '0 load sites', **right)
    w.run(*nobody, *check)
    expect(starts(w) == 1, 'the other user has no cache')
    w.run(*check).expect(0, '0 load sites', **right)
    expect(starts(w) == 1, 'an entry of another user was believed')
    w.run('ckptlint', 'doctor').expect(None, 'is not used: another user owns it')
    starts(w)
    for top, _, _ in os.walk(w.path('cache')):
        os.chown(top, 0, 0)
        os.chmod(top, 0o777)
    w.run(*check).expect(0, '0 load sites', **right)
    expect(starts(w) == 1, 'an entry that anyone can write was believed')


@test('faults')
def places_where_no_cache_can_be(w):
    w.write('plain.cpp', PLAIN)
    w.write('file', '')
    for place in ('/proc/nowhere', w.path('file'), '/dev/null', 'relative'):
        w.run('ckptlint', 'check', 'plain.cpp', '--', *SMALL, env={'XDG_CACHE_HOME': place, 'HOME': '/proc/nowhere'}).expect(0, '0 load sites', absent=['not read'])
    w.run('ckptlint', 'check', 'plain.cpp', '--', *SMALL, env={'XDG_CACHE_HOME': '', 'HOME': ''}).expect(0, '0 load sites')


# --- At the same time --------------------------------------------------------------------------------------------------------------

def forty(w, source, args, status, found, headers):
    counting(w)
    children = [w.start('ckptlint', 'check', source, '--', *args) for _ in range(40)]
    for child in children:
        out, err = child.communicate(timeout=600)
        expect(child.returncode == status and findings(out + err) == found, 'status %d' % child.returncode, err)
    pch = glob.glob(w.env['XDG_CACHE_HOME'] + '/ckptlint/pch/*.pch*')
    expect(len(pch) == headers, 'precompiled headers: %s' % pch)
    left = [p for p in glob.glob(w.env['XDG_CACHE_HOME'] + '/ckptlint/*/*') if '.tmp.' in p]
    expect(not left, 'left over: %s' % left)
    n = starts(w)
    w.run('ckptlint', 'check', source, '--', *args)
    expect(starts(w) == 0, 'the cache has no entry after forty runs')
    return n


@test('faults')
def forty_at_once(w):
    w.own_cache(cold=True)
    w.write('plain.cpp', PLAIN)
    forty(w, 'plain.cpp', SMALL, 0, [], 1)


@test('faults', long=True)
def forty_at_once_with_libtorch(w):
    w.own_cache(cold=True)
    w.net()
    n = forty(w, 'net.cpp', FLAGS, 1, MISFIT, 2)
    print('forty at once started the front end %d times' % n)


def kill_at_random(w, source, args, status, found, rounds, longest):
    rng = random.Random(6)
    killed = 0
    for _ in range(rounds):
        if rng.random() < 0.3:
            shutil.rmtree(w.path('cache'), ignore_errors=True)
        w.write(source, re.sub(r'// \S+\n$', '', w.read(source)) + '// %s\n' % rng.random())
        child = w.start('ckptlint', 'check', source, '--', *args, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            child.wait(timeout=rng.random() * longest)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            killed += 1
        if rng.random() < 0.3:
            r = w.run('ckptlint', 'check', source, '--', *args)
            expect(r.status == status and findings(r.text) == found, 'after a kill: status %d' % r.status, r.text)
    healed(w, lambda: w.run('ckptlint', 'check', source, '--', *args).expect(status, found=found))
    return killed


@test('faults')
def killed_at_random_moments(w):
    w.own_cache(cold=True)
    w.write('plain.cpp', PLAIN)
    kill_at_random(w, 'plain.cpp', SMALL, 0, [], 12, 2.5)


@test('faults', long=True)
def killed_at_random_moments_with_libtorch(w):
    w.own_cache(cold=True)
    w.net()
    print('killed %d of 60' % kill_at_random(w, 'net.cpp', FLAGS, 1, MISFIT, 60, 8))


@test('faults')
def what_the_killed_leave_is_swept(w):
    cache = w.own_cache(cold=True)
    w.write('plain.cpp', PLAIN)
    for name in ('pch/0123.pch.tmp.77', 'units/0123.unit.tmp.abcdef', 'objects/0123.json.tmp.abcdef'):
        w.write('cache/ckptlint/' + name, 'left over')
        os.utime(cache + '/' + name, (1, 1))
    w.run('ckptlint', 'check', 'plain.cpp', '--', *SMALL).expect(0)
    left = [p for p in glob.glob(cache + '/*/*') if '.tmp.' in p]
    expect(not left, 'left over: %s' % left)


# --- Clocks ------------------------------------------------------------------------------------------------------------------------

@test('faults')
def clocks_that_step(w):
    """Files of the future and of the past, and content that changes while the time does not go on."""
    w.own_cache()
    year = 365 * 24 * 3600
    now = time.time()
    w.two_units()
    fits = w.read('net.h')
    for offset in (0, 20 * year, -20 * year, 0.5, -3):
        for name in ('net.h', 'net.cpp', 'main.cpp'):
            os.utime(w.path(name), (now + offset, now + offset))
        w.check('main.cpp', 'net.cpp').expect(1, found=LINK_MISFIT)
    # the same size, another content, an older time: as a checkout of an old version under a clock that was set back
    w.write('net.h', fits.replace('width = 8', 'width = 9'))
    os.utime(w.path('net.h'), (1000, 1000))
    w.check('main.cpp', 'net.cpp').expect(1, 'shape-mismatch')
    w.write('net.h', fits)
    os.utime(w.path('net.h'), (500, 500))
    w.check('main.cpp', 'net.cpp').expect(1, found=LINK_MISFIT)
    for path in glob.glob(w.path('cache/ckptlint/units/*')):
        os.utime(path, (now + 20 * year, now + 20 * year))
    healed(w, lambda: w.check('main.cpp', 'net.cpp').expect(1, found=LINK_MISFIT))
    # a precompiled header as well, but not the one that other tests share
    w.env['XDG_CACHE_HOME'] = w.path('cold')
    w.write('plain.cpp', PLAIN)
    run = lambda: w.run('ckptlint', 'check', 'plain.cpp', '--', *SMALL).expect(0, '0 load sites', absent=['not read'])
    run()
    files = glob.glob(w.path('cold/ckptlint/*/*'))
    expect(any(path.endswith('.pch') for path in files), 'no precompiled header: %s' % files)
    for path in files:
        os.utime(path, (now + 20 * year, now + 20 * year))
    w.write('plain.cpp', PLAIN + '// changed\n')
    healed(w, run)


@test('faults')
def changes_within_one_tick_of_the_clock(w):
    """Written, checked and written again before the time of the file moves on: each check sees what is there."""
    w.own_cache()
    at = time.time_ns()
    for i, text in enumerate(('int x = 1;', '#error one', 'int x = 2;', '#error two')):
        w.write('plain.cpp', text + '\n')
        os.utime(w.path('plain.cpp'), ns=(at, at))
        r = w.run('ckptlint', 'check', 'plain.cpp', '--', *SMALL)
        expect(('did not compile' in r.text) == bool(i % 2), 'round %d: %s' % (i, text), r.text)


# --- The compiler's own ------------------------------------------------------------------------------------------------------------

@test('faults', 'g++')
def a_step_that_the_compiler_fails_stays_its_own(w):
    """Nothing of ours beside the compiler's error, and its status."""
    w.net()
    w.write('net.cpp', 'static_assert(false, "own");\n' + '#if 0\n' + w.read('net.cpp') + '#endif\n')
    r = w.run('ckptlint', 'cc', 'g++', *FLAGS, '-c', 'net.cpp', '-o', 'net.o').expect(1, 'own', absent=['ckpt'])
    plain = w.run('g++', *FLAGS, '-c', 'net.cpp', '-o', 'net.o')
    expect(r.err == plain.err, 'other output', r.err)
