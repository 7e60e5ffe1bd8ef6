-- No server is on the PATH, then one that is none.

local check = ...

local buffer = check.edit(vim.env.DEMO .. '/compose.yaml')
-- From 0.11 on Neovim says so in its log alone.
if check.is_old then
  check.becomes('a server that is not there is told', true, function()
    return vim.fn.execute('messages'):find('portolan cannot be run: see :checkhealth portolan', 1, true) ~= nil
  end)
end
local report = check.health()
check.holds('health says that no server is found', report, 'portolan is not found, or cannot be run')
check.holds('and how to get one', report, 'cargo install')
check.holds('and which buffer lacks it', report, ('compose.yaml (buffer %d) is ours and has no server'):format(buffer))

check.write('bin/portolan', { '#!/bin/sh', 'echo another program 1.0' })
vim.loop.fs_chmod(vim.env.HOME .. '/files/bin/portolan', 493)
vim.env.PATH = vim.env.HOME .. '/files/bin'
local problem = 'is no portolan: --version says "another program 1.0"'
check.holds('health says that a program of that name is another', check.health(), problem)
