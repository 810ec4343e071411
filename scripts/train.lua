--- Trains the digit network on MNIST, tests it before and after each epoch, and saves it as it goes.
local nj = require "nightjar"
local F, optim, data, checkpoint = nj.nn.functional, nj.optim, nj.data, nj.checkpoint
local integer, number = nj.option.integer, nj.option.number
local digits, digit_sets = require "models.mnist", require "digit_sets"

local config = nj.options(arg, {
  epochs = integer(3, "passes over the training set", { min = 0 }),
  batch_size = integer(64, "images a step", { min = 1 }),
  test_batch_size = integer(1000, "images at once when testing", { min = 1 }),
  lr = number(0.01, "learning rate", { min = 0 }),
  momentum = number(0.5, "how much of the last step is kept", { min = 0 }),
  seed = integer(42, "random seed: the same one gives the same numbers as in PyTorch", { min = 0 }),
  log_interval = integer(10, "steps between two lines of the log and two saves", { min = 1 }),
  data = nj.option.directory(nil, "where MNIST's files are; else $NIGHTJAR_DATA, the cache, or downloaded"),
  limit = integer(nil, "only so many images of each set, for a quick try", { min = 1 }),
  out = { "model.safetensors", "where the model is saved" },
  resume = { false, "go on from the state saved beside the model" },
})

nj.manual_seed(config.seed)

local train_set, test_set, remark = digit_sets.load(config)
-- Both are shuffled, as in PyTorch's tutorial, so that the random numbers that follow are the same.
local train_loader = data.loader(train_set, { batch_size = config.batch_size, shuffle = true })
local test_loader = data.loader(test_set, { batch_size = config.test_batch_size, shuffle = true })

local net = digits.Net()
local optimizer = optim.SGD(net:parameters(), { lr = config.lr, momentum = config.momentum })
local first_epoch, steps, saved = 1, 0, false
if config.resume then
  local state = checkpoint.resume(config.out, { model = net, optimizer = optimizer })
  first_epoch, steps, saved = state.epoch + 1, state.step, true
  optimizer:set_lr(config.lr) -- what this run was asked for counts, not what was saved
end

local digests = train_set:digests()

local function save(epoch)
  local kept = {
    data = train_set:name(), ["data.images"] = #train_set,
    ["data.images.sha256"] = digests.images, ["data.labels.sha256"] = digests.labels,
  }
  for name, value in pairs(config) do
    -- Places on this machine, and whether it was interrupted, do not belong into a file that is published.
    if name ~= "data" and name ~= "out" and name ~= "resume" then kept["config." .. name] = tostring(value) end
  end
  checkpoint.save(config.out, { model = net, optimizer = optimizer, epoch = epoch, step = steps, metadata = kept })
  saved = true
end

local function train(epoch)
  net:train()
  local total = train_loader:images()
  local progress <close> = nj.progress("", { total = total, unit = "images" })
  for step, images, labels in train_loader:batches() do
    optimizer:zero_grad()
    local loss = F.nll_loss(net(images), labels)
    loss:backward()
    optimizer:step()
    steps = steps + 1
    local value = loss:item()
    if value ~= value then
      error(("the loss is not a number at step %d of epoch %d; %s. Try a smaller --lr"):format(
        step, epoch, saved and "the last save is in " .. config.out or "nothing was saved"))
    end
    if step % config.log_interval == 0 then
      local seen = math.min(step * config.batch_size, total)
      progress:update(seen, "Train Epoch: %d [%d/%d (%.0f%%)]  Loss: %.6f%s",
        epoch, seen, total, 100 * seen / total, value, remark)
      save(epoch - 1)
    end
  end
end

local function test()
  local loss, correct, total = digit_sets.test(net, test_loader)
  print(("\nTest set: Avg. loss: %.4f, Accuracy: %d/%d (%.0f%%)%s\n"):format(
    loss, correct, total, 100 * correct / total, remark))
end

test()
for epoch = first_epoch, config.epochs do
  train(epoch)
  save(epoch)
  test()
end
print(first_epoch <= config.epochs and "saved " .. config.out or "no epoch is left to be trained")
