"""The editors themselves, run without a screen: what they show must be what `ckptlint check` finds, at its place."""
import json
import os
import re
import shutil
import subprocess

from lib import FLAGS, LOAD_AT, ROOT, Skipped, expect, test

EDITORS = os.path.join(ROOT, 'plugin/editors')
LINE, COLUMN = map(int, LOAD_AT.split(':'))


def project(w):
    """A file that is in a compile database, and does not fit."""
    w.net()
    w.database('net.cpp')


def needs_stdin(w):
    if 'no option' in w.run('ckptlint', 'check', '--stdin', '--stdin-filename', 'x.cpp', stdin=subprocess.DEVNULL).text:
        raise Skipped('needs check --stdin')


@test('editors', 'vim')
def vim_make_and_the_quickfix_list(w):
    project(w)
    w.write('script.vim', '''
set nomore
let &runtimepath = '%s,' . &runtimepath
edit net.cpp
compiler ckptlint
silent make
let list = map(filter(getqflist(), 'v:val.valid'), '[bufname(v:val.bufnr), v:val.lnum, v:val.col, v:val.type, v:val.text]')
call writefile([json_encode(list)], 'list')
silent cfirst
call writefile([line('.') . ':' . col('.')], 'cursor')
qall!
''' % os.path.join(EDITORS, 'vim'))
    r = w.run('vim', '-u', 'NONE', '-i', 'NONE', '-N', '-es', '-S', 'script.vim', stdin=subprocess.DEVNULL, timeout=120)
    expect(w.exists('list'), 'vim wrote no list', r.text)
    rows = json.loads(w.read('list'))
    expect(rows and os.path.basename(rows[0][0]) == 'net.cpp' and rows[0][1:4] == [LINE, COLUMN, 'e'] and 'missing-key' in rows[0][4], 'quickfix: %s' % rows)
    expect(all(row[3] == 'n' for row in rows[1:]), 'notes: %s' % rows)
    expect(w.read('cursor').strip() == LOAD_AT, 'cursor at ' + w.read('cursor'))


@test('editors', 'vim')
def vim_with_a_checkpoint_that_fits(w):
    project(w)
    w.checkpoint('net.pt', 'w.pt')
    w.write('script.vim', "let &runtimepath = '%s,' . &runtimepath\nedit net.cpp\ncompiler ckptlint\nsilent make\n"
            "call writefile([json_encode(filter(getqflist(), 'v:val.valid'))], 'list')\nqall!\n" % os.path.join(EDITORS, 'vim'))
    w.run('vim', '-u', 'NONE', '-i', 'NONE', '-N', '-es', '-S', 'script.vim', stdin=subprocess.DEVNULL, timeout=120)
    expect(json.loads(w.read('list')) == [], 'quickfix: ' + w.read('list'))


@test('editors', 'nvim')
def neovim_make_and_the_quickfix_list(w):
    project(w)
    w.write('script.vim', "let &runtimepath = '%s,' . &runtimepath\nedit net.cpp\ncompiler ckptlint\nsilent make\n"
            "call writefile([json_encode(map(filter(getqflist(), 'v:val.valid'), '[v:val.lnum, v:val.col, v:val.type]'))], 'list')\nqall!\n" % os.path.join(EDITORS, 'vim'))
    w.run('nvim', '-u', 'NONE', '-i', 'NONE', '--headless', '-S', 'script.vim', stdin=subprocess.DEVNULL, timeout=120)
    expect(json.loads(w.read('list'))[:1] == [[LINE, COLUMN, 'E']] or json.loads(w.read('list'))[:1] == [[LINE, COLUMN, 'e']], 'quickfix: ' + w.read('list'))


NEOVIM = '''
vim.opt.runtimepath:prepend('%s')
local ckptlint = require('ckptlint')
local function check()
  local done = false
  ckptlint.check(0, function() done = true end)
  vim.wait(60000, function() return done end, 20)
  local rows = {}
  for _, d in ipairs(vim.diagnostic.get(0)) do
    rows[#rows + 1] = { d.lnum, d.col, d.severity, d.message, d.source }
  end
  return rows
end
vim.cmd('edit net.cpp')
local saved = check()
vim.api.nvim_buf_set_lines(0, 0, 0, false, { '// one line more, not saved' })
local unsaved = check()
vim.api.nvim_buf_set_lines(0, 12, 13, false, { '' })
local without = check()
local out = io.open('list', 'w')
out:write(vim.json.encode({ saved = saved, unsaved = unsaved, without = without }))
out:close()
vim.cmd('qall!')
'''


