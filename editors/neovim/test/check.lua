-- Runs $NAME.lua with what its checks need, prints a line for each that passes, and leaves Neovim.

local TIMEOUT = 60000

local check = {}

local is_old = vim.fn.has('nvim-0.11') == 0

---@param what string
local function passed(what)
  io.stdout:write('ok: ', what, '\n')
  io.stdout:flush()
end

local function text(value)
  return type(value) == 'string' and value or vim.inspect(value)
end

-- `got` is what is wanted.
function check.equal(what, got, wanted)
  if not vim.deep_equal(got, wanted) then
    error(('%s\nexpected: %s\nfound: %s'):format(what, text(wanted), text(got)), 0)
  end
  passed(what)
end

-- `probe` gives what is wanted sooner or later.
function check.becomes(what, wanted, probe)
  vim.wait(TIMEOUT, function()
    return vim.deep_equal(probe(), wanted)
  end, 20)
  check.equal(what, probe(), wanted)
end

-- The text holds a string.
function check.holds(what, got, wanted)
  if not got:find(wanted, 1, true) then
    error(('%s\nexpected in it: %s\nfound: %s'):format(what, wanted, got), 0)
  end
  passed(what)
end

-- Writes a file below the folder of the test.
---@return string # its path
function check.write(path, lines)
  path = vim.env.HOME .. '/files/' .. path
  vim.fn.mkdir(vim.fn.fnamemodify(path, ':h'), 'p')
  vim.fn.writefile(lines, path)
  return path
end

---@return integer # the buffer
function check.edit(path)
  vim.cmd('edit ' .. vim.fn.fnameescape(path))
  return vim.api.nvim_get_current_buf()
end

-- The clients of Portolan, or those of a buffer, that have shaken hands.
function check.clients(buffer)
  local clients = {}
  local all = is_old and vim.lsp.get_active_clients() or vim.lsp.get_clients()
  for _, client in ipairs(all) do
    local is_attached = not buffer or vim.lsp.buf_is_attached(buffer, client.id)
    if client.name == 'portolan' and client.initialized and is_attached then
      clients[#clients + 1] = client
    end
  end
  return clients
end

-- Waits until a buffer has a client and the server has answered for all that it was told of it. A buffer that was
-- opened before that one and has no client by then gets none: Neovim attaches them in their order.
function check.settle(buffer)
  vim.wait(TIMEOUT, function()
    return #check.clients(buffer) == 1
  end, 20)
  local params = { textDocument = { uri = vim.uri_from_bufnr(buffer) }, position = { line = 0, character = 0 } }
  local answers = vim.lsp.buf_request_sync(buffer, 'textDocument/hover', params, TIMEOUT)
  if not answers or vim.tbl_isempty(answers) then
    error('the server does not answer for ' .. vim.api.nvim_buf_get_name(buffer), 0)
  end
end

-- `line rule` for each finding in a buffer, in order.
function check.findings(buffer)
  local findings = vim.diagnostic.get(buffer)
  table.sort(findings, function(one, other)
    return one.lnum < other.lnum or one.lnum == other.lnum and one.col < other.col
  end)
  return vim.tbl_map(function(finding)
    return finding.lnum + 1 .. ' ' .. (finding.code or finding.user_data.lsp.code)
  end, findings)
end

-- The text of the report of :checkhealth portolan.
function check.health()
  vim.cmd('checkhealth portolan')
  local report = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')
  vim.cmd('bwipeout!')
  return report
end

check.is_old = is_old

-- Chooses the one of several actions that is called so, as a user would.
function check.choose(title)
  vim.ui.select = function(items, options, choose)
    local titles = {}
    for index, item in ipairs(items) do
      titles[index] = options.format_item and options.format_item(item) or tostring(item)
      if titles[index]:find(title, 1, true) then
        return choose(item, index)
      end
    end
    error(('no action is called %s, but: %s'):format(title, table.concat(titles, ', ')), 0)
  end
end

require('vim.lsp.log').set_level('debug')
local is_fine, problem = xpcall(function()
  assert(loadfile(('%s/%s.lua'):format(vim.env.TEST, vim.env.NAME)))(check)
end, function(problem)
  return debug.traceback(text(problem), 2)
end)
if not is_fine then
  io.stderr:write('\n', problem, '\n')
  vim.cmd('cquit 1')
end
vim.fn.writefile({}, vim.env.DONE)
vim.cmd('qall!')
