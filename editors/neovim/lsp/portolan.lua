---@brief
---
--- https://github.com/portolan/portolan
---
--- A language server and linter for the port numbers in Dockerfiles, compose files and nginx configuration.
---
--- `portolan` can be installed via `cargo`:
--- ```sh
--- cargo install --git https://github.com/portolan/portolan
--- ```
---
--- Of YAML files it is asked only about those that are named as compose files are, of `*.conf` files only about those
--- that are nginx's, of TOML files only about `portolan.toml`. A file of another name is taken by its filetype:
--- ```lua
--- vim.filetype.add({ filename = { ['stack.yml'] = 'yaml.docker-compose' }, extension = { vhost = 'nginx' } })
--- ```

-- What a file is goes by its name first, as in the server, and by its filetype second: Neovim calls `Dockerfile.nginx`
-- nginx's, every compose file `yaml` and most of nginx's own files `conf`.

---@alias portolan.Id 'dockerfile' | 'dockercompose' | 'nginx' | 'toml'
---@alias portolan.Certainty 'certain' | 'likely' | 'possible'

---@param words string
---@return table<string, true>
local function set(words)
  local members = {}
  for word in words:gmatch('%S+') do
    members[word] = true
  end
  return members
end

-- Endings of files that are about a configuration, and not one.
local other_kinds =
  set('adoc css csv dockerignore htm html json lock log markdown md png rst svg swp toml txt xml')
-- Endings of source files, which are the names of languages that images are built for as well.
local sources = set('bash c cpp cs go java js kt lua php pl ps1 py rb rs sh ts zig')
local templates = set('dist erb example gotmpl in j2 jinja jinja2 mustache sample template tftpl tmpl tpl')
local nginx_folders = set(
  'conf.d http.d nginx nginxconfig.io sites-available sites-enabled snippets stream.d streams-available '
    .. 'streams-enabled vhost.d vhosts vhosts.d'
)
-- What nginx's statements start with around and at ports.
local nginx_names = set(
  'server upstream location http stream events mail map geo listen server_name proxy_pass fastcgi_pass uwsgi_pass '
    .. 'scgi_pass grpc_pass memcached_pass resolver return rewrite set root include'
)
-- The blocks whose statements may start with anything.
local free_blocks = set('map geo types split_clients charset_map')

---@param name string
---@return string
local function without_template(name)
  local stem, ending = name:match('^(.*)%.([^.]*)$')
  return templates[ending] and stem or name
end

-- The name in lower case, as below.
---@param name string
---@return portolan.Certainty?
local function dockerfile(name)
  local ending = name:match('%.([^.]*)$') or ''
  if ending == 'dockerfile' or ending == 'containerfile' then
    return 'certain'
  end
  local rest = name:match('^dockerfile(.*)') or name:match('^containerfile(.*)')
  if not rest or not rest:find('^[._-]') then
    return rest == '' and 'certain' or nil
  end
  if sources[ending] then
    return 'possible'
  end
  local is_other = other_kinds[ending] or ending == 'yml' or ending == 'yaml'
  return not is_other and 'certain' or nil
end

---@param name string
---@return boolean
local function compose(name)
  local stem = without_template(name):match('^(.*)%.ya?ml$') or ''
  return stem:find('^docker%-compose') ~= nil or ('.' .. stem .. '.'):find('[.-]compose[.-]') ~= nil
end

---@param name string
---@param folder string
---@param outer_folder string
---@return portolan.Certainty?
local function nginx(name, folder, outer_folder)
  if other_kinds[name:match('%.([^.]*)$')] then
    return nil
  end
  local is_whole_name = name == 'nginx.conf' or name:find('^nginx%.conf%.')
  if is_whole_name or name:find('%.nginx$') or without_template(name):find('%.nginx%.conf$') then
    return 'certain'
  end
  if name:find('%.conf$') or name:find('%.conf%.') then
    local is_at_home = nginx_folders[folder] or outer_folder == 'nginx'
    return (is_at_home or name:find('^nginx')) and 'likely' or 'possible'
  end
  return (folder == 'sites-available' or folder == 'sites-enabled') and 'possible' or nil
end

