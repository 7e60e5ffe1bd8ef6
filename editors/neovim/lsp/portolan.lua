-- Neovim 0.11 and later: put this file into ~/.config/nvim/lsp/ and say vim.lsp.enable('portolan').

-- Neovim calls every YAML file `yaml`; the server is asked only about those that are compose files by their name.
local function is_compose(path)
  local name = vim.fs.basename(path)
  return name:match('compose.*%.ya?ml$') ~= nil
end

return {
  cmd = { 'portolan', '--stdio' },
  filetypes = { 'dockerfile', 'yaml', 'yaml.docker-compose', 'nginx' },
  root_dir = function(buffer, on_dir)
    local path = vim.api.nvim_buf_get_name(buffer)
    if vim.bo[buffer].filetype == 'yaml' and not is_compose(path) then
      return
    end
    on_dir(vim.fs.root(buffer, '.git') or vim.fs.dirname(path))
  end,
}
