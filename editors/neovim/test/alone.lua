-- lsp/portolan.lua alone, without the rest of the plugin.

local check = ...

check.equal('the plugin is not there', pcall(require, 'portolan'), false)
local buffer = check.edit(vim.env.DEMO .. '/compose.yaml')
check.becomes('lsp/portolan.lua alone finds what there is', { '9 reserved-port', '9 reserved-port' }, function()
  return check.findings(buffer)
end)
local other = check.edit(check.write('alone/values.yaml', { 'port: 994' }))
check.settle(check.edit(vim.env.DEMO .. '/Dockerfile'))
check.equal('and leaves other YAML alone', #check.clients(other), 0)