-- Whether the lines are in nginx's language; nil where they do not tell.
---@param lines string[]
---@return boolean?
local function speaks_nginx(lines)
  local is_nginx, has_names, has_ends = nil, false, false
  -- The name that the statement starts with, while it goes on.
  local name = nil
  -- How deep the braces are nested in a block whose statements may start with anything.
  local depth = 0
  for _, line in ipairs(lines) do
    line = line:gsub('^#.*', ''):gsub('%s#.*', ''):gsub('%s+$', '')
    if not name then
      local rest
      name, rest = line:match('^%s*([^%s;{]+)%s*(.*)')
      local is_assignment = name and (name:find('^[%w_.-]+[=:]') or name ~= 'location' and rest:find('^%+?[=:]'))
      if name and depth == 0 and (is_assignment or name:find('^[%[<]')) then
        return false
      end
      has_names = has_names or name ~= nil
    end
    if line:find('[;{}]') then
      has_ends = true
      is_nginx = is_nginx or depth == 0 and nginx_names[name] or nil
      if depth > 0 or free_blocks[name] or (name or ''):find('_by_lua_block$') then
        depth = math.max(depth + select(2, line:gsub('{', '')) - select(2, line:gsub('}', '')), 0)
      end
    end
    if line:find('[;{}]$') then
      name = nil
    end
  end
  if has_names and not has_ends then
    return false
  end
  return is_nginx
end

-- Whether the lines are a Dockerfile's: Python has a `from` as well, but not in capitals.
---@param lines string[]
---@return boolean
local function speaks_dockerfile(lines)
  for _, line in ipairs(lines) do
    if line:find('^%s*[^%s#]') then
      return line:find('^%s*FROM ') ~= nil or line:find('^%s*ARG ') ~= nil
    end
  end
  return false
end

---@param filetype string
---@return portolan.Id?
local function by_filetype(filetype)
  if filetype == 'dockerfile' or filetype == 'nginx' then
    return filetype
  end
  return ('.' .. filetype .. '.'):find('.docker-compose.', 1, true) and 'dockercompose' or nil
end

---@param buffer integer
---@param filetype string
---@return portolan.Id? # nil where the server has nothing to say
local function id(buffer, filetype)
  local path = vim.api.nvim_buf_get_name(buffer)
  if path == '' then
    -- Neovim takes the findings of all buffers without a name for those of another one.
    return nil
  end
  local folders = vim.split(path:lower(), '[/\\]')
  local name, folder, outer_folder = folders[#folders], folders[#folders - 1], folders[#folders - 2]
  if path:find('[/\\]%.?portolan%.toml$') then
    return 'toml'
  end
  local as_dockerfile = dockerfile(name)
  if as_dockerfile == 'certain' then
    return 'dockerfile'
  end
  if compose(name) then
    return 'dockercompose'
  end
  local as_nginx = nginx(name, folder or '', outer_folder or '')
  local language = as_nginx == 'certain' and 'nginx' or by_filetype(filetype)
  if language then
    return language
  end
  local lines = vim.api.nvim_buf_get_lines(buffer, 0, 200, false)
  if as_dockerfile and speaks_dockerfile(lines) then
    return 'dockerfile'
  end
  if as_nginx then
    local is_nginx = speaks_nginx(lines)
    return (is_nginx or is_nginx == nil and as_nginx == 'likely') and 'nginx' or nil
  end
end

-- The nearest folder above that holds a configuration of the server or a repository.
---@param path string
---@return string?
local function root(path)
  local exists = (vim.uv or vim.loop).fs_stat
  local folder = vim.fn.fnamemodify(path, ':h')
  repeat
    for _, mark in ipairs({ 'portolan.toml', '.portolan.toml', '.git' }) do
      if exists(folder .. '/' .. mark) then
        return folder
      end
    end
    local inner = folder
    folder = vim.fn.fnamemodify(folder, ':h')
  until folder == inner
end

---@type vim.lsp.Config
return {
  cmd = { 'portolan', '--stdio' },
  filetypes = { 'dockerfile', 'yaml', 'yaml.docker-compose', 'nginx', 'conf', 'toml' },
  ---@param buffer integer
  ---@param on_dir fun(root?: string)
  root_dir = function(buffer, on_dir)
    if id(buffer, vim.bo[buffer].filetype) then
      -- Files outside of any project share one server, which has no root.
      on_dir(root(vim.api.nvim_buf_get_name(buffer)))
    end
  end,
  ---@param buffer integer
  ---@param filetype string
  ---@return string
  get_language_id = function(buffer, filetype)
    return id(buffer, filetype) or filetype
  end,
}
