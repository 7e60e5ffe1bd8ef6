-- Fixes on save, as the README has it.

local check = ...

local path = check.write('save/Dockerfile', { 'FROM debian', 'EXPOSE 8080/http 9090/http 585' })
local buffer = check.edit(path)
check.settle(buffer)
vim.cmd('write')
check.equal('writing applies the safe fixes, and no other', vim.fn.readfile(path)[2], 'EXPOSE 8080 9090 585')
check.equal('and leaves nothing unwritten', vim.bo.modified, false)
vim.cmd('undo')
check.equal('and can be undone', vim.api.nvim_buf_get_lines(buffer, 1, 2, false)[1], 'EXPOSE 8080/http 9090/http 585')

-- What was typed a moment before is known to the server.
vim.api.nvim_buf_set_lines(buffer, 1, 2, false, { 'EXPOSE 9090/http' })
vim.cmd('write')
check.equal('what was typed a moment before is fixed as well', vim.fn.readfile(path)[2], 'EXPOSE 9090')

check.edit(check.write('save/notes.txt', { 'EXPOSE 8080/http' }))
vim.cmd('write')
check.equal('another file is written as it stands', vim.fn.readfile(vim.fn.expand('%'))[1], 'EXPOSE 8080/http')

-- The same action by hand.
check.edit(check.write('hand/Dockerfile', { 'FROM debian', 'EXPOSE 8080/http' }))
check.settle(vim.api.nvim_get_current_buf())
check.choose('Portolan: apply all safe fixes')
local context = { only = { 'source.fixAll.portolan' }, diagnostics = {} }
-- Neovim 0.7 takes the context itself.
vim.lsp.buf.code_action(vim.fn.has('nvim-0.8') == 1 and { context = context } or context)
check.becomes('source.fixAll.portolan is among the actions', 'EXPOSE 8080', function()
  return vim.api.nvim_buf_get_lines(0, 1, 2, false)[1]
end)
