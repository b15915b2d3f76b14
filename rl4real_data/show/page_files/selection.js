// What the parts of the page share: the data, the instruction that is pointed at, the node that is looked at.
//
// Pointing moves a mark for a moment; a press keeps it until the next press, or Escape. Each part registers what it
// does when one of the two changes, and marks are drawn once a frame, however fast the pointer is.

const data = JSON.parse(document.getElementById('data').textContent);
document.documentElement.classList.add('scripted');

const selection = { at: null, keptAt: null, node: null, keptNode: null };
const listeners = { at: [], node: [] };
const changed = { at: false, node: false };

const neighbours = data.neighbours.map(() => []);
data.neighbours.forEach((gaps, u) => {
  let v = u;
  for (const gap of gaps) {
    v += gap;
    neighbours[u].push(v);
    neighbours[v].push(u);
  }
});

function shownAt() { return selection.at ?? selection.keptAt; }
function shownNode() { return selection.node ?? selection.keptNode; }

// Boxes are scrolled to a node that is kept; one that is pointed at in passing would make all of them jump.
function isKept(node) { return node !== null && selection.node === null; }

function refresh(kind) {
  if (!changed.at && !changed.node) requestAnimationFrame(redraw);
  changed[kind] = true;
}

function redraw() {
  for (const kind of ['node', 'at']) {
    if (!changed[kind]) continue;
    changed[kind] = false;
    for (const listener of listeners[kind]) listener(kind === 'at' ? shownAt() : shownNode());
  }
}

// `source`: the part that the pointer is in, which need not be scrolled.
let source = null;

function pointAt(instruction, from) {
  if (instruction === selection.at) return;
  selection.at = instruction;
  source = from;
  refresh('at');
}

function keepAt(instruction, from) {
  selection.keptAt = instruction;
  selection.at = null;
  source = from;
  refresh('at');
}

function pointNode(node, from) {
  if (node === selection.node) return;
  selection.node = node;
  source = from;
  refresh('node');
}

function keepNode(node, from) {
  selection.keptNode = node;
  selection.node = null;
  source = from;
  refresh('node');
}

function nodeOf(element) {
  const found = element.closest('[data-n]');
  return found === null ? null : Number(found.dataset.n);
}

// Scrolls a box, and never the page, until what lies at [start, end] of it can be seen.
function bringIntoSight(box, start, end, isAcross) {
  const [place, size] = isAcross ? ['scrollLeft', 'clientWidth'] : ['scrollTop', 'clientHeight'];
  if (start < box[place] || end > box[place] + box[size]) box[place] = Math.max(0, (start + end - box[size]) / 2);
}

function blockAt(instruction) {
  let low = 0;
  let high = data.blocks.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (data.blocks[middle][0] <= instruction) low = middle;
    else high = middle - 1;
  }
  return low;
}

// What the window's foot says.
const saidNode = document.getElementById('said-node');
const saidAt = document.getElementById('said-at');
const HINT = 'Point at a chart, a line of code or a node; a press keeps it, Escape lets go. Arrows work in each chart.';

function say() {
  const [at, node] = [shownAt(), shownNode()];
  saidNode.textContent = node !== null ? describeNode(node) : at === null ? HINT : '';
  saidAt.textContent = at === null ? '' : describeInstruction(at);
}

function describeNode(node) {
  return document.querySelector(`#graph .marks > :nth-child(${node + 1}) > title`)?.textContent ?? data.nodes[node];
}

function describeInstruction(at) {
  const block = blockAt(at);
  const [, often, depth] = data.blocks[block] ?? [0, 1, 0];
  const live = data.banks.map((bank) => `${bank.name} ${bank.live[at]}${bank.registers === null ? '' : ` of ${bank.registers}`}`);
  return `#${at}, block ${block}, ${often}× an entry, loop depth ${depth}; live: ${live.join(', ')}`;
}

listeners.at.push(say);
listeners.node.push(say);
say();
