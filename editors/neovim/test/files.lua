-- Which buffers get the server, in which language and from which root.

local check = ...

local DOCKERFILE = { 'FROM debian', 'EXPOSE 585' }
local COMPOSE = { 'services:', '  web:', '    image: debian', '    ports: ["994:994"]' }
local NGINX = { 'server {', '  listen 994 ssl;', '}' }
local DOCKERFILE_FINDINGS = { '2 deregistered-port' }
local COMPOSE_FINDINGS = { '4 reserved-port', '4 reserved-port' }
local NGINX_FINDINGS = { '2 reserved-port' }

-- The languages that the server was told when it was told of a file first: read where the client writes what it sends.
local function ids_sent()
  local ids = {}
  for _, line in ipairs(vim.fn.readfile(require('vim.lsp.log').get_filename())) do
    if line:find('"rpc.send"', 1, true) and line:find('textDocument/didOpen', 1, true) then
      ids[vim.uri_to_fname(line:match('uri = "([^"]*)"'))] = line:match('languageId = "([^"]*)"')
    end
  end
  return ids
end

local ids = {}

local function is_ours(path, id, findings)
  local buffer = check.edit(path)
  local name = path:match('files/(.*)') or path:match('[^/]*$')
  check.becomes(('%s, of filetype %q, has findings'):format(name, vim.bo.filetype), findings, function()
    return check.findings(buffer)
  end)
  ids[path] = id
end

local function all_ours(id, lines, findings, names)
  for _, name in ipairs(names) do
    is_ours(check.write(name, lines), id, findings)
  end
end

local function is_not_ours(path)
  local buffer = check.edit(path)
  -- A file of ours is opened later, and gets its client later.
  local ours = check.edit(vim.env.DEMO .. '/Dockerfile')
  check.settle(ours)
  local name = path:match('files/(.*)')
  check.equal(('%s, of filetype %q, has no client'):format(name, vim.bo[buffer].filetype), #check.clients(buffer), 0)
end

is_ours(vim.env.DEMO .. '/Dockerfile', 'dockerfile', { '11 deregistered-port' })
is_ours(vim.env.DEMO .. '/compose.yaml', 'dockercompose', { '9 reserved-port', '9 reserved-port' })
is_ours(vim.env.DEMO .. '/nginx.conf', 'nginx', { '32 deregistered-port', '36 reserved-port', '43 host-port-used-internally' })
all_ours('dockerfile', DOCKERFILE, DOCKERFILE_FINDINGS, {
  'Containerfile',
  'Containerfile.arm64',
  'Dockerfile.dev',
  'Dockerfile.nginx',
  'Dockerfile-alpine',
  'web.dockerfile',
  'web.containerfile',
})
all_ours('dockercompose', COMPOSE, COMPOSE_FINDINGS, {
  'compose.override.yml',
  'docker-compose.yml',
  'web-compose.yml',
  'compose.yaml.j2',
})
all_ours('nginx', NGINX, NGINX_FINDINGS, {
  'site.nginx',
  'nginx.conf.template',
  'default.conf',
  'conf.d/web.conf',
  'sites-enabled/x.conf',
  'sites-available/default',
})
is_ours(check.write('portolan.toml', { 'ignore = ["no-such-rule"]' }), 'toml', { '1 configuration' })

for name, lines in pairs({
  ['values.yaml'] = { 'service:', '  port: 994' },
  ['k8s.yaml'] = { 'apiVersion: v1', 'kind: Service', 'spec:', '  ports:', '    - port: 994' },
  ['composer.yml'] = { '- name: install' },
  ['stack.yml'] = COMPOSE,
  ['Cargo.toml'] = { '[package]', 'name = "a"' },
  ['plain.conf'] = { '# ours', 'port = 994' },
  ['conf.d/supervisor.conf'] = { '# ours', '[supervisord]', 'port = 994;' },
  ['Dockerfile.md'] = DOCKERFILE,
  ['notes.txt'] = NGINX,
}) do
  is_not_ours(check.write(name, lines))
end

-- A filetype that the user has given.
for filetype, lines in pairs({ ['yaml.docker-compose'] = COMPOSE, nginx = NGINX, dockerfile = DOCKERFILE }) do
  local buffer = check.edit(check.write('given/' .. filetype, lines))
  vim.bo.filetype = filetype
  check.becomes('a file whose filetype is made ' .. filetype .. ' has findings', true, function()
    return #check.findings(buffer) > 0
  end)
end

-- What the README says of other files, for Neovim 0.8 and later.
if vim.fn.has('nvim-0.8') == 1 then
  dofile(vim.env.HOME .. '/other-files.lua')
  is_ours(check.write('others/stack.yml', COMPOSE), 'dockercompose', COMPOSE_FINDINGS)
  is_ours(check.write('proxy/web.vhost', NGINX), 'nginx', NGINX_FINDINGS)
  is_ours(check.write('sites-enabled/example.com', NGINX), 'nginx', NGINX_FINDINGS)
end

local sent, wrong = ids_sent(), {}
for path, id in pairs(ids) do
  if sent[path] ~= id then
    wrong[path] = sent[path] or 'nothing'
  end
end
check.equal('the server was told the language of each', wrong, {})

-- One client for each root.
check.equal('files below a portolan.toml share a client, files in no project another', #check.clients(), 2)
local project = check.write('project/.git/HEAD', {}):match('(.*)/%.git')
local inside = check.edit(check.write('project/a/Dockerfile', DOCKERFILE))
check.settle(inside)
check.equal('the root is the folder of the repository', check.clients(inside)[1].config.root_dir, project)
local beside = check.edit(check.write('project/b/compose.yaml', COMPOSE))
check.settle(beside)
local id = check.clients(inside)[1].id
check.equal('a second file of the repository has the same client', check.clients(beside)[1].id, id)
check.write('project/b/portolan.toml', { 'ignore = ["reserved-port"]' })
local configured = check.edit(check.write('project/b/Dockerfile', { 'FROM debian', 'EXPOSE 994' }))
check.settle(configured)
check.equal('a nearer portolan.toml makes a root', check.clients(configured)[1].config.root_dir, project .. '/b')
check.equal('and is heeded', check.findings(configured), {})
local nameless = vim.api.nvim_create_buf(true, false)
vim.api.nvim_buf_set_lines(nameless, 0, -1, false, DOCKERFILE)
vim.api.nvim_set_current_buf(nameless)
vim.bo.filetype = 'dockerfile'
check.settle(check.edit(vim.env.DEMO .. '/Dockerfile'))
check.equal('a buffer without a name has no client: Neovim shows no findings there', #check.clients(nameless), 0)
