"""A commit with pre-commit itself, on a scratch repository and offline, and with the plain git hook."""
import os
import shutil

from lib import MAIN, MISFIT, NET, ROOT, expect, findings, test


def git(w, *args, cwd=None, **more):
    identity = ['-c', 'user.name=A', '-c', 'user.email=a@example.com', '-c', 'init.defaultBranch=main']
    return w.run('git', *identity, *args, cwd=cwd, **more)


def repository(w):
    w.env.update(GIT_CONFIG_NOSYSTEM='1', GIT_CONFIG_GLOBAL='/dev/null', HOME=w.folder, PRE_COMMIT_HOME=w.path('pre-commit'), PRE_COMMIT_COLOR='never')
    os.mkdir(w.path('project'))
    git(w, 'init', '-q', cwd=w.path('project')).expect(0)


def hooks_repository(w):
    """What users name as `repo`: this project's hook, as a repository with a tag."""
    os.mkdir(w.path('hooks'))
    shutil.copy(os.path.join(ROOT, '.pre-commit-hooks.yaml'), w.path('hooks'))
    shutil.copytree(os.path.join(ROOT, 'plugin/pre-commit'), w.path('hooks/plugin/pre-commit'))
    for args in (['init', '-q'], ['add', '-A'], ['commit', '-q', '-m', 'hooks'], ['tag', 'v1']):
        git(w, *args, cwd=w.path('hooks')).expect(0)


def commit(w, message='change'):
    git(w, 'add', '-A', cwd=w.path('project')).expect(0)
    return git(w, 'commit', '-m', message, cwd=w.path('project'))


def put(w, name, text):
    w.write('project/' + name, text)


def install_pre_commit(w, args='[]'):
    repository(w)
    hooks_repository(w)
    put(w, '.pre-commit-config.yaml', 'repos:\n  - repo: %s\n    rev: v1\n    hooks:\n      - id: ckptlint\n        args: %s\n        verbose: true\n' % (w.path('hooks'), args))
    w.run('pre-commit', 'install', cwd=w.path('project')).expect(0)


def install_git_hook(w, args=''):
    repository(w)
    hook = w.path('project/.git/hooks/pre-commit')
    shutil.copy(os.path.join(ROOT, 'plugin/pre-commit/git-hook'), hook)
    os.chmod(hook, 0o755)
    w.env['CKPTLINT_HOOK'] = os.path.join(ROOT, 'plugin/pre-commit/ckptlint-hook')


def database(w):
    w.database('net.cpp', 'main.cpp', folder='project/build')
    path = 'project/build/compile_commands.json'
    w.write(path, w.read(path).replace('"directory": "%s"' % w.folder, '"directory": "%s"' % w.path('project')))
    put(w, '.gitignore', 'build/\n')


def walk_through(w):
    """Of either hook: passes, fails on a misfit, says what it cannot do without a database, checks all units when a checkpoint is staged."""
    put(w, 'README', 'text\n')
    commit(w).expect(0)
    put(w, 'net.cpp', NET + MAIN % 'w.pt')
    w.checkpoint('net.pt', 'project/w.pt')
    r = commit(w).expect(0, 'no compile database', 'default flags', found=[])
    w.checkpoint('net_without_bias.pt', 'project/w.pt')
    r = commit(w).expect(1, 'no compile database', found=MISFIT)
    git(w, 'commit', '-q', '-m', 'anyway', '--no-verify', cwd=w.path('project')).expect(0)
    put(w, 'net.cpp', NET + MAIN % 'w.pt' + '// changed\n')
    commit(w).expect(1, found=MISFIT)
    w.checkpoint('net.pt', 'project/w.pt')
    commit(w).expect(0, found=[])
    # two units, which only a database brings together
    put(w, 'net.h', '#pragma once\n' + NET.replace('{\n    register_module("fc1", torch::nn::Linear(4, width));', ';\n};\n#if 0\n{', 1).split('#if 0')[0] + 'TORCH_MODULE(Net);\n')
    put(w, 'net.cpp', '#include "net.h"\nNetImpl::NetImpl(int64_t width, int64_t out) {\n  register_module("fc1", torch::nn::Linear(4, width));\n'
        '  register_module("bn", torch::nn::BatchNorm1d(width));\n  register_module("fc2", torch::nn::Linear(width, out));\n}\n')
    put(w, 'main.cpp', '#include "net.h"\n' + MAIN % 'w.pt')
    database(w)
    commit(w).expect(0, absent=['no compile database'], found=[])
    w.checkpoint('net_without_bias.pt', 'project/w.pt')
    r = commit(w)
    expect(r.status == 1 and [f[2] for f in findings(r.text)] == ['missing-key'], 'a staged checkpoint', r.text)


@test('hooks', 'pre-commit', 'git')
def pre_commit_itself(w):
    install_pre_commit(w)
    walk_through(w)


@test('hooks', 'git')
def the_plain_git_hook(w):
    install_git_hook(w)
    walk_through(w)


@test('hooks', 'pre-commit', 'git')
def pre_commit_in_continuous_integration(w):
    """All files, and --require-checked: what could not be checked is no success."""
    install_pre_commit(w, '[--require-checked]')
    put(w, 'net.cpp', NET + 'int main(int, char **argv) {\n  Net net;\n  torch::load(net, argv[1]);\n}\n')
    git(w, 'add', '-A', cwd=w.path('project'))
    all_files = lambda: w.run('pre-commit', 'run', '--all-files', cwd=w.path('project'))
    all_files().expect(1, 'no load was checked')
    put(w, 'net.cpp', NET + MAIN % 'w.pt')
    w.checkpoint('net.pt', 'project/w.pt')
    all_files().expect(0)
    put(w, 'net.cpp', 'int main() { return 0; }\n')
    all_files().expect(0)  # nothing loads anything
    all_files_env = dict(CKPTLINT_FRONTEND='/nowhere')
    w.run('pre-commit', 'run', '--all-files', cwd=w.path('project'), env=all_files_env).expect(1)


@test('hooks', 'git')
def the_hook_without_the_program(w):
    hook = os.path.join(ROOT, 'plugin/pre-commit/ckptlint-hook')
    w.run('/bin/sh', hook, 'a.cpp', env={'CKPTLINT': '/nowhere/ckptlint'}).expect(2, 'not in PATH')


@test('hooks', 'git')
def names_with_spaces(w):
    install_git_hook(w)
    w.checkpoint('net_without_bias.pt', 'project/w.pt')
    put(w, 'my net.cpp', NET + MAIN % 'w.pt')
    r = commit(w)
    expect(r.status == 1 and 'my net.cpp:12:10: error' in r.text, 'a name with a space', r.text)
