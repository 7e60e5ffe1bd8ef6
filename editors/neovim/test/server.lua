-- What the server finds, says and mends, through Neovim's own client.

local check = ...

local function finding(buffer, index)
  local found = vim.diagnostic.get(buffer)
  table.sort(found, function(one, other)
    return one.lnum < other.lnum or one.lnum == other.lnum and one.col < other.col
  end)
  local it = found[index]
  return {
    line = it.lnum + 1,
    from = it.col,
    to = it.end_col,
    code = it.code or it.user_data.lsp.code,
    source = it.source,
    severity = vim.diagnostic.severity[it.severity],
    message = it.message:match('^[^\n]*'),
  }
end

local function settles(what, buffer, findings)
  check.becomes(what, findings, function()
    return check.findings(buffer)
  end)
end

local DEREGISTERED = {
  source = 'portolan',
  severity = 'WARN',
  code = 'deregistered-port',
  message = 'port 585 was deregistered on 2006-04-25, use 993',
}
local RESERVED = {
  source = 'portolan',
  severity = 'WARN',
  code = 'reserved-port',
  message = 'port 994 is reserved by IANA, formerly ircs, in practice 6697 (RFC 7194)',
}

local function is(what, found, rule, place)
  check.equal(what, found, vim.tbl_extend('error', rule, place))
end

local nginx = check.edit(vim.env.DEMO .. '/nginx.conf')
settles('the nginx file has three findings', nginx, { '32 deregistered-port', '36 reserved-port', '43 host-port-used-internally' })
is('585 in the nginx file', finding(nginx, 1), DEREGISTERED, { line = 32, from = 27, to = 30 })
is('994 in the nginx file', finding(nginx, 2), RESERVED, { line = 36, from = 15, to = 18 })
vim.api.nvim_buf_set_lines(nginx, 35, 36, false, { '        listen 6697 ssl;' })
settles('an edit that mends a line clears its finding', nginx, { '32 deregistered-port', '43 host-port-used-internally' })
vim.cmd('undo')
settles('and an undo brings it back', nginx, { '32 deregistered-port', '36 reserved-port', '43 host-port-used-internally' })

-- compose, and the hover as K shows it.
local compose = check.edit(vim.env.DEMO .. '/compose.yaml')
settles('the compose file has two findings on one line', compose, { '9 reserved-port', '9 reserved-port' })
is('994 on the side of the host', finding(compose, 1), RESERVED, { line = 9, from = 9, to = 12 })
is('994 on the side of the container', finding(compose, 2), RESERVED, { line = 9, from = 13, to = 16 })

-- The lines of a window that floats, which is not a finding's.
local function floating()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(window).relative ~= '' then
      return table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false), '\n')
    end
  end
  return ''
end
vim.fn.search(':\\zs5432/webmail')
check.equal('a port in a URL is there to point at', vim.fn.expand('<cword>'), '5432')
vim.api.nvim_feedkeys('K', 'xt', false)
check.becomes('K opens a window', true, function()
  return floating() ~= ''
end)
check.holds('which says what 5432 is', floating():lower(), 'postgresql')
check.holds('in both words of the registry', floating(), '5432/tcp')
vim.cmd('normal! j')

-- A code action, chosen by its title.
local dockerfile = check.edit(vim.env.DEMO .. '/Dockerfile')
settles('the Dockerfile has a finding', dockerfile, { '11 deregistered-port' })
is('585 in the Dockerfile', finding(dockerfile, 1), DEREGISTERED, { line = 11, from = 24, to = 27 })
vim.api.nvim_win_set_cursor(0, { 11, 25 })
check.choose('Replace 585 with 993')
vim.lsp.buf.code_action()
check.becomes('the action "Replace 585 with 993" changes the text', 'EXPOSE ${HTTP_PORT} 143 993', function()
  return vim.api.nvim_buf_get_lines(dockerfile, 10, 11, false)[1]
end)
settles('and clears the finding', dockerfile, {})

-- Columns after characters of several bytes and of two UTF-16 units.
local wide = check.edit(check.write('wide/compose.yaml', {
  'services:',
  '  web:',
  '    image: debian',
  '    command: echo "💣ü" 0.0.0.0:585',
  '    ports: ["994:80"] # 💣',
}))
settles('a file with characters of several bytes has findings', wide, { '4 deregistered-port', '5 reserved-port' })
local from = finding(wide, 1).from
local line = vim.api.nvim_buf_get_lines(wide, 3, 4, false)[1]
check.equal('which are where the port is', line:sub(from + 1, from + 3), '585')

check.equal('four files outside of a project have one client', #check.clients(), 1)
