-- What is attached to agrees with what the server reads: the server itself is asked, on the same files.

local check = ...

local config = dofile(vim.env.PLUGIN .. '/lsp/portolan.lua')

local TEXTS = {
  dockerfile = { '# syntax', '', 'FROM debian', 'EXPOSE 585' },
  dockercompose = { 'services:', '  web:', '    image: debian', '    ports: ["994:994"]' },
  nginx = { '# one', 'server {', '  listen 994 ssl;', '}' },
}

-- Every kind of name that the server tells apart, by the language that it may be in.
local NAMES = {
  dockerfile = [[
    Dockerfile a/b/Dockerfile.dev dockerfile DOCKERFILE web.dockerfile web.Dockerfile Containerfile web.containerfile
    Containerfile.arm64 Dockerfile.j2 Dockerfile-alpine Dockerfile_prod Dockerfile.python3.12-slim Dockerfile.nginx
    Dockerfile.go1.25 Dockerfile.go dockerfile.py Dockerfile-php.sh Dockerfile.md .dockerignore Dockerfile.dockerignore
    Dockerfile.json Dockerfiles my-dockerfile Dockerfile.d/README dockerfile-lint.txt Containerfile.svg]],
  dockercompose = [[
    compose.yaml compose.yml compose.override.yml compose.dev.yaml docker-compose.yml docker-compose-prod.yml
    a/docker-compose.test.override.yml docker-compose.yml.j2 podman-compose.yaml web-compose.yml Docker-Compose.YML
    alternative-compose.yaml.example docker-compose-config.json docker-compose.md compose compose.py
    docker-composer.yml]],
  nginx = [[
    nginx.conf etc/nginx/nginx.conf nginx.conf.template nginx.conf.linux.local site.nginx site.nginx.conf
    site.nginx.conf.j2 conf.d/default.conf nginx/a.conf.template nginx/templates/a.conf.template sites-enabled/a.conf
    snippets/ssl.conf stream.d/dns.conf.example http.d/a.conf nginx-plus.conf default.conf app.conf.example
    sites-available/default sites-enabled/example.com vhosts/a.conf nginx default nginx.conf.md conf.d/README.md
    nginx/mime.types nginx/Makefile]],
}

-- Files of others in places of nginx's: what the server finds in none of them.
local OTHERS = {
  { 'conf.d/supervisor.conf', { '[supervisord]', 'nodaemon=true ; foreground', 'port = 994;' } },
  { 'conf.d/httpd.conf', { 'Listen 80', '<VirtualHost *:994>', '</VirtualHost>' } },
  { 'conf.d/settings.conf', { '# key', 'server = 10.0.0.1;', 'port = 994' } },
  { 'conf.d/app.conf', { 'server {', '  port = 994', '  host: a', '}' } },
  { 'sites-enabled/haproxy', { 'listen stats', '  bind :8404', '  server a 10.0.0.1:994 check' } },
  { 'redis.conf', { 'bind 127.0.0.1', 'port 6379', 'include /etc/redis/994.conf' } },
  { 'dovecot.conf', { 'listen = *', 'service imap-login {', '  port = 994', '}' } },
  { 'named.conf', { 'options {', '  listen-on port 994 { any; };', '};' } },
  { 'empty.conf', {} },
}
-- Files of nginx's that are not plain to see.
local OURS = {
  { 'conf.d/map.conf', { 'map $uri $new {', '  default= 1;', '  [a] 2;', '}', 'server { listen 994; }' } },
  { 'conf.d/lua.conf', { 'server {', '  listen 994;', '  content_by_lua_block {', '    x = 1', '  }', '}' } },
  { 'server.conf', { 'location = /a {', '  proxy_pass', '    http://a:994;', '}' } },
  { 'wide.conf', { 'server', '{', '  listen 994;', '}' } },
}

-- Each file has a folder of its own. A text that is no language's is written where no name decides.
local written, is_foreign = {}, {}
local function write(path, lines)
  local file = vim.fn.resolve(check.write(('names/%d/%s'):format(#written, path), lines))
  written[#written + 1] = file
  return file
end
for language, names in pairs(NAMES) do
  for name in names:gmatch('%S+') do
    write(name, TEXTS[language])
    if language ~= 'dockercompose' then
      is_foreign[write(name, { 'key = value:994' })] = true
    end
  end
end
for _, file in ipairs(vim.list_extend(OTHERS, OURS)) do
  write(file[1], file[2])
end

local command = { vim.env.PORTOLAN, '--list', '--no-config', '--output-format', 'json', vim.env.HOME .. '/files/names' }
local listed = {}
for line in vim.gsplit(vim.fn.system(command), '\n', true) do
  local port = line ~= '' and vim.fn.json_decode(line)
  if port then
    listed[vim.fn.resolve(port.file)] = port.language == 'compose' and 'dockercompose' or port.language
  end
end

local ours, wrong, unread = 0, {}, {}
for _, path in ipairs(written) do
  vim.cmd('noautocmd edit ' .. vim.fn.fnameescape(path))
  local buffer = vim.api.nvim_get_current_buf()
  local is_attached = false
  config.root_dir(buffer, function()
    is_attached = true
  end)
  local id = is_attached and config.get_language_id(buffer, '') or nil
  ours = ours + (is_attached and 1 or 0)
  -- A name that is certain is ours, whatever stands in the file.
  local is_silent = id and not listed[path] and is_foreign[path]
  if id ~= listed[path] and not is_silent then
    wrong[#wrong + 1] = ('%s: the server says %s, Neovim %s'):format(path, tostring(listed[path]), tostring(id))
  end
  if is_silent then
    local command_line = { vim.env.PORTOLAN, '--check', '--no-config', path }
    if vim.fn.system(command_line):find('passed over', 1, true) then
      unread[#unread + 1] = path
    end
  end
end
check.equal(#written .. ' names and texts are in the language that the server says', wrong, {})
check.equal('no file is attached to that the server does not read', unread, {})
check.equal('some of them are ours and some are not', ours > 60 and ours < #written - 30, true)
