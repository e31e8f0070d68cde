--- Neovim: findings as diagnostics (vim.diagnostic), of unsaved text as well.
--  Put this folder (plugin/editors/nvim) in 'runtimepath'; then
--    require('ckptlint').setup()                        -- check C++ buffers when read, written, or left alone for a while
--    require('ckptlint').check(0)                       -- check a buffer now
--  Options of setup: program (default 'ckptlint'), args (more options), events (autocommand events).
local M = { program = 'ckptlint', args = {}, events = { 'BufReadPost', 'BufWritePost', 'InsertLeave', 'TextChanged' } }
local namespace = vim.api.nvim_create_namespace('ckptlint')
local severities = { error = vim.diagnostic.severity.ERROR, warning = vim.diagnostic.severity.WARN, note = vim.diagnostic.severity.INFO }
local running = {} -- buffer -> job

--- Diagnostics of the JSON that `ckptlint check` prints, for one file: lines and columns count from 0 here.
function M.read(json, file)
  local found = {}
  for _, f in ipairs(vim.json.decode(json).findings) do
    if vim.loop.fs_realpath(f.file) == file then
      local lines = { f.message }
      for _, note in ipairs(f.notes) do
        lines[#lines + 1] = type(note) == 'table' and (note.text or note.message) or note
      end
      found[#found + 1] = {
        lnum = math.max(f.line, 1) - 1,
        col = math.max(f.column, 1) - 1,
        severity = severities[f.severity],
        message = table.concat(lines, '\n'),
        source = 'ckptlint',
        code = f.id,
      }
    end
  end
  return found
end

--- Checks the buffer's text as it stands; `done(diagnostics)` is called when they are set.
function M.check(buffer, done)
  buffer = buffer == 0 and vim.api.nvim_get_current_buf() or buffer
  local file = vim.loop.fs_realpath(vim.api.nvim_buf_get_name(buffer))
  if not file then
    return
  end
  if running[buffer] then
    vim.fn.jobstop(running[buffer])
  end
  local command = { M.program, 'check', '--format=json', '--stdin', '--stdin-filename', file }
  vim.list_extend(command, M.args)
  local output
  local job
  job = vim.fn.jobstart(command, {
    cwd = vim.fn.fnamemodify(file, ':h'),
    stdout_buffered = true,
    on_stdout = function(_, data)
      output = table.concat(data, '\n')
    end,
    on_exit = function(_, status)
      if running[buffer] ~= job or not vim.api.nvim_buf_is_valid(buffer) then
        return -- a later check has begun
      end
      running[buffer] = nil
      local ok, found = pcall(M.read, output or '', file)
      if status <= 1 and ok then
        vim.diagnostic.set(namespace, buffer, found)
      end
      if done then
        done(ok and found or {})
      end
    end,
  })
  if job <= 0 then
    return
  end
  running[buffer] = job
  local text = table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), '\n')
  vim.fn.chansend(job, text .. '\n')
  vim.fn.chanclose(job, 'stdin')
end

function M.setup(options)
  for name, value in pairs(options or {}) do
    M[name] = value
  end
  local group = vim.api.nvim_create_augroup('ckptlint', { clear = true })
  vim.api.nvim_create_autocmd(M.events, {
    group = group,
    callback = function(event)
      if vim.bo[event.buf].filetype == 'cpp' then
        M.check(event.buf)
      end
    end,
  })
end

return M
