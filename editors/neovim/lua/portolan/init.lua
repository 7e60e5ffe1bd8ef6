-- What Neovim 0.7 to 0.10 lacks to start the server by lsp/portolan.lua, and what every version lacks to fix on save.

local M = {}

local NAME = 'portolan'

---@type vim.lsp.Config?
local shipped

-- The configuration that comes with the plugin.
---@return vim.lsp.Config
local function shipped_config()
  if not shipped then
    local plugin = vim.fn.fnamemodify(debug.getinfo(1, 'S').source:sub(2), ':p:h:h:h')
    shipped = dofile(plugin .. '/lsp/portolan.lua')
  end
  return shipped
end

-- The configuration that M.enable() goes by before Neovim 0.11.
---@type vim.lsp.Config?
local enabled

-- The configuration as the user has it.
---@return vim.lsp.Config
function M.config()
  return vim.lsp.config and vim.lsp.config[NAME] or enabled or shipped_config()
end

-- Whether buffers of ours get the server.
---@return boolean
function M.is_enabled()
  if vim.lsp.is_enabled then
    return vim.lsp.is_enabled(NAME)
  end
  if vim.lsp.enable then
    return vim.lsp._enabled_configs[NAME] ~= nil
  end
  return enabled ~= nil
end

-- The protocol's name for the language of a buffer that the server has something to say about.
---@param buffer integer
---@return portolan.Id?
function M.language_id(buffer)
  local id = nil
  -- The function asks for a root where the file is ours, and only there.
  shipped_config().root_dir(buffer, function()
    id = shipped_config().get_language_id(buffer, vim.bo[buffer].filetype)
  end)
  return id
end

-- The running clients.
---@return vim.lsp.Client[]
function M.clients()
  local all = vim.lsp.get_clients and vim.lsp.get_clients() or vim.lsp.get_active_clients()
  return vim.tbl_filter(function(client)
    return client.name == NAME
  end, all)
end

-- The clients that M.enable() has started before Neovim 0.11, by their roots.
---@type table<string, integer>
local started = {}

-- Attaches a buffer to the client of its root, which is started unless it runs.
---@param buffer integer
---@param config vim.lsp.Config
---@param root? string
local function attach(buffer, config, root)
  local client = started[root or ''] and vim.lsp.get_client_by_id(started[root or ''])
  if client and not client.is_stopped() then
    vim.lsp.buf_attach_client(buffer, client.id)
    return
  end
  local command = config.cmd
  if type(command) == 'table' and vim.fn.executable(command[1]) == 0 then
    vim.notify_once(command[1] .. ' cannot be run: see :checkhealth portolan', vim.log.levels.WARN)
    return
  end
  config = vim.tbl_extend('force', config, { name = NAME })
  config.root_dir = root
  local id = vim.lsp.start_client(config)
  if id then
    started[root or ''] = id
    vim.lsp.buf_attach_client(buffer, id)
  end
end

---@param buffer integer
local function start(buffer)
  local config = enabled
  if not config or vim.bo[buffer].buftype ~= '' then
    return
  end
  local root_dir = config.root_dir
  if type(root_dir) == 'function' then
    root_dir(buffer, function(root)
      attach(buffer, config, root)
    end)
  else
    attach(buffer, config, root_dir)
  end
end

-- Starts the server for every buffer of ours, those that are open too. `options` change lsp/portolan.lua.
--
-- From Neovim 0.11 on this is vim.lsp.config() and vim.lsp.enable().
---@param options? vim.lsp.Config
function M.enable(options)
  if vim.lsp.enable then
    if options then
      vim.lsp.config(NAME, options)
    end
    vim.lsp.enable(NAME)
    return
  end
  enabled = vim.tbl_deep_extend('force', shipped_config(), options or {})
  vim.api.nvim_create_autocmd('FileType', {
    group = vim.api.nvim_create_augroup(NAME, { clear = true }),
    pattern = enabled.filetypes,
    desc = 'The language server Portolan',
    callback = function(args)
      start(args.buf)
    end,
  })
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(buffer) and vim.tbl_contains(enabled.filetypes, vim.bo[buffer].filetype) then
      start(buffer)
    end
  end
end

-- What a client's server answers; nothing, and a message why, where it does not.
---@param client vim.lsp.Client
---@param method string
---@param params table
---@param timeout? integer in milliseconds, 1000 unless said otherwise
---@param buffer integer
local function ask(client, method, params, timeout, buffer)
  local answer, problem
  if vim.fn.has('nvim-0.11') == 1 then
    answer, problem = client:request_sync(method, params, timeout or 1000, buffer)
  else
    answer, problem = client.request_sync(method, params, timeout or 1000, buffer)
  end
  problem = problem or answer and answer.err and answer.err.message
  if problem then
    vim.notify('portolan: no fixes: ' .. problem, vim.log.levels.WARN)
  end
  return answer and answer.result
end

-- Applies every safe fix in a buffer, and waits for it; meant for BufWritePre. Tells what went wrong, if anything did.
---@param buffer? integer the current one unless said otherwise
---@param timeout? integer in milliseconds, 1000 unless said otherwise
function M.fix_all(buffer, timeout)
  if not buffer or buffer == 0 then
    buffer = vim.api.nvim_get_current_buf()
  end
  local params = {
    textDocument = { uri = vim.uri_from_bufnr(buffer) },
    range = {
      start = { line = 0, character = 0 },
      ['end'] = { line = vim.api.nvim_buf_line_count(buffer), character = 0 },
    },
    context = { only = { 'source.fixAll.portolan' }, diagnostics = {} },
  }
  for _, client in ipairs(M.clients()) do
    if vim.lsp.buf_is_attached(buffer, client.id) then
      for _, action in ipairs(ask(client, 'textDocument/codeAction', params, timeout, buffer) or {}) do
        -- What an action changes may have to be asked for.
        action = action.edit and action or ask(client, 'codeAction/resolve', action, timeout, buffer)
        if action and action.edit then
          vim.lsp.util.apply_workspace_edit(action.edit, client.offset_encoding)
        end
      end
    end
  end
end

return M
