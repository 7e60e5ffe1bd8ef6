-- :checkhealth portolan

local M = {}

local portolan = require('portolan')

local has = function(version)
  return vim.fn.has('nvim-' .. version) == 1
end

-- Neovim 0.10 gave the functions shorter names; 0.7 has them in a module.
local health = vim.health or require('health')
local start = health.start or health.report_start
local ok = health.ok or health.report_ok
local info = health.info or health.report_info
local warn = health.warn or health.report_warn
local err = health.error or health.report_error

local HOW_TO_INSTALL = {
  'Install it: cargo install --git https://github.com/portolan/portolan',
  'Or name it where it is, as :help portolan-command shows',
}

local function enabling()
  return has('0.11') and "vim.lsp.enable('portolan')" or "require('portolan').enable()"
end

-- What a command prints, and its exit code, which is below zero where there is none.
---@param command string[]
---@return string
---@return integer
local function run(command)
  local output = {}
  local job = vim.fn.jobstart(command, {
    stdin = 'null',
    stdout_buffered = true,
    on_stdout = function(_, lines)
      output = lines
    end,
  })
  local code = job > 0 and vim.fn.jobwait({ job }, 5000)[1] or -1
  if code == -1 and job > 0 then
    vim.fn.jobstop(job)
  end
  return vim.trim(table.concat(output, '\n')), code
end

local function check_neovim()
  start('Neovim')
  local version = vim.version()
  local name = ('Neovim %d.%d.%d'):format(version.major, version.minor, version.patch)
  if has('0.11') then
    ok(name .. ": vim.lsp.enable('portolan') starts the server")
  elseif has('0.7') then
    ok(name .. ": require('portolan').enable() starts the server; from 0.11 on vim.lsp.enable('portolan') does")
  else
    err(name .. ' is too old for the plugin', { 'Take Neovim 0.7 or later, best 0.11 or later' })
  end
end

local function check_server()
  start('Server')
  local command = portolan.config().cmd
  if type(command) ~= 'table' then
    info('The command is a function, which is not looked into')
    return
  end
  local path = vim.fn.exepath(command[1])
  if path == '' then
    err(command[1] .. ' is not found, or cannot be run', HOW_TO_INSTALL)
    return
  end
  local answer, code = run({ path, '--version' })
  if code == 0 and answer:find('^portolan %d') then
    ok(path .. ' is ' .. answer)
  elseif code == -1 then
    err(path .. ' does not tell its version within 5 seconds', HOW_TO_INSTALL)
  else
    err(('%s is no portolan: --version says %q'):format(path, answer), HOW_TO_INSTALL)
  end
end

---@param buffer integer
---@return string
local function describe(buffer)
  local name = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(buffer), ':~:.')
  return ('%s (buffer %d)'):format(name == '' and 'without a name' or name, buffer)
end

local function check_buffers()
  start('Buffers')
  if portolan.is_enabled() then
    ok('The server is enabled')
  else
    warn('The server is not enabled', { 'Add to init.lua: ' .. enabling() })
  end
  local attached = {}
  for _, client in ipairs(portolan.clients()) do
    local names = {}
    for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
      if vim.lsp.buf_is_attached(buffer, client.id) then
        attached[buffer] = true
        names[#names + 1] = '\n  - ' .. describe(buffer)
      end
    end
    local root = client.config.root_dir
    local where = type(root) == 'string' and 'with the root ' .. vim.fn.fnamemodify(root, ':~') or 'without a root'
    if #names > 0 then
      ok(('Client %d %s is attached to%s'):format(client.id, where, table.concat(names)))
    else
      info(('Client %d %s is attached to no buffer'):format(client.id, where))
    end
  end
  local missing = vim.tbl_filter(function(buffer)
    local is_file = vim.api.nvim_buf_is_loaded(buffer) and vim.bo[buffer].buftype == ''
    return is_file and not attached[buffer] and portolan.language_id(buffer) ~= nil
  end, vim.api.nvim_list_bufs())
  for _, buffer in ipairs(missing) do
    local filetype = vim.bo[buffer].filetype
    local advice = 'See :messages and the log: ' .. require('vim.lsp.log').get_filename()
    if not portolan.is_enabled() then
      advice = 'Add to init.lua: ' .. enabling()
    elseif not vim.tbl_contains(portolan.config().filetypes or { filetype }, filetype) then
      advice = ('Its filetype is %q: see :help portolan-files'):format(filetype)
    end
    warn(describe(buffer) .. ' is ours and has no server', { advice })
  end
  if next(attached) == nil and #missing == 0 then
    info('No open buffer is a Dockerfile, a compose file or nginx configuration')
  end
end

function M.check()
  check_neovim()
  check_server()
  check_buffers()
end

return M
