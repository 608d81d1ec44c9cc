-- Neovim against promo-lsp: diagnostics appear, completion inserts, hover explains, a rename changes all files.
--
--   PROMO_LSP=target/debug/promo-lsp nvim --headless --clean -l tests/editors/nvim.lua     (or -S with 0.7)
--
-- Ends with 1 and the reason if something does not hold.

local function fail(text)
  io.stderr:write('nvim.lua: ' .. text .. '\n')
  vim.cmd('cquit 1')
end

local function check(condition, text)
  if not condition then
    fail(text)
  end
end

--- Waits until something holds.
local function await(text, holds)
  check(vim.wait(20000, holds, 20), text .. ' did not happen')
end

local server = vim.fn.fnamemodify(os.getenv('PROMO_LSP'), ':p')
local folder = vim.fn.tempname()
vim.fn.mkdir(folder, 'p')
local main, environments = folder .. '/main.promo', folder .. '/environments.promo'
vim.fn.writefile({ 'environment dev, qa # 𝕏', 'group all = dev, qa' }, environments)
vim.fn.writefile({
  'import "environments.promo"',
  'flow main {',
  '  trigger dev',
  '  promote qaa # 𝕏',
  '}',
}, main)

vim.cmd('edit ' .. main)
local buffer = vim.api.nvim_get_current_buf()
local id = vim.lsp.start_client({ name = 'promo', cmd = { server }, root_dir = folder })
check(id, 'the server does not start')
vim.lsp.buf_attach_client(buffer, id)

--- The result of a request about the cursor.
local function ask(method, more)
  local params = vim.tbl_extend('force', vim.lsp.util.make_position_params(0, vim.lsp.get_client_by_id(id).offset_encoding), more or {})
  local answers = vim.lsp.buf_request_sync(buffer, method, params, 20000)
  check(answers and answers[id], method .. ' was not answered')
  check(not answers[id].error, method .. ': ' .. vim.inspect(answers[id].error))
  return answers[id].result
end

await('a diagnostic', function()
  return #vim.diagnostic.get(buffer) == 1
end)
local diagnostic = vim.diagnostic.get(buffer)[1]
check(diagnostic.lnum == 3 and diagnostic.col == 10, 'the diagnostic is elsewhere: ' .. vim.inspect(diagnostic))
print('diagnostic: ' .. diagnostic.message:gsub('\n', ' / '))

-- completion inserts
vim.api.nvim_buf_set_lines(buffer, 3, 4, false, { '  promote q' })
vim.api.nvim_win_set_cursor(0, { 4, 11 })
local found = ask('textDocument/completion')
local item = vim.tbl_filter(function(one)
  return one.label == 'qa'
end, found.items)[1]
check(item, 'qa is not offered: ' .. vim.inspect(found))
vim.lsp.util.apply_text_edits({ item.textEdit }, buffer, 'utf-16')
check(vim.api.nvim_buf_get_lines(buffer, 3, 4, false)[1] == '  promote qa', 'completion inserted something else')
await('no diagnostic', function()
  return #vim.diagnostic.get(buffer) == 0
end)

-- hover
vim.api.nvim_win_set_cursor(0, { 4, 10 })
local hover = ask('textDocument/hover')
check(hover.contents.value:find('environment', 1, true), 'hover: ' .. vim.inspect(hover))
print('hover: ' .. hover.contents.value:gsub('\n+', ' / '))

-- a rename changes all files
local edit = ask('textDocument/rename', { newName = 'staging' })
vim.lsp.util.apply_workspace_edit(edit, 'utf-16')
vim.cmd('silent wall')
check(vim.fn.readfile(environments)[1] == 'environment dev, staging # 𝕏', 'the other file was not changed')
check(vim.fn.readfile(environments)[2] == 'group all = dev, staging', 'the group was not changed')
check(vim.fn.readfile(main)[4] == '  promote staging', 'this file was not changed')

-- a file that changes on disk
vim.fn.writefile({ 'environment dev', 'group all = dev' }, environments)
vim.cmd('silent write')
await('the diagnostic of a file that changed on disk', function()
  return #vim.diagnostic.get(buffer) > 0
end)

vim.lsp.stop_client(id)
await('the end of the server', function()
  return vim.lsp.get_client_by_id(id) == nil or vim.lsp.get_client_by_id(id).is_stopped()
end)
print('nvim: all passed')
vim.cmd('qall!')
