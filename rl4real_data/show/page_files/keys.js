// The keyboard: arrows in a chart move the instruction and the node, Escape lets go of both.

function step(value, by, end) {
  if (value === null) return by > 0 ? 0 : end - 1;
  return Math.min(Math.max(value + by, 0), end - 1);
}

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') {
    find.value = '';
    find.classList.remove('none');
    keepAt(null, null);
    keepNode(null, null);
    return;
  }
  const part = event.target.closest?.('.pressure, #ranges, #code, .picture, .scroll:has(> .nodes)');
  if (!part || event.ctrlKey || event.metaKey || event.altKey) return;
  const far = event.shiftKey ? 10 : 1;
  const across = { ArrowLeft: -far, ArrowRight: far }[event.key];
  const down = { ArrowUp: -far, ArrowDown: far }[event.key];
  const isCode = part.matches('#code');
  if (across !== undefined && part.matches('.pressure, #ranges')) moveAt(across);
  else if (down !== undefined && isCode) moveAt(down);
  else if (down !== undefined && !part.matches('.pressure')) moveNode(down, part.matches('#ranges') ? rowOrder : null);
  else return;
  event.preventDefault();
});

function moveAt(by) {
  if (data.instructions > 0) keepAt(step(shownAt(), by, data.instructions), null);
}

// In the order of the rows, or in that of the nodes' numbers.
function moveNode(by, order) {
  const node = shownNode();
  if (data.nodes.length === 0) return;
  if (order === null) {
    keepNode(step(node, by, data.nodes.length), null);
    return;
  }
  const place = order.indexOf(node);
  keepNode(order[step(place < 0 ? null : place, by, order.length)], null);
}
