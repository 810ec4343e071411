--- Trains the digit network on MNIST, tests it before and after each epoch, and saves it as it goes, so that a training
--- that was cut off at any moment goes on with --resume as if it had not been.
local nj = require "nightjar"
local F, optim, data, checkpoint = nj.nn.functional, nj.optim, nj.data, nj.checkpoint
local integer, number = nj.option.integer, nj.option.number
local digits, digit_sets = require "models.mnist", require "digit_sets"

local config, changed = nj.options(arg, {
  epochs = integer(3, "passes over the training set", { min = 0 }),
  batch_size = integer(64, "images a step", { min = 1, fixed = true }),
  test_batch_size = integer(1000, "images at once when testing", { min = 1 }),
  lr = number(0.01, "learning rate", { min = 0 }),
  momentum = number(0.5, "how much of the last step is kept", { min = 0 }),
  seed = integer(42, "random seed: the same one gives the same numbers as in PyTorch", { min = 0, fixed = true }),
  log_interval = integer(10, "steps between two lines of the log", { min = 1 }),
  save_interval = number(5, "seconds between two saves; 0 saves with each line of the log", { min = 0 }),
  data = nj.option.directory(nil, "where MNIST's files are; else $NIGHTJAR_DATA, the cache, or downloaded"),
  limit = integer(nil, "only so many images of each set, for a quick try", { min = 1, fixed = true }),
  out = { "model.safetensors", "where the model is saved" },
  runs = { "runs", "where the run's folder is made, with metrics.csv and what TensorBoard reads; '' makes none" },
  resume = nj.option.resume("out", "go on from the state saved beside the model, with its options"),
})

nj.manual_seed(config.seed)

local train_set, test_set, remark = digit_sets.load(config)
-- Both are shuffled, as in PyTorch's tutorial, so that the random numbers that follow are the same.
local train_loader = data.loader(train_set, { batch_size = config.batch_size, shuffle = true })
local test_loader = data.loader(test_set, { batch_size = config.test_batch_size, shuffle = true })

local net = digits.Net()
local optimizer = optim.SGD(net:parameters(), { lr = config.lr, momentum = config.momentum })

local kept = digit_sets.kept(train_set, config)

local position, run = { epoch = 0, step = 0, state = {} }, nil
if config.resume then
  position = checkpoint.resume(config.out, {
    model = net, optimizer = optimizer, stateful = { loader = train_loader }, metadata = kept,
    fixed = { "data.images.sha256", "data.labels.sha256" },
  })
  kept["config.changes"] = position.changes
  optimizer:set_lr(config.lr)
  optimizer:param_groups()[1].momentum = config.momentum
  if config.epochs < position.epoch then
    error(("--epochs %d: the training in %s has done %d"):format(config.epochs, config.out, position.epoch))
  elseif config.epochs > position.epoch then
    local next_step = math.min((train_loader:state_dict().batches or 0) + 1, #train_loader)
    print(("resumed at epoch %d, step %d of %d, lr %g"):format(
      position.epoch + 1, next_step, #train_loader, optimizer:lr()))
  end
end
local steps = position.step

local function save(epoch)
  checkpoint.save(config.out, {
    model = net, optimizer = optimizer, epoch = epoch, step = steps, metadata = kept, options = config,
    stateful = { loader = train_loader }, state = { run = run and run:state { sync = true } }, durable = true,
  })
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
      error(("the loss is not a number at step %d of epoch %d; the last save is in %s. Try a smaller --lr"):format(
        step, epoch, config.out))
    end
    if step % config.log_interval == 0 then
      local seen = math.min(step * config.batch_size, total)
      progress:update(seen, "Train Epoch: %d [%d/%d (%.0f%%)]  Loss: %.6f%s",
        epoch, seen, total, 100 * seen / total, value, remark)
      if run then run:log(steps, { loss = value, lr = optimizer:lr() }) end
      if checkpoint.due(config.save_interval) then save(epoch - 1) end
    end
  end
end

local function test(epoch)
  local loss, correct, total = digit_sets.test(net, test_loader)
  print(("\nTest set: Avg. loss: %.4f, Accuracy: %d/%d (%.0f%%)%s\n"):format(
    loss, correct, total, 100 * correct / total, remark))
  if run then
    run:log(steps, { epoch = epoch, ["test/loss"] = loss, ["test/accuracy"] = 100 * correct / total })
  end
end

local is_over = position.epoch >= config.epochs
-- Now rather than after an hour: a full disk, a folder that is not there or not to be written.
if not config.resume and not is_over then save(0) end
if config.runs ~= "" and not is_over then
  run = nj.runs.open(nil, {
    root = config.runs, options = config, changed = changed, data = train_set, resume = position.state.run,
  })
end
if steps == 0 then test(0) end
for epoch = position.epoch + 1, config.epochs do
  train(epoch)
  test(epoch)
  save(epoch)
end
if run then run:finish { network = net, loader = test_loader } end
print(is_over and "no epoch is left to be trained" or "saved " .. config.out)
