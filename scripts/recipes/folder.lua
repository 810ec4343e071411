--- Trains on pictures of your own, a folder of PNG or JPEG files for each class, and keeps the network that does best
--- on the fifth of them that it does not learn from.
local nj = require "nightjar"
local nn, T, data = nj.nn, nj.transforms, nj.data
local config = nj.options(arg, {
  data = nj.option.directory("pictures", "a folder that has a folder of pictures for each class"),
  epochs = 20, batch_size = 32, lr = 0.003, seed = 1, out = "pictures.safetensors", size = { 32, "pixels a side" },
})
nj.manual_seed(config.seed)

local numbers = T.Compose { T.ToTensor(), T.Normalize({ 0.5, 0.5, 0.5 }, { 0.5, 0.5, 0.5 }) }
local plain = T.Compose { T.Resize(config.size), T.CenterCrop(config.size), numbers }
local varied = T.Compose { T.RandomResizedCrop(config.size, { scale = { 0.6, 1 } }), T.RandomHorizontalFlip(), numbers }
local pictures = data.ImageFolder(config.data, { transform = plain })
local learned, held_out = table.unpack(data.random_split(pictures, { 0.8, 0.2 }))
local train_set = data.Subset(data.ImageFolder(config.data, { transform = varied }), learned:indices())
local train_loader = data.loader(train_set, { batch_size = config.batch_size, shuffle = true })
local test_loader = data.loader(held_out, { batch_size = config.batch_size })

local function block(from, to)
  return nn.Sequential(nn.Conv2d(from, to, 3, { padding = 1 }), nn.BatchNorm2d(to), nn.ReLU(), nn.MaxPool2d(2))
end
local net = nn.Sequential(block(3, 16), block(16, 32), block(32, 64),
  nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, #pictures:classes()))
local optimizer, best = nj.optim.Adam(net:parameters(), { lr = config.lr }), -1

for epoch = 1, config.epochs do
  net:train()
  for _, images, labels in train_loader:batches() do
    optimizer:zero_grad()
    nn.functional.cross_entropy(net(images), labels):backward()
    optimizer:step()
  end
  net:eval()
  local right = 0
  for _, images, labels in test_loader:batches() do right = right + net(images):argmax(1):eq(labels):sum():item() end
  print(("Epoch %d: %d of %d pictures right"):format(epoch, right, #held_out))
  if right > best then nj.checkpoint.save(config.out, { model = net, epoch = epoch }) end
  best = math.max(best, right)
end
