-- The plugin is there and nobody has enabled it.

local check = ...

local buffer = check.edit(vim.env.DEMO .. '/Dockerfile')
local report = check.health()
check.holds('health says that the server is not enabled', report, 'The server is not enabled')
local line = check.is_old and "require('portolan').enable()" or "vim.lsp.enable('portolan')"
check.holds('health says what to add', report, 'Add to init.lua: ' .. line)
local lack = ('Dockerfile (buffer %d) is ours and has no server'):format(buffer)
check.holds('health names the buffer without a server', report, lack)
check.equal('a plugin that is only there starts nothing', #check.clients(), 0)
