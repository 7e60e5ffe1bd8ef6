-- What is offered while one types, shown unasked, and listed: hints, symbols, diagnostics of a whole workspace, settings.
-- Completion is tested on the screen.

local check = ...

-- What the client says and hears is in its log: whether a message of that method went that way.
local function has_said(direction, method)
  for _, line in ipairs(vim.fn.readfile(require('vim.lsp.log').get_filename())) do
    if line:find('"rpc.' .. direction .. '"', 1, true) and line:find('"' .. method .. '"', 1, true) then
      return true
    end
  end
  return false
end

check.write('project/.git/HEAD', {})
local closed = check.write('project/closed.dockerfile', { 'FROM debian', 'EXPOSE 585' })
local path = check.write('project/compose.yaml', vim.fn.readfile(vim.env.DEMO .. '/compose.yaml'))
local compose = check.edit(path)
check.becomes('a compose file has findings', { '9 reserved-port', '9 reserved-port' }, function()
  return check.findings(compose)
end)
check.equal('a client that can ask for diagnostics does', has_said('send', 'textDocument/diagnostic'), not check.is_old)
local is_told = has_said('receive', 'textDocument/publishDiagnostics')
check.equal('and only one that cannot is told them', is_told, check.is_old)

-- Symbols, as they are listed.
vim.lsp.buf.document_symbol()
local function listed()
  local lists = vim.list_extend(vim.fn.getqflist(), vim.fn.getloclist(0))
  return table.concat(vim.tbl_map(function(item)
    return item.text
  end, lists), '\n')
end
check.becomes('the list of symbols has the services', true, function()
  return listed():find('webmail', 1, true) ~= nil
end)
check.holds('and their ports', listed(), '5432')
vim.cmd('cclose | lclose')
vim.api.nvim_set_current_buf(compose)

if check.is_old then
  return
end

-- Inlay hints.
local function hints()
  local labels = vim.tbl_map(function(hint)
    return hint.inlay_hint.label
  end, vim.lsp.inlay_hint.get({ bufnr = compose }))
  table.sort(labels)
  return table.concat(labels, ' ')
end
vim.lsp.inlay_hint.enable(true)
check.becomes('a hint says who is known at 5432', true, function()
  return hints():find('postgresql', 1, true) ~= nil
end)

-- Settings, and that they are heeded when they change.
local client = check.clients(compose)[1]
client.settings = { portolan = { inlayHints = { services = false } } }
client:notify('workspace/didChangeConfiguration', { settings = client.settings })
check.becomes('the settings can do without these hints', false, function()
  return hints():find('postgresql', 1, true) ~= nil
end)
vim.lsp.inlay_hint.enable(false)

-- The files of the workspace that are not open.
if vim.lsp.buf.workspace_diagnostics then
  vim.lsp.buf.workspace_diagnostics({ client_id = client.id })
  check.becomes('a file that is not open has its finding', { '2 deregistered-port' }, function()
    return check.findings(vim.fn.bufadd(closed))
  end)
end
