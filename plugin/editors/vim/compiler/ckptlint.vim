" Vim and Neovim: `:compiler ckptlint`, then `:make` fills the quickfix list with what does not fit (`:make` checks the file in the window).
" Put this folder (plugin/editors/vim) in 'runtimepath', or copy the file to ~/.vim/compiler/.
if exists('current_compiler')
  finish
endif
let current_compiler = 'ckptlint'
let s:save_cpo = &cpo
set cpo&vim

let s:program = get(g:, 'ckptlint_program', 'ckptlint')
execute 'CompilerSet makeprg=' . escape(s:program . ' check --format=lines $* %:p:S', ' \|"')
" the last pattern drops lines for people; notes belong to the finding before them
CompilerSet errorformat=%f:%l:%c:\ %trror:\ %m,%f:%l:%c:\ %tarning:\ %m,%f:%l:%c:\ %tote:\ %m,%f:\ %tote:\ %m,%-G%.%#

let &cpo = s:save_cpo
unlet s:save_cpo