@test('editors', 'nvim')
def neovim_diagnostics(w):
    needs_stdin(w)
    project(w)
    w.write('script.lua', NEOVIM % os.path.join(EDITORS, 'nvim'))
    r = w.run('nvim', '-u', 'NONE', '-i', 'NONE', '--headless', '-c', 'luafile script.lua', stdin=subprocess.DEVNULL, timeout=240)
    expect(w.exists('list'), 'neovim wrote no list', r.text)
    found = json.loads(w.read('list'))
    for name, line in (('saved', LINE), ('unsaved', LINE + 1)):
        rows = found[name]
        expect(len(rows) == 1 and rows[0][:3] == [line - 1, COLUMN - 1, 1] and 'fc2.bias' in rows[0][3] and rows[0][4] == 'ckptlint', '%s: %s' % (name, rows))
    expect(not found['without'], 'without the load: %s' % found['without'])


EMACS = '''
(add-to-list 'load-path "%s")
(require 'ckptlint-flymake)
(require 'json)
(defun check ()
  (let ((result 'none))
    (ckptlint-flymake (lambda (found &rest _) (setq result found)))
    (with-timeout (60) (while (eq result 'none) (accept-process-output nil 0.05)))
    (if (eq result 'none) "nothing reported"
      (vconcat (mapcar (lambda (d)
                (vector (line-number-at-pos (flymake-diagnostic-beg d))
                        (save-excursion (goto-char (flymake-diagnostic-beg d)) (1+ (current-column)))
                        (symbol-name (flymake-diagnostic-type d)) (flymake-diagnostic-text d)))
              result)))))
(find-file "net.cpp")
(let* ((saved (check))
       (unsaved (progn (goto-char (point-min)) (insert "// one line more, not saved\\n") (check))))
  (with-temp-file "list" (insert (json-encode `((saved . ,saved) (unsaved . ,unsaved))))))
(set-buffer-modified-p nil)
(ckptlint-flymake-setup)
(unless (memq 'ckptlint-flymake flymake-diagnostic-functions) (error "Not set up"))
'''


@test('editors', 'emacs')
def emacs_flymake(w):
    needs_stdin(w)
    project(w)
    w.write('script.el', EMACS % os.path.join(EDITORS, 'emacs'))
    r = w.run('emacs', '-Q', '--batch', '-l', 'script.el', stdin=subprocess.DEVNULL, timeout=240)
    expect(r.status == 0 and w.exists('list'), 'emacs: status %d' % r.status, r.text)
    found = json.loads(w.read('list'))
    for name, line in (('saved', LINE), ('unsaved', LINE + 1)):
        rows = found[name]
        expect(rows and rows[0][:3] == [line, COLUMN, ':error'] and 'missing-key' in rows[0][3], '%s: %s' % (name, rows))


@test('editors', 'emacs')
def emacs_compiles_without_warnings(w):
    shutil.copy(os.path.join(EDITORS, 'emacs/ckptlint-flymake.el'), w.folder)
    w.run('emacs', '-Q', '--batch', '--eval', '(setq byte-compile-error-on-warn t)', '-f', 'batch-byte-compile', 'ckptlint-flymake.el').expect(0)


@test('editors')
def vs_code_tasks(w):
    """The tasks' own commands, and their problem matchers on what these print: in node where it is, else in Python."""
    project(w)
    tasks = json.load(open(os.path.join(EDITORS, 'vscode/tasks.json')))['tasks']
    for task in tasks:
        r = w.run(task['command'], *[a.replace('${file}', w.path('net.cpp')) for a in task['args']])
        pattern = task['problemMatcher']['pattern']
        if shutil.which('node'):
            script = 'const m = new RegExp(process.argv[1]); console.log(JSON.stringify(process.argv[2].split("\\n").map(l => m.exec(l)).filter(x => x)))'
            matches = json.loads(w.run('node', '-e', script, pattern['regexp'], r.text).out)
        else:
            matches = [[m.group(0), *m.groups()] for m in (re.match(pattern['regexp'], line) for line in r.text.split('\n')) if m]
        first = {name: matches[0][pattern[name]] for name in ('file', 'line', 'column', 'severity', 'message', 'code')}
        expect(first['file'] == w.path('net.cpp') and (first['line'], first['column'], first['severity'], first['code']) == (str(LINE), str(COLUMN), 'error', 'missing-key'), 'matches: %s' % first)
        expect(first['message'].endswith('"fc2.bias"'), 'message: ' + first['message'])
        expect([m[pattern['severity']] for m in matches].count('error') == 1, 'not one error: %s' % matches)
