-- Walks through the interpreter: arithmetic, strings, patterns, tables, closures, coroutines, metatables, errors, garbage.
local function show(...)
  local words = table.pack(...)
  for i = 1, words.n do words[i] = tostring(words[i]) end
  print(table.concat(words, " "))
end

for i = 1, 120 do
  local a, b = i * 7919 % 1009, i * 104729 % 997 + 1
  show(a // b, a % -b, a / b, a ~ b, a << (b % 70), a >> (b % 70), a ^ 0.5, math.tointeger(a * 1.0), a < b, a == b)
  show(string.format("%d %5.3f %g %x %q %10s|%-8d|", a, a / b, b / a, a, "x\n" .. a, a / b, b))
end

local text = ("The quick brown fox jumps over the lazy dog 12345 "):rep(8)
for word in text:gmatch("%a+") do show(word:upper(), word:reverse(), #word, (word:gsub("[aeiou]", "*"))) end
show(text:find("(%w+)%s(%w+)", 100), text:gsub("%d+", function(digits) return digits * 2 end))
show(string.pack("<i4z", 77, "abc"):byte(1, -1), utf8.char(228, 8364, 128512), ("x"):rep(10, ","))

local numbers = {}
for i = 1, 800 do numbers[i] = (i * 7919) % 2003 end
table.sort(numbers)
show(table.concat(numbers, ","))
table.sort(numbers, function(a, b) return a % 10 * 3000 + a < b % 10 * 3000 + b end)
show(table.concat(numbers, ","))

local function fibonacci(n) if n < 2 then return n end return fibonacci(n - 1) + fibonacci(n - 2) end
local squares = coroutine.wrap(function() for i = 1, 200 do coroutine.yield(i * i) end end)
local sum = 0
for square in squares do sum = sum + square if square == 40000 then break end end
show(fibonacci(17), sum, select("#", table.unpack(numbers, 1, 200)))

local Pair = {}
Pair.__index = function(_, key) return key .. "!" end
Pair.__add = function(a, b) return rawget(a, "x") + rawget(b, "x") end
Pair.__lt = function(a, b) return rawget(a, "x") < rawget(b, "x") end
Pair.__concat = function() return "joined" end
Pair.__len = function() return 42 end
Pair.__close = function() show("closed") end
local function pair(x) return setmetatable({x = x}, Pair) end
do
  local here <close> = pair(1)
  show(pair(3) + pair(4), pair(1) < pair(2), pair(1).foo, pair(1) .. "x", #pair(1))
end

for i = 10, 1, -3 do
  for j = 0.5, 2.0, 0.25 do
    if j == 1.5 then goto next end
    show(i, j)
    ::next::
  end
end

show(pcall(error, {code = 1}), (select(2, pcall(function() local nothing; return nothing.field end))))
show(select(2, load("return 1 +")), load("local a, b = ... return a * b + 1")(6, 7))
for i = 1, 10 do
  local garbage = {}
  for j = 1, 300 do garbage[j] = {j, tostring(j)} end
end
collectgarbage()

local function queens(n)
  local count, columns, up, down = 0, {}, {}, {}
  local function place(row)
    if row > n then count = count + 1 return end
    for i = 1, n do
      if not columns[i] and not up[row + i] and not down[row - i + n] then
        columns[i], up[row + i], down[row - i + n] = true, true, true
        place(row + 1)
        columns[i], up[row + i], down[row - i + n] = nil, nil, nil
      end
    end
  end
  place(1)
  return count
end
show(queens(6), math.maxinteger + 1 == math.mininteger, #string.dump(fibonacci) > 0)
