-- :help and :checkhealth where all is well.

local check = ...

local doc = vim.fn.fnamemodify(vim.api.nvim_get_runtime_file('doc/portolan.txt', false)[1], ':h')
vim.cmd('helptags ' .. vim.fn.fnameescape(doc))
for _, tag in ipairs({ 'portolan', 'portolan-files', 'portolan-command', 'portolan.enable()', 'portolan.fix_all()' }) do
  vim.cmd('help ' .. tag)
  local page = vim.fn.expand('%:t')
  check.equal((':help %s is in the page'):format(tag), page, 'portolan.txt')
  check.holds('at its tag', vim.api.nvim_get_current_line(), '*' .. tag .. '*')
end
local page = vim.api.nvim_buf_get_lines(0, 0, -1, false)
local wrong = {}
for _, line in ipairs(page) do
  for link in line:gmatch('|([^%s|]+)|') do
    -- Older versions of Neovim have no page on what came later.
    local is_known = vim.tbl_contains(vim.fn.getcompletion(link, 'help'), link)
    if not is_known and (link:find('^portolan') or not check.is_old) then
      wrong[#wrong + 1] = link
    end
  end
  if vim.fn.strdisplaywidth(line) > 78 then
    wrong[#wrong + 1] = line
  end
end
check.equal('every link leads somewhere, and no line is longer than 78', wrong, {})
vim.cmd('helpclose')

local buffer = check.edit(vim.env.DEMO .. '/compose.yaml')
check.settle(buffer)
local report = check.health()
local version = vim.version()
local name = ('Neovim %d.%d.%d: '):format(version.major, version.minor, version.patch)
check.holds('health says which Neovim runs', report, name)
local server = vim.env.HOME .. '/bin/portolan is ' .. vim.trim(vim.fn.system({ vim.env.PORTOLAN, '--version' }))
check.holds('health says which server is found, and its version', report, server)
check.holds('health says that it is enabled', report, 'The server is enabled')
check.holds('health says where it is attached', report, 'without a root is attached to')
check.holds('and to which file', report, ('compose.yaml (buffer %d)'):format(buffer))
check.equal('health has no complaint', report:find('WARN') or report:find('ERROR') or false, false)

check.write('.git/HEAD', {})
check.settle(check.edit(check.write('Dockerfile', { 'FROM debian' })))
check.holds('health says which root a client has', check.health(), 'with the root ~/files is attached to')
